"""Observations: facts with a place."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from wsdtrace.state import observations as events
from wsdtrace.state.events import Event

KINDS = [kind for _, kind in inspect.getmembers(events, inspect.isclass) if issubclass(kind, Event)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_an_event_has_a_place_and_a_sentence(kind: type[Event]) -> None:
    assert "stamp" in {f.name for f in dataclasses.fields(kind)}
    assert (kind.__doc__ or "").strip().endswith(".")
