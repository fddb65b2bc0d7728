"""What devices say of their jobs, told as scenarios."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state.events import Event, JobEndReported, JobListed, JobStateSeen, LiveJobUnlisted

ADF = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
PAGE = "RetrieveImage JobId=1 JobToken=t -> image\n"


def events_of(text: str, *kinds: type[Event]) -> list[Event]:
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return [e for e in seen if isinstance(e, kinds)]


def test_samples_follow_each_other_in_order() -> None:
    text = ADF + "".join(f"GetJobElements JobId=1 -> state={s}\n" for s in ("Pending", "Processing"))
    first, second = events_of(text, JobStateSeen)
    assert isinstance(first, JobStateSeen)
    assert isinstance(second, JobStateSeen)
    assert (first.before, first.state, first.ordered) == (None, "Pending", False)
    assert (second.before, second.state, second.ordered) == ("Pending", "Processing", True)


def test_the_job_keeps_its_last_state_and_each_step_once() -> None:
    text = ADF + "".join(f"GetJobElements JobId=1 -> state={s}\n" for s in ("Pending", "Pending", "Completed"))
    (job,) = scenario.check(text).jobs
    assert job.state == "Completed"
    assert [s.what for s in job.steps if s.observed] == ["Pending", "Completed"]


def test_silence_is_measured_only_while_nothing_is_retrieved() -> None:
    (event,) = events_of(ADF + "wait 90s\nGetJobElements JobId=1 -> state=Processing", JobStateSeen)
    assert isinstance(event, JobStateSeen)
    assert event.silent_ns is not None
    assert event.silent_ns > 89 * 10**9


@pytest.mark.parametrize(
    ("operation", "active"), [pytest.param("GetActiveJobs", True), pytest.param("GetJobHistory", False)]
)
def test_lists_are_told_with_their_samples(operation: str, active: bool) -> None:
    (event,) = events_of(f"{ADF}{operation} -> ok", JobListed)
    assert isinstance(event, JobListed)
    assert event.active is active


def test_a_job_left_out_is_told_once_it_delivers() -> None:
    assert events_of(ADF + "GetActiveJobs -> ok", LiveJobUnlisted) == []
    text = ADF + PAGE + "< drop wscn:JobSummary\nGetActiveJobs -> ok\n" + PAGE
    listed, left_out = events_of(text, LiveJobUnlisted, JobListed)
    assert isinstance(listed, JobListed)
    assert isinstance(left_out, LiveJobUnlisted)
    assert listed.samples == ()
    assert (left_out.job.job_id, left_out.exchange.operation) == (1, "GetActiveJobs")


def test_an_event_after_the_end_event_is_told() -> None:
    text = "Subscribe -> ok\n" + ADF + "JobEndStateEvent JobId=1 -> ok\n" * 2
    (event,) = events_of(text, JobEndReported)
    assert isinstance(event, JobEndReported)
    assert event.job.job_id == 1
