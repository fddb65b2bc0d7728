"""What a default message depends on: who speaks, what was granted before, what the scenario will assign to it."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.scenario.book import Book, Job
from wsdtrace.scenario.fields import value_of
from wsdtrace.scenario.hosts import Faces, Host
from wsdtrace.scenario.model import Assignment
from wsdtrace.soap import EndpointReference
from wsdtrace.soap.namespaces import EVENTING
from wsdtrace.soap.schema import Duration, Element, Extension
from wsdtrace.soap.schema.lexical import read_duration
from wsdtrace.wsd.jobs import (
    JobStateReasons,
    JobStatus,
)
from wsdtrace.wsd.ticket import JobDescription
from wsdtrace.wsd.values import (
    JobState,
    JobStateReason,
)

HOUR = read_duration("PT1H") or Duration()
"""What is asked of subscriptions and granted to them."""

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
        """What will be assigned to the element of this name."""
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


def identifier_parameter(value: str) -> Extension:
    """A reference parameter that names a subscription."""
    element = etree.Element(f"{{{EVENTING}}}Identifier", nsmap={"wse": EVENTING})
    element.text = value
    return Extension.of(element)


def reference(address: str, identifier: str | None = None) -> EndpointReference:
    """An endpoint, or a subscription at it."""
    parameters = () if identifier is None else (identifier_parameter(identifier),)
    return EndpointReference(address=address, reference_parameters=parameters)


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


def description_of(job: Job | None) -> JobDescription:
    """What a job was called in its ticket."""
    ticket = job.ticket if job is not None else None
    return (ticket.job_description if ticket is not None else None) or JobDescription(
        job_name="Receipt", job_originating_user_name="user"
    )
