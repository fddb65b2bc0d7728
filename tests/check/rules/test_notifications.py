"""The rules of notifications: boundaries, and what they must not accuse."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import finding, judged, verdict
from wsdtrace.check.finding import FaultOf, Severity

SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"


ONE_MINUTE = "Subscribe Expires=PT1M -> Expires=PT1M\n"


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
        pytest.param(f"Subscribe -> ok\n{PRESS}", "passed", id="echoed"),
        pytest.param(f"Subscribe -> ok\n> drop wse:Identifier\n{PRESS}", "fired", id="dropped"),
        pytest.param(
            f"> drop wsa:ReferenceParameters\nSubscribe -> ok\n> drop wse:Identifier\n{PRESS}", "no subject", id="none"
        ),
    ],
)
def test_notify_parameters_missing(text: str, expected: str) -> None:
    assert verdict(text, "WSD516") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subscribe events=JobStatusEvent -> ok\n", "fired", id="asked for"),
        pytest.param("", "no subject", id="not asked for"),
    ],
)
def test_state_change_unreported(text: str, expected: str) -> None:
    job = "CreateScanJob -> JobId=1\nRetrieveImage -> image\nGetJobElements -> JobState=Completed\nwait 6s\n"
    assert verdict(f"{text}{job}GetActiveJobs -> none", "WSD519") == expected
