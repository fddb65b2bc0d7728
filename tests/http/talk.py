"""The language of the HTTP tests: who says what, segment by segment; what the room heard.

`Talk` collects net events; `hear` runs them through the room as told, with neighbouring segments joined, cut into
single bytes (or small pieces), and as they lie in a window, and fails unless all ways give the same: so every test here
proves that cuts leave no trace.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from wsdtrace.http import HttpLimits, HttpOutput, HttpRoom
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    Extents,
    Gap,
    GapReason,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    HttpMessage,
    NetAnomaly,
    NetEvent,
    NotHttp,
    SegmentIndex,
    Stamp,
    StreamChunk,
    StreamEnd,
    StreamEnded,
    WholeExchange,
)

CONNECTION = ConnectionId(0)
CLIENT = Endpoint("192.0.2.10", 50000)
SERVER = Endpoint("192.0.2.20", 5357)
FRAME_NS = 1_000_000
"""Frame n is at n milliseconds and its record at byte 1000 n."""
BYTE_BY_BYTE_MAX = 4000
"""Bytes of a talk that are fed one by one; longer ones in pieces of 97 bytes."""


def stamp(frame: int) -> Stamp:
    """Where frame `frame` stands."""
    return Stamp(frame, frame * FRAME_NS)


def index(rows: Iterable[tuple[int, int]]) -> SegmentIndex:
    """(stream offset, frame) of each segment → index."""
    offset, frame = np.array(list(rows), dtype=np.int64).reshape(-1, 2).T.copy()
    return SegmentIndex(offset, frame, frame * FRAME_NS, frame * 1000)


def chunk(direction: Direction, offset: int, data: bytes, *frames: int, connection: int = 0) -> StreamChunk:
    """A chunk in segments of equal size, one for each frame."""
    rows = [(offset + len(data) * j // len(frames), frame) for j, frame in enumerate(frames)]
    return StreamChunk(ConnectionId(connection), direction, offset, data, index(rows))


class Talk:
    """A conversation on one connection. The client is the originator."""

    def __init__(self, *, handshake: bool = True, frame: int = 1) -> None:
        self.frame = frame
        self.offsets = [0, 0]
        self.events: list[NetEvent] = [ConnectionOpened(CONNECTION, CLIENT, SERVER, stamp(frame), handshake)]

    def __repr__(self) -> str:
        return f"Talk({', '.join(_told(event) for event in self.events)})"

    def _say(self, direction: Direction, segments: tuple[bytes, ...]) -> Talk:
        for data in segments:
            self.frame += 1
            self.events.append(chunk(direction, self.offsets[direction], data, self.frame))
            self.offsets[direction] += len(data)
        return self

    def client(self, *segments: bytes) -> Talk:
        """The client sends segments, one frame each."""
        return self._say(Direction.FROM_ORIGINATOR, segments)

    def server(self, *segments: bytes) -> Talk:
        """The server sends segments, one frame each."""
        return self._say(Direction.FROM_RESPONDER, segments)

    def disordered(self, direction: Direction, *segments: tuple[int, bytes]) -> Talk:
        """Segments in stream order, each with the frame that brought it."""
        rows = []
        start = offset = self.offsets[direction]
        for frame, data in segments:
            rows.append((offset, frame))
            offset += len(data)
        joined = b"".join(data for _, data in segments)
        self.events.append(StreamChunk(CONNECTION, direction, start, joined, index(rows)))
        self.offsets[direction] = offset
        self.frame = max(self.frame, *(frame for frame, _ in segments))
        return self

    def _gap(self, direction: Direction, length: int) -> Talk:
        self.frame += 1
        offset = self.offsets[direction]
        self.events.append(Gap(CONNECTION, direction, offset, length, GapReason.NOT_CAPTURED, stamp(self.frame)))
        self.offsets[direction] += length
        return self

    def client_gap(self, length: int) -> Talk:
        """Bytes of the client are missing."""
        return self._gap(Direction.FROM_ORIGINATOR, length)

    def server_gap(self, length: int) -> Talk:
        """Bytes of the server are missing."""
        return self._gap(Direction.FROM_RESPONDER, length)

    def _end(self, direction: Direction, how: StreamEnd, seen: bool) -> Talk:
        self.frame += 1
        self.events.append(StreamEnded(CONNECTION, direction, how, stamp(self.frame), seen))
        return self

    def client_end(self, how: StreamEnd = StreamEnd.FIN, *, seen: bool = True) -> Talk:
        """The client's direction ends."""
        return self._end(Direction.FROM_ORIGINATOR, how, seen)

    def server_end(self, how: StreamEnd = StreamEnd.FIN, *, seen: bool = True) -> Talk:
        """The server's direction ends."""
        return self._end(Direction.FROM_RESPONDER, how, seen)

    def end(self, how: StreamEnd = StreamEnd.FIN) -> Talk:
        """Both directions end."""
        return self.client_end(how).server_end(how)


def _told(event: NetEvent) -> str:
    """An event in a few characters: for the failures of property tests."""
    side = "<" if getattr(event, "direction", None) else ">"
    if isinstance(event, ConnectionOpened):
        return "handshake" if event.handshake else "middle"
    if isinstance(event, StreamChunk):
        return f"{side}{bytes(event.data)!r}"
    if isinstance(event, Gap):
        return f"{side}gap {event.length}"
    return f"{side}{event.how.name}" if isinstance(event, StreamEnded) else repr(event)


@dataclasses.dataclass
class Heard:
    """What came out."""

    output: list[HttpOutput]

    @property
    def events(self) -> list[HttpEvent]:
        return [one for one in self.output if isinstance(one, HttpEvent)]

    @property
    def steps(self) -> list[tuple[HttpEventKind, int]]:
        """Kind and frame of each event."""
        return [(event.kind, event.stamp.number) for event in self.events]

    @property
    def exchanges(self) -> list[HttpExchange]:
        """Exchanges in the order of their end."""
        return [event.exchange for event in self.events if event.kind is HttpEventKind.ENDED]

    @property
    def only(self) -> HttpExchange:
        """The one exchange."""
        (exchange,) = self.exchanges
        return exchange

    @property
    def request(self) -> HttpMessage:
        """The request of the one exchange."""
        assert self.only.request is not None
        return self.only.request

    @property
    def response(self) -> HttpMessage:
        """The response of the one exchange."""
        assert self.only.response is not None
        return self.only.response

    @property
    def not_http(self) -> list[NotHttp]:
        return [one for one in self.output if isinstance(one, NotHttp)]

    @property
    def strays(self) -> list[NetAnomaly]:
        return [one for one in self.output if isinstance(one, NetAnomaly)]


def kinds(message: HttpMessage) -> list[str]:
    """Kinds of the anomalies of a message."""
    return [anomaly.kind for anomaly in message.anomalies]


def run(
    events: Iterable[NetEvent], *, limits: HttpLimits | None = None, digests: bool = False, last: int = 10**6
) -> Heard:
    """Feed events as they are."""
    room = HttpRoom(limits, digests=digests)
    output: list[HttpOutput] = []
    for event in events:
        for said in room.feed(event):
            output += said.events() if isinstance(said, WholeExchange) else [said]
    output += room.close(stamp(last))
    return Heard(output)


def hear(talk: Talk, *, limits: HttpLimits | None = None, digests: bool = False) -> Heard:
    """Feed a talk as told, joined, and in small pieces; all must give the same."""
    size = sum(len(event.data) for event in talk.events if isinstance(event, StreamChunk))
    heard = run(talk.events, limits=limits, digests=digests)
    told = plain(heard.output)
    by_bytes = pieces(talk.events, 1 if size <= BYTE_BY_BYTE_MAX else 97)
    for way in (joined(talk.events), by_bytes, scattered(talk.events, random.Random(size))):
        assert plain(run(way, limits=limits, digests=digests).output) == told
    return heard


def cut(event: StreamChunk, low: int, high: int) -> StreamChunk:
    """Bytes `low:high` of a chunk, with the rows that brought them."""
    first, last = event.index.row(event.offset + low), event.index.row(event.offset + high - 1) + 1
    offset = event.index.offset[first:last].copy()
    offset[0] = max(int(offset[0]), event.offset + low)
    data = bytes(event.data[low:high])
    frame, time_ns, file_offset = (
        column[first:last].copy() for column in (event.index.frame, event.index.time_ns, event.index.file_offset)
    )
    rows = SegmentIndex(offset, frame, time_ns, file_offset, event.index.kind)
    return StreamChunk(event.connection, event.direction, event.offset + low, data, rows)


def pieces(events: Iterable[NetEvent], size: int) -> Iterator[NetEvent]:
    """Chunks cut into pieces of `size` bytes."""
    for event in events:
        if isinstance(event, StreamChunk):
            for low in range(0, len(event.data), size):
                yield cut(event, low, min(low + size, len(event.data)))
        else:
            yield event


def recut(events: Iterable[NetEvent], rng: random.Random) -> Iterator[NetEvent]:
    """Chunks joined and cut anywhere."""
    for event in joined(events):
        if not isinstance(event, StreamChunk):
            yield event
            continue
        size = len(event.data)
        edges = sorted({0, size, *(rng.randrange(size + 1) for _ in range(rng.randrange(8)))})
        for low, high in itertools.pairwise(edges):
            yield cut(event, low, high)


def scattered(events: Iterable[NetEvent], rng: random.Random) -> Iterator[NetEvent]:
    """Chunks joined, their bytes as they lie in a window: in pieces, with their own beginning between them."""
    for event in joined(events):
        if not isinstance(event, StreamChunk) or not event.data:
            yield event
            continue
        data = bytes(event.data)
        edges = sorted({0, len(data), *(rng.randrange(len(data)) for _ in range(rng.randrange(1 + len(data) // 50)))})
        window, begins = bytearray(), []
        for low, high in itertools.pairwise(edges):
            window += data[: rng.randrange(80)]
            begins.append(len(window))
            window += data[low:high]
        extents = Extents(window, np.array(begins), np.diff(edges))
        yield StreamChunk(event.connection, event.direction, event.offset, extents, event.index, event.base_seq)


def joined(events: Iterable[NetEvent]) -> Iterator[NetEvent]:
    """Neighbouring chunks of one direction made one."""
    waiting: StreamChunk | None = None
    for event in events:
        if waiting is not None and isinstance(event, StreamChunk) and _follows(waiting, event):
            data = bytes(waiting.data) + bytes(event.data)
            first, second = waiting.index, event.index
            rows = SegmentIndex(
                np.concatenate([first.offset, second.offset]),
                np.concatenate([first.frame, second.frame]),
                np.concatenate([first.time_ns, second.time_ns]),
                np.concatenate([first.file_offset, second.file_offset]),
            )
            waiting = StreamChunk(waiting.connection, waiting.direction, waiting.offset, data, rows)
            continue
        if waiting is not None:
            yield waiting
        waiting = event if isinstance(event, StreamChunk) else None
        if waiting is None:
            yield event
    if waiting is not None:
        yield waiting


def _follows(first: StreamChunk, second: StreamChunk) -> bool:
    return (
        second.direction is first.direction
        and second.connection == first.connection
        and second.offset == first.offset + len(first.data)
    )


def plain(value: Any) -> Any:
    """A value as lists and dicts that can be compared."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if dataclasses.is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    return value


def post(content: bytes, *lines: bytes, target: bytes = b"/scan") -> bytes:
    """A well-formed request with a content."""
    head = [b"POST " + target + b" HTTP/1.1", b"Host: device", b"Content-Length: %d" % len(content), *lines]
    return b"\r\n".join([*head, b"", content])


def get(target: bytes = b"/") -> bytes:
    """A well-formed request without content."""
    return b"GET " + target + b" HTTP/1.1\r\nHost: device\r\n\r\n"


def ok(content: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """A well-formed response with a content of known length."""
    head = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(content), *lines]
    return b"\r\n".join([*head, b"", content])


def chunked(content: bytes, size: int, *lines: bytes, trailer: bytes = b"") -> bytes:
    """A response in chunks of `size` bytes."""
    head = [b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked", *lines, b"", b""]
    parts = [content[low : low + size] for low in range(0, len(content), size)]
    return (
        b"\r\n".join(head)
        + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        + b"0\r\n"
        + trailer
        + b"\r\n"
    )
