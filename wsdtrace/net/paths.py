"""Frames, read once more → what the network did during each exchange: round trip, bytes sent again, shut windows.

Theory of operation: only reports that list every exchange ask for this, and only of a source that can be read again. So
the first pass keeps nothing of it. All exchanges are measured in one pass: segments are told by a number made of their
4-tuple, and those of no exchange are left out by column. Of what is left, a *stretch* is where one side sends data in
order, the other acknowledges it, and no window is shut: it is taken at once, since only the edge of its stream moves.
Other segments are walked one by one. As in `pace`, only plain packets count.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from wsdtrace.net import address
from wsdtrace.net.columns import gather_u16
from wsdtrace.net.ip import U64, read_ip
from wsdtrace.net.link import locate_ip
from wsdtrace.net.transport import ACK, FIN, RST, SYN, TCP, read_tcp, seq_diff
from wsdtrace.records import I64, Endpoint, FrameBatch, PathFacts

MAX_HOLES: Final = 10_000
"""Holes of one flow that are remembered: twice what a window of 8 MB and every second segment lost make. What fills a
forgotten one counts as sent again."""

STRETCH_LEAST: Final = 32
"""Segments of a stretch that is taken at once; shorter ones are walked as fast."""

_WINDOW_AT: Final = 14
"""Offset of the window in the TCP header (RFC 9293 §3.1)."""
_PRIMES: Final = tuple(
    np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
)
"""Odd numbers without structure, for mixing; two 4-tuples of one capture with one number would need 2**32 tuples."""


class Underway(NamedTuple):
    """One exchange: its peers, and when it was under way."""

    client: Endpoint
    server: Endpoint
    start_ns: int
    end_ns: int


class _Pair:
    """The connections between two sockets, one after another."""

    __slots__ = ("asked_ns", "facts", "flows", "repeated", "rtt_ns", "spans", "starts")

    def __init__(self) -> None:
        self.spans: list[Underway] = []
        self.facts: list[PathFacts] = []
        self.starts: list[int] = []
        self.asked_ns: int | None = None
        self.repeated = False
        self.rtt_ns: int | None = None
        self.flows = _Flow(self, forth=True), _Flow(self, forth=False)

    @property
    def is_settled(self) -> bool:
        """The handshake is over, or not seen, and no window is shut."""
        waits = self.asked_ns is not None and self.rtt_ns is None and not self.repeated
        return not waits and all(flow.shut_ns is None for flow in self.flows)

    def pass_by(self, time_ns: I64) -> None:
        """Segments came at these times, of which nothing but the round trip has to be known."""
        time_ns = np.sort(time_ns)
        rows, first = np.unique(np.searchsorted(self.starts, time_ns, side="right") - 1, return_index=True)
        for row, at in zip(rows.tolist(), time_ns[first].tolist(), strict=True):
            if row >= 0 and at <= self.spans[row].end_ns and self.facts[row].rtt_ns is None:
                self.facts[row].rtt_ns = self.rtt_ns

    def at(self, time_ns: int) -> PathFacts | None:
        """The exchange that was under way."""
        row = bisect_right(self.starts, time_ns) - 1
        return self.facts[row] if row >= 0 and time_ns <= self.spans[row].end_ns else None

    def handshake(self, time_ns: int, flags: int, *, forth: bool) -> None:
        """A segment of the client (`forth`) or the server, as long as the round trip is not known."""
        if forth and flags & SYN:
            self.repeated = self.asked_ns is not None and self.rtt_ns is None
            self.asked_ns, self.rtt_ns = time_ns, None
        elif forth and flags & ACK and self.asked_ns is not None and self.rtt_ns is None and not self.repeated:
            self.rtt_ns = max(time_ns - self.asked_ns, 0)

    def ended(self) -> None:
        """What follows is another connection."""
        self.asked_ns, self.repeated = None, False


class _Flow:
    """One direction of a pair."""

    __slots__ = ("edge", "edge_seq", "forth", "holes", "pair", "shut_ns")

    def __init__(self, pair: _Pair, *, forth: bool) -> None:
        self.pair = pair
        self.forth = forth
        self.edge = 0
        self.edge_seq = -1
        self.holes: list[tuple[int, int]] = []
        self.shut_ns: int | None = None

    def advance(self, length: int) -> None:
        """So many bytes follow the edge."""
        self.edge += length
        self.edge_seq = (self.edge_seq + length) & 0xFFFFFFFF


class PathMeter:
    """Measures all exchanges of a capture in one pass.

    Args:
        spans: the exchanges over TCP, by any key.
    """

    def __init__(self, spans: Iterable[tuple[int, Underway]]) -> None:
        pairs: dict[tuple[Endpoint, Endpoint], _Pair] = {}
        self.facts: dict[int, PathFacts] = {}
        """By the key of the exchange."""
        self._flows: dict[int, _Flow] = {}
        for key, span in sorted(spans, key=lambda row: row[1].start_ns):
            ends = (span.client, span.server)
            if ends not in pairs:
                pairs[ends] = _Pair()
                forth, back = pairs[ends].flows
                self._flows[_number(*ends)], self._flows[_number(*ends[::-1])] = forth, back
            pair = pairs[ends]
            facts = self.facts[key] = PathFacts()
            pair.spans.append(span)
            pair.starts.append(span.start_ns)
            pair.facts.append(facts)
        self._wanted = np.array(sorted(self._flows), dtype=np.uint64)
        numbers: dict[int, int] = {}
        self._by_number = [self._flows[number] for number in self._wanted.tolist()]
        self._pair = np.array([numbers.setdefault(id(flow.pair), len(numbers)) for flow in self._by_number])
        """(f,) a number for the pair of each flow, in the order of `_wanted`."""

    def feed(self, batch: FrameBatch) -> None:
        """Take the frames of a batch."""
        if not len(batch) or not len(self._wanted):
            return
        packets = read_ip(batch.buffer, locate_ip(batch)).plain
        segments, _ = read_tcp(batch.buffer, packets, np.flatnonzero(packets.protocol == TCP), 0)
        at = segments.packet
        number = _numbers(
            (packets.source_high[at], packets.source_low[at], segments.source),
            (packets.destination_high[at], packets.destination_low[at], segments.destination),
        )
        flow = np.minimum(np.searchsorted(self._wanted, number), len(self._wanted) - 1)
        mine = np.flatnonzero(self._wanted[flow] == number)
        if not len(mine):
            return
        mine = mine[np.argsort(self._pair[flow[mine]], kind="stable")]  # what happens to one pair is nothing to others
        windows = gather_u16(batch.buffer, packets.start[at[mine]] + _WINDOW_AT)
        columns = np.stack([
            flow[mine], batch.time_ns[segments.row[mine]], segments.seq[mine], segments.length[mine],
            segments.flags[mine], windows,
        ])  # fmt: skip
        done = 0
        for start, stop in self._stretches(columns):
            self._walk(columns[:, done:start])
            self._stretch(columns[:, start:stop])
            done = stop
        self._walk(columns[:, done:])

    def _stretches(self, columns: I64) -> list[tuple[int, int]]:
        """Where long stretches begin and end."""
        flow, _, seq, length, flags, window = columns
        odd = ((flags & (SYN | FIN | RST)) != 0) | (window == 0)
        breaks = odd.copy()
        breaks[1:] |= odd[:-1]
        breaks[1:] |= self._pair[flow[1:]] != self._pair[flow[:-1]]
        data = np.flatnonzero(length)
        one, two = data[:-1], data[1:]
        follows = (flow[one] == flow[two]) & (((seq[one] + length[one]) & 0xFFFFFFFF) == seq[two])
        breaks[two[~follows]] = True
        breaks[0] = True
        starts = np.flatnonzero(breaks)
        stops = np.append(starts[1:], len(flow))
        long = stops - starts >= STRETCH_LEAST
        return list(zip(starts[long].tolist(), stops[long].tolist(), strict=True))

    def _walk(self, columns: I64) -> None:
        """Segments, one by one."""
        for number, *row in columns.T.tolist():
            self._take(self._by_number[number], *row)

    def _stretch(self, columns: I64) -> None:
        """A stretch: at its beginning segment by segment, as long as anything can happen; the rest at once."""
        flow, time_ns, seq, length, _, _ = columns
        pair = self._by_number[int(flow[0])].pair
        data = np.flatnonzero(length)
        sender = self._by_number[int(flow[data[0]])] if len(data) else None
        tries = min(len(flow), STRETCH_LEAST)
        for at in range(tries):
            rest = data[np.searchsorted(data, at) :]
            in_order = sender is None or not len(rest) or sender.edge_seq == seq[rest[0]]
            if in_order and pair.is_settled:
                if sender is not None:
                    sender.advance(int(length[rest].sum()))
                pair.pass_by(time_ns[at:])
                return
            self._walk(columns[:, at : at + 1])
        self._walk(columns[:, tries:])

    def close(self) -> dict[int, PathFacts]:
        """The input ends; returns the facts by key."""
        for flow in self._flows.values():
            if flow.shut_ns is not None:
                self._opened(flow, max(span.end_ns for span in flow.pair.spans))
        return self.facts

    def _take(self, flow: _Flow, time_ns: int, seq: int, length: int, flags: int, window: int) -> None:
        """One segment."""
        pair = flow.pair
        pair.handshake(time_ns, flags, forth=flow.forth)
        facts = pair.at(time_ns)
        if facts is not None and facts.rtt_ns is None:
            facts.rtt_ns = pair.rtt_ns
        if flags & SYN:
            flow.edge, flow.edge_seq, flow.holes, flow.shut_ns = 0, (seq + 1) & 0xFFFFFFFF, [], None
            return
        if length:
            again = self._again(flow, seq, length)
            if again and facts is not None:
                facts.retransmitted_bytes += again
        if flow.shut_ns is not None and (window or flags & (FIN | RST)):
            self._opened(flow, time_ns)
        if not window and not flags & RST and flow.shut_ns is None:
            flow.shut_ns = time_ns
        if flags & (FIN | RST):
            pair.ended()

    @staticmethod
    def _again(flow: _Flow, seq: int, length: int) -> int:
        """How many bytes of a segment were there before; the edge moves on."""
        if flow.edge_seq < 0:
            flow.edge_seq = seq
        start = flow.edge + seq_diff(seq, flow.edge_seq)
        end = start + length
        if start > flow.edge and len(flow.holes) < MAX_HOLES:
            flow.holes.append((flow.edge, start))
        again = max(min(end, flow.edge) - start, 0)
        if again and flow.holes:
            # Holes lie in order and apart, so those that the segment touches stand together.
            first = bisect_right(flow.holes, start, key=lambda hole: hole[1])
            last = bisect_left(flow.holes, end, key=lambda hole: hole[0])
            touched = flow.holes[first:last]
            again -= sum(min(high, end) - max(low, start) for low, high in touched)
            flow.holes[first:last] = [(x, y) for low, high in touched for x, y in ((low, start), (end, high)) if x < y]
        if end > flow.edge:
            flow.advance(end - flow.edge)
        return again

    @staticmethod
    def _opened(flow: _Flow, time_ns: int) -> None:
        """The window of a flow's sender is open again: its time counts for the exchanges that it fell into."""
        shut_ns, flow.shut_ns = flow.shut_ns, None
        assert shut_ns is not None
        row = max(bisect_right(flow.pair.starts, shut_ns) - 1, 0)
        for span, facts in zip(flow.pair.spans[row:], flow.pair.facts[row:], strict=True):
            if span.start_ns > time_ns:
                break
            facts.zero_window_ns += max(min(time_ns, span.end_ns) - max(shut_ns, span.start_ns), 0)


def _numbers(sender: tuple[U64, U64, I64], receiver: tuple[U64, U64, I64]) -> U64:
    """(n,) a number for each 4-tuple: equal for equal ones, and in practice for no others."""
    mixed = np.zeros(len(sender[0]), dtype=np.uint64)
    ports = (sender[2].astype(np.uint64) << np.uint64(16)) | receiver[2].astype(np.uint64)
    for column in (sender[0], sender[1], receiver[0], receiver[1], ports):
        for prime in _PRIMES[:2]:
            mixed = (mixed ^ column) * prime
            mixed ^= mixed >> np.uint64(29)
    return mixed


def _number(sender: Endpoint, receiver: Endpoint) -> int:
    """The number of one 4-tuple."""

    def columns(end: Endpoint) -> tuple[U64, U64, I64]:
        high, low, port = address.words(end)
        return np.array([high], dtype=np.uint64), np.array([low], dtype=np.uint64), np.array([port], dtype=np.int64)

    return int(_numbers(columns(sender), columns(receiver))[0])
