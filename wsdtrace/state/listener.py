"""A memory about one topic that lives from what the tracker says happened.

Theory of operation: the tracker's own books pair messages, join devices and follow jobs, and so make events. A
listener hears those events before the rules do, remembers what its topic needs, and answers with events of its own;
what one listener says no other hears. Its timers run in capture time: `due_ns` is when the earliest one fires.

Rules for whoever edits a listener:

1. It remembers values of fixed size and exchanges, never parsed messages: these are dropped once the rules have seen
them.
2. Everything that grows has a bound, and forgets the least recently used first.
3. Most events are in order, and most listeners have nothing to say to them. So an ear says what it hears, and is no
generator where it mostly has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.state.events import Event
from wsdtrace.state.held import HOLDERS, Held, held_by

NEVER_NS = 1 << 62
"""Later than any time of a capture."""

MAX_CONTENTS = 4096
"""Kinds of contents of which it is remembered who hears them; those of 33 recorded scans are 59. When full they are
forgotten together."""

Hear = Callable[[Any], Iterable[Event]]
"""Takes an event of the type that it is registered for, and says what follows."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What a listener hears: the events of one type, and of those about messages perhaps only some. Which ones spares
    calls and decides nothing: a listener that heard all of them would say the same."""

    on: type[Event]
    hear: Hear
    of: tuple[type, ...] = ()
    """Typed values of which the event must hold one (`held_by`); empty: whatever it holds."""
    operations: frozenset[str] | None = None
    """Operations of its exchange; None: any."""


Wish = tuple[tuple[type, ...], frozenset[str] | None]
"""`of` and `operations` of an ear."""


def hears(wish: Wish, operation: str | None, held: Held) -> bool:
    """An event with these contents is for an ear with this wish."""
    of, operations = wish
    if operations is not None and operation not in operations:
        return False
    return not of or any(issubclass(kind, of) for kind in held)


@lru_cache(maxsize=MAX_CONTENTS)
def who_hears(wishes: tuple[Wish, ...], operation: str | None, held: Held) -> tuple[int, ...]:
    """Which of several ears an event with these contents is for; the same in every run."""
    return tuple(number for number, wish in enumerate(wishes) if hears(wish, operation, held))


class Listener:
    """Hears events of some types, and says what follows."""

    _due_ns: int = NEVER_NS
    wake: Callable[[int], None] | None = None
    """Is told of every new `due_ns`."""

    @property
    def due_ns(self) -> int:
        """When its next timer fires."""
        return self._due_ns

    @due_ns.setter
    def due_ns(self, due_ns: int) -> None:
        self._due_ns = due_ns
        if self.wake is not None:
            self.wake(due_ns)

    def ears(self) -> Iterable[Ear]:
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
        self._due_ns = NEVER_NS
        """No timer fires before."""
        for timed in self._timed:
            self._wake(timed.due_ns)
            timed.wake = self._wake
        ears: dict[type[Event], list[Ear]] = {kind: [] for kind in HOLDERS}
        for listener in self._listeners:
            for ear in listener.ears():
                assert ear.on in HOLDERS or not (ear.of or ear.operations), "nothing is held by what it hears"
                ears.setdefault(ear.on, []).append(ear)
        self._all = {kind: tuple(ear.hear for ear in here) for kind, here in ears.items()}
        self._wishes = {kind: tuple((ear.of, ear.operations) for ear in ears[kind]) for kind in HOLDERS}
        self._by_contents: dict[tuple[type[Event], str | None, Held], tuple[Hear, ...]] = {}

    def told(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events, each behind what the listeners say to it."""
        for event in events:
            kind = type(event)
            for hear in self._some(event) if kind in HOLDERS else self._all.get(kind, ()):
                said = hear(event)
                if said:
                    yield from said
            yield event

    def _some(self, event: Event) -> tuple[Hear, ...]:
        """Who hears an event about messages; found once for each kind of contents."""
        operation: str | None = event.exchange.operation  # type: ignore[attr-defined]  # those have one
        kind, held = type(event), held_by(event)
        contents = kind, operation, held
        known = self._by_contents.get(contents)
        if known is None:
            if len(self._by_contents) >= MAX_CONTENTS:
                self._by_contents.clear()
            known = tuple(self._all[kind][number] for number in who_hears(self._wishes[kind], operation, held))
            self._by_contents[contents] = known
        return known

    def _wake(self, due_ns: int) -> None:
        self._due_ns = min(self._due_ns, due_ns)

    def is_due(self, now_ns: int) -> bool:
        """A timer may lie before `now_ns`: that much is known without asking every listener."""
        return self._due_ns < now_ns

    def advance(self, now_ns: int) -> Iterator[Event]:
        """What the timers before `now_ns` say, by their deadlines."""
        fired = [event for one in self._timed if one.due_ns < now_ns for event in one.advance(now_ns)]
        self._due_ns = min((one.due_ns for one in self._timed), default=NEVER_NS)
        fired.sort(key=lambda event: event.stamp.time_ns)
        yield from fired

    def close(self, end: Stamp) -> Iterator[Event]:
        """What is left to say when the capture has ended."""
        for one in self._listeners:
            yield from one.close(end)
