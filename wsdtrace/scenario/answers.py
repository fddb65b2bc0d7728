"""The answer that an operation gets by default: complete, valid, and consistent with what was asked."""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.scenario import portrait
from wsdtrace.scenario.book import Job
from wsdtrace.scenario.tickets import default_ticket, final_parameters, image_information
from wsdtrace.scenario.turn import HOUR, Turn, description_of, job_status, reference
from wsdtrace.soap import QName
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import discovery, eventing, scan
from wsdtrace.wsd.jobs import (
    ActiveJobs,
    Document,
    DocumentDescription,
    Documents,
    JobHistory,
    JobSummary,
)


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
    status, described = job_status(turn, job), description_of(job)
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
        subscription_manager=reference(turn.faces.manager_url, f"urn:scenario:subscription:{number}"),
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
                endpoint_reference=reference(turn.device.endpoint),
                types=portrait.DEVICE_TYPES,
                x_addrs=(turn.faces.device_url(turn.device),),
                metadata_version=1,
            ),
        )
    )


def _resolve_match(turn: Turn) -> Element:
    return discovery.ResolveMatches(
        resolve_match=discovery.ResolveMatch(
            endpoint_reference=reference(turn.device.endpoint),
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
