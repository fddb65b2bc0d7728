"""The rules of subscriptions and notifications: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import finding, judged, verdict
from tests.shared import needs_shared, shared_path
from wsdtrace.check.finding import FaultOf, Severity
from wsdtrace.pipeline import check_file

SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"
ONE_MINUTE = "Subscribe Expires=PT1M -> Expires=PT1M\n"
LATER = "GetScannerElements -> ok"


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


PRESS = "ScanAvailableEvent ClientContext=Scan -> accepted"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"Subscribe -> ok\n{PRESS}", "passed", id="asked for"),
        pytest.param(PRESS, "inconclusive", id="the subscription may be older"),
        pytest.param(f"{PRESS}\nSubscribe -> ok\nUnsubscribe -> ok\n{PRESS}", "fired", id="marked as of that one"),
        pytest.param(f"Subscribe -> ok\nUnsubscribe -> ok\n{PRESS}", "fired", id="after Unsubscribe"),
        pytest.param(f"Subscribe -> ok\nUnsubscribe -> nothing\n{PRESS}", "passed", id="Unsubscribe had no answer"),
        pytest.param(f"Subscribe -> ok\nSubscriptionEnd -> accepted\n{PRESS}", "fired", id="after its own end"),
        pytest.param(f"{ONE_MINUTE}wait 62s\n{PRESS}", "passed", id="just expired: clocks differ"),
        pytest.param(f"{ONE_MINUTE}wait 66s\n{PRESS}", "fired", id="expired"),
        pytest.param(f"{ONE_MINUTE}wait 50s\nRenew -> ok\nwait 66s\n{PRESS}", "passed", id="renewed"),
        pytest.param("Subscribe -> ok\nScanAvailableEvent ClientContext=X -> accepted", "fired", id="strange context"),
        pytest.param("Subscribe -> ok\nJobStatusEvent -> accepted", "fired", id="not in the filter"),
        pytest.param(
            f"Subscribe Filter={SCAN} -> ok\nJobStatusEvent -> accepted", "passed", id="the filter is a prefix"
        ),
        pytest.param("> drop wse:Filter\nSubscribe -> ok\nJobStatusEvent -> accepted", "passed", id="no filter"),
        pytest.param(f"Subscribe -> ok\nUnsubscribe -> ok\nSubscribe -> ok\n{PRESS}", "passed", id="subscribed anew"),
        pytest.param(
            "Subscribe -> ok\n> drop wse:Identifier\nJobStatusEvent -> accepted",
            "inconclusive",
            id="not marked: it may be another subscription's",
        ),
        pytest.param(
            "> drop wsa:ReferenceParameters\nSubscribe -> ok\nJobStatusEvent -> accepted",
            "fired",
            id="the sink has no marks, and nothing came before",
        ),
        pytest.param(
            "JobStatusEvent -> accepted\n> drop wsa:ReferenceParameters\nSubscribe -> ok\nJobStatusEvent -> accepted",
            "inconclusive",
            id="the sink has no marks, and was used before",
        ),
    ],
)
def test_event_unsubscribed(text: str, expected: str) -> None:
    assert verdict(text, "WSD503") == expected


@pytest.mark.parametrize(
    ("text", "lapsed", "leaked"),
    [
        pytest.param(f"{ONE_MINUTE}wait 59s\nRenew -> ok", "no subject", "no subject", id="renewed in time"),
        pytest.param(
            f"{ONE_MINUTE}wait 61s\nRenew -> Fault wse:UnableToRenew", "fired", "passed", id="late, and refused"
        ),
        pytest.param(f"{ONE_MINUTE}wait 62s\nRenew -> ok", "no subject", "no subject", id="late, but granted: clocks"),
        pytest.param(f"{ONE_MINUTE}wait 70s\nRenew -> ok", "fired", "passed", id="late beyond clocks, though granted"),
        pytest.param(f"{ONE_MINUTE}wait 70s\nSubscribe -> ok", "fired", "passed", id="subscribed anew too late"),
        pytest.param(f"{ONE_MINUTE}wait 119s\n{LATER}", "no subject", "no subject", id="it may still come back"),
        pytest.param(f"{ONE_MINUTE}wait 121s\n{LATER}", "passed", "fired", id="it does not come back"),
        pytest.param(f"{ONE_MINUTE}wait 121s\nSubscribe -> ok", "passed", "fired", id="a restart"),
        pytest.param(f"{ONE_MINUTE}Unsubscribe -> ok\nwait 3min\n{LATER}", "no subject", "passed", id="ended in order"),
        pytest.param(
            f"{ONE_MINUTE}Unsubscribe -> nothing\nwait 3min\n{LATER}", "passed", "passed", id="ended without an answer"
        ),
        pytest.param("Subscribe -> ok\nScanAvailableEvent -> refused", "no subject", "fired", id="the sink is gone"),
    ],
)
def test_lapsed_and_leaked(text: str, lapsed: str, leaked: str) -> None:
    assert (verdict(text, "WSD504"), verdict(text, "WSD505")) == (lapsed, leaked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> ok\n" * 2, "passed", id="twice: a restart"),
        pytest.param("Subscribe -> ok\n" * 3, "fired", id="three times"),
        pytest.param("Subscribe -> ok\nUnsubscribe -> ok\n" * 4, "passed", id="each ended before the next"),
        pytest.param("Subscribe -> ok\nwait 20min\n" * 4, "fired", id="every 20 minutes"),
        pytest.param("Subscribe Expires=PT9H -> ok\nwait 61min\n" * 4, "passed", id="every hour"),
        pytest.param("Subscribe ClientContext=A -> ok\nSubscribe ClientContext=B -> ok\n" * 2, "passed", id="for two"),
        pytest.param("".join(f"client {c}: Subscribe -> ok\n" for c in "ABC"), "passed", id="three clients"),
    ],
)
def test_resubscribe_storm(text: str, expected: str) -> None:
    assert verdict(text, "WSD506") == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param("accepted", "passed", id="202"),
        pytest.param("HTTP 200", "passed", id="200"),
        pytest.param("HTTP 500 text/html", "fired", id="500"),
        pytest.param("Fault wsa:ActionNotSupported", "fired", id="a fault"),
        pytest.param("close after 9s", "fired", id="closed"),
        pytest.param("reset", "fired", id="reset"),
        pytest.param("nothing\nend", "passed", id="the capture ends"),
    ],
)
def test_event_undelivered(answer: str, expected: str) -> None:
    assert verdict(f"Subscribe -> ok\nScanAvailableEvent -> {answer}", "WSD507") == expected


@pytest.mark.parametrize("how", ["refused", "unreachable"])
def test_a_sink_that_takes_no_connection_is_found_without_an_exchange(how: str) -> None:
    found = finding(f"Subscribe -> ok\nScanAvailableEvent -> {how}", "WSD507")
    assert (found.severity, found.fault_of) == (Severity.ERROR, FaultOf.CLIENT)


def test_a_refused_connection_elsewhere_is_no_undelivered_event() -> None:
    assert verdict("Subscribe -> ok\nGetScannerElements -> refused", "WSD507") == "no subject"


@pytest.mark.parametrize("answer", ["close after 9s", "reset", "HTTP 404 text/html", "HTTP 500 application/soap+xml"])
def test_an_undelivered_event_is_one_finding(answer: str) -> None:
    trace = judged(f"Subscribe -> ok\nScanAvailableEvent -> {answer}")
    assert [f.code for f in trace.findings if f.is_cause and f.severity is Severity.ERROR] == ["WSD507"]


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe -> ok\n> drop wse:Identifier\nRenew -> Fault wse:UnableToRenew", "fired", id="refused"),
        pytest.param("Subscribe -> ok\n> drop wse:Identifier\nRenew -> ok", "passed", id="granted all the same"),
        pytest.param("Subscribe -> ok\nRenew -> Fault wse:UnableToRenew", "passed", id="refused in spite of it"),
    ],
)
def test_manager_refuses(text: str, expected: str) -> None:
    assert verdict(text, "WSD515") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"Subscribe -> ok\n{PRESS}", "passed", id="echoed"),
        pytest.param(f"Subscribe -> ok\n> drop wse:Identifier\n{PRESS}", "fired", id="dropped"),
        pytest.param(
            f"> drop wsa:ReferenceParameters\nSubscribe -> ok\n> drop wse:Identifier\n{PRESS}", "no subject", id="none"
        ),
    ],
)
def test_notify_parameters_missing(text: str, expected: str) -> None:
    assert verdict(text, "WSD516") == expected


@needs_shared
def test_a_recorded_push_scan_is_clean() -> None:
    trace = check_file(str(shared_path("data/captures/events_occino_receiver.pcap")))
    assert [f.code for f in trace.findings if f.code.startswith("WSD5")] == []
    assert trace.ledger["WSD508"].passed == trace.ledger["WSD510"].passed == 1
