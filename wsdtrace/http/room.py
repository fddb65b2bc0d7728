"""Net events of all connections → HTTP events: routes each connection to its two readers and its pairing.

A connection is *opening* until the first bytes of one direction are a start-line: that tells the client. Then its
bytes so far are read. A connection that speaks something else is reported once, and nothing of it is kept.
"""

from __future__ import annotations

from wsdtrace.http.connection import Connection
from wsdtrace.http.digest import Digests
from wsdtrace.http.exchange import HttpOutput
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.taker import Taps
from wsdtrace.http.whole import WholeReader
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    Gap,
    NetEvent,
    Stamp,
    StreamChunk,
    StreamEnd,
    StreamEnded,
    WholeConnection,
)

_UNKNOWN = Endpoint("", 0)


class HttpRoom:
    """Reads the HTTP of all connections of a capture.

    Args:
        limits: bounds.
        digests: compute the sha256 of contents that stream through.
        taps: is asked who takes the bytes of contents as they pass.
    """

    def __init__(self, limits: HttpLimits | None = None, *, digests: bool = False, taps: Taps | None = None) -> None:
        self._limits = limits or HttpLimits()
        self._digests = Digests() if digests else None
        self._taps = taps
        self._budget = Budget(self._limits.held_total)
        self._connections: dict[ConnectionId, Connection] = {}
        self._out: list[HttpOutput] = []
        self._whole = WholeReader(self._limits, self._budget)

    @property
    def held(self) -> int:
        """Bytes of contents that are held: of open messages and of exchanges that go on."""
        return self._limits.held_total - self._budget.left

    def feed(self, event: NetEvent) -> list[HttpOutput]:
        """Take one net event; returns what became known by it, in order.

        What was said on a `WholeConnection` is one `WholeExchange` where it is common, else the usual events.
        """
        if isinstance(event, WholeConnection):
            whole = self._whole.read(event)
            return [whole] if whole is not None else [said for one in event.events() for said in self.feed(one)]
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
                connection.ended(StreamEnded(connection.id, direction, StreamEnd.CAPTURE_END, stamp))
        self._connections.clear()
        out = self._out[:]
        self._out.clear()
        return out

    def _open(self, opened: ConnectionOpened) -> Connection:
        return Connection(opened, self._limits, self._budget, self._out, digests=self._digests, taps=self._taps)

    def _connection(self, event: StreamChunk | Gap) -> Connection:
        """The connection of an event; one that was never opened starts in its middle."""
        connection = self._connections.get(event.connection)
        if connection is None:
            stamp = event.stamp if isinstance(event, Gap) else event.index.stamp(event.offset)
            opened = ConnectionOpened(event.connection, _UNKNOWN, _UNKNOWN, stamp, handshake=False)
            connection = self._connections[event.connection] = self._open(opened)
        return connection
