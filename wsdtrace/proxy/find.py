"""Who is there: Probe on every interface, Get and GetScannerElements of what answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import field
from typing import Final

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import UsageError
from wsdtrace.proxy.interfaces import Interface, interfaces
from wsdtrace.proxy.messages import MessageReader, PieceKind
from wsdtrace.proxy.multicast import PORT, Channel, open_channel
from wsdtrace.proxy.routes import Url, parse_url
from wsdtrace.proxy.speech import Service, elements, get, probe, resolve, services_of
from wsdtrace.proxy.wire import Pipe
from wsdtrace.records import Endpoint
from wsdtrace.soap import read_envelope
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.metadata import Hosted, Metadata, ThisDevice, ThisModel
from wsdtrace.wsd.scan import GetScannerElementsResponse
from wsdtrace.wsd.scanner import ScannerConfiguration

SEARCH_SECONDS: Final = 3.0
"""For answers to come: DPWS lets a device wait 2.5 s before it answers (APP_MAX_DELAY)."""
ASK_SECONDS: Final = 10.0
MAX_ANSWER: Final = 1024 * 1024
MAX_FOUND: Final = 1000
"""Target services that are listed: a large network has some hundreds."""


@dataclass(slots=True)
class Found:
    """A target service and what it says of itself."""

    service: Service
    address: str
    """Where its answer came from."""
    interface: str
    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    scan_url: str | None = None
    """Of its scanner service."""
    problem: str | None = None
    """Why it did not say more."""
    configuration: ScannerConfiguration | None = None
    hosted: list[str] = field(default_factory=list)
    """ServiceIds."""

    @property
    def url(self) -> str | None:
        """Its first address for metadata, one that fits where its answer came from before others."""
        urls = [(text, parse_url(text)) for text in self.service.xaddrs]
        fitting = [text for text, url in urls if url is not None and url.host == self.address]
        return fitting[0] if fitting else next((text for text, url in urls if url is not None), None)

    @property
    def is_scanner(self) -> bool:
        """It scans, as its types or its services say."""
        return self.service.is_scanner or self.scan_url is not None


class Search:
    """One search; finds each target service once."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}
        self._asked: set[str] = set()

    def heard(self, channel: Channel, data: bytes, sender: Endpoint) -> None:
        """A datagram came."""
        for service in services_of(data):
            known = self.found.get(service.endpoint)
            if known is not None and (known.service.xaddrs or not service.xaddrs):
                continue
            if known is None and len(self.found) >= MAX_FOUND:
                return
            self.found[service.endpoint] = Found(service, sender.address, channel.interface.name)
            if not service.xaddrs and service.endpoint not in self._asked:
                self._asked.add(service.endpoint)
                channel.send(resolve(service.endpoint))


async def search(
    *, where: Iterable[Interface] | None = None, seconds: float = SEARCH_SECONDS, host: str | None = None
) -> list[Found]:
    """Find target services.

    Args:
        where: interfaces; every one with multicast when None.
        seconds: how long answers are waited for.
        host: ask only this host, and it directly.

    Raises:
        UsageError: no interface can be used.
    """
    looking = Search()
    channels: list[Channel] = []
    problems: list[str] = []
    for interface in interfaces() if where is None else where:
        if not interface.multicast and host is None:
            continue
        for family in (socket.AF_INET, socket.AF_INET6):
            try:
                channel = await open_channel(interface, family, looking.heard, port=0, host=host)
            except UsageError as error:
                problems.append(str(error))
                continue
            if channel is not None:
                channels.append(channel)
    if not channels:
        raise UsageError(problems[0] if problems else "no interface that is up has multicast")
    try:
        asked = probe()
        for _ in range(2):  # a datagram may be lost
            for channel in channels:
                if host is None:
                    channel.send(asked)
                elif (":" in host) == (channel.family is socket.AF_INET6):
                    channel.send(asked, Endpoint(host, PORT))
            await asyncio.sleep(seconds / 2)
            if host is not None and looking.found:
                break
    finally:
        for channel in channels:
            channel.close()
    return list(looking.found.values())


async def describe(found: Found, *, capabilities: bool = False) -> None:
    """Ask a target service for its metadata, and where it scans for what it can do."""
    if found.url is None:
        found.problem = "it says no address"
        return
    zone = found.interface if ":" in found.address else ""
    try:
        value = await ask(found.url, get(found.service.endpoint), zone)
        if not isinstance(value, Metadata):
            found.problem = "it gives no metadata"
            return
        _tell(found, value)
        if capabilities and found.scan_url is not None:
            answer = await ask(found.scan_url, elements(found.scan_url, ["ScannerConfiguration"]), zone)
            if isinstance(answer, GetScannerElementsResponse) and answer.scanner_elements is not None:
                data = answer.scanner_elements.element_data
                found.configuration = next((d.scanner_configuration for d in data if d.scanner_configuration), None)
    except (OSError, TimeoutError) as error:
        found.problem = f"it cannot be asked: {str(error) or 'no answer in time'}"


def _tell(found: Found, metadata: Metadata) -> None:
    for section in metadata.metadata_section:
        model, device, relation = section.this_model, section.this_device, section.relationship
        if isinstance(model, ThisModel):
            found.manufacturer = next((t.value for t in model.manufacturer if t.value), None)
            found.model = next((t.value for t in model.model_name if t.value), None)
        if isinstance(device, ThisDevice):
            found.name = next((t.value for t in device.friendly_name if t.value), None)
            found.serial = device.serial_number
        for hosted in relation.hosted if relation is not None else ():
            found.hosted.append(hosted.service_id or "")
            if found.scan_url is None and _scans(hosted):
                urls = [r.address for r in hosted.endpoint_reference if r.address]
                found.scan_url = next((url for url in urls if parse_url(url)), None)


def _scans(hosted: Hosted) -> bool:
    return any(kind.local == "ScannerServiceType" for kind in hosted.types or ())


async def ask(url: str, envelope: bytes, zone: str = "") -> Element | object | None:
    """Send a request over HTTP and read the answer as a typed message; None where it is none.

    Raises:
        OSError: the host cannot be reached.
        TimeoutError: it does not answer in time.
    """
    target = parse_url(url)
    if target is None or target.scheme != "http":
        return None
    async with asyncio.timeout(ASK_SECONDS):
        pipe = await _connect(target, zone)
        try:
            return await _exchange(pipe, target, envelope)
        finally:
            pipe.close()


async def _connect(target: Url, zone: str) -> Pipe:
    host = target.host
    if host.startswith("fe80"):
        host = f"{host}%{target.zone or zone}"
    _, pipe = await asyncio.get_running_loop().create_connection(Pipe, host, target.port)
    return pipe


async def _exchange(pipe: Pipe, target: Url, envelope: bytes) -> Element | object | None:
    head = (
        f"POST {target.rest or '/'} HTTP/1.1\r\nHost: {target.server.authority}\r\n"
        f"Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {len(envelope)}\r\n"
        "User-Agent: wsdtrace\r\nConnection: close\r\n\r\n"
    )
    await pipe.write(head.encode("latin-1", "replace") + envelope)
    reader, content = MessageReader(request=False), b""
    while data := await pipe.read():
        for piece in reader.feed(data, "POST"):
            if piece.kind is PieceKind.BODY:
                content += piece.content
        if reader.is_between or len(content) > MAX_ANSWER:
            break
    return decode_message(read_envelope(content)).value
