"""What the listeners say happened: discovery, eventing, status, and what joins several exchanges. Facts only, as in
`events`.

Rules are registered for these types, too. Parsed messages may be gone when a rule sees an event of a timer; so an
event holds the values that a rule needs.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Endpoint, Stamp
from wsdtrace.state.discovery import TargetService
from wsdtrace.state.events import Event
from wsdtrace.state.message import Message
from wsdtrace.state.model import DeviceEvent, Exchange, Job, Subscription

# -- discovery --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProbeSettled(Event):
    """The time in which a Probe may be answered is over; `stamp` is the deadline."""

    exchange: Exchange
    answered: bool
    """In time; by an answer to it or to another Probe of the same search (sane-airscan repeats with new MessageIDs)."""
    visible: bool
    """Unicast datagrams or HTTP answers to that prober are in the capture, so an answer would have been seen."""


@dataclass(frozen=True, slots=True)
class MatchSeen(Event):
    """ProbeMatches, ResolveMatches or a Fault came over UDP; repeats of one are none."""

    exchange: Exchange
    """Of the request; where the capture does not hold that, one without request."""
    message: Message
    since_ns: int | None
    """From the last copy of the request until it; None where the capture does not hold the request."""
    askers: tuple[Endpoint, ...]
    """From where copies of the request were sent."""


@dataclass(frozen=True, slots=True)
class MatchUnrelated(Event):
    """A match went to where a Probe came from, relates to nothing that was asked from there, and the same sender never
    answered the Probe; `stamp` is the end of the Probe's time.
    """

    exchange: Exchange
    """Of the Probe."""
    stray: Exchange
    """That holds the match."""


@dataclass(frozen=True, slots=True)
class Order:
    """A number of an announcement, beside the highest one that cannot have been overtaken."""

    value: int | None
    settled: int | None
    """The highest that was announced longer ago than a message may be delayed."""

    @property
    def is_backwards(self) -> bool:
        return self.value is not None and self.settled is not None and self.value < self.settled


@dataclass(frozen=True, slots=True)
class Rival:
    """Another host that announces the same endpoint."""

    exchange: Exchange
    """With its latest announcement."""
    address: str
    xaddrs: tuple[str, ...]
    is_certain: bool
    """Both are there at the same time, and it cannot be one host with two interfaces."""


@dataclass(frozen=True, slots=True)
class AnnouncementSeen(Event):
    """Hello, Bye or a match told of a target service; once for each service in the message."""

    exchange: Exchange
    message: Message
    service: TargetService
    instance: Order
    """InstanceId of its AppSequence."""
    number: Order
    """MessageNumber within InstanceId and SequenceId."""
    version: Order
    """MetadataVersion."""
    rival: Rival | None


@dataclass(frozen=True, slots=True)
class SpokeAfterBye(Event):
    """A target service did something that was asked of it after its Bye, or asked something itself."""

    exchange: Exchange
    message: Message
    """What it sent."""
    endpoint: str
    bye: Exchange
    since_ns: int


@dataclass(frozen=True, slots=True)
class AddressRefused(Event):
    """A connection to an announced XAddr was refused, or never answered."""

    originator: Endpoint
    responder: Endpoint
    answered: bool
    """By a RST; False: by nothing."""
    announcement: Exchange
    endpoint: str
    xaddr: str
    position: int
    """0-based, of the XAddr in its list."""
    others: int
    """Further XAddrs in that list."""


@dataclass(frozen=True, slots=True)
class RequestPlaced(Event):
    """A request went to a device that told its addresses, or might have."""

    exchange: Exchange
    path: str
    """Of the request's target."""
    announced: tuple[str, ...]
    """XAddrs, addresses of hosted services and of subscription managers; empty where the capture holds none."""
    is_complete: bool
    """The kind of address that was asked is among them: the device's own, or those of its services."""

    @property
    def url(self) -> str:
        """Where to, as socket and path say."""
        return f"http://{self.exchange.server_endpoint}{self.path}"


@dataclass(frozen=True, slots=True)
class Typing:
    """One place in which a scanner says what it is."""

    exchange: Exchange
    where: str
    found: str
    """What stands there."""
    missing: str
    """What Windows looks for there, and does not find."""


@dataclass(frozen=True, slots=True)
class ScannerSettled(Event):
    """The capture has ended: all that a device said of its types is known; only for devices that offer or are used for
    WS-Scan."""

    exchange: Exchange
    """In which it was a scanner."""
    told: int
    """Places in which it said what it is."""
    flaws: tuple[Typing, ...]


# -- eventing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SubscriptionSettled(Event):
    """What became of an expired subscription: its client still wanted it, or it did not come back for a minute."""

    subscription: Subscription
    expired: Stamp
    """When it did."""
    wanted_by: Exchange | None
    """The late Renew, or the Subscribe for the same within a minute; None: nobody came."""


@dataclass(frozen=True, slots=True)
class EventUnwanted(Event):
    """A notification came that no live subscription asked for; that bytes before it are missing would be known by now.
    `stamp` is when it came."""

    event: DeviceEvent
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class SinkRefused(Event):
    """A connection to the sink of a live subscription was refused, or never answered."""

    originator: Endpoint
    responder: Endpoint
    answered: bool
    """By a RST; False: by nothing."""
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class PressAnswered(Event):
    """CreateScanJob with the ScanIdentifier of a press was sent."""

    press: DeviceEvent
    exchange: Exchange
    """Of CreateScanJob."""
    input_source: str | None
    """Of its ticket."""


@dataclass(frozen=True, slots=True)
class PressSettled(Event):
    """A ScanAvailableEvent that reached its sink was answered, or the minute for that is over (then `stamp` is the
    deadline)."""

    press: DeviceEvent
    exchange: Exchange
    """Of the notification."""
    answer: Exchange | None
    """CreateScanJob with its ScanIdentifier."""
    beside: Exchange | None
    """Where none came: a CreateScanJob of the same client without ScanIdentifier."""
    hidden: str | None
    """Why an answer might not be in the capture."""


@dataclass(frozen=True, slots=True)
class ScanIdentifierReused(Event):
    """A second job was created with one ScanIdentifier."""

    exchange: Exchange
    first: Exchange
    identifier: str


class TokenStanding(StrEnum):
    """What a DestinationToken is, as far as the capture knows."""

    GRANTED = "granted"
    REPLACED = "replaced by that of a later Subscribe"
    NEVER = "never granted"
    UNKNOWN = "of a Subscribe that may be older than the capture"


@dataclass(frozen=True, slots=True)
class DestinationTokenUsed(Event):
    """CreateScanJob with a DestinationToken has ended."""

    exchange: Exchange
    standing: TokenStanding
    subscription: Subscription | None
    """That granted it; of one that was never granted, the one whose event is answered."""
    replaced_by: Subscription | None
    is_accepted: bool
    """A job was granted."""


# -- status -----------------------------------------------------------------------------------


class Sameness(StrEnum):
    """What a condition is to the one that had its number before."""

    NEW = "the number is new"
    SAME = "the same condition, which still lasts"
    REUSED = "another condition"
    LASTS = "the same condition, though it was told to be over"
    TWICE = "a second one in the same list"


@dataclass(frozen=True, slots=True)
class ConditionSeen(Event):
    """A device told of a condition that lasts."""

    exchange: Exchange
    number: int
    what: str
    sameness: Sameness
    first: Exchange | None
    """Where the number was seen before."""


@dataclass(frozen=True, slots=True)
class ConditionCleared(Event):
    """A device told that a condition is over."""

    exchange: Exchange
    number: int
    is_known: bool
    listed: bool
    """A list of all conditions is in the capture."""


@dataclass(frozen=True, slots=True)
class ClockSeen(Event):
    """A device told the time by its clock, again."""

    exchange: Exchange
    former: Exchange
    before: datetime
    now: datetime


# -- what joins several exchanges -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrefixesMatter(Event):
    """Two requests that differ in nothing but their prefixes: one was refused, or not answered, the other was not."""

    refused: Exchange
    accepted: Exchange
    refused_prefixes: tuple[str, str, str]
    """Of the Envelope, the first header block and the body."""
    accepted_prefixes: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class RefusedAtRest(Event):
    """CreateScanJob was refused by a device whose last job had ended, and which has no other."""

    exchange: Exchange
    job: Job
    since_ns: int
    """From the end of that job."""


@dataclass(frozen=True, slots=True)
class JobHeld(Event):
    """A device was busy after a job until the connection of its last image closed, and free just after."""

    job: Job
    busy: Exchange
    closed: Stamp
    free: Exchange


@dataclass(frozen=True, slots=True)
class PrivateSeen(Event):
    """The capture has ended: what it tells about people."""

    found: tuple[tuple[str, Exchange], ...]
    """Kind, and where it was told first."""


@dataclass(frozen=True, slots=True)
class StateUnreported(Event):
    """An answer told a job's state, and no notification did within 5 s, although one was asked for; `stamp` is the
    deadline."""

    job: Job
    state: str
    exchange: Exchange
    """That told it."""
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class EndpointRenamed(Event):
    """The capture has ended: an XAddr was announced under one endpoint address, and later only under another."""

    exchange: Exchange
    former: Exchange
    xaddr: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class ScanIdentifierUsed(Event):
    """CreateScanJob with a ScanIdentifier has ended."""

    exchange: Exchange
    identifier: str
    is_known: bool
    """A ScanAvailableEvent of the capture told it."""
    is_complete: bool
    """Its DestinationToken was granted in the capture, so its event should be in it, too."""
    is_refused: bool
    """The device says ClientErrorInvalidScanIdentifier."""
