"""Every scan job of the capture: its life, its timer, its images.

Theory of operation: a job is (device, JobId, generation). `requested` and `answered` are called for the outer leg of
every exchange about jobs, in capture order; `advance` moves capture time. A job has ended in one of the ways of
`JobEnd`; before that it is live, and while none of its requests waits for an answer, its 60 s run (the page of
CreateScanJobResponse).

Rules for whoever edits this file:

1. A timer only marks; whether a silence was fatal is settled when the job is taken up again, replaced, or the capture
ends.
2. Jobs that began before the capture exist as soon as a device does not deny them; what is not known of them stays
None.
3. What may have been missed makes a job `blind`; no rule then claims that something did not happen.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator

from wsdtrace.records import Stamp
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
    JobStateSeen,
    RetrieveRequested,
    StrangerDenied,
)
from wsdtrace.state.joblife import InitiatedBy, JobEnd, JobStep, Outcome, precedes
from wsdtrace.state.jobstatus import JobStatusBook
from wsdtrace.state.listener import NEVER_NS
from wsdtrace.state.machine import END_OF_FAULT, FINAL_OUTCOME
from wsdtrace.state.model import Device, Exchange, Image, Job, Refusal
from wsdtrace.state.scanwords import (
    asked_job_id,
    grant_of,
    retrieve_token,
    ticket_facts,
)

RETRIEVE_LIMIT_NS = 60 * 10**9
"""60 s: `createscanjobresponse.md`, both for the first RetrieveImage and between successive ones."""

SINGLE_IMAGE_SOURCES = frozenset({"Platen", "Film"})
"""Input sources that give one image a job, whatever ImagesToTransfer says."""

MULTI_PAGE_FORMATS = ("tiff-multi", "pdf", "xps")
"""Formats whose one file holds any number of pages (`formatvalue.md`)."""

MAX_DEVICES = 65_536
"""Devices remembered as half seen: a /16 network with every address in use fits."""
MAX_JOBS = 100_000
"""Jobs in memory; a busy device makes some hundred a day."""


class JobBook:
    """All jobs of all devices."""

    def __init__(self, limit_ns: int = RETRIEVE_LIMIT_NS) -> None:
        self.limit_ns = limit_ns
        self.join: Callable[[Device, Device], object] = self.merge
        """Joins two devices; the device book's, once there is one."""
        self.all: list[Job] = []
        self.dropped = 0
        self.refusals: list[Refusal] = []
        self._open_refusals: dict[tuple[int, int], Refusal] = {}
        self._latest: dict[int, dict[int, Job]] = {}
        self._live: dict[int, Job] = {}
        self._timers: list[tuple[int, int, Job]] = []
        self._order = itertools.count()
        self._retrieves: dict[int, Exchange] = {}
        self._creating: dict[int, list[Exchange]] = {}
        """By device: each CreateScanJob that waits for its answer, and behind them the requests for jobs that nobody
        granted yet. Where a capture shows what a client sends too early, one of them may be about that very job."""
        self._half_seen: set[int] = set()
        """Devices of whose traffic something is missing."""
        self._status = JobStatusBook(self.find)

    # -- who is who ---------------------------------------------------------------------------

    def merge(self, keep: Device, gone: Device) -> None:
        """Two devices turned out to be one: their jobs are one numbering."""
        theirs = self._latest.pop(gone.id, {})
        mine = self._latest.setdefault(keep.id, {})
        for job_id, job in theirs.items():
            job.device = keep
            mine.setdefault(job_id, job)

    def find(self, device: Device | None, job_id: int) -> Job | None:
        """The latest generation of a device's job."""
        return None if device is None else self._latest.get(device.root.id, {}).get(job_id)

    def find_elsewhere(self, job_id: int, token: str | None) -> Job | None:
        """A live job of another device with this very pair: evidence that both devices are one."""
        if not token:
            return None
        found = [j for j in self._live.values() if j.job_id == job_id and j.token == token]
        return found[0] if len(found) == 1 else None

    def busy_at(self, device: Device | None) -> Job | None:
        """A live job of the device, the youngest first."""
        if device is None:
            return None
        here = self._live_at(device)
        return here[-1] if here else None

    def _live_at(self, device: Device | None) -> list[Job]:
        if device is None:
            return []
        return [j for j in self._live.values() if j.device is not None and j.device.root is device.root]

    def blind(self, device: Device | None) -> None:
        """Something of this device's traffic is missing: what its live jobs went through is not certain."""
        self.began_before(device)
        for job in self._live_at(device):
            job.blind = True

    def began_before(self, device: Device | None) -> None:
        """A connection to this device is older than the capture: a grant may be as well."""
        if device is not None and len(self._half_seen) < MAX_DEVICES:
            self._half_seen.add(device.root.id)

    def is_half_seen(self, exchange: Exchange) -> bool:
        """What was granted to the client of an exchange may be in a part of the traffic that is missing."""
        device = exchange.device
        return not exchange.handshake or (device is not None and device.root.id in self._half_seen)

    def _add(self, job: Job) -> None:
        job.index = len(self.all)
        if len(self.all) < MAX_JOBS:
            self.all.append(job)
        else:
            self.dropped += 1
        self._live[id(job)] = job
        if job.device is not None:
            self._latest.setdefault(job.device.root.id, {})[job.job_id] = job

    # -- time ---------------------------------------------------------------------------------

    @property
    def due_ns(self) -> int:
        """When the next deadline fires."""
        return self._timers[0][0] if self._timers else NEVER_NS

    def advance(self, now_ns: int) -> Iterator[Event]:
        """Fire the deadlines that lie before `now_ns`, in their order."""
        while self._timers and self._timers[0][0] < now_ns:
            deadline, _, job = heapq.heappop(self._timers)
            at = job.last_activity
            if job.is_live and job.outstanding == 0 and at is not None and at.time_ns + self.limit_ns == deadline:
                yield JobFellSilent(Stamp(at.number, deadline, at.kind), job)

    def _active(self, job: Job, stamp: Stamp, what: str) -> None:
        job.last_activity = stamp
        job.last_activity_was = what
        if job.is_live:
            heapq.heappush(self._timers, (stamp.time_ns + self.limit_ns, next(self._order), job))

    def _silence(self, job: Job, now: Stamp) -> Iterator[Event]:
        """The job's silence was final: it is over at `now` for another reason than that its client came back."""
        at = job.last_activity
        if at is None or job.outstanding or not job.is_live:
            return
        silent = now.time_ns - at.time_ns
        if silent > self.limit_ns:
            job.outcome = Outcome.ORPHANED
            yield JobOrphaned(Stamp(at.number, at.time_ns + self.limit_ns, at.kind), job, silent)

    # -- requests -----------------------------------------------------------------------------

    def requested(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """A request about a job went out."""
        if exchange.operation == "CreateScanJob":
            if exchange.device is not None:
                self._creating.setdefault(exchange.device.root.id, []).append(exchange)
            yield from self._retried(exchange, stamp)
            return
        job_id = asked_job_id(exchange.request)
        job = None if job_id is None else self.find(exchange.device, job_id)
        if job is None:
            if job_id is not None and exchange.device is not None and exchange.device.root.id in self._creating:
                self._creating[exchange.device.root.id].append(exchange)
            return
        self._join(job, exchange)
        if exchange.operation == "RetrieveImage":
            yield self._retrieve(job, exchange, stamp)
            job.retrieving += 1
        job.outstanding += 1
        self._active(job, stamp, exchange.operation or "request")

    @staticmethod
    def _join(job: Job, exchange: Exchange) -> None:
        """The exchange is about this job."""
        exchange.job = job
        job.exchanges.append(exchange)
        if exchange.client is not None:
            job.clients.setdefault(exchange.client.id, exchange.client)

    def _forget(self, creation: Exchange) -> list[Exchange]:
        """The creation waits no longer; returns what waited beside it for a grant."""
        if creation.device is None:
            return []
        left = [e for e in self._creating.pop(creation.device.root.id, []) if e is not creation]
        if any(e.operation == "CreateScanJob" for e in left):
            self._creating[creation.device.root.id] = left
        return left

    def _early(self, creation: Exchange, job: Job) -> None:
        """Requests for a job that stand before its grant: no client guesses a JobId, so the directions of the capture
        are shifted against each other, and no time between them means anything.
        """
        for exchange in self._forget(creation):
            if exchange.job is not None or exchange.ended or asked_job_id(exchange.request) != job.job_id:
                continue
            self._join(job, exchange)
            job.outstanding += 1
            job.retrieving += exchange.operation == "RetrieveImage"
            job.blind = True

    def _retrieve(self, job: Job, exchange: Exchange, stamp: Stamp) -> RetrieveRequested:
        request = exchange.request
        assert request is not None
        before = job.last_retrieve_end or job.created
        event = RetrieveRequested(
            stamp,
            job,
            exchange,
            token=retrieve_token(request),
            since_end_ns=None if before is None else request.first.time_ns - before.time_ns,
            since_request_ns=(
                None if job.last_retrieve_request is None else request.first.time_ns - job.last_retrieve_request.time_ns
            ),
            previous=self._retrieves.get(id(job), job.creation),
            was_live=job.is_live or not precedes(job.ended, request.first),
            was_canceled=precedes(job.canceled, request.first),
        )
        if job.retrieving and event.previous is not None:
            event.previous.overlapped_by = exchange
        exchange.waited_ns = event.since_end_ns
        exchange.wrong_token = None not in (event.token, job.token) and event.token != job.token
        exchange.after_cancel = event.was_canceled
        job.last_retrieve_request = request.first
        self._retrieves[id(job)] = exchange
        return event

    def _retried(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        key = self._asker(exchange)
        refusal = self._open_refusals.pop(key, None)
        if refusal is not None:
            refusal.retry = exchange
            yield CreationRefused(stamp, refusal)

    @staticmethod
    def _asker(exchange: Exchange) -> tuple[int, int]:
        return (
            exchange.client.id if exchange.client else 0,
            exchange.device.root.id if exchange.device else 0,
        )

    # -- answers ------------------------------------------------------------------------------

    def answered(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """An exchange about jobs has ended, with an answer or without."""
        if exchange.operation == "CreateScanJob":
            yield from self._created(exchange, stamp)
            return
        job = exchange.job
        if job is None:
            yield from self._stranger(exchange, stamp)
            job = exchange.job
        else:
            job.outstanding -= 1
            job.retrieving -= exchange.operation == "RetrieveImage"
        yield from self._states(exchange, stamp)
        if job is None:
            return
        had_ended = not job.is_live and precedes(job.ended, exchange.last)
        self._active(job, stamp, f"{exchange.operation}Response")
        if exchange.operation == "RetrieveImage":
            job.last_retrieve_end = stamp
            yield from self._retrieved(job, exchange, stamp)
        elif exchange.operation == "CancelJob":
            yield from self._canceled(job, exchange, stamp, had_ended)

    def _created(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        response = exchange.response
        if response is None or response.fault is not None:
            self._forget(exchange)
        if response is not None and response.fault is not None:
            refusal = Refusal(exchange, response.fault.subcode, self.busy_at(exchange.device))
            self.refusals.append(refusal)
            self._open_refusals[self._asker(exchange)] = refusal
            return
        grant = grant_of(response)
        if grant is None:
            self._forget(exchange)
            return
        former = self.find(exchange.device, grant.job_id)
        if former is not None and _is_copy(former.creation, exchange):
            exchange.copy_of, exchange.job = former.creation, former
            return
        if former is not None:
            yield from self._silence(former, stamp)
            self._live.pop(id(former), None)
        facts = ticket_facts(exchange.request, response)
        token_of = next((j for j in self._live_at(exchange.device) if grant.token and j.token == grant.token), None)
        job = Job(
            device=exchange.device,
            job_id=grant.job_id,
            generation=1 if former is None else former.generation + 1,
            instance_id=exchange.device.root.instance_id if exchange.device is not None else None,
            token=grant.token,
            created=stamp,
            creation=exchange,
            initiated_by=InitiatedBy.DEVICE if facts.scan_identifier else InitiatedBy.CLIENT,
            scan_identifier=facts.scan_identifier,
            destination_token=facts.destination_token,
            announced=facts.announced,
            input_source=facts.input_source,
            format=facts.format,
            resolution=facts.resolution,
            ticket=facts.ticket,
            final=facts.final,
            image_information=facts.image_information,
            blind=response is None or not response.well_formed or not response.complete,
        )
        job.exchanges.append(exchange)
        job.steps.append(JobStep(stamp, "created", observed=False))
        if exchange.client is not None:
            job.clients[exchange.client.id] = exchange.client
        exchange.job = job
        self._add(job)
        self._early(exchange, job)
        self._active(job, stamp, "CreateScanJobResponse")
        yield JobCreated(stamp, job, exchange, _reused(former, job), token_of)

    def _stranger(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """A request for a job that no message of the capture granted."""
        if exchange.operation not in ("RetrieveImage", "CancelJob"):
            return
        job_id = asked_job_id(exchange.request)
        if job_id is None:
            return
        fault = exchange.fault
        if fault is not None and fault.subcode == "ClientErrorJobIdNotFound":
            yield StrangerDenied(stamp, job_id, exchange)
            return
        known = self.find(exchange.device, job_id)
        if known is not None and known.created is None:  # another request for it was answered meanwhile
            self._join(known, exchange)
            return
        token = retrieve_token(exchange.request)
        elsewhere = self.find_elsewhere(job_id, token)
        if elsewhere is not None and elsewhere.device is not None and exchange.device is not None:
            # Granted at one address and used at another within its life: both are one device.
            self.join(elsewhere.device, exchange.device)
            elsewhere.exchanges.append(exchange)
            exchange.job = elsewhere
            return
        job = Job(device=exchange.device, job_id=job_id, token=token)
        job.exchanges.append(exchange)
        job.steps.append(JobStep(exchange.first, "began before the capture", observed=False))
        if exchange.client is not None:
            job.clients[exchange.client.id] = exchange.client
        exchange.job = job
        self._add(job)

    def _retrieved(self, job: Job, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        fault = exchange.fault
        if fault is not None:
            end = END_OF_FAULT.get(fault.subcode or "")
            if fault.subcode == "ClientErrorJobIdNotFound":
                yield JobDenied(stamp, job, exchange, job.is_live, job.delivered)
            if end is not None:
                yield from self._end(job, end, exchange, stamp)
            return
        for image in exchange.images:
            _add_page(job, image)
            if image.complete:
                job.delivered += 1
                job.steps.append(JobStep(stamp, f"page {image.page}", observed=False))
                yield from self._status.delivered(job, exchange, stamp)
        if not exchange.succeeded or not any(i.complete for i in exchange.images):
            return
        if job.input_source in SINGLE_IMAGE_SOURCES:
            yield from self._end(job, JobEnd.SINGLE, exchange, stamp)
        elif job.announced and job.delivered >= job.announced:
            yield from self._end(job, JobEnd.COUNT, exchange, stamp)
        elif (job.format or "").startswith(MULTI_PAGE_FORMATS):
            # One file may hold every page: whether more is to come cannot be told from the outside.
            job.blind = True

    def _canceled(self, job: Job, exchange: Exchange, stamp: Stamp, had_ended: bool) -> Iterator[Event]:
        accepted = exchange.succeeded
        yield CancelAnswered(stamp, job, exchange, had_ended, accepted)
        if accepted:
            job.canceled = job.canceled or stamp
            if job.is_live:
                yield from self._end(job, JobEnd.CANCEL, exchange, stamp)

    def _states(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        """What status messages say of jobs that the capture knows; a final state ends a job."""
        self._status.left_out(self._live_at(exchange.device), exchange)
        if exchange.operation in ("JobStatusEvent", "JobEndStateEvent"):
            yield from self._status.reported(exchange, stamp)
        for event in self._status.seen(exchange, stamp):
            yield event
            if not isinstance(event, JobStateSeen):
                continue
            job = event.job
            if event.state in FINAL_OUTCOME and job.is_live:
                if job.canceled is None:
                    yield from self._silence(job, stamp)
                yield from self._end(job, JobEnd.STATE, exchange, stamp, FINAL_OUTCOME[event.state])

    def _end(
        self, job: Job, end: JobEnd, exchange: Exchange | None, stamp: Stamp, outcome: Outcome | None = None
    ) -> Iterator[Event]:
        if not job.is_live:
            return
        job.end = end
        job.ended = stamp
        if job.outcome is not Outcome.ORPHANED:
            job.outcome = outcome or _OUTCOME[end]
            if end in (JobEnd.NO_IMAGES, JobEnd.DENIED) and job.created is not None and job.delivered == 0:
                job.outcome = Outcome.ABORTED
        job.steps.append(JobStep(stamp, job.outcome.value, observed=False))
        self._live.pop(id(job), None)
        yield JobEnded(stamp, job, exchange)

    # -- the end ------------------------------------------------------------------------------

    def close(self, end: Stamp) -> Iterator[Event]:
        """The capture has ended: settle what is still open."""
        for refusal in list(self._open_refusals.values()):
            yield CreationRefused(end, refusal)
        self._open_refusals.clear()
        for job in list(self._live.values()):
            at = job.last_activity
            if at is None:
                continue
            settled = list(self._silence(job, end))
            if settled:
                yield from settled
                continue
            job.outcome = Outcome.OPEN
            yield JobLeftOpen(end, job, self.limit_ns - (end.time_ns - at.time_ns))
        self._live.clear()
        self._retrieves.clear()


def _is_copy(creation: Exchange | None, exchange: Exchange) -> bool:
    """The same answer to the same request on another connection: a leg of a proxy of which something is missing."""
    if creation is None or creation.connection == exchange.connection:
        return False
    answer, other = creation.response, exchange.response
    if answer is None or other is None or answer.message_id is None or answer.relates_to is None:
        return False
    return (answer.message_id, answer.relates_to) == (other.message_id, other.relates_to)


def _reused(former: Job | None, job: Job) -> Job | None:
    """The job of this capture whose JobId was granted again; a restart of the device in between makes it none."""
    if former is None or former.created is None or former.instance_id != job.instance_id:
        return None
    return former


_OUTCOME = {
    JobEnd.NO_IMAGES: Outcome.COMPLETED,
    JobEnd.COUNT: Outcome.COMPLETED,
    JobEnd.SINGLE: Outcome.COMPLETED,
    JobEnd.CANCEL: Outcome.CANCELED,
    JobEnd.STATE: Outcome.COMPLETED,
    JobEnd.DENIED: Outcome.COMPLETED,
}


def _add_page(job: Job, image: Image) -> None:
    """Number the pages as they were asked for: one with a hole is over only when the hole is certain, which may be
    after the next page."""
    pages, asked = job.images, image.exchange.first.order
    at = len(pages)
    while at and pages[at - 1].exchange.first.order > asked:
        at -= 1
    pages.insert(at, image)
    for number, page in enumerate(pages[at:], start=at + 1):
        page.page = number
