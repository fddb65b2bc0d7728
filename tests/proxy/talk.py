"""A client for the tests: sends bytes, reads messages; and what a run of the proxy leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.proxy.device import Device, device, read_message
from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.proxy import Proxy
from wsdtrace.report.trace import Trace

FLATBED = CAPTURES / "clean-flatbed" / "capture.pcap"
FEEDER = CAPTURES / "adf-3-pages" / "capture.pcap"


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close a connection and wait until it is."""
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def ask(url: str, request: bytes, *, half_close: bool = False) -> bytes:
    """Send a request on a connection of its own and read everything until the server closes."""
    reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
    writer.write(request)
    if half_close:
        writer.write_eof()
    try:
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        await hang_up(writer)


async def ask_each(url: str, requests: list[bytes]) -> list[bytes]:
    """Requests one after another on one connection."""
    reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
    answers = []
    for request in requests:
        writer.write(request)
        answers.append(await read_message(reader))
    await hang_up(writer)
    return answers


@dataclass
class Ran:
    """What a run left behind."""

    proxy: Proxy
    device: Device
    result: Any
    said: list[str] = field(default_factory=list)

    @property
    def trace(self) -> Trace:
        """The live verdict."""
        assert self.proxy.trace is not None
        return self.proxy.trace

    def checked(self) -> Trace:
        """The verdict of `check` on the record."""
        assert self.proxy.path is not None
        return check_file(self.proxy.path)


def run(
    record: Path | None,
    talk: Callable[[Proxy, Device], Awaitable[Any]],
    *,
    case: Path = FLATBED,
    served: dict[str, Any] | None = None,
    **options: Any,
) -> Ran:
    """Let a client talk to a recorded device through the proxy."""

    options.setdefault("allow", ["10.77.0.2"])  # the recorded requests name the recorded host

    async def main() -> Ran:
        said: list[str] = []
        async with device(case, **(served or {})) as served_by:
            made = Proxy(served_by.url, record=None if record is None else str(record), say=said.append, **options)
            async with asyncio.timeout(30), made as proxy:
                result = await talk(proxy, served_by)
        return Ran(made, served_by, result, said)

    return asyncio.run(main())


def findings_of(trace: Trace) -> list[tuple[object, ...]]:
    """What two verdicts are compared by: everything that a reader sees of a finding."""
    return [
        (f.code, f.severity, f.fault_of, f.message, f.time_ns, f.also_seen, f.caused_by and f.caused_by.code,
         [(e.stamp, e.role, e.label, e.detail, e.excerpt) for e in f.evidence])
        for f in trace.findings
    ]  # fmt: skip
