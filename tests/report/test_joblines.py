"""The life of a job on one line."""

import pytest

from tests.report.traces import Story, at, orphaned_job
from wsdtrace.report.joblines import MAX_STEPS, OUTCOMES, chain, pages, write_jobs
from wsdtrace.report.page import Look, Page, Verbosity
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import InitiatedBy, JobStep, Outcome
from wsdtrace.state.model import Job


def page(trace: Trace, look: Look = Look()) -> Page:  # noqa: B008  # a frozen value
    return Page(look, Redactor(trace))


def life(outcome: Outcome, *steps: str, observed: bool = False) -> str:
    job = Job(None, 1, outcome=outcome, steps=[JobStep(at(1, 1), what, observed) for what in steps])
    return chain(page(Story().trace), job).plain


@pytest.mark.parametrize(
    ("outcome", "steps", "shown"),
    [
        pytest.param(
            Outcome.ORPHANED, ["created", "page 1", "orphaned"], "Created ▸ Processing ▸ ✖ no end seen", id="orphaned"
        ),
        pytest.param(
            Outcome.COMPLETED,
            ["created", "page 1", "page 2", "completed"],
            "Created ▸ Processing ▸ ✔ Completed",
            id="pages are one step",
        ),
        pytest.param(
            Outcome.OPEN,
            ["began before the capture", "page 1", "open"],
            "began before the capture ▸ Processing ▸ … still open at the end of the capture",
            id="open at both ends",
        ),
        pytest.param(Outcome.CANCELED, ["created", "canceled"], "Created ▸ ▪ Canceled", id="canceled"),
        pytest.param(Outcome.UNKNOWN, [], "began before the capture ▸ ? end unknown", id="nothing known"),
    ],
)
def test_a_life(outcome: Outcome, steps: list[str], shown: str) -> None:
    assert life(outcome, *steps) == shown


def test_a_final_state_that_was_seen_is_not_told_twice() -> None:
    assert life(Outcome.COMPLETED, "Pending", "Processing", "Completed", observed=True) == (
        "Pending ▸ Processing ▸ ✔ Completed"
    )


def test_a_long_life_leaves_out_its_middle_and_says_so() -> None:
    shown = life(Outcome.OPEN, *(f"state{i}" for i in range(MAX_STEPS + 5)), observed=True)
    assert "state5 ▸ ⋯ 5 more ⋯ ▸ state11" in shown


def test_every_outcome_has_a_mark_of_its_own() -> None:
    assert set(OUTCOMES) == set(Outcome)
    assert len({words for words, _ in OUTCOMES.values()}) == len(Outcome)


@pytest.mark.parametrize(
    ("delivered", "announced", "broken", "shown"),
    [
        pytest.param(1, None, 0, "1 page", id="nothing announced"),
        pytest.param(2, 0, 0, "2 pages", id="as many as there are"),
        pytest.param(2, 2, 0, "2 pages", id="all of them"),
        pytest.param(2, 3, 0, "2 of 3 pages", id="one missing"),
        pytest.param(0, None, 0, "0 pages", id="none"),
        pytest.param(0, None, 1, "no whole page and 1 incomplete", id="one in pieces"),
    ],
)
def test_pages(delivered: int, announced: int | None, broken: int, shown: str) -> None:
    story = Story()
    job = story.job(1, Outcome.OPEN)
    exchange = story.exchange("RetrieveImage", (1.0, 1), (2.0, 2))
    for _ in range(broken):
        story.image(exchange, job, 1, complete=False)
    job.delivered, job.announced = delivered, announced
    assert pages(job) == shown


def written(trace: Trace, look: Look = Look(width=80)) -> list[str]:  # noqa: B008  # a frozen value
    sheet = page(trace, look)
    write_jobs(sheet, trace)
    return str(sheet).splitlines()


def test_details_are_told_with_v() -> None:
    trace = orphaned_job()
    trace.jobs[0].initiated_by = InitiatedBy.DEVICE
    trace.jobs[0].format = "jfif"
    trace.jobs[0].resolution = "300×300"
    trace.jobs[0].clients = {1: trace.clients[0]}
    assert written(trace, Look(width=120, verbosity=Verbosity.VERBOSE))[1].strip() == (
        "jfif · 300×300 dpi · device 1 · client 1 · started by the device · created at 00:02.114 · seen for 5.2 s"
    )


def test_a_refusal_without_a_job_stands_alone_and_tells_of_the_retry() -> None:
    story = Story()
    story.capture("x.pcap")
    refused = story.exchange("CreateScanJob", (1.0, 1), (2.0, 2), fault="ServerErrorTemporaryError")
    refusal = story.refusal(refused, None)
    refusal.retry = story.exchange("CreateScanJob", (5.0, 3), (6.0, 4))
    assert written(story.trace, Look()) == [
        "  –     CreateScanJob refused at 00:02.000: ServerErrorTemporaryError; tried again at 00:05.000 and",
        "        granted",
    ]
