"""Latencies and transfers in numbers and pictures."""

from tests.report.htmlreport.pages import case, page, text_of
from tests.report.traces import Story, orphaned_job


def test_latency_of_each_operation() -> None:
    root = page(orphaned_job())
    said = text_of(root, "timing")
    assert "CreateScanJob2" in said
    assert "RetrieveImage1" in said
    assert len(root.xpath("//section[@id='timing']//*[local-name()='svg']")) == 1


def test_where_the_time_of_the_pages_went() -> None:
    root = page(case("lossy-feeder"))
    said = text_of(root, "timing")
    assert "mostly waited for the network" in said
    assert "sent again, or late" in said
    assert len(root.xpath("//section[@id='timing']//*[local-name()='svg']")) == 2


def test_nothing_answered_is_said() -> None:
    assert "No exchange was answered." in text_of(page(Story().trace), "timing")
