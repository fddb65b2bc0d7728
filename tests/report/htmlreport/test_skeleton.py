"""The whole report: safe, whole, small, and the same each time."""

import re

import pytest

from tests.report.hostile import PAYLOAD, hostile_trace
from tests.report.htmlreport.pages import case, checked, page
from tests.report.traces import Story, seen
from tests.shared import CAPTURES
from wsdtrace.check.finding import Tally
from wsdtrace.report.htmlreport import ImageMode, ReportOptions, render_html
from wsdtrace.report.htmlreport.skeleton import NAVIGATION
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.joblife import Outcome

MEGABYTE = 1_000_000

CASES = sorted(path.parent.name for path in CAPTURES.glob("*/capture.pcap*"))


@pytest.mark.parametrize("name", CASES)
def test_every_case_makes_a_whole_report(name: str) -> None:
    text = render_html(case(name), ReportOptions(images=ImageMode.THUMB))
    root = checked(text)
    assert [section.get("id") for section in root.xpath("//section")] == [a for a, _ in NAVIGATION if a != "verdict"]
    without = re.sub(r"data:image/[^\"]*", "", text)
    assert len(without.encode()) < 300_000


def test_a_report_of_one_trace_is_always_the_same() -> None:
    assert render_html(case("push-scan"), ReportOptions()) == render_html(case("push-scan"), ReportOptions())


def test_a_hostile_trace_is_text_and_nothing_else() -> None:
    trace = hostile_trace()
    for options in (ReportOptions(), ReportOptions(redact=True), ReportOptions(show_secrets=True)):
        text = render_html(trace, options)
        checked(text)
        assert "<script>alert" not in text
        assert len(text.encode()) < MEGABYTE


def test_nothing_at_all_makes_a_report() -> None:
    page(Trace(InputInfo("x", [], "pcap")))


def test_a_capture_of_thousands_of_everything_stays_below_a_megabyte() -> None:
    story = Story()
    story.capture("x.pcap", seconds=100_000)
    for i in range(400):
        story.device(model=PAYLOAD, serial=f"{i} {PAYLOAD}")
        story.client(f"{i} {PAYLOAD}")
    for i in range(1500):
        job = (
            story.job(i, Outcome.COMPLETED, "Created", "Processing", created=(i * 10, 10 * i + 2)) if i < 400 else None
        )
        exchange = story.exchange(
            f"{i} {PAYLOAD}", (i * 10, 10 * i + 1), (i * 10 + 1, 10 * i + 2), job=job, fault=PAYLOAD
        )
        story.image(exchange, job, 1)
        finding = story.finding(
            f"WSD6{i % 100:02}",
            "x",
            f"{i} {PAYLOAD}",
            seen(i + 1, i, PAYLOAD, PAYLOAD, exchange=exchange, excerpt=PAYLOAD),
        )
        finding.ordinal = i
    for i in range(2000):
        story.trace.ledger[f"PLUGIN{i}"] = Tally(1)
    text = render_html(story.trace, ReportOptions())
    assert len(text.encode()) < MEGABYTE
    root = checked(text)
    assert len(root.xpath("//p[@class='left-out']")) >= 5
