"""Words for the life of a scan job: how it begins, what it goes through, how it ends."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp


def precedes(one: Stamp | None, other: Stamp) -> bool:
    """It stands before the other in the capture; what stands behind a hole is read later than it was said."""
    return one is not None and one.order < other.order


class Outcome(StrEnum):
    """What became of a job."""

    COMPLETED = "completed"
    CANCELED = "canceled"
    ABORTED = "aborted"
    ORPHANED = "orphaned"
    OPEN = "open"
    UNKNOWN = "unknown"


class JobEnd(StrEnum):
    """What ended a job (the catalogue's definition of *has ended*)."""

    NO_IMAGES = "ClientErrorNoImagesAvailable"
    COUNT = "the announced number of images was delivered"
    SINGLE = "the one image of its input source was delivered"
    CANCEL = "a cancel was acknowledged"
    STATE = "a final state was seen"
    DENIED = "the device no longer knows it"
    """ClientErrorJobIdNotFound for its own job: nothing is left that a client could do. Not in the catalogue's
    definition, but whoever calls such a job orphaned accuses a client that did ask."""


class InitiatedBy(StrEnum):
    """Who wanted a job: a program, or a person at the device (push scan)."""

    CLIENT = "client"
    DEVICE = "device"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class JobStep:
    """One step in a job's life, for its line in the report."""

    stamp: Stamp
    what: str
    """A JobState, or a word of ours in lower case."""
    observed: bool
    """The wire said this state; False when it follows from the messages."""


@dataclass(frozen=True, slots=True)
class JobSample:
    """What one message says of one job's status."""

    job_id: int
    state: str
    reasons: tuple[str, ...] = ()
    scans_completed: int | None = None
    created: datetime | None = None
    """By the device's clock."""
    completed: datetime | None = None
