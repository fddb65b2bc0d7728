"""Jobs: created, live, ended, silent, denied, of an earlier time; told as scenarios."""

from __future__ import annotations

import pytest

from tests.damage import damaged, read
from tests.shared import CAPTURES as CASES
from wsdtrace import scenario
from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.report.trace import Trace
from wsdtrace.state.events import (
    CancelAnswered,
    CreationRefused,
    Event,
    JobCreated,
    JobDenied,
    JobEnded,
    JobFellSilent,
    JobLeftOpen,
    JobOrphaned,
    JobUnknown,
    RetrieveRequested,
)
from wsdtrace.state.joblife import InitiatedBy, JobEnd, Outcome

ADF = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
FLATBED = "CreateScanJob source=Platen -> JobId=1 JobToken=t\n"
PAGE = "RetrieveImage JobId=1 JobToken=t -> image\n"
EMPTY = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable\n"
DENIED = "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound\n"
LATER = "GetScannerElements -> ok\n"


def events_of(text: str, *kinds: type[Event]) -> list[Event]:
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return [e for e in seen if isinstance(e, kinds)]


@pytest.mark.parametrize(
    ("text", "outcome", "end"),
    [
        pytest.param(ADF + PAGE + EMPTY, Outcome.COMPLETED, JobEnd.NO_IMAGES, id="feeder runs empty"),
        pytest.param(ADF + EMPTY, Outcome.ABORTED, JobEnd.NO_IMAGES, id="feeder was empty"),
        pytest.param(FLATBED + PAGE, Outcome.COMPLETED, JobEnd.SINGLE, id="flatbed gives one page"),
        pytest.param(
            "CreateScanJob source=ADF images=2 -> JobId=1 JobToken=t\n" + PAGE + PAGE,
            Outcome.COMPLETED,
            JobEnd.COUNT,
            id="announced count delivered",
        ),
        pytest.param(
            ADF + PAGE + "CancelJob JobId=1 -> ok\n", Outcome.CANCELED, JobEnd.CANCEL, id="cancel acknowledged"
        ),
        pytest.param(
            ADF + "CancelJob JobId=1 -> Fault OperationFailed\n", Outcome.OPEN, None, id="cancel refused leaves it open"
        ),
        pytest.param(
            ADF + "GetJobElements JobId=1 -> state=Aborted\n", Outcome.ABORTED, JobEnd.STATE, id="final state seen"
        ),
        pytest.param(ADF + PAGE + DENIED, Outcome.COMPLETED, JobEnd.DENIED, id="feed ended as JobIdNotFound"),
        pytest.param(ADF + PAGE, Outcome.OPEN, None, id="capture ends early"),
        pytest.param(ADF + PAGE + "wait 61s\n" + LATER, Outcome.ORPHANED, None, id="nothing for 61 s"),
        pytest.param(ADF + PAGE + "wait 59s\n" + LATER, Outcome.OPEN, None, id="nothing for 59 s"),
        pytest.param(FLATBED + PAGE + "wait 61s\n" + LATER, Outcome.COMPLETED, JobEnd.SINGLE, id="ended jobs rest"),
    ],
)
def test_what_becomes_of_a_job(text: str, outcome: Outcome, end: JobEnd | None) -> None:
    (job,) = scenario.check(text).jobs
    assert (job.outcome, job.end) == (outcome, end)


def test_facts_of_a_job_come_from_ticket_and_final_parameters() -> None:
    (job,) = scenario.check("CreateScanJob source=ADF format=png images=3 -> JobId=7 JobToken=t").jobs
    assert (job.job_id, job.token, job.input_source, job.format, job.announced) == (7, "t", "ADF", "png", 3)
    assert job.initiated_by is InitiatedBy.CLIENT
    assert job.created is not None


def test_a_deadline_fires_at_its_time_and_before_the_frame_that_passes_it() -> None:
    silent, orphaned = events_of(ADF + "wait 90s\n" + LATER, JobFellSilent, JobOrphaned)
    assert isinstance(silent, JobFellSilent)
    assert isinstance(orphaned, JobOrphaned)
    assert silent.job.last_activity is not None
    assert silent.stamp.time_ns - silent.job.last_activity.time_ns == 60 * 10**9
    assert orphaned.stamp.time_ns == silent.stamp.time_ns


def test_a_job_that_is_taken_up_again_late_is_not_orphaned() -> None:
    text = ADF + "wait 61s\n" + PAGE + EMPTY
    assert len(events_of(text, JobFellSilent)) == 1
    assert events_of(text, JobOrphaned) == []


def test_no_time_runs_while_an_answer_is_awaited() -> None:
    text = ADF + "RetrieveImage JobId=1 JobToken=t -> image after 90s\n" + EMPTY
    assert events_of(text, JobFellSilent, JobOrphaned) == []


def test_a_device_that_aborts_a_silent_job_was_left_by_its_client() -> None:
    text = ADF + "wait 65s\nGetJobElements JobId=1 -> state=Aborted reason=JobTimedOut\n"
    kinds = [type(e) for e in events_of(text, JobOrphaned, JobEnded)]
    assert kinds in ([JobOrphaned, JobEnded], [JobEnded])


@pytest.mark.parametrize("wait", [pytest.param("59s", id="in time"), pytest.param("61s", id="late")])
def test_a_retrieve_knows_how_long_it_was_awaited(wait: str) -> None:
    first, second = events_of(f"{ADF}wait {wait}\n{PAGE}{EMPTY}", RetrieveRequested)
    assert isinstance(first, RetrieveRequested)
    assert isinstance(second, RetrieveRequested)
    assert first.since_request_ns is None
    assert first.since_end_ns is not None
    assert int(wait[:-1]) * 10**9 <= first.since_end_ns < (int(wait[:-1]) + 1) * 10**9
    assert second.since_request_ns is not None
    assert second.since_end_ns is not None
    assert second.since_end_ns < second.since_request_ns


def test_a_request_for_an_unknown_job_that_is_denied_makes_no_job() -> None:
    text = "RetrieveImage JobId=99 JobToken=t -> Fault ClientErrorJobIdNotFound"
    assert scenario.check(text).jobs == []
    assert len(events_of(text, JobUnknown)) == 1


def test_a_request_for_an_unknown_job_that_is_answered_is_a_job_of_an_earlier_time() -> None:
    (job,) = scenario.check("RetrieveImage JobId=99 JobToken=t -> image").jobs
    assert (job.job_id, job.created, job.initiated_by) == (99, None, InitiatedBy.UNKNOWN)


def test_a_refusal_knows_its_job_and_its_retry() -> None:
    text = (
        ADF
        + "CreateScanJob source=ADF -> Fault ServerErrorNotAcceptingJobs\n"
        + EMPTY
        + "CreateScanJob source=ADF -> JobId=2 JobToken=u\n"
    )
    (event,) = events_of(text, CreationRefused)
    assert isinstance(event, CreationRefused)
    assert event.refusal.busy_with is not None
    assert event.refusal.busy_with.job_id == 1
    assert event.refusal.retry is not None
    assert event.refusal.retry.succeeded


def test_a_job_id_that_comes_again_is_a_new_generation() -> None:
    text = (
        FLATBED + PAGE + "CreateScanJob source=Platen -> JobId=1 JobToken=u\nRetrieveImage JobId=1 JobToken=u -> image"
    )
    trace = scenario.check(text)
    assert [(j.job_id, j.generation, j.token) for j in trace.jobs] == [(1, 1, "t"), (1, 2, "u")]
    created = events_of(text, JobCreated)
    assert [e.former is not None for e in created if isinstance(e, JobCreated)] == [False, True]


def test_a_cancel_knows_whether_the_job_had_ended() -> None:
    (event,) = events_of(FLATBED + PAGE + "CancelJob JobId=1 -> Fault ClientErrorJobIdNotFound", CancelAnswered)
    assert isinstance(event, CancelAnswered)
    assert (event.had_ended, event.accepted) == (True, False)


def test_a_denial_knows_what_was_delivered() -> None:
    (event,) = events_of(ADF + PAGE + DENIED, JobDenied)
    assert isinstance(event, JobDenied)
    assert (event.was_live, event.delivered) == (True, 1)


def test_a_job_left_open_says_how_much_time_is_missing() -> None:
    (event,) = events_of(ADF + "wait 20s\n" + LATER, JobLeftOpen)
    assert isinstance(event, JobLeftOpen)
    assert 39 * 10**9 < event.missing_ns < 41 * 10**9


def test_a_gap_makes_the_job_blind() -> None:
    (job,) = scenario.check(ADF + "tcp: gap 100\n" + LATER).jobs
    assert job.blind


def test_a_job_over_two_address_families_is_one_job_of_one_device() -> None:
    text = (
        "over IPv6: CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
        "over IPv6: RetrieveImage JobId=1 JobToken=t -> image\n" + EMPTY
    )
    trace = scenario.check(text)
    assert [(j.outcome, j.delivered) for j in trace.jobs] == [(Outcome.COMPLETED, 1)]
    assert len([d for d in trace.devices if "scanner" in d.roles]) == 1
    assert [f.code for f in trace.findings if f.severity != "info"] == []


def test_the_end_of_a_feed_through_a_proxy_is_no_news() -> None:
    lines = (ADF + PAGE + EMPTY).splitlines()
    trace = scenario.check("\n".join(f"through P: {line}" for line in lines))
    assert len(trace.jobs) == 1
    assert [f.code for f in trace.findings if f.code == "WSD330"] == []


def damaged_case(case: str, damage: str) -> Trace:
    """A case capture after one kind of damage."""
    data = dict(damaged(read(CASES / case / "capture.pcap"), 1))[damage]
    with open_capture_bytes(data, damage) as source:
        return check_source(source, Options())


def test_requests_that_stand_before_the_grant_belong_to_the_job() -> None:
    """Where two taps were merged, all that the client sent may stand some milliseconds early."""
    trace = damaged_case("cancel-while-sending", "clients -20 ms")
    (job,) = trace.jobs
    assert job.created is not None
    assert job.blind
    assert [e.operation for e in job.exchanges] == ["CreateScanJob", "RetrieveImage", "CancelJob"]
    assert job.outcome is Outcome.CANCELED


def test_requests_for_a_job_of_an_earlier_time_are_of_one_job() -> None:
    trace = damaged_case("cancel-while-sending", "without connection 2")
    (job,) = trace.jobs
    assert (job.created, {e.operation for e in job.exchanges}) == (None, {"RetrieveImage", "CancelJob"})


def test_a_device_that_denies_a_job_may_have_granted_it_before_the_capture() -> None:
    events: list[Event] = []
    text = "tcp: no handshake\nGetScannerElements -> ok\nCancelJob JobId=7 -> Fault ClientErrorJobIdNotFound"
    scenario.check(text, Options(on_event=events.append))
    assert [e.blind for e in events if isinstance(e, JobUnknown)] == [True]


def test_a_retrieve_that_overlaps_another_is_remembered() -> None:
    text = ADF + "RetrieveImage JobId=1 JobToken=t -> nothing\n" + PAGE + EMPTY
    first = next(e.exchange for e in events_of(text, RetrieveRequested) if isinstance(e, RetrieveRequested))
    assert first.overlapped_by is not None
    assert first.overlapped_by.operation == "RetrieveImage"


def test_the_same_grant_on_another_connection_is_a_copy() -> None:
    """Of one leg of a proxy the request for the job is lost."""
    trace = damaged_case("proxy-both-legs", "connection 4 downward only")
    assert len(trace.jobs) == 1
    assert "WSD609" not in {f.code for f in trace.findings}


def test_the_token_of_a_request_with_a_hole_is_not_known() -> None:
    trace = damaged_case("keep-alive", "10 % lost")
    assert "WSD611" not in {f.code for f in trace.findings}
