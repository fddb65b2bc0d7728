"""Captures of Ethernet frames in other frames, in another order, at other times and in other files."""

from __future__ import annotations

import random
import struct
from dataclasses import replace

from tests.damage import Capture


def link(capture: Capture, number: int) -> Capture:
    """In frames of another link type (from Ethernet): raw IP (101), null (0), cooked (113, 276), VLAN (1)."""
    frames = []
    for frame in capture.frames:
        kind, packet = frame.data[12:14], frame.data[14:]
        head = {
            101: b"",
            0: (b"\x02\0\0\0" if kind == b"\x08\0" else b"\x1e\0\0\0"),
            113: b"\0\0\0\1\0\6" + frame.data[6:12] + b"\0\0" + kind,
            276: kind + b"\0\0\0\0\0\2\0\1\0\6" + frame.data[6:12] + b"\0\0",
            1: frame.data[:12] + b"\x81\0\0\x05" + kind,
        }[number]
        data = head + packet
        frames.append(replace(frame, data=data, wire_len=len(data)))
    return Capture(number, frames)


def twice_each(capture: Capture) -> Capture:
    """Every frame comes again, a little later."""
    again = [replace(f, time_ns=f.time_ns + 20_000) for f in capture.frames]
    return Capture(capture.link, sorted([*capture.frames, *again], key=lambda f: f.time_ns))


def shuffled(capture: Capture, seed: int) -> Capture:
    """Frames within 100 µs of each other change places."""
    chance = random.Random(seed)
    jittered = [(f.time_ns + chance.randrange(100_000), f) for f in capture.frames]
    times = sorted(f.time_ns for f in capture.frames)
    ordered = [f for _, f in sorted(jittered, key=lambda each: each[0])]
    return Capture(capture.link, [replace(f, time_ns=t) for f, t in zip(ordered, times, strict=True)])


def scaled(capture: Capture, factor: float, shift_ns: int = 0) -> Capture:
    """Time passes faster or slower, and began at another time."""
    start = capture.frames[0].time_ns
    return Capture(
        capture.link,
        [replace(f, time_ns=start + shift_ns + int((f.time_ns - start) * factor)) for f in capture.frames],
    )


def pcapng(capture: Capture, resolution: int, order: str = "<") -> bytes:
    """As a pcapng file.

    Args:
        capture: its frames.
        resolution: `if_tsresol`: a power of ten, or with the highest bit set a power of two (0x94: 2^-20 s).
        order: of the octets, as `struct` says it.
    """
    power, base = resolution & 0x7F, 2 if resolution & 0x80 else 10

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        length = struct.pack(f"{order}I", len(body) + 12)
        return struct.pack(f"{order}I", kind) + length + body + length

    options = struct.pack(f"{order}HHB3xHH", 9, 1, resolution, 0, 0)
    out = [
        block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)),
        block(1, struct.pack(f"{order}HHI", capture.link, 0, 0) + options),
    ]
    for frame in capture.frames:
        time = frame.time_ns * base**power // 10**9
        places = struct.pack(f"{order}5I", 0, time >> 32, time & 0xFFFFFFFF, len(frame.data), frame.wire_len)
        out.append(block(6, places + frame.data))
    return b"".join(out)
