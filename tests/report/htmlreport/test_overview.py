"""The verdict comes first, in a sentence."""

import pytest

from tests.report.htmlreport.pages import case, page, text_of
from tests.report.traces import Story, orphaned_job, seen
from wsdtrace.check.finding import FaultOf, Severity
from wsdtrace.report.htmlreport.context import Context, ReportOptions
from wsdtrace.report.htmlreport.overview import gravest, tone_of, verdict_sentence
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.joblife import Outcome


def sentence(trace: Trace) -> str:
    return verdict_sentence(Context(trace, ReportOptions()))


def judged(severity: Severity, fault: FaultOf = FaultOf.DEVICE) -> Trace:
    story = Story()
    story.capture("x.pcap")
    story.finding("WSD601", "x", "job 1: bad", seen(1, 1.0, "x"), severity=severity, fault_of=fault)
    return story.trace


@pytest.mark.parametrize(
    ("trace", "said", "tone"),
    [
        (judged(Severity.ERROR), "The device is at fault: job 1: bad.", "error"),
        (judged(Severity.ERROR, FaultOf.NETWORK), "The network is at fault: job 1: bad.", "error"),
        (judged(Severity.ERROR, FaultOf.UNKNOWN), "Whose fault it is cannot be said: job 1: bad.", "error"),
        (judged(Severity.WARNING), "No error; the first warning: job 1: bad.", "warning"),
        (judged(Severity.INFO), "Nothing to object to.", "ok"),
        (Trace(InputInfo("x", [], "pcap")), "There is nothing to judge: the capture is empty.", "unknown"),
        (Trace(InputInfo("x", [], "pcap"), wsd_seen=True, undecidable=True),
         "Too much of the capture is missing to judge it.", "unknown"),
    ],
)  # fmt: skip
def test_the_verdict_is_a_sentence(trace: Trace, said: str, tone: str) -> None:
    assert (sentence(trace), tone_of(trace)) == (said, tone)


def test_the_gravest_is_the_first_of_the_worst() -> None:
    worst = gravest(orphaned_job())
    assert worst is not None
    assert worst.code == "WSD601"
    assert gravest(judged(Severity.INFO)) is None


def test_the_top_has_numbers_and_leads_to_the_finding() -> None:
    root = page(case("orphaned-job"))
    assert "1 error" in text_of(root, "verdict")
    assert root.xpath("//*[@id='verdict']//a[starts-with(@href, '#finding-')]")
    assert "143frames" in "".join(root.xpath("//header")[0].itertext())


def test_the_quality_of_the_capture_is_told() -> None:
    trace = orphaned_job()
    trace.jobs[0].outcome = Outcome.OPEN
    trace.input.comments = [(None, "taken by <hand>"), (7, "here")]
    said = text_of(page(trace), "quality")
    assert "job 1 was still open when the capture ended" in said
    assert "taken by <hand>" in said
    assert "#7 here" in said


def test_devices_and_clients_are_listed_and_redacted() -> None:
    trace = orphaned_job()
    trace.devices[0].serial = "XK-4711"
    assert "serial XK-4711" in text_of(page(trace), "peers")
    hidden = text_of(page(trace, ReportOptions(redact=True)), "peers")
    assert "XK-4711" not in hidden
    assert "192.0.2" not in hidden
    assert "ScanStation 9" in hidden
    assert "sane-airscan" in hidden


def test_nobody_is_somebody_too() -> None:
    assert "Nobody spoke WSD." in text_of(page(Trace(InputInfo("x", [], "pcap"))), "peers")
