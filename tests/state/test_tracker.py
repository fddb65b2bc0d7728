"""Facts → events: what is listed, what is WSD, and that memory is given back."""

from __future__ import annotations

import pytest

from tests.shared import CAPTURES
from wsdtrace import scenario
from wsdtrace.pipeline import Options, check_file
from wsdtrace.records import Stamp
from wsdtrace.state.events import CaptureEnded, ConnectionSettled, Event, ExchangeEnded, LimitReached, MessageSeen
from wsdtrace.state.model import Toward
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


def test_exchanges_are_not_kept_on_demand() -> None:
    trace = check_file(str(CAPTURES / "clean-flatbed/capture.pcap"), Options(keep_exchanges=False))
    assert trace.exchanges == []
    assert len(trace.jobs) == 1
