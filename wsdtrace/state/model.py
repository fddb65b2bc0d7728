"""The objects above the message: exchanges, jobs, images, devices, clients, connections.

Theory of operation: these are the tracker's memory and what a reader of the result sees. They are filled while the
capture goes on and are final at its end. An `Exchange` holds its messages' parsed forms only until the checker has seen
it; `Message.release` then drops them, and what stays is of fixed size.

Rules for whoever edits this file:

1. Facts only; no field says whether something is good or bad.
2. Objects refer to each other directly; numbers (`Exchange.id`, …) are for people and are given at the end.
3. A new field is either of fixed size or dropped by `release`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Abandoned, ConnectionId, ContentRef, Endpoint, Probe, Stamp
from wsdtrace.state.joblife import InitiatedBy, JobEnd, JobStep, Outcome
from wsdtrace.state.message import FaultSummary, Message


class Transport(StrEnum):
    """What carries an exchange."""

    HTTP = "http"
    UDP = "udp"


class Toward(StrEnum):
    """Which WSD peer sent the request of an exchange."""

    DEVICE = "client→device"
    CLIENT = "device→client"


@dataclass(slots=True, eq=False)
class Image:
    """One non-root part of a RetrieveImageResponse."""

    id: int
    exchange: Exchange
    job: Job | None
    page: int
    """1-based within the job."""
    side: str | None
    """`front` or `back` where the job scans both sides."""
    content_type: str | None
    content_id: str | None
    format: str | None
    """From the magic of its bytes, as WS-Scan spells formats' families: jfif, png, tiff, dib, pdf …; None when
    unknown."""
    probe: Probe
    complete: bool
    ref: ContentRef | None
    width: int | None = None
    """pixels, from its own header"""
    height: int | None = None
    first: Stamp | None = None
    last: Stamp | None = None

    def release(self) -> None:
        """Drop the bytes of both ends, which the rules have seen: a hundred pages would hold 13 MB."""
        self.probe = replace(self.probe, head=b"", tail=b"")


@dataclass(slots=True, eq=False)
class Exchange:
    """A request and what answered it; over UDP a request, its repeats and all its answers.

    There is one for each exchange of a capture, so what most of them lack is shared: sequences are replaced, not
    changed.
    """

    transport: Transport
    client_endpoint: Endpoint
    """Who sent the request (the HTTP client, or the UDP sender)."""
    server_endpoint: Endpoint
    connection: ConnectionId | None = None
    id: int = 0
    """1-based; provisional until the capture ends."""
    request: Message | None = None
    response: Message | None = None
    answers: Sequence[Message] = ()
    """UDP: every answer, `response` is the first of them."""
    repeats: Sequence[Stamp] = ()
    """UDP: further copies of the request (same MessageID)."""
    operation: str | None = None
    toward: Toward = Toward.DEVICE
    client: Client | None = None
    device: Device | None = None
    job: Job | None = None
    images: Sequence[Image] = ()
    copy_of: Exchange | None = None
    """The outer leg, where a proxy forwarded the request."""
    copied_by: Exchange | None = None
    """The inner leg, where a proxy forwarded it."""
    resend_of: Exchange | None = None
    """An earlier, ended exchange with the same MessageID."""
    abandoned: Abandoned | None = None
    client_said: str | None = None
    """Why the client gave it up, in its own words; raw text of a client's trace."""
    handshake: bool = True
    """The start of its connection is in the capture."""
    ended: bool = False
    response_head: Stamp | None = None
    cancel_seen: bool | None = False
    """An acknowledged CancelJob for its job preceded the end; None: a CancelJob did, and its answer is not known."""
    waited_ns: int | None = None
    """RetrieveImage: from the end of the job's previous exchange of this kind (or of its creation) to the request."""
    wrong_token: bool = False
    """RetrieveImage with another JobToken than the one granted."""
    after_cancel: bool = False
    """RetrieveImage after an acknowledged CancelJob."""
    overlapped_by: Exchange | None = None
    """RetrieveImage: the next one of its job, which was asked before this one had ended."""
    anomalies: Sequence[str] = ()
    """Kinds, in order of appearance."""
    is_wsd: bool = False
    """One of its messages belongs to a protocol of WSD, or its server does."""
    listed: bool = False
    """Part of the result: either message is SOAP, or its endpoint is known as WSD."""

    @property
    def first(self) -> Stamp:
        """Its earliest place in the source."""
        message = self.request or self.response
        assert message is not None
        return message.first

    @property
    def last(self) -> Stamp:
        """Its latest place in the source."""
        message = self.response or self.request
        assert message is not None
        return message.last

    @property
    def fault(self) -> FaultSummary | None:
        """The fault that answered it, or that it carried itself."""
        for message in (self.response, self.request):
            if message is not None and message.fault is not None:
                return message.fault
        return None

    @property
    def succeeded(self) -> bool:
        """A whole SOAP response without a fault came."""
        r = self.response
        return (
            r is not None and r.complete and r.is_soap and r.well_formed and r.fault is None and (r.status or 0) < 300
        )

    @property
    def latency_ns(self) -> int | None:
        """From the last byte of the request to the last byte of the response."""
        if self.request is None or self.response is None:
            return None
        return self.response.last.time_ns - self.request.last.time_ns


@dataclass(frozen=True, slots=True)
class HostedService:
    """A service that a device told in its metadata."""

    service_id: str | None
    types: tuple[str, ...]
    """Local names."""
    addresses: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Device:
    """A scanner (or another WSD service), as far as evidence joins its addresses."""

    id: int
    endpoint: str | None = None
    """Endpoint address (`urn:uuid:…`)."""
    sockets: dict[Endpoint, None] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    xaddrs: dict[str, None] = field(default_factory=dict)
    model: str | None = None
    manufacturer: str | None = None
    serial: str | None = None
    name: str | None = None
    """FriendlyName of its metadata."""
    firmware: str | None = None
    metadata_version: int | None = None
    instance_id: int | None = None
    """AppSequence InstanceId of its last announcement: grows when it restarts."""
    hosted: dict[str, HostedService] = field(default_factory=dict)
    """By ServiceId."""
    managers: dict[str, None] = field(default_factory=dict)
    """Addresses of its subscription managers."""
    roles: dict[str, None] = field(default_factory=dict)
    """`scanner`, `event source`, `target service` …, in order of appearance."""
    configuration: object | None = None
    """Its last ScannerConfiguration, typed."""
    default_ticket: object | None = None
    """Its last DefaultScanTicket, typed."""
    first: Stamp | None = None
    merged_into: Device | None = None
    """The device that evidence joined this one to; `root` follows it."""

    @property
    def root(self) -> Device:
        """The device as which this one is known now."""
        device = self
        while device.merged_into is not None:
            device = device.merged_into
        return device


@dataclass(slots=True, eq=False)
class Client:
    """A peer that uses devices; told apart by address and User-Agent."""

    id: int
    addresses: dict[str, None] = field(default_factory=dict)
    user_agent: str | None = None
    habits: bytes | None = None
    """The order of its field lines and the beginning of its XML: equal for equal software."""
    first: Stamp | None = None

    @property
    def fingerprint(self) -> str | None:
        """Short digest of its habits."""
        if self.habits is None:
            return None
        import hashlib  # noqa: PLC0415  # takes 4 ms, and few reports show it

        return hashlib.sha256(self.habits).hexdigest()[:12]


@dataclass(slots=True, eq=False)
class Job:
    """A scan job: (device, JobId, generation)."""

    device: Device | None
    job_id: int
    generation: int = 1
    instance_id: int | None = None
    """The device's when it was created."""
    token: str | None = None
    index: int = 0
    """0-based position among the jobs of the capture."""
    clients: dict[int, Client] = field(default_factory=dict)
    created: Stamp | None = None
    """End of CreateScanJobResponse; None when the capture began later."""
    creation: Exchange | None = None
    initiated_by: InitiatedBy = InitiatedBy.UNKNOWN
    scan_identifier: str | None = None
    destination_token: str | None = None
    state: str | None = None
    """Last known state, in the specification's spelling."""
    outcome: Outcome = Outcome.UNKNOWN
    end: JobEnd | None = None
    ended: Stamp | None = None
    canceled: Stamp | None = None
    """Acknowledgement of CancelJob."""
    exchanges: list[Exchange] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    delivered: int = 0
    """Whole images."""
    announced: int | None = None
    """ImagesToTransfer of the final parameters, else of the ticket; 0 means *as many as there are*."""
    input_source: str | None = None
    format: str | None = None
    resolution: str | None = None
    """`300×300`, dpi"""
    ticket: object | None = None
    final: object | None = None
    image_information: object | None = None
    """How large its images will be, as CreateScanJobResponse told it, typed."""
    steps: list[JobStep] = field(default_factory=list)
    last_activity: Stamp | None = None
    last_activity_was: str | None = None
    last_retrieve_request: Stamp | None = None
    last_retrieve_end: Stamp | None = None
    outstanding: int = 0
    """Requests for it that wait for their answer."""
    retrieving: int = 0
    """RetrieveImage requests among them."""
    state_seen: Stamp | None = None
    """When a message last named its state."""
    scans_completed: int | None = None
    """As a message last told it."""
    ended_at: dict[Endpoint, Stamp] = field(default_factory=dict)
    """Event sinks that were sent its JobEndStateEvent, and when that was answered."""
    listed_active: Stamp | None = None
    """End of the last GetActiveJobsResponse that lists it."""
    listed_ended: Exchange | None = None
    """The first GetJobHistory whose answer lists it."""
    unlisted: Exchange | None = None
    """A GetActiveJobs whose answer does not list it although it was live."""
    blind: bool = False
    """Something that may concern it is missing from the capture (a gap, one direction, an undecodable message)."""

    @property
    def is_live(self) -> bool:
        """It has not ended."""
        return self.end is None

    @property
    def label(self) -> str:
        return f"job {self.job_id}" + (f" (generation {self.generation})" if self.generation > 1 else "")


@dataclass(slots=True, eq=False)
class Connection:
    """What is remembered of a TCP connection."""

    id: ConnectionId
    originator: Endpoint
    responder: Endpoint
    first: Stamp
    handshake: bool
    server: Endpoint | None = None
    """The HTTP server's side, once known."""
    carries_wsd: bool = False
    encrypted: bool = False
    one_sided: bool = False
    gaps: int = 0
    missing_bytes: int = 0
    snapped: Stamp | None = None
    first_gap: Stamp | None = None
    ahead: Stamp | None = None
    """The first acknowledgement of bytes that were not seen until then: from there on frames may be out of order."""
    first_end: Stamp | None = None
    """The first FIN or RST."""
    first_end_by: Endpoint | None = None  # who sent it
    relates: bool | None = None
    """Its server's answers name the MessageID of their request; False: the first one, with nothing missing, did not."""


@dataclass(slots=True, eq=False)
class Refusal:
    """A CreateScanJob that was answered by a fault."""

    exchange: Exchange
    subcode: str | None
    busy_with: Job | None
    """A live job of the same device at that moment."""
    retry: Exchange | None = None
    """The next CreateScanJob of the same client at the same device, if any."""


class SubscriptionEndedBy(StrEnum):
    """How a subscription ended."""

    UNSUBSCRIBE = "Unsubscribe"
    DEVICE = "SubscriptionEnd"
    EXPIRY = "expired"
    REPLACED = "replaced by a later Subscribe"


@dataclass(frozen=True, slots=True)
class Destination:
    """What a user may choose at the device, and the token that was granted for it."""

    context: str | None
    name: str | None
    token: str | None


@dataclass(slots=True, eq=False)
class Subscription:
    """An event subscription: granted, renewed, used, ended."""

    device: Device | None
    client: Client | None
    sink: str | None
    """NotifyTo, as written."""
    creation: Exchange
    granted: Stamp
    """End of SubscribeResponse."""
    manager: str | None = None
    identifier: str | None = None
    actions: tuple[str, ...] = ()
    """Of the filter; empty for all."""
    dialect: str | None = None
    destinations: list[Destination] = field(default_factory=list)
    expires_ns: int | None = None
    """Granted duration; None without end."""
    deadline_ns: int | None = None
    """Capture time at which it expires unless it is renewed."""
    renewals: int = 0
    events: list[Exchange] = field(default_factory=list)
    ended: Stamp | None = None
    ended_by: SubscriptionEndedBy | None = None
    index: int = 0
    notify: tuple[tuple[str, str], ...] = ()
    """Reference parameters of NotifyTo, (`{namespace}local`, text): what each event has to carry."""
    repeated: int = 0
    """Live subscriptions of the same sink and destinations that were replaced within the hour before it."""
    left: bool = False
    """The client asked to end it, whatever came of that."""
    detour: str | None = None
    """NotifyTo as a proxy passed it on: the device sends its events there."""

    @property
    def is_live(self) -> bool:
        return self.ended is None


class Standing(StrEnum):
    """Whether a notification was asked for."""

    ASKED_FOR = "a live subscription asked for it"
    ENDED = "its subscription has ended"
    UNWANTED = "no filter has its Action"
    STRANGE = "no destination has its ClientContext"
    UNKNOWN = "the subscription of its sink may be older than the capture"


@dataclass(slots=True, eq=False)
class DeviceEvent:
    """A notification from a device to a client's event sink."""

    exchange: Exchange
    name: str
    subscription: Subscription | None
    """None when no subscription of the capture asked for it."""
    standing: Standing | None = None
    """Whether it was asked for; None while nobody looked."""
    former: Subscription | None = None
    """The subscription of its sink that did not ask for it, or no longer."""
    repeat_of: DeviceEvent | None = None
    """An earlier ScanAvailableEvent of the same device with the same ScanIdentifier and another MessageID."""
    client_context: str | None = None
    scan_identifier: str | None = None
    input_source: str | None = None
    """Where the paper is, if the ScanAvailableEvent says so."""
    job_id: int | None = None
    job: Job | None = None
    """The job that it reports on, or that was created because of it (push scan)."""
    answered_by: Exchange | None = None
    """ScanAvailableEvent: the CreateScanJob with its ScanIdentifier."""
