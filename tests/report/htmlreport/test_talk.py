"""Events, and the table of exchanges."""

from tests.report.htmlreport.pages import case, page, text_of
from tests.report.traces import Story, orphaned_job
from wsdtrace.records import Abandoned
from wsdtrace.state.model import Transport


def test_every_exchange_has_a_row_that_can_be_linked_to() -> None:
    root = page(orphaned_job())
    rows = root.xpath("//table[@id='exchange-table']/tbody/tr")
    assert [row.get("id") for row in rows] == ["exchange-1", "exchange-2", "exchange-3"]
    said = text_of(root, "exchange-3")
    assert "client 1 → device 1" in said
    assert "500 ✖ ServerErrorNotAcceptingJobs" in said
    assert root.xpath("//tr[@id='exchange-1']//a[starts-with(@href, '#finding-')]")


def test_answers_have_words() -> None:
    trace = orphaned_job()
    first, second, third = trace.exchanges
    first.response, first.abandoned = None, Abandoned.RESET
    assert second.response is not None
    second.response.complete = False
    third.transport = Transport.UDP
    root = page(trace)
    assert "✖ connection reset" in text_of(root, "exchange-1")
    assert "200 ✖ incomplete" in text_of(root, "exchange-2")
    assert "✖" not in text_of(root, "exchange-3")


def test_of_many_exchanges_those_that_matter_are_kept() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    for i in range(5000):
        story.exchange(
            "GetScannerElements", (i, 2 * i + 1), (i, 2 * i + 2), fault="ServerErrorX" if i == 4000 else None
        )
    root = page(story.trace)
    assert root.xpath("//tr[@id='exchange-4001']")
    assert root.xpath("//tr[@id='exchange-1']")
    said = text_of(root, "exchanges")
    assert "5,000 exchanges" in said
    assert "more exchanges did not fit into this report; wsdtrace show FILE lists all." in said


def test_discovery_subscriptions_and_events() -> None:
    said = text_of(page(case("push-scan")), "eventing")
    assert "Discovery: 6× Hello, 2× Probe." in said
    assert "ScanAvailableEvent" in said
    assert "CreateScanJob 10" in said
    assert "Unsubscribe" in said


def test_nothing_is_said_too() -> None:
    root = page(Story().trace)
    assert "No discovery was captured." in text_of(root, "eventing")
    assert "No exchange was captured." in text_of(root, "exchanges")
