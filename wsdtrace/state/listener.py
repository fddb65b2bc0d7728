"""A memory about one topic that lives from what the tracker says happened.

Theory of operation: the tracker's own books pair messages, join devices and follow jobs, and so make events. A
listener hears those events before the rules do, remembers what its topic needs, and answers with events of its own;
what one listener says no other hears. Its timers run in capture time: `due_ns` is when the earliest one fires.

Rules for whoever edits a listener:

1. It remembers values of fixed size and exchanges, never parsed messages: these are dropped once the rules have seen
them.
2. Everything that grows has a bound, and forgets the least recently used first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from wsdtrace.records import Stamp
from wsdtrace.state.events import Event

NEVER_NS = 1 << 62
"""Later than any time of a capture."""

Ear = Callable[[Any], Iterable[Event]]
"""Hears an event of the type that it is registered for."""


class Listener:
    """Hears events of some types, and says what follows."""

    due_ns: int = NEVER_NS
    """When its next timer fires."""

    def ears(self) -> Mapping[type[Event], Ear]:
        """What it hears."""
        raise NotImplementedError

    def advance(self, now_ns: int) -> Iterable[Event]:  # noqa: ARG002  # for those that have timers
        """Fire the timers that lie before `now_ns`, in their order."""
        return ()

    def close(self, end: Stamp) -> Iterable[Event]:  # noqa: ARG002  # for those that have something to settle
        """The capture has ended."""
        return ()


class Audience:
    """All listeners of a tracker."""

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self._listeners = tuple(listeners)
        self._timed = tuple(one for one in self._listeners if type(one).advance is not Listener.advance)
        self._ears: dict[type[Event], list[Ear]] = {}
        for listener in self._listeners:
            for kind, ear in listener.ears().items():
                self._ears.setdefault(kind, []).append(ear)

    def told(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events, each behind what the listeners say to it."""
        ears = self._ears
        for event in events:
            for ear in ears.get(type(event), ()):
                yield from ear(event)
            yield event

    def is_due(self, now_ns: int) -> bool:
        """A timer lies before `now_ns`."""
        for one in self._timed:  # noqa: SIM110 - asked at every fact, and any() takes twice the time
            if one.due_ns < now_ns:
                return True
        return False

    def advance(self, now_ns: int) -> Iterator[Event]:
        """What the timers before `now_ns` say, by their deadlines."""
        fired = [event for one in self._timed if one.due_ns < now_ns for event in one.advance(now_ns)]
        fired.sort(key=lambda event: event.stamp.time_ns)
        yield from fired

    def close(self, end: Stamp) -> Iterator[Event]:
        """What is left to say when the capture has ended."""
        for one in self._listeners:
            yield from one.close(end)
