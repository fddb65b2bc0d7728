"""What has happened so far in a scenario, so that answers are consistent with requests and with what was granted."""

from __future__ import annotations

from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.scenario.hosts import Host
from wsdtrace.soap.schema import Element
from wsdtrace.wsd.eventing import Subscribe, SubscribeResponse, SubscriptionEnd, Unsubscribe
from wsdtrace.wsd.scan import (
    CancelJobRequest,
    CreateScanJobRequest,
    CreateScanJobResponse,
    RetrieveImageRequest,
    ScanAvailableEvent,
)
from wsdtrace.wsd.ticket import DocumentFinalParameters, ScanTicket
from wsdtrace.wsd.values import JobState


@dataclass(slots=True)
class Job:
    """A job that a device granted."""

    job_id: int
    token: str
    ticket: ScanTicket | None
    final: DocumentFinalParameters
    delivered: int = 0
    canceled: bool = False
    exhausted: bool = False

    @property
    def announced(self) -> int:
        """Images that it brings; 0 when nobody knows."""
        images = self.final.images_to_transfer
        return (images.value if images is not None else None) or 0

    @property
    def state(self) -> JobState:
        """What the device says of it."""
        if self.canceled:
            return JobState.CANCELED
        if self.exhausted or (self.announced and self.delivered >= self.announced):
            return JobState.COMPLETED
        return JobState.PROCESSING if self.delivered else JobState.PENDING

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.CANCELED, JobState.COMPLETED)


@dataclass(slots=True)
class Subscription:
    """A subscription that a device granted."""

    identifier: str
    tokens: dict[str, str] = field(default_factory=dict)
    """ClientContext → DestinationToken."""
    live: bool = True


@dataclass(slots=True)
class Book:
    """Everything that was granted."""

    jobs: list[tuple[Host, Job]] = field(default_factory=list)
    subscriptions: list[tuple[Host, Host, Subscription]] = field(default_factory=list)
    """(device, client, what was granted), oldest first."""
    events: list[tuple[Host, str, str]] = field(default_factory=list)
    """(device, ClientContext, ScanIdentifier) of each ScanAvailableEvent."""
    numbers: int = 0
    """Identifiers handed out by `number`."""

    def number(self) -> int:
        """A number that was not handed out before."""
        self.numbers += 1
        return self.numbers

    def jobs_of(self, device: Host) -> list[Job]:
        """What a device granted, oldest first."""
        return [job for where, job in self.jobs if where is device]

    def job(self, device: Host, job_id: int | None) -> Job | None:
        """The latest job of this number."""
        return next((job for job in reversed(self.jobs_of(device)) if job.job_id == job_id), None)

    def latest(self, device: Host) -> Job | None:
        """The job that a request is about which does not say so: the latest one that is not over, else the latest."""
        jobs = self.jobs_of(device)
        return next((job for job in reversed(jobs) if not job.is_over), jobs[-1] if jobs else None)

    def next_job_id(self, device: Host) -> int:
        return max((job.job_id for job in self.jobs_of(device)), default=0) + 1

    def subscription(self, device: Host, client: Host) -> Subscription | None:
        """The latest live one, else the latest."""
        mine = [s for d, c, s in self.subscriptions if d is device and c is client]
        return next((s for s in reversed(mine) if s.live), mine[-1] if mine else None)

    # -- what happened ------------------------------------------------------------------------

    def answered(self, device: Host, client: Host, request: Element | None, answer: Element | None) -> None:
        """An exchange had a good answer."""
        if isinstance(request, CreateScanJobRequest) and isinstance(answer, CreateScanJobResponse):
            final = answer.document_final_parameters or DocumentFinalParameters()
            job = Job(answer.job_id or 0, answer.job_token or "", request.scan_ticket, final)
            self.jobs.append((device, job))
        elif isinstance(request, CancelJobRequest):
            known = self.job(device, request.job_id)
            if known is not None and not known.is_over:
                known.canceled = True
        elif isinstance(request, RetrieveImageRequest):
            known = self.job(device, request.job_id)
            if known is not None:
                known.delivered += 1
        elif isinstance(request, Subscribe) and isinstance(answer, SubscribeResponse):
            self._subscribed(device, client, answer)
        elif isinstance(request, Unsubscribe | SubscriptionEnd):
            granted = self.subscription(device, client)
            if granted is not None:
                granted.live = False
        elif isinstance(request, ScanAvailableEvent):
            self.events.append((device, request.client_context or "", request.scan_identifier or ""))

    def refused(self, device: Host, request: Element | None, subcode: str) -> None:
        """An exchange was answered by a fault."""
        if isinstance(request, RetrieveImageRequest) and subcode == "ClientErrorNoImagesAvailable":
            job = self.job(device, request.job_id)
            if job is not None:
                job.exhausted = True

    def _subscribed(self, device: Host, client: Host, answer: SubscribeResponse) -> None:
        manager = answer.subscription_manager
        parameters = manager.reference_parameters if manager is not None else ()
        identifier = next((p.text or "" for p in parameters), "")
        responses = answer.destination_responses
        tokens = {
            r.client_context or "": r.destination_token or ""
            for r in (responses.destination_response if responses is not None else ())
        }
        self.subscriptions.append((device, client, Subscription(identifier, tokens)))
