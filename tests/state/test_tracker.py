"""Facts → events: what is listed, what is WSD, and that memory is given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.http.test_whole import turn
from tests.shared import CAPTURES
from wsdtrace import pipeline, scenario
from wsdtrace.pipeline import Options, check_file
from wsdtrace.records import (
    ConnectionOpened,
    Direction,
    HttpEvent,
    Stamp,
    StreamEnded,
    WholeConnection,
    WholeExchange,
)
from wsdtrace.state.events import (
    CaptureEnded,
    ConnectionSettled,
    Event,
    ExchangeEnded,
    JobOrphaned,
    LimitReached,
    MessageSeen,
)
from wsdtrace.state.model import Toward
from wsdtrace.state.order import Fact, in_order
from wsdtrace.state.tracker import Tracker


def all_events(text: str) -> list[Event]:
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return seen


def test_an_exchange_is_told_message_by_message_and_ends_once() -> None:
    told = (MessageSeen, ExchangeEnded, ConnectionSettled, CaptureEnded)
    kinds = [type(e) for e in all_events("GetScannerElements -> ok") if isinstance(e, told)]
    assert kinds == [MessageSeen, MessageSeen, ExchangeEnded, ConnectionSettled, CaptureEnded]


def test_an_html_error_of_a_known_endpoint_is_listed() -> None:
    trace = scenario.check("GetScannerElements -> ok\nCreateScanJob -> HTTP 500 text/html <h1>no</h1>")
    assert [(x.operation, x.response and x.response.status) for x in trace.exchanges] == [
        ("GetScannerElements", 200),
        ("CreateScanJob", 500),
    ]


def test_events_go_towards_the_client() -> None:
    trace = check_file(str(CAPTURES / "push-scan/capture.pcap"))
    toward = {x.operation: x.toward for x in trace.exchanges if x.transport == "http"}
    assert toward["ScanAvailableEvent"] is Toward.CLIENT
    assert toward["CreateScanJob"] is Toward.DEVICE


def test_encrypted_traffic_alone_is_seen_as_such() -> None:
    trace = check_file(str(CAPTURES / "tls-without-key/capture.pcap"))
    assert (trace.wsd_seen, trace.encrypted_seen, trace.exchanges) == (False, True, [])


@pytest.mark.parametrize(
    "exchange",
    [pytest.param("GetScannerElements -> ok", id="of a connection"), pytest.param("Hello", id="of a datagram")],
)
def test_a_bound_that_an_envelope_met_is_told(exchange: str) -> None:
    deep = "<a>" * 300 + "</a>" * 300
    seen = all_events(
        f"< replace </soap:Body> {deep}</soap:Body>\n{exchange}".replace("<", "<>"[exchange == "Hello"], 1)
    )
    assert [e.anomaly.detail for e in seen if isinstance(e, LimitReached)] == ["Excessive depth in document: 256"]


def test_time_never_falls() -> None:
    tracker = Tracker()
    list(tracker.advance(100))
    list(tracker.advance(50))
    assert tracker.now_ns == 100


def test_closing_an_empty_capture_says_so() -> None:
    (event,) = Tracker().close(Stamp(1, 0))
    assert isinstance(event, CaptureEnded)
    assert not event.wsd_seen


SLOW = """
CreateScanJob -> JobId=1 JobToken=t
close
GetScannerElements -> ok after 90s
close
CreateScanJob -> JobId=2 JobToken=u after 90s
close
GetScannerElements -> ok over 90s
close
CreateScanJob -> JobId=3 JobToken=v
close
wait 90s
GetScannerElements -> ok
"""
"""Jobs are orphaned after a minute: before, in and behind the messages of connections with one exchange each."""


def _steps(facts: list[Fact]) -> list[Fact]:
    """Facts one by one."""
    found: list[Fact] = []
    for fact in facts:
        found += fact.facts() if isinstance(fact, WholeExchange) else [fact]
    return found


def _told(capture: Path) -> list[tuple[object, ...]]:
    """All events of a capture, with what rules see of them at that moment."""
    said: list[tuple[object, ...]] = []

    def hear(event: Event) -> None:
        exchange, connection = getattr(event, "exchange", None), getattr(event, "connection", None)
        seen = None if exchange is None else (exchange.id, exchange.response_head, exchange.ended, exchange.operation)
        said.append((type(event), event.stamp, seen, None if connection is None else repr(connection)))

    check_file(str(capture), Options(on_event=hear))
    return said


@pytest.mark.parametrize("capture", sorted(CAPTURES.glob("*/capture.pcap*")), ids=lambda path: path.parent.name)
def test_an_exchange_as_one_fact_says_what_its_steps_say(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = _told(capture)
    monkeypatch.setattr(pipeline, "in_order", lambda facts: in_order(_steps(facts)))
    assert _told(capture) == together


def _folded(facts: list[Fact]) -> list[Fact]:
    """Facts with one for each connection that has no other than the six of a whole exchange."""
    found: dict[object, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.exchange.connection if isinstance(fact, HttpEvent) else fact.connection, []).append(fact)  # type: ignore[union-attr]  # no others here
    folded: list[Fact] = []
    for lived in found.values():
        match in_order(lived):
            case [ConnectionOpened() as opened, HttpEvent(exchange=http, stamp=asked), HttpEvent(stamp=head),
                  HttpEvent(stamp=ended), StreamEnded() as one, StreamEnded() as other]:  # fmt: skip
                turns = turn(Direction.FROM_ORIGINATOR, b"a", 1), turn(Direction.FROM_RESPONDER, b"b", 2)
                ends = opened.originator, opened.responder
                whole = WholeConnection(
                    opened.connection, ends, turns, opened.stamp, one.direction, one.stamp, other.stamp
                )
                folded.append(WholeExchange(whole, http, asked, head, ended))
            case steps:
                folded += steps
    return folded


def test_a_deadline_within_an_exchange_passes_at_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = tmp_path / "capture.pcapng"
    capture.write_bytes(scenario.capture(SLOW))
    step_by_step = _told(capture)
    assert sum(kind is JobOrphaned for kind, *_ in step_by_step) == 3
    wholes: list[Fact] = []

    def folded(facts: list[Fact]) -> list[Fact]:
        ordered = in_order(_folded(facts))
        wholes.extend(fact for fact in ordered if isinstance(fact, WholeExchange))
        return ordered

    monkeypatch.setattr(pipeline, "in_order", folded)
    assert _told(capture) == step_by_step
    assert len(wholes) == SLOW.count("->")


def test_exchanges_are_not_kept_on_demand() -> None:
    trace = check_file(str(CAPTURES / "clean-flatbed/capture.pcap"), Options(keep_exchanges=False))
    assert trace.exchanges == []
    assert len(trace.jobs) == 1
