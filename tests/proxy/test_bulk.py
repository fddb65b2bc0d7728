"""Long bodies pass beside the loop: every byte, every end and every break, and no more memory than the pool has."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
from pathlib import Path

import pytest
from turns import relength

from tests.proxy.device import Device, recorded
from tests.proxy.talk import FLATBED, ask, ask_each, findings_of, run
from wsdtrace.proxy import Proxy
from wsdtrace.proxy.bulk import BLOCK_BYTES, Bulk, Passed, Pool

REQUESTS = [request for _, request, _ in recorded(FLATBED)]
PAGE = hashlib.shake_128(b"page").digest(3_000_000)
TYPE = b"Content-Type: image/jpeg\r\n"
BY_LENGTH = b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n" % (TYPE, len(PAGE)) + PAGE
IN_CHUNKS = b"HTTP/1.1 200 OK\r\n%bTransfer-Encoding: chunked\r\n\r\n" % TYPE + b"".join(
    b"%x;n=v\r\n%b\r\n" % (len(piece), piece) for piece in (PAGE[:7], PAGE[7:1_000_000], PAGE[1_000_000:])
)
UNTIL_CLOSE = b"HTTP/1.0 200 OK\r\n%b\r\n" % TYPE + PAGE


def counted(proxy: Proxy) -> list[Bulk]:
    """The bodies that pass beside the loop, as they begin."""
    seen: list[Bulk] = []
    in_thread = proxy.in_thread

    async def watched(bulk: Bulk) -> Passed:
        seen.append(bulk)
        return await in_thread(bulk)

    proxy.in_thread = watched  # type: ignore[method-assign]  # to see what it is given
    return seen


@pytest.mark.parametrize(
    ("answer", "bodies"),
    [
        pytest.param(BY_LENGTH, 1, id="length"),
        pytest.param(IN_CHUNKS + b"0\r\n\r\n", 1, id="chunked"),
        pytest.param(IN_CHUNKS + b"0\r\nTrailer: 1\r\n\r\n", 1, id="trailer"),
        pytest.param(IN_CHUNKS + b"broken" + PAGE, 1, id="a chunk that is none"),
        pytest.param(UNTIL_CLOSE, 1, id="until close"),
        pytest.param(BY_LENGTH[:-1_000], 1, id="cut short"),
        pytest.param(BY_LENGTH.replace(b"image/jpeg", b"text/xml  "), 1, id="long text of known length"),
        pytest.param(UNTIL_CLOSE.replace(b"image/jpeg", b"text/xml"), 0, id="text that may be short"),
    ],
)
def test_a_long_body_passes_byte_for_byte(answer: bytes, bodies: int) -> None:
    async def talk(proxy: Proxy, device: Device) -> tuple[bytes, int]:
        device.edit, seen = (lambda *_: answer), counted(proxy)
        return await ask(proxy.url, REQUESTS[0]), len(seen)

    assert run(None, talk).result == (answer, bodies)


def test_a_connection_goes_on_behind_a_long_body() -> None:
    async def talk(proxy: Proxy, device: Device) -> list[bytes]:
        device.edit = lambda operation, answer: BY_LENGTH if operation == "RetrieveImage" else answer
        return await ask_each(proxy.url, [REQUESTS[3], REQUESTS[0], REQUESTS[3]])

    first, second, third = run(None, talk, served={"close": False}).result
    assert first == third == BY_LENGTH
    assert b"GetScannerElementsResponse" in second


def test_the_record_has_the_page_on_both_legs(tmp_path: Path) -> None:
    page = b""

    def longer(operation: str, answer: bytes) -> bytes:
        nonlocal page
        if operation != "RetrieveImage":
            return answer
        answer = relength(answer.replace(b"\xff\xd9\r\n--", PAGE + b"\xff\xd9\r\n--"))
        page = answer.partition(b"\r\n\r\n")[2]
        return answer

    async def talk(proxy: Proxy, device: Device) -> int:
        device.edit, seen = longer, counted(proxy)
        for request in REQUESTS:
            await ask(proxy.url, request)
        return len(seen)

    ran = run(tmp_path / "r.pcapng", talk)
    pages = [answer for operation, _, answer in recorded(tmp_path / "r.pcapng") if operation == "RetrieveImage"]
    assert ran.result == 1
    assert [answer.endswith(page) for answer in pages] == [True, True]
    assert findings_of(ran.trace) == findings_of(ran.checked())


def test_a_client_that_stops_reading_does_not_hold_up_the_end() -> None:
    async def talk(proxy: Proxy, device: Device) -> None:
        device.edit, seen = (lambda *_: BY_LENGTH + bytes(50_000_000)), counted(proxy)
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port, limit=1)
        writer.write(REQUESTS[3])
        await reader.read(1)
        while not seen:
            await asyncio.sleep(0.01)
        await proxy.close()
        writer.close()

    run(None, talk)


def test_a_client_that_breaks_off_ends_the_devices_connection() -> None:
    async def talk(proxy: Proxy, device: Device) -> None:
        device.edit, seen = (lambda *_: BY_LENGTH + bytes(50_000_000)), counted(proxy)
        _, writer = await asyncio.open_connection("127.0.0.1", proxy.port, limit=1)
        writer.write(REQUESTS[3])
        while not seen:
            await asyncio.sleep(0.01)
        writer.transport.abort()
        while len(proxy.connections):
            await asyncio.sleep(0.01)

    run(None, talk)


def pairs() -> tuple[socket.socket, socket.socket, socket.socket, socket.socket]:
    """A source and a sink, each with its other end."""
    return (*socket.socketpair(), *socket.socketpair())


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        pytest.param("source", Passed(ended=True), id="the sender ends"),
        pytest.param("sink", Passed(gone=True), id="the receiver is gone"),
    ],
)
def test_how_a_body_ended_is_told(broken: str, passed: Passed) -> None:
    device, source, sink, client = pairs()
    device.sendall(b"x" * 100)
    (device if broken == "source" else client).close()
    pool, seen = Pool(2), bytearray()
    bulk = Bulk(
        source, sink, pool,
        extent=lambda data: (len(data), True), seen=lambda data, size: seen.extend(data[:size]), done=pool.give,
    )  # fmt: skip
    assert bulk.run() == passed
    assert seen == b"x" * 100
    assert not pool.is_used
    for each in (device, client):
        each.close()


def test_a_body_waits_for_a_block_and_is_stopped_while_it_waits() -> None:
    device, source, sink, client = pairs()
    waits = threading.Event()
    kept: list[bytearray] = []

    def keep(block: bytearray) -> None:
        kept.append(block)
        if len(kept) == 4:
            waits.set()  # nobody gives one back

    pool = Pool(4)
    bulk = Bulk(source, sink, pool, extent=lambda data: (len(data), True), seen=lambda *_: None, done=keep)
    threads = [
        threading.Thread(target=bulk.run),
        threading.Thread(target=_send_all, args=(device, bytes(6 * BLOCK_BYTES))),
        threading.Thread(target=_read_all, args=(client,)),
    ]
    for thread in threads:
        thread.start()
    assert waits.wait(10)
    assert pool.is_short
    bulk.stop()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    device.close()
    client.close()


def _send_all(to: socket.socket, data: bytes) -> None:
    try:
        to.sendall(data)
    except OSError:
        return


def _read_all(of: socket.socket) -> None:
    while of.recv(BLOCK_BYTES):
        continue


def test_half_of_the_blocks_are_left_to_others() -> None:
    pool = Pool(4)
    with pool.seat(), pool.seat():
        assert not pool.has_seats
    assert pool.has_seats
