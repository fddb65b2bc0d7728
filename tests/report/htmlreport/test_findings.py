"""Findings with all that belongs to them."""

from tests.report.htmlreport.pages import case, page, text_of
from tests.report.traces import Story, orphaned_job, seen
from wsdtrace.check.finding import Interpretation, Severity
from wsdtrace.report.htmlreport.findings import MAX_EVIDENCE, first_round
from wsdtrace.report.trace import Trace


def one(**facts: object) -> Story:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    exchange = story.exchange("CreateScanJob", (1, 1), (2, 2))
    story.finding("WSD601", "job-orphaned", "bad", seen(1, 1.0, "x", exchange=exchange), **facts)  # type: ignore[arg-type]  # as the test says
    return story


def said(trace: Trace) -> str:
    return text_of(page(trace), "findings")


def test_a_finding_says_what_where_why_and_by_which_source() -> None:
    trace = orphaned_job()
    text = said(trace)
    assert "WSD601 job-orphaned" in text
    assert "job 1: nothing for 86.8 s after page 1, limit 60 s" in text
    assert "fault: client" in text
    assert "Expected: RetrieveImage, CancelJob or a JobEndStateEvent" in text
    assert "Why it matters" in text
    assert "Source: T07" in text
    assert "#17" in text


def test_the_bytes_meant_are_marked() -> None:
    marked = page(orphaned_job()).xpath("//section[@id='findings']//mark")
    assert [mark.text for mark in marked] == ["wscn"]


def test_each_has_a_link_to_itself() -> None:
    root = page(case("orphaned-job"))
    for article in root.xpath("//article[contains(@class, 'finding')]"):
        assert article.xpath("./a[@class='anchor']/@href") == [f"#{article.get('id')}"]


def test_errors_and_warnings_are_open_and_infos_folded() -> None:
    root = page(case("orphaned-job"))
    for article in root.xpath("//article[contains(@class, 'finding')]"):
        is_open = article.xpath("./details")[0].get("open") is not None
        assert is_open == (article.get("data-severity") != "info")


def test_readings_and_consequences_are_told() -> None:
    story = one(readings=(Interpretation("a timeout", "a device"),))
    cause = story.trace.findings[0]
    story.finding("WSD602", "y", "worse", seen(2, 2.0, "y"), because_of=cause)
    deeper = story.trace.findings[1]
    story.finding("WSD603", "z", "worst", seen(2, 2.0, "y"), because_of=deeper)
    text = said(story.trace)
    assert "May mean: a timeout (seen on a device)" in text
    assert "And therefore: W" not in text
    assert "WSD602 worse" in text
    assert "WSD603 worst" in text


def test_equal_ones_are_told_once() -> None:
    story = one(also_seen=9)
    finding = story.trace.findings[0]
    finding.evidence = [seen(n, n, "x") for n in range(1, 6)]
    assert [len(part) for part in first_round(finding)] == [1, 4]
    text = said(story.trace)
    assert "×10" in text
    assert "again at #2, #3, #4, #5 and 5 times more" in text


def test_much_evidence_is_cut() -> None:
    story = one()
    story.trace.findings[0].evidence = [seen(n, n, f"x{n}") for n in range(1, MAX_EVIDENCE + 4)]
    assert "3 more places" in said(story.trace)


def test_the_reason_of_a_rule_is_told_once() -> None:
    story = one()
    for _ in range(3):
        story.finding("WSD601", "job-orphaned", "again", seen(1, 1.0, "x"))
    text = said(story.trace)
    assert text.count("wsdtrace rule WSD601") == 1
    assert text.count("Why it matters is said at the first WSD601") == 3


def test_a_rule_from_outside_has_its_source() -> None:
    story = Story()
    story.finding("ACME1", "x", "bad", seen(1, 1.0, "x"), severity=Severity.WARNING)
    assert "Source: T07" in said(story.trace)


def test_many_findings_are_cut_and_say_so() -> None:
    story = one()
    for i in range(2000):
        story.finding("WSD601", "job-orphaned", f"bad {i}", seen(1, 1.0, "x" * 300, "y" * 300)).ordinal = i
    text = said(story.trace)
    assert "more findings did not fit into this report; wsdtrace check -v FILE lists all." in text


def test_what_was_set_aside_is_counted() -> None:
    story = one()
    story.finding("WSD602", "y", "known", seen(1, 1.0, "x")).waived = "baseline"
    assert "1 more were set aside by baseline or configuration." in said(story.trace)


def test_no_finding_is_said_too() -> None:
    assert "No rule fired." in said(Story().trace)
