"""Segments of a batch → events of their connections: the table of connections, the plain way and the slow way.

Theory of operation: connections whose segments of this batch are *plain* (see `flows`) have their runs joined by column;
the segments of all others pass one by one, in frame order, through their `Connection`. Both ways give the same events:
the plain way is only taken where the slow one would find nothing to decide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wsdtrace.net.address import endpoint
from wsdtrace.net.connection import NEVER, Connection, Frame
from wsdtrace.net.flows import Expected, Grouped, Key, data_runs, group_by_connection, plain_groups
from wsdtrace.net.ip import Packets
from wsdtrace.net.limits import NetAnomalyKind, NetLimits
from wsdtrace.net.outbox import Outbox
from wsdtrace.net.transport import RST, Segments
from wsdtrace.records import (
    I64,
    ConnectionId,
    Endpoint,
    FrameBatch,
    GapReason,
    SegmentIndex,
    Stamp,
    StreamChunk,
)

_Bools = NDArray[np.bool_]


class Streams:
    """All TCP connections that are remembered, by endpoints."""

    def __init__(self, limits: NetLimits, out: Outbox) -> None:
        self._limits = limits
        self._out = out
        self._open: dict[Key, Connection] = {}
        """In order of their last segment."""
        self._over: dict[Key, Connection] = {}
        """Ended ones, so that late segments are known; in the same order."""
        self._next_id = 0
        self._only: Key | None = None

    def __len__(self) -> int:
        return len(self._open) + len(self._over)

    def restrict_to(self, connection: Connection) -> None:
        """Know this connection and ignore all others."""
        self._open[connection.key] = connection
        self._only = connection.key

    def feed(self, batch: FrameBatch, segments: Segments, packets: Packets, now_ns: I64) -> None:
        """Take the segments of a batch, at least one."""
        grouped = group_by_connection(segments, packets)
        known = [self._open.get(key) or self._over.get(key) for key in grouped.keys]
        if self._only is not None:
            slow: _Bools = np.array([key == self._only for key in grouped.keys])
        else:
            expected, allowed = _expected(known)
            plain = plain_groups(segments, grouped, expected, allowed)
            if plain.any():
                self._plain(batch, segments, grouped, plain, known)
            slow = ~plain
        if slow.any():
            self._slow(batch, segments, grouped, slow, known, packets, now_ns)
        self._sort_by_age(grouped, segments, known)

    def _plain(
        self, batch: FrameBatch, segments: Segments, grouped: Grouped, plain: _Bools, known: list[Connection | None]
    ) -> None:
        """Connections in which nothing but bytes in order happens: join the runs."""
        out = self._out
        sides = np.zeros((len(known), 2), dtype=np.bool_)
        sides[grouped.group, grouped.side] = True
        for group in np.flatnonzero(plain).tolist():
            connection = known[group]
            assert connection is not None
            for half, seen in zip(connection.halves, sides[group].tolist(), strict=True):
                half.seen |= seen
        runs = data_runs(segments, grouped, plain)
        at = runs.segment
        if not len(at):
            return
        row, length, place = segments.row[at], segments.length[at], segments.place[at]
        flow = grouped.group[at] * 2 + grouped.side[at]
        before = np.cumsum(length) - length
        columns = np.stack([before, row + batch.first_number, batch.time_ns[row], batch.file_offset[row]])
        begins, ends = place.tolist(), (place + length).tolist()
        window = memoryview(batch.buffer)
        for start, stop, which, last_row in zip(
            runs.start.tolist(), runs.stop.tolist(), flow[runs.start].tolist(), row[runs.stop - 1].tolist(), strict=True
        ):
            connection = known[which >> 1]
            assert connection is not None
            half = connection.halves[which & 1]
            index = columns[:, start:stop].copy()
            index[0] += half.next_offset - index[0, 0]
            if stop - start == 1:
                data = bytes(window[begins[start] : ends[start]])
            else:
                data = b"".join([window[a:b] for a, b in zip(begins[start:stop], ends[start:stop], strict=True)])
            direction = connection.direction(which & 1)
            chunk = StreamChunk(connection.id, direction, half.next_offset, data, SegmentIndex(*index), half.base)
            half.advance(len(data))
            out.remember(half, data)
            out.put(last_row, chunk)

    def _slow(
        self,
        batch: FrameBatch,
        segments: Segments,
        grouped: Grouped,
        slow: _Bools,
        known: list[Connection | None],
        packets: Packets,
        now_ns: I64,
    ) -> None:
        """All other connections: segment by segment, in frame order over all of them."""
        out = self._out
        at = np.flatnonzero(slow[grouped.group])
        row = segments.row[at]
        columns = (
            row, grouped.group[at], grouped.side[at], segments.seq[at], segments.ack[at], segments.flags[at],
            segments.place[at], segments.have[at], segments.length[at], row + batch.first_number, batch.time_ns[row],
            batch.file_offset[row], now_ns[row],
        )  # fmt: skip
        packet_of = segments.packet[at].tolist()
        ports = list(zip(segments.source[at].tolist(), segments.destination[at].tolist(), strict=True))
        for i, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            frame = Frame(*values)
            out.row = frame.row
            connection = known[frame.group]
            stray = None
            if connection is not None:
                if connection.receive(frame, out):
                    continue
                stray = connection.halves[frame.side].stray
                connection.reuse(frame.stamp, out)
                connection.flush(out)
            elif frame.flags & RST:
                continue  # of a connection that ended before the capture began
            ends = _ends(packets, packet_of[i], ports[i], frame.side)
            connection = Connection(grouped.keys[frame.group], ends, self._new_id(), self._limits.piece_overhead)
            known[frame.group] = connection
            connection.begin(frame, stray, out)
        for connection in out.running:
            connection.flush(out)
        out.running.clear()
        self._bound_held()

    def _new_id(self) -> ConnectionId:
        number = ConnectionId(self._next_id)
        self._next_id += 1
        return number

    def _sort_by_age(self, grouped: Grouped, segments: Segments, known: list[Connection | None]) -> None:
        """Move the connections of this batch behind all others, by their last segment; forget what is too much."""
        for group in np.argsort(grouped.last).tolist():
            connection, key = known[group], grouped.keys[group]
            if connection is None:
                continue
            self._open.pop(key, None)
            self._over.pop(key, None)
            (self._over if connection.over else self._open)[key] = connection
        while len(self) > self._limits.connections:
            self._evict()

    def _evict(self) -> None:
        if self._over:
            del self._over[next(iter(self._over))]
            return
        connection = self._open.pop(next(iter(self._open)))
        stamp = self._out.stamp
        detail = f"more than {self._limits.connections} connections: the one idle longest was given up"
        self._out.anomaly(NetAnomalyKind.LIMIT_REACHED, detail, stamp, connection.id)
        connection.evict(stamp, self._out)
        connection.flush(self._out)
        self._out.running.clear()

    def _bound_held(self) -> None:
        """Keep what waits in all connections under its bound: where most waits, the holes are given up."""
        out, bound = self._out, self._limits.total_bytes
        if out.held <= bound:
            return
        halves = [
            (half, connection) for connection in self._open.values() for half in connection.halves if half.waiting
        ]
        halves.sort(key=lambda pair: pair[0].waiting.held, reverse=True)
        for half, connection in halves:
            if out.held <= bound * 3 // 4:
                break
            connection.give_up(half, GapReason.LIMIT, out.stamp, out)
            connection.flush(out)
        out.running.clear()

    def expire(self, now_ns: int) -> None:
        """Decide what was due until capture time `now_ns` in connections that were silent."""
        out = self._out
        for connection in sorted(out.watched, key=lambda each: each.id):
            if connection.deadline <= now_ns:
                connection.expire(now_ns, out)
                connection.flush(out)
                if connection.over and self._open.pop(connection.key, None) is not None:
                    self._over[connection.key] = connection
            if connection.deadline == NEVER:
                del out.watched[connection]
        out.running.clear()

    def close(self, stamp: Stamp) -> None:
        """The input ends."""
        for connection in sorted(self._open.values(), key=lambda each: each.id):
            connection.close(stamp, self._out)
            connection.flush(self._out)
        self._out.running.clear()
        self._out.watched.clear()
        self._open.clear()
        self._over.clear()


def _expected(known: list[Connection | None]) -> tuple[Expected, _Bools]:
    """What each direction expects, and which connections may take the plain way."""
    allowed = np.zeros(len(known), dtype=np.bool_)
    next_seq = [0] * (2 * len(known))
    ready = [False] * (2 * len(known))
    unseen = [True] * (2 * len(known))
    for group, connection in enumerate(known):
        if connection is None or not connection.plain:
            continue
        allowed[group] = True
        for i, half in zip((2 * group, 2 * group + 1), connection.halves, strict=True):
            next_seq[i] = half.next_seq
            ready[i] = half.ready
            unseen[i] = not half.seen
    return Expected(np.array(next_seq, dtype=np.int64), np.array(ready), np.array(unseen)), allowed


def _ends(packets: Packets, at: int, ports: tuple[int, int], side: int) -> tuple[Endpoint, Endpoint]:
    """The endpoints of a packet by side: the sender's is `side`."""
    version = int(packets.version[at])
    source = endpoint(version, int(packets.source_high[at]), int(packets.source_low[at]), ports[0])
    destination = endpoint(version, int(packets.destination_high[at]), int(packets.destination_low[at]), ports[1])
    return (source, destination) if side == 0 else (destination, source)
