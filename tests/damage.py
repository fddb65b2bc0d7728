"""What can happen to a capture on its way: frames lost, one direction lost, clocks shifted, a late start, an early end.

Works on classic pcap files of Ethernet, cooked v1 and v2, as bytes; nothing of the package is used.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

LAYER_3 = {1: 14, 113: 16, 276: 20}
"""LINKTYPE → octets before the IP header."""
MILLISECOND = 10**6
SYN, ENDS = 0x02, 0x05  # FIN and RST
Socket = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, and where in which connection it stands."""

    time_ns: int
    wire_len: int
    data: bytes
    sender: Socket | None = None
    receiver: Socket | None = None
    flags: int = 0
    payload: int = 0

    @property
    def pair(self) -> frozenset[Socket] | None:
        """The connection; None for what is no TCP."""
        return None if self.sender is None or self.receiver is None else frozenset((self.sender, self.receiver))


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture in memory."""

    link: int
    frames: list[Frame]

    def written(self, frames: list[Frame] | None = None) -> bytes:
        """As a file with nanoseconds."""
        parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, self.link)]
        for frame in self.frames if frames is None else frames:
            second, rest = divmod(frame.time_ns, 10**9)
            parts.append(struct.pack("<IIII", second, rest, len(frame.data), frame.wire_len) + frame.data)
        return b"".join(parts)


def read(path: Path) -> Capture:
    """A little-endian pcap file with micro- or nanoseconds."""
    raw = path.read_bytes()
    unit = {b"\xd4\xc3\xb2\xa1": 1000, b"\x4d\x3c\xb2\xa1": 1}[raw[:4]]
    (link,) = struct.unpack_from("<I", raw, 20)
    frames, at = [], 24
    while at + 16 <= len(raw):
        second, part, captured, wire = struct.unpack_from("<IIII", raw, at)
        at += 16
        frames.append(_placed(Frame(second * 10**9 + part * unit, wire, raw[at : at + captured]), LAYER_3[link]))
        at += captured
    return Capture(link, frames)


def _placed(frame: Frame, at: int) -> Frame:
    """With its sockets, where it is a TCP segment."""
    data = frame.data
    if len(data) < at + 40:
        return frame
    if data[at] >> 4 == 4:
        protocol, tcp, ends = data[at + 9], at + (data[at] & 15) * 4, (data[at + 12 : at + 16], data[at + 16 : at + 20])
    else:
        protocol, tcp, ends = data[at + 6], at + 40, (data[at + 8 : at + 24], data[at + 24 : at + 40])
    if protocol != 6 or len(data) < tcp + 20:
        return frame
    ports = struct.unpack_from(">HH", data, tcp)
    sender, receiver = ((str(ip_address(address)), port) for address, port in zip(ends, ports, strict=True))
    payload = len(data) - tcp - (data[tcp + 12] >> 4) * 4
    return replace(frame, sender=sender, receiver=receiver, flags=data[tcp + 13], payload=payload)


def damaged(capture: Capture, seed: int) -> Iterator[tuple[str, bytes]]:
    """Name and file of each way in which a capture may have suffered; what was on the wire is never changed."""
    frames, chance = capture.frames, random.Random(seed)
    count = len(frames)
    originator: dict[frozenset[Socket], Socket | None] = {}
    for frame in frames:
        if frame.pair is not None:
            originator.setdefault(frame.pair, frame.sender)

    def upward(frame: Frame) -> bool | None:
        return None if frame.pair is None else originator[frame.pair] == frame.sender

    def only(name: str, kept: Callable[[Frame], bool]) -> tuple[str, bytes]:
        return name, capture.written([f for f in frames if kept(f)])

    for percent in (10, 30, 50, 70, 90):
        yield f"begins after {percent} %", capture.written(frames[count * percent // 100 :])
        yield f"ends after {percent} %", capture.written(frames[: count * percent // 100])
    yield only("only what clients send", lambda f: upward(f) is not False)
    yield only("only what servers send", lambda f: upward(f) is not True)
    for shift in (-300, -20, 20, 300):
        moved = [replace(f, time_ns=f.time_ns + shift * MILLISECOND) if upward(f) else f for f in frames]
        yield f"clients {shift:+} ms", capture.written(sorted(moved, key=lambda f: f.time_ns))

    def of(name: str, pair: frozenset[Socket], kept: Callable[[Frame], bool]) -> tuple[str, bytes]:
        return only(name, lambda f: f.pair != pair or kept(f))

    for n, pair in enumerate(originator):
        yield of(f"without connection {n}", pair, lambda _: False)
        yield of(f"connection {n} upward only", pair, lambda f: upward(f) is True)
        yield of(f"connection {n} downward only", pair, lambda f: upward(f) is False)
        yield of(f"connection {n} without SYN", pair, lambda f: not f.flags & SYN)
        yield of(f"connection {n} without end", pair, lambda f: not f.flags & ENDS)
    for percent in (1, 3, 10, 30):
        yield f"{percent} % lost", capture.written([f for f in frames if chance.random() * 100 > percent])
    for _ in range(3):
        first = chance.randrange(max(1, count - 12))
        yield f"frames {first + 1} to {first + 12} lost", capture.written(frames[:first] + frames[first + 12 :])
    with_payload = [i for i, f in enumerate(frames) if f.payload > 0]
    for n in chance.sample(with_payload, min(8, len(with_payload))):
        yield f"frame {n + 1} lost", capture.written(frames[:n] + frames[n + 1 :])
    for length in (60, 96, 200, 600, 1000):
        yield f"cut at {length}", capture.written([replace(f, data=f.data[:length]) for f in frames])
    twice = [*frames, *(replace(f, time_ns=f.time_ns + MILLISECOND) for f in frames)]
    yield "seen twice", capture.written(sorted(twice, key=lambda f: f.time_ns))
    swapped = list(frames)
    for n in range(0, count - 1, 5):
        swapped[n], swapped[n + 1] = swapped[n + 1], swapped[n]
    yield "neighbours swapped", capture.written(swapped)
