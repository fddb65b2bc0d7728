"""The life of one TCP connection: segments of both directions in frame order → events.

Theory of operation. `ASKED` (a SYN) → `OPEN` (anything but a reset came after it, or the capture starts in the middle)
→ `ENDED` (both directions ended). `ASKED` → `REFUSED` by a reset, or when nothing answers. An ended connection is
remembered, so that late segments do not look like a new one; a SYN with another initial sequence number, or bytes far
from the old stream, are a new one (`receive` then returns False).

When is a hole given up? A receiver acknowledges only what it has, and a sender forgets what was acknowledged. So once
the peer acknowledged everything up to the end of the hole, the bytes were on the wire and will not be sent again: the
capture missed them. They are still waited for, for a grace (`NetLimits.ack_grace_frames`, `ack_grace_ns`), because a
capture may show an acknowledgement some frames before its data. Acknowledgements of bytes behind everything that was
seen count alike: a lost request shows in the acknowledgement that its response carries. Where the peer was never seen,
the direction's own later segments are the evidence, with a longer grace. Without such evidence a hole waits for its
retransmission until the direction ends or a bound bites. Rejected: giving up when the other direction sends data,
because servers answer before a request is complete, and giving up by time alone, because retransmissions may take
minutes.

1. Every decision depends on frames of this connection and on capture time, never on where a batch ends.
2. An event of the connection ends the open run, so that its events stand in capture order over both directions.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from wsdtrace.net.limits import NetAnomalyKind
from wsdtrace.net.reassembly import Half, Mark, Part, Where
from wsdtrace.net.transport import ACK, FIN, RST, SYN, seq_add, seq_diff
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    ConnectionRefused,
    Direction,
    Endpoint,
    Gap,
    GapReason,
    NetEvent,
    SegmentIndex,
    Stamp,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)

if TYPE_CHECKING:
    from wsdtrace.net.flows import Key
    from wsdtrace.net.outbox import Outbox

NEVER: Final = 1 << 63
"""Later than any time."""
RESET_WINDOW: Final = 16 * 1024 * 1024
"""A reset farther from its stream than this (more than any receive window seen) belongs to an older connection."""
_HANDSHAKE_SLACK: Final = 65_535
"""Bytes that a SYN may carry and a SYN/ACK acknowledge (RFC 7413)."""


class State(Enum):
    """Where a connection stands."""

    ASKED = auto()
    OPEN = auto()
    REFUSED = auto()
    ENDED = auto()


class Frame(NamedTuple):
    """One segment, as the slow way takes it."""

    row: int
    """Row of the frame in its batch: the order of events."""
    group: int
    side: int
    seq: int
    ack: int
    flags: int
    place: int
    have: int
    length: int
    number: int
    time_ns: int
    file_offset: int
    now_ns: int
    """Capture time: the latest time of any frame so far."""

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.number, self.time_ns)


class Connection:
    """A 4-tuple from its first frame until it ends or is reused."""

    __slots__ = (
        "_index", "_parts", "_run_row", "_run_side", "deadline", "ends", "first", "frames", "halves", "id", "key",
        "last_syn", "originator", "refused", "repeated", "snapped", "state",
    )  # fmt: skip

    def __init__(self, key: Key, ends: tuple[Endpoint, Endpoint], number: ConnectionId, overhead: int) -> None:
        self.key = key
        self.ends = ends
        """The endpoints, by side."""
        self.id = number
        self.state = State.OPEN
        self.originator = 0
        """The side that opened it."""
        self.first = Stamp(0, 0)
        self.last_syn = self.first
        self.halves = (Half(0, overhead), Half(1, overhead))
        self.frames = 0
        """Segments seen; only differences of it mean something."""
        self.deadline = NEVER
        """Capture time at which something must be decided."""
        self.repeated = False
        """Its SYN came more than once."""
        self.refused = False
        """`ConnectionRefused` was told."""
        self.snapped = False
        self._run_side = -1
        self._run_row = 0
        self._parts: list[bytes | memoryview] = []
        self._index: list[tuple[int, int, int, int]] = []

    def direction(self, side: int) -> Direction:
        """The direction of what a side sends."""
        return Direction.FROM_ORIGINATOR if side == self.originator else Direction.FROM_RESPONDER

    @property
    def plain(self) -> bool:
        """Nothing is pending, so that bytes in order can be handed on without a look at anything else."""
        return self.state is State.OPEN and all(half.plain for half in self.halves)

    @property
    def over(self) -> bool:
        """Nothing more is to come."""
        return self.state in (State.ENDED, State.REFUSED)

    # -- the start ----------------------------------------------------------------------------

    def begin(self, frame: Frame, stray: Part | None, out: Outbox) -> None:
        """Take the first frame, which is no reset.

        Args:
            frame: it starts the connection.
            stray: what its sender sent just before, when that was not yet believed.
            out: where events go.
        """
        self.first = self.last_syn = frame.stamp
        half, other = self.halves[frame.side], self.halves[1 - frame.side]
        self.originator = frame.side
        if frame.flags & SYN and not frame.flags & ACK:
            self.state = State.ASKED
            half.start(seq_add(frame.seq, 1), syn=True)
            self.deadline = frame.now_ns + out.limits.syn_timeout_ns
            out.watch(self)
            if frame.have:  # RFC 7413: they count once it is answered
                where = Where(frame.number, frame.time_ns, frame.file_offset)
                half.waiting.put(Part(0, frame.have, out.payload(frame.place, frame.have), where))
                out.hold(half.waiting.held)
        elif frame.flags & SYN:
            self.originator = 1 - frame.side
            half.start(seq_add(frame.seq, 1), syn=True)
            other.start(frame.ack, syn=True)
            self._open(out, handshake=True)
        else:
            self._open(out, handshake=False)
        half.seen = True
        if self.state is State.OPEN:
            if stray is not None:
                half.start(seq_add(stray.start, -stray.length), syn=False)
                self._accept(half, stray._replace(start=0), frame, out)
            self.receive(frame, out)

    def _open(self, out: Outbox, *, handshake: bool) -> None:
        self.state = State.OPEN
        self.deadline = NEVER
        ends = self.ends[self.originator], self.ends[1 - self.originator]
        out.emit(ConnectionOpened(self.id, *ends, self.first, handshake))
        self._drain(self.halves[self.originator], self.first, out)

    # -- a segment ----------------------------------------------------------------------------

    def receive(self, frame: Frame, out: Outbox) -> bool:
        """Take one segment; False when it belongs to a new connection of the same endpoints."""
        if frame.now_ns >= self.deadline:
            self.expire(frame.now_ns, out)
        if self.over:
            return self._receive_late(frame, out)
        flags = frame.flags
        if flags & SYN and not self._synchronise(frame, out):
            return False
        half, other = self.halves[frame.side], self.halves[1 - frame.side]
        self.frames += 1
        half.seen = True
        if flags & RST:
            self._reset(frame, half, out)
            return True
        if self.state is State.ASKED:
            if flags & SYN:
                return True
            self._open(out, handshake=True)
        if flags & ACK and not other.started and half.syn:
            other.start(frame.ack, syn=True)  # the SYN/ACK was not captured; this acknowledges it
        if frame.length or flags & FIN:
            seq = seq_add(frame.seq, 1) if flags & SYN else frame.seq
            if not self._take(frame, seq, half, out):
                return False
        if flags & ACK and other.started and other.seen and self.state is State.OPEN:
            self._acknowledge(frame, other, out)
        for each in self.halves:
            while each.marks and self.frames >= each.marks[0].frames:
                self._settle(each, out)
        self._aim(out)
        return True

    def _synchronise(self, frame: Frame, out: Outbox) -> bool:
        """A SYN or SYN/ACK on a connection that is known; False when it starts another one."""
        half, other = self.halves[frame.side], self.halves[1 - frame.side]
        first_seq = seq_add(frame.seq, 1)
        if half.started:
            if self.state is State.ASKED and frame.side == self.originator:
                self.repeated, self.last_syn = True, frame.stamp
            return half.base == first_seq
        if frame.flags & ACK and self.state is State.ASKED:
            acknowledged = seq_diff(frame.ack, other.base)
            if not 0 <= acknowledged <= _HANDSHAKE_SLACK:
                return False
        elif not frame.flags & ACK and self.state is not State.ASKED:
            return False
        half.start(first_seq, syn=True)
        if self.state is State.ASKED:  # answered, or opened by both sides at once (RFC 9293 §3.5)
            self._open(out, handshake=True)
        return True

    def _reset(self, frame: Frame, half: Half, out: Outbox) -> None:
        if self.state is State.ASKED:
            self._refuse(frame.stamp, out, answered=frame.side != self.originator)
            return
        if half.started and abs(seq_diff(frame.seq, half.next_seq)) > RESET_WINDOW:
            detail = f"a reset with sequence number {frame.seq}, {half.next_seq} was expected"
            out.anomaly(NetAnomalyKind.RESET_IGNORED, detail, frame.stamp, self.id)
            return
        self.end(StreamEnd.RST, GapReason.NOT_CAPTURED, frame.stamp, out)

    def _receive_late(self, frame: Frame, out: Outbox) -> bool:
        """A segment after the end: a repeated one, bytes that nobody waits for, or a new connection."""
        half = self.halves[frame.side]
        if frame.flags & SYN:
            same = half.started and half.base == seq_add(frame.seq, 1)
            if same and self.state is State.REFUSED and not frame.flags & ACK:
                self.state, self.repeated, self.last_syn = State.ASKED, True, frame.stamp  # asks again
                self.deadline = frame.now_ns + out.limits.syn_timeout_ns
                out.watch(self)
            elif not same and self.state is State.REFUSED and frame.flags & ACK and not half.started:
                self.state = State.ASKED  # answered after all
                return self._synchronise(frame, out)
            return same
        if not frame.length:
            return True
        if not half.started:
            return False
        ahead = seq_diff(seq_add(frame.seq, frame.length), half.next_seq)
        if abs(ahead) > RESET_WINDOW:
            return False
        if ahead > 0:
            self._tell_once(half, NetAnomalyKind.DATA_AFTER_END, "bytes after the end of the stream", frame, out)
        return True

    # -- bytes --------------------------------------------------------------------------------

    def _take(self, frame: Frame, seq: int, half: Half, out: Outbox) -> bool:
        """Bytes and FIN of a segment; False when they belong to a new connection."""
        if not half.started:
            half.start(seq, syn=False)
        where = Where(frame.number, frame.time_ns, frame.file_offset)
        if abs(seq_diff(seq, half.next_seq)) > out.limits.far_bytes:
            return self._stray(frame, seq, half, where, out)
        half.stray = None
        start = half.offset_of(seq)
        end = start + frame.length
        if half.ended is not None:
            if end > half.next_offset:
                self._tell_once(half, NetAnomalyKind.DATA_AFTER_END, "bytes after the end of the stream", frame, out)
            return True
        if frame.have:
            self._accept(half, Part(start, frame.have, out.payload(frame.place, frame.have), where), frame, out)
        if frame.have < frame.length:
            if not self.snapped:
                self.snapped = True
                detail = f"the frame holds {frame.have} of {frame.length} bytes of its segment"
                out.anomaly(NetAnomalyKind.FRAME_SNAPPED, detail, frame.stamp, self.id)
            self._accept(half, Part(start + frame.have, frame.length - frame.have, None, where), frame, out)
        if frame.flags & FIN and half.end_offset is None:
            half.end_offset = max(end, half.next_offset)
        self._drain(half, frame.stamp, out)
        return True

    def _stray(self, frame: Frame, seq: int, half: Half, where: Where, out: Outbox) -> bool:
        """A segment that cannot belong to the stream: damaged, or of a new connection whose SYN was missed."""
        if half.stray is not None and half.stray.start == seq and frame.length:
            return False
        detail = f"a segment with sequence number {seq}, {half.next_seq} was expected"
        if NetAnomalyKind.SEQUENCE_FAR not in half.told:
            half.told.add(NetAnomalyKind.SEQUENCE_FAR)
            out.anomaly(NetAnomalyKind.SEQUENCE_FAR, detail, frame.stamp, self.id)
        data = bytes(out.payload(frame.place, frame.have)) if frame.have else None
        half.stray = Part(seq_add(seq, frame.length), frame.length, data, where)
        return True

    def _accept(self, half: Half, part: Part, frame: Frame, out: Outbox) -> None:
        """Hand on or keep what is new of a part."""
        end = part.start + part.length
        if part.start < half.next_offset:
            self._compare(half, part, frame, out)
            if end <= half.next_offset:
                return
            part = _behind(part, half.next_offset)
        if half.end_offset is not None and end > half.end_offset:
            self._tell_once(half, NetAnomalyKind.DATA_AFTER_END, "bytes behind the FIN", frame, out)
            if part.start >= half.end_offset:
                return
            part = _before(part, half.end_offset)
        if part.start == half.next_offset and not half.waiting:
            self._hand_on(half, part, out)
            return
        held = half.waiting.held
        if half.waiting.put(part):
            self._tell_once(half, NetAnomalyKind.OVERLAP_DIFFERS, "bytes repeated with other values", frame, out)
        out.hold(half.waiting.held - held)
        if not self.halves[1 - half.side].seen:
            limits = out.limits
            mark = Mark(half.waiting.first, self.frames + limits.one_sided_frames, frame.now_ns + limits.one_sided_ns)
            self._mark(half, mark)
        while half.waiting and half.waiting.held > out.limits.direction_bytes:
            self._skip(half, half.waiting.first, GapReason.LIMIT, frame.stamp, out)

    def _compare(self, half: Half, part: Part, frame: Frame, out: Outbox) -> None:
        """A retransmission: does it say the same, and does it fill a hole that was given up?"""
        end = min(part.start + part.length, half.next_offset)
        if any(start < end and part.start < stop for start, stop in half.gaps):
            detail = "bytes came after their hole was given up"
            self._tell_once(half, NetAnomalyKind.DATA_AFTER_END, detail, frame, out)
        is_keep_alive = part.length == 1 and end == half.next_offset  # RFC 9293 §3.8.4: one garbage octet
        if part.data is None or is_keep_alive:
            return
        if self._run_side == half.side:
            self.flush(out)
        oldest = half.next_offset - len(half.tail)
        low = max(part.start, oldest)
        if low < end and half.tail[low - oldest : end - oldest] != part.data[low - part.start : end - part.start]:
            self._tell_once(half, NetAnomalyKind.OVERLAP_DIFFERS, "bytes repeated with other values", frame, out)

    def _drain(self, half: Half, stamp: Stamp, out: Outbox) -> None:
        """Hand on what waited for the bytes that came, and the end."""
        while half.waiting and half.waiting.first <= half.next_offset:
            held = half.waiting.held
            parts = half.waiting.take()
            out.hold(half.waiting.held - held)
            for part in parts:
                self._hand_on(half, part, out)
        while half.marks and half.marks[0].offset <= half.next_offset:
            half.marks.popleft()
        if half.end_offset is not None and half.next_offset >= half.end_offset and half.ended is None:
            self._end_half(half, StreamEnd.FIN, stamp, out)

    def _hand_on(self, half: Half, part: Part, out: Outbox) -> None:
        """The next bytes of the stream."""
        offset = half.next_offset
        half.advance(part.length)
        side = half.side
        if part.data is None:
            stamp = Stamp(part.where.frame, part.where.time_ns)
            self._emit(Gap(self.id, self.direction(side), offset, part.length, GapReason.SNAPPED, stamp), out)
            out.forget(half)
            return
        if self._run_side != side:
            self.flush(out)
            self._run_side = side
            out.running.append(self)
        self._run_row = out.row
        self._parts.append(part.data)
        self._index.append((offset, *part.where))

    def flush(self, out: Outbox) -> None:
        """End the open run, if there is one."""
        if self._run_side < 0:
            return
        parts, side = self._parts, self._run_side
        data = bytes(parts[0]) if len(parts) == 1 else b"".join(parts)
        columns = np.array(self._index, dtype=np.int64).T.copy()
        half = self.halves[side]
        chunk = StreamChunk(self.id, self.direction(side), self._index[0][0], data, SegmentIndex(*columns), half.base)
        out.remember(half, data)
        out.put(self._run_row, chunk)
        self._run_side, self._parts, self._index = -1, [], []

    def _emit(self, event: NetEvent, out: Outbox) -> None:
        self.flush(out)
        out.emit(event)

    # -- holes --------------------------------------------------------------------------------

    def _acknowledge(self, frame: Frame, other: Half, out: Outbox) -> None:
        """The sender of `frame` has what `other` sent up to here."""
        ahead = seq_diff(frame.ack, other.next_seq)
        if ahead <= 0 or ahead > out.limits.far_bytes or other.ended is not None:
            return
        offset = other.next_offset + ahead
        if other.end_offset is not None:
            offset = min(offset, other.end_offset)
            if offset <= other.next_offset:
                return
        limits = out.limits
        self._mark(other, Mark(offset, self.frames + limits.ack_grace_frames, frame.now_ns + limits.ack_grace_ns))

    def _mark(self, half: Half, mark: Mark) -> None:
        if not half.marks or mark.offset > half.marks[-1].offset:
            half.marks.append(mark)

    def _settle(self, half: Half, out: Outbox) -> None:
        """The grace of the first mark is over: give up the holes before it."""
        mark = half.marks.popleft()
        if half.waiting:
            while half.waiting and half.waiting.first <= mark.offset:
                self._skip(half, half.waiting.first, GapReason.NOT_CAPTURED, out.stamp, out)
            return
        newest = half.marks[-1].offset if half.marks else mark.offset
        half.marks.clear()
        # One byte behind everything seen is rather a FIN that was not captured.
        if newest - half.next_offset > 1 or newest == half.end_offset:
            self._skip(half, newest, GapReason.NOT_CAPTURED, out.stamp, out)

    def _skip(self, half: Half, offset: int, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        """Give up the bytes before `offset`, and hand on what stands behind them."""
        start = half.next_offset
        half.advance(offset - start)
        half.gaps.append((start, offset))
        self._emit(Gap(self.id, self.direction(half.side), start, offset - start, reason, stamp), out)
        out.forget(half)
        self._drain(half, stamp, out)

    def _aim(self, out: Outbox) -> None:
        """Set the capture time at which the next grace ends."""
        deadline = min((half.marks[0].time_ns for half in self.halves if half.marks), default=NEVER)
        if deadline != self.deadline:
            self.deadline = deadline
            if deadline != NEVER:
                out.watch(self)

    def expire(self, now_ns: int, out: Outbox) -> None:
        """Decide what was due at or before capture time `now_ns`, at the frame at which it was due."""
        row = out.row
        while self.deadline <= now_ns:
            stamp = out.at_time(self.deadline)
            if self.state is State.ASKED:
                self._refuse(stamp, out, answered=False)
                break
            due = self.deadline
            for half in self.halves:
                while half.marks and half.marks[0].time_ns <= due:
                    self._settle(half, out)
            self._aim(out)
        out.row = row

    # -- the end ------------------------------------------------------------------------------

    def end(self, how: StreamEnd, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        """End what has not ended, the originator's direction first; what waits is handed on behind its hole."""
        for side in (self.originator, 1 - self.originator):
            half = self.halves[side]
            if half.ended is not None:
                continue
            newest = half.marks[-1].offset if half.marks else 0
            while half.waiting:
                self._skip(half, half.waiting.first, reason, stamp, out)
            if half.end_offset is not None and half.ended is None:
                newest = max(newest, half.end_offset)
            if half.ended is None and (newest - half.next_offset > 1 or half.end_offset is not None):
                self._skip(half, max(newest, half.next_offset), reason, stamp, out)
            if half.ended is None:
                self._end_half(half, how, stamp, out)

    def close(self, stamp: Stamp, out: Outbox) -> None:
        """The capture ends here."""
        if self.over:
            return
        if self.state is State.ASKED:
            if self.repeated or stamp.time_ns - self.first.time_ns >= UNANSWERED_NS:
                self._refuse(self.last_syn, out, answered=False)
            return
        self.end(StreamEnd.CAPTURE_END, GapReason.NOT_CAPTURED, stamp, out)

    def evict(self, stamp: Stamp, out: Outbox) -> None:
        """There are too many connections."""
        if self.state is State.ASKED:
            self._refuse(self.last_syn, out, answered=False)
        elif not self.over:
            self.end(StreamEnd.EVICTED, GapReason.LIMIT, stamp, out)
        out.watched.pop(self, None)

    def give_up(self, half: Half, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        """Give up all holes of a direction behind which bytes wait."""
        while half.waiting:
            self._skip(half, half.waiting.first, reason, stamp, out)
        self._aim(out)

    def resume(self, side: int, base_seq: int, offset: int) -> None:
        """Go on in the middle: the next byte of `side` is at stream `offset`, and offset 0 has `base_seq`."""
        half = self.halves[side]
        half.start(base_seq, syn=False)
        half.advance(offset)
        half.seen = True

    def reuse(self, stamp: Stamp, out: Outbox) -> None:
        """A new connection of the same endpoints starts here."""
        if self.state is State.ASKED:
            self._refuse(self.last_syn, out, answered=False)
        elif not self.over:
            self.end(StreamEnd.REUSED, GapReason.NOT_CAPTURED, stamp, out)

    def _end_half(self, half: Half, how: StreamEnd, stamp: Stamp, out: Outbox) -> None:
        half.ended = how
        side = half.side
        self._emit(StreamEnded(self.id, self.direction(side), how, stamp, half.seen), out)
        half.marks.clear()
        out.forget(half)
        if self.halves[1 - side].ended is not None:
            self.state = State.ENDED
            self.deadline = NEVER

    def _refuse(self, stamp: Stamp, out: Outbox, *, answered: bool) -> None:
        self.state = State.REFUSED
        self.deadline = NEVER
        if not self.refused:
            self.refused = True
            ends = self.ends[self.originator], self.ends[1 - self.originator]
            self._emit(ConnectionRefused(self.id, *ends, stamp, answered), out)

    def _tell_once(self, half: Half, kind: NetAnomalyKind, detail: str, frame: Frame, out: Outbox) -> None:
        if kind not in half.told:
            half.told.add(kind)
            out.anomaly(kind, detail, frame.stamp, self.id)


UNANSWERED_NS: Final = 3_000_000_000
"""A SYN older than this at the end of the capture counts as unanswered: its first repetition was due (RFC 6298: 1 s)."""


def _behind(part: Part, offset: int) -> Part:
    """The bytes of a part from `offset` on."""
    cut = offset - part.start
    return Part(offset, part.length - cut, None if part.data is None else part.data[cut:], part.where)


def _before(part: Part, offset: int) -> Part:
    """The bytes of a part before `offset`."""
    kept = offset - part.start
    return Part(part.start, kept, None if part.data is None else part.data[:kept], part.where)
