"""A WSD client: asks, scans, subscribes, is pushed to, cancels; and misbehaves in the ways that clients were seen to.

Every method is one exchange, or a few that belong together. Nothing is repaired on the way: what the device says is
in the `Reply`, with its bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from wsdtrace import __version__
from wsdtrace.dataclass import dataclass
from wsdtrace.scanner.clock import Clock
from wsdtrace.scanner.dial import dial
from wsdtrace.scanner.http import HttpMessage, read_response
from wsdtrace.scanner.parts import read_parts
from wsdtrace.scanner.pipe import Gone, Pipe
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.scanner.sink import EventSink
from wsdtrace.scanner.speech import new_id
from wsdtrace.scenario.compose import action_of, compose, identifier_block
from wsdtrace.scenario.framing import frame_request, soap_payload
from wsdtrace.scenario.messages import DISCOVERY_TO
from wsdtrace.scenario.operations import OPERATIONS
from wsdtrace.scenario.portrait import DEVICE_TYPES
from wsdtrace.scenario.requests import SECTIONS
from wsdtrace.scenario.turn import reference
from wsdtrace.soap import EndpointReference, Fault, MessageHeaders, QName, read_envelope
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.namespaces import ANONYMOUS, SCAN
from wsdtrace.soap.schema import Duration, Element
from wsdtrace.wsd import decode_message, discovery, eventing, metadata, scan
from wsdtrace.wsd import ticket as t
from wsdtrace.wsd.jobs import DocumentDescription
from wsdtrace.wsd.values import ColorEntry, Format, InputSource

logger = logging.getLogger(__name__)

USER_AGENT = f"wsdtrace/{__version__}"
OVER = frozenset(("ClientErrorNoImagesAvailable", "ClientErrorJobIdNotFound", "ClientErrorJobCancelled"))
"""Faults that tell that a job is over; after any other its client gives up, and cancels it."""
MAX_PAGES = 1000
"""Of one job: a device that never says that the feeder is empty is not believed for ever."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a client behaves. By default as it should."""

    first_pause_s: float = 0.0
    """Between CreateScanJob and the first RetrieveImage."""
    next_pause_s: float = 0.0
    """Between a RetrieveImage and the next."""
    leaves_after: int | None = None
    """It never comes back after so many images of a job (0: after CreateScanJob)."""
    wrong_token: bool = False
    """It shows another JobToken than it was given."""
    cancels_after: int | None = None
    """It cancels the job after so many images."""
    asks_after_cancel: bool = False
    """It asks for an image of the job that it cancelled."""
    unsubscribes: bool = True
    """It ends its subscription when it goes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    http: HttpMessage
    envelope: Envelope | None
    value: Element | None
    """The typed body; None for a fault, or where there is none."""
    fault: Fault | None
    images: tuple[tuple[str, bytes], ...] = ()
    """(media type, bytes) of every part but the first."""

    @property
    def subcode(self) -> str | None:
        """Local name of the fault's subcode; the HTTP status where it is no SOAP."""
        if self.fault is not None:
            return (self.fault.subcode.local if self.fault.subcode is not None else None) or "Fault"
        return f"HTTP {self.http.status}" if self.http.status >= 400 else None


class NoReply(Exception):
    """The device took the request, and gave no answer."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A subscription as it was granted."""

    manager: str
    identifier: str
    tokens: Mapping[str, str]
    """ClientContext → DestinationToken."""

    @classmethod
    def of(cls, response: eventing.SubscribeResponse) -> Granted:
        """What a response grants."""
        manager = response.subscription_manager or EndpointReference()
        parameters = manager.reference_parameters
        listed = response.destination_responses
        tokens = listed.destination_response if listed is not None else ()
        return cls(
            manager.address or "",
            next((p.text or "" for p in parameters if p.tag.endswith("}Identifier")), ""),
            {each.client_context or "": each.destination_token or "" for each in tokens},
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was received."""

    media_type: str
    data: bytes


@dataclass(slots=True)
class Scan:
    """How a scan went."""

    job_id: int | None = None
    token: str | None = None
    pages: list[Page] = field(default_factory=list)
    end: str | None = None
    """Subcode of the fault that ended it; None where it ended by its number of images, or its client went away."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to scan."""

    source: str = InputSource.PLATEN
    format: str = Format.JFIF
    color: str = ColorEntry.RGB_24
    dpi: int = 100
    images: int | None = None
    """ImagesToTransfer; 1 from the platen, 0 from a feeder when None."""
    width: int = 8500
    """Of original and region, in 1/1000 inch."""
    height: int = 11_000
    must_honor: bool = False
    name: str = "Scan"
    user: str = "demo-user"

    def ticket(self) -> t.ScanTicket:
        """As a scan ticket."""
        honor = True if self.must_honor else None
        feeder = self.source in (InputSource.ADF, InputSource.ADF_DUPLEX)
        side = t.MediaSide(
            scan_region=t.ScanRegion(
                scan_region_x_offset=t.Requested(0),
                scan_region_y_offset=t.Requested(0),
                scan_region_width=t.Requested(self.width),
                scan_region_height=t.Requested(self.height),
            ),
            color_processing=t.Requested(self.color, must_honor=honor),
            resolution=t.Resolution(must_honor=honor, width=self.dpi, height=self.dpi),
        )
        images = self.images if self.images is not None else int(not feeder)
        lossy = self.format in (Format.JFIF, Format.EXIF)
        return t.ScanTicket(
            job_description=t.JobDescription(
                job_name=self.name, job_originating_user_name=self.user, job_information=f"{self.name} by wsdtrace"
            ),
            document_parameters=t.DocumentParameters(
                format=t.Requested(self.format),
                compression_quality_factor=t.Requested(80 if lossy else 100),
                images_to_transfer=t.Requested(images),
                input_source=t.Requested(self.source),
                content_type=t.Requested("Auto"),
                input_size=t.InputSize(input_media_size=t.InputMediaSize(width=self.width, height=self.height)),
                exposure=t.Exposure(exposure_settings=t.ExposureSettings(contrast=0, brightness=0, sharpness=0)),
                scaling=t.Scaling(scaling_width=100, scaling_height=100),
                rotation=t.Requested("0"),
                media_sides=t.MediaSides(
                    media_front=side, media_back=side if self.source == InputSource.ADF_DUPLEX else None
                ),
            ),
        )


class Client:
    """One client; `async with Client(…) as client:` closes its connections.

    Args:
        service: URL of the scan service.
        clock: its clock.
        recorder: where it notes what it exchanges.
        manners: how it behaves.
        wait: how it lets time pass; sleeps by its clock when None.
    """

    def __init__(
        self,
        service: str,
        *,
        clock: Clock | None = None,
        recorder: Recorder | None = None,
        manners: Manners | None = None,
        wait: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self.service = service
        self.clock = clock or Clock()
        self.recorder = recorder
        self.manners = manners or Manners()
        self._wait = wait or self.clock.sleep
        self.subscription: Granted | None = None
        self.on_exchange: Callable[[str, Reply], None] = lambda _, __: None
        """Called with operation and answer of each exchange."""
        self._pipes: dict[str, Pipe] = {}
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.subscription is not None and self.manners.unsubscribes:
            with contextlib.suppress(OSError, Gone, NoReply):  # the device may have gone first
                await self.unsubscribe()
        await self.hang_up()

    async def hang_up(self) -> None:
        """Close all connections."""
        pipes, self._pipes = self._pipes, {}
        for pipe in pipes.values():
            await pipe.close()

    # -- one exchange -------------------------------------------------------------------------

    async def ask(
        self,
        operation: str,
        body: Element | None = None,
        *,
        url: str | None = None,
        to: str | None = None,
        identifier: str | None = None,
        aside: bool = False,
    ) -> Reply:
        """Ask for an operation.

        Args:
            operation: its name.
            body: of the request; None for an empty one.
            url: where to; the scan service when None.
            to: To of the request; the URL when None.
            identifier: of the subscription that it is about.
            aside: on a connection of its own, beside what is under way.

        Raises:
            NoReply: the connection ended before the end of an answer.
            OSError: the device takes no connection.
        """
        target = url or self.service
        headers = MessageHeaders(
            to=to or target,
            action=action_of(OPERATIONS[operation], answer=False),
            message_id=new_id(),
            reply_to=EndpointReference(address=ANONYMOUS),
            reference_parameters=() if identifier is None else (identifier_block(identifier),),
        )
        xml = compose(OPERATIONS[operation], body, headers, (), answer=False).xml
        reply = read_reply(await self.post(target, xml, aside=aside))
        self.on_exchange(operation, reply)
        return reply

    async def post(self, url: str, xml: bytes, *, aside: bool = False) -> HttpMessage:
        """Send a document; see `ask`."""
        parts = urlsplit(url)
        data = frame_request(
            parts.netloc, parts.path or "/", soap_payload(xml, "utf-8"), (), user_agent=USER_AGENT
        ).data
        if aside:
            pipe = await dial(parts.hostname or "", parts.port or 80, self.recorder)
            try:
                return await self._exchange(pipe, data)
            finally:
                await pipe.close()
        async with self._lock:
            known = self._pipes.pop(parts.netloc, None)
            if known is not None and known.is_over:
                await known.close()
                known = None
            pipe = known or await dial(parts.hostname or "", parts.port or 80, self.recorder)
            try:
                response = await self._exchange(pipe, data)
            except BaseException:
                await pipe.close()
                raise
            if response.wants_close:
                await pipe.close()
            else:
                self._pipes[parts.netloc] = pipe
            return response

    @staticmethod
    async def _exchange(pipe: Pipe, data: bytes) -> HttpMessage:
        await pipe.send(data)
        response = await read_response(pipe)
        if response is None:
            raise NoReply
        return response

    # -- what a client asks -------------------------------------------------------------------

    async def metadata(self, device_url: str, endpoint: str) -> Reply:
        """Get; the scan service that it names is used from then on."""
        reply = await self.ask("Get", url=device_url, to=endpoint)
        found = service_of(reply.value)
        if found is not None:
            self.service = found
        return reply

    async def probe(self, device_url: str) -> tuple[discovery.ProbeMatch, ...]:
        """A directed Probe over HTTP, for scanners."""
        body = discovery.Probe(types=DEVICE_TYPES[1:])
        reply = await self.ask("Probe", body, url=device_url, to=DISCOVERY_TO)
        return reply.value.probe_match if isinstance(reply.value, discovery.ProbeMatches) else ()

    async def elements(self, names: Sequence[str] = SECTIONS) -> Reply:
        """GetScannerElements."""
        asked = scan.RequestedScannerElements(name=tuple(QName(SCAN, name) for name in names))
        return await self.ask("GetScannerElements", scan.GetScannerElementsRequest(requested_elements=asked))

    async def job_elements(self, job_id: int, names: Sequence[str] = ("JobStatus",)) -> Reply:
        """GetJobElements."""
        asked = scan.RequestedJobElements(name=tuple(QName(SCAN, name) for name in names))
        body = scan.GetJobElementsRequest(job_id=job_id, requested_elements=asked)
        return await self.ask("GetJobElements", body)

    async def create(self, wish: Wish, identifier: str | None = None, token: str | None = None) -> Reply:
        """CreateScanJob."""
        body = scan.CreateScanJobRequest(scan_identifier=identifier, destination_token=token, scan_ticket=wish.ticket())
        return await self.ask("CreateScanJob", body)

    async def retrieve(self, job_id: int, token: str, name: str = "Scan") -> Reply:
        """RetrieveImage."""
        described = DocumentDescription(document_name=name)
        body = scan.RetrieveImageRequest(job_id=job_id, job_token=token, document_description=described)
        return await self.ask("RetrieveImage", body)

    async def cancel(self, job_id: int) -> Reply:
        """CancelJob, beside a RetrieveImage that is under way."""
        return await self.ask("CancelJob", scan.CancelJobRequest(job_id=job_id), aside=True)

    # -- events -------------------------------------------------------------------------------

    async def subscribe(
        self,
        sink: EventSink,
        destinations: Mapping[str, str] | None = None,
        events: Sequence[str] = ("ScanAvailableEvent",),
        seconds: int = 3600,
    ) -> Reply:
        """Subscribe; what is granted is in `subscription`.

        Args:
            sink: where the events are to go.
            destinations: ClientContext → ClientDisplayName; one of the client's own when None.
            events: names of the events that are wanted.
            seconds: how long.
        """
        told = destinations or {"desk": "Scan to desk"}
        listed = tuple(
            scan.ScanDestination(client_display_name=name, client_context=context) for context, name in told.items()
        )
        wants_presses = "ScanAvailableEvent" in events
        body = eventing.Subscribe(
            end_to=reference(sink.url),
            delivery=eventing.Delivery(mode=eventing.PUSH, notify_to=reference(sink.url, sink.identifier)),
            expires=Duration(seconds=Decimal(seconds)),
            filter=eventing.Filter(value=tuple(f"{SCAN}/{event}" for event in events), dialect=eventing.ACTION_DIALECT),
            scan_destinations=scan.ScanDestinations(scan_destination=listed) if wants_presses else None,
        )
        reply = await self.ask("Subscribe", body)
        if isinstance(reply.value, eventing.SubscribeResponse):
            self.subscription = Granted.of(reply.value)
        return reply

    async def manage(self, operation: str, body: Element | None = None) -> Reply:
        """Renew, GetStatus or Unsubscribe for what was subscribed."""
        held = self.subscription
        assert held is not None, "nothing was subscribed"
        return await self.ask(operation, body, url=held.manager, identifier=held.identifier)

    async def renew(self, seconds: int = 3600) -> Reply:
        """Renew."""
        return await self.manage("Renew", eventing.Renew(expires=Duration(seconds=Decimal(seconds))))

    async def unsubscribe(self) -> Reply:
        """Unsubscribe."""
        reply = await self.manage("Unsubscribe", eventing.Unsubscribe())
        self.subscription = None
        return reply

    async def pushed(self, press: scan.ScanAvailableEvent, wish: Wish | None = None) -> Scan:
        """The scan that answers a press."""
        tokens = self.subscription.tokens if self.subscription is not None else {}
        told = wish or Wish(source=str(press.input_source or InputSource.PLATEN))
        return await self.scan(told, press.scan_identifier, tokens.get(press.client_context or ""))

    # -- a scan -------------------------------------------------------------------------------

    async def scan(self, wish: Wish | None = None, identifier: str | None = None, token: str | None = None) -> Scan:
        """A whole scan, with the client's manners.

        Args:
            wish: what to scan.
            identifier: of the press that it answers.
            token: of the destination that was chosen.
        """
        wish = wish or Wish()
        done = Scan()
        reply = await self.create(wish, identifier, token)
        granted = reply.value
        if not isinstance(granted, scan.CreateScanJobResponse) or granted.job_id is None:
            done.end = reply.subcode or "no JobId"
            return done
        done.job_id, done.token = granted.job_id, granted.job_token or ""
        manners = self.manners
        shown = "not-the-token" if manners.wrong_token else done.token
        final = granted.document_final_parameters
        announced = final.images_to_transfer.value if final is not None and final.images_to_transfer else None
        single = str(final.format.value).startswith("tiff-multi") if final is not None and final.format else False
        while len(done.pages) < MAX_PAGES:
            number = len(done.pages)
            if number == manners.leaves_after:
                return done
            if number == manners.cancels_after:
                await self._cancelled(done)
                return done
            if announced and number >= (1 if single else announced):
                return done
            pause_s = manners.next_pause_s if number else manners.first_pause_s
            if pause_s:
                await self._wait(pause_s)
            reply = await self.retrieve(done.job_id, shown, f"{wish.name} {number + 1}")
            if reply.subcode is not None or not reply.images:
                done.end = reply.subcode or "no image"
                if done.end not in OVER:
                    await self.cancel(done.job_id)
                return done
            done.pages += [Page(media_type, data) for media_type, data in reply.images]
        return done

    async def _cancelled(self, done: Scan) -> None:
        assert done.job_id is not None
        done.end = (await self.cancel(done.job_id)).subcode or "cancelled"
        if self.manners.asks_after_cancel:
            done.end = (await self.retrieve(done.job_id, done.token or "")).subcode


def read_reply(message: HttpMessage) -> Reply:
    """What an HTTP response says."""
    media = (message.get("Content-Type") or "").lower()
    parts = read_parts(message) if media.startswith("multipart/") else []
    root = parts[0][1] if parts else message.content
    if "xml" not in media and not parts:
        return Reply(message, None, None, None)
    envelope = read_envelope(root, None)
    value: Any = decode_message(envelope).value
    typed = value if isinstance(value, Element) else None
    return Reply(message, envelope, typed, envelope.fault, tuple(parts[1:]))


def service_of(value: Element | None) -> str | None:
    """URL of the scan service in the metadata of a device."""
    if not isinstance(value, metadata.Metadata):
        return None
    for section in value.metadata_section:
        for hosted in section.relationship.hosted if section.relationship is not None else ():
            if any(name.local == "ScannerServiceType" for name in hosted.types or ()):
                return next((e.address for e in hosted.endpoint_reference if e.address), None)
    return None
