"""The scanner under strain: two clients at once, many scans, garbage, clients that vanish, a reader that is slow."""

import asyncio
import gc
import io
import os
import random
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.scanner.stage import Stage
from wsdtrace.scanner import pipe
from wsdtrace.scanner.client import Client, Scan, Wish
from wsdtrace.scanner.images import Mark, read_mark
from wsdtrace.scanner.persona import read_persona
from wsdtrace.scanner.server import MAX_CONNECTIONS, VirtualScanner
from wsdtrace.scanner.speech import new_id
from wsdtrace.scenario.compose import action_of, compose
from wsdtrace.scenario.framing import frame_request, soap_payload
from wsdtrace.scenario.operations import OPERATIONS
from wsdtrace.soap import MessageHeaders
from wsdtrace.wsd import scan

SMALL = Wish(dpi=75)
needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")


def marks(done: Scan) -> list[Mark | None]:
    return [read_mark(Image.open(io.BytesIO(page.data))) for page in done.pages]


def request(service: str) -> bytes:
    """A whole CreateScanJob, as bytes."""
    operation = OPERATIONS["CreateScanJob"]
    headers = MessageHeaders(to=service, action=action_of(operation, answer=False), message_id=new_id())
    body = scan.CreateScanJobRequest(scan_ticket=SMALL.ticket())
    xml = compose(operation, body, headers, (), answer=False).xml
    return frame_request(service.split("/")[2], "/scan", soap_payload(xml, "utf-8"), ()).data


def test_two_clients_at_once_get_their_own_pages_one_after_the_other() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        async def patient(other: Client, wish: Wish) -> Scan:
            while (done := await other.scan(wish)).end == "ServerErrorNotAcceptingJobs":
                await other.elements(["ScannerStatus"])
            return done

        async with Client(client.service, clock=client.clock, recorder=client.recorder) as other:
            return await asyncio.gather(
                patient(client, Wish(source="ADF", dpi=75)), patient(other, Wish(source="ADFDuplex", dpi=75))
            )

    stage = Stage(scene)
    one, two = stage.result
    assert marks(one) == [Mark(1), Mark(2), Mark(3)]
    assert marks(two) == [Mark(page, back=page % 2 == 0) for page in range(1, 7)]
    assert {finding.split()[0] for finding in stage.loud()} <= {"WSD331"}  # the second one asks again and again


@pytest.mark.slow
@needs_proc
def test_fifty_scans_leave_nothing_behind() -> None:
    def resident() -> int:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    async def scene(scanner: VirtualScanner, _: Client) -> Any:
        async def once() -> None:
            async with Client(scanner.addresses.service) as client:
                assert len((await client.scan(SMALL)).pages) == 1

        for _number in range(55):  # the history is full, caches are warm
            await once()
        before = len(os.listdir("/proc/self/fd")), resident()
        for _number in range(50):
            await once()
        return before, (len(os.listdir("/proc/self/fd")), resident()), len(scanner.device.jobs.history)

    async def alone() -> Any:
        async with VirtualScanner() as scanner, Client(scanner.addresses.service) as client:
            return await scene(scanner, client)

    before, after, history = asyncio.run(alone())
    assert after[0] <= before[0]
    assert after[1] - before[1] < 4 * 1024 * 1024, f"grew by {after[1] - before[1]} bytes"
    assert history == 50


def test_garbage_on_its_port_is_survived() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        good = request(client.service)
        dice = random.Random(1)
        for number in range(150):
            if number % 3 == 0:
                data = dice.randbytes(dice.randrange(1, 3000))
            else:
                mutated = bytearray(good)
                for _ in range(dice.randrange(1, 20)):
                    mutated[dice.randrange(len(mutated))] = dice.randrange(256)
                data = bytes(mutated)
            reader, writer = await asyncio.open_connection(scanner.host, scanner.port)
            writer.write(data)
            writer.write_eof()
            await reader.read()
            writer.close()
            if scanner.device.jobs.active is not None:
                scanner.device.jobs.end(scanner.device.jobs.active, "Canceled", "None")
        return len((await client.scan(SMALL)).pages)

    assert Stage(scene).result == 1


@pytest.mark.parametrize("rude", [False, True], ids=["by FIN", "by RST"])
def test_a_client_that_vanishes_anywhere_in_its_request_is_survived(rude: bool) -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        data = request(client.service)
        for end in [*range(0, 400, 20), *range(400, len(data), 150), len(data)]:
            connection = socket.create_connection((scanner.host, scanner.port))
            connection.sendall(data[:end])
            if rude:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            await client.elements(["ScannerStatus"])
        while scanner.connections > 1:  # all but the client's own
            await asyncio.sleep(0)
        scanner.clock.skip(61)  # whoever asked whole, and vanished, is given up
        return len((await client.scan(SMALL)).pages)

    assert Stage(scene).result == 1


def test_a_slow_reader_holds_up_nobody_and_gets_its_page() -> None:
    raw = read_persona("summary='x'\n[device]\nformats=['dib']", "x", "x.toml")

    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        made = (await client.create(Wish(dpi=150, format="dib"))).value
        assert isinstance(made, scan.CreateScanJobResponse)
        slow = asyncio.ensure_future(client.retrieve(made.job_id or 0, made.job_token or ""))
        async with Client(client.service) as other:
            for _ in range(20):
                assert (await other.elements(["ScannerStatus"])).http.status == 200
            reply = await slow
        [(_, image)] = reply.images
        return read_mark(Image.open(io.BytesIO(image)))

    plain = pipe.Pipe._fill

    async def sluggish(self: pipe.Pipe) -> bool:
        await asyncio.sleep(0)
        return await plain(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipe.Pipe, "_fill", sluggish)
        assert Stage(scene, raw).result == Mark(1)


def test_a_reader_that_takes_nothing_loses_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe, "SEND_TIMEOUT_S", 0.2)
    raw = read_persona("summary='x'\n[device]\nformats=['dib']", "x", "x.toml")

    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        made = (await client.create(Wish(dpi=300, format="dib"))).value
        assert isinstance(made, scan.CreateScanJobResponse)
        operation = OPERATIONS["RetrieveImage"]
        headers = MessageHeaders(to=client.service, action=action_of(operation, answer=False), message_id=new_id())
        body = scan.RetrieveImageRequest(job_id=made.job_id, job_token=made.job_token)
        xml = compose(operation, body, headers, (), answer=False).xml
        data = frame_request("x", "/scan", soap_payload(xml, "utf-8"), ()).data
        with socket.create_connection((scanner.host, scanner.port)) as deaf:
            deaf.sendall(data)
            [job] = [scanner.device.jobs.find(made.job_id)]
            assert job is not None
            await asyncio.wait_for(job.over.wait(), 20)
        return job.state, job.reason, len((await client.scan(Wish(format="dib", dpi=75))).pages)

    assert Stage(scene, raw).result == ("Aborted", "ImageTransferError", 1)


def test_there_are_never_more_connections_than_allowed() -> None:
    async def scene(scanner: VirtualScanner, client: Client) -> Any:
        held = [socket.create_connection((scanner.host, scanner.port)) for _ in range(MAX_CONNECTIONS + 5)]
        while scanner.connections < MAX_CONNECTIONS:
            await asyncio.sleep(0)
        count = scanner.connections
        for connection in held:
            connection.close()
        while scanner.connections:
            await asyncio.sleep(0)
        return count, (await client.elements()).http.status

    assert Stage(scene).result == (64, 200)
