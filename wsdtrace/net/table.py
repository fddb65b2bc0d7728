"""All TCP connections: the segments of a batch, item by item → the events of their connections.

Theory of operation: plain items (see `flows`) whose connection agrees have their runs joined without a look at single
segments; the segments of all other items pass one by one through their `Connection`. Both ways give the same events:
the first is only taken where the second would find nothing to decide. So it is with connections that begin and end in
the batch, of which one event is told for all (see `whole`).
"""

from __future__ import annotations

from itertools import islice

import numpy as np

from wsdtrace.net.address import endpoint
from wsdtrace.net.connection import NEVER, Connection, Frame
from wsdtrace.net.flows import Items, Key, cut_into_items, group_by_connection
from wsdtrace.net.ip import Packets
from wsdtrace.net.limits import NetAnomalyKind, NetLimits
from wsdtrace.net.outbox import Outbox
from wsdtrace.net.runs import Frames, Runs
from wsdtrace.net.transport import RST, Segments
from wsdtrace.net.whole import Past, Wholes
from wsdtrace.records import I64, ConnectionId, Endpoint, FrameBatch, GapReason, Stamp


class Connections:
    """The connections that are remembered, by endpoints, in the order of their last segment."""

    def __init__(self, limits: NetLimits, out: Outbox, *, compact: bool = False) -> None:
        """Args: compact: as for `Net`."""
        self._compact = compact
        self._limits = limits
        self._out = out
        self._open: dict[Key, Connection] = {}
        self._over: dict[Key, Connection | Past] = {}
        """Ended ones, so that late segments are known."""
        self._next_id = 0
        self._only: Key | None = None

    def __len__(self) -> int:
        return len(self._open) + len(self._over)

    def restrict_to(self, connection: Connection) -> None:
        """Know this connection and ignore all others."""
        self._open[connection.key] = connection
        self._only = connection.key

    def feed(self, batch: FrameBatch, segments: Segments, packets: Packets, now_ns: I64) -> None:
        """Take the segments of a batch.

        Args:
            batch: whose frames they came in.
            segments: at least one, in frame order.
            packets: that they came in.
            now_ns: (frames of the batch,) capture time at each.
        """
        grouped = group_by_connection(segments, packets)
        if self._only is not None and grouped.keys != [self._only]:
            wanted = np.array([key == self._only for key in grouped.keys])[grouped.group]
            if not wanted.any():
                return
            segments = segments.pick(np.flatnonzero(wanted))
            grouped = group_by_connection(segments, packets)
        known = [self._open.get(key) or self._past(key) for key in grouped.keys]
        items = cut_into_items(segments, grouped)
        runs = Runs(batch, segments, items, extents=self._compact)
        out = self._out
        columns = [
            items.group, items.start, items.stop, items.plain, items.seen, items.next_seq, items.ack, items.runs[:-1],
            items.runs[1:],
        ]  # fmt: skip
        wholes = self._wholes(batch, segments, items, grouped.side, known, now_ns, runs)
        if wholes is not None:
            columns = [column[wholes.begins] for column in columns]
        inside = None if wholes is None else wholes.inside
        frames = Frames(batch, segments, items, grouped.side, now_ns, inside)
        pasts: dict[int, Past] = {}
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for group, start, stop, plain, seen, next_seq, ack, first_run, last_run in rows:
            if wholes is not None and group in wholes.at:
                row, event, pasts[group] = wholes.tell(group, grouped.keys[group], self._number())
                out.put(row, event)
                continue
            connection = known[group]
            if plain and connection is not None and connection.receive_plain(seen, next_seq, ack):
                runs.hand_on(first_run, last_run, connection, out)
                continue
            for at, frame in enumerate(frames.of(start, stop), start):
                out.row = frame.row
                connection = known[group]
                if connection is not None and connection.receive(frame, out):
                    continue
                known[group] = self._begin(
                    connection, frame, packets, segments, int(items.order[at]), grouped.keys[group]
                )
        out.end_runs()
        self._bound_held()
        remembered = [pasts.get(group, connection) for group, connection in enumerate(known)]
        self._sort_by_age(grouped.keys, grouped.group, remembered)

    def _past(self, key: Key) -> Connection | None:
        """A connection that is over, if it is remembered."""
        past = self._over.get(key)
        return past.connection(self._limits.piece_overhead) if isinstance(past, Past) else past

    def _wholes(
        self,
        batch: FrameBatch,
        segments: Segments,
        items: Items,
        side: I64,
        known: list[Connection | None],
        now_ns: I64,
        runs: Runs,
    ) -> Wholes | None:
        """The connections that begin and end in a batch, where they are wanted as such and there are any."""
        if not self._compact or self._only is not None:
            return None
        fresh = np.array([connection is None for connection in known])
        wholes = Wholes(batch, segments, items, side, fresh, now_ns, runs, self._limits.syn_timeout_ns)
        return wholes if wholes.at else None

    def _number(self) -> ConnectionId:
        """The number of a new connection."""
        self._next_id += 1
        return ConnectionId(self._next_id - 1)

    def _begin(
        self, before: Connection | None, frame: Frame, packets: Packets, segments: Segments, at: int, key: Key
    ) -> Connection | None:
        """A new connection, which ends the one `before` it; None for a reset of nothing."""
        stray = None
        if before is not None:
            kept = before.streams[frame.side].stray
            stray = kept[1] if kept is not None and kept[0] == frame.seq else None
            if not before.over:
                before.reuse(frame.stamp, self._out)
            if self._only is not None:
                return before  # what comes after the one connection is not wanted
        elif frame.flags & RST:
            return None  # of a connection that ended before the capture began
        ends = _ends(packets, int(segments.packet[at]), int(segments.source[at]), int(segments.destination[at]))
        sides = ends if frame.side == 0 else ends[::-1]
        connection = Connection(key, sides, self._number(), self._limits.piece_overhead)
        connection.begin(frame, stray, self._out)
        return connection

    def _sort_by_age(self, keys: list[Key], group: I64, known: list[Connection | Past | None]) -> None:
        """Move the connections of this batch behind all others, by their last segment; forget what is too much."""
        last = np.zeros(len(keys), dtype=np.int64)
        last[group] = np.arange(len(group))  # the last assignment to an index stays
        for at in np.argsort(last).tolist():
            connection, key = known[at], keys[at]
            if connection is None:
                continue
            self._open.pop(key, None)
            self._over.pop(key, None)
            if isinstance(connection, Past) or connection.over:
                self._over[key] = connection
            else:
                self._open[key] = connection
        self._evict(len(self) - self._limits.connections)

    def _evict(self, count: int) -> None:
        """Forget the connections that are idle longest, ended ones first."""
        # All of them at once: the first key of a dictionary is sought behind all those that were taken from its front.
        for key in list(islice(self._over, max(count, 0))):
            del self._over[key]
            count -= 1
        for key in list(islice(self._open, max(count, 0))):
            connection = self._open.pop(key)
            stamp = self._out.stamp
            detail = f"more than {self._limits.connections} connections: the one idle longest was given up"
            self._out.anomaly(NetAnomalyKind.LIMIT_REACHED, detail, stamp, connection.id)
            connection.evict(stamp, self._out)

    def _bound_held(self) -> None:
        """Keep what waits in all connections under its bound: where most waits, the holes are given up."""
        out, bound = self._out, self._limits.total_bytes
        if out.held <= bound:
            return
        waiting = [(each, stream) for each in self._open.values() for stream in each.streams if stream.waiting]
        waiting.sort(key=lambda pair: pair[1].waiting.held, reverse=True)
        for connection, stream in waiting:
            if out.held <= bound * 3 // 4:  # some room, so that this is not done again at once
                break
            connection.give_up(stream, GapReason.LIMIT, out.stamp, out)

    def expire(self, now_ns: int) -> None:
        """Decide what was due until capture time `now_ns` in connections that were silent."""
        out = self._out
        for connection in sorted(out.watched, key=lambda each: each.id):
            if connection.deadline <= now_ns:
                connection.expire(now_ns, out)
                if connection.over and self._open.pop(connection.key, None) is not None:
                    self._over[connection.key] = connection
            if connection.deadline == NEVER:
                del out.watched[connection]

    def close(self, stamp: Stamp) -> None:
        """The input ends."""
        for connection in sorted(self._open.values(), key=lambda each: each.id):
            if not connection.over:
                connection.close(stamp, self._out)
        self._out.watched.clear()
        self._open.clear()
        self._over.clear()


def _ends(packets: Packets, at: int, source: int, destination: int) -> tuple[Endpoint, Endpoint]:
    """Sender and receiver of a packet."""
    version = int(packets.version[at])
    return (
        endpoint(version, int(packets.source_high[at]), int(packets.source_low[at]), source),
        endpoint(version, int(packets.destination_high[at]), int(packets.destination_low[at]), destination),
    )
