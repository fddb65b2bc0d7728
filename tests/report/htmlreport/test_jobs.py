"""Jobs with their ladder."""

import pytest

from tests.report.htmlreport.pages import case, page, text_of
from tests.report.traces import Story, orphaned_job
from wsdtrace.report.htmlreport.jobs import JOBS_BUDGET
from wsdtrace.state.joblife import Outcome


def test_a_job_has_its_facts_its_life_and_its_ladder() -> None:
    root = page(orphaned_job())
    said = text_of(root, "job-1")
    assert "✖ no end seen" in said
    assert "Created00:02.114Processing00:02.114" in said
    assert "pages1 page" in said
    assert "Another CreateScanJob was refused at 00:14.020 (exchange 3): ServerErrorNotAcceptingJobs." in said
    assert root.xpath("//article[@id='job-1']//*[local-name()='svg' and contains(@aria-label, 'sequence of messages')]")


def test_marks_in_the_ladder_lead_to_findings() -> None:
    links = page(orphaned_job()).xpath("//*[local-name()='svg']//*[local-name()='a']/@href")
    assert links
    assert all(link.startswith("#finding-") for link in links)


def test_the_first_ladders_are_open_and_the_others_folded() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    for i in range(5):
        job = story.job(i, Outcome.COMPLETED, "Created", created=(i, 2 * i + 2))
        story.exchange("CreateScanJob", (i, 2 * i + 1), (i, 2 * i + 2), job=job)
    root = page(story.trace)
    assert [d.get("open") is not None for d in root.xpath("//article[contains(@class, 'job')]/details")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_without_a_job_the_whole_capture_is_drawn() -> None:
    root = page(case("fault-not-accepting"))
    assert "No scan job was created." in text_of(root, "jobs")
    assert root.xpath("//section[@id='jobs']//*[local-name()='svg']")


def test_a_day_of_jobs_is_cut_and_says_so() -> None:
    story = Story()
    story.capture("x.pcap")
    for i in range(600):
        story.job(i, Outcome.COMPLETED, *["Processing"] * 60, created=(i, i + 1))
    root = page(story.trace)
    said = text_of(root, "jobs")
    assert "more jobs did not fit into this report; wsdtrace show jobs FILE lists all." in said
    assert "… 36 more …" in said
    assert len(said) < JOBS_BUDGET


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_its_word(outcome: Outcome) -> None:
    trace = orphaned_job()
    trace.jobs[0].outcome = outcome
    assert page(trace).xpath("//article[@id='job-1']//span[contains(@class, 'outcome')]")
