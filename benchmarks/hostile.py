"""What hostile captures cost: each against the traffic of many small messages, and twice of it against once.

`python benchmarks/hostile.py [NAME…]` prints a table: processor time for a frame against that of the small messages (at
most 3 times), for twice the input (at most 2.2 times), and the peak memory of `wsdtrace check` (at most 250 MB).

`CASES` is also what docs/limits.md says about hostile input, and what tests/test_hostile.py tests.
"""

from __future__ import annotations

import gc
import gzip
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from struct import pack

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "benchmarks")]

from traffic import Options as Traffic  # noqa: E402
from traffic import generate  # noqa: E402

from wsdtrace.capture import PcapngWriter, SyntheticConnection, open_capture_bytes  # noqa: E402
from wsdtrace.capture.packets import TCP, Ip, tcp_segment  # noqa: E402
from wsdtrace.cli import GC_THRESHOLDS  # noqa: E402
from wsdtrace.http import HttpLimits  # noqa: E402
from wsdtrace.pipeline import Options, check_source  # noqa: E402
from wsdtrace.records import Direction, Endpoint  # noqa: E402
from wsdtrace.report.trace import Trace  # noqa: E402

MOST_TIMES = 3.0
MOST_GROWTH = 2.2
MOST_MB = 250.0
START_NS = 1_700_000_000 * 10**9
CLIENT, SERVER = Endpoint("192.0.2.1", 50_000), Endpoint("192.0.2.9", 5357)
GROUP = Endpoint("239.255.255.250", 3702)
UP, DOWN = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER
SOAP = b"Content-Type: application/soap+xml\r\n"
ENVELOPE = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    b'xmlns:w="http://schemas.microsoft.com/windows/2006/08/wdp/scan"><s:Header>'
    b"<a:Action>http://schemas.microsoft.com/windows/2006/08/wdp/scan/GetScannerElements</a:Action>"
    b"<a:MessageID>urn:uuid:00000000-0000-4000-8000-000000000001</a:MessageID></s:Header><s:Body>%s</s:Body></s:Envelope>"
)
HOSTILE_NAME = "\x1b]0;x\x07<script>alert(1)</script>|`=1+1 ../../etc \u202e"


@dataclass(frozen=True)
class Case:
    """One kind of hostile input."""

    name: str
    make: Callable[[int], bytes]
    """Size → the capture."""
    size: int
    """What is measured; tests take less."""
    what: str
    """What happens, for docs/limits.md."""
    tells: str | None = None
    """Code of a finding that it gives; None: nothing needs to be told."""
    small: int = 300
    """Size in tests."""
    unpacks: int = 0
    """Bytes that content codings make of each unit of the size, up to `HttpLimits.decoded_content`: what its time is
    spent on, whatever its frames are."""


class _Talk:
    """A capture being written: one connection, and whatever else."""

    def __init__(self) -> None:
        self.file = io.BytesIO()
        self.writer = PcapngWriter(self.file)
        self.now = START_NS

    def connect(self, port: int = 50_000) -> SyntheticConnection:
        self.now += 10_000_000
        connection = self.writer.connect(self.now, Endpoint(CLIENT.address, port), SERVER)
        self.now += 10_000_000
        return connection

    def say(
        self, connection: SyntheticConnection, who: Direction, data: bytes, plan: list[range] | None = None
    ) -> None:
        connection.send(self.now, who, data, plan=plan)
        self.now += 10_000_000

    def data(self) -> bytes:
        return self.file.getvalue()


def post(content: bytes, more: bytes = SOAP) -> bytes:
    """A request."""
    return b"POST /scan HTTP/1.1\r\nHost: x\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(content) + content


def answer(content: bytes, more: bytes = SOAP) -> bytes:
    """Its answer."""
    return b"HTTP/1.1 200 OK\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(content) + content


def _exchange(request: bytes, response: bytes, plan: list[range] | None = None) -> bytes:
    talk = _Talk()
    connection = talk.connect()
    talk.say(connection, UP, request, plan)
    talk.say(connection, DOWN, response)
    return talk.data()


def one_byte_segments(n: int) -> bytes:
    """A message of `n` bytes, a frame each."""
    data = post(ENVELOPE % (b"<w:x>" + b"y" * n + b"</w:x>"))
    return _exchange(data, answer(ENVELOPE % b""), [range(i, i + 1) for i in range(len(data))])


def one_byte_chunks(n: int) -> bytes:
    """A chunked answer of `n` chunks of one byte."""
    content = ENVELOPE % (b"<w:x>" + b"y" * n + b"</w:x>")
    head = b"HTTP/1.1 200 OK\r\n" + SOAP + b"Transfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in content)
    return _exchange(post(ENVELOPE % b""), head + chunks + b"0\r\n\r\n")


def duplicate_segments(n: int) -> bytes:
    """One segment, `n` times."""
    data = post(ENVELOPE % b"")
    return _exchange(data, answer(ENVELOPE % b""), [range(len(data))] * n)


def far_ahead(n: int) -> bytes:
    """`n` segments, each somewhere else in the space of sequence numbers."""
    talk = _Talk()
    connection = talk.connect()
    talk.say(connection, UP, post(ENVELOPE % b""))
    for i in range(n):
        segment = tcp_segment(CLIENT, SERVER, b"x" * 100, seq=i * 104_729_001 % 2**32, ack=1, flags=0x10)
        ip = Ip(CLIENT.address, SERVER.address, TCP, i)
        talk.writer.packet(talk.now, ip, ip.packet(segment))
        talk.now += 1_000_000
    talk.say(connection, DOWN, answer(ENVELOPE % b""))
    return talk.data()


def overlaps(n: int) -> bytes:
    """`n` segments that say other bytes where something was said before."""
    talk = _Talk()
    connection = talk.connect()
    content = ENVELOPE % (b"<w:x>" + b"y" * 20_000 + b"</w:x>")
    talk.say(connection, UP, post(content))
    base = connection._seq[UP] - 15_000  # the writer has no way to say something twice in two ways
    for i in range(n):
        segment = tcp_segment(CLIENT, SERVER, b"Z" * 100, seq=(base + i % 14_000) % 2**32, ack=1, flags=0x10)
        ip = Ip(CLIENT.address, SERVER.address, TCP, i)
        talk.writer.packet(talk.now, ip, ip.packet(segment))
        talk.now += 1_000_000
    talk.say(connection, DOWN, answer(ENVELOPE % b""))
    return talk.data()


def endless_header(n: int) -> bytes:
    """A header section of `n` KiB without end."""
    talk = _Talk()
    first = talk.connect()
    talk.say(first, UP, post(ENVELOPE % b""))
    talk.say(first, DOWN, answer(ENVELOPE % b""))
    talk.say(talk.connect(50_001), UP, b"POST /scan HTTP/1.1\r\n" + SOAP + b"X: b: c\r\n" * (n * 100))
    return talk.data()


def huge_lengths(n: int) -> bytes:
    """`n` messages with lengths of 2**64 and more."""
    talk = _Talk()
    for i in range(n):
        connection = talk.connect(20_000 + i % 40_000)
        talk.say(
            connection,
            UP,
            b"POST /scan HTTP/1.1\r\nHost: x\r\n" + SOAP + b"Content-Length: 18446744073709551616\r\n\r\nx",
        )
        head = b"HTTP/1.1 200 OK\r\n" + SOAP + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx"
        talk.say(connection, DOWN, head)
        connection.close(talk.now, UP)
    return talk.data()


def nested_multipart(n: int) -> bytes:
    """Parts in parts in parts, `n` deep."""
    content = b"".join(b"--b%d\r\nContent-Type: multipart/related; boundary=b%d\r\n\r\n" % (i, i + 1) for i in range(n))
    content += ENVELOPE % b"" + b"".join(b"\r\n--b%d--\r\n" % i for i in range(n, -1, -1))
    more = b'Content-Type: multipart/related; boundary=b0; type="application/xop+xml"\r\n'
    return _exchange(post(ENVELOPE % b""), answer(content, more))


def deep_xml(n: int) -> bytes:
    """Elements in elements, `n` deep."""
    return _exchange(post(ENVELOPE % (b"<w:x>" * n + b"</w:x>" * n)), answer(ENVELOPE % b""))


def entity_bomb(n: int) -> bytes:
    """A billion laughs, with `n` references in the end."""
    names = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    document = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{names}]>'.encode() + ENVELOPE % (b"&l9;" * n)
    return _exchange(post(document), answer(ENVELOPE % b""))


def gzip_bomb(n: int) -> bytes:
    """A content of some KiB that unpacks to `n` MB."""
    packed = gzip.compress(b" " * (n * 1_000_000), mtime=0)
    return _exchange(post(ENVELOPE % b""), answer(packed, SOAP + b"Content-Encoding: gzip\r\n"))


def connections(n: int) -> bytes:
    """`n` connections, none of which says anything."""
    talk = _Talk()
    for i in range(n):
        client = Endpoint(f"10.{i >> 22 & 255}.{i >> 14 & 255}.{i >> 6 & 255}", 1024 + (i & 63))
        segment = tcp_segment(client, SERVER, b"", seq=1, ack=0, flags=2)
        ip = Ip(client.address, SERVER.address, TCP, i)
        talk.writer.packet(START_NS + i * 1000, ip, ip.packet(segment))
    return talk.data()


def fault_flood(n: int) -> bytes:
    """`n` datagrams with a fault, of `n` senders."""
    fault = ENVELOPE.replace(b"GetScannerElements", b"fault") % (
        b"<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>x</s:Text></s:Reason></s:Fault>"
    )
    talk = _Talk()
    for i in range(n):
        source = Endpoint(f"10.1.{i >> 8 & 255}.{i & 255}", 3702)
        talk.writer.datagram(START_NS + i * 1000, source, GROUP, fault.replace(b"000000000001", b"%012d" % i))
    return talk.data()


def _records(n: int, record: Callable[[int], bytes]) -> bytes:
    return pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(record(i) for i in range(n))


def captured_over_wire(n: int) -> bytes:
    """`n` records that captured more than there was."""
    return _records(n, lambda i: pack("<IIII", 1_700_000_000 + i, 0, 60, 20) + bytes(60))


def zero_records(n: int) -> bytes:
    """`n` records of no bytes."""
    return _records(n, lambda i: pack("<IIII", 1_700_000_000 + i, 0, 0, 0))


def backwards(n: int) -> bytes:
    """`n` records, each older than the one before."""
    return _records(n, lambda i: pack("<IIII", 1_700_000_000 - i * 2, 0, 60, 60) + bytes(60))


def interfaces(n: int) -> bytes:
    """`n` interfaces, and a frame on each."""
    section = pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    described = pack("<IIHHII", 1, 20, 1, 0, 0, 20) * n
    frames = b"".join(pack("<IIIIIII", 6, 92, i, 390_000, i, 60, 60) + bytes(60) + pack("<I", 92) for i in range(n))
    return section + described + frames


def hostile_names(n: int) -> bytes:
    """`n` messages with attacks in every text."""
    name = HOSTILE_NAME.encode().replace(b"<", b"&lt;").replace(b"\x1b", b"&#x9b;").replace(b"\x07", b"")
    talk = _Talk()
    for i in range(n):
        connection = talk.connect(20_000 + i % 40_000)
        body = b"<w:GetScannerElementsRequest><w:RequestedElements><w:Name>" + name + b"</w:Name></w:RequestedElements>"
        request = post(
            ENVELOPE % (body + b"</w:GetScannerElementsRequest>"),
            SOAP + b"User-Agent: " + HOSTILE_NAME.encode() + b"\r\n",
        )
        talk.say(connection, UP, request)
        talk.say(
            connection,
            DOWN,
            answer(ENVELOPE % (b"<s:Fault><s:Code><s:Value>" + name + b"</s:Value></s:Code></s:Fault>")),
        )
        connection.close(talk.now, UP)
    return talk.data()


CASES = (
    Case("1-byte segments", one_byte_segments, 40_000, "joined; each held one is charged `NetLimits.piece_overhead`"),
    Case("1-byte chunks", one_byte_chunks, 50_000, "joined; `HttpLimits.pieces` runs of a held content"),
    Case(
        "100,000 duplicate segments",
        duplicate_segments,
        50_000,
        "the first counts, the others are compared and dropped",
    ),
    Case(
        "far-ahead sequence numbers", far_ahead, 20_000, "set aside beyond `NetLimits.far_bytes`, told once a direction"
    ),
    Case(
        "overlaps with other bytes", overlaps, 20_000, "the first copy counts, the difference is told once a direction"
    ),
    Case(
        "a header section without end", endless_header, 2000, "given up at `HttpLimits.header_section`", "WSD008", 600
    ),
    Case(
        "lengths of 2^64",
        huge_lengths,
        2000,
        "not believed: `DIGITS_MAX`, `SIZE_DIGITS_MAX`; framing is unreadable",
        small=20,
    ),
    Case("nested multipart", nested_multipart, 3000, "the outermost is read, `HttpLimits.parts` parts of it", small=50),
    Case(
        "XML 10^6 deep",
        deep_xml,
        500_000,
        "read to 256 levels (libxml2), what is deeper is told; `MAX_ROWS` places of elements are known",
        "WSD008",
        2000,
    ),
    Case("entity bombs", entity_bomb, 10_000, "nothing is expanded; the declaration is blanked and told", small=5),
    Case(
        "gzip bombs",
        gzip_bomb,
        60,
        "unpacked to `HttpLimits.decoded_content`, held to `held_content`",
        small=6,
        unpacks=1_000_000,
    ),
    Case("1,000,000 connections", connections, 100_000, "`NetLimits.connections` are remembered, the idle go first"),
    Case("a UDP flood of faults", fault_flood, 5000, "each is read; memories of ids are bounded, oldest go first"),
    Case("captured length over wire length", captured_over_wire, 100_000, "what is there counts"),
    Case("zero-length records", zero_records, 100_000, "frames without a packet"),
    Case("timestamps that go backwards", backwards, 50_000, "capture time never falls; the step is told", "WSD009"),
    Case("10^5 interfaces", interfaces, 50_000, "`MAX_INTERFACES` are kept; beyond 65,535 they share a number"),
    Case(
        "hostile names in every text", hostile_names, 500, "escaped by every renderer, for where it writes to", small=20
    ),
)


def judged(data: bytes) -> Trace:
    """The trace of a capture in memory."""
    with open_capture_bytes(data, "hostile") as source:
        return check_source(source, Options(keep_exchanges=False))


def seconds(data: bytes, rounds: int = 3) -> tuple[float, int]:
    """Processor time to judge it, best of some rounds, and its frames."""
    best, frames = float("inf"), 1
    for _ in range(rounds):
        started = time.process_time()
        frames = max(judged(data).input.frames, 1)
        best = min(best, time.process_time() - started)
    return best, frames


_PEAK = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(os.wait4(process.pid, 0)[2].ru_maxrss)
"""
"""Prints the peak memory of a command, KB. A process of its own does so: that of whoever starts a command counts as the
command's until it begins, and this one has several captures in memory."""


def peak_mb(data: bytes) -> float:
    """Peak memory of `wsdtrace check` on it, in a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as file:
        file.write(data)
        file.flush()
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-c", _PEAK, sys.executable, "-m", "wsdtrace", "check", file.name]
        measured = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return int(measured.stdout) / 1024


def small_messages() -> bytes:
    """The capture that the others are compared with."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.pcap"
        generate("small", 6, path, Traffic())
        return path.read_bytes()


def main() -> int:
    """Command line; 1 when something costs too much."""
    wanted = sys.argv[1:]
    gc.set_threshold(*GC_THRESHOLDS)  # as the command runs
    took, frames = seconds(small_messages())
    unit = took / frames
    print(
        f"many small messages: {unit * 1e6:.1f} us a frame; "
        f"at most {MOST_TIMES} times, {MOST_GROWTH} times, {MOST_MB:.0f} MB"
    )
    print(f"{'input':36}{'frames':>9}{'us/frame':>10}{'times':>7}{'twice':>7}{'MB':>6}")
    failed = False
    for case in CASES:
        if wanted and case.name not in wanted:
            continue
        once, frames = seconds(case.make(case.size))
        double = case.make(2 * case.size)
        growth = seconds(double)[0] / once
        memory = peak_mb(double)
        times = once / frames / unit
        bad = times > MOST_TIMES or growth > MOST_GROWTH or memory > MOST_MB
        failed |= bad
        mark = "  <- too much" if bad else ""
        numbers = f"{frames:>9,}{once / frames * 1e6:>10.1f}{times:>7.2f}{growth:>7.2f}{memory:>6.0f}"
        decoded = min(case.size * case.unpacks, HttpLimits().decoded_content)
        each = f"  {once / decoded * 1e9:.1f} ns a decoded byte" if decoded else ""
        print(f"{case.name:36}{numbers}{mark}{each}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
