"""Programs → captures: the conversation as frames, the changes applied to them, and the file written."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from struct import pack

from fuzz.program import Change, Kind, Program
from wsdtrace.capture import Interface, PcapngWriter, open_capture_bytes
from wsdtrace.records import Direction, Endpoint, StreamEnd

START_NS = 1_700_000_000_000_000_000
STEP_NS = 20_000_000
CLIENT, SERVER = "192.0.2.1", "192.0.2.9"
PORT = 5357
GROUP = Endpoint("239.255.255.250", 3702)
LINKS = (1, 113, 276, 101, 0, 108, 239, 105)
"""Link types of the interfaces that frames are written for; the last is one that nobody reads."""
ETHERNET = 14


@dataclass(frozen=True)
class Frame:
    """A frame on its way into the file."""

    time_ns: int
    data: bytes
    wire_len: int
    interface: int = 0


def capture_of(program: Program) -> bytes:
    """The file of a program, pcapng or (by a change) pcap."""
    frames = played(program)
    for change in program.changes:
        if frames:
            operation = FRAME_CHANGES[change.operation % len(FRAME_CHANGES)]
            frames = operation(frames, change.a * len(frames) // 256, change)
    as_pcap = any(change.operation == 0xFF for change in program.changes)
    data = _pcap(frames) if as_pcap else _pcapng(frames)
    for change in program.changes:
        if change.operation in FILE_CHANGES:
            data = FILE_CHANGES[change.operation](data, change)
    return data


def played(program: Program) -> list[Frame]:
    """The frames of the conversation, before anything happens to them."""
    target = io.BytesIO()
    writer = PcapngWriter(target)
    now, port = START_NS, 50_000
    connection = None
    for record in program.records:
        now += STEP_NS
        data = record.data
        if record.kind is Kind.DATAGRAM:
            writer.datagram(now, Endpoint(SERVER, 40_000 + len(data) % 7), GROUP, data[:60_000], mtu=1500)
            continue
        if connection is None or record.kind is Kind.CONNECTION:
            port += 1
            connection = writer.connect(now, Endpoint(CLIENT, port), Endpoint(SERVER, PORT), handshake=len(data) != 3)
            now += STEP_NS
        direction = Direction.FROM_ORIGINATOR if record.kind % 2 == 0 else Direction.FROM_RESPONDER
        if record.kind in (Kind.CLIENT, Kind.SERVER):
            connection.send(now, direction, data)
        elif record.kind in (Kind.CLIENT_GAP, Kind.SERVER_GAP):
            connection.send(now, direction, data, lost=[range(len(data))])
        elif record.kind in (Kind.CLIENT_END, Kind.SERVER_END):
            connection.close(now, direction)
        elif record.kind is Kind.RESET:
            connection.close(now, direction, StreamEnd.RST)
    with open_capture_bytes(target.getvalue(), "played") as source:
        return [
            Frame(time, bytes(batch.buffer[at : at + length]), wire)
            for batch in source.batches()
            for at, length, wire, time in zip(
                batch.offset.tolist(),
                batch.captured_len.tolist(),
                batch.wire_len.tolist(),
                batch.time_ns.tolist(),
                strict=True,
            )
        ]


_Frames = list[Frame]


def _drop(frames: _Frames, at: int, _: Change) -> _Frames:
    return frames[:at] + frames[at + 1 :]


def _repeat(frames: _Frames, at: int, change: Change) -> _Frames:
    return frames[:at] + [frames[at]] * (change.b % 20 + 2) + frames[at + 1 :]


def _swap(frames: _Frames, at: int, change: Change) -> _Frames:
    other = change.b * len(frames) // 256
    changed = list(frames)
    changed[at], changed[other] = changed[other], changed[at]
    return changed


def _later(frames: _Frames, at: int, change: Change) -> _Frames:
    moved = frames[at]
    rest = frames[:at] + frames[at + 1 :]
    where = min(at + change.b % 16 + 1, len(rest))
    return [*rest[:where], moved, *rest[where:]]


def _one(change_it: Callable[[Frame, Change], Frame | list[Frame]]) -> Callable[[_Frames, int, Change], _Frames]:
    """A change of one frame as a change of all."""

    def apply(frames: _Frames, at: int, change: Change) -> _Frames:
        made = change_it(frames[at], change)
        return frames[:at] + (made if isinstance(made, list) else [made]) + frames[at + 1 :]

    return apply


def _snap(frame: Frame, change: Change) -> Frame:
    return replace(frame, data=frame.data[: change.b])


def _patch(frame: Frame, change: Change) -> Frame:
    data = bytearray(frame.data)
    if change.b < len(data):
        data[change.b] = change.c
    return replace(frame, data=bytes(data))


def _patch_long(frame: Frame, change: Change) -> Frame:
    """Four bytes at once: sequence numbers, lengths."""
    data = frame.data
    at = change.b % max(len(data), 1)
    return replace(frame, data=(data[:at] + bytes([change.c]) * 4 + data[at + 4 :])[: len(data)])


def _time(frame: Frame, change: Change) -> Frame:
    return replace(frame, time_ns=max(0, frame.time_ns + (change.b - 128) * 10 ** (change.c % 12)))


def _tag(frame: Frame, change: Change) -> Frame:
    tag = pack(">HH", (0x8100, 0x88A8, 0x9100, 0x8864)[change.b % 4], change.c)
    return _sized(frame, frame.data[:12] + tag * (change.b % 11) + frame.data[12:])


def _link(frame: Frame, change: Change) -> Frame:
    """Another link type, with a header that fits it, or not at all."""
    interface = change.b % len(LINKS)
    packet = frame.data[ETHERNET:]
    kind = frame.data[12:14]
    heads = {
        1: bytes(14) + kind,
        2: kind + bytes(18),
        3: b"",
        4: b"\2\0\0\0",
        5: b"\0\0\0\2",
        6: b"\2\0\0\0" + pack("<HH", 4 + len(packet), 9),
    }
    data = frame.data if change.c % 4 == 0 else heads.get(interface, b"") + packet
    return replace(_sized(frame, data), interface=interface)


def _fragments(frame: Frame, change: Change) -> Frame | list[Frame]:
    """Two fragments of an IPv4 packet, perhaps in the wrong order."""
    data = frame.data
    if len(data) < 60 or data[12:14] != b"\x08\x00":
        return frame
    head, payload = data[:34], data[34:]
    cut = max(8, min(change.b * 8, (len(payload) - 1) & ~7))
    pieces = []
    for start, part in ((0, payload[:cut]), (cut, payload[cut:])):
        bits = start >> 3 | (0x2000 if start == 0 else 0)
        ip = head[:16] + pack(">H", 20 + len(part)) + head[18:20] + pack(">H", bits) + head[22:]
        pieces.append(_sized(frame, ip + part))
    return pieces[::-1] if change.c & 1 else pieces


def _no_length(frame: Frame, _: Change) -> Frame:
    """Segmentation offload."""
    return replace(frame, data=frame.data[:16] + b"\0\0" + frame.data[18:])


def _sized(frame: Frame, data: bytes) -> Frame:
    return replace(frame, data=data, wire_len=max(len(data), frame.wire_len))


FRAME_CHANGES = (
    _drop, _repeat, _swap, _later, _one(_snap), _one(_patch), _one(_patch_long), _one(_time), _one(_tag), _one(_link),
    _one(_fragments), _one(_no_length),
)  # fmt: skip


def _cut_file(data: bytes, change: Change) -> bytes:
    return data[: len(data) * (change.a * 256 + change.b) // 65_536]


def _patch_file(data: bytes, change: Change) -> bytes:
    at = 28 + (change.a * 256 + change.b) % max(len(data) - 28, 1)
    return data[:at] + bytes([change.c]) + data[at + 1 :]


def _drop_from_file(data: bytes, change: Change) -> bytes:
    at = 28 + (change.a * 256 + change.b) % max(len(data) - 28, 1)
    return data[:at] + data[at + change.c :]


FILE_CHANGES: dict[int, Callable[[bytes, Change], bytes]] = {0xFC: _cut_file, 0xFD: _patch_file, 0xFE: _drop_from_file}
"""Operation → change of the file as a whole. (They also change a frame; that does no harm.)"""


def _pcapng(frames: _Frames) -> bytes:
    target = io.BytesIO()
    writer = PcapngWriter(target, [Interface(f"if{link}", link) for link in LINKS])
    for frame in frames:
        writer.frame(frame.time_ns, frame.data, interface=frame.interface, wire_len=frame.wire_len)
    return target.getvalue()


def _pcap(frames: _Frames) -> bytes:
    """All frames as those of the first interface."""
    out = [pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, 1)]
    for frame in frames:
        seconds, rest = divmod(frame.time_ns, 1_000_000_000)
        out.append(pack("<IIII", seconds & 0xFFFFFFFF, rest, len(frame.data), frame.wire_len) + frame.data)
    return b"".join(out)
