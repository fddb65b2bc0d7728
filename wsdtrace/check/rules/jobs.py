"""WSD60x–62x: the life of a scan job."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Evidence, FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, request_line, response_line, seconds
from wsdtrace.state.events import (
    CancelAnswered,
    CreationRefused,
    JobCreated,
    JobDenied,
    JobLeftOpen,
    JobOrphaned,
    JobUnknown,
)
from wsdtrace.state.joblife import JobEnd
from wsdtrace.state.jobs import RETRIEVE_LIMIT_NS, SINGLE_IMAGE_SOURCES
from wsdtrace.state.model import Job

LIMIT = seconds(RETRIEVE_LIMIT_NS).replace(".0", "")


def _life(job: Job) -> tuple[Evidence, ...]:
    """How the job began and the last thing that happened to it."""
    lines: list[Evidence] = []
    if job.creation is not None:
        lines += exchange_lines(job.creation, answered=f"JobId {job.job_id}")
    last = job.exchanges[-1] if job.exchanges else None
    if last is not None and last is not job.creation:
        pages = f"page {job.images[-1].page}" if job.images and job.images[-1].exchange is last else ""
        lines += response_line(last, pages) or request_line(last)
    return tuple(lines)


def _after(job: Job) -> str:
    """The last thing that happened to the job, in words."""
    if job.images:
        return f"page {job.images[-1].page}"
    if job.last_retrieve_end is not None:
        return "its last RetrieveImage"
    return "CreateScanJobResponse" if job.created is not None else "its last message"


@rule(
    "WSD601",
    "job-orphaned",
    Severity.ERROR,
    on=JobOrphaned,
    fault_of=FaultOf.CLIENT,
    needs=(Need.JOB_UNBROKEN,),
    source=("T07", "field failure 1", "field failure 23"),
)
def job_orphaned(event: JobOrphaned) -> Iterator[Verdict]:
    """A job was created, never ended, and nobody asked for it for more than 60 s.

    Why:
        The device holds the job and refuses others until it gives up; some hold it until they are restarted. The
        client should have retrieved the remaining images or cancelled the job.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 87s
        GetScannerElements -> ok

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
        wait 87s
        GetScannerElements -> ok
    """
    job = event.job
    yield Objection(
        f"{job.label}: nothing for {seconds(event.silent_ns)} after {_after(job)}, limit {LIMIT}",
        _life(job),
        job=job,
        expected="RetrieveImage, CancelJob or a JobEndStateEvent",
        time_ns=event.stamp.time_ns,
    )


@rule(
    "WSD602",
    "job-left-open",
    Severity.INFO,
    on=JobLeftOpen,
    fault_of=FaultOf.CAPTURE,
    needs=(Need.JOB_UNBROKEN,),
    source="T07",
)
def job_left_open(event: JobLeftOpen) -> Iterator[Verdict]:
    """A job had not ended when the capture did, too early to call it orphaned.

    Why:
        The client has 60 s for its next request. The capture ends before they are over: record longer.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        wait 20s
        GetScannerElements -> ok

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    job = event.job
    yield Objection(
        f"{job.label}: still open at the end of the capture, {seconds(event.missing_ns)} too early to say more",
        _life(job),
        job=job,
        expected="RetrieveImage, CancelJob or a JobEndStateEvent",
        time_ns=event.stamp.time_ns,
    )


@rule("WSD607", "job-unknown", Severity.WARNING, on=JobUnknown, fault_of=FaultOf.CLIENT, source="J30")
def job_unknown(event: JobUnknown) -> Iterator[Verdict]:
    """A request for a JobId that no message of the capture granted, and that the device denies.

    Why:
        The client asks for a job of an earlier time, of another device, or that never was.

    Bad:
        RetrieveImage JobId=99 JobToken=t -> Fault ClientErrorJobIdNotFound

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    if event.blind:
        yield Inconclusive("the grant may be in a part of the traffic that is missing")
        return
    yield Objection(
        f"{event.exchange.operation} for job {event.job_id}, which nobody granted in this capture",
        exchange_lines(event.exchange, asked=f"JobId {event.job_id}"),
        expected="a JobId that CreateScanJobResponse granted",
    )


@rule(
    "WSD608",
    "job-denied",
    Severity.ERROR,
    on=JobDenied,
    when=lambda event: event.was_live,
    needs=(Need.JOB_FROM_START, Need.JOB_UNBROKEN),
    source=("field failure 2", "field failure 41"),
)
def job_denied(event: JobDenied) -> Iterator[Verdict]:
    """The device denies a live job that it created itself, while images are certainly left.

    Why:
        The client did everything right and gets no page. Where it is not certain that images were left (a feeder
        with an open count), the same answer may just end the feed; then WSD330 tells the readings.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound
    """
    job = event.job
    counted = bool(job.announced) and event.delivered < (job.announced or 0)
    single = job.input_source in SINGLE_IMAGE_SOURCES and event.delivered == 0
    if counted or single:
        left = f"{event.delivered} of {job.announced} images delivered" if counted else "no image delivered yet"
        created = () if job.creation is None else response_line(job.creation, f"JobId {job.job_id}")
        yield Objection(
            f"{job.label}: denied by the device that created it, {left}",
            (*created, *exchange_lines(event.exchange)),
            job=job,
            expected="an image",
        )


@rule(
    "WSD615",
    "cancel-after-end",
    Severity.INFO,
    on=CancelAnswered,
    fault_of=FaultOf.CLIENT,
    source=("J12", "field failure 34"),
)
def cancel_after_end(event: CancelAnswered) -> Iterator[Verdict]:
    """CancelJob for a job that had ended.

    Why:
        Nothing is left to cancel. Some clients do it on purpose, for devices that stay busy otherwise; others are
        kept busy by it (seen: Xerox B405).

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> Fault ClientErrorJobIdNotFound

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> ok
    """
    job = event.job
    if event.had_ended:
        how = job.end.value if job.end else "it had ended"
        again = "a second CancelJob" if job.end is JobEnd.CANCEL else "CancelJob after its end"
        yield Objection(
            f"{job.label}: {again} ({how})"[:100],
            exchange_lines(event.exchange),
            job=job,
            expected="no CancelJob",
        )


@rule(
    "WSD624",
    "job-refused",
    Severity.INFO,
    on=CreationRefused,
    fault_of=FaultOf.UNKNOWN,
    source=("C17", "C18", "field failure 42"),
)
def job_refused(event: CreationRefused) -> Iterator[Verdict]:
    """CreateScanJob was refused: with which job the device was busy, and whether a retry succeeded.

    Why:
        "The scanner is busy" has many causes. What can be seen is whether this capture holds the job that it is
        busy with, and what became of the next attempt.

    Bad:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
        wait 5s
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    refusal = event.refusal
    busy = (
        f"busy with {refusal.busy_with.label}" if refusal.busy_with is not None else "no live job of it in the capture"
    )
    lines = exchange_lines(refusal.exchange, answered=refusal.subcode or "")
    retry = "no retry seen"
    if refusal.retry is not None and refusal.retry.request is not None:
        waited = refusal.retry.first.time_ns - refusal.exchange.last.time_ns
        retry = f"retried {seconds(waited)} later"
        lines = (*lines, message_line(refusal.retry, refusal.retry.request))
    yield Objection(
        f"CreateScanJob refused ({refusal.subcode or 'fault'}): {busy}, {retry}"[:100],
        lines,
        fold=f"{refusal.subcode} {busy}",
    )


@rule(
    "WSD609",
    "job-id-reused",
    Severity.WARNING,
    on=JobCreated,
    source="J02",
)
def job_id_reused(event: JobCreated) -> Iterator[Verdict]:
    """The device granted a JobId that it had granted before in this capture, without a restart in between.

    Why:
        A late request for the earlier job now reaches the new one. Devices are seen that count from 1 again for
        each client.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CreateScanJob -> JobId=1 JobToken=u
        RetrieveImage JobId=1 JobToken=u -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CreateScanJob -> JobId=2 JobToken=u
        RetrieveImage JobId=2 JobToken=u -> image
    """
    former = event.former
    if former is not None:
        first = () if former.creation is None else response_line(former.creation, f"JobId {former.job_id}")
        yield Objection(
            f"JobId {event.job.job_id} granted again for another job",
            (*first, *response_line(event.exchange, f"JobId {event.job.job_id} again")),
            job=event.job,
            expected="a JobId that was not granted recently",
        )


@rule(
    "WSD616",
    "cancel-of-ended-accepted",
    Severity.WARNING,
    on=CancelAnswered,
    when=lambda event: event.had_ended and event.accepted,
    needs=(Need.JOB_UNBROKEN,),
    source="J12",
)
def cancel_of_ended_accepted(event: CancelAnswered) -> Iterator[Verdict]:
    """The device acknowledged a CancelJob for a job that it had itself called ended.

    Why:
        A fault is expected. Where only the client can know that it has all its images (a flatbed's one page, an
        announced count), the device may still hold the job, and nothing is said here.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
        CancelJob JobId=1 -> ok

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> ok
    """
    job = event.job
    if job.end in (JobEnd.SINGLE, JobEnd.COUNT, None):
        yield Inconclusive("the device may not count the job as ended")
        return
    yield Objection(
        f"{job.label}: CancelJob acknowledged after its end ({job.end.value})"[:100],
        exchange_lines(event.exchange),
        job=job,
        expected="a fault",
    )


def _short_of(job: Job) -> bool:
    return bool(job.announced) and 0 < job.delivered < (job.announced or 0)


@rule(
    "WSD625",
    "stopped-early",
    Severity.INFO,
    on=(JobOrphaned, JobLeftOpen),
    when=lambda event: bool(event.job.announced) and event.job.delivered > 0,
    fault_of=FaultOf.UNKNOWN,
    needs=(Need.JOB_FROM_START, Need.JOB_UNBROKEN),
    source="T08",
)
def stopped_early(event: JobOrphaned | JobLeftOpen) -> Iterator[Verdict]:
    """Fewer images than announced were retrieved, without NoImagesAvailable and without a cancel.

    Why:
        Pages may still lie in the device. The count that was announced says how many the client left behind.

    Bad:
        CreateScanJob source=ADF images=3 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob source=ADF images=1 -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    job = event.job
    if _short_of(job):
        yield Objection(
            f"{job.label}: {job.delivered} of {job.announced} images retrieved, then nothing",
            _life(job),
            job=job,
            expected=f"{job.announced} images, NoImagesAvailable or CancelJob",
        )


@rule(
    "WSD627",
    "job-token-shared",
    Severity.INFO,
    on=JobCreated,
    source="J03",
)
def job_token_shared(event: JobCreated) -> Iterator[Verdict]:
    """Two live jobs of one device have the same JobToken.

    Why:
        JobId and JobToken are meant to be a pair that nobody can guess. Devices are seen that grant `ScanJob1` to
        everybody; then the token protects nothing.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        CreateScanJob source=ADF -> JobId=2 JobToken=t

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        CreateScanJob source=ADF -> JobId=2 JobToken=u
    """
    other = event.token_of
    if other is not None:
        first = () if other.creation is None else response_line(other.creation, f"JobId {other.job_id}")
        yield Objection(
            f"{event.job.label} and {other.label} have the same JobToken",
            (*first, *response_line(event.exchange, f"JobId {event.job.job_id}")),
            job=event.job,
            expected="a JobToken of its own for each job",
            fold="token",
        )
