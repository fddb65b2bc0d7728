"""`FrameBatch`es → connections' bytes, datagrams, and what is odd: the room as the others see it."""

from __future__ import annotations

from dataclasses import fields
from typing import Final, Self

import numpy as np

from wsdtrace.net import address
from wsdtrace.net.connection import Connection
from wsdtrace.net.flows import make_key
from wsdtrace.net.fragments import Fragments
from wsdtrace.net.ip import Packets, join_packets, read_ip
from wsdtrace.net.limits import NetAnomalyKind, NetLimits
from wsdtrace.net.link import locate_ip
from wsdtrace.net.outbox import Outbox
from wsdtrace.net.table import Connections
from wsdtrace.net.transport import JOINED, TCP, UDP, Datagrams, Segments, in_frame_order, read_tcp, read_udp
from wsdtrace.records import (
    I64,
    ConnectionId,
    Datagram,
    Direction,
    Endpoint,
    FrameBatch,
    Gap,
    NetEvent,
    Stamp,
    StreamChunk,
    StreamEnded,
)

BACKWARDS_NS: Final = 1_000_000_000
"""A frame older than capture time by more than this is the anomaly `time_backwards`."""

_RESUMED: Final = ConnectionId(0)


class Net:
    """Frames in, events out. Holds what waits for its neighbours, within `NetLimits`."""

    def __init__(self, limits: NetLimits | None = None, *, compact: bool = False) -> None:
        """Begin with nothing.

        Args:
            limits: bounds.
            compact: long runs are handed on as they lie in the batch (`Extents`), and a connection that begins and ends
                in it as one event (`WholeConnection`); whoever takes the events looks at them before the next batch.
        """
        self._limits = limits or NetLimits()
        self._out = Outbox(self._limits)
        self._fragments = Fragments(self._limits)
        self._table = Connections(self._limits, self._out, compact=compact)
        self._now_ns = -(1 << 63)
        self._backwards = False
        self._last = Stamp(0, 0)
        self._only: Direction | None = None

    @classmethod
    def resume(
        cls,
        originator: Endpoint,
        responder: Endpoint,
        direction: Direction,
        base_seq: int,
        offset: int,
        *,
        connection: ConnectionId = _RESUMED,
        limits: NetLimits | None = None,
        compact: bool = False,
    ) -> Self:
        """A reader of one direction of one connection, from a stream offset on: how a `ContentRef` is read again.

        Fed with the frames of the reference's file range, it gives the chunks, gaps and end of that direction alone,
        with the stream offsets of the first reading.

        Args:
            originator: of the connection.
            responder: of the connection.
            direction: that is read.
            base_seq: sequence number of stream offset 0 of that direction (`StreamChunk.base_seq`).
            offset: stream offset to start at.
            connection: id that the events carry.
            limits: as for `Net`.
            compact: as for `Net`.
        """
        net = cls(limits, compact=compact)
        ends = (
            (originator, responder)
            if address.words(originator) <= address.words(responder)
            else (responder, originator)
        )
        key = make_key(address.version(originator), address.words(ends[0]), address.words(ends[1]))
        known = Connection(key, ends, connection, net._limits.piece_overhead)
        side = known.tape.originator = ends.index(originator)
        known.resume(side if direction is Direction.FROM_ORIGINATOR else 1 - side, base_seq, offset)
        net._table.restrict_to(known)
        net._only = direction
        return net

    @property
    def held(self) -> int:
        """Bytes that wait: behind holes, and as fragments."""
        return self._out.held + self._fragments.held

    @property
    def connections(self) -> int:
        """Connections that are remembered."""
        return len(self._table)

    def feed(self, batch: FrameBatch) -> list[NetEvent]:
        """Take the frames of a batch.

        Returns:
            the events that they cause, in the order of the frames that caused them.
        """
        n = len(batch)
        if not n:
            return []
        out = self._out
        now_ns: I64 = np.maximum.accumulate(np.maximum(batch.time_ns, self._now_ns))
        parsed = read_ip(batch.buffer, locate_ip(batch))
        slow = self._fragments.read(batch.buffer, parsed.slow, now_ns[parsed.slow.row].tolist())
        out.begin(batch.buffer, slow.data, batch.first_number, batch.time_ns, now_ns)
        self._check_time(batch.time_ns, now_ns)
        damaged = [*parsed.damaged.tolist(), *slow.damaged]
        packets = join_packets([parsed.plain, slow.in_place]) if len(slow.in_place) else parsed.plain
        segments, datagrams = self._read_transport(batch, packets, damaged)
        if len(slow.joined):
            more, more_udp = self._read_joined(slow.data, slow.joined, len(packets), damaged)
            segments, datagrams = in_frame_order(segments, more), in_frame_order(datagrams, more_udp)
            packets = Packets(
                *(np.concatenate([getattr(p, f.name) for p in (packets, slow.joined)]) for f in fields(packets))
            )
        self._tell(NetAnomalyKind.HEADER_DAMAGED, "a header is cut or contradicts itself", damaged)
        self._tell(NetAnomalyKind.LIMIT_REACHED, "fragments of an IP packet were dropped at a bound", slow.given_up)
        if self._only is None:
            self._datagrams(batch, datagrams, packets)
        if len(segments):
            self._table.feed(batch, segments, packets, now_ns)
        out.row = n - 1
        self._now_ns = int(now_ns[-1])
        self._table.expire(self._now_ns)
        self._last = out.stamp_of(n - 1)
        return self._selected(out.take())

    def close(self) -> list[NetEvent]:
        """The input ends: what waits is handed on behind its hole, and every open direction ends."""
        self._table.close(Stamp(self._last.number, max(self._last.time_ns, self._now_ns)))
        return self._selected(self._out.take())

    def _selected(self, events: list[NetEvent]) -> list[NetEvent]:
        if self._only is None:
            return events
        kinds = StreamChunk, Gap, StreamEnded
        return [event for event in events if isinstance(event, kinds) and event.direction is self._only]

    def _check_time(self, time_ns: I64, now_ns: I64) -> None:
        """Report where time starts to be behind."""
        behind = now_ns - time_ns > BACKWARDS_NS
        begins = behind & ~np.concatenate([[self._backwards], behind[:-1]])
        self._backwards = bool(behind[-1])
        for row in np.flatnonzero(begins).tolist():
            late = int(now_ns[row] - time_ns[row])
            self._tell(NetAnomalyKind.TIME_BACKWARDS, f"{late} ns older than a frame before it", [row])

    def _tell(self, kind: NetAnomalyKind, detail: str, rows: list[int]) -> None:
        for row in sorted(rows):
            self._out.row = row
            self._out.anomaly(kind, detail, self._out.stamp)

    def _read_transport(self, batch: FrameBatch, packets: Packets, damaged: list[int]) -> tuple[Segments, Datagrams]:
        segments, bad = read_tcp(batch.buffer, packets, np.flatnonzero(packets.protocol == TCP), 0)
        datagrams, bad_udp = read_udp(batch.buffer, packets, np.flatnonzero(packets.protocol == UDP), 0)
        damaged += [*bad.tolist(), *bad_udp.tolist()]
        return segments, datagrams

    def _read_joined(self, data: bytes, joined: Packets, before: int, damaged: list[int]) -> tuple[Segments, Datagrams]:
        """The packets that were fragments; their rows follow the `before` others."""
        joined.start += JOINED
        segments, bad = read_tcp(data, joined, np.flatnonzero(joined.protocol == TCP), JOINED)
        datagrams, bad_udp = read_udp(data, joined, np.flatnonzero(joined.protocol == UDP), JOINED)
        damaged += [*bad.tolist(), *bad_udp.tolist()]
        segments.packet = segments.packet + before
        datagrams.packet = datagrams.packet + before
        return segments, datagrams

    def _datagrams(self, batch: FrameBatch, datagrams: Datagrams, packets: Packets) -> None:
        out, at = self._out, datagrams.packet
        columns = (
            datagrams.row, packets.version[at], packets.source_high[at], packets.source_low[at], datagrams.source,
            packets.destination_high[at], packets.destination_low[at], datagrams.destination, datagrams.place,
            datagrams.have, datagrams.length, batch.interface[datagrams.row],
        )  # fmt: skip
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for row, version, sh, sl, sport, dh, dl, dport, place, have, length, interface in rows:
            source, destination = address.endpoint(version, sh, sl, sport), address.endpoint(version, dh, dl, dport)
            data = bytes(out.payload(place, have))
            out.put(row, Datagram(source, destination, data, out.stamp_of(row), interface, have >= length))
