"""The message that an operation sends by default: complete, valid, and consistent with what was said before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from wsdtrace.scenario import portrait
from wsdtrace.scenario.book import Book, Job
from wsdtrace.scenario.fields import value_of
from wsdtrace.scenario.hosts import Faces, Host
from wsdtrace.scenario.model import Assignment
from wsdtrace.scenario.tickets import default_ticket, final_parameters, image_information
from wsdtrace.soap import EndpointReference, QName
from wsdtrace.soap.namespaces import EVENTING, SCAN
from wsdtrace.soap.schema import Duration, Element, Extension
from wsdtrace.soap.schema.lexical import read_duration
from wsdtrace.wsd import discovery, eventing, scan
from wsdtrace.wsd.eventing import ACTION_DIALECT, PUSH, EndStatus
from wsdtrace.wsd.jobs import (
    ActiveJobs,
    Document,
    DocumentDescription,
    Documents,
    JobEndState,
    JobHistory,
    JobStateReasons,
    JobStatus,
    JobSummary,
)
from wsdtrace.wsd.scanner import DeviceCondition, DeviceConditionCleared
from wsdtrace.wsd.ticket import JobDescription
from wsdtrace.wsd.values import (
    Component,
    ConditionName,
    JobState,
    JobStateReason,
    Severity,
)

SECTIONS = ("ScannerDescription", "ScannerConfiguration", "ScannerStatus")
"""What clients ask for first (seen: sane-airscan)."""
HOUR = read_duration("PT1H") or Duration()
CONTEXT, DISPLAY_NAME = "Scan", "Scan to this computer"

REASONS = {
    JobState.COMPLETED: JobStateReason.JOB_COMPLETED_SUCCESSFULLY,
    JobState.CANCELED: JobStateReason.NONE,
    JobState.PROCESSING: JobStateReason.JOB_SCANNING,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What a default depends on."""

    client: Host
    device: Host
    faces: Faces
    book: Book
    now_ns: int
    assignments: Sequence[Assignment]
    """What will be assigned to it."""
    word: str = "ok"
    """The word behind `->`."""
    request: Element | None = None
    """What is answered."""

    def wanted(self, name: str) -> str | None:
        return value_of(self.assignments, name)

    @property
    def job(self) -> Job | None:
        """The job that the message is about."""
        said = self.wanted("JobId")
        asked = getattr(self.request, "job_id", None)
        if said is not None and said.isdecimal():
            asked = int(said)
        if isinstance(asked, int):
            return self.book.job(self.device, asked)
        return self.book.latest(self.device)

    @property
    def busy(self) -> bool:
        return any(not job.is_over for job in self.book.jobs_of(self.device))


def _identifier(value: str) -> Extension:
    """A reference parameter that names a subscription."""
    element = etree.Element(f"{{{EVENTING}}}Identifier", nsmap={"wse": EVENTING})
    element.text = value
    return Extension.of(element)


def _reference(address: str, identifier: str | None = None) -> EndpointReference:
    parameters = () if identifier is None else (_identifier(identifier),)
    return EndpointReference(address=address, reference_parameters=parameters)


# -- requests ---------------------------------------------------------------------------------


def _create(turn: Turn) -> Element:
    identifier = token = None
    said = turn.wanted("ScanIdentifier")
    if said is not None:
        context = next((c for d, c, i in reversed(turn.book.events) if d is turn.device and i == said), None)
        subscription = turn.book.subscription(turn.device, turn.client)
        identifier = said
        token = subscription.tokens.get(context or "", None) if subscription is not None else None
    return scan.CreateScanJobRequest(
        scan_identifier=identifier, destination_token=token, scan_ticket=default_ticket(turn.wanted("InputSource"))
    )


def _retrieve(turn: Turn) -> Element:
    job = turn.job
    number = 1 if job is None else job.delivered + 1
    return scan.RetrieveImageRequest(
        job_id=1 if job is None else job.job_id,
        job_token="token-1" if job is None else job.token,
        document_description=DocumentDescription(document_name=f"Page {number}"),
    )


def _names(default: Sequence[str]) -> tuple[QName | None, ...]:
    return tuple(QName(SCAN, name) for name in default)


def _subscribe(turn: Turn) -> Element:
    wanted = turn.wanted("Filter")
    destinations = None
    if wanted is None or "ScanAvailableEvent" in wanted:
        destinations = scan.ScanDestinations(
            scan_destination=(scan.ScanDestination(client_display_name=DISPLAY_NAME, client_context=CONTEXT),)
        )
    sink = _reference(turn.faces.sink_url, f"{turn.client.endpoint}/sink")
    return eventing.Subscribe(
        end_to=_reference(turn.faces.sink_url),
        delivery=eventing.Delivery(mode=PUSH, notify_to=sink),
        expires=HOUR,
        filter=eventing.Filter(value=(f"{SCAN}/ScanAvailableEvent",), dialect=ACTION_DIALECT),
        scan_destinations=destinations,
    )


def _available(turn: Turn) -> Element:
    subscription = turn.book.subscription(turn.device, turn.client)
    context = next(iter(subscription.tokens), CONTEXT) if subscription is not None else CONTEXT
    identifier = turn.wanted("ScanIdentifier") or f"scan-{turn.book.number()}"
    return scan.ScanAvailableEvent(client_context=context, scan_identifier=identifier)


def job_status(turn: Turn, job: Job | None) -> JobStatus:
    """What a device says of a job; a reason that goes with every state where the scenario says the state."""
    state = JobState.COMPLETED if job is None else job.state
    said = turn.wanted("JobState") is not None or turn.wanted("JobCompletedState") is not None
    reason = JobStateReason.NONE if said else REASONS.get(state, JobStateReason.NONE)
    return JobStatus(
        job_id=1 if job is None else job.job_id,
        job_state=state,
        job_state_reasons=JobStateReasons(job_state_reason=(reason,)),
        scans_completed=0 if job is None else job.delivered,
    )


def _described(job: Job | None) -> JobDescription:
    ticket = job.ticket if job is not None else None
    return (ticket.job_description if ticket is not None else None) or JobDescription(
        job_name="Receipt", job_originating_user_name="user"
    )


def _job_end(turn: Turn) -> Element:
    job = turn.job
    status, described = job_status(turn, job), _described(job)
    over = job is None or job.is_over
    return scan.JobEndStateEvent(
        job_end_state=JobEndState(
            job_id=status.job_id,
            job_completed_state=status.job_state if over else JobState.COMPLETED,
            job_completed_state_reasons=status.job_state_reasons
            if over
            else JobStateReasons(job_state_reason=(JobStateReason.NONE,)),
            job_name=described.job_name,
            job_originating_user_name=described.job_originating_user_name,
            scans_completed=status.scans_completed,
        )
    )


def _condition(turn: Turn) -> Element:
    return scan.ScannerStatusConditionEvent(
        device_condition=DeviceCondition(
            id=1,
            time=portrait.clock(turn.now_ns),
            name=ConditionName.COVER_OPEN,
            component=Component.ADF,
            severity=Severity.WARNING,
        )
    )


def _cleared(turn: Turn) -> Element:
    return scan.ScannerStatusConditionClearedEvent(
        device_condition_cleared=DeviceConditionCleared(
            condition_id=1, condition_clear_time=portrait.clock(turn.now_ns)
        )
    )


def _ended(turn: Turn) -> Element:
    subscription = turn.book.subscription(turn.device, turn.client)
    identifier = subscription.identifier if subscription is not None else None
    return eventing.SubscriptionEnd(
        subscription_manager=_reference(turn.faces.manager_url, identifier), status=EndStatus.SOURCE_CANCELING
    )


def _hello(turn: Turn) -> Element:
    return discovery.Hello(
        endpoint_reference=_reference(turn.device.endpoint),
        types=portrait.DEVICE_TYPES,
        x_addrs=(turn.faces.device_url(turn.device),),
        metadata_version=1,
    )


REQUESTS: dict[str, Callable[[Turn], Element]] = {
    "CreateScanJob": _create,
    "RetrieveImage": _retrieve,
    "CancelJob": lambda turn: scan.CancelJobRequest(job_id=1 if turn.job is None else turn.job.job_id),
    "ValidateScanTicket": lambda turn: scan.ValidateScanTicketRequest(
        scan_ticket=default_ticket(turn.wanted("InputSource"))
    ),
    "GetScannerElements": lambda _: scan.GetScannerElementsRequest(
        requested_elements=scan.RequestedScannerElements(name=_names(SECTIONS))
    ),
    "GetJobElements": lambda turn: scan.GetJobElementsRequest(
        job_id=1 if turn.job is None else turn.job.job_id,
        requested_elements=scan.RequestedJobElements(name=_names(("JobStatus",))),
    ),
    "GetActiveJobs": lambda _: scan.GetActiveJobsRequest(),
    "GetJobHistory": lambda _: scan.GetJobHistoryRequest(),
    "Subscribe": _subscribe,
    "Renew": lambda _: eventing.Renew(expires=HOUR),
    "GetStatus": lambda _: eventing.GetStatus(),
    "Unsubscribe": lambda _: eventing.Unsubscribe(),
    "ScanAvailableEvent": _available,
    "ScannerElementsChangeEvent": lambda _: scan.ScannerElementsChangeEvent(
        element_changes=scan.ElementChanges(scanner_description=portrait.description())
    ),
    "ScannerStatusSummaryEvent": lambda turn: scan.ScannerStatusSummaryEvent(
        status_summary=portrait.summary(busy=turn.busy)
    ),
    "ScannerStatusConditionEvent": _condition,
    "ScannerStatusConditionClearedEvent": _cleared,
    "JobStatusEvent": lambda turn: scan.JobStatusEvent(job_status=job_status(turn, turn.job)),
    "JobEndStateEvent": _job_end,
    "SubscriptionEnd": _ended,
    "Hello": _hello,
    "Bye": lambda turn: discovery.Bye(endpoint_reference=_reference(turn.device.endpoint)),
    "Probe": lambda _: discovery.Probe(types=portrait.DEVICE_TYPES),
    "Resolve": lambda turn: discovery.Resolve(endpoint_reference=_reference(turn.device.endpoint)),
}
"""Operation → the body of its request; an operation that is missing here has an empty one (Get)."""


# -- answers ----------------------------------------------------------------------------------


def _created(turn: Turn) -> Element:
    assert isinstance(turn.request, scan.CreateScanJobRequest)
    job_id = turn.book.next_job_id(turn.device)
    final = final_parameters(turn.request.scan_ticket)
    return scan.CreateScanJobResponse(
        job_id=job_id,
        job_token=f"token-{job_id}",
        image_information=image_information(final),
        document_final_parameters=final,
    )


def _validated(turn: Turn) -> Element:
    assert isinstance(turn.request, scan.ValidateScanTicketRequest)
    valid = turn.wanted("ValidTicket") not in ("false", "0")
    return scan.ValidateScanTicketResponse(
        validation_info=scan.ValidationInfo(
            valid_ticket=valid,
            image_information=image_information(final_parameters(turn.request.scan_ticket)),
            valid_scan_ticket=None if valid else default_ticket(),
        )
    )


def _elements(turn: Turn) -> Element:
    assert isinstance(turn.request, scan.GetScannerElementsRequest)
    asked = turn.request.requested_elements
    data = tuple(_section(turn, name) for name in (asked.name if asked is not None else ()) if name is not None)
    return scan.GetScannerElementsResponse(scanner_elements=scan.ScannerElements(element_data=data))


def _section(turn: Turn, name: QName) -> scan.ScannerElementData:
    match name.local:
        case "ScannerDescription":
            return scan.ScannerElementData(name=name, valid=True, scanner_description=portrait.description())
        case "ScannerConfiguration":
            return scan.ScannerElementData(name=name, valid=True, scanner_configuration=portrait.configuration())
        case "ScannerStatus":
            status = portrait.status(turn.now_ns, busy=turn.busy)
            return scan.ScannerElementData(name=name, valid=True, scanner_status=status)
        case "DefaultScanTicket":
            return scan.ScannerElementData(name=name, valid=True, default_scan_ticket=portrait.default_scan_ticket())
        case _:
            return scan.ScannerElementData(name=name, valid=False)


def _job_elements(turn: Turn) -> Element:
    assert isinstance(turn.request, scan.GetJobElementsRequest)
    asked = turn.request.requested_elements
    data = tuple(_job_section(turn, name) for name in (asked.name if asked is not None else ()) if name is not None)
    return scan.GetJobElementsResponse(job_elements=scan.JobElements(element_data=data))


def _job_section(turn: Turn, name: QName) -> scan.JobElementData:
    job = turn.job
    match name.local:
        case "JobStatus":
            return scan.JobElementData(name=name, valid=True, job_status=job_status(turn, job))
        case "ScanTicket":
            ticket = job.ticket if job is not None and job.ticket is not None else default_ticket()
            return scan.JobElementData(name=name, valid=True, scan_ticket=ticket)
        case "Documents":
            final = job.final if job is not None else final_parameters(None)
            document = Document(document_description=DocumentDescription(document_name="Page 1"))
            documents = Documents(document_final_parameters=final, document=(document,))
            return scan.JobElementData(name=name, valid=True, documents=documents)
        case _:
            return scan.JobElementData(name=name, valid=False)


def _summaries(turn: Turn, *, over: bool) -> tuple[JobSummary, ...]:
    """The jobs of a list; one to be filled in where the scenario says what it holds."""
    if turn.word == "none":
        return ()
    jobs: list[Job | None] = [job for job in turn.book.jobs_of(turn.device) if job.is_over == over]
    if turn.assignments:
        jobs = [turn.job]
    return tuple(_summary(turn, job) for job in jobs)


def _summary(turn: Turn, job: Job | None) -> JobSummary:
    status, described = job_status(turn, job), _described(job)
    return JobSummary(
        job_id=status.job_id,
        job_name=described.job_name,
        job_originating_user_name=described.job_originating_user_name,
        job_state=status.job_state,
        job_state_reasons=status.job_state_reasons,
        scans_completed=status.scans_completed,
    )


def _subscribed(turn: Turn) -> Element:
    assert isinstance(turn.request, eventing.Subscribe)
    asked = turn.request.scan_destinations
    number = turn.book.number()
    responses = None
    if asked is not None:
        responses = scan.DestinationResponses(
            destination_response=tuple(
                scan.DestinationResponse(
                    client_context=destination.client_context, destination_token=f"destination-{number}-{position}"
                )
                for position, destination in enumerate(asked.scan_destination, start=1)
            )
        )
    return eventing.SubscribeResponse(
        subscription_manager=_reference(turn.faces.manager_url, f"urn:scenario:subscription:{number}"),
        expires=turn.request.expires or HOUR,
        destination_responses=responses,
    )


def _renewed(turn: Turn) -> Element:
    asked = turn.request.expires if isinstance(turn.request, eventing.Renew) else None
    return eventing.RenewResponse(expires=asked or HOUR)


def _probe_match(turn: Turn) -> Element:
    return discovery.ProbeMatches(
        probe_match=(
            discovery.ProbeMatch(
                endpoint_reference=_reference(turn.device.endpoint),
                types=portrait.DEVICE_TYPES,
                x_addrs=(turn.faces.device_url(turn.device),),
                metadata_version=1,
            ),
        )
    )


def _resolve_match(turn: Turn) -> Element:
    return discovery.ResolveMatches(
        resolve_match=discovery.ResolveMatch(
            endpoint_reference=_reference(turn.device.endpoint),
            types=portrait.DEVICE_TYPES,
            x_addrs=(turn.faces.device_url(turn.device),),
            metadata_version=1,
        )
    )


ANSWERS: dict[str, Callable[[Turn], Element]] = {
    "CreateScanJob": _created,
    "RetrieveImage": lambda _: scan.RetrieveImageResponse(
        scan_data=scan.ScanData(include=scan.Include(href="cid:image@scenario"))
    ),
    "CancelJob": lambda _: scan.CancelJobResponse(),
    "ValidateScanTicket": _validated,
    "GetScannerElements": _elements,
    "GetJobElements": _job_elements,
    "GetActiveJobs": lambda turn: scan.GetActiveJobsResponse(
        active_jobs=ActiveJobs(job_summary=_summaries(turn, over=False))
    ),
    "GetJobHistory": lambda turn: scan.GetJobHistoryResponse(
        job_history=JobHistory(job_summary=_summaries(turn, over=True))
    ),
    "Subscribe": _subscribed,
    "Renew": _renewed,
    "GetStatus": lambda _: eventing.GetStatusResponse(expires=HOUR),
    "Get": lambda turn: portrait.metadata(turn.device, turn.faces),
    "Probe": _probe_match,
    "Resolve": _resolve_match,
}
"""Operation → the body of its answer; one that is missing here has an empty one (Unsubscribe), or none (events)."""
