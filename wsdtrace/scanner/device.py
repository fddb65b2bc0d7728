"""The virtual scanner itself: what it decides on every operation. No sockets here; see `server`.

Every operation of WS-Scan, WS-Eventing, WS-Transfer and WS-Discovery that a scanner has is a method; `handle` finds
it. Habits of a persona are asked about where they matter; what a persona merely *says* otherwise is not known here but
in `speech`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from wsdtrace.scanner import profile as is_
from wsdtrace.scanner.clock import NS, Clock
from wsdtrace.scanner.images import Mark, draw
from wsdtrace.scanner.jobs import JobQueue, ScanJob
from wsdtrace.scanner.outcome import Asked, Denied, Facts, Outcome, Said
from wsdtrace.scanner.panel import Panel
from wsdtrace.scanner.persona import Habits, Persona
from wsdtrace.scanner.profile import Addresses, Profile
from wsdtrace.scanner.settle import FEEDERS, Settled, default_ticket, settle, ticket_of
from wsdtrace.scanner.subscriptions import Subscription, Subscriptions
from wsdtrace.scenario.portrait import DEVICE_TYPES
from wsdtrace.scenario.tickets import image_information
from wsdtrace.scenario.turn import reference
from wsdtrace.soap import QName
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import discovery, eventing, scan
from wsdtrace.wsd.eventing import EndStatus
from wsdtrace.wsd.jobs import ActiveJobs, JobHistory
from wsdtrace.wsd.values import InputSource, JobState, JobStateReason

E = TypeVar("E", bound=Element)

NO_IMAGES, NOT_ACCEPTING = "ClientErrorNoImagesAvailable", "ServerErrorNotAcceptingJobs"


class Device:
    """One scanner.

    Args:
        persona: who it is.
        clock: its clock.
        endpoint: `urn:uuid:…`; made from the persona's name when None, so that it stays the same.
    """

    def __init__(self, persona: Persona, clock: Clock, endpoint: str | None = None) -> None:
        self.persona = persona
        self.clock = clock
        self.endpoint = endpoint or f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'wsdtrace:{persona.name}')}"
        self.sheets = persona.device.sheets
        self.jobs = JobQueue(clock, persona.habits.retrieve_s)
        self.subscriptions = Subscriptions(clock, voids_tokens=persona.habits.voids_tokens)
        self.panel = Panel(self)
        self.jobs.on_change = self.panel.job_changed
        self.jobs.on_end = self._ended
        self.notify: Callable[[Subscription, Element], None] = lambda _, __: None
        """Called with every event for every subscription that wants it."""
        self.metadata_version = 1
        self._asked: Counter[str] = Counter()
        self._ended_ns: int | None = None
        self._finished = 0

    @property
    def profile(self) -> Profile:
        return self.persona.device

    @property
    def habits(self) -> Habits:
        return self.persona.habits

    @property
    def is_busy(self) -> bool:
        return self.jobs.active is not None

    # -- who asks what ------------------------------------------------------------------------

    async def handle(self, asked: Asked) -> tuple[Outcome, Facts]:
        """Decide on a request: the answer, and the situation in which it is given."""
        facts = self._facts(asked)
        outcome = await self._decide(asked, facts)
        facts["fault"] = outcome.subcode if isinstance(outcome, Denied) else ""
        return outcome, facts

    async def _decide(self, asked: Asked, facts: Facts) -> Outcome:
        value = asked.value
        match asked.operation:
            case "Get":
                return Said(is_.metadata(self.profile, Addresses(asked.base, self.endpoint)))
            case "GetScannerElements":
                return self._elements(_typed(value, scan.GetScannerElementsRequest))
            case "ValidateScanTicket":
                return self._validate(_typed(value, scan.ValidateScanTicketRequest))
            case "CreateScanJob":
                return await self._create(_typed(value, scan.CreateScanJobRequest), facts)
            case "RetrieveImage":
                return await self._retrieve(_typed(value, scan.RetrieveImageRequest), facts)
            case "CancelJob":
                return self._cancel(_typed(value, scan.CancelJobRequest))
            case "GetJobElements":
                return self._job_elements(_typed(value, scan.GetJobElementsRequest))
            case "GetActiveJobs":
                jobs = () if self.jobs.active is None else (self.jobs.active.summary(),)
                return Said(scan.GetActiveJobsResponse(active_jobs=ActiveJobs(job_summary=jobs)))
            case "GetJobHistory":
                ended = tuple(job.summary() for job in self.jobs.history)
                return Said(scan.GetJobHistoryResponse(job_history=JobHistory(job_summary=ended)))
            case "Subscribe":
                return self._subscribe(_typed(value, eventing.Subscribe), asked)
            case "Renew":
                known = self.subscriptions.renew(asked.reference("Identifier"), _typed(value, eventing.Renew))
                return self._granted(known, eventing.RenewResponse)
            case "GetStatus":
                held = self.subscriptions.live.get(asked.reference("Identifier") or "")
                return self._granted(held or "wse:InvalidMessage", eventing.GetStatusResponse)
            case "Unsubscribe":
                gone = self.subscriptions.end(asked.reference("Identifier"))
                return Denied("wse:InvalidMessage") if gone is None else Said(None)
            case "Probe" | "Resolve" if self.is_meant(value):
                return Said(self.match(asked.operation, asked.base))
            case "Probe":
                return Said(discovery.ProbeMatches())
            case "Resolve":
                return Said(discovery.ResolveMatches())
            case other:
                return Denied("wsa:ActionNotSupported", other)

    def _facts(self, asked: Asked) -> Facts:
        self._asked[asked.operation] += 1
        root = asked.envelope.root
        names = getattr(getattr(asked.value, "requested_elements", None), "name", ())
        idle_ns = None if self._ended_ns is None else self.clock.now_ns() - self._ended_ns
        facts: Facts = {
            "fault": "",
            "nth": self._asked[asked.operation],
            "jobs": self._finished,
            "idle_s": None if idle_ns is None else idle_ns // NS,
            "asks": tuple(name.local for name in names if name is not None),
            "prefixes": tuple(prefix or "" for prefix in (root.nsmap if root is not None else ())),
            "indented": b"\n  <" in asked.envelope.data,
            "to": asked.envelope.headers.to or "",
            "pressed": self.panel.presses > 0,
            "directed": asked.directed,
            "family": "ipv6" if ":" in asked.peer else "ipv4",
        }
        ticket = getattr(asked.value, "scan_ticket", None)
        if ticket is not None:
            facts |= _ticket_facts(settle(ticket, self.profile).final)
        return facts

    # -- the scanner --------------------------------------------------------------------------

    def _elements(self, request: scan.GetScannerElementsRequest) -> Outcome:
        asked = request.requested_elements
        data = tuple(self._section(name) for name in (asked.name if asked is not None else ()) if name is not None)
        if not data:
            return Denied("InvalidArgs", "RequestedElements")
        return Said(scan.GetScannerElementsResponse(scanner_elements=scan.ScannerElements(element_data=data)))

    def _section(self, name: QName) -> scan.ScannerElementData:
        match name.local:
            case "ScannerDescription":
                return scan.ScannerElementData(name=name, valid=True, scanner_description=self.panel.description())
            case "ScannerConfiguration":
                told = is_.configuration(self.profile)
                return scan.ScannerElementData(name=name, valid=True, scanner_configuration=told)
            case "ScannerStatus":
                return scan.ScannerElementData(name=name, valid=True, scanner_status=self.panel.status())
            case "DefaultScanTicket":
                ticket = default_ticket(self.profile)
                return scan.ScannerElementData(name=name, valid=True, default_scan_ticket=ticket)
            case _:
                return scan.ScannerElementData(name=name, valid=False)

    def _validate(self, request: scan.ValidateScanTicketRequest) -> Outcome:
        if request.scan_ticket is None:
            return Denied("InvalidArgs", "ScanTicket")
        settled = settle(request.scan_ticket, self.profile)
        if settled.refusal is not None and settled.refusal[0] == "ClientErrorConflictingRequiredParameters":
            return Denied(*settled.refusal)
        better = ticket_of(settled.final, request.scan_ticket.job_description) if settled.changed else None
        return Said(
            scan.ValidateScanTicketResponse(
                validation_info=scan.ValidationInfo(
                    valid_ticket=not settled.changed,
                    image_information=image_information(settled.final),
                    valid_scan_ticket=better,
                )
            )
        )

    # -- jobs ---------------------------------------------------------------------------------

    async def _create(self, request: scan.CreateScanJobRequest, facts: Facts) -> Outcome:
        ticket, habits = request.scan_ticket, self.habits
        if ticket is None:
            return Denied("InvalidArgs", "ScanTicket")
        described = ticket.job_description
        if habits.needs_information and (described is None or not described.job_information):
            return Denied("InvalidArgs", "JobInformation")
        wrong = self._wrong_origin(request)
        if wrong is not None:
            return Denied(wrong)
        settled = self._settled(ticket)
        if settled.refusal is not None:
            return Denied(*settled.refusal)
        before = self.jobs.active
        if before is not None and not before.held and before.is_drained and before.delivered:
            self.jobs.end(before, JobState.COMPLETED, JobStateReason.JOB_COMPLETED_SUCCESSFULLY)
        idle_s = facts["idle_s"]
        cooling = habits.cool_down_s and idle_s is not None and idle_s < habits.cool_down_s
        if self.is_busy or self.panel.critical is not None or cooling:
            return Denied(NOT_ACCEPTING)
        pages = self._pages(settled)
        if pages == 0:
            if habits.empty_after_s:
                await self.clock.sleep(habits.empty_after_s)
            return Denied(habits.empty_feeder)
        if self.persona.refuses("CreateScanJob", facts):
            return Said(scan.CreateScanJobResponse())
        self.panel.answered(request.scan_identifier)
        job = self.jobs.create(ticket, settled.final, pages)
        source = settled.final.input_source.value if settled.final.input_source is not None else None
        images = ticket.document_parameters.images_to_transfer if ticket.document_parameters is not None else None
        if habits.one_from_platen and source == InputSource.PLATEN and (images is None or images.value != 1):
            job.held = True
        return Said(
            scan.CreateScanJobResponse(
                job_id=job.job_id,
                job_token=job.token,
                image_information=image_information(settled.final),
                document_final_parameters=settled.final,
            )
        )

    def _settled(self, ticket: Any) -> Settled:
        """The final parameters; those of a device that cannot do what it announces are of what it can."""
        settled = settle(ticket, self.profile)
        bound = self.habits.real_dpi
        if not bound:
            return settled
        import dataclasses  # noqa: PLC0415  # only for this habit

        able = dataclasses.replace(self.profile, dpi=tuple(dpi for dpi in self.profile.dpi if dpi <= bound) or (bound,))
        real = settle(ticket, able).final
        return dataclasses.replace(settled, final=_unmarked(real))

    def _wrong_origin(self, request: scan.CreateScanJobRequest) -> str | None:
        """What is wrong with the press that it answers, and the destination that was chosen."""
        if request.scan_identifier is None and request.destination_token is None:
            return None
        if self.subscriptions.owner_of(request.destination_token) is None:
            return "ClientErrorInvalidDestinationToken"
        if not self.panel.is_waiting(request.scan_identifier):
            return "ClientErrorInvalidScanIdentifier"
        return None

    def _pages(self, settled: Settled) -> int:
        """Images that there are for a job; 0 for an empty feeder."""
        source = settled.final.input_source.value if settled.final.input_source is not None else None
        wanted = settled.final.images_to_transfer
        most = (wanted.value if wanted is not None else None) or 0
        if source not in FEEDERS:
            return 1
        there = self.sheets * (2 if source == InputSource.ADF_DUPLEX else 1)
        if self.habits.zero_is_one and most == 0:
            there = min(there, 1)
        return min(there, most) if most else there

    async def _retrieve(self, request: scan.RetrieveImageRequest, facts: Facts) -> Outcome:
        job = self.jobs.find(request.job_id)
        if request.job_id is None or request.job_token is None:
            return Denied("InvalidArgs", "JobId" if request.job_id is None else "JobToken")
        if job is None:
            return Denied("ClientErrorJobIdNotFound", str(request.job_id))
        facts |= _ticket_facts(job.final) | {"page": job.delivered + 1}
        if request.job_token != job.token and not self.habits.trusts_tokens:
            return Denied("ClientErrorInvalidJobToken")
        if job.is_over or job.is_drained:
            return self._after_last(job)
        if self.persona.refuses("RetrieveImage", facts):
            return Said(scan.RetrieveImageResponse())
        self.jobs.work(job)
        count = job.pages if job.is_multi else 1
        if self.profile.page_s:
            await self._scanning(job, self.profile.page_s * count)
        if job.state == JobState.CANCELED:
            return Denied("ClientErrorJobCancelled")
        if job.over.is_set():  # it timed out, or was ended at the panel
            return Denied("ClientErrorJobIdNotFound", str(job.job_id))
        duplex = facts.get("source") == InputSource.ADF_DUPLEX
        first = job.delivered + 1
        marks = [Mark(page, back=duplex and page % 2 == 0) for page in range(first, first + count)]
        image, media_type = await asyncio.to_thread(draw, marks, job.final)
        data = scan.ScanData(include=scan.Include(href="cid:image@wsdtrace"))
        body = scan.RetrieveImageResponse(scan_data=data)
        return Said(body, image, media_type, lambda whole: self._sent(job, count, whole=whole))

    async def _scanning(self, job: ScanJob, seconds: float) -> None:
        """The carriage moves, unless the job ends meanwhile."""
        moving = asyncio.ensure_future(self.clock.sleep(seconds))
        ended = asyncio.ensure_future(job.over.wait())
        _, waiting = await asyncio.wait({moving, ended}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    def _after_last(self, job: ScanJob) -> Outcome:
        """Asked for an image of a job that has none left, or has ended."""
        if job.state == JobState.CANCELED:
            return Denied("ClientErrorJobCancelled")
        if job.state == JobState.ABORTED:
            return Denied("ClientErrorJobIdNotFound", str(job.job_id))
        if not job.held:
            self.jobs.end(job, JobState.COMPLETED, JobStateReason.JOB_COMPLETED_SUCCESSFULLY)
        return Denied(self.habits.end_of_feed, str(job.job_id))

    def _sent(self, job: ScanJob, images: int, *, whole: bool) -> None:
        """An image went out, or its receiver vanished (retrieveimageresponse.md: the job is aborted then)."""
        if whole:
            last = job.delivered + images >= job.pages
            job.held = job.held or (last and self.habits.holds_connection)
            self.jobs.deliver(job, images)
        else:
            self.jobs.end(job, JobState.ABORTED, JobStateReason.IMAGE_TRANSFER_ERROR)

    def connection_closed(self) -> None:
        """The client of the last image hung up."""
        job = self.jobs.active
        if job is not None and job.held and self.habits.holds_connection:
            self.jobs.let_go(job)

    def _cancel(self, request: scan.CancelJobRequest) -> Outcome:
        job = self.jobs.find(request.job_id)
        if request.job_id is None:
            return Denied("InvalidArgs", "JobId")
        if job is None or job.is_over:
            return Denied("ClientErrorJobIdNotFound", str(request.job_id))
        if self.habits.cancel_is_nothing:
            self.jobs.hold(job)
        else:
            self.jobs.end(job, JobState.CANCELED, JobStateReason.NONE)
        return Said(scan.CancelJobResponse())

    def _job_elements(self, request: scan.GetJobElementsRequest) -> Outcome:
        job = self.jobs.find(request.job_id)
        asked = request.requested_elements
        names = [name for name in (asked.name if asked is not None else ()) if name is not None]
        if request.job_id is None or not names:
            return Denied("InvalidArgs", "JobId" if request.job_id is None else "RequestedElements")
        if job is None:
            return Denied("ClientErrorJobIdNotFound", str(request.job_id))
        data = tuple(_job_section(job, name) for name in names)
        return Said(scan.GetJobElementsResponse(job_elements=scan.JobElements(element_data=data)))

    def _ended(self, job: ScanJob) -> None:
        self._ended_ns = self.clock.now_ns()
        self._finished += 1
        self.panel.job_ended(job)

    # -- subscriptions ------------------------------------------------------------------------

    def _subscribe(self, request: eventing.Subscribe, asked: Asked) -> Outcome:
        made = self.subscriptions.subscribe(request, asked.peer)
        if isinstance(made, str):
            return Denied(made)
        responses = None
        if made.tokens:
            responses = scan.DestinationResponses(
                destination_response=tuple(
                    scan.DestinationResponse(client_context=context, destination_token=token)
                    for context, token in made.tokens.items()
                )
            )
        manager = Addresses(asked.base, self.endpoint).manager
        return Said(
            eventing.SubscribeResponse(
                subscription_manager=reference(manager, made.identifier),
                expires=self.subscriptions.rest_of(made),
                destination_responses=responses,
            )
        )

    def _granted(
        self, known: Subscription | str, answer: type[eventing.RenewResponse] | type[eventing.GetStatusResponse]
    ) -> Outcome:
        if isinstance(known, str):
            return Denied(known)
        return Said(answer(expires=self.subscriptions.rest_of(known)))

    def end_subscription(self, subscription: Subscription, base: str, status: EndStatus) -> eventing.SubscriptionEnd:
        """What is told where a subscription ends before its time."""
        self.subscriptions.end(subscription.identifier)
        manager = Addresses(base, self.endpoint).manager
        return eventing.SubscriptionEnd(subscription_manager=reference(manager, subscription.identifier), status=status)

    # -- discovery ----------------------------------------------------------------------------

    def is_meant(self, asked: Element | None) -> bool:
        """A Probe for what a scanner is (without scopes, of which it has none), or a Resolve of this endpoint."""
        if isinstance(asked, discovery.Resolve):
            meant = asked.endpoint_reference
            return meant is not None and meant.address == self.endpoint
        if isinstance(asked, discovery.Probe):
            known = {(name.namespace, name.local) for name in DEVICE_TYPES}
            types = {(name.namespace, name.local) for name in asked.types or ()}
            return types <= known and not (asked.scopes is not None and asked.scopes.value)
        return False

    def match(self, operation: str, base: str) -> Element:
        """The answer to a Probe or a Resolve that means this device."""
        told: dict[str, Any] = {
            "endpoint_reference": reference(self.endpoint),
            "types": DEVICE_TYPES,
            "x_addrs": (Addresses(base, self.endpoint).device,),
            "metadata_version": self.metadata_version,
        }
        if operation == "Resolve":
            return discovery.ResolveMatches(resolve_match=discovery.ResolveMatch(**told))
        return discovery.ProbeMatches(probe_match=(discovery.ProbeMatch(**told),))


def _typed(value: Element | None, kind: type[E]) -> E:
    """The body as what the operation asks for; an empty one where it is something else."""
    return value if isinstance(value, kind) else kind()


def _ticket_facts(final: Any) -> Facts:
    side = final.media_sides.media_front
    return {
        "source": str(final.input_source.value),
        "format": str(final.format.value),
        "color": str(side.color_processing.value),
        "dpi": side.resolution.width.value,
    }


def _unmarked(value: Any) -> Any:
    """Final parameters without a word on what is not as it was asked for."""
    import dataclasses  # noqa: PLC0415  # only for this habit

    if not isinstance(value, Element):
        return value
    changed = {each.name: _unmarked(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if "override" in changed:
        changed["override"] = None
    return dataclasses.replace(value, **changed)


def _job_section(job: ScanJob, name: QName) -> scan.JobElementData:
    match name.local:
        case "JobStatus":
            return scan.JobElementData(name=name, valid=True, job_status=job.status())
        case "ScanTicket":
            return scan.JobElementData(name=name, valid=True, scan_ticket=job.ticket or ticket_of(job.final))
        case "Documents":
            return scan.JobElementData(name=name, valid=True, documents=job.documents())
        case _:
            return scan.JobElementData(name=name, valid=False)
