"""What the tracker says while a scenario is played."""

from __future__ import annotations

from typing import TypeVar

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state.events import Event

E = TypeVar("E", bound=Event)


def played(text: str, kind: type[E]) -> list[E]:
    """The events of one type, in order."""
    found: list[E] = []

    def hear(event: Event) -> None:
        if isinstance(event, kind):
            found.append(event)

    trace = scenario.check(text, Options(on_event=hear))
    assert trace.internal_errors == []
    return found
