"""The verdict in numbers and words."""

import pytest

from tests.report.traces import Story, at, orphaned_job, seen
from wsdtrace.check.finding import Severity, Tally
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.report.verdict import Verdict, end_of, nothing_to_judge, provisos, verdict_of, worst
from wsdtrace.state.joblife import Outcome


def test_counts() -> None:
    assert verdict_of(orphaned_job()) == Verdict(2, 0, 2, 0, applied=61, inconclusive=4)


def test_a_consequence_is_counted_apart_and_a_rule_without_subject_not_at_all() -> None:
    story = Story()
    cause = story.finding("WSD102", "response-incomplete", "x", seen(1, 1.0, "x"), severity=Severity.WARNING)
    story.finding("WSD711", "image-truncated", "x", seen(1, 1.0, "x"), because_of=cause)
    story.trace.ledger = {"WSD102": Tally(fired=1, inconclusive=1), "WSD711": Tally(), "WSD101": Tally(passed=2)}
    assert verdict_of(story.trace) == Verdict(0, 1, 0, 1, applied=2, inconclusive=1)
    assert worst(story.trace.findings) is Severity.WARNING


def test_nothing_is_worst_of_nothing() -> None:
    assert worst([]) is None


@pytest.mark.parametrize(
    ("last", "end", "told"),
    [
        pytest.param(
            10.0, 20.0, "job 7 was still open when the capture ended (50 s too early to say more)", id="early"
        ),
        pytest.param(
            10.0, 69.9, "job 7 was still open when the capture ended (1 s too early to say more)", id="nearly"
        ),
        pytest.param(10.0, 90.0, "job 7 was still open when the capture ended", id="not for lack of time"),
    ],
)
def test_an_open_job(last: float, end: float, told: str) -> None:
    story = Story()
    story.capture("x.pcap", seconds=end)
    story.job(7, Outcome.OPEN).last_activity = at(last, 1)
    assert provisos(story.trace) == [told]


def test_blind_jobs_and_gaps_everywhere() -> None:
    story = Story()
    story.job(1, Outcome.UNKNOWN).blind = True
    story.job(2, Outcome.COMPLETED).blind = True
    story.job(3, Outcome.COMPLETED)
    assert provisos(story.trace) == ["bytes that may concern job 1 and job 2 are missing from the capture"]
    story.trace.undecidable = True
    assert provisos(story.trace) == [
        "too much of the capture is missing to judge it: every verdict about it is inconclusive"
    ]


@pytest.mark.parametrize(
    ("frames", "encrypted", "others", "told"),
    [
        pytest.param(0, False, [], "the capture is empty", id="empty"),
        pytest.param(9, False, [], "no WSD traffic", id="something else"),
        pytest.param(9, False, ["eSCL"], "no WSD traffic; eSCL seen instead", id="eSCL"),
        pytest.param(
            9, True, ["IPP"], "no readable WSD traffic: what may be WSD is encrypted; IPP seen instead", id="TLS"
        ),
    ],
)
def test_why_there_is_nothing_to_judge(frames: int, encrypted: bool, others: list[str], told: str) -> None:
    info = InputInfo("x", ["x"], "pcap", frames)
    assert nothing_to_judge(Trace(info, encrypted_seen=encrypted, other_protocols=others)) == told


def test_a_link_type_that_was_not_read_is_named_with_the_reason() -> None:
    links = ["IEEE802_11", "USBPCAP"]
    info = InputInfo("x", ["x"], "pcap", 9, unread_links=links, unread_why="which takes tshark")
    told = "not read: frames of link types IEEE802_11 and USBPCAP, which takes tshark"
    assert nothing_to_judge(Trace(info)) == f"no WSD traffic; {told}"
    assert provisos(Trace(info, wsd_seen=True)) == [told]


def test_what_a_reader_sees_of_an_open_job_is_not_said_again() -> None:
    story = Story()
    job = story.job(7, Outcome.OPEN)
    told = story.finding("WSD602", "job-left-open", "job 7: still open", seen(1, 1.0, "x"), job=job)
    assert provisos(story.trace, told=[told]) == []


@pytest.mark.parametrize(
    ("severity", "end"),
    [(Severity.ERROR, "with errors"), (Severity.WARNING, "with warnings"), (Severity.INFO, "clean"), (None, "clean")],
)
def test_the_end_of_one_capture_among_many(severity: Severity | None, end: str) -> None:
    story = Story()
    if severity is not None:
        story.finding("WSD601", "x", "m", seen(1, 1.0, "x"), severity=severity)
    assert end_of(story.trace) == end
    story.trace.undecidable = True
    assert end_of(story.trace) == "too damaged to judge"


def test_with_wsd_there_is_something() -> None:
    assert nothing_to_judge(orphaned_job()) is None
