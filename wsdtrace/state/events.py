"""What the tracker says happened: past tense, facts only, in capture order. Rules are registered for these types.

Every event has a `stamp`: where and when it became true. A deadline's event carries the deadline as its time and the
last frame before it as its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Anomaly, Endpoint, Keys, Stamp
from wsdtrace.state.joblife import JobSample
from wsdtrace.state.message import Message
from wsdtrace.state.model import (
    Connection,
    DeviceEvent,
    Exchange,
    Image,
    Job,
    Refusal,
    Subscription,
    SubscriptionEndedBy,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in the capture."""

    stamp: Stamp


@dataclass(frozen=True, slots=True)
class MessageSeen(Event):
    """A message of an exchange is complete, or will not become so."""

    exchange: Exchange
    message: Message


@dataclass(frozen=True, slots=True)
class MessageRepeated(Event):
    """A further copy of a message came over UDP (SOAP-over-UDP §4.2), from whatever interface and address family."""

    exchange: Exchange
    message: Message


@dataclass(frozen=True, slots=True)
class ConnectionFailed(Event):
    """A connection was refused, or its SYN never answered."""

    originator: Endpoint
    responder: Endpoint
    answered: bool
    """By a RST; False: by nothing."""


@dataclass(frozen=True, slots=True)
class ConnectionEncrypted(Event):
    """A connection carries TLS that cannot be read."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class ExchangeEnded(Event):
    """Request and response are there, or it is certain that no more will come."""

    exchange: Exchange
    connection: Connection | None
    """None over UDP."""


@dataclass(frozen=True, slots=True)
class JobCreated(Event):
    """CreateScanJobResponse granted a JobId."""

    job: Job
    exchange: Exchange
    former: Job | None
    """The job that had this JobId before, created in this capture; None when there is none or the device restarted
    since."""
    token_of: Job | None
    """Another live job of the device with the same JobToken."""


@dataclass(frozen=True, slots=True)
class CreationRefused(Event):
    """CreateScanJob was answered by a fault, and a retry came or the capture ended."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class RetrieveRequested(Event):
    """RetrieveImage for a known job."""

    job: Job
    exchange: Exchange
    token: str | None
    """The JobToken of the request."""
    since_end_ns: int | None
    """From the end of the job's previous exchange of this kind (or of its creation) to this request; None when not
    seen."""
    since_request_ns: int | None
    """From the previous RetrieveImage request to this one; None for the first."""
    previous: Exchange | None
    """The exchange from whose end `since_end_ns` counts."""
    was_live: bool
    was_canceled: bool


@dataclass(frozen=True, slots=True)
class ImageDelivered(Event):
    """A RetrieveImageResponse brought an image, whole or not."""

    image: Image
    exchange: Exchange
    job: Job | None


@dataclass(frozen=True, slots=True)
class CancelAnswered(Event):
    """CancelJob for a known job has its answer."""

    job: Job
    exchange: Exchange
    had_ended: bool
    accepted: bool


@dataclass(frozen=True, slots=True)
class JobDenied(Event):
    """The device says ClientErrorJobIdNotFound for a job that it created itself."""

    job: Job
    exchange: Exchange
    was_live: bool
    delivered: int
    """Whole images before this request."""


@dataclass(frozen=True, slots=True)
class StrangerDenied(Event):
    """The device denies a JobId that no message before the request granted; `JobUnknown` settles it."""

    job_id: int
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class JobUnknown(Event):
    """A request for a JobId that no message of the capture granted, and that the device denies."""

    job_id: int
    exchange: Exchange
    blind: bool
    """The grant may be in a part of the device's traffic that is missing."""


@dataclass(frozen=True, slots=True)
class JobStateSeen(Event):
    """A message named a job's state."""

    job: Job
    exchange: Exchange
    before: str | None
    sample: JobSample
    ordered: bool
    """The message was asked for (or sent) after the one before it was complete: their order is certain."""
    scans_before: int | None
    """ScansCompleted as told before."""
    silent_ns: int | None
    """How long nobody had retrieved an image of the live job, none being under way; None else."""

    @property
    def state(self) -> str:
        return self.sample.state


@dataclass(frozen=True, slots=True)
class JobEndReported(Event):
    """A JobEndStateEvent, or a JobStatusEvent, reached a sink that had been sent the job's JobEndStateEvent before."""

    job: Job
    exchange: Exchange
    first: Stamp


@dataclass(frozen=True, slots=True)
class JobListed(Event):
    """GetActiveJobs or GetJobHistory was answered."""

    exchange: Exchange
    active: bool
    """The list of jobs that have not ended; False: of those that have."""
    samples: tuple[JobSample, ...]
    both: tuple[Job, ...]
    """Jobs listed as active by an answer that was asked for after a history had listed them."""


@dataclass(frozen=True, slots=True)
class LiveJobUnlisted(Event):
    """A job that GetActiveJobsResponse left out delivered another image afterwards."""

    job: Job
    exchange: Exchange
    """The GetActiveJobs."""
    proof: Exchange
    """The RetrieveImage."""


@dataclass(frozen=True, slots=True)
class JobEnded(Event):
    """The job has ended in one of the ways of the catalogue."""

    job: Job
    exchange: Exchange | None


@dataclass(frozen=True, slots=True)
class JobFellSilent(Event):
    """60 s passed since a live job's last activity. It may still be taken up late: `JobOrphaned` settles it."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobOrphaned(Event):
    """A live job fell silent for more than 60 s and was never taken up again; `stamp` is the deadline."""

    job: Job
    silent_ns: int
    """From its last activity to the end of what the capture shows of that silence."""


@dataclass(frozen=True, slots=True)
class JobLeftOpen(Event):
    """A live job when the capture ended, less than 60 s after its last activity."""

    job: Job
    missing_ns: int
    """Time that the capture lacks to be sure."""


@dataclass(frozen=True, slots=True)
class SubscriptionGranted(Event):
    """SubscribeResponse granted a subscription."""

    subscription: Subscription
    exchange: Exchange
    replaced: tuple[Subscription, ...]
    """Live subscriptions of the same sink and destinations that it takes the place of."""


@dataclass(frozen=True, slots=True)
class SubscriptionEnded(Event):
    """A subscription has ended; of an expired one `stamp` is the deadline."""

    subscription: Subscription
    how: SubscriptionEndedBy


@dataclass(frozen=True, slots=True)
class EventSeen(Event):
    """A device sent a notification to an event sink; its answer may still be to come."""

    event: DeviceEvent
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class ConnectionSettled(Event):
    """A connection that carries WSD has ended (or the capture has); all that can be known of it is known."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class SourceDamaged(Event):
    """The file is cut short or holds an invalid block."""

    anomaly: Anomaly


@dataclass(frozen=True, slots=True)
class FramesLost(Event):
    """The statistics of the file tell of frames that its recorder could not keep."""

    anomaly: Anomaly


@dataclass(frozen=True, slots=True)
class LimitReached(Event):
    """One of our own bounds dropped data."""

    anomaly: Anomaly
    connection: Connection | None


@dataclass(frozen=True, slots=True)
class TimeWentBack(Event):
    """Frames more than 1 s older than ones before them."""

    anomaly: Anomaly


@dataclass(frozen=True, slots=True)
class CaptureEnded(Event):
    """Nothing more will come."""

    wsd_seen: bool
    encrypted: Sequence[Connection] = field(default=())
    """Connections that carry TLS, in order of appearance (at most `MAX_REMEMBERED_CONNECTIONS`)."""
    wsd_endpoints: frozenset[tuple[str, int]] = frozenset()
    """Addresses and ports at which WSD was seen or announced."""
    keys: Keys = Keys.NONE
    """Where keys for them are."""
