"""The request that an operation sends by default: complete, valid, and consistent with what was granted before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wsdtrace.scenario import portrait
from wsdtrace.scenario.tickets import default_ticket
from wsdtrace.scenario.turn import HOUR, Turn, description_of, job_status, reference
from wsdtrace.soap import QName
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import discovery, eventing, scan
from wsdtrace.wsd.eventing import ACTION_DIALECT, PUSH, EndStatus
from wsdtrace.wsd.jobs import (
    DocumentDescription,
    JobEndState,
    JobStateReasons,
)
from wsdtrace.wsd.scanner import DeviceCondition, DeviceConditionCleared
from wsdtrace.wsd.values import (
    Component,
    ConditionName,
    JobState,
    JobStateReason,
    Severity,
)

SECTIONS = ("ScannerDescription", "ScannerConfiguration", "ScannerStatus")
"""What clients ask for first (seen: sane-airscan)."""
CONTEXT, DISPLAY_NAME = "Scan", "Scan to this computer"


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
    sink = reference(turn.faces.sink_url, f"{turn.client.endpoint}/sink")
    return eventing.Subscribe(
        end_to=reference(turn.faces.sink_url),
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


def _job_end(turn: Turn) -> Element:
    job = turn.job
    status, described = job_status(turn, job), description_of(job)
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
        subscription_manager=reference(turn.faces.manager_url, identifier), status=EndStatus.SOURCE_CANCELING
    )


def _hello(turn: Turn) -> Element:
    return discovery.Hello(
        endpoint_reference=reference(turn.device.endpoint),
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
    "Bye": lambda turn: discovery.Bye(endpoint_reference=reference(turn.device.endpoint)),
    "Probe": lambda _: discovery.Probe(types=portrait.DEVICE_TYPES),
    "Resolve": lambda turn: discovery.Resolve(endpoint_reference=reference(turn.device.endpoint)),
}
"""Operation → the body of its request; an operation that is missing here has an empty one (Get)."""
