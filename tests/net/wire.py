"""The language of this room's tests: frames from what is said, and what `Net` makes of them as a story.

`Wire` writes single TCP segments of one connection with stream offsets instead of sequence numbers; `batches` cuts
frames anywhere; `story` brings events into a form in which the edges of chunks do not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from wsdtrace.capture.packets import TCP, Ip, ethernet_frame, tcp_segment
from wsdtrace.net import Net, NetLimits
from wsdtrace.records import (
    ConnectionId,
    Endpoint,
    FrameBatch,
    Gap,
    NetAnomaly,
    NetEvent,
    StreamChunk,
    WholeConnection,
)

CLIENT = Endpoint("192.0.2.1", 50000)
SERVER = Endpoint("192.0.2.9", 80)
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}
MILLISECOND = 1_000_000
START_NS = 1_700_000_000_000_000_000
ETHERNET = 1


@dataclass
class Frame:
    """One captured frame."""

    time_ns: int
    data: bytes
    wire_len: int
    link_type: int = ETHERNET
    interface: int = 0


def frame(data: bytes, *, link_type: int = ETHERNET, time_ns: int = START_NS, wire_len: int | None = None) -> Frame:
    """A frame as it is."""
    return Frame(time_ns, data, len(data) if wire_len is None else wire_len, link_type)


@dataclass
class Wire:
    """Segments of one connection, one frame each, a millisecond apart."""

    client: Endpoint = CLIENT
    server: Endpoint = SERVER
    isn: tuple[int, int] = (1000, 9000)
    frames: list[Frame] = field(default_factory=list)
    now_ns: int = START_NS

    def segment(
        self,
        side: int,
        offset: int,
        data: bytes = b"",
        *,
        flags: str = "A",
        ack: int | None = 0,
        snap: int | None = None,
        after_ns: int = MILLISECOND,
    ) -> Wire:
        """A segment of `side` (0 the client) at a stream offset, acknowledging offset `ack` of the other side."""
        ends = (self.client, self.server) if side == 0 else (self.server, self.client)
        seq = (self.isn[side] + 1 + offset) % 2**32
        number = 0 if ack is None else (self.isn[1 - side] + 1 + ack) % 2**32
        bits = sum(FLAGS[letter] for letter in flags)
        packet = Ip(ends[0].address, ends[1].address, TCP, 1).packet(
            tcp_segment(*ends, data, seq=seq, ack=number, flags=bits)
        )
        whole = ethernet_frame(ends[0].address, ends[1].address, packet)
        self.now_ns += after_ns
        self.frames.append(Frame(self.now_ns, whole if snap is None else whole[:snap], len(whole)))
        return self

    def handshake(self) -> Wire:
        """SYN, SYN/ACK, ACK."""
        self.segment(0, -1, flags="S", ack=None)
        self.segment(1, -1, flags="SA")
        return self.segment(0, 0)

    def wait(self, ns: int) -> Wire:
        """Let time pass."""
        self.now_ns += ns
        return self


def batches(frames: Sequence[Frame], cuts: Iterable[int] = ()) -> list[FrameBatch]:
    """The frames as batches that end at `cuts`; offsets in the file are 1000 times the frame's index."""
    edges = sorted({0, len(frames), *(cut for cut in cuts if 0 < cut < len(frames))})
    out = []
    for start, stop in pairwise(edges):
        rows = frames[start:stop]
        lengths = [len(row.data) for row in rows]
        # Something before, between and behind the frames, so that reading beyond a frame shows.
        buffer = b"\xee" * 7 + b"".join(row.data + b"\xdd" * 16 for row in rows) + b"\xcc" * 64
        offset = 7 + np.cumsum([0, *(length + 16 for length in lengths[:-1])], dtype=np.int64)
        out.append(
            FrameBatch(
                buffer=memoryview(buffer),
                offset=offset,
                file_offset=np.arange(start, stop, dtype=np.int64) * 1000,
                captured_len=np.array(lengths, dtype=np.uint32),
                wire_len=np.array([row.wire_len for row in rows], dtype=np.uint32),
                time_ns=np.array([row.time_ns for row in rows], dtype=np.int64),
                interface=np.array([row.interface for row in rows], dtype=np.uint16),
                link_type=np.array([row.link_type for row in rows], dtype=np.uint16),
                first_number=start + 1,
            )
        )
    return out


def read(
    frames: Sequence[Frame], cuts: Iterable[int] = (), limits: NetLimits | None = None, *, compact: bool = False
) -> list[NetEvent]:
    """All events of the frames, the close included."""
    net = Net(limits, compact=compact)
    events = [event for batch in batches(frames, cuts) for event in net.feed(batch)]
    return events + net.close()


@dataclass
class Said:
    """A run of bytes of one direction, whatever the chunks it came in."""

    direction: int
    offset: int
    data: bytes
    segments: list[list[int]]
    """Offset, frame, time and file offset of each segment."""
    base_seq: int


def unfolded(events: Iterable[NetEvent]) -> Iterator[NetEvent]:
    """The events, in the place of whole connections those that they stand for."""
    for event in events:
        if isinstance(event, WholeConnection):
            yield from event.events()
        else:
            yield event


def story(events: Iterable[NetEvent]) -> dict[ConnectionId | None, list[Said | NetEvent]]:
    """What happened to each connection, in order, runs of bytes joined, with every byte's frame; None: datagrams."""
    told: dict[ConnectionId | None, list[Said | NetEvent]] = {}
    for event in unfolded(events):
        lines = told.setdefault(getattr(event, "connection", None), [])
        if not isinstance(event, StreamChunk):
            lines.append(event)
            continue
        index = event.index
        rows = np.stack([index.offset, index.frame, index.time_ns, index.file_offset], axis=1).tolist()
        last = lines[-1] if lines else None
        if (
            isinstance(last, Said)
            and last.direction == event.direction
            and last.offset + len(last.data) == event.offset
        ):
            last.data += bytes(event.data)
            last.segments += rows
        else:
            lines.append(Said(event.direction, event.offset, bytes(event.data), rows, event.base_seq))
    return told


def heard(events: Iterable[NetEvent], direction: int) -> list[bytes | int]:
    """The bytes of a direction in the notation of these tests: runs of bytes, and lengths of gaps between them."""
    out: list[bytes | int] = []
    for event in events:
        if isinstance(event, StreamChunk) and event.direction == direction:
            before = out.pop() if out and isinstance(out[-1], bytes) else b""
            assert isinstance(before, bytes)
            out.append(before + bytes(event.data))
        elif isinstance(event, Gap) and event.direction == direction:
            out.append(event.length)
    return out


def of_kind(events: Iterable[NetEvent], *kinds: type) -> list[NetEvent]:
    """The events of some types."""
    return [event for event in events if isinstance(event, kinds)]


def anomalies(events: Iterable[NetEvent]) -> list[tuple[str, int]]:
    """(kind, frame number) of the anomalies."""
    return [(event.anomaly.kind, event.stamp.number) for event in events if isinstance(event, NetAnomaly)]
