"""What is remembered of connections: who serves, what is missing, whether it carries WSD.

Theory of operation: facts are collected while a connection lives; when it ends, one that carries WSD is settled at
once. Others are remembered (bounded), since a later connection may show that their server speaks WSD.
"""

from __future__ import annotations

from collections import OrderedDict

from wsdtrace.records import (
    AckAhead,
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    Gap,
    GapReason,
    Stamp,
    StreamEnd,
    StreamEnded,
    WholeConnection,
)
from wsdtrace.state.model import Connection

MAX_REMEMBERED_CONNECTIONS = 100_000
"""Connections in memory. At 0.4 KB each 40 MB, a fifth of what a check may use in all."""


class ConnectionBook:
    """Connections of a capture, the least recently opened dropped first."""

    def __init__(self, limit: int = MAX_REMEMBERED_CONNECTIONS) -> None:
        self._limit = limit
        self._known: OrderedDict[ConnectionId, Connection] = OrderedDict()
        self.evicted = 0
        self._older: set[Endpoint] = set()
        """Ends of connections that are older than the capture."""
        self._relates: dict[Endpoint, bool] = {}

    def opened(self, event: ConnectionOpened | WholeConnection) -> Connection:
        connection = Connection(event.connection, event.originator, event.responder, event.stamp, event.handshake)
        connection.relates = self._relates.get(event.responder)
        self._known[event.connection] = connection
        if not event.handshake and len(self._older) < self._limit:
            self._older |= {event.originator, event.responder}
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
            self.evicted += 1
        return connection

    def answered(self, connection: Connection) -> None:
        """What an answer taught of its server holds for the server's other connections, too."""
        if connection.relates is not None and len(self._relates) < self._limit:
            self._relates[connection.responder] = connection.relates

    def is_older(self, server: Endpoint) -> bool:
        """A connection to this server began before the capture did."""
        return bool(self._older) and server in self._older

    def get(self, connection: ConnectionId) -> Connection | None:
        return self._known.get(connection)

    def gap(self, event: Gap) -> Connection | None:
        connection = self._known.get(event.connection)
        if connection is None:
            return None
        if event.reason is not GapReason.SNAPPED:
            connection.gaps += 1
            connection.missing_bytes += event.length
            connection.first_gap = connection.first_gap or event.stamp
        return connection

    def ahead(self, event: AckAhead) -> None:
        """Remember that its frames are not all there, or not in their order."""
        connection = self._known.get(event.connection)
        if connection is not None:
            connection.ahead = event.stamp

    def stream_ended(self, event: StreamEnded) -> None:
        """Remember who was the first to close, by FIN or RST."""
        if event.how in (StreamEnd.FIN, StreamEnd.RST):
            self.closed(event.connection, event.direction, event.stamp)

    def closed(self, connection: ConnectionId, direction: Direction, stamp: Stamp) -> None:
        """One side closed a connection."""
        known = self._known.get(connection)
        if known is not None and known.first_end is None:
            known.first_end = stamp
            by_originator = direction is Direction.FROM_ORIGINATOR
            known.first_end_by = known.originator if by_originator else known.responder

    def snapped(self, connection: ConnectionId, stamp: Stamp) -> Connection | None:
        known = self._known.get(connection)
        if known is not None and known.snapped is None:
            known.snapped = stamp
        return known

    def forget(self, connection: ConnectionId) -> None:
        """A settled connection needs no memory."""
        self._known.pop(connection, None)

    def remaining(self) -> list[Connection]:
        """In order of appearance."""
        return list(self._known.values())
