"""Listeners hear events before they go on, and speak first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.random_talk import Talk
from wsdtrace import scenario
from wsdtrace.check.rule import FAMILIES, all_rules
from wsdtrace.pipeline import Options, check_file
from wsdtrace.records import Anomaly, Endpoint, Stamp
from wsdtrace.state import listener
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen, SourceDamaged, TimeWentBack
from wsdtrace.state.listener import NEVER_NS, Audience, Ear, Listener
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Device, Exchange, Job, Transport
from wsdtrace.wsd import Decoded
from wsdtrace.wsd.scan import CancelJobRequest, CancelJobResponse

CASES = sorted((Path(__file__).parents[2] / "captures").glob("*/capture.pcap*"))
ODD = Anomaly("odd", "odd")
NOW = Stamp(1, 0)


class Echo(Listener):
    """Says TimeWentBack to every SourceDamaged, and once at each of its times."""

    def __init__(self, *due_ns: int) -> None:
        self._times = list(due_ns)
        self._aim()

    def _aim(self) -> None:
        self.due_ns = self._times[0] if self._times else NEVER_NS

    def ears(self) -> Iterable[Ear]:
        return (Ear(SourceDamaged, self._damaged),)

    def _damaged(self, event: SourceDamaged) -> Iterable[Event]:
        self._times = sorted([*self._times, event.stamp.time_ns + 10])
        self._aim()
        return (TimeWentBack(event.stamp, ODD),)

    def advance(self, now_ns: int) -> Iterable[Event]:
        fired = [t for t in self._times if t < now_ns]
        self._times = [t for t in self._times if t >= now_ns]
        self._aim()
        return [TimeWentBack(Stamp(1, t), ODD) for t in fired]


def test_what_a_listener_says_comes_before_what_it_heard() -> None:
    damaged = SourceDamaged(NOW, ODD)
    said = list(Audience([Echo(), Echo()]).told([damaged]))
    assert [type(event) for event in said] == [TimeWentBack, TimeWentBack, SourceDamaged]


def test_nobody_hears_what_listeners_say() -> None:
    back = TimeWentBack(NOW, ODD)
    assert list(Audience([Echo()]).told([back])) == [back]


def test_timers_of_several_listeners_fire_in_the_order_of_their_deadlines() -> None:
    audience = Audience([Echo(5, 30), Echo(3, 20)])
    assert [e.stamp.time_ns for e in audience.advance(25)] == [3, 5, 20]
    assert [e.stamp.time_ns for e in audience.advance(25)] == []
    assert [e.stamp.time_ns for e in audience.advance(31)] == [30]


def test_a_timer_is_due_when_the_earliest_of_all_listeners_is() -> None:
    audience = Audience([Echo(50), Echo(30)])
    assert [audience.is_due(now) for now in (30, 31)] == [False, True]
    list(audience.advance(31))
    assert [audience.is_due(now) for now in (31, 50, 51)] == [False, False, True]


def test_a_timer_that_is_set_while_listening_is_due() -> None:
    audience = Audience([Echo()])
    assert not audience.is_due(11)
    list(audience.told([SourceDamaged(NOW, ODD)]))
    assert [audience.is_due(now) for now in (10, 11)] == [False, True]


def test_a_listener_without_timers_and_without_a_last_word_is_silent() -> None:
    audience = Audience([Echo()])
    assert list(audience.advance(NEVER_NS)) == list(audience.close(NOW)) == []


# -- who hears what ---------------------------------------------------------------------------


def exchange_with(*values: Any, operation: str = "CancelJob") -> Exchange:
    """An exchange whose messages hold these."""
    here = Endpoint("10.0.0.1", 80)
    exchange = Exchange(Transport.HTTP, here, here, operation=operation)
    for role, value in zip(Role, values, strict=False):
        message = Message(role, here, here, NOW, NOW, 0, True, decoded=Decoded(value, None))
        if role is Role.REQUEST:
            exchange.request = message
        else:
            exchange.response = message
    return exchange


class Notebook(Listener):
    """Notes what its one ear hears."""

    def __init__(self, on: type[Event], **only: Any) -> None:
        self._on, self._only = on, only
        self.heard: list[Event] = []

    def ears(self) -> Iterable[Ear]:
        return (Ear(self._on, self._note, **self._only),)

    def _note(self, event: Event) -> Iterable[Event]:
        self.heard.append(event)
        return ()


ASKED, BOTH = (CancelJobRequest(),), (CancelJobRequest(), CancelJobResponse())
OTHERS = frozenset({"CreateScanJob"})


@pytest.mark.parametrize(
    ("only", "exchange", "heard"),
    [
        pytest.param({}, exchange_with(), True, id="everything"),
        pytest.param({"of": (CancelJobRequest,)}, exchange_with(*ASKED), True, id="what the request holds"),
        pytest.param({"of": (CancelJobResponse,)}, exchange_with(*ASKED), False, id="what no message holds"),
        pytest.param({"of": (CancelJobResponse,)}, exchange_with(*BOTH), True, id="what the response holds"),
        pytest.param({"operations": OTHERS}, exchange_with(*BOTH), False, id="another operation"),
        pytest.param({"operations": OTHERS}, exchange_with(operation="CreateScanJob"), True, id="the operation"),
        pytest.param({"operations": OTHERS, "of": (CancelJobRequest,)}, exchange_with(*ASKED), False, id="not both"),
    ],
)
def test_an_ear_hears_what_it_says(only: dict[str, Any], exchange: Exchange, heard: bool) -> None:
    book = Notebook(ExchangeEnded, **only)
    audience = Audience([book])
    event = ExchangeEnded(NOW, exchange, None)
    assert list(audience.told([event, event])) == [event, event]
    assert book.heard == [event, event] * heard


def test_of_a_message_counts_what_itself_holds() -> None:
    book = Notebook(MessageSeen, of=(CancelJobRequest,))
    exchange = exchange_with(*BOTH)
    assert exchange.request is not None
    assert exchange.response is not None
    asked, answered = (MessageSeen(NOW, exchange, m) for m in (exchange.request, exchange.response))
    list(Audience([book]).told([asked, answered]))
    assert book.heard == [asked]


def test_what_is_remembered_of_contents_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MAX_CONTENTS", 2)
    book = Notebook(ExchangeEnded, operations=frozenset({"1", "3"}))
    audience = Audience([book])
    events = [ExchangeEnded(NOW, exchange_with(operation=str(n % 4)), None) for n in range(8)]
    assert list(audience.told(events)) == events
    assert book.heard == events[1::2]
    assert len(audience._by_contents) <= 2


# -- nobody misses anything -------------------------------------------------------------------


def word(value: object) -> object:
    """What a field of an event says, whatever object of the run it is."""
    match value:
        case Exchange() | Device():
            return type(value).__name__, value.id
        case Message():
            return "message", value.role, value.first
        case Job():
            return value.label, value.index
        case list() | tuple() | frozenset():
            return [word(each) for each in value]
        case str() | int() | None | Stamp() | Endpoint():
            return value
    return type(value).__name__


def sentences(check: Callable[[Options], object]) -> list[list[object]]:
    """All events of a run in words."""
    said: list[list[object]] = []

    def hear(event: Event) -> None:
        said.append([type(event), *(word(getattr(event, each.name)) for each in fields(event))])

    check(Options(on_event=hear))
    return said


def assert_nobody_misses_anything(monkeypatch: pytest.MonkeyPatch, check: Callable[[Options], object]) -> None:
    """The same events when every ear hears everything of its type, as when it hears what it says."""
    chosen = sentences(check)
    with monkeypatch.context() as patched:
        patched.setattr(listener, "who_hears", lambda wishes, *_: range(len(wishes)))
        assert sentences(check) == chosen
    assert chosen


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_nobody_misses_anything_of_a_recording(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    assert_nobody_misses_anything(monkeypatch, partial(check_file, str(path)))


@pytest.mark.parametrize("family", FAMILIES)
def test_nobody_misses_anything_of_an_example(monkeypatch: pytest.MonkeyPatch, family: str) -> None:
    for rule in all_rules():
        for text in (rule.bad, rule.good) if rule.family == family else ():
            assert_nobody_misses_anything(monkeypatch, partial(scenario.check, text))


@pytest.mark.parametrize("seed", range(8))
def test_nobody_misses_anything_of_a_conversation(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    text = Talk(seed).text(40)
    assert_nobody_misses_anything(monkeypatch, partial(scenario.check, text))
