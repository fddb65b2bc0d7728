"""Both directions of one connection: finds the client, feeds two readers, and tells one pairing what they read.

Theory of operation:

1. A connection is *opening* until the first bytes of one direction are a start-line: that tells who the client is,
   whoever opened the connection (a device posts its events to the client). What came until then is held, and read
   then.
2. Bytes that are no start-line wait for the other direction's, within a bound: a malformed request-line is one when a
   status-line answers it.
3. Where the first bytes of a direction are not in the capture, both directions are searched for a start-line instead.
4. A connection that speaks something else is reported once, and nothing of it is kept.
"""

from __future__ import annotations

from functools import partial

from wsdtrace.http.bulk import Bulk
from wsdtrace.http.digest import Digests
from wsdtrace.http.exchange import HttpOutput, Pairing
from wsdtrace.http.head import Start
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import View
from wsdtrace.http.reader import Reader
from wsdtrace.http.sync import Opening, Side, classify
from wsdtrace.http.taker import Taps
from wsdtrace.records import (
    Abandoned,
    Anomaly,
    ConnectionId,
    ConnectionOpened,
    Direction,
    Gap,
    HttpMessage,
    NotHttp,
    NotHttpKind,
    Stamp,
    StreamChunk,
    StreamEnded,
)


class Connection:
    """One connection, from its first event to the end of both directions."""

    __slots__ = (
        "_budget", "_ended", "_first", "_held", "_held_bytes", "_limits", "_middle", "_not_http", "_offsets", "_opened",
        "_out", "_pairing", "_prefix", "_readers", "_verdicts", "_wires",
    )  # fmt: skip

    def __init__(
        self,
        opened: ConnectionOpened,
        limits: HttpLimits,
        budget: Budget,
        out: list[HttpOutput],
        *,
        digests: Digests | None,
        taps: Taps | None = None,
    ) -> None:
        """Begin a connection.

        Args:
            opened: who opened it.
            limits: bounds.
            budget: what may be held, over all connections.
            out: gets what becomes known.
            digests: make the digests of contents that stream through.
            taps: is asked who takes the bytes of contents as they pass.
        """
        self._opened = opened
        self._limits = limits
        self._budget = budget
        self._out = out
        ends = (opened.originator, opened.responder)
        self._wires = [
            Wire(
                opened.connection,
                ends,
                direction,
                limits,
                budget,
                digests=digests,
                tap=None if taps is None else partial(taps, opened.connection, direction),
            )
            for direction in Direction
        ]
        self._readers: list[Reader] | None = None
        self._pairing: Pairing | None = None
        self._held: list[tuple[Direction, View | StreamEnded]] = []
        """What came before it was known what the connection speaks, in order."""
        self._held_bytes = 0
        self._prefix = [bytearray(), bytearray()]
        self._verdicts: list[Opening | None] = [None, None]
        self._middle = [not opened.handshake] * 2
        """The first bytes of the direction are not in the capture."""
        self._first: Stamp | None = None
        """Where the first byte was seen."""
        self._not_http = False
        self._ended: list[StreamEnded | None] = [None, None]
        self._offsets = [0, 0]
        """Stream offsets behind the last byte of each direction."""

    @property
    def id(self) -> ConnectionId:
        """Which connection it is."""
        return self._opened.connection

    # -- events

    def chunk(self, chunk: StreamChunk) -> None:
        """Bytes of one direction."""
        if self._not_http:
            return
        direction = chunk.direction
        if chunk.extents is not None and self._readers is not None:
            bulk = Bulk(chunk, chunk.extents)
            self._offsets[direction] = bulk.end
            self._wires[direction].base_seq = chunk.base_seq
            self._readers[direction].feed_bulk(bulk)
            return
        view = View(chunk)
        self._offsets[direction] = view.end
        self._wires[direction].base_seq = chunk.base_seq
        if self._readers is not None:
            self._readers[direction].feed(view)
            return
        if view.end == view.start:
            return
        if self._first is None:
            self._first = view.stamp(view.start)
        self._open(direction, view)

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
        if self._ended[direction] is None:
            self._ended[direction] = event
            if not self._not_http:
                self._end(direction, event)
        over = None not in self._ended
        if over:
            self._readers = None  # they know their connection: nothing goes round in a circle when it is forgotten
        return over

    def _end(self, direction: Direction, event: StreamEnded) -> None:
        if self._readers is None:
            self._held.append((direction, event))
        else:
            self._end_reader(direction, event)
        if None not in self._ended and self._pairing is None and self._first is not None:
            self._give_up(NotHttpKind.OTHER)

    def _end_reader(self, direction: Direction, event: StreamEnded) -> None:
        assert self._readers is not None
        self._readers[direction].end(event.how, self._offsets[direction], event.stamp)
        if self._pairing is not None:
            self._end_side(self._pairing, direction, event)

    def _end_side(self, pairing: Pairing, direction: Direction, event: StreamEnded) -> None:
        """One side sends no more."""
        assert self._readers is not None
        if self._readers[direction].side is Side.CLIENT:
            pairing.requests_ended(event.how, event.stamp)
        else:
            pairing.responses_ended(event.how, event.stamp, seen=event.seen)

    # -- finding the client

    def _open(self, direction: Direction, view: View) -> None:
        """Judge the first bytes; hold them until one direction shows who the client is."""
        self._held.append((direction, view))
        self._held_bytes += len(view.data)
        verdict = self._verdicts[direction]
        if verdict is None:
            prefix = self._prefix[direction]
            prefix += view.data[: self._limits.opening - len(prefix)]
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
        elif (
            self._verdicts[direction.reverse] is Opening.MISFIT
            or self._held_bytes > self._limits.opening
            or self._ended[direction.reverse] is not None
        ):
            self._give_up(NotHttpKind.OTHER)

    def _decide(self, direction: Direction, side: Side) -> None:
        """One direction begins with a start-line: read both."""
        self._pair(direction, side)
        self._readers = [
            Reader(wire, side if wire.direction is direction else _other(side), self) for wire in self._wires
        ]
        self._read_held()

    def _search_both(self) -> None:
        """The capture starts in the middle of the connection: search start-lines in both directions."""
        self._readers = [Reader(wire, None, self) for wire in self._wires]
        self._read_held()

    def _read_held(self) -> None:
        assert self._readers is not None
        held, self._held = self._held, []
        self._prefix = [bytearray(), bytearray()]
        for direction, item in held:
            if isinstance(item, StreamEnded):
                self._end_reader(direction, item)
            else:
                self._readers[direction].feed(item)

    def _pair(self, direction: Direction, side: Side) -> None:
        """`direction` is that of `side`: now exchanges can be told."""
        opened = self._opened
        client_direction = direction if side is Side.CLIENT else direction.reverse
        client, server = opened.originator, opened.responder
        if client_direction is Direction.FROM_RESPONDER:
            client, server = server, client
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

    def head_read(self, side: Side, start: Start, stamp: Stamp) -> None:
        """A header section was read."""
        assert self._pairing is not None
        self._pairing.head_read(side, start, stamp)

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A message is over."""
        assert self._pairing is not None
        self._pairing.message_read(side, message, stamp, charged)

    def sync_lost(self, side: Side, why: Abandoned) -> None:
        """Whole messages may be missing, or unreadable."""
        if self._pairing is not None:
            self._pairing.sync_lost(side, why)

    def side_found(self, direction: Direction, side: Side) -> None:
        """A search found the first start-line of the connection."""
        assert self._readers is not None
        self._pair(direction, side)
        for reader, which in zip(self._readers, Direction, strict=True):
            reader.side = side if which is direction else _other(side)
        ended = self._ended[direction.reverse]
        if ended is not None and self._pairing is not None:
            self._end_side(self._pairing, direction.reverse, ended)

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
