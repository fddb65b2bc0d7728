"""What the proxy costs: a 20 MB page through it against a direct transfer, small exchanges, many scans, rest.

    python benchmarks/proxy.py [--mitmdump PATH] [--rounds N]

Device, proxy and client are processes of their own. The device sends real messages; the client reads and compares every
byte. Ratios count: each is taken in the same run, the rivals taking turns. `--mitmdump` names the program of mitmproxy,
in an environment of its own (python -m venv x && x/bin/pip install mitmproxy); without it these rows are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE_BYTES = 20_000_000
SMALL = 200
SCANS = 32
LONG = 1000
MAX_RATIO, MAX_FIRST_BYTE = 2.0, 2.0
"""20 MB through the proxy against a direct transfer; first byte against a plain tee."""
SMALL_FASTER = 10.0
"""How much faster than mitmdump small exchanges have to be."""
MAX_RSS_MB = 150

ACTION = "http://schemas.microsoft.com/windows/2006/08/wdp/scan/{}"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:wscn="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><soap:Header><wsa:To>{to}</wsa:To>'
    "<wsa:Action>{action}</wsa:Action><wsa:MessageID>urn:uuid:{id}</wsa:MessageID>{relates}</soap:Header>"
    "<soap:Body>{body}</soap:Body></soap:Envelope>"
)
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
ASK_STATUS = (
    "<wscn:GetScannerElementsRequest><wscn:RequestedElements><wscn:Name>wscn:ScannerStatus</wscn:Name>"
    "</wscn:RequestedElements></wscn:GetScannerElementsRequest>"
)
ASK_PAGE = (
    "<wscn:RetrieveImageRequest><wscn:JobId>1</wscn:JobId><wscn:JobToken>token</wscn:JobToken>"
    "<wscn:DocumentDescription><wscn:DocumentName>page</wscn:DocumentName></wscn:DocumentDescription>"
    "</wscn:RetrieveImageRequest>"
)
PAGE_ENVELOPE = ENVELOPE.format(
    to=ANONYMOUS, action=ACTION.format("RetrieveImageResponse"), id="answer", relates="",
    body='<wscn:RetrieveImageResponse><wscn:ScanData><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" '
    'href="cid:page"/></wscn:ScanData></wscn:RetrieveImageResponse>',
).encode()  # fmt: skip
STATUS_ENVELOPE = ENVELOPE.format(
    to=ANONYMOUS, action=ACTION.format("GetScannerElementsResponse"), id="answer", relates="",
    body='<wscn:GetScannerElementsResponse><wscn:ScannerElements><wscn:ElementData Name="wscn:ScannerStatus" '
    'Valid="true"><wscn:ScannerStatus><wscn:ScannerCurrentTime>2026-01-01T00:00:00Z</wscn:ScannerCurrentTime>'
    "<wscn:ScannerState>Idle</wscn:ScannerState><wscn:ScannerStateReasons><wscn:ScannerStateReason>None"
    "</wscn:ScannerStateReason></wscn:ScannerStateReasons></wscn:ScannerStatus></wscn:ElementData>"
    "</wscn:ScannerElements></wscn:GetScannerElementsResponse>",
).encode()  # fmt: skip


def page() -> bytes:
    """A JPEG's frame around noise, the same in every process."""
    return b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(PAGE_BYTES - 6) + b"\xff\xd9"


def answer(content: bytes, kind: bytes) -> bytes:
    """A response that closes."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (kind, len(content)) + content


def page_answer() -> bytes:
    """The page as an MTOM message."""
    content = (
        b'--b\r\nContent-Type: application/xop+xml; type="application/soap+xml"\r\nContent-ID: <root>\r\n\r\n'
        + PAGE_ENVELOPE
        + b"\r\n--b\r\nContent-Type: image/jpeg\r\nContent-ID: <page>\r\n\r\n"
        + page()
        + b"\r\n--b--\r\n"
    )
    kind = (
        b'multipart/related; boundary=b; type="application/xop+xml"; start="<root>"; start-info="application/soap+xml"'
    )
    return answer(content, kind)


def request(operation: str, body: str, number: int, port: int) -> bytes:
    """A request of a client."""
    to = f"http://127.0.0.1:{port}/scan"
    content = ENVELOPE.format(to=to, action=ACTION.format(operation), id=number, relates="", body=body).encode()
    head = f"POST /scan HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/soap+xml; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode() + content


# -- the device and the tee, each a process ------------------------------------------------------


def serve() -> None:
    """Be the device: a thread for each connection."""
    large, small = page_answer(), answer(STATUS_ENVELOPE, b"application/soap+xml; charset=utf-8")
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)

    def one(connection: socket.socket) -> None:
        with connection:
            asked = b""
            while b"</soap:Envelope>" not in asked:
                piece = connection.recv(65536)
                if not piece:
                    return
                asked += piece
            connection.sendall(large if b"RetrieveImageRequest" in asked else small)

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=one, args=(connection,), daemon=True).start()


def tee(port: int, path: str) -> None:
    """The plain tee: copies both directions, and what passes into a file."""
    import asyncio  # noqa: PLC0415 - of this process alone

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            file.write(data)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))
        writer.close()
        far_writer.close()

    async def main() -> None:
        server = await asyncio.start_server(one, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    with open(path, "wb") as file:
        asyncio.run(main())


@contextmanager
def process(*command: str) -> Iterator[tuple[int, int]]:
    """A process that prints the port at which it listens; gives port and process id."""
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout is not None
    try:
        for line in running.stdout:
            found = re.search(r"^(?:── )?(?:http://127\.0\.0\.1:)?(\d+)", line)
            if found:
                break
        threading.Thread(target=running.stdout.read, daemon=True).start()
        yield int(found[1]) if found else 0, running.pid
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


@contextmanager
def mitmdump(program: str, port: int) -> Iterator[tuple[int, int]]:
    """mitmdump in front of the device, streaming."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        mine = free.getsockname()[1]
    command = [program, "-q", "--mode", f"reverse:http://127.0.0.1:{port}", "--listen-host", "127.0.0.1"]
    running = subprocess.Popen([*command, "--listen-port", str(mine), "--set", "stream_large_bodies=64k"])
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", mine), 1).close()
            break
        except OSError:
            time.sleep(0.2)
    try:
        yield mine, running.pid
    finally:
        running.terminate()
        running.wait(30)


# -- the client ----------------------------------------------------------------------------------


def exchange(port: int, asked: bytes) -> tuple[float, float, bytes]:
    """Seconds until the first byte and until the end, and all bytes."""
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(asked)
        pieces = [connection.recv(262_144)]
        first = time.perf_counter() - started
        while piece := connection.recv(262_144):
            pieces.append(piece)
    return first, time.perf_counter() - started, b"".join(pieces)


def fetch(port: int, number: int) -> tuple[float, float, str]:
    """A page."""
    first, whole, data = exchange(port, request("RetrieveImage", ASK_PAGE, number, port))
    return first, whole, hashlib.sha256(data).hexdigest()


def small_exchanges(port: int, count: int) -> float:
    """Seconds for small exchanges, one after another, a connection each."""
    started = time.perf_counter()
    for number in range(count):
        _, _, data = exchange(port, request("GetScannerElements", ASK_STATUS, number, port))
        assert data.endswith(b"Envelope>"), data[:200]
    return time.perf_counter() - started


def rss_mb(pid: int, *, peak: bool = False) -> float:
    """Memory of a process."""
    name = "VmHWM" if peak else "VmRSS"
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith(name))
    return int(line.split()[1]) / 1024


def descriptors(pid: int) -> int:
    """Open files of a process."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def in_turns(ways: dict[str, int], rounds: int, one: Callable[[int], float]) -> dict[str, float]:
    """Medians of all ways, which take turns; a round before the first warms up."""
    rows = [{name: one(port) for name, port in ways.items()} for _ in range(rounds + 1)]
    return {name: statistics.median(row[name] for row in rows[1:]) for name in ways}


def main() -> int:
    """Print every number with its bound; 1 when one is broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mitmdump")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--tee", nargs=2)
    chosen = parser.parse_args()
    if chosen.serve:
        serve()
    if chosen.tee:
        tee(int(chosen.tee[0]), chosen.tee[1])
    broken = []

    def told(what: str, value: float, bound: float, unit: str = "×", *, least: bool = False) -> None:
        kept = value >= bound if least else value <= bound
        broken.extend([] if kept else [what])
        print(f"  {what:58} {value:8.2f} {unit}   ({'at least' if least else 'at most'} {bound:g})")

    me = [sys.executable, __file__]
    wsdtrace = [sys.executable, "-m", "wsdtrace", "proxy", "-q", "--device"]
    wanted = hashlib.sha256(page_answer()).hexdigest()
    with tempfile.TemporaryDirectory() as folder, process(*me, "--serve") as (device, _):
        url = f"http://127.0.0.1:{device}/scan"
        record = str(Path(folder, "r.pcapng"))
        with (
            process(*me, "--tee", str(device), str(Path(folder, "tee"))) as (plain, _),
            process(*wsdtrace, url) as (checking, pid),
            process(*wsdtrace, url, "-w", record) as (recording, _),
        ):
            ways = {"direct": device, "tee": plain, "proxy": checking, "proxy -w": recording}
            if chosen.mitmdump:
                with mitmdump(chosen.mitmdump, device) as (other, _):
                    _compare({**ways, "mitmdump": other}, chosen.rounds, told)
            else:
                _compare(ways, chosen.rounds, told)
            _many(checking, pid, wanted, told)
            _rest(checking, pid, told)
    print("broken:", ", ".join(broken) if broken else "nothing")
    return len(broken) > 0


Told = Callable[..., None]


def _compare(ways: dict[str, int], rounds: int, told: Told) -> None:
    whole = in_turns(ways, rounds, lambda port: fetch(port, time.perf_counter_ns())[1])
    first = in_turns(ways, rounds, lambda port: fetch(port, time.perf_counter_ns())[0])
    print("  20 MB, ms:     ", {name: round(value * 1000, 1) for name, value in whole.items()})
    print("  first byte, ms:", {name: round(value * 1000, 2) for name, value in first.items()})
    small = in_turns({n: p for n, p in ways.items() if n != "direct"}, 3, lambda port: small_exchanges(port, SMALL))
    print(f"  {SMALL} small, ms: ", {name: round(value * 1000) for name, value in small.items()})
    for name in ("proxy", "proxy -w"):
        told(f"20 MB: {name} / direct", whole[name] / whole["direct"], MAX_RATIO)
        told(f"first byte: {name} / tee", first[name] / first["tee"], MAX_FIRST_BYTE)
        if "mitmdump" in ways:
            told(f"20 MB: {name} / mitmdump streaming", whole[name] / whole["mitmdump"], 1.0)
            told(
                f"{SMALL} small exchanges: mitmdump / {name}", small["mitmdump"] / small[name], SMALL_FASTER, least=True
            )


def _many(port: int, pid: int, wanted: str, told: Told) -> None:
    """Many scans at once."""
    digests: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: digests.append(fetch(port, time.perf_counter_ns() + n)[2]))
        for n in range(SCANS)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"  {SCANS} × 20 MB at once: {time.perf_counter() - started:.1f} s")
    told(f"{SCANS} scans at once: pages that differ", sum(d != wanted for d in digests) + SCANS - len(digests), 0, "")
    told(f"{SCANS} scans at once: peak memory", rss_mb(pid, peak=True), MAX_RSS_MB, "MB")


def _rest(port: int, pid: int, told: Told) -> None:
    """Many exchanges, then rest."""
    small_exchanges(port, LONG)
    time.sleep(2)
    before, files = rss_mb(pid), descriptors(pid)
    small_exchanges(port, LONG)
    time.sleep(2)
    told(f"{LONG} exchanges more, then rest: memory grew by", rss_mb(pid) - before, 5, "MB")
    told(f"{LONG} exchanges more, then rest: descriptors more", descriptors(pid) - files, 0, "")


if __name__ == "__main__":
    sys.exit(main())
