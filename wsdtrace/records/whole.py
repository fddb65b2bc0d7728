"""A connection that begins and ends inside one batch, as one value: most small messages have one of their own."""

from __future__ import annotations

from typing import Final

import numpy as np

from wsdtrace.records.messages import HttpEvent, HttpEventKind, HttpExchange
from wsdtrace.records.places import ConnectionId, Direction, Endpoint, Stamp
from wsdtrace.records.streams import (
    ConnectionOpened,
    ConnectionRefused,
    Datagram,
    Gap,
    NetAnomaly,
    SegmentIndex,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)


class Turn:
    """All that one side of such a connection said, from stream offset 0 on."""

    __slots__ = ("base_seq", "data", "direction", "files", "frames", "offsets", "times")

    def __init__(
        self,
        direction: Direction,
        data: bytes,
        offsets: list[int],
        frames: list[int],
        times: list[int],
        files: list[int],
        base_seq: int,
    ) -> None:
        self.direction = direction
        self.data = data
        self.offsets = offsets
        """k stream offsets; with `frames`, `times` and `files` what a `SegmentIndex` holds."""
        self.frames = frames
        self.times = times
        self.files = files
        self.base_seq = base_seq

    def chunk(self, connection: ConnectionId) -> StreamChunk:
        """The same as a chunk."""
        rows = np.array([self.offsets, self.frames, self.times, self.files], dtype=np.int64)
        return StreamChunk(connection, self.direction, 0, self.data, SegmentIndex(*rows), self.base_seq)


class WholeConnection:
    """Handshake, what the originator says, what the responder answers, and a FIN of each: nothing else happened."""

    __slots__ = ("answered", "asked", "connection", "ends", "originator", "responder", "stamp")

    handshake: Final = True

    def __init__(
        self,
        connection: ConnectionId,
        ends: tuple[Endpoint, Endpoint],
        stamp: Stamp,
        turns: tuple[Turn, Turn],
        closed: tuple[tuple[Direction, Stamp], tuple[Direction, Stamp]],
    ) -> None:
        """Args: ends: originator and responder; stamp: of the SYN; turns: theirs; closed: whose FINs, in order."""
        self.connection = connection
        self.originator, self.responder = ends
        self.stamp = stamp
        self.asked, self.answered = turns
        self.ends = closed

    def edges(self) -> tuple[ConnectionOpened, StreamEnded, StreamEnded]:
        """Its beginning, and the end of both directions."""
        number, ((one, first), (two, last)) = self.connection, self.ends
        return (
            ConnectionOpened(number, self.originator, self.responder, self.stamp, True),
            StreamEnded(number, one, StreamEnd.FIN, first),
            StreamEnded(number, two, StreamEnd.FIN, last),
        )

    def events(self) -> list[ConnectionOpened | StreamChunk | StreamEnded]:
        """The same event by event."""
        opened, one, two = self.edges()
        return [opened, self.asked.chunk(self.connection), self.answered.chunk(self.connection), one, two]


class WholeExchange:
    """A whole connection as HTTP reads it: one exchange, and nothing else was said."""

    __slots__ = ("asked", "connection", "ended", "exchange", "head")

    def __init__(
        self, connection: WholeConnection, exchange: HttpExchange, asked: Stamp, head: Stamp, ended: Stamp
    ) -> None:
        self.connection = connection
        self.exchange = exchange
        self.asked = asked
        """Where the request was complete."""
        self.head = head
        """Where the header section of the response was; and the response, below."""
        self.ended = ended

    @property
    def stamp(self) -> Stamp:
        """Where it begins."""
        return self.connection.stamp

    @property
    def last(self) -> Stamp:
        """Where it ends."""
        return self.connection.ends[1][1]

    def events(self) -> list[HttpEvent]:
        """What HTTP says of it, step by step."""
        steps = zip(HttpEventKind, (self.asked, self.head, self.ended), strict=True)
        return [HttpEvent(kind, self.exchange, stamp) for kind, stamp in steps]

    def facts(self) -> list[ConnectionOpened | HttpEvent | StreamEnded]:
        """All that happened on the connection, step by step."""
        opened, one, other = self.connection.edges()
        return [opened, *self.events(), one, other]


NetEvent = (
    ConnectionOpened | StreamChunk | Gap | StreamEnded | WholeConnection | ConnectionRefused | Datagram | NetAnomaly
)
