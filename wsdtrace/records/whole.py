"""A connection that begins and ends inside one batch, as one value: most small messages have one of their own."""

from __future__ import annotations

from typing import Final

import numpy as np

from wsdtrace.records.messages import HttpEvent, HttpEventKind, HttpExchange
from wsdtrace.records.places import ConnectionId, Direction, Endpoint, Stamp
from wsdtrace.records.streams import (
    AckAhead,
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

Row = tuple[int, int, int, int]
"""A segment as a `SegmentIndex` has it: stream offset of its first byte, frame, time, offset of its record."""


class Turn:
    """All that one side of such a connection said, from stream offset 0 on."""

    __slots__ = ("base_seq", "data", "direction", "rows")

    def __init__(self, direction: Direction, data: bytes, rows: list[Row], base_seq: int) -> None:
        self.direction = direction
        self.data = data
        self.rows = rows
        """In stream order, at least one."""
        self.base_seq = base_seq

    def index(self) -> SegmentIndex:
        """The rows as columns."""
        return SegmentIndex(*np.array(self.rows, dtype=np.int64).T)

    def chunk(self, connection: ConnectionId) -> StreamChunk:
        """The same as a chunk."""
        return StreamChunk(connection, self.direction, 0, self.data, self.index(), self.base_seq)


class WholeConnection:
    """Handshake, what the originator says, what the responder answers, and a FIN of each: nothing else happened."""

    __slots__ = ("answered", "asked", "closed", "closer", "connection", "last", "originator", "responder", "stamp")

    handshake: Final = True

    def __init__(
        self,
        connection: ConnectionId,
        ends: tuple[Endpoint, Endpoint],
        turns: tuple[Turn, Turn],
        stamp: Stamp,
        closer: Direction,
        closed: Stamp,
        last: Stamp,
    ) -> None:
        """Tell of a connection.

        Args:
            connection: its number.
            ends: originator and responder.
            turns: theirs.
            stamp: of the SYN.
            closer: whose FIN came first.
            closed: of that FIN.
            last: of the other one.
        """
        self.connection = connection
        self.originator, self.responder = ends
        self.asked, self.answered = turns
        self.stamp = stamp
        self.closer = closer
        self.closed = closed
        self.last = last

    def edges(self) -> tuple[ConnectionOpened, StreamEnded, StreamEnded]:
        """Its beginning, and the end of both directions."""
        number, closer = self.connection, self.closer
        return (
            ConnectionOpened(number, self.originator, self.responder, self.stamp, True),
            StreamEnded(number, closer, StreamEnd.FIN, self.closed),
            StreamEnded(number, closer.reverse, StreamEnd.FIN, self.last),
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
        return self.connection.last

    def events(self) -> list[HttpEvent]:
        """What HTTP says of it, step by step."""
        steps = zip(HttpEventKind, (self.asked, self.head, self.ended), strict=True)
        return [HttpEvent(kind, self.exchange, stamp) for kind, stamp in steps]

    def facts(self) -> list[ConnectionOpened | HttpEvent | StreamEnded]:
        """All that happened on the connection, step by step."""
        opened, one, other = self.connection.edges()
        return [opened, *self.events(), one, other]


NetEvent = (
    ConnectionOpened
    | StreamChunk
    | Gap
    | AckAhead
    | StreamEnded
    | WholeConnection
    | ConnectionRefused
    | Datagram
    | NetAnomaly
)
