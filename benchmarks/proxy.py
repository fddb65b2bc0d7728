"""What the proxy costs: a 20 MB page through it against a direct transfer, small exchanges, many scans, rest.

    python benchmarks/proxy.py [--mitmdump PATH] [--rounds N] [--write PAGE]

Device, proxy and client are processes of their own. The device sends real messages; the client reads and compares every
byte. Ratios count: each is taken in the same run, the rivals taking turns, with `REST_SECONDS` between: the pages of a
scanner come seconds apart, and what one rival still does behind a page (the record, the verdict) is not charged to the
next one. Processor time is told with all of that. `--mitmdump` names the program of mitmproxy, in an environment of its
own (python -m venv x && x/bin/pip install mitmproxy); without it these rows are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shutil
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

from page import BUSY, PROXY, machine, write_section

PAGE_BYTES = 20_000_000
SMALL = 200
SCANS = 32
LONG = 1000
MAX_RATIO, MAX_FIRST_BYTE = 2.0, 2.0
"""20 MB through the proxy against a direct transfer; first byte against a plain tee."""
SMALL_FASTER = 10.0
"""How much faster than mitmdump small exchanges have to be."""
MAX_RSS_MB = 150
REST_SECONDS = 0.5
BOUNDARY = b"uuid:0692614e-591f-408c-97a7-cb5ec5e967cc"
"""As long as those of devices: how fast a boundary is looked for depends on its length."""

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


def answer(content: bytes, kind: bytes, *, close: bool = True) -> bytes:
    """A response."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b\r\n"
    return head % (kind, len(content), b"Connection: close\r\n" if close else b"") + content


def page_answer() -> bytes:
    """The page as an MTOM message."""
    content = (
        b'--%b\r\nContent-Type: application/xop+xml; type="application/soap+xml"\r\nContent-ID: <root>\r\n\r\n%b'
        b"\r\n--%b\r\nContent-Type: image/jpeg\r\nContent-ID: <page>\r\n\r\n%b\r\n--%b--\r\n"
        % (BOUNDARY, PAGE_ENVELOPE, BOUNDARY, page(), BOUNDARY)
    )
    kind = (
        b'multipart/related; boundary="%b"; type="application/xop+xml"; start="<root>"; '
        b'start-info="application/soap+xml"' % BOUNDARY
    )
    return answer(content, kind)


def request(operation: str, body: str, number: int, port: int, *, close: bool = True) -> bytes:
    """A request of a client."""
    to = f"http://127.0.0.1:{port}/scan"
    content = ENVELOPE.format(to=to, action=ACTION.format(operation), id=number, relates="", body=body).encode()
    head = f"POST /scan HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/soap+xml; charset=utf-8\r\n"
    end = "Connection: close\r\n" if close else ""
    return f"{head}Content-Length: {len(content)}\r\n{end}\r\n".encode() + content


# -- the device and the tee, each a process ------------------------------------------------------


def serve() -> None:
    """Be the device: a thread for each connection."""
    large, kind = page_answer(), b"application/soap+xml; charset=utf-8"
    small, kept = answer(STATUS_ENVELOPE, kind), answer(STATUS_ENVELOPE, kind, close=False)
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)

    def one(connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            closes = False
            while not closes:
                asked = b""
                while b"</soap:Envelope>" not in asked:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    asked += piece
                closes = b"Connection: close" in asked
                connection.sendall(large if b"RetrieveImageRequest" in asked else small if closes else kept)

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


def kept_exchanges(port: int, count: int) -> float:
    """Seconds for small exchanges, one after another, on one connection."""
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(count):
            connection.sendall(request("GetScannerElements", ASK_STATUS, number, port, close=False))
            data = b""
            while not data.endswith(b"Envelope>"):
                data += connection.recv(65536)
    return time.perf_counter() - started


def processor_ms(pid: int) -> float:
    """Processor time of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int, *, peak: bool = False) -> float:
    """Memory of a process."""
    name = "VmHWM" if peak else "VmRSS"
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith(name))
    return int(line.split()[1]) / 1024


def descriptors(pid: int) -> int:
    """Open files of a process."""
    return len(os.listdir(f"/proc/{pid}/fd"))


Way = tuple[int, int]
"""Port and process; 0 where the process does not count."""


def in_turns(
    ways: dict[str, Way], rounds: int, one: Callable[[int], float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Medians of all ways, which take turns, and the processor time of their processes for one.

    A round before the first warms up.
    """
    rows = []
    for number in range(rounds + 1):
        if number == 1:
            before = {name: processor_ms(pid) for name, (_, pid) in ways.items() if pid}
        row = {}
        for name, (port, _) in ways.items():
            row[name] = one(port)
            time.sleep(REST_SECONDS)
        rows.append(row)
    time.sleep(2 * REST_SECONDS)
    spent = {name: (processor_ms(ways[name][1]) - started) / rounds for name, started in before.items()}
    return {name: statistics.median(row[name] for row in rows[1:]) for name in ways}, spent


def main() -> int:
    """Print every number with its bound; 1 when one is broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mitmdump", default=shutil.which("mitmdump"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the results into a page")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--tee", nargs=2)
    chosen = parser.parse_args()
    if chosen.serve:
        serve()
    if chosen.tee:
        tee(int(chosen.tee[0]), chosen.tee[1])
    told = Told()
    load = os.getloadavg()[0]
    me = [sys.executable, __file__]
    wsdtrace = [sys.executable, "-m", "wsdtrace", "proxy", "-q", "--device"]
    wanted = hashlib.sha256(page_answer()).hexdigest()
    with tempfile.TemporaryDirectory() as folder, process(*me, "--serve") as (device, _):
        url = f"http://127.0.0.1:{device}/scan"
        record = str(Path(folder, "r.pcapng"))
        with (
            process(*me, "--tee", str(device), str(Path(folder, "tee"))) as plain,
            process(*wsdtrace, url) as checking,
            process(*wsdtrace, url, "-w", record) as recording,
        ):
            ways = {"direct": (device, 0), "tee": plain, "proxy": checking, "proxy -w": recording}
            if chosen.mitmdump:
                with mitmdump(chosen.mitmdump, device) as other:
                    _compare({**ways, "mitmdump": other}, chosen.rounds, told)
            else:
                _compare(ways, chosen.rounds, told)
            _many(*checking, wanted, told)
            _rest(*checking, told)
    print("broken:", ", ".join(told.broken) if told.broken else "nothing")
    if chosen.write:
        write_section(chosen.write, PROXY, told.page(max(load, os.getloadavg()[0]), mitmdump=bool(chosen.mitmdump)))
    return len(told.broken) > 0


class Told:
    """What was measured, with its bounds."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._rows: list[str] = []
        self._tables: list[str] = []

    def __call__(self, what: str, value: float, bound: float, unit: str = "×", *, least: bool = False) -> None:
        kept = value >= bound if least else value <= bound
        self.broken.extend([] if kept else [what])
        limit = f"{'≥' if least else '≤'} {bound:g}"
        print(f"  {what:62} {value:8.2f} {unit}   ({limit})")
        self._rows.append(f"| {what} | {limit} {unit} | {value:.2f} {unit} | {'✔' if kept else '✖ missed'} |")

    def table(self, title: str, times: dict[str, float], spent: dict[str, float], count: int = 1) -> None:
        """Times of all ways, in seconds, and processor time for one of `count`, in ms."""
        print(f"  {title}, ms:", {name: round(value * 1000, 1) for name, value in times.items()})
        print("    processor time each, ms:", {name: round(value / count, 2) for name, value in spent.items()})
        for name, value in times.items():
            used = f"{spent[name] / count:.2f}" if name in spent else ""
            self._tables.append(f"| {title} | {name} | {value * 1000:.1f} | {used} |")
            title = ""

    def page(self, load: float, *, mitmdump: bool) -> list[str]:
        """The section of the page."""
        busy = f" **The machine was busy** (load average {load:.1f})." if load > BUSY else ""
        without = "" if mitmdump else " Not measured: mitmdump, which is not installed."
        return [
            "Made by `python benchmarks/proxy.py --write PAGE`, which `make bench` runs; do not edit. Device, proxy",
            "and client are processes on one machine, over loopback: both ends and what is between share its cores.",
            f"Rivals take turns, with a rest of {REST_SECONDS:g} s; medians. `proxy -w` records both legs as well.",
            f"Machine: {machine()}.{busy}{without}",
            "",
            "| what | to reach | measured | |",
            "|--|--|--:|--|",
            *self._rows,
            "",
            "| job | way | ms | processor ms of the process in the middle, all that it does later included |",
            "|--|--|--:|--:|",
            *self._tables,
        ]


def _compare(ways: dict[str, Way], rounds: int, told: Told) -> None:
    whole, spent = in_turns(ways, rounds, lambda port: fetch(port, time.perf_counter_ns())[1])
    told.table("20 MB page", whole, spent)
    first, _ = in_turns(ways, rounds, lambda port: fetch(port, time.perf_counter_ns())[0])
    told.table("its first byte", first, {})
    small, spent = in_turns(ways, 3, lambda port: small_exchanges(port, SMALL))
    told.table(f"{SMALL} small, a connection each", small, spent, SMALL)
    kept, spent = in_turns(ways, 3, lambda port: kept_exchanges(port, SMALL))
    told.table(f"{SMALL} small on one connection", kept, spent, SMALL)
    for name in ("proxy", "proxy -w"):
        told(f"20 MB: {name} / direct", whole[name] / whole["direct"], MAX_RATIO)
        told(f"first byte: {name} / tee", first[name] / first["tee"], MAX_FIRST_BYTE)
        if "mitmdump" in ways:
            told(f"20 MB: {name} / mitmdump streaming", whole[name] / whole["mitmdump"], 1.0)
            for times, kind in ((small, "a connection each"), (kept, "one connection")):
                ratio = times["mitmdump"] / times[name]
                told(f"{SMALL} small, {kind}: mitmdump / {name}", ratio, SMALL_FASTER, least=True)


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
    """Many exchanges, then rest. What the checker remembers of each (to know a MessageID that comes again) is told."""
    small_exchanges(port, LONG)
    time.sleep(4 * REST_SECONDS)
    before, files = rss_mb(pid), descriptors(pid)
    small_exchanges(port, LONG)
    time.sleep(4 * REST_SECONDS)
    busy = rss_mb(pid)
    time.sleep(8 * REST_SECONDS)
    told(f"{LONG} exchanges, then idle: memory grew while idle by", rss_mb(pid) - busy, 0.5, "MB")
    told(f"{LONG} exchanges, then idle: descriptors more than before", descriptors(pid) - files, 0, "")
    told("what is remembered of an exchange (of 100,000 at most)", (busy - before) * 1024 / LONG, 10, "KB")


if __name__ == "__main__":
    sys.exit(main())
