"""The session: what a run shows, where it listens, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.proxy.device import Device, device, recorded
from tests.proxy.talk import FEEDER, FLATBED, ask, run
from wsdtrace.errors import OutputError, UsageError
from wsdtrace.proxy import Proxy
from wsdtrace.proxy.routes import Server
from wsdtrace.proxy.session import open_record
from wsdtrace.state.model import Exchange

REQUESTS = [request for _, request, _ in recorded(FLATBED)]


async def scan(proxy: Proxy, _: Device) -> None:
    for request in REQUESTS:
        await ask(proxy.url, request)


def test_it_listens_at_loopback_only() -> None:
    async def talk(proxy: Proxy, _: Device) -> set[str]:
        return {s.getsockname()[0] for server in proxy._servers for s in server.sockets}

    assert run(None, talk).result <= {"127.0.0.1", "::1"}


def test_the_same_url_serves_both_families() -> None:
    async def talk(proxy: Proxy, _: Device) -> tuple[bytes, bytes]:
        return (
            await ask(proxy.url, REQUESTS[0]),
            await ask(proxy.url.replace("127.0.0.1", "[::1]"), REQUESTS[0]),
        )

    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    first, second = run(None, talk).result
    assert first == second != b""


def test_exchanges_are_iterated_as_they_end_and_each_once() -> None:
    async def talk(proxy: Proxy, _: Device) -> list[str | None]:
        seen: list[Exchange] = []

        async def watch() -> None:
            async for exchange in proxy:
                seen.append(exchange)
                if len(seen) == 4:
                    return

        watching = asyncio.create_task(watch())
        await asyncio.sleep(0)
        await scan(proxy, _)
        await watching
        return [exchange.operation for exchange in seen]

    operations = run(None, talk).result
    assert operations == ["GetScannerElements", "GetScannerElements", "CreateScanJob", "RetrieveImage"]


def test_the_package_can_be_called_whatever_was_imported_before() -> None:
    import wsdtrace  # noqa: PLC0415 - what is imported when is the claim

    made = wsdtrace.proxy("http://127.0.0.1:9/", port=0)  # type: ignore[operator]  # a module that can be called
    assert isinstance(made, Proxy)
    assert wsdtrace.proxy.Proxy is Proxy


def test_the_iteration_ends_with_the_run() -> None:
    async def main() -> int:
        proxy = Proxy("http://127.0.0.1:9/")
        async with proxy:
            iterator = aiter(proxy)
        return len([x async for x in iterator])

    assert asyncio.run(main()) == 0


def test_closing_twice_gives_the_same_verdict() -> None:
    ran = run(None, scan)
    assert asyncio.run(ran.proxy.close()) is ran.trace


def test_nothing_is_left_open_after_many_exchanges() -> None:
    async def talk(proxy: Proxy, _: Device) -> tuple[int, int]:
        await scan(proxy, _)
        await asyncio.sleep(0.05)
        before = len(os.listdir("/proc/self/fd"))
        for _number in range(5):
            await scan(proxy, _)
        await asyncio.sleep(0.3)
        assert not len(proxy.connections)
        assert not proxy._relays
        return before, len(os.listdir("/proc/self/fd"))

    before, after = run(None, talk).result
    assert after <= before


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("printer", "expected a URL"),
        ("http://no-such-host.invalid/", "cannot be resolved"),
        ("ftp://127.0.0.1/", "expected a URL"),
    ],
)
def test_a_device_that_cannot_be_meant_is_told(device: str, words: str) -> None:
    async def main() -> None:
        async with Proxy(device):
            pass

    with pytest.raises(UsageError, match=words):
        asyncio.run(main())


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        async def main() -> None:
            async with Proxy("http://127.0.0.1:9/", port=port):
                pass

        with pytest.raises(UsageError, match=f"127.0.0.1:{port}.*--port 0"):
            asyncio.run(main())


def test_an_address_that_this_machine_lacks_is_told_with_what_to_do() -> None:
    async def main() -> None:
        async with Proxy("http://127.0.0.1:9/", listen=["198.51.100.9"]):
            pass

    with pytest.raises(UsageError, match=r"--listen 198\.51\.100\.9: this machine has no such address"):
        asyncio.run(main())


def test_a_disk_that_is_full_from_the_start_is_told_and_the_relay_goes_on() -> None:
    ran = run(Path("/dev/full"), scan)
    assert ran.said[0] == "/dev/full: recording has stopped: No space left on device; the relay goes on"
    assert len(ran.trace.jobs) == 1


def test_a_record_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "r"
    open_record(str(path)).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(OutputError, match="cannot be written"):
        open_record(str(tmp_path / "no" / "r"))


def test_a_silent_job_is_told_when_its_deadline_passes() -> None:
    async def feed(proxy: Proxy, _: Device) -> None:
        for _operation, request, _response in recorded(FEEDER)[:4]:
            await ask(proxy.url, request)
        while not proxy.record.is_settled:
            await asyncio.sleep(0.01)
        proxy.record._advance(proxy.record._last_ns + 61 * 10**9)

    ran = run(None, feed, case=FEEDER)
    assert any("nothing for 60 s" in line for line in ran.said)


def test_secrets_are_known_while_the_run_goes_on() -> None:
    async def talk(proxy: Proxy, device: Device) -> list[str | None]:
        await scan(proxy, device)
        await asyncio.sleep(0.5)
        return [job.token for job in proxy.so_far().jobs]

    assert len(run(None, talk).result) == 1


@pytest.mark.parametrize("listen", [None, ["0.0.0.0"]])
def test_a_proxy_that_would_ask_itself_does_not_start(listen: list[str] | None) -> None:
    async def main() -> str:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        try:
            async with Proxy(f"http://localhost:{port}/", port=port, listen=listen):
                return ""
        except UsageError as error:
            return str(error)

    told = (asyncio.run(main()) for _ in range(5))  # between the two, somebody else may take the port
    assert "the proxy itself listens" in next(text for text in told if "cannot listen" not in text)


def test_an_address_that_leads_back_to_the_proxy_is_not_connected_to() -> None:
    async def talk(proxy: Proxy, _: Device) -> None:
        with pytest.raises(OSError, match="the proxy itself"):
            await proxy.connect(Server("http", "127.0.0.1", proxy.port), lambda: None)

    run(None, talk)


def test_it_works_in_a_notebook_whose_loop_runs_already() -> None:
    make_shell: Any = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell

    async def main() -> list[str | None]:
        shell = make_shell()
        shell.push({"requests": REQUESTS, "ask": ask})
        async with device(FLATBED) as made:
            for cell in (
                f"import wsdtrace; p = wsdtrace.proxy({made.url!r}, allow=['10.77.0.2'])",
                "async with p:\n    answers = [await ask(p.url, r) for r in requests]\n"
                "    it = aiter(p)\n    first = await ask(p.url, requests[0]), await anext(it)",
                "operations = [first[1].operation, len(answers), len(p.trace.jobs)]",
            ):
                done = await shell.run_cell_async(cell, store_history=False, transformed_cell=cell)
                assert done.success, done
        return list(shell.user_ns["operations"])

    assert asyncio.run(main()) == ["GetScannerElements", 4, 1]
