"""Events that wait: in their order, until their time is over, and no more of them than the bound."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from wsdtrace.records import Anomaly, Stamp
from wsdtrace.state import settling
from wsdtrace.state.events import Event, FramesLost
from wsdtrace.state.listener import NEVER_NS, Ear
from wsdtrace.state.settling import SETTLED_NS, Settling


class Waiting(Settling[FramesLost]):
    """Waits with every event that it hears."""

    def ears(self) -> Iterable[Ear]:
        return (Ear(FramesLost, self.wait),)

    def settled(self, event: FramesLost) -> FramesLost:
        return event


def at(time_ns: int) -> FramesLost:
    return FramesLost(Stamp(1, time_ns), Anomaly("frames_lost", ""))


def times(events: Iterable[Event]) -> list[int]:
    return [event.stamp.time_ns for event in events]


def waiting(*events_at: int) -> tuple[Waiting, list[int]]:
    """One with which events wait, and those that it told at once."""
    book = Waiting()
    return book, [told for moment in events_at for told in times(book.wait(at(moment)))]


def test_each_waits_for_its_time() -> None:
    book, told = waiting(10, 20)
    assert (told, book.due_ns) == ([], 10 + SETTLED_NS)
    assert times(book.advance(10 + SETTLED_NS)) == []
    assert times(book.advance(11 + SETTLED_NS)) == [10]
    assert book.due_ns == 20 + SETTLED_NS
    assert times(book.advance(21 + SETTLED_NS)) == [20]
    assert book.due_ns == NEVER_NS


def test_the_end_settles_all() -> None:
    book, _ = waiting(10, 20)
    assert times(book.close(Stamp(9, 30))) == [10, 20]
    assert times(book.close(Stamp(9, 30))) == []


def test_the_oldest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MAX_WAITING", 2)
    book, told = waiting(1, 2, 3, 4)
    assert told == [1, 2]
    assert times(book.close(Stamp(9, 30))) == [3, 4]
