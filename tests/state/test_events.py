"""Events: facts with a place, frozen."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from wsdtrace.records import Stamp
from wsdtrace.state import events
from wsdtrace.state.events import CaptureEnded, Event, JobStateSeen

KINDS = [kind for _, kind in inspect.getmembers(events, inspect.isclass) if issubclass(kind, Event)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_an_event_has_a_place_and_a_sentence(kind: type[Event]) -> None:
    assert "stamp" in {f.name for f in dataclasses.fields(kind)}
    assert (kind.__doc__ or "").strip().endswith(".")


def test_an_event_cannot_be_changed() -> None:
    event = CaptureEnded(Stamp(1, 1), wsd_seen=False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.stamp = Stamp(2, 2)  # type: ignore[misc]  # that it is refused is the claim


def test_a_state_event_tells_the_state_of_its_sample() -> None:
    assert isinstance(JobStateSeen.state, property)
