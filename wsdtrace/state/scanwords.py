"""What the job tracker reads out of typed messages: ids, tokens, grants, tickets, states."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.state.joblife import JobSample
from wsdtrace.state.message import Message
from wsdtrace.state.model import Exchange
from wsdtrace.wsd.jobs import JobEndState, JobStatus, JobSummary
from wsdtrace.wsd.scan import (
    CancelJobRequest,
    CreateScanJobRequest,
    CreateScanJobResponse,
    GetActiveJobsResponse,
    GetJobElementsRequest,
    GetJobElementsResponse,
    GetJobHistoryResponse,
    JobEndStateEvent,
    JobStatusEvent,
    RetrieveImageRequest,
)
from wsdtrace.wsd.ticket import (
    DocumentFinalParameters,
    DocumentParameters,
    Final,
    FinalResolution,
    ImageInformation,
    Requested,
    Resolution,
    ScanTicket,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """JobId and JobToken of a CreateScanJobResponse."""

    job_id: int
    token: str | None


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What request and response of CreateScanJob say about the job; final values before requested ones."""

    scan_identifier: str | None = None
    destination_token: str | None = None
    announced: int | None = None
    input_source: str | None = None
    format: str | None = None
    resolution: str | None = None
    ticket: ScanTicket | None = None
    final: DocumentFinalParameters | None = None
    image_information: ImageInformation | None = None


def value_of(message: Message | None) -> object | None:
    """The typed value of a message, while it is held."""
    return None if message is None or message.decoded is None else message.decoded.value


def asked_job_id(message: Message | None) -> int | None:
    """The JobId that a request names."""
    match value_of(message):
        case (
            RetrieveImageRequest(job_id=job_id) | CancelJobRequest(job_id=job_id) | GetJobElementsRequest(job_id=job_id)
        ):
            return job_id
    return None


def retrieve_token(message: Message | None) -> str | None:
    """The JobToken of a RetrieveImageRequest; None when it has none (an empty one counts as absent), and when bytes of
    the message are missing: what is left may be half of one.
    """
    value = value_of(message)
    if message is None or not message.complete or not isinstance(value, RetrieveImageRequest):
        return None
    return value.job_token or None


def grant_of(message: Message | None) -> Grant | None:
    """What a CreateScanJobResponse granted; None for a fault, an error status or a response without JobId."""
    value = value_of(message)
    if message is None or not isinstance(value, CreateScanJobResponse) or value.job_id is None:
        return None
    if message.status is not None and message.status >= 300:  # RFC 9110 §15
        return None
    if message.complete and message.well_formed:
        return Grant(value.job_id, value.job_token or None)
    # The last text of a message that breaks off may be cut: the token, or the id where no token follows.
    return Grant(value.job_id, None) if value.job_token is not None else None


def ticket_facts(request: Message | None, response: Message | None) -> TicketFacts:
    """What is known of a job from its creation."""
    asked, answered = value_of(request), value_of(response)
    creation = asked if isinstance(asked, CreateScanJobRequest) else None
    ticket = creation.scan_ticket if creation is not None else None
    wanted = ticket.document_parameters if ticket is not None else None
    grant = answered if isinstance(answered, CreateScanJobResponse) else None
    final = grant.document_final_parameters if grant is not None else None
    both = (final, wanted)
    return TicketFacts(
        scan_identifier=creation.scan_identifier or None if creation is not None else None,
        destination_token=creation.destination_token or None if creation is not None else None,
        announced=_number([p.images_to_transfer for p in both if p is not None]),
        input_source=_text([p.input_source for p in both if p is not None]),
        format=_text([p.format for p in both if p is not None]),
        resolution=_resolution(final) or _resolution(wanted),
        ticket=ticket,
        final=final,
        image_information=grant.image_information if grant is not None else None,
    )


def _number(settings: list[Final[int] | Requested[int] | None]) -> int | None:
    return next((s.value for s in settings if s is not None and s.value is not None), None)


def _text(settings: list[object]) -> str | None:
    for setting in settings:
        if isinstance(setting, Final | Requested) and setting.value is not None:
            return str(setting.value)
    return None


def _resolution(parameters: DocumentParameters | DocumentFinalParameters | None) -> str | None:
    sides = None if parameters is None else parameters.media_sides
    front = None if sides is None else sides.media_front
    found = None if front is None else front.resolution
    if isinstance(found, FinalResolution):
        width, height = _plain(found.width), _plain(found.height)
    elif isinstance(found, Resolution):
        width, height = found.width, found.height
    else:
        return None
    return None if width is None else f"{width}×{height or width}"


def _plain(setting: Final[int] | None) -> int | None:
    return None if setting is None else setting.value


def job_samples_of(exchange: Exchange) -> Iterator[JobSample]:
    """What the messages of an exchange say of jobs' status."""
    for message in (exchange.request, exchange.response):
        match value_of(message):
            case GetActiveJobsResponse(active_jobs=jobs) | GetJobHistoryResponse(job_history=jobs) if jobs is not None:
                for summary in jobs.job_summary:
                    yield from _sample(summary)
            case GetJobElementsResponse(job_elements=elements) if elements is not None:
                for data in elements.element_data:
                    yield from _sample(data.job_status)
            case JobStatusEvent(job_status=status):
                yield from _sample(status)
            case JobEndStateEvent(job_end_state=end):
                yield from _sample(end)


def job_list_of(exchange: Exchange) -> tuple[JobSample, ...] | None:
    """The jobs that GetActiveJobs or GetJobHistory was answered with; None for any other or unreadable answer."""
    response = exchange.response
    value = value_of(response)
    if response is None or not response.well_formed or not response.complete:
        return None
    match value:
        case GetActiveJobsResponse(active_jobs=jobs) | GetJobHistoryResponse(job_history=jobs) if jobs is not None:
            return tuple(sample for summary in jobs.job_summary for sample in _sample(summary))
    return None


def _sample(status: JobStatus | JobSummary | JobEndState | None) -> Iterator[JobSample]:
    if status is None or status.job_id is None:
        return
    state = status.job_completed_state if isinstance(status, JobEndState) else status.job_state
    reasons = status.job_completed_state_reasons if isinstance(status, JobEndState) else status.job_state_reasons
    if state is None:
        return
    yield JobSample(
        job_id=status.job_id,
        state=str(state),
        reasons=tuple(map(str, reasons.job_state_reason)) if reasons is not None else (),
        scans_completed=status.scans_completed,
        created=status.job_created_time if isinstance(status, JobStatus) else None,
        completed=None if isinstance(status, JobSummary) else status.job_completed_time,
    )
