"""Listeners hear events before they go on, and speak first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wsdtrace.records import Anomaly, Stamp
from wsdtrace.state.events import Event, SourceDamaged, TimeWentBack
from wsdtrace.state.listener import NEVER_NS, Audience, Ear, Listener

ODD = Anomaly("odd", "odd")


class Echo(Listener):
    """Says TimeWentBack to every SourceDamaged, and once at each of its times."""

    def __init__(self, *due_ns: int) -> None:
        self._times = list(due_ns)
        self.due_ns = self._times[0] if self._times else NEVER_NS

    def ears(self) -> Mapping[type[Event], Ear]:
        return {SourceDamaged: self._damaged}

    def _damaged(self, event: SourceDamaged) -> Iterable[Event]:
        return (TimeWentBack(event.stamp, ODD),)

    def advance(self, now_ns: int) -> Iterable[Event]:
        fired = [t for t in self._times if t < now_ns]
        self._times = [t for t in self._times if t >= now_ns]
        self.due_ns = self._times[0] if self._times else NEVER_NS
        return [TimeWentBack(Stamp(1, t), ODD) for t in fired]


def test_what_a_listener_says_comes_before_what_it_heard() -> None:
    damaged = SourceDamaged(Stamp(1, 0), ODD)
    said = list(Audience([Echo(), Echo()]).told([damaged]))
    assert [type(event) for event in said] == [TimeWentBack, TimeWentBack, SourceDamaged]


def test_nobody_hears_what_listeners_say() -> None:
    back = TimeWentBack(Stamp(1, 0), ODD)
    assert list(Audience([Echo()]).told([back])) == [back]


def test_timers_of_several_listeners_fire_in_the_order_of_their_deadlines() -> None:
    audience = Audience([Echo(5, 30), Echo(3, 20)])
    assert [e.stamp.time_ns for e in audience.advance(25)] == [3, 5, 20]
    assert [e.stamp.time_ns for e in audience.advance(25)] == []
    assert [e.stamp.time_ns for e in audience.advance(31)] == [30]


def test_a_listener_without_timers_and_without_a_last_word_is_silent() -> None:
    audience = Audience([Echo()])
    assert list(audience.advance(NEVER_NS)) == list(audience.close(Stamp(1, 0))) == []
