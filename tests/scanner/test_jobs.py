"""The life of a job at the device: states, reasons, timer, history."""

import pytest

from wsdtrace.scanner.client import Wish
from wsdtrace.scanner.clock import NS, Clock
from wsdtrace.scanner.jobs import HISTORY, JobQueue, ScanJob
from wsdtrace.scanner.profile import Profile
from wsdtrace.scanner.settle import settle


def queue(seconds: float = 60.0) -> tuple[JobQueue, list[tuple[int, str, str]]]:
    """A queue, and what it tells: number, state and reason."""
    told: list[tuple[int, str, str]] = []

    def note(job: ScanJob) -> None:
        told.append((job.job_id, job.state, job.reason))

    return JobQueue(Clock(source=lambda: 0, start_ns=1000 * NS), seconds, on_change=note), told


def create(jobs: JobQueue, pages: int = 1, source: str = "Platen") -> ScanJob:
    ticket = Wish(source=source).ticket()
    return jobs.create(ticket, settle(ticket, Profile()).final, pages)


def test_a_job_ends_with_its_last_announced_image() -> None:
    jobs, told = queue()
    job = create(jobs)
    jobs.work(job)
    jobs.deliver(job, 1)
    assert [state for _, state, _ in told] == ["Pending", "Processing", "Completed"]
    assert told[-1][2] == "JobCompletedSuccessfully"
    assert jobs.active is None
    assert list(jobs.history) == [job]


@pytest.mark.parametrize("waited", [59.0, 60.0])
def test_a_job_whose_client_is_silent_for_60_s_is_aborted(waited: float) -> None:
    jobs, told = queue()
    create(jobs)
    jobs.clock.skip(waited)
    assert (told[-1][1:] == ("Aborted", "JobTimedOut")) == (waited == 60.0)


def test_the_timer_stands_still_while_an_image_is_asked_for() -> None:
    jobs, _ = queue()
    job = create(jobs, 3, "ADF")
    jobs.work(job)
    jobs.clock.skip(3600)
    assert job.state == "Processing"
    jobs.deliver(job, 1)
    jobs.clock.skip(60)
    assert (job.state, job.reason) == ("Aborted", "JobTimedOut")


def test_a_feeder_job_of_which_nothing_is_left_ends_well_after_60_s() -> None:
    jobs, _ = queue()
    job = create(jobs, 1, "ADF")
    jobs.work(job)
    jobs.deliver(job, 1)
    assert job.state == "Processing"
    jobs.clock.skip(60)
    assert (job.state, job.reason) == ("Completed", "JobCompletedSuccessfully")


def test_with_a_limit_of_0_a_job_waits_for_ever() -> None:
    jobs, _ = queue(0)
    job = create(jobs)
    jobs.clock.skip(100_000)
    assert job.state == "Pending"


def test_a_held_job_ends_when_it_is_let_go() -> None:
    jobs, _ = queue()
    job = create(jobs)
    job.held = True
    jobs.deliver(job, 1)
    jobs.clock.skip(3600)
    assert [job.state, jobs.find(1)] == ["Pending", job]
    jobs.let_go(job)
    assert job.state == "Completed"
    assert jobs.active is None


def test_a_job_ends_once_and_is_found_afterwards_as_long_as_it_is_remembered() -> None:
    jobs, told = queue()
    first = create(jobs)
    jobs.end(first, "Canceled", "None")
    jobs.end(first, "Completed", "JobCompletedSuccessfully")
    assert first.state == "Canceled"
    assert len(told) == 2
    assert jobs.find(1) is first
    for _ in range(HISTORY):
        jobs.end(create(jobs), "Canceled", "None")
    assert jobs.find(1) is None
    assert jobs.find(None) is None
    assert jobs.find(HISTORY + 1) is not None


def test_what_is_told_of_a_job_agrees_in_all_lists() -> None:
    jobs, _ = queue()
    job = create(jobs)
    jobs.work(job)
    jobs.deliver(job, 1)
    assert job.status().scans_completed == job.summary().scans_completed == job.end_state().scans_completed == 1
    assert job.status().job_state == job.summary().job_state == job.end_state().job_completed_state == "Completed"
    assert job.documents().document_final_parameters is job.final
