"""The rules of Subscribe and what answers it: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import finding, verdict
from tests.shared import needs_shared, shared_path
from wsdtrace.check.finding import FaultOf
from wsdtrace.pipeline import check_file

SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> ok", "passed", id="the full Action in its dialect"),
        pytest.param("> drop wse:Filter\nSubscribe -> ok", "no subject", id="no filter: everything"),
        pytest.param("Subscribe Filter=ScanAvailableEvent -> ok", "fired", id="a bare name"),
        pytest.param(
            "Subscribe Filter@Dialect=http://www.w3.org/TR/1999/REC-xpath-19991116 -> ok", "fired", id="XPath"
        ),
        pytest.param(
            "Subscribe Filter@Dialect=http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01/Action -> ok",
            "passed",
            id="the dialect of DPWS 1.1",
        ),
        pytest.param('Subscribe Filter="" -> ok', "fired", id="empty"),
        pytest.param(f"Subscribe Filter={SCAN} -> ok", "passed", id="a prefix of all events"),
        pytest.param("Subscribe Filter=http://example.com/Vendor -> ok", "passed", id="an event of a vendor"),
    ],
)
def test_subscribe_filter_wrong(text: str, expected: str) -> None:
    assert verdict(text, "WSD501") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> ok", "passed", id="one and its token"),
        pytest.param("> drop wscn:ScanDestinations\nSubscribe -> Fault InvalidArgs", "fired", id="none, and refused"),
        pytest.param("Subscribe events=JobStatusEvent -> ok", "no subject", id="for other events"),
        pytest.param("> drop wse:Filter\n> drop wscn:ScanDestinations\nSubscribe -> ok", "no subject", id="for all"),
        pytest.param("< drop wscn:DestinationResponses\nSubscribe -> ok", "fired", id="no tokens"),
        pytest.param("< drop wscn:DestinationToken\nSubscribe -> ok", "fired", id="an answer without token"),
        pytest.param("< drop wscn:ClientContext\nSubscribe -> ok", "passed", id="as Epson's: no ClientContext"),
        pytest.param("Subscribe -> ClientContext=Other", "fired", id="for another destination"),
        pytest.param("Subscribe ClientContext=A ClientContext=B -> ok", "passed", id="two and their tokens"),
        pytest.param("Subscribe -> Fault OperationFailed", "passed", id="refused for another reason"),
    ],
)
def test_destination_missing(text: str, expected: str) -> None:
    assert verdict(text, "WSD502") == expected


def test_the_device_is_to_blame_for_a_missing_token() -> None:
    assert finding("< drop wscn:DestinationResponses\nSubscribe -> ok", "WSD502").fault_of is FaultOf.DEVICE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe ClientContext=A ClientContext=B -> ok", "passed", id="all different"),
        pytest.param("Subscribe ClientContext=A ClientContext=A -> ok", "fired", id="equal contexts"),
        pytest.param(
            "Subscribe ClientContext=A ClientContext=B -> DestinationToken=t DestinationToken=t", "fired", id="tokens"
        ),
    ],
)
def test_destination_ambiguous(text: str, expected: str) -> None:
    assert verdict(text, "WSD513") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> Fault wse:DeliveryModeRequestedUnavailable", "fired", id="push"),
        pytest.param("Subscribe -> Fault wse:FilteringRequestedUnavailable", "fired", id="filter by Action"),
        pytest.param("Subscribe Filter@Dialect=x -> Fault wse:FilteringRequestedUnavailable", "passed", id="by XPath"),
        pytest.param("Subscribe -> Fault wse:UnsupportedExpirationType", "fired", id="a duration"),
        pytest.param(
            "Subscribe Expires=2030-01-01T00:00:00Z -> Fault wse:UnsupportedExpirationType", "passed", id="a date"
        ),
        pytest.param("Subscribe -> Fault wsdp:FilterActionNotSupported", "passed", id="what it may answer"),
        pytest.param("Subscribe Expires=PT0S -> Expires=PT1H", "fired", id="zero is granted"),
        pytest.param("Subscribe Expires=PT0S -> Fault wse:InvalidExpirationTime", "passed", id="zero is refused"),
        pytest.param("Subscribe -> ok\nRenew Expires=-PT1H -> ok", "fired", id="the past is granted"),
    ],
)
def test_subscribe_misanswered(text: str, expected: str) -> None:
    assert verdict(text, "WSD514") == expected


@needs_shared
def test_a_recorded_push_scan_is_clean() -> None:
    trace = check_file(str(shared_path("data/captures/events_occino_receiver.pcap")))
    assert [f.code for f in trace.findings if f.code.startswith("WSD5")] == []
    assert trace.ledger["WSD508"].passed == trace.ledger["WSD510"].passed == 1
