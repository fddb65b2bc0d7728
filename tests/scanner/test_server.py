"""The scanner on its socket: what it takes, what it refuses, what it survives."""

import asyncio
import socket
from typing import Any

import pytest

from tests.scanner.stage import Stage
from wsdtrace.capture import open_capture_bytes
from wsdtrace.pipeline import Options, check_source
from wsdtrace.scanner.client import Client, Wish, read_reply
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.sink import EventSink
from wsdtrace.scanner.subscriptions import EVENTS
from wsdtrace.scenario.operations import OPERATIONS
from wsdtrace.scenario.requests import SECTIONS
from wsdtrace.wsd import scan


async def raw(scanner: VirtualScanner, data: bytes) -> bytes:
    """Everything that comes back for these bytes."""
    reader, writer = await asyncio.open_connection(scanner.host, scanner.port)
    writer.write(data)
    writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def post(path: str, content: bytes) -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (path.encode(), len(content), content)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"GET /scan HTTP/1.1\r\n\r\n", b"405", id="a browser"),
        pytest.param(post("/", b""), b"404", id="a path that is none"),
        pytest.param(post("/scan", b"<x"), b"400", id="no XML"),
        pytest.param(post("/scan", b"<x/>"), b"400", id="no envelope"),
        pytest.param(b"\x16\x03\x01\x02\x00" * 20, b"400", id="TLS"),
        pytest.param(b"A" * 100_000, b"431", id="a line without end"),
    ],
)
def test_what_is_no_request_is_refused_and_the_next_is_answered(data: bytes, status: bytes) -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        return await raw(scanner, data), (await client.elements()).http.status

    answer, after = Stage(scene).result
    assert answer.split(b" ")[1] == status
    assert after == 200


def test_an_action_that_nobody_knows_is_refused_by_its_fault() -> None:
    async def scene(_: VirtualScanner, client: Client) -> Any:
        xml = b"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
            xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:Action>urn:nothing</a:Action>
            </s:Header><s:Body/></s:Envelope>"""
        return read_reply(await client.post(client.service, xml)).subcode

    assert Stage(scene).result == "ActionNotSupported"


def test_two_scanners_are_at_two_ports_and_their_addresses_say_so() -> None:
    async def scene(scanner: VirtualScanner, _: Client) -> Any:
        async with VirtualScanner() as other:
            return scanner.addresses, other.addresses

    one, two = Stage(scene).result
    assert one.base != two.base
    assert one.endpoint == two.endpoint


def test_over_ipv6_it_says_where_it_is() -> None:
    async def scene(_: VirtualScanner, __: Client) -> Any:
        async with VirtualScanner(host="::1") as scanner, Client(scanner.addresses.service) as client:
            assert "[::1]" in scanner.addresses.service
            return len((await client.scan(Wish(dpi=75))).pages)

    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        pytest.skip(f"no IPv6 on this machine: {error}")
    assert Stage(scene).result == 1


def test_metadata_leads_to_the_scan_service() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        client.service = ""
        await client.metadata(scanner.addresses.device, scanner.device.endpoint)
        return client.service == scanner.addresses.service

    assert Stage(scene).result


def test_what_a_scanner_and_its_client_say_gives_no_finding() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        await client.metadata(scanner.addresses.device, scanner.device.endpoint)
        await client.elements()
        for wish in (Wish(), Wish(source="ADF"), Wish(source="ADFDuplex", format="png", color="Grayscale8")):
            await client.scan(wish)
        await client.ask("GetActiveJobs")
        await client.ask("GetJobHistory")

    stage = Stage(scene)
    trace = stage.trace()
    assert [len(job.images) for job in trace.jobs] == [1, 3, 6]
    assert {f.code for f in trace.findings} == {"WSD904"}


def test_each_answer_is_told_to_who_wants_to_know() -> None:
    told: list[tuple[str, str, int, str]] = []

    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        scanner.on_exchange = lambda *exchange: told.append(exchange)
        await client.scan(Wish(dpi=75))
        await client.cancel(99)

    Stage(scene)
    assert told == [
        ("CreateScanJob", "127.0.0.1", 200, ""),
        ("RetrieveImage", "127.0.0.1", 200, ""),
        ("CancelJob", "127.0.0.1", 400, "ClientErrorJobIdNotFound"),
    ]


def test_every_message_of_both_ends_validates() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async with EventSink(recorder=client.recorder) as sink, client:
            await client.metadata(scanner.addresses.device, scanner.device.endpoint)
            await client.probe(scanner.addresses.device)
            await client.elements([*SECTIONS, "DefaultScanTicket"])
            await client.subscribe(sink, events=EVENTS)
            await client.renew()
            await client.manage("GetStatus")
            validate = scan.ValidateScanTicketRequest(scan_ticket=Wish(dpi=123).ticket())
            await client.ask("ValidateScanTicket", validate)
            number = scanner.device.panel.begin("MediaJam", "ADF", "Warning")
            scanner.device.panel.clear(number)
            scanner.device.panel.rename("Upstairs")
            scanner.device.panel.press()
            press = (await sink.next("ScanAvailableEvent")).value
            assert isinstance(press, scan.ScanAvailableEvent)
            await client.pushed(press, Wish(source="ADFDuplex", dpi=75))
            await client.job_elements(1, ["JobStatus", "ScanTicket", "Documents"])
            await client.ask("GetActiveJobs")
            await client.ask("GetJobHistory")
            await client.cancel(1)
            await asyncio.wait_for(scanner.notifier.idle(), 10)

    file = Stage(scene).file
    with open_capture_bytes(file.getvalue(), "x.pcapng") as source:
        trace = check_source(source, Options(keep_messages=lambda _: True))
    seen, wrong = set(), []
    for exchange in trace.exchanges:
        for message in (exchange.request, exchange.response):
            if message is None or message.decoded is None:
                continue
            seen.add(exchange.operation)
            wrong += [(exchange.operation, v.path, v.kind) for v in message.decoded.violations]
    assert wrong == []
    assert {f.code for f in trace.findings if f.code < "WSD4"} <= {"WSD330"}  # the job to be cancelled has ended
    known = {name for name, operation in OPERATIONS.items() if operation.known}
    assert known - seen == {"Hello", "Bye", "Resolve", "SubscriptionEnd"}  # of which other tests take care
