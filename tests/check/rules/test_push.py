"""The rules of scans that begin at the device: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import finding, judged, verdict
from wsdtrace.check.finding import FaultOf, Severity

LATER = "GetScannerElements -> ok"
SUBSCRIBED = "Subscribe -> ok\n"
PRESSED = f"{SUBSCRIBED}ScanAvailableEvent ScanIdentifier=s -> accepted\n"
SCANNED = "CreateScanJob ScanIdentifier=s -> ok\nRetrieveImage -> image\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{PRESSED}wait 59s\n{SCANNED}wait 9s\n{LATER}", "passed", id="in time"),
        pytest.param(f"{PRESSED}wait 61s\n{SCANNED}", "fired", id="too late"),
        pytest.param(f"{PRESSED}{SCANNED}", "passed", id="at once, and the capture ends"),
        pytest.param(f"{PRESSED}wait 59s\n{LATER}", "inconclusive", id="the capture ends too early"),
        pytest.param(f"{PRESSED}wait 60.5s\n{LATER}", "fired", id="never"),
        pytest.param(
            f"{PRESSED}CreateScanJob -> ok\nRetrieveImage -> image\nwait 61s\n{LATER}", "fired", id="not for it"
        ),
        pytest.param(
            f"{PRESSED}CreateScanJob ScanIdentifier=s -> Fault OperationFailed\nwait 61s\n{LATER}",
            "passed",
            id="refused",
        ),
        pytest.param(
            f"{SUBSCRIBED}ScanAvailableEvent ScanIdentifier=s -> HTTP 500 text/html\nwait 61s\n{LATER}",
            "no subject",
            id="not delivered",
        ),
        pytest.param(
            f"{PRESSED}tcp: new connection\nTLS -> ok\nwait 61s\n{LATER}", "inconclusive", id="perhaps over TLS"
        ),
        pytest.param(f"{PRESSED}device 2: TLS -> ok\nwait 61s\n{LATER}", "fired", id="TLS with another device"),
        pytest.param(
            f"{PRESSED}tcp: gap 100\n{LATER}\nwait 2s\n{LATER}\nwait 61s\n{LATER}",
            "inconclusive",
            id="a hole meanwhile",
        ),
        pytest.param(f"ScanAvailableEvent -> accepted\nwait 61s\n{LATER}", "fired", id="whoever subscribed"),
        pytest.param(
            "Subscribe -> ok\nJobStatusEvent -> accepted\nwait 61s\nGetActiveJobs -> ok", "no subject", id="other"
        ),
    ],
)
def test_button_press_unanswered(text: str, expected: str) -> None:
    assert verdict(text, "WSD508") == expected


def test_the_deadline_is_the_time_of_the_finding() -> None:
    found = finding(f"{PRESSED}wait 90s\n{LATER}", "WSD508")
    sent = found.exchanges[0].request
    assert sent is not None
    assert found.time_ns == sent.last.time_ns + 60 * 10**9


@pytest.mark.parametrize(
    ("text", "expected", "fault_of"),
    [
        pytest.param(f"{PRESSED}{SCANNED}{SCANNED}", "fired", FaultOf.CLIENT, id="two jobs"),
        pytest.param(
            f"{PRESSED}CreateScanJob ScanIdentifier=s -> Fault OperationFailed\n{SCANNED}", "passed", None, id="a retry"
        ),
        pytest.param(
            f"{PRESSED}ScanAvailableEvent ScanIdentifier=s -> accepted", "fired", FaultOf.DEVICE, id="two events"
        ),
        pytest.param(
            f"{SUBSCRIBED}ScanAvailableEvent ScanIdentifier=s -> HTTP 500\n"
            "ScanAvailableEvent ScanIdentifier=s -> accepted",
            "passed",
            None,
            id="the first was not delivered",
        ),
        pytest.param(f"{PRESSED}ScanAvailableEvent ScanIdentifier=r -> accepted", "passed", None, id="another one"),
        pytest.param(
            f"{PRESSED}device 2: Subscribe -> ok\ndevice 2: ScanAvailableEvent ScanIdentifier=s -> accepted",
            "passed",
            None,
            id="another device's",
        ),
        pytest.param(
            f"{PRESSED}client B: Subscribe -> ok\nclient B: ScanAvailableEvent ScanIdentifier=s -> accepted",
            "inconclusive",
            None,
            id="told to two sinks at once",
        ),
    ],
)
def test_scan_identifier_reused(text: str, expected: str, fault_of: FaultOf | None) -> None:
    assert verdict(text, "WSD509") == expected
    if fault_of is not None:
        assert finding(text, "WSD509").fault_of is fault_of


TWICE = f"{SUBSCRIBED}{SUBSCRIBED}ScanAvailableEvent ScanIdentifier=s -> accepted\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{PRESSED}{SCANNED}", "passed", id="the token granted"),
        pytest.param(f"{TWICE}{SCANNED}", "passed", id="the later token"),
        pytest.param(
            f"{TWICE}CreateScanJob ScanIdentifier=s DestinationToken=destination-1-1 -> ok", "fired", id="old"
        ),
        pytest.param(f"{PRESSED}CreateScanJob ScanIdentifier=s DestinationToken=x -> ok", "fired", id="never granted"),
        pytest.param(
            "ScanAvailableEvent ScanIdentifier=s -> accepted\nCreateScanJob ScanIdentifier=s DestinationToken=x -> ok",
            "inconclusive",
            id="the Subscribe may be older",
        ),
        pytest.param(
            "< drop wscn:DestinationResponses\nSubscribe -> ok\nScanAvailableEvent ScanIdentifier=s -> accepted\n"
            "CreateScanJob ScanIdentifier=s DestinationToken=x -> ok",
            "inconclusive",
            id="the answer told no token",
        ),
        pytest.param(
            "Subscribe -> DestinationToken=t\nSubscribe -> DestinationToken=t\n"
            "ScanAvailableEvent ScanIdentifier=s -> accepted\nCreateScanJob ScanIdentifier=s DestinationToken=t -> ok",
            "passed",
            id="the device grants the same again",
        ),
        pytest.param("CreateScanJob -> ok", "no subject", id="no token"),
        pytest.param(
            f"{SUBSCRIBED}Unsubscribe -> ok\nCreateScanJob ScanIdentifier=s DestinationToken=destination-1-1 -> ok",
            "passed",
            id="of a subscription that ended otherwise",
        ),
    ],
)
def test_token_stale(text: str, expected: str) -> None:
    assert verdict(text, "WSD510") == expected


@pytest.mark.parametrize(
    ("answer", "severity"),
    [("ok", Severity.INFO), ("Fault ClientErrorInvalidDestinationToken", Severity.ERROR), ("close", Severity.ERROR)],
)
def test_an_old_token_that_the_device_takes_is_only_worth_knowing(answer: str, severity: Severity) -> None:
    text = f"{TWICE}CreateScanJob ScanIdentifier=s DestinationToken=destination-1-1 -> {answer}"
    assert finding(text, "WSD510").severity is severity


IDENTIFIER = "> add wscn:CreateScanJobRequest <wscn:ScanIdentifier>s</wscn:ScanIdentifier>\n"
TOKEN = "> add wscn:CreateScanJobRequest <wscn:DestinationToken>t</wscn:DestinationToken>\n"


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param("", "passed", id="neither"),
        pytest.param(IDENTIFIER, "fired", id="identifier alone"),
        pytest.param(TOKEN, "fired", id="token alone"),
        pytest.param(IDENTIFIER + TOKEN, "passed", id="both"),
        pytest.param(
            IDENTIFIER.replace(">s<", "><") + TOKEN.replace(">t<", "><"), "passed", id="both empty: as if absent"
        ),
        pytest.param(IDENTIFIER + TOKEN.replace(">t<", "><"), "fired", id="one empty"),
    ],
)
def test_token_pair_broken(edits: str, expected: str) -> None:
    assert verdict(f"{edits}CreateScanJob -> ok", "WSD511") == expected


def test_a_broken_pair_explains_the_unanswered_press() -> None:
    trace = judged(f"{PRESSED}{TOKEN}CreateScanJob -> ok\nwait 61s\n{LATER}", "WSD508", "WSD511")
    assert {f.code: f.caused_by.code if f.caused_by else None for f in trace.findings} == {
        "WSD511": None, "WSD508": "WSD511",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "asked", "expected"),
    [
        pytest.param("ADF", "ADF", "passed", id="the same"),
        pytest.param("ADF", "ADFDuplex", "passed", id="both sides of it"),
        pytest.param("ADF", "Platen", "fired", id="another"),
        pytest.param("", "Platen", "inconclusive", id="the event does not say"),
    ],
)
def test_input_source_ignored(said: str, asked: str, expected: str) -> None:
    source = f" InputSource={said}" if said else ""
    press = f"{SUBSCRIBED}ScanAvailableEvent ScanIdentifier=s{source} -> accepted\n"
    assert verdict(f"{press}CreateScanJob ScanIdentifier=s InputSource={asked} -> ok", "WSD517") == expected


UNKNOWN = "CreateScanJob ScanIdentifier=x DestinationToken=destination-1-1 -> "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{PRESSED}{SCANNED}", "passed", id="told"),
        pytest.param(f"{SUBSCRIBED}{UNKNOWN}Fault ClientErrorInvalidScanIdentifier", "fired", id="never told, refused"),
        pytest.param(f"{SUBSCRIBED}{UNKNOWN}ok", "inconclusive", id="the device takes it"),
        pytest.param(f"{SUBSCRIBED}{UNKNOWN}Fault OperationFailed", "inconclusive", id="refused for another reason"),
        pytest.param(
            f"{UNKNOWN}Fault ClientErrorInvalidScanIdentifier", "inconclusive", id="the Subscribe may be older"
        ),
        pytest.param("CreateScanJob -> ok", "no subject", id="none"),
    ],
)
def test_scan_identifier_unknown(text: str, expected: str) -> None:
    assert verdict(text, "WSD518") == expected
