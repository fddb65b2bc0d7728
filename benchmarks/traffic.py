"""Seeded captures of realistic scan traffic, of any size, with their truth beside them.

`python benchmarks/traffic.py KIND MEGABYTES -o FILE` writes FILE and FILE.truth.json (exchanges, images and their
sha256).

Kinds:

* `images`: pages of 8 MB in answers with Content-Length, as a fast feeder delivers them;
* `mixed`: every second page is chunked, 8 KiB a chunk;
* `chunked`: all of them;
* `small`: status polls of 1 to 2 KB, a connection for every exchange.

Theory of operation: frames are written with NumPy, a page at a time: two full segments and an acknowledgement make a
group of fixed size, and a page is an array of groups in which sequence numbers and times are columns. Pages are slices
of one block of noise without 0xFF between the markers of a JPEG, so each has its own digest and a proper end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

MSS = 1448
PAGE = 8 * 1000 * 1000
CHUNK = 8192
START_NS = 1_760_000_000 * 10**9
HEAD_FRAMES = 6
"""Frames of a page in which its header section and its envelope are, however they are reordered."""
GAP_NS = 12_000
"""Between two frames of a page: 1 Gbit/s."""

CLIENT_MAC, DEVICE_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
NS = (
    'xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:wscn="http://schemas.microsoft.com/windows/2006/08/wdp/scan" '
    'xmlns:xop="http://www.w3.org/2004/08/xop/include"'
)
SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
JPEG_HEAD = bytes.fromhex(
    "ffd8ffe000104a46494600010101012c012c0000ffc0001108"  # SOI, APP0 at 300 dpi, SOF0
    "0db409b003012200021101031101ffda000c03010002110311003f00"  # 3508 × 2480, three components, SOS
)
JPEG_TAIL = b"\xff\xd9"

U8 = NDArray[np.uint8]


@dataclass(slots=True)
class Options:
    """What the traffic is like."""

    ipv6: bool = False
    vlan: bool = False
    pcapng: bool = False
    reorder: float = 0.0
    """Share of frames that change places with the next one."""
    duplicate: float = 0.0
    lose: float = 0.0
    """Share of a page's frames that the capture lacks; never those with its header section."""
    seed: int = 1
    page: int = PAGE
    """Bytes of a page."""


@dataclass(slots=True)
class Truth:
    """What a perfect reader finds."""

    frames: int = 0
    exchanges: int = 0
    jobs: int = 0
    images: list[str] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    """Bytes of each image that the capture lacks."""


class Frames:
    """Headers of one connection and the file they go to."""

    def __init__(self, out: BinaryIO, options: Options) -> None:
        self.out = out
        self.options = options
        self.truth = Truth()
        self.now_ns = START_NS
        self.random = np.random.default_rng(options.seed)
        out.write(_pcapng_head() if options.pcapng else struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1))

    def frame(self, up: bool, port: int, seq: int, ack: int, flags: int, data: bytes) -> bytes:
        """One frame with its record header, at the present time."""
        self.now_ns += GAP_NS
        self.truth.frames += 1
        packet = _packet(self.options, up, port, seq, ack, flags, data)
        if self.options.pcapng:
            padded = packet + b"\0" * (-len(packet) % 4)
            high, low = divmod(self.now_ns, 1 << 32)
            size = 32 + len(padded)
            head = struct.pack("<IIIIIII", 6, size, 0, high, low, len(packet), len(packet))
            return head + padded + struct.pack("<I", size)
        seconds, rest = divmod(self.now_ns, 10**9)
        return struct.pack("<IIII", seconds, rest, len(packet), len(packet)) + packet

    def bulk(self, port: int, seq: int, ack: int, data: U8) -> None:
        """The device sends `data`: two full segments, then an acknowledgement, as often as it takes."""
        pair = 2 * MSS
        count = len(data) // pair
        start_ns = self.now_ns
        first = self.frame(False, port, seq, ack, 0x10, bytes(MSS))
        second = self.frame(False, port, seq, ack, 0x10, bytes(MSS))
        reply = self.frame(True, port, ack, seq, 0x10, b"")
        self.truth.frames -= 3
        self.now_ns = start_ns
        if count:
            group = np.frombuffer(first + second + reply, dtype=np.uint8)
            groups = np.tile(group, (count, 1))
            size = len(first)
            head = _data_offset(self.options)
            block = data[: count * pair].reshape(count, 2, MSS)
            groups[:, head : head + MSS] = block[:, 0]
            groups[:, size + head : size + head + MSS] = block[:, 1]
            seqs = (seq + np.arange(count, dtype=np.int64) * pair) & 0xFFFFFFFF
            where = head - 32 + 4
            _put_be32(groups, where, seqs)
            _put_be32(groups, size + where, (seqs + MSS) & 0xFFFFFFFF)
            _put_be32(groups, 2 * size + _data_offset(self.options) - 32 + 8, (seqs + pair) & 0xFFFFFFFF)
            times = start_ns + (np.arange(3 * count, dtype=np.int64).reshape(count, 3) + 1) * GAP_NS
            for i, offset in enumerate((0, size, 2 * size)):
                _put_time(groups, offset, times[:, i], self.options)
            self._write(groups, (size, size, len(reply)))
            self.now_ns = int(times[-1, 2])
            self.truth.frames += 3 * count
        rest = data[count * pair :].tobytes()
        seq += count * pair
        for start in range(0, len(rest), MSS):
            self.out.write(self.frame(False, port, seq + start, ack, 0x18, rest[start : start + MSS]))

    def _write(self, groups: U8, sizes: tuple[int, int, int]) -> None:
        options = self.options
        if not (options.reorder or options.duplicate or options.lose):
            groups.tofile(self.out)
            return
        edges = np.cumsum((0, *sizes))
        frames = [g[edges[i] : edges[i + 1]].tobytes() for g in groups for i in range(3)]
        chances = self.random.random((3, len(frames)))
        for i in np.flatnonzero(chances[0][:-1] < options.reorder):
            frames[i], frames[i + 1] = frames[i + 1], frames[i]
        lost = chances[1] < options.lose
        lost[:HEAD_FRAMES] = False
        kept = [frame for frame, gone in zip(frames, lost, strict=True) if not gone]
        data = max(sizes)
        self.truth.missing[-1] += MSS * sum(len(f) == data for f, gone in zip(frames, lost, strict=True) if gone)
        for frame, chance in zip(kept, chances[2], strict=False):
            self.out.write(frame)
            if chance < options.duplicate:
                self.out.write(frame)


def _put_be32(groups: U8, at: int, values: NDArray[np.int64]) -> None:
    groups[:, at : at + 4] = values.astype(">u4").view(np.uint8).reshape(-1, 4)


def _put_time(groups: U8, at: int, times: NDArray[np.int64], options: Options) -> None:
    if options.pcapng:
        high, low = np.divmod(times, 1 << 32)
        at += 12
    else:
        high, low = np.divmod(times, 10**9)
    groups[:, at : at + 4] = high.astype("<u4").view(np.uint8).reshape(-1, 4)
    groups[:, at + 4 : at + 8] = low.astype("<u4").view(np.uint8).reshape(-1, 4)


def _data_offset(options: Options) -> int:
    """Where TCP's payload begins in a record."""
    return (28 if options.pcapng else 16) + 14 + 4 * options.vlan + (40 if options.ipv6 else 20) + 32


def _packet(options: Options, up: bool, port: int, seq: int, ack: int, flags: int, data: bytes) -> bytes:
    source, target = (CLIENT_MAC, DEVICE_MAC) if up else (DEVICE_MAC, CLIENT_MAC)
    sport, dport = (port, 5357) if up else (5357, port)
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x80, flags, 0xFFFF, 0, 0)
    tcp += b"\x01\x01\x08\x0a" + struct.pack(">II", 1, 1)
    host = (b"\x01", b"\x02") if up else (b"\x02", b"\x01")
    if options.ipv6:
        prefix = b"\xfe\x80" + b"\0" * 13
        ip = struct.pack(">IHBB", 0x60000000, len(tcp) + len(data), 6, 64) + prefix + host[0] + prefix + host[1]
    else:
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(data), 0, 0x4000, 64, 6, 0)
        ip += b"\x0a\x00\x00" + host[0] + b"\x0a\x00\x00" + host[1]
    kind = struct.pack(">H", 0x86DD if options.ipv6 else 0x0800)
    tag = b"\x81\x00\x00\x05" if options.vlan else b""
    return target + source + tag + kind + ip + tcp + data


def _pcapng_head() -> bytes:
    section = struct.pack("<IIIHHq", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1) + struct.pack("<I", 28)
    interface = struct.pack("<IIHHIHHB3xI", 1, 32, 1, 0, 0, 9, 1, 9, 0) + struct.pack("<I", 32)
    return section + interface


def soap(operation: str, kind: str, number: int, body: str, relates: int | None = None) -> bytes:
    """An envelope of the size that scanners send."""
    name = operation + ("Response" if kind == "Response" else "")
    relation = "" if relates is None else f"<wsa:RelatesTo>{mid(relates)}</wsa:RelatesTo>"
    to = ANONYMOUS if kind == "Response" else "http://10.0.0.2:5357/WSDScanner"
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope {NS}><soap:Header><wsa:To>{to}</wsa:To>'
        f"<wsa:Action>{SCAN}/{name}</wsa:Action><wsa:MessageID>{mid(number)}</wsa:MessageID>{relation}"
        f"</soap:Header><soap:Body><wscn:{operation}{kind}>{body}</wscn:{operation}{kind}></soap:Body></soap:Envelope>"
    ).encode()


def mid(number: int) -> str:
    """A MessageID."""
    return f"urn:uuid:{number:08x}-0000-4000-8000-{number:012x}"


def http_request(xml: bytes) -> bytes:
    """A request as the Windows client writes it."""
    return (
        "POST /WSDScanner HTTP/1.1\r\nHost: 10.0.0.2:5357\r\nUser-Agent: WSDAPI\r\n"
        "Content-Type: application/soap+xml\r\n"
        f"Content-Length: {len(xml)}\r\n\r\n"
    ).encode() + xml


def http_response(content_type: str, length: int | None) -> bytes:
    """The header section of a response; chunked without a length."""
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 200 OK\r\nServer: generated\r\nContent-Type: {content_type}\r\n{framing}\r\n\r\n".encode()


STATUS_ASK = "<wscn:RequestedElements><wscn:Name>wscn:ScannerStatus</wscn:Name></wscn:RequestedElements>"
STATUS = (
    '<wscn:ScannerElements><wscn:ElementData Name="wscn:ScannerStatus" Valid="true"><wscn:ScannerStatus>'
    "<wscn:ScannerCurrentTime>{clock}</wscn:ScannerCurrentTime><wscn:ScannerState>Idle</wscn:ScannerState>"
    "<wscn:ScannerStateReasons><wscn:ScannerStateReason>None</wscn:ScannerStateReason></wscn:ScannerStateReasons>"
    "<wscn:ActiveConditions/></wscn:ScannerStatus></wscn:ElementData></wscn:ScannerElements>"
)
TICKET = (
    "<wscn:ScanTicket><wscn:JobDescription><wscn:JobName>page</wscn:JobName><wscn:JobOriginatingUserName>user"
    "</wscn:JobOriginatingUserName><wscn:JobInformation>none</wscn:JobInformation></wscn:JobDescription>"
    "<wscn:DocumentParameters><wscn:Format>jfif</wscn:Format><wscn:ImagesToTransfer>0</wscn:ImagesToTransfer>"
    "<wscn:InputSource>ADF</wscn:InputSource></wscn:DocumentParameters></wscn:ScanTicket>"
)
FINAL = (
    "<wscn:ImageInformation><wscn:MediaFrontImageInfo><wscn:PixelsPerLine>2480</wscn:PixelsPerLine>"
    "<wscn:NumberOfLines>3508</wscn:NumberOfLines><wscn:BytesPerLine>0</wscn:BytesPerLine></wscn:MediaFrontImageInfo>"
    "</wscn:ImageInformation><wscn:DocumentFinalParameters><wscn:Format>jfif</wscn:Format>"
    "<wscn:CompressionQualityFactor>80</wscn:CompressionQualityFactor><wscn:ImagesToTransfer>0</wscn:ImagesToTransfer>"
    "<wscn:InputSource>ADF</wscn:InputSource><wscn:ContentType>Auto</wscn:ContentType><wscn:InputSize><wscn:InputMediaSize>"
    "<wscn:Width>8267</wscn:Width><wscn:Height>11692</wscn:Height></wscn:InputMediaSize></wscn:InputSize><wscn:Exposure>"
    "<wscn:ExposureSettings><wscn:Contrast>0</wscn:Contrast><wscn:Brightness>0</wscn:Brightness><wscn:Sharpness>0"
    "</wscn:Sharpness></wscn:ExposureSettings></wscn:Exposure><wscn:Scaling><wscn:ScalingWidth>100</wscn:ScalingWidth>"
    "<wscn:ScalingHeight>100</wscn:ScalingHeight></wscn:Scaling><wscn:Rotation>0</wscn:Rotation><wscn:MediaSides>"
    "<wscn:MediaFront><wscn:ScanRegion><wscn:ScanRegionXOffset>0</wscn:ScanRegionXOffset><wscn:ScanRegionYOffset>0"
    "</wscn:ScanRegionYOffset><wscn:ScanRegionWidth>8267</wscn:ScanRegionWidth><wscn:ScanRegionHeight>11692"
    "</wscn:ScanRegionHeight></wscn:ScanRegion><wscn:ColorProcessing>RGB24</wscn:ColorProcessing><wscn:Resolution>"
    "<wscn:Width>300</wscn:Width><wscn:Height>300</wscn:Height></wscn:Resolution></wscn:MediaFront></wscn:MediaSides>"
    "</wscn:DocumentFinalParameters>"
)
BOUNDARY = "4aa7d814-adc1-47a2-8e1c-07585b9892a4"
"""A UUID, as devices use."""


class Talker:
    """Exchanges, each on a connection of its own."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.number = 0
        self.port = 20_000
        noise = np.random.default_rng(frames.options.seed).integers(
            0, 255, frames.options.page + (1 << 20), dtype=np.uint8
        )
        self.noise: U8 = noise.astype(np.uint8)

    def _next(self) -> int:
        self.number += 1
        return self.number

    def exchange(self, request: bytes, answer: list[bytes | U8]) -> None:
        """Handshake, request, answer in pieces, FIN from the device, then from the client."""
        frames, out = self.frames, self.frames.out
        self.port = 20_000 + (self.port - 19_999) % 40_000
        port, up, down = self.port, 1_000_000 + self.number * 7919, 5_000_000 + self.number * 104_729
        for args in ((True, up, 0, 0x02), (False, down, up + 1, 0x12), (True, up + 1, down + 1, 0x10)):
            out.write(frames.frame(args[0], port, args[1], args[2], args[3], b""))
        up, down = up + 1, down + 1
        for start in range(0, len(request), MSS):
            piece = request[start : start + MSS]
            out.write(frames.frame(True, port, up, down, 0x18, piece))
            up += len(piece)
        for part in answer:
            if isinstance(part, bytes):
                for start in range(0, len(part), MSS):
                    piece = part[start : start + MSS]
                    out.write(frames.frame(False, port, down, up, 0x18, piece))
                    down += len(piece)
            else:
                frames.bulk(port, down, up, part)
                down += len(part)
        out.write(frames.frame(False, port, down, up, 0x11, b""))
        out.write(frames.frame(True, port, up, down + 1, 0x11, b""))
        out.write(frames.frame(False, port, down + 1, up + 1, 0x10, b""))
        frames.truth.exchanges += 1

    def ask(self, operation: str, body: str, answer: str) -> None:
        """An exchange of two small messages."""
        asked = self._next()
        xml = soap(operation, "Response", self._next(), answer, asked)
        head = http_response("application/soap+xml", len(xml))
        self.exchange(http_request(soap(operation, "Request", asked, body)), [head + xml])

    def poll(self) -> None:
        clock = datetime.fromtimestamp(START_NS // 10**9 + self.number, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.ask("GetScannerElements", STATUS_ASK, STATUS.format(clock=clock))

    def create(self, job: int) -> None:
        grant = f"<wscn:JobId>{job}</wscn:JobId><wscn:JobToken>token-{job}</wscn:JobToken>{FINAL}"
        self.ask("CreateScanJob", TICKET, grant)
        self.frames.truth.jobs += 1

    def page(self, job: int, chunked: bool) -> None:
        """RetrieveImage and its page."""
        asked = self._next()
        names = "<wscn:DocumentDescription><wscn:DocumentName>page</wscn:DocumentName></wscn:DocumentDescription>"
        body = f"<wscn:JobId>{job}</wscn:JobId><wscn:JobToken>token-{job}</wscn:JobToken>{names}"
        include = '<wscn:ScanData><xop:Include href="cid:page@generated"/></wscn:ScanData>'
        xml = soap("RetrieveImage", "Response", self._next(), include, asked)
        begin = int(self.frames.random.integers(0, 1 << 20))
        noise = self.noise[begin : begin + self.frames.options.page]
        self.frames.truth.missing.append(0)
        self.frames.truth.images.append(hashlib.sha256(JPEG_HEAD + noise.tobytes() + JPEG_TAIL).hexdigest())
        before = (
            (
                f'--{BOUNDARY}\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
                "Content-Transfer-Encoding: binary\r\nContent-ID: <root@generated>\r\n\r\n"
            ).encode()
            + xml
            + (
                f"\r\n--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: binary\r\n"
                "Content-ID: <page@generated>\r\n\r\n"
            ).encode()
            + JPEG_HEAD
        )
        after = JPEG_TAIL + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = (
            f'multipart/related; boundary="{BOUNDARY}"; type="application/xop+xml"; start="<root@generated>"; '
            'start-info="application/soap+xml"'
        )
        content = np.concatenate([np.frombuffer(before, np.uint8), noise, np.frombuffer(after, np.uint8)])
        head = http_response(kind, None if chunked else len(content))
        request = http_request(soap("RetrieveImage", "Request", asked, body))
        stream = np.concatenate([np.frombuffer(head, np.uint8), _chunked(content) if chunked else content])
        self.exchange(request, [stream])

    def no_more(self, job: int) -> None:
        """The feeder is empty."""
        asked = self._next()
        names = "<wscn:DocumentDescription><wscn:DocumentName>page</wscn:DocumentName></wscn:DocumentDescription>"
        body = f"<wscn:JobId>{job}</wscn:JobId><wscn:JobToken>token-{job}</wscn:JobToken>{names}"
        xml = (
            f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope {NS}><soap:Header><wsa:To>{ANONYMOUS}</wsa:To>'
            "<wsa:Action>"
            "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault</wsa:Action>"
            f"<wsa:MessageID>{mid(self._next())}</wsa:MessageID><wsa:RelatesTo>{mid(asked)}</wsa:RelatesTo></soap:Header>"
            "<soap:Body><soap:Fault><soap:Code><soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>"
            "wscn:ClientErrorNoImagesAvailable</soap:Value></soap:Subcode></soap:Code><soap:Reason>"
            '<soap:Text xml:lang="en">'
            "No images</soap:Text></soap:Reason></soap:Fault></soap:Body></soap:Envelope>"
        ).encode()
        head = http_response("application/soap+xml", len(xml)).replace(b"200 OK", b"400 Bad Request")
        self.exchange(http_request(soap("RetrieveImage", "Request", asked, body)), [head + xml])


def _chunked(content: U8) -> U8:
    """Chunked transfer coding, `CHUNK` bytes a chunk."""
    whole = len(content) // CHUNK
    head = np.frombuffer(f"{CHUNK:x}\r\n".encode(), np.uint8)
    end = np.frombuffer(b"\r\n", np.uint8)
    body = content[: whole * CHUNK].reshape(whole, CHUNK)
    rows = np.concatenate([np.tile(head, (whole, 1)), body, np.tile(end, (whole, 1))], axis=1).reshape(-1)
    rest = content[whole * CHUNK :].tobytes()
    last = (f"{len(rest):x}\r\n".encode() + rest + b"\r\n" if rest else b"") + b"0\r\n\r\n"
    return np.concatenate([rows, np.frombuffer(last, np.uint8)])


def steps(kind: str, talker: Talker) -> Iterator[None]:
    """The traffic of a kind, without end; a step is a good place to stop."""
    job = 0
    if kind == "small":
        while True:
            talker.poll()
            yield
    while True:
        job += 1
        talker.poll()
        talker.create(job)
        for number in range(5):
            talker.page(job, chunked=kind == "chunked" or (kind == "mixed" and number % 2 == 1))
        talker.no_more(job)
        yield


def generate(kind: str, megabytes: float, path: Path, options: Options) -> Truth:
    """Write a capture of at least this size, to the next good place to stop, and its truth."""
    with path.open("wb") as out:
        frames = Frames(out, options)
        for _ in steps(kind, Talker(frames)):
            if out.tell() >= megabytes * 1_000_000:
                break
    path.with_name(path.name + ".truth.json").write_text(json.dumps(_plain(frames.truth)))
    return frames.truth


def _plain(truth: Truth) -> dict[str, object]:
    return asdict(truth)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("images", "mixed", "chunked", "small"))
    parser.add_argument("megabytes", type=float)
    parser.add_argument("-o", "--output", type=Path, required=True)
    for name in ("ipv6", "vlan", "pcapng"):
        parser.add_argument(f"--{name}", action="store_true")
    for name in ("reorder", "duplicate", "lose"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=int, default=PAGE, help="bytes of a page")
    asked = parser.parse_args()
    options = Options(
        asked.ipv6, asked.vlan, asked.pcapng, asked.reorder, asked.duplicate, asked.lose, asked.seed, asked.page
    )
    truth = generate(asked.kind, asked.megabytes, asked.output, options)
    print(f"{asked.output}: {truth.frames:,} frames, {truth.exchanges:,} exchanges, {len(truth.images):,} images")


if __name__ == "__main__":
    main()
