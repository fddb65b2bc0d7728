"""The jobs of a virtual scanner: one at a time, its states and reasons, its 60 seconds, and what ended before."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import field
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.scanner.clock import Alarm, Clock
from wsdtrace.scanner.profile import clock_time
from wsdtrace.wsd import jobs as say
from wsdtrace.wsd.ticket import DocumentFinalParameters, JobDescription, ScanTicket
from wsdtrace.wsd.values import FINAL_STATES, MULTI_IMAGE_FORMATS, JobState, JobStateReason

HISTORY = 50
"""Jobs that are remembered after their end; how many is up to the device (jobhistory.md)."""
RETRIEVE_S = 60.0
"""createscanjobresponse.md: from the grant to the first RetrieveImage, and from each to the next."""


@dataclass(slots=True, eq=False)
class ScanJob:
    """One job."""

    job_id: int
    token: str
    ticket: ScanTicket | None
    final: DocumentFinalParameters
    pages: int
    """Images that there are for it."""
    created_ns: int
    delivered: int = 0
    state: str = JobState.PENDING
    reason: str = JobStateReason.NONE
    ended_ns: int | None = None
    held: bool = False
    """The device does not let go of it, although all its images are delivered."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    alarm: Alarm | None = None

    @property
    def is_over(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def is_drained(self) -> bool:
        """There is no further image."""
        return self.delivered >= self.pages

    @property
    def announced(self) -> int:
        """ImagesToTransfer of its final parameters; 0 where nobody can know."""
        images = self.final.images_to_transfer
        return (images.value if images is not None else None) or 0

    @property
    def is_multi(self) -> bool:
        """One file holds all its images."""
        return self.final.format is not None and self.final.format.value in MULTI_IMAGE_FORMATS

    @property
    def description(self) -> JobDescription:
        """What its ticket calls it."""
        told = self.ticket.job_description if self.ticket is not None else None
        return told or JobDescription(job_name="Scan", job_originating_user_name="user")

    def _reasons(self) -> say.JobStateReasons:
        return say.JobStateReasons(job_state_reason=(self.reason,))

    def status(self) -> say.JobStatus:
        """Where it is in its life."""
        return say.JobStatus(
            job_id=self.job_id,
            job_state=self.state,
            job_state_reasons=self._reasons(),
            scans_completed=self.delivered,
            job_created_time=clock_time(self.created_ns),
            job_completed_time=None if self.ended_ns is None else clock_time(self.ended_ns),
        )

    def summary(self) -> say.JobSummary:
        """Its line in a list."""
        return say.JobSummary(
            job_id=self.job_id,
            job_name=self.description.job_name,
            job_originating_user_name=self.description.job_originating_user_name,
            job_state=self.state,
            job_state_reasons=self._reasons(),
            scans_completed=self.delivered,
        )

    def end_state(self) -> say.JobEndState:
        """How it ended."""
        return say.JobEndState(
            job_id=self.job_id,
            job_completed_state=self.state,
            job_completed_state_reasons=self._reasons(),
            job_name=self.description.job_name,
            job_originating_user_name=self.description.job_originating_user_name,
            scans_completed=self.delivered,
            job_completed_time=None if self.ended_ns is None else clock_time(self.ended_ns),
        )

    def documents(self) -> say.Documents:
        """Its documents."""
        named = say.Document(document_description=say.DocumentDescription(document_name=self.description.job_name))
        return say.Documents(document_final_parameters=self.final, document=(named,))


def _nobody(_: ScanJob) -> None:
    return


@dataclass(slots=True, eq=False)
class JobQueue:
    """All jobs."""

    clock: Clock
    retrieve_s: float = RETRIEVE_S
    """How long a client may be silent; 0: for ever."""
    on_change: Callable[[ScanJob], None] = _nobody
    on_end: Callable[[ScanJob], None] = _nobody
    active: ScanJob | None = None
    history: deque[ScanJob] = field(default_factory=lambda: deque(maxlen=HISTORY))
    _count: int = 0

    def create(self, ticket: ScanTicket | None, final: DocumentFinalParameters, pages: int) -> ScanJob:
        """A new job; the one before it must have ended."""
        self._count += 1
        now_ns = self.clock.now_ns()
        job = ScanJob(self._count, secrets.token_hex(8), ticket, final, pages, now_ns)
        self.active = job
        self.on_change(job)
        self.rest(job)
        return job

    def find(self, job_id: Any) -> ScanJob | None:
        """A job by its number, as long as it is remembered."""
        if self.active is not None and self.active.job_id == job_id:
            return self.active
        return next((job for job in self.history if job.job_id == job_id), None)

    def work(self, job: ScanJob) -> None:
        """Its client asked for an image: the timer stands still."""
        self._disarm(job)
        if job.state == JobState.PENDING:
            job.state, job.reason = JobState.PROCESSING, JobStateReason.JOB_SCANNING
            self.on_change(job)

    def rest(self, job: ScanJob) -> None:
        """It is its client's turn again: the timer runs."""
        self._disarm(job)
        if self.retrieve_s and not job.is_over and not job.held:
            job.alarm = self.clock.later(self.retrieve_s, lambda: self._timed_out(job))

    def deliver(self, job: ScanJob, images: int) -> None:
        """Images were sent."""
        job.delivered += images
        if job.is_over:
            return
        if job.announced and job.is_drained and not job.held:
            self.end(job, JobState.COMPLETED, JobStateReason.JOB_COMPLETED_SUCCESSFULLY)
        else:
            self.on_change(job)
            self.rest(job)

    def end(self, job: ScanJob, state: str, reason: str) -> None:
        """It ends; a second time nothing happens."""
        self._disarm(job)
        if job.is_over:
            return
        job.state, job.reason, job.ended_ns = state, reason, self.clock.now_ns()
        job.over.set()
        if self.active is job:
            self.active = None
        self.history.append(job)
        self.on_change(job)
        self.on_end(job)

    def hold(self, job: ScanJob) -> None:
        """It goes on, whatever its client does."""
        self._disarm(job)
        job.held = True

    def let_go(self, job: ScanJob) -> None:
        """A job that was held is held no more."""
        job.held = False
        self.end(job, JobState.COMPLETED, JobStateReason.JOB_COMPLETED_SUCCESSFULLY)

    def _timed_out(self, job: ScanJob) -> None:
        if job.is_drained and job.delivered:
            self.end(job, JobState.COMPLETED, JobStateReason.JOB_COMPLETED_SUCCESSFULLY)
        else:
            self.end(job, JobState.ABORTED, JobStateReason.JOB_TIMED_OUT)

    def _disarm(self, job: ScanJob) -> None:
        if job.alarm is not None:
            job.alarm.cancel()
            job.alarm = None
