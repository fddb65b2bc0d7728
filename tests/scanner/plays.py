"""How each persona is provoked: by our client and by the real driver; and what proves it, without our decoder."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import h11
from lxml import etree

from wsdtrace.scanner.client import Client, Wish
from wsdtrace.scanner.outcome import Asked
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.sink import EventSink
from wsdtrace.wsd import scan

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "d": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "w": "http://schemas.microsoft.com/windows/2006/08/wdp/scan",
}
SCAN = NS["w"]


class Heard:
    """The bytes of one answer, as they left the scanner."""

    def __init__(self, operation: str, data: bytes) -> None:
        self.operation = operation
        self.data = data

    def http(self) -> tuple[int, dict[bytes, bytes], bytes]:
        """Status, fields and content by h11; raises where h11 takes it for no HTTP."""
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method="POST", target="/", headers=[("Host", "x"), ("Content-Length", "0")]))
        reader.send(h11.EndOfMessage())
        reader.receive_data(self.data)
        reader.receive_data(b"")
        status, fields, content = 0, {}, b""
        while not isinstance(event := reader.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
            if isinstance(event, h11.Response):
                status, fields = event.status_code, dict(event.headers)
            elif isinstance(event, h11.Data):
                content += event.data
        return status, fields, content

    @property
    def status(self) -> int:
        return self.http()[0]

    def xpath(self, expression: str) -> Any:
        """Of the envelope, which stands alone or in the first part."""
        _, fields, content = self.http()
        if fields[b"content-type"].startswith(b"multipart/"):
            content = content.split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0]
        return etree.fromstring(content).xpath(expression, namespaces=NS)

    @property
    def subcode(self) -> str:
        return str(self.xpath("string(//s:Subcode/s:Value)"))


class Ear:
    """Hears every answer of a scanner."""

    def __init__(self, scanner: VirtualScanner) -> None:
        self.answers: list[Heard] = []
        plain = scanner.speech.answer

        def noted(asked: Asked, *more: Any) -> Any:
            outgoing = plain(asked, *more)
            self.answers.append(Heard(asked.operation, outgoing.data))
            return outgoing

        scanner.speech.answer = noted  # type: ignore[method-assign, assignment]  # the bytes as they leave

    def of(self, operation: str) -> list[Heard]:
        return [heard for heard in self.answers if heard.operation == operation]

    def last(self, operation: str) -> Heard:
        return self.of(operation)[-1]


Scene = Callable[[VirtualScanner, Client], Awaitable[object]]
Proof = Callable[[Ear], object]


@dataclass(frozen=True)
class Play:
    """One persona provoked."""

    proof: Proof
    """True when the bytes show what the persona does."""
    scene: Scene
    scanimage: tuple[tuple[str, ...], ...] = (("--resolution", "75"),)
    """Runs of the real driver, one after the other; the last one shows the symptom. None: it looks for scanners."""
    cancels: bool = False
    """The user interrupts the first run while its first page is scanned."""
    spared: str = ""
    """Why the driver's own run does not show all of it."""


def wish(**told: Any) -> Scene:
    """Ask who it is, and scan."""

    async def scene(_: VirtualScanner, client: Client) -> None:
        await client.elements()
        await client.scan(Wish(**({"dpi": 75} | told)))

    return scene


async def twice(_: VirtualScanner, client: Client) -> None:
    await client.elements()
    for _number in range(2):
        await client.scan(Wish(dpi=75, images=0))


async def nobody_there(_: VirtualScanner, client: Client) -> None:
    await client.elements()
    await client.create(Wish(dpi=75))


async def other_prefixes(_: VirtualScanner, client: Client) -> None:
    xml = (
        f'<s:Envelope xmlns:s="{NS["s"]}" xmlns:a="{NS["a"]}" xmlns:w="{SCAN}"><s:Header><a:To>{client.service}</a:To>'
        f"<a:Action>{SCAN}/GetScannerElements</a:Action><a:MessageID>urn:uuid:1</a:MessageID></s:Header><s:Body>"
        "<w:GetScannerElementsRequest><w:RequestedElements><w:Name>w:ScannerStatus</w:Name></w:RequestedElements>"
        "</w:GetScannerElementsRequest></s:Body></s:Envelope>"
    )
    await client.post(client.service, xml.encode())
    await client.elements(["ScannerStatus"])


async def no_information(_: VirtualScanner, client: Client) -> None:
    ticket = Wish(dpi=75).ticket()
    assert ticket.job_description is not None
    bare = dataclasses.replace(ticket.job_description, job_information=None)
    body = scan.CreateScanJobRequest(scan_ticket=dataclasses.replace(ticket, job_description=bare))
    await client.ask("CreateScanJob", body)


async def cancelled(_: VirtualScanner, client: Client) -> None:
    made = (await client.create(Wish(source="ADF", dpi=75))).value
    assert isinstance(made, scan.CreateScanJobResponse)
    await client.cancel(1)
    await client.job_elements(1)
    await client.retrieve(1, made.job_token or "")
    await client.create(Wish(dpi=75))


async def subscribed_anew(scanner: VirtualScanner, client: Client) -> None:
    async with EventSink(recorder=client.recorder) as sink, client:
        await client.subscribe(sink)
        first = client.subscription
        await client.subscribe(sink)
        scanner.device.panel.press()
        press = (await sink.next()).value
        assert isinstance(press, scan.ScanAvailableEvent)
        last, client.subscription = client.subscription, first
        await client.pushed(press, Wish(dpi=75))
        client.subscription = last


async def beside(scanner: VirtualScanner, client: Client) -> None:
    async with Client(client.service, clock=client.clock, recorder=client.recorder) as other:
        await client.scan(Wish(dpi=75))
        scanner.clock.skip(5)
        await other.elements(["ScannerStatus"])
        await client.hang_up()
        while scanner.device.is_busy:
            await asyncio.sleep(0)
        scanner.clock.skip(1)
        await other.elements(["ScannerStatus"])


async def probed(scanner: VirtualScanner, client: Client) -> None:
    found = await client.probe(scanner.addresses.device)
    for match in found:
        for url in match.x_addrs or ():
            try:
                await client.metadata(url, scanner.device.endpoint)
            except OSError:
                continue
            return


def _raises_h11(heard: Heard) -> bool:
    try:
        heard.http()
    except h11.RemoteProtocolError:
        return True
    return False


def _broken_xml(heard: Heard) -> bool:
    try:
        etree.fromstring(heard.http()[2])
    except etree.XMLSyntaxError:
        return True
    return False


FEEDER = ("--source", "ADF", "--resolution", "75", "--batch")
FLAT = ("--resolution", "75")

PLAYS: dict[str, Play] = {
    "well-behaved": Play(lambda e: e.last("RetrieveImage").status == 200, wish(source="ADF", images=3), (FEEDER,)),
    "fault-200": Play(
        lambda e: (
            e.last("RetrieveImage").status == 200
            and e.last("RetrieveImage").subcode == "wscn:ClientErrorNoImagesAvailable"
        ),
        wish(source="ADF"),
        (FEEDER,),
    ),
    "glued-boundary": Play(
        lambda e: (
            b"\r\n--wsdtrace-boundary--" not in (data := e.last("RetrieveImage").data)
            and b"--wsdtrace-boundary--" in data
        ),
        wish(),
    ),
    "png-is-jpeg": Play(
        lambda e: b"Content-Type: image/png" in (data := e.last("RetrieveImage").data) and b"\xff\xd8\xff" in data,
        wish(format="png"),
    ),
    "cut-page": Play(
        lambda e: (
            b"IEND" not in e.last("RetrieveImage").data
            and e.last("RetrieveImage").data.endswith(b"--wsdtrace-boundary--\r\n")
        ),
        wish(format="png", dpi=300),
        (("--resolution", "300"),),
    ),
    "silent-resolution": Play(
        lambda e: (
            int(e.last("CreateScanJob").xpath("string(//w:MediaFront/w:Resolution/w:Width)")) <= 300
            and not e.last("CreateScanJob").xpath("//w:Resolution/w:Width/@*")
        ),
        wish(dpi=600),
        (("--resolution", "600"),),
    ),
    "operation-failed": Play(lambda e: e.last("CreateScanJob").subcode == "wscn:OperationFailed", wish()),
    "panel-first": Play(lambda e: e.last("CreateScanJob").subcode == "wscn:ServerErrorNotAcceptingJobs", nobody_there),
    "busy-feeder": Play(
        lambda e: e.last("CreateScanJob").subcode == "wscn:ServerErrorNotAcceptingJobs", wish(source="ADF"), (FEEDER,)
    ),
    "no-service": Play(
        lambda e: (
            e.last("GetScannerElements").http()[:1] == (404,)
            and e.last("GetScannerElements").http()[1][b"content-type"] == b"text/html"
        ),
        nobody_there,
    ),
    "literal-prefixes": Play(
        lambda e: [h.status for h in e.of("GetScannerElements")][:2] == [400, 200],
        other_prefixes,
        spared="the driver writes soap and wsa itself",
    ),
    "one-sided-duplex": Play(
        lambda e: (
            e.of("GetScannerElements")[0].xpath("string(//w:ADFSupportsDuplex)") == "0"
            and e.of("GetScannerElements")[0].xpath("count(//w:ADFBack)") == 1
        ),
        wish(source="ADF"),
        (("--source", "ADF Duplex", "--resolution", "75", "--batch"),),
    ),
    "tempuri": Play(
        lambda e: e.last("GetScannerElements").xpath("namespace-uri(s:Body/*)").startswith("http://tempuri.org"),
        nobody_there,
    ),
    "glued-attributes": Play(lambda e: _broken_xml(e.last("GetScannerElements")), nobody_there),
    "field-without-colon": Play(lambda e: _raises_h11(e.last("CreateScanJob")), nobody_there),
    "one-sheet-feeder": Play(
        lambda e: (
            [h.status for h in e.of("RetrieveImage")] == [200, 400]
            and e.last("RetrieveImage").subcode == "wscn:ClientErrorJobIdNotFound"
        ),
        wish(source="ADF"),
        (FEEDER,),
    ),
    "cool-down": Play(lambda e: [h.status for h in e.of("CreateScanJob")] == [200, 500], twice, (FLAT, FLAT)),
    "held-by-connection": Play(
        lambda e: (
            [str(h.xpath("string(//w:ScannerState)")) for h in e.of("GetScannerElements")] == ["Processing", "Idle"]
        ),
        beside,
        spared="the driver closes every connection behind its answer",
    ),
    "stuck-after-first": Play(lambda e: [h.status for h in e.of("CreateScanJob")] == [200, 500], twice, (FLAT, FLAT)),
    "needs-information": Play(
        lambda e: e.last("CreateScanJob").subcode == "wscn:InvalidArgs",
        no_information,
        spared="the driver sends JobInformation",
    ),
    "cancel-does-nothing": Play(
        lambda e: (
            e.last("CancelJob").status == 200 and e.last("GetJobElements").xpath("string(//w:JobState)") == "Pending"
        ),
        cancelled,
        (FEEDER, FLAT),
        cancels=True,
        spared="the driver never asks for the state of its job",
    ),
    "voids-tokens": Play(
        lambda e: e.last("CreateScanJob").subcode == "wscn:ClientErrorInvalidDetinationToken",
        subscribed_anew,
        spared="the driver never subscribes",
    ),
    "line-feeds": Play(
        lambda e: (
            b"\n--wsdtrace-boundary--" in (data := e.last("RetrieveImage").data)
            and b"\r\n--wsdtrace-boundary" not in data.partition(b"\r\n\r\n")[2]
        ),
        wish(),
    ),
    "no-xaddrs": Play(lambda e: e.last("Probe").xpath("count(//d:ProbeMatch)=1 and not(//d:XAddrs)"), probed, ()),
    "dead-xaddr": Play(
        lambda e: str(e.last("Probe").xpath("string(//d:XAddrs)")).startswith("http://127.0.0.1:1/"), probed, ()
    ),
    "unbound-fault": Play(lambda e: e.last("CreateScanJob").subcode.startswith("dev:"), nobody_there),
}
