"""Precedents: what rules look at that say that they are alike, and that nothing is judged otherwise because of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.check.watched import LookedAtMore, Seen, watched
from tests.shared import CAPTURES, SHARED
from wsdtrace import scenario
from wsdtrace.check.checker import Checker
from wsdtrace.check.finding import Finding, Inconclusive, Objection, Severity
from wsdtrace.check.precedents import KEYS
from wsdtrace.check.rule import FAMILIES, Alike, Rule, Verdict, all_rules, find_rule
from wsdtrace.errors import BadScenario
from wsdtrace.pipeline import Options, check_file
from wsdtrace.records import Abandoned
from wsdtrace.report.trace import Trace
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.held import HOLDERS
from wsdtrace.state.likeness import Likeness
from wsdtrace.state.message import Message
from wsdtrace.state.model import Toward

RECORDINGS = sorted([*CAPTURES.glob("*/capture.pcap*"), *(SHARED / "data" / "captures").glob("*.pcap*")])
RULES = all_rules()
ALIKE = [rule for rule in RULES if rule.alike is not Alike.NOTHING]

POLL = "GetScannerElements -> ScannerCurrentTime=2026-01-01T10:00:00Z"


def the_last(kind: type[Event]) -> Event:
    """The last event of a type of some alike polls, as the rules see it: a copy of what it is about."""
    found: list[Event] = []

    def note(event: Event) -> None:
        if type(event) is kind:
            exchange = replace(event.exchange)  # type: ignore[attr-defined]  # it has one
            assert exchange.request is not None
            exchange.request = replace(exchange.request)
            if isinstance(event, ExchangeEnded):
                assert exchange.response is not None
                assert event.connection is not None
                exchange.response = replace(exchange.response)
                found.append(replace(event, exchange=exchange, connection=replace(event.connection)))
            elif isinstance(event, MessageSeen):
                found.append(replace(event, exchange=exchange, message=replace(event.message)))

    scenario.check(repeated(POLL), Options(on_event=note))
    return found[-1]


@pytest.mark.parametrize("kind", [MessageSeen, ExchangeEnded])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("abandoned", Abandoned.GAP, id="how it was given up"),
        pytest.param("is_wsd", False, id="whether it is WSD"),
        pytest.param("operation", "GetActiveJobs", id="its operation"),
        pytest.param("toward", Toward.CLIENT, id="who asks whom"),
    ],
)
def test_events_about_exchanges_that_differ_so_are_not_alike(kind: type[Event], name: str, value: object) -> None:
    event = the_last(kind)
    before = KEYS[kind](event)
    assert before is not None
    assert KEYS[kind](event) == before
    setattr(event.exchange, name, value)  # type: ignore[attr-defined]  # it has one
    assert KEYS[kind](event) not in (None, before)


def _forget(message: Message | None) -> None:
    assert message is not None
    message.likeness = None


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        pytest.param(MessageSeen, lambda e: _forget(e.message), id="a message without likeness"),
        pytest.param(MessageSeen, lambda e: _forget(e.exchange.request), id="a question without likeness"),
        pytest.param(MessageSeen, lambda e: setattr(e.exchange, "request", None), id="an answer without question"),
        pytest.param(ExchangeEnded, lambda e: _forget(e.exchange.request), id="an ended one, its request"),
        pytest.param(ExchangeEnded, lambda e: _forget(e.exchange.response), id="an ended one, its response"),
        pytest.param(ExchangeEnded, lambda e: setattr(e.exchange, "request", None), id="no request"),
        pytest.param(ExchangeEnded, lambda e: setattr(e.exchange, "response", None), id="no response"),
        pytest.param(ExchangeEnded, lambda e: setattr(e.connection, "gaps", 1), id="a hole"),
        pytest.param(ExchangeEnded, lambda e: setattr(e.connection, "one_sided", True), id="one direction"),
        pytest.param(ExchangeEnded, lambda e: setattr(e.connection, "snapped", e.stamp), id="a snap length"),
    ],
)
def test_what_is_not_certain_is_like_no_other(kind: type[Event], change: Callable[[Event], None]) -> None:
    event = the_last(kind)
    assert KEYS[kind](event) is not None
    change(event)
    assert KEYS[kind](event) is None


def test_without_its_connection_an_exchange_is_like_no_other() -> None:
    event = the_last(ExchangeEnded)
    assert isinstance(event, ExchangeEnded)
    assert KEYS[ExchangeEnded](replace(event, connection=None)) is None


def test_another_question_or_answer_has_another_key() -> None:
    changes: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
        (MessageSeen, lambda e: setattr(e.message, "likeness", Likeness())),
        (MessageSeen, lambda e: setattr(e.exchange.request, "likeness", Likeness())),
        (ExchangeEnded, lambda e: setattr(e.exchange.request, "likeness", Likeness())),
        (ExchangeEnded, lambda e: setattr(e.exchange.response, "likeness", Likeness())),
    )
    for kind, change in changes:
        event = the_last(kind)
        before = KEYS[kind](event)
        change(event)
        assert KEYS[kind](event) not in (None, before)


def test_every_event_about_messages_can_be_like_another() -> None:
    assert KEYS.keys() == HOLDERS


class Watch:
    """Asks the rules that say that they are alike about events that tell what was looked at."""

    def __init__(self) -> None:
        self._seen: dict[object, Seen] = {}
        self.silent: set[str] = set()
        """Rules whose function had nothing to say to an event that has a key."""
        self.events = 0

    def __call__(self, event: Event) -> None:
        key = KEYS[type(event)](event) if type(event) in KEYS else None
        if key is None:
            return
        self.events += 1
        for rule in ALIKE:
            if type(event) in rule.on:
                self._ask(rule, event, key)

    def _ask(self, rule: Rule, event: Event, key: object) -> None:
        shown, seen = watched(event)
        try:
            self._judge(rule, event, shown)
        except LookedAtMore as more:
            raise AssertionError(f"{rule.code} says that it is alike, and looks at {more}") from None
        before = self._seen.setdefault((type(event), key, rule.code), seen)
        for path in before.keys() & seen.keys():
            assert before[path] == seen[path], f"{rule.code} looks at {path}, which is not shared"

    def _judge(self, rule: Rule, event: Event, shown: Event) -> None:
        applies = rule.when(shown)
        assert applies == rule.when(event)
        if not applies or rule.alike is Alike.SUBJECT:
            return
        if rule.trace_of is not None:
            bears = rule.trace_of(shown)
            assert bears == rule.trace_of(event)
            if not bears:
                return
        if rule.alike is Alike.VERDICT and not list(rule.check(event)):
            assert not list(rule.check(shown))
            self.silent.add(rule.code)


def repeated(text: str) -> str:
    """A scenario again and again, so that its messages are alike; as it is where it cannot come twice."""
    again = "\n".join([text] * 4)
    try:
        scenario.capture(again)
    except BadScenario:
        return text
    return again


def examples(family: str) -> Iterator[str]:
    for rule in RULES:
        if rule.family == family:
            yield from (rule.bad, rule.good)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_alike_rules_look_at_nothing_else_in_a_recording(path: Path) -> None:
    check_file(str(path), Options(on_event=Watch()))


def test_alike_rules_look_at_nothing_else_in_an_example() -> None:
    watch = Watch()
    for family in FAMILIES:
        for text in examples(family):
            scenario.check(repeated(text), Options(on_event=watch))
    assert watch.events > 1000
    # Of most rules some example has an alike message about which the function is asked, and is silent.
    verdicts = {rule.code for rule in ALIKE if rule.alike is Alike.VERDICT}
    assert sorted(verdicts - watch.silent) == []


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(lambda event: event.message.message_id != "urn:uuid:1", id="a MessageID"),
        pytest.param(lambda event: event.message.first.number < 0, id="a place"),
        pytest.param(lambda event: event.exchange.job is not None, id="a job"),
        pytest.param(lambda event: event.exchange.response is None, id="what came behind it"),
        pytest.param(lambda event: b"no" in event.message.xml, id="the bytes"),
    ],
)
def test_the_watch_tells_of_a_rule_that_looks_at_more(
    look: Callable[[MessageSeen], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = replace(find_rule("WSD304"), when=look)
    monkeypatch.setattr("tests.check.test_precedents.ALIKE", [liar])
    with pytest.raises(AssertionError, match="WSD304 says that it is alike, and looks at"):
        scenario.check(repeated(POLL), Options(on_event=Watch()))


class Beside:
    """A checker that knows no precedent hears the same events."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.checker = Checker([replace(rule, alike=Alike.NOTHING) for rule in rules])

    def __call__(self, event: Event) -> None:
        self.checker.feed(event)

    def agrees_with(self, trace: Trace) -> None:
        assert trace.internal_errors == self.checker.internal_errors
        assert _counts(trace.ledger) == _counts(self.checker.ledger)
        assert list(map(_told, trace.findings)) == list(map(_told, self.checker.close()))


def _counts(ledger: Mapping[str, object]) -> dict[str, str]:
    return {code: str(tally) for code, tally in ledger.items()}


def _told(finding: Finding) -> tuple[object, ...]:
    return (
        (finding.id, finding.code, finding.severity, finding.fault_of, finding.message, finding.expected),
        (finding.time_ns, finding.also_seen, finding.ordinal, finding.evidence, finding.interpretations),
        (list(map(id, finding.exchanges)), id(finding.job), finding.caused_by and finding.caused_by.id),
    )


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_recording_is_judged_as_without_precedents(path: Path) -> None:
    beside = Beside(RULES)
    beside.agrees_with(check_file(str(path), Options(on_event=beside)))


@pytest.mark.parametrize("family", FAMILIES)
def test_an_example_is_judged_as_without_precedents(family: str) -> None:
    for text in examples(family):
        beside = Beside(RULES)
        beside.agrees_with(scenario.check(repeated(text), Options(on_event=beside)))


ODD = [
    "tcp: new connection",
    "tcp: no handshake",
    "tcp: only requests",
    "tcp: gap 100",
    "tcp: gap 100 in the request",
    "tcp: snap 700",
    "tcp: retransmit",
    "tcp: reorder",
    "http: status 500",
    "http: type text/xml",
    "http: chunked",
    "http: until close",
    "http: cut 200",
    "http: reset 200",
    "http: gzip",
    "http: 1.0",
    "> no field Host",
    "< line Odd",
    "> drop wsa:MessageID",
    "< drop wsa:RelatesTo",
    "< add wscn:ScannerStatus <wscn:Mood>good</wscn:Mood>",
    "< drop wscn:ElementData",
    "> field Host: 192.0.2.100",
]
"""What is special about one of many equal exchanges."""

WHO = ["", "client B: ", "device 2: ", "through P: ", "client B, through P: "]
ANSWERS = [
    "ok RelatesTo=urn:uuid:00000000-0000-4000-8000-00000000000f",
    "ScannerState=Idle ScannerStateReason=Paused",
    "Fault ServerErrorNotAcceptingJobs",
    "HTTP 404 text/html",
    "close",
    "reset",
    "nothing",
]


def odd_times() -> str:
    """The same poll some 400 times, each time between other parties or with something else that is odd."""
    lines = [f"{who}{POLL}" for who in WHO for _ in range(4)]
    for who in WHO:
        for odd in ODD:
            lines += [odd, f"{who}{POLL}", f"{who}{POLL}"]
        for answer in ANSWERS:
            lines += [f"{who}GetScannerElements -> {answer}", "close", f"{who}{POLL}"]
    return "\n".join(lines)


SELECTIONS = [
    pytest.param(lambda rule: True, id="all rules"),
    pytest.param(lambda rule: rule.code < "WSD3", id="the first families"),
    pytest.param(lambda rule: rule.code not in ("WSD303", "WSD304", "WSD207"), id="some ignored"),
    pytest.param(lambda rule: rule.alike is Alike.VERDICT, id="only those that are alike"),
]


@pytest.fixture
def templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are read by no example of an earlier test."""
    monkeypatch.setattr("wsdtrace.soap.template._templates", {})


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize("select", SELECTIONS)
def test_the_same_message_in_odd_company_is_judged_as_without_precedents(select: Callable[[Rule], bool]) -> None:
    rules = [rule for rule in RULES if select(rule)]
    beside = Beside(rules)
    options = Options(on_event=beside, select=tuple(rule.code for rule in rules))
    trace = scenario.check(odd_times(), options)
    assert len(trace.exchanges) > 200
    beside.agrees_with(trace)


@pytest.mark.usefixtures("templates")
def test_the_odd_company_holds_what_it_is_about() -> None:
    """Exchanges with a key and without, both legs of proxies, findings, and subjects of every kind."""
    keys: defaultdict[object, int] = defaultdict(int)

    def note(event: Event) -> None:
        if type(event) in KEYS:
            keys[KEYS[type(event)](event)] += 1

    trace = scenario.check(odd_times(), Options(on_event=note))
    assert keys.pop(None) > 50
    assert len(keys) > 8
    assert max(keys.values()) > 20
    assert any(x.copied_by for x in trace.exchanges)
    assert any(t.fired for t in trace.ledger.values())
    assert any(t.inconclusive for t in trace.ledger.values())


def _speaks_up_later(event: MessageSeen) -> Iterator[Verdict]:
    """What a plugin may do: it looks at what is not shared, and does not say that it is alike."""
    if event.stamp.number % 3 == 0:
        yield Objection("third", (), time_ns=event.stamp.time_ns)
    elif event.stamp.number % 3 == 1:
        yield Inconclusive("first")


def test_a_rule_that_declares_nothing_is_asked_each_time() -> None:
    plugin = replace(find_rule("WSD304"), code="ACME001", check=_speaks_up_later, alike=Alike.NOTHING)
    checkers = Checker([*RULES, plugin]), Checker([plugin])
    asked = 0

    def hear(event: Event) -> None:
        nonlocal asked
        asked += isinstance(event, MessageSeen)
        for checker in checkers:
            checker.feed(event)

    scenario.check(repeated(repeated(POLL)), Options(on_event=hear))
    both, alone = (checker.ledger["ACME001"] for checker in checkers)
    assert both == alone
    assert (both.fired + both.passed + both.inconclusive, both.fired > 0, both.passed > 0) == (asked, True, True)


def test_a_rule_that_objects_is_asked_each_time() -> None:
    text = repeated(repeated("GetScannerElements -> To=urn:uuid:client"))
    (finding,) = [f for f in scenario.check(text).findings if f.code == "WSD308"]
    assert finding.also_seen == 15


def test_a_rule_that_raises_is_asked_each_time_and_told_once() -> None:
    asked = 0

    def breaks(event: MessageSeen) -> Iterator[Verdict]:
        nonlocal asked
        asked += 1
        yield Inconclusive(str(1 // (len(event.exchange.anomalies) - len(event.exchange.anomalies))))

    broken = Rule(
        "ACME002", "made-up", Severity.INFO, find_rule("WSD304").fault_of, (MessageSeen,), (), (), lambda _: True,
        breaks, "", alike=Alike.VERDICT,
    )  # fmt: skip
    checker = Checker([broken])
    scenario.check(repeated(POLL), Options(on_event=checker.feed))  # type: ignore[arg-type]  # what it returns is not wanted
    assert asked >= 8
    assert len(checker.internal_errors) == 1
    assert checker.ledger["ACME002"].passed == 0
