"""WSD606, WSD617–623, WSD628–629: what the device says of its jobs."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Objection, Severity
from wsdtrace.check.rule import Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, request_line, seconds
from wsdtrace.state.events import JobEndReported, JobListed, JobStateSeen, LiveJobUnlisted
from wsdtrace.state.jobs import RETRIEVE_LIMIT_NS
from wsdtrace.state.machine import FINAL_OUTCOME, can_become, is_known

GRACE_NS = 5 * 10**9
"""Time a device is given to notice that the 60 s are over: its timer need not run to the second."""

ONGOING = frozenset({"Started", "Creating", "Pending", "Held", "Pending-Held", "Processing", "ProcessingStopped"})
"""States of a job that goes on (jobstate.md)."""

ENDING = frozenset({"Terminating", *FINAL_OUTCOME})

WORKING_REASONS = frozenset({
    "JobScanning", "JobTransferring", "JobScanningAndTransferring", "JobTransfering", "JobScanningAndTransfering",
})  # fmt: skip
"""Reasons of a job that is Processing; the schema spells two of them with one r (doc-defects D6)."""

BROKEN_REASONS = frozenset({"JobTimedOut", "InvalidScanTicket", "DocumentFormatError", "JobCanceledAtDevice"})
DONE_REASONS = frozenset({"JobCompletedSuccessfully", "JobCompletedWithErrors", "JobCompletedWithWarnings"})


@rule(
    "WSD606",
    "timeout-not-aborted",
    Severity.WARNING,
    on=JobStateSeen,
    when=lambda event: (event.silent_ns or 0) > RETRIEVE_LIMIT_NS + GRACE_NS,
    needs=(Need.JOB_FROM_START, Need.JOB_UNBROKEN),
    source="T02",
)
def timeout_not_aborted(event: JobStateSeen) -> Iterator[Verdict]:
    """Nobody asked for the job's images for 60 s, and the device still calls it active.

    Why:
        The device should abort the job with JobTimedOut. One that keeps it stays busy for everybody else.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        wait 90s
        GetJobElements JobId=1 -> state=Processing

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        wait 30s
        GetJobElements JobId=1 -> state=Processing
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    if event.state in ONGOING:
        yield Objection(
            f"{event.job.label}: {event.state} {seconds(event.silent_ns or 0)} after anyone asked for its images",
            exchange_lines(event.exchange),
            job=event.job,
            expected="Aborted with JobTimedOut",
            fold=event.job.label,
        )


def _is_pair(event: JobStateSeen) -> bool:
    return event.ordered and event.before is not None and is_known(event.before) and is_known(event.state)


@rule(
    "WSD617",
    "state-transition",
    Severity.WARNING,
    on=JobStateSeen,
    when=lambda event: _is_pair(event) and event.before not in FINAL_OUTCOME,
    source=("J06", "J07"),
)
def state_transition(event: JobStateSeen) -> Iterator[Verdict]:
    """No path leads from one observed state of a job to the next.

    Why:
        Clients wait for states; one that a job cannot be in after the last makes them wait for ever.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Terminating
        GetJobElements JobId=1 -> state=Processing

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Pending
        GetJobElements JobId=1 -> state=Processing
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    assert event.before is not None
    if not can_become(event.before, event.state):
        yield Objection(
            f"{event.job.label}: {event.state} after {event.before}, between which there is no path",
            exchange_lines(event.exchange),
            job=event.job,
        )


@rule(
    "WSD618",
    "state-after-final",
    Severity.ERROR,
    on=JobStateSeen,
    when=lambda event: _is_pair(event) and event.before in FINAL_OUTCOME,
    source="J08",
)
def state_after_final(event: JobStateSeen) -> Iterator[Verdict]:
    """A final state of a job is followed by another state.

    Why:
        Aborted, Canceled and Completed are final. A client that has cleaned up does not expect the job back.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Completed
        GetJobElements JobId=1 -> state=Processing

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Processing
        GetJobElements JobId=1 -> state=Completed
    """
    if event.state != event.before:
        yield Objection(
            f"{event.job.label}: {event.state} after the final state {event.before}",
            exchange_lines(event.exchange),
            job=event.job,
            expected=event.before,
        )


@rule(
    "WSD619",
    "state-reason-mismatch",
    Severity.WARNING,
    on=JobStateSeen,
    when=lambda event: bool(event.sample.reasons),
    source=("J22", "J23", "J24", "J25", "I14"),
)
def state_reason_mismatch(event: JobStateSeen) -> Iterator[Verdict]:
    """A reason that does not go with the state it explains.

    Why:
        A job that timed out is not Completed, one that completed is not Aborted, and only a job that is
        Processing can be scanning. Clients show users the one or the other.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Completed reason=JobTimedOut

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Aborted reason=JobTimedOut
    """
    for reason in event.sample.reasons:
        if not _goes_with(reason, event.state):
            yield Objection(
                f"{event.job.label}: state {event.state} with reason {reason}"[:100],
                exchange_lines(event.exchange),
                job=event.job,
            )


def _goes_with(reason: str, state: str) -> bool:
    if reason == "ImageTransferError":
        return state in ("Terminating", "Aborted") or not is_known(state)
    if reason in BROKEN_REASONS:
        return state != "Completed"
    if reason in DONE_REASONS:
        return state not in ("Aborted", "Canceled")
    if reason in WORKING_REASONS:
        return state == "Processing" or not is_known(state)
    return True


@rule("WSD620", "active-jobs-wrong", Severity.WARNING, on=(JobListed, LiveJobUnlisted), source=("J14", "J18"))
def active_jobs_wrong(event: JobListed | LiveJobUnlisted) -> Iterator[Verdict]:
    """A finished job is listed as active, or an active one is missing from the list.

    Why:
        Clients poll the list to learn whether the device is free. That a job was missing is only claimed once it
        delivered another image afterwards.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetActiveJobs -> jobs=1:Completed

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetActiveJobs -> jobs=1:Processing
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    if isinstance(event, LiveJobUnlisted):
        yield Objection(
            f"{event.job.label}: missing from GetActiveJobsResponse, and delivered an image afterwards",
            (*exchange_lines(event.exchange), *exchange_lines(event.proof)),
            job=event.job,
            expected=f"JobId {event.job.job_id} in ActiveJobs",
        )
        return
    for sample in event.samples if event.active else ():
        if sample.state in FINAL_OUTCOME:
            yield Objection(
                f"job {sample.job_id} is listed as active in its final state {sample.state}",
                exchange_lines(event.exchange),
                expected="only jobs that have not ended",
            )


@rule("WSD621", "job-history-wrong", Severity.WARNING, on=JobListed, source=("J15", "J16"))
def job_history_wrong(event: JobListed) -> Iterator[Verdict]:
    """An unfinished job is in the history, or a job of the history is listed as active afterwards.

    Why:
        A job is in one list or the other. A client that finds it in the history believes that it is over.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobHistory -> jobs=1:Processing

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
        GetJobHistory -> jobs=1:Completed
    """
    if event.active:
        for job in event.both:
            history = () if job.listed_ended is None else exchange_lines(job.listed_ended)
            yield Objection(
                f"{job.label}: listed as active after the job history had it",
                (*history, *exchange_lines(event.exchange)),
                job=job,
            )
        return
    for sample in event.samples:
        if is_known(sample.state) and sample.state not in ENDING:
            yield Objection(
                f"job {sample.job_id} is in the job history in state {sample.state}",
                exchange_lines(event.exchange),
                expected="Aborted, Canceled or Completed",
            )


@rule(
    "WSD622",
    "scans-completed-backwards",
    Severity.WARNING,
    on=JobStateSeen,
    when=lambda event: event.ordered and None not in (event.scans_before, event.sample.scans_completed),
    source=("J19", "J20"),
)
def scans_completed_backwards(event: JobStateSeen) -> Iterator[Verdict]:
    """ScansCompleted of a job is lower than it was.

    Why:
        It counts the sides scanned so far. Clients draw their progress from it.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Processing scans=3
        GetJobElements JobId=1 -> state=Processing scans=2
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Processing scans=2
        GetJobElements JobId=1 -> state=Processing scans=3
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    before, now = event.scans_before, event.sample.scans_completed
    if before is not None and now is not None and now < before:
        yield Objection(
            f"{event.job.label}: ScansCompleted {now} after {before}", exchange_lines(event.exchange), job=event.job
        )


@rule("WSD623", "end-event-repeated", Severity.WARNING, on=JobEndReported, source=("J26", "J28"))
def end_event_repeated(event: JobEndReported) -> Iterator[Verdict]:
    """A second JobEndStateEvent for a job, or a JobStatusEvent after it, at the same event sink.

    Why:
        The end is told once, and nothing follows it. A client that counts ends counts wrong.

    Bad:
        Subscribe events=JobEndStateEvent -> ok
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        JobEndStateEvent JobId=1 state=Completed -> ok
        JobEndStateEvent JobId=1 state=Completed -> ok

    Good:
        Subscribe events=JobEndStateEvent -> ok
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        JobEndStateEvent JobId=1 state=Completed -> ok
    """
    what = event.exchange.operation or "event"
    yield Objection(
        f"{event.job.label}: {what} after its JobEndStateEvent",
        request_line(event.exchange),
        job=event.job,
        expected="one JobEndStateEvent, and nothing after it",
    )


@rule(
    "WSD628",
    "job-times-contradict",
    Severity.INFO,
    on=JobStateSeen,
    when=lambda event: event.sample.created is not None and event.sample.completed is not None,
    source="T09",
)
def job_times_contradict(event: JobStateSeen) -> Iterator[Verdict]:
    """JobCompletedTime of a job lies before its JobCreatedTime.

    Why:
        Both are by the device's clock, which need not be right but should run forward.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Completed created=2026-01-01T00:01:00Z completed=2026-01-01T00:00:00Z

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        GetJobElements JobId=1 -> state=Completed created=2026-01-01T00:00:00Z completed=2026-01-01T00:01:00Z
    """
    created, completed = event.sample.created, event.sample.completed
    assert created is not None
    assert completed is not None
    if (created.tzinfo is None) == (completed.tzinfo is None) and completed < created:
        yield Objection(
            f"{event.job.label}: completed {created - completed} before it was created, by the device's clock"[:100],
            exchange_lines(event.exchange),
            job=event.job,
        )


@rule(
    "WSD629",
    "cancel-without-effect",
    Severity.WARNING,
    on=JobStateSeen,
    when=lambda event: event.job.canceled is not None and event.exchange.first.order > event.job.canceled.order,
    source="J11",
)
def cancel_without_effect(event: JobStateSeen) -> Iterator[Verdict]:
    """After an acknowledged CancelJob the device still calls the job active.

    Why:
        Terminating, Canceled or Aborted is what follows a cancel. A device that goes on keeps the feeder running.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        CancelJob JobId=1 -> ok
        GetJobElements JobId=1 -> state=Processing

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        CancelJob JobId=1 -> ok
        GetJobElements JobId=1 -> state=Canceled
    """
    if event.state in ONGOING:
        yield Objection(
            f"{event.job.label}: {event.state} after the acknowledged CancelJob",
            exchange_lines(event.exchange),
            job=event.job,
            expected="Terminating, Canceled or Aborted",
            fold=event.job.label,
        )
