"""The bytes of one direction: segments in any order → what comes next, and which holes are given up.

When is a hole given up? A receiver acknowledges only what it has, and a sender forgets what was acknowledged. So once
the peer acknowledged everything up to the end of the hole, the bytes were on the wire and will not be sent again: the
capture missed them. They are still waited for, for a grace (`NetLimits.ack_grace_frames`, `ack_grace_ns`), because a
capture may show an acknowledgement some frames before its data. Acknowledgements of bytes behind everything that was
seen count alike: a lost request shows in the acknowledgement that its response carries. Where the peer was never seen,
the direction's own later segments are the evidence, with a longer grace. Without such evidence a hole waits for its
retransmission until the direction ends or a bound bites. Rejected: giving up when the other direction sends data,
because servers answer before a request is complete, and giving up by time alone, because retransmissions may take
minutes.

1. Everything here is in stream offsets (Python integers that never wrap); `offset_of` is the only translation.
2. A stretch whose bytes the snap length cut is a part without data: it fills its place and becomes a Gap(SNAPPED).
3. Every decision depends on frames of this connection and on capture time, never on where a batch ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from wsdtrace.net.limits import NetAnomalyKind
from wsdtrace.net.reassembly import Part, Waiting
from wsdtrace.net.transport import seq_add, seq_diff
from wsdtrace.records import Gap, GapReason, Stamp, StreamEnd, StreamEnded

if TYPE_CHECKING:
    from wsdtrace.net.outbox import Outbox
    from wsdtrace.net.tape import Tape

_GAPS_REMEMBERED: Final = 8
"""Holes given up last, to recognise bytes that come too late."""


class Mark(NamedTuple):
    """Evidence that bytes before `offset` will not come any more, unless they do within its grace."""

    offset: int
    frames: int
    """Count of the connection's frames at which the grace ends."""
    time_ns: int
    """Capture time at which it ends."""


class Stream:
    """One direction of a connection."""

    __slots__ = (
        "_gaps", "_told", "acked", "base", "end_offset", "ended", "history", "history_bytes", "marks", "next_offset",
        "next_seq", "seen", "side", "started", "stray", "syn", "tape", "waiting",
    )  # fmt: skip

    def __init__(self, side: int, tape: Tape, overhead: int) -> None:
        self.side = side
        """0 when the lower endpoint of the connection's key sends it."""
        self.tape = tape
        self.seen = False
        """A frame of it was seen."""
        self.acked = 0
        """Offset up to which its peer acknowledged it before a frame of it was seen."""
        self.syn = False
        """Its SYN was seen, or is known from the acknowledgement of it."""
        self.started = False
        """`base` is known."""
        self.base = 0
        """Sequence number of stream offset 0."""
        self.next_seq = 0
        self.next_offset = 0
        """The next byte to hand on."""
        self.end_offset: int | None = None
        """Where its FIN says that it ends."""
        self.ended: StreamEnd | None = None
        self.waiting = Waiting(overhead)
        """What waits behind a hole."""
        self.marks: list[Mark] = []
        self.history: list[bytes] = []
        """The last bytes handed on, to compare retransmissions with; nothing that stands before a gap."""
        self.history_bytes = 0
        self.stray: tuple[int, Part] | None = None
        """A segment far from the stream, which the next one may confirm: the sequence number behind it, its bytes."""
        self._gaps: list[tuple[int, int]] = []
        self._told: tuple[NetAnomalyKind, ...] = ()

    def start(self, seq: int, *, syn: bool) -> None:
        """Stream offset 0 has this sequence number."""
        self.started, self.syn = True, syn
        self.base = self.next_seq = seq
        self.next_offset = 0

    def offset_of(self, seq: int) -> int:
        """Stream offset of a sequence number near the next byte."""
        return self.next_offset + seq_diff(seq, self.next_seq)

    def advance(self, length: int) -> None:
        """The next `length` bytes are done with."""
        self.next_offset += length
        self.next_seq = seq_add(self.next_seq, length)

    @property
    def ready(self) -> bool:
        """Bytes at `next_seq` can be handed on as they come."""
        return self.started and self.ended is None and self.end_offset is None

    @property
    def settled(self) -> bool:
        """Nothing waits and nothing is to be decided."""
        return not self.waiting and not self.marks and self.stray is None

    # -- bytes --------------------------------------------------------------------------------

    def accept(self, part: Part, stamp: Stamp, out: Outbox) -> None:
        """Hand on or keep what is new of a part; `drain` must follow."""
        end = part.start + part.length
        if part.start < self.next_offset:
            self._compare(part, stamp, out)
            if end <= self.next_offset:
                return
            part = part.cut(self.next_offset, end)
        if self.end_offset is not None and end > self.end_offset:
            self.tell_once(NetAnomalyKind.DATA_AFTER_END, "bytes behind the FIN", stamp, out)
            if part.start >= self.end_offset:
                return
            part = part.cut(part.start, self.end_offset)
        if part.start == self.next_offset and not self.waiting:
            self._hand_on(part, out)
            return
        self.keep(part, stamp, out)
        while self.waiting and self.waiting.held > out.limits.direction_bytes:
            self.skip(self.waiting.first, GapReason.LIMIT, stamp, out)

    def keep(self, part: Part, stamp: Stamp, out: Outbox) -> None:
        """Let a part wait for what precedes it."""
        held = self.waiting.held
        if self.waiting.put(part):
            self._tell_overlap(stamp, out)
        out.hold(self.waiting.held - held)

    def drain(self, stamp: Stamp, out: Outbox) -> None:
        """Hand on what waited for the bytes that came, and the end."""
        while self.waiting and self.waiting.first <= self.next_offset:
            held = self.waiting.held
            parts = self.waiting.take()
            out.hold(self.waiting.held - held)
            for part in parts:
                self._hand_on(part, out)
        while self.marks and self.marks[0].offset <= self.next_offset:
            self.marks.pop(0)
        if self.end_offset is not None and self.next_offset >= self.end_offset and self.ended is None:
            self.end(StreamEnd.FIN, stamp, out)

    def _hand_on(self, part: Part, out: Outbox) -> None:
        """The next bytes of the stream."""
        offset = self.next_offset
        self.advance(part.length)
        if part.data is None:
            stamp = Stamp(part.where.frame, part.where.time_ns)
            self._tell_gap(offset, part.length, GapReason.SNAPPED, stamp, out)
            return
        data = bytes(part.data)
        self.tape.add(self.side, self.base, offset, data, part.where, out)
        out.remember(self, (data,))

    def _compare(self, part: Part, stamp: Stamp, out: Outbox) -> None:
        """A retransmission: does it say the same, and does it fill a hole that was given up?"""
        end = min(part.start + part.length, self.next_offset)
        if any(start < end and part.start < stop for start, stop in self._gaps):
            self.tell_once(NetAnomalyKind.DATA_AFTER_END, "bytes came after their hole was given up", stamp, out)
        is_keep_alive = part.length == 1 and end == self.next_offset  # RFC 9293 §3.8.4: one garbage octet
        if part.data is None or is_keep_alive:
            return
        oldest = self.next_offset - self.history_bytes
        low = max(part.start, oldest)
        if low < end:
            history = b"".join(self.history)
            if history[low - oldest : end - oldest] != part.data[low - part.start : end - part.start]:
                self._tell_overlap(stamp, out)

    def _tell_overlap(self, stamp: Stamp, out: Outbox) -> None:
        self.tell_once(NetAnomalyKind.OVERLAP_DIFFERS, "bytes repeated with other values", stamp, out)

    # -- holes --------------------------------------------------------------------------------

    def mark(self, mark: Mark) -> None:
        """Bytes before `mark.offset` are evidently on the other side."""
        if not self.marks or mark.offset > self.marks[-1].offset:
            self.marks.append(mark)

    def settle(self, stamp: Stamp, out: Outbox) -> None:
        """The grace of the first mark is over: give up the holes before it."""
        mark = self.marks.pop(0)
        offset = mark.offset
        if not self.waiting and self.marks:  # nothing came since: what was acknowledged meanwhile is of the same hole
            offset = self.marks[-1].offset
            self.marks.clear()
        while self.waiting and self.waiting.first <= offset:
            self.skip(self.waiting.first, GapReason.NOT_CAPTURED, stamp, out)
        # One byte behind everything seen is rather a FIN that was not captured.
        if not self.waiting and (offset - self.next_offset > 1 or offset == self.end_offset) and self.ended is None:
            self.skip(offset, GapReason.NOT_CAPTURED, stamp, out)

    def skip(self, offset: int, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        """Give up the bytes before `offset`, and hand on what stands behind them."""
        start = self.next_offset
        self.advance(offset - start)
        self._gaps = [*self._gaps[1 - _GAPS_REMEMBERED :], (start, offset)]
        self._tell_gap(start, offset - start, reason, stamp, out)
        self.drain(stamp, out)

    def _tell_gap(self, offset: int, length: int, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        out.forget(self)
        self.tape.emit(Gap(self.tape.id, self.tape.direction(self.side), offset, length, reason, stamp), out)

    # -- the end ------------------------------------------------------------------------------

    def finish(self, how: StreamEnd, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        """Nothing more will come: what waits is handed on behind its hole."""
        known = max((mark.offset for mark in self.marks), default=0)
        while self.waiting:
            self.skip(self.waiting.first, reason, stamp, out)
        if self.ended is None and self.end_offset is not None:
            self.skip(self.end_offset, reason, stamp, out)
        if self.ended is None and known - self.next_offset > 1:
            self.skip(known, reason, stamp, out)
        if self.ended is None:
            self.end(how, stamp, out)

    def end(self, how: StreamEnd, stamp: Stamp, out: Outbox) -> None:
        """It ends here."""
        self.ended = how
        self.marks.clear()
        out.forget(self)
        self.tape.emit(StreamEnded(self.tape.id, self.tape.direction(self.side), how, stamp, self.seen), out)

    def tell_once(self, kind: NetAnomalyKind, detail: str, stamp: Stamp, out: Outbox) -> None:
        """Report an anomaly of this direction, unless one of its kind was reported."""
        if kind not in self._told:
            self._told += (kind,)
            self.tape.anomaly(kind, detail, stamp, out)
