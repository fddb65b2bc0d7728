"""Bytes pass as they came; ends and breaks are passed on; what is no request is shed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.proxy.device import Device, recorded
from tests.proxy.talk import FLATBED, ask, ask_each, hang_up, run
from wsdtrace.pipeline import check_file
from wsdtrace.proxy import Proxy, ProxyLimits
from wsdtrace.proxy.admission import Connections
from wsdtrace.records import Abandoned

REQUESTS = [request for _, request, _ in recorded(FLATBED)]


async def each(proxy: Proxy, _: Device) -> list[bytes]:
    return [await ask(proxy.url, request) for request in REQUESTS]


@pytest.mark.parametrize("rewrite", [True, False])
def test_answers_are_the_devices_byte_for_byte(rewrite: bool) -> None:
    async def both(proxy: Proxy, device: Device) -> tuple[list[bytes], list[bytes]]:
        return await each(proxy, device), [await ask(device.url, request) for request in REQUESTS]

    through, direct = run(None, both, rewrite=rewrite).result
    assert through == direct
    assert all(through)


def test_without_rewriting_requests_are_the_clients_byte_for_byte() -> None:
    ran = run(None, each, rewrite=False)
    assert ran.device.requests == REQUESTS


def test_with_rewriting_only_host_and_to_name_the_device() -> None:
    ran = run(None, each)
    for sent, got in zip(REQUESTS, ran.device.requests, strict=True):
        assert got == sent.replace(b"127.0.0.1:19100", f"127.0.0.1:{ran.device.port}".encode()) or (
            f"Host: 127.0.0.1:{ran.device.port}\r\n".encode() in got
            and sent.partition(b"\r\n\r\n")[2] == got.partition(b"\r\n\r\n")[2]
        )


@pytest.mark.parametrize(
    ("answer", "closes"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", True, id="chunked"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 70_000, True, id="until close"),
        pytest.param(b"HTTP/1.1 200\nContent-Length: 3\n\nabc", True, id="lf only"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", True, id="interim first"),
        pytest.param(b"what is this\r\n", True, id="no http"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", True, id="cut short"),
        pytest.param(b"", True, id="nothing"),
    ],
)
def test_any_answer_passes(answer: bytes, closes: bool) -> None:
    async def talk(proxy: Proxy, device: Device) -> bytes:
        device.edit, device.close = (lambda *_: answer), closes
        return await ask(proxy.url, REQUESTS[0])

    assert run(None, talk).result == answer


def test_a_connection_is_kept_alive_and_pipelined_requests_are_answered_in_order() -> None:
    async def talk(proxy: Proxy, device: Device) -> tuple[list[bytes], bytes]:
        kept = await ask_each(proxy.url, REQUESTS)
        piped = await ask(proxy.url, b"".join(REQUESTS), half_close=True)
        return kept, piped

    kept, piped = run(None, talk, served={"close": False}).result
    assert piped == b"".join(kept)
    assert kept[3].startswith(b"HTTP/1.1 200")


def test_expect_is_answered_where_the_content_has_to_be_seen_first() -> None:
    head, _, content = REQUESTS[0].partition(b"\r\n\r\n")

    async def talk(proxy: Proxy, _: Device) -> tuple[bytes, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(head + b"\r\nExpect: 100-continue\r\n\r\n")
        interim = await reader.readuntil(b"\r\n\r\n")
        writer.write(content)
        final = await reader.read()
        await hang_up(writer)
        return interim, final

    interim, final = run(None, talk).result
    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert final.startswith(b"HTTP/1.1 200")


def test_a_reset_of_the_client_breaks_off_the_device_and_stands_in_the_record(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def talk(proxy: Proxy, device: Device) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            try:
                while True:
                    writer.write(b"x" * 65536)
                    await writer.drain()
            except ConnectionError:
                gone.set()
            await hang_up(writer)

        slow = await asyncio.start_server(serve, "127.0.0.1", 0)
        other = Proxy(
            f"http://127.0.0.1:{slow.sockets[0].getsockname()[1]}/",
            record=str(tmp_path / "r.pcapng"),
            allow=["10.77.0.2"],
        )
        async with other:
            reader, writer = await asyncio.open_connection("127.0.0.1", other.port)
            writer.write(REQUESTS[3])
            await reader.readexactly(100_000)
            writer.transport.abort()
            await hang_up(writer)
            await asyncio.wait_for(gone.wait(), 10)
            await other.settle(10)
        slow.close()
        assert other.trace is not None
        assert {x.abandoned for x in other.trace.exchanges} <= {Abandoned.RESET, Abandoned.CLOSED}
        assert len(other.trace.exchanges) == 2

    run(None, talk)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"\x16\x03\x01\x00\xa5\x01\x00\x00", b"400", id="tls to the plain port"),
        pytest.param(b"hello\r\n\r\n", b"400", id="garbage"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"421", id="foreign host"),
        pytest.param(b"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"421", id="foreign target"),
        pytest.param(b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"405", id="connect"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"x: y\r\n" * 60_000, b"400", id="flood of field lines"),
    ],
)
def test_what_is_not_for_us_is_shed_and_a_scan_beside_it_goes_on(request_: bytes, status: bytes) -> None:
    async def talk(proxy: Proxy, device: Device) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(REQUESTS[3][:100])
        shed = await ask(proxy.url, request_)
        writer.write(REQUESTS[3][100:])
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        await hang_up(writer)
        assert len(device.requests) == 1
        return shed

    ran = run(None, talk)
    assert ran.result[:12] in (b"HTTP/1.1 " + status, b"")  # a flood may be answered by a reset
    assert ran.said


def test_a_slow_loris_is_shed_in_time() -> None:
    async def talk(proxy: Proxy, _: Device) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"POST / HT")
        answer = await reader.read()
        await hang_up(writer)
        return answer

    ran = run(None, talk, limits=ProxyLimits(head_seconds=0.1))
    assert ran.result.startswith(b"HTTP/1.1 408")


def test_too_many_connections_are_shed() -> None:
    async def talk(proxy: Proxy, device: Device) -> bytes:
        held = [await asyncio.open_connection("127.0.0.1", proxy.port) for _ in range(2)]
        for _, writer in held:
            writer.write(REQUESTS[0].partition(b"\r\n\r\n")[0] + b"\r\n\r\n")  # what is asked is still to come
        while len(held) > sum(not relay.is_idle for relay in proxy.connections._served.values()):
            await asyncio.sleep(0)
        shed = await ask(proxy.url, REQUESTS[0])
        for _, writer in held:
            await hang_up(writer)
        return shed

    ran = run(None, talk, limits=ProxyLimits(connections=2))
    assert ran.result == b""
    assert "2 connections are open" in ran.said[0]


def test_who_only_holds_connections_open_keeps_nobody_out() -> None:
    async def talk(proxy: Proxy, device: Device) -> tuple[list[bytes], list[bytes]]:
        held = [await asyncio.open_connection("127.0.0.1", proxy.port) for _ in range(4)]
        for _, writer in held:
            writer.write(b"POST / HT")
        answers = [await ask(proxy.url, request) for request in REQUESTS]
        ends = []
        for reader, writer in held[:2]:
            try:
                ends.append(await reader.read())
            except ConnectionResetError:
                ends.append(b"reset")
            await hang_up(writer)
        for _, writer in held[2:]:
            await hang_up(writer)
        return answers, ends

    ran = run(None, talk, limits=ProxyLimits(connections=3))
    answers, ends = ran.result
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert ends == [b"reset", b"reset"]
    assert ran.said[0] == "shed 127.0.0.1: it asks nothing, and 3 connections are open"


def test_who_is_refused_again_and_again_is_told_of_now_and_then() -> None:
    said: list[str] = []
    connections = Connections(1, said.append)
    for _ in range(12_345):
        connections.tell("192.0.2.7", "no")
    assert said == [
        *["shed 192.0.2.7: no"] * 10,
        *[f"shed 192.0.2.7: no (and {count} times in all)" for count in ("100", "1,000", "10,000")],
    ]


def test_an_unreachable_device_is_told_to_client_and_user_and_is_not_blamed_for_the_answer(tmp_path: Path) -> None:
    async def main() -> tuple[bytes, list[str], Proxy]:
        said: list[str] = []
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        path = str(tmp_path / "r.pcapng")
        async with Proxy(f"http://127.0.0.1:{port}/", say=said.append, allow=["10.77.0.2"], record=path) as proxy:
            return await ask(proxy.url, REQUESTS[0]), said, proxy

    answer, said, proxy = asyncio.run(main())
    assert answer.startswith(b"HTTP/1.1 502")
    assert said == [
        f"device {proxy.device.rstrip('/')} cannot be reached: Connection refused "
        "(is it on, and is this its URL? `wsdtrace discover` lists scanners)"
    ]
    for trace in (proxy.trace, check_file(str(tmp_path / "r.pcapng"))):
        assert trace is not None
        assert not [finding for finding in trace.findings if not finding.waived]
        assert trace.exchanges


def test_a_refusal_of_the_proxy_is_nobodys_fault() -> None:
    async def talk(proxy: Proxy, _: Device) -> bytes:
        return await ask(proxy.url, REQUESTS[0].replace(b"Host: 10.77.0.2", b"Host: 192.0.2.99"))

    ran = run(None, talk)
    assert ran.result.startswith(b"HTTP/1.1 421")
    assert ran.trace.exchanges
    assert not [finding for finding in ran.trace.findings if not finding.waived]


def test_who_answers_without_soap_is_asked_whether_it_is_a_scanner() -> None:
    page = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n404"

    async def talk(proxy: Proxy, device: Device) -> None:
        device.edit = lambda *_: page
        await each(proxy, device)

    (told,) = (line for line in run(None, talk).said if "not with SOAP" in line)
    assert "answered GetScannerElements with 404 and text/html, not with SOAP: is it a WSD scanner" in told


def test_a_long_content_passes_unread() -> None:
    head = REQUESTS[0].partition(b"\r\n\r\n")[0]
    body = b"<a>" + b"x" * 5000 + b"</a>"
    request = b"\r\n".join(line for line in head.split(b"\r\n") if b"ength" not in line)
    chunked = request + b"\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)

    async def talk(proxy: Proxy, _: Device) -> bytes:
        return await ask(proxy.url, chunked)

    ran = run(None, talk, limits=ProxyLimits(held_content=1000))
    assert ran.device.requests[0].endswith(chunked.partition(b"\r\n\r\n")[2])
    assert urlsplit(ran.device.url).netloc.encode() in ran.device.requests[0]
