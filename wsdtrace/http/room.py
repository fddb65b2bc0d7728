"""Net events of all connections → HTTP events: routes each connection to its two readers and its pairing.

A connection is *opening* until the first bytes of one direction are a start-line: that tells the client. Then its
bytes so far are read. A connection that speaks something else is reported once, and nothing of it is kept.
"""

from __future__ import annotations

from wsdtrace.http.exchange import HttpOutput, Pairing
from wsdtrace.http.head import Head
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import View
from wsdtrace.http.reader import Reader
from wsdtrace.http.sync import Opening, Side, classify
from wsdtrace.records import (
    Abandoned,
    Anomaly,
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    Gap,
    HttpMessage,
    NetEvent,
    NotHttp,
    NotHttpKind,
    Stamp,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)

_UNKNOWN = Endpoint("", 0)


class HttpRoom:
    """Reads the HTTP of all connections of a capture.

    Args:
        limits: bounds.
        digests: compute the sha256 of contents that stream through.
    """

    def __init__(self, limits: HttpLimits | None = None, *, digests: bool = False) -> None:
        self._limits = limits or HttpLimits()
        self._digests = digests
        self._budget = Budget(self._limits.held_total)
        self._connections: dict[ConnectionId, _Connection] = {}
        self._out: list[HttpOutput] = []

    @property
    def held(self) -> int:
        """Bytes of contents that are held: of open messages and of exchanges that go on."""
        return self._limits.held_total - self._budget.left

    def feed(self, event: NetEvent) -> list[HttpOutput]:
        """Take one net event; returns what became known by it, in order."""
        if isinstance(event, StreamChunk):
            self._connection(event).chunk(event)
        elif isinstance(event, ConnectionOpened):
            self._connections[event.connection] = self._open(event)
        elif isinstance(event, Gap):
            self._connection(event).gap(event)
        elif isinstance(event, StreamEnded):
            connection = self._connections.get(event.connection)
            if connection is not None and connection.ended(event):
                del self._connections[event.connection]
        out = self._out[:]
        self._out.clear()
        return out

    def close(self, stamp: Stamp) -> list[HttpOutput]:
        """The capture is over: what goes on is cut there."""
        for connection in list(self._connections.values()):
            for direction in Direction:
                connection.ended(StreamEnded(connection.wires[0].connection, direction, StreamEnd.CAPTURE_END, stamp))
        self._connections.clear()
        out = self._out[:]
        self._out.clear()
        return out

    def _open(self, opened: ConnectionOpened) -> _Connection:
        return _Connection(opened, self._limits, self._budget, self._out, digests=self._digests)

    def _connection(self, event: StreamChunk | Gap) -> _Connection:
        """The connection of an event; one that was never opened starts in its middle."""
        connection = self._connections.get(event.connection)
        if connection is None:
            stamp = event.stamp if isinstance(event, Gap) else event.index.stamp(event.offset)
            opened = ConnectionOpened(event.connection, _UNKNOWN, _UNKNOWN, stamp, handshake=False)
            connection = self._connections[event.connection] = self._open(opened)
        return connection


class _Connection:
    """Both directions of one connection."""

    __slots__ = (
        "_budget", "_ended", "_first", "_held", "_limits", "_middle", "_not_http", "_offsets", "_opened", "_out",
        "_pairing", "_prefix", "_readers", "_verdicts", "wires",
    )  # fmt: skip

    def __init__(
        self, opened: ConnectionOpened, limits: HttpLimits, budget: Budget, out: list[HttpOutput], *, digests: bool
    ) -> None:
        self._opened = opened
        self._limits = limits
        self._budget = budget
        self._out = out
        ends = (opened.originator, opened.responder)
        self.wires = [
            Wire(opened.connection, ends, direction, limits, budget, digests=digests) for direction in Direction
        ]
        self._readers: list[Reader] | None = None
        self._pairing: Pairing | None = None
        self._held: list[tuple[Direction, View]] = []
        """Chunks that came before it was known what the connection speaks, in order."""
        self._prefix = [bytearray(), bytearray()]
        self._verdicts: list[Opening | None] = [None, None]
        self._middle = [not opened.handshake] * 2
        """The first bytes of the direction are not in the capture."""
        self._not_http = False
        self._ended: list[StreamEnded | None] = [None, None]
        self._offsets = [0, 0]
        self._first: Stamp | None = None
        """Where the first byte was seen."""

    # -- events

    def chunk(self, chunk: StreamChunk) -> None:
        """Bytes of one direction."""
        if self._not_http:
            return
        view = View(chunk)
        if view.end == view.start:
            return
        direction = chunk.direction
        self._offsets[direction] = view.end
        if self._first is None:
            self._first = view.stamp(view.start)
        self.wires[direction].base_seq = chunk.base_seq
        if self._readers is not None:
            self._readers[direction].feed(view)
        else:
            self._opening(direction, view)

    def gap(self, gap: Gap) -> None:
        """Bytes of one direction are missing."""
        if self._not_http:
            return
        direction = gap.direction
        self._offsets[direction] = max(self._offsets[direction], gap.offset + gap.length)
        if self._readers is None:
            if not self._prefix[direction]:
                self._middle[direction] = True
                return
            self._search_both()
        if self._readers is not None:
            self._readers[direction].gap(gap.offset, gap.length, gap.stamp)

    def ended(self, event: StreamEnded) -> bool:
        """One direction is over; True when both are."""
        direction = event.direction
        if self._ended[direction] is not None:
            return all(self._ended)
        self._ended[direction] = event
        if self._not_http:
            return all(self._ended)
        if all(self._ended) and self._pairing is None and self._first is not None:
            self._give_up(NotHttpKind.OTHER)
        if self._readers is not None and not self._not_http:
            self._end_reader(event)
        return all(self._ended)

    def _end_reader(self, event: StreamEnded) -> None:
        assert self._readers is not None
        direction = event.direction
        reader = self._readers[direction]
        reader.end(event.how, self._offsets[direction], event.stamp)
        pairing = self._pairing
        if pairing is not None:
            if reader.side is Side.CLIENT:
                pairing.requests_ended(event.stamp)
            else:
                other = self._ended[direction.reverse]
                given_up = other is not None and other.how is StreamEnd.FIN
                pairing.responses_ended(event.how, event.stamp, seen=event.seen, given_up=given_up)
            if all(self._ended):
                pairing.close(event.stamp)

    # -- finding the client

    def _opening(self, direction: Direction, view: View) -> None:
        """Judge the first bytes; hold them until one direction shows who the client is."""
        self._held.append((direction, view))
        prefix = self._prefix[direction]
        bound = self._limits.opening
        verdict = self._verdicts[direction]
        if verdict is None:
            prefix += view.data[: bound - len(prefix)]
            verdict = self._verdicts[direction] = classify(prefix, self._limits.start_line)
        if verdict is None:
            return
        if verdict is Opening.TLS:
            self._give_up(NotHttpKind.TLS)
        elif self._middle[direction]:
            self._search_both()
        elif verdict is Opening.REQUEST:
            self._decide(direction, Side.CLIENT)
        elif verdict is Opening.RESPONSE:
            self._decide(direction, Side.SERVER)
        else:
            other = self._verdicts[direction.reverse]
            size = sum(len(held.data) for _, held in self._held)
            if other is Opening.MISFIT or size > bound or self._ended[direction.reverse] is not None:
                self._give_up(NotHttpKind.OTHER)

    def _decide(self, direction: Direction, side: Side) -> None:
        """One direction begins with a start-line: read both."""
        self._pair(direction, side)
        self._readers = [
            Reader(wire, side if wire.direction is direction else _other(side), self) for wire in self.wires
        ]
        self._read_held()

    def _search_both(self) -> None:
        """The capture starts in the middle of the connection: search start-lines in both directions."""
        self._readers = [Reader(wire, None, self) for wire in self.wires]
        self._read_held()

    def _read_held(self) -> None:
        held, self._held = self._held, []
        self._prefix = [bytearray(), bytearray()]
        for direction, view in held:
            if self._readers is not None:
                self._readers[direction].feed(view)
        if self._readers is not None and not self._not_http:
            for event in self._ended:
                if event is not None:
                    self._end_reader(event)

    def _pair(self, direction: Direction, side: Side) -> None:
        opened = self._opened
        client_opened = (direction is Direction.FROM_ORIGINATOR) == (side is Side.CLIENT)
        client, server = opened.originator, opened.responder
        if not client_opened:
            client, server = server, client
        client_direction = direction if side is Side.CLIENT else direction.reverse
        self._pairing = Pairing(
            opened.connection,
            client,
            server,
            handshake=opened.handshake and not self._middle[client_direction],
            limits=self._limits,
            budget=self._budget,
            out=self._out,
        )

    def _give_up(self, kind: NotHttpKind) -> None:
        """Not HTTP: say so once, and keep nothing."""
        opened = self._opened
        stamp = self._first or opened.stamp
        self._out.append(NotHttp(opened.connection, opened.originator, opened.responder, kind, stamp))
        self._not_http = True
        self._held = []
        self._prefix = [bytearray(), bytearray()]
        self._readers = None

    # -- the listener of both readers

    def answered_method(self) -> str | None:
        """Method of the request that the response at hand answers."""
        return self._pairing.answered_method() if self._pairing is not None else None

    def head_read(self, side: Side, head: Head, stamp: Stamp) -> None:
        """A header section was read."""
        assert self._pairing is not None
        self._pairing.head_read(side, head, stamp)

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A message is over."""
        assert self._pairing is not None
        self._pairing.message_read(side, message, stamp, charged)

    def sync_lost(self, side: Side, why: Abandoned) -> None:
        """Whole messages may be missing."""
        if self._pairing is not None:
            self._pairing.sync_lost(side, why)

    def side_found(self, direction: Direction, side: Side) -> None:
        """A search found the first start-line of the connection."""
        assert self._readers is not None
        self._pair(direction, side)
        for reader in self._readers:
            reader.side = side if reader is self._readers[direction] else _other(side)

    def stray(self, anomaly: Anomaly, stamp: Stamp) -> None:
        """Bytes belong to no message."""
        if self._pairing is not None:
            self._pairing.stray(anomaly, stamp)

    def tunnel_opened(self) -> None:
        """No more HTTP in either direction."""
        assert self._readers is not None
        for reader in self._readers:
            reader.open_tunnel()


def _other(side: Side) -> Side:
    return Side.SERVER if side is Side.CLIENT else Side.CLIENT
