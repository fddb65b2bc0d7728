"""WSD60x, WSD61x: asking for the images of a job."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, request_line, response_line, seconds
from wsdtrace.state.events import ExchangeEnded, ImageDelivered, RetrieveRequested
from wsdtrace.state.joblife import JobEnd
from wsdtrace.state.jobs import MULTI_PAGE_FORMATS, RETRIEVE_LIMIT_NS
from wsdtrace.state.model import Exchange

LIMIT = seconds(RETRIEVE_LIMIT_NS).replace(".0", "")


def _had_closed(event: ExchangeEnded, later: Exchange) -> bool:
    """The client had closed the connection before it sent a later request: what came behind that are repeats of
    segments that it had, and the capture had not."""
    connection, request = event.connection, later.request
    if connection is None or connection.first_end is None or request is None:
        return False
    by_client = connection.first_end_by == event.exchange.client_endpoint
    return by_client and connection.first_end.time_ns <= request.first.time_ns


REPEAT_NS = 200 * 10**6
"""What a sender waits at least before it repeats a segment (Linux TCP_RTO_MIN)."""


def _has_no_end(exchange: Exchange) -> bool:
    """The answer had begun, and the capture does not show its end: it may have come before the second request."""
    return exchange.response is not None and not exchange.response.complete


def _is_repeat(first: Exchange, second: Exchange) -> bool:
    """The answer was under way, and ended so shortly after the later request that its end may be the repeat of a
    segment that the client had, and the capture had not."""
    answer, request = first.response, second.request
    if answer is None or request is None or first.response_head is None:
        return False
    begun = first.response_head.time_ns <= request.first.time_ns
    return begun and answer.last.time_ns - request.first.time_ns < REPEAT_NS


@rule(
    "WSD603",
    "first-retrieve-late",
    Severity.ERROR,
    on=RetrieveRequested,
    when=lambda event: event.was_live and event.since_request_ns is None,
    fault_of=FaultOf.CLIENT,
    needs=(Need.JOB_FROM_START, Need.JOB_UNBROKEN),
    source="T01",
)
def first_retrieve_late(event: RetrieveRequested) -> Iterator[Verdict]:
    """The first RetrieveImage came more than 60 s after CreateScanJobResponse.

    Why:
        The client has 60 s; after that the device may abort the job and say so with JobTimedOut.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        wait 61s
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        wait 59s
        RetrieveImage JobId=1 JobToken=t -> image
    """
    job, waited = event.job, event.since_end_ns
    if waited is not None and waited > RETRIEVE_LIMIT_NS:
        created = () if job.creation is None else response_line(job.creation, f"JobId {job.job_id}")
        yield Objection(
            f"{job.label}: first RetrieveImage {seconds(waited)} after CreateScanJobResponse, limit {LIMIT}",
            (*created, *request_line(event.exchange, f"{seconds(waited)} later")),
            job=job,
            expected=f"RetrieveImage within {LIMIT}",
        )


@rule(
    "WSD604",
    "next-retrieve-late",
    Severity.ERROR,
    on=RetrieveRequested,
    when=lambda event: event.was_live and event.since_request_ns is not None,
    fault_of=FaultOf.CLIENT,
    needs=(Need.JOB_UNBROKEN,),
    source=("T03", "field failure 25", "field failure 39"),
)
def next_retrieve_late(event: RetrieveRequested) -> Iterator[Verdict]:
    """More than 60 s lie between the end of one RetrieveImage and the next.

    Why:
        The 60 s count between successive RetrieveImage operations. The page does not say from which end, so both
        ways of counting are told; only the one from the end of the answer decides.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 61s
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        wait 59s
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    job, waited, between = event.job, event.since_end_ns, event.since_request_ns
    if waited is None or between is None or waited <= RETRIEVE_LIMIT_NS:
        return
    before = () if event.previous is None else response_line(event.previous)
    yield Objection(
        f"{job.label}: next RetrieveImage {seconds(waited)} after the answer to the last, limit {LIMIT}",
        (
            *before,
            *request_line(event.exchange, f"{seconds(waited)} after the answer, {seconds(between)} after the request"),
        ),
        job=job,
        expected=f"RetrieveImage within {LIMIT}",
    )


@rule(
    "WSD610",
    "token-mismatch",
    Severity.ERROR,
    on=RetrieveRequested,
    when=lambda event: event.token is not None and event.job.token is not None,
    fault_of=FaultOf.CLIENT,
    needs=(Need.JOB_FROM_START,),
    source="J04",
)
def token_mismatch(event: RetrieveRequested) -> Iterator[Verdict]:
    """RetrieveImage carries another JobToken than the one that was granted with the JobId.

    Why:
        JobId and JobToken are a pair; the token is what keeps others from taking the page.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=right
        RetrieveImage JobId=1 JobToken=wrong -> Fault ClientErrorInvalidJobToken
        RetrieveImage JobId=1 JobToken=right -> Fault ClientErrorNoImagesAvailable

    Good:
        CreateScanJob -> JobId=1 JobToken=right
        RetrieveImage JobId=1 JobToken=right -> image
    """
    job = event.job
    if event.token != job.token:
        created = () if job.creation is None else response_line(job.creation, f"JobId {job.job_id}")
        yield Objection(
            f"{job.label}: RetrieveImage with another JobToken than the one granted",
            (*created, *request_line(event.exchange)),
            job=job,
            expected="the JobToken of CreateScanJobResponse",
        )


@rule(
    "WSD612",
    "retrieve-after-cancel",
    Severity.WARNING,
    on=RetrieveRequested,
    fault_of=FaultOf.CLIENT,
    source=("J13", "field failure 43"),
)
def retrieve_after_cancel(event: RetrieveRequested) -> Iterator[Verdict]:
    """RetrieveImage after an acknowledged CancelJob.

    Why:
        The job is gone; asking for its pages costs a fault, on some devices the connection (seen: sane-airscan
        0.99.27 and later with a feeder).

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> ok
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> ok
    """
    if event.was_canceled:
        yield Objection(
            f"{event.job.label}: RetrieveImage after the acknowledged CancelJob",
            request_line(event.exchange),
            job=event.job,
            expected="no further request for this job",
        )


@rule(
    "WSD605",
    "timeout-not-enforced",
    Severity.INFO,
    on=ImageDelivered,
    when=lambda event: event.job is not None and (event.exchange.waited_ns or 0) > RETRIEVE_LIMIT_NS,
    needs=(Need.JOB_UNBROKEN,),
    source="T04",
)
def timeout_not_enforced(event: ImageDelivered) -> Iterator[Verdict]:
    """A RetrieveImage that came after the 60 s was answered with an image all the same.

    Why:
        This device waits longer than it has to. Another one would have aborted the job: the client was lucky.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        wait 61s
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        wait 59s
        RetrieveImage JobId=1 JobToken=t -> image
    """
    job = event.job
    assert job is not None
    yield Objection(
        f"{job.label}: image delivered {seconds(event.exchange.waited_ns or 0)} after the limit began to run",
        exchange_lines(event.exchange),
        job=job,
        expected="job aborted with JobTimedOut",
        fold=job.label,
    )


@rule(
    "WSD611",
    "token-not-checked",
    Severity.ERROR,
    on=ImageDelivered,
    when=lambda event: event.exchange.wrong_token,
    needs=(Need.JOB_FROM_START,),
    source="J05",
)
def token_not_checked(event: ImageDelivered) -> Iterator[Verdict]:
    """A RetrieveImage with the wrong JobToken was answered with an image.

    Why:
        Whoever guesses a JobId gets the page. The token is there to prevent that.

    Bad:
        CreateScanJob -> JobId=1 JobToken=right
        RetrieveImage JobId=1 JobToken=wrong -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=right
        RetrieveImage JobId=1 JobToken=right -> image
    """
    job = event.job
    assert job is not None
    yield Objection(
        f"{job.label}: an image for a RetrieveImage with the wrong JobToken",
        exchange_lines(event.exchange),
        job=job,
        expected="ClientErrorInvalidJobToken",
    )


@rule(
    "WSD613",
    "image-after-cancel",
    Severity.WARNING,
    on=ImageDelivered,
    when=lambda event: event.exchange.after_cancel,
    source="J13",
)
def image_after_cancel(event: ImageDelivered) -> Iterator[Verdict]:
    """An image in answer to a request that was made after the cancel was acknowledged.

    Why:
        The device said that the job is cancelled and goes on with it. A transfer that was under way may finish; a
        new one may not begin.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        CancelJob JobId=1 -> ok
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        CancelJob JobId=1 -> ok
    """
    job = event.job
    assert job is not None
    yield Objection(
        f"{job.label}: an image after the acknowledged CancelJob",
        exchange_lines(event.exchange),
        job=job,
        expected="ClientErrorJobCancelled or ClientErrorJobIdNotFound",
        fold=job.label,
    )


@rule(
    "WSD614",
    "retrieve-after-end",
    Severity.WARNING,
    on=RetrieveRequested,
    when=lambda event: event.job.end in (JobEnd.NO_IMAGES, JobEnd.COUNT),
    fault_of=FaultOf.CLIENT,
    needs=(Need.JOB_FROM_START, Need.JOB_UNBROKEN),
    source=("I08", "I09", "I10"),
)
def retrieve_after_end(event: RetrieveRequested) -> Iterator[Verdict]:
    """RetrieveImage after ClientErrorNoImagesAvailable, or after the announced number of images.

    Why:
        There is nothing left to retrieve. Some devices answer such a request with an error that looks like a
        failure of the scan.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    job = event.job
    assert job.end is not None
    if not (job.format or "").startswith(MULTI_PAGE_FORMATS):
        yield Objection(
            f"{job.label}: RetrieveImage after its end ({job.end.value})"[:100],
            request_line(event.exchange),
            job=job,
            expected="no further request for this job",
        )


@rule(
    "WSD626",
    "concurrent-retrieve",
    Severity.WARNING,
    on=ExchangeEnded,
    when=lambda event: event.exchange.operation == "RetrieveImage" and event.exchange.job is not None,
    fault_of=FaultOf.CLIENT,
    needs=(Need.BOTH_DIRECTIONS, Need.NO_GAP),
    source="I20",
)
def concurrent_retrieve(event: ExchangeEnded) -> Iterator[Verdict]:
    """A second RetrieveImage before the answer to the first has ended.

    Why:
        The images of a job come one after another. Devices answer the second request with a fault, or mix up the
        pages.

    Bad:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> nothing
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable

    Good:
        CreateScanJob source=ADF -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    first, second = event.exchange, event.exchange.overlapped_by
    job = first.job
    if second is None or job is None:
        return
    unclear = _had_closed(event, second) or _has_no_end(first) or _is_repeat(first, second)
    if job.blind or second.connection == first.connection or unclear:
        yield Inconclusive("something is missing, and an answer that is not in the capture looks the same")
        return
    yield Objection(
        f"{job.label}: RetrieveImage while another one waits for its answer",
        (*request_line(first, "still unanswered"), *request_line(second)),
        job=job,
        expected="one RetrieveImage after another",
    )
