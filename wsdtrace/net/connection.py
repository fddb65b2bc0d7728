"""The life of one TCP connection: its segments in frame order → what they do to its two streams.

Theory of operation: `ASKED` (a SYN) → `OPEN` (anything but a reset came after it, or the capture starts in the middle)
→ `ENDED` (both directions ended). `ASKED` → `REFUSED` by a reset, or when nothing answers. An ended connection is
remembered, so that late segments do not look like a new one. A SYN with another initial sequence number, and bytes far
from the stream that the next segment confirms, are a new connection: then `receive` returns False.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

from wsdtrace.net.limits import NetAnomalyKind
from wsdtrace.net.reassembly import Part
from wsdtrace.net.stream import Mark, Stream
from wsdtrace.net.tape import Tape, Where
from wsdtrace.net.transport import ACK, FIN, RST, SYN, seq_add, seq_diff
from wsdtrace.records import (
    AckAhead,
    ConnectionId,
    ConnectionOpened,
    ConnectionRefused,
    Endpoint,
    GapReason,
    Stamp,
    StreamEnd,
)

if TYPE_CHECKING:
    from wsdtrace.net.flows import Key
    from wsdtrace.net.outbox import Outbox

NEVER: Final = 1 << 63
"""Later than any time."""
RESET_WINDOW: Final = 16 * 1024 * 1024
"""A reset farther from its stream than this (more than any receive window seen) belongs to an older connection."""
UNANSWERED_NS: Final = 3_000_000_000
"""A SYN older than this at the end of the capture counts as unanswered: its repetition was due (RFC 6298: 1 s)."""
_HANDSHAKE_SLACK: Final = 65_535
"""Bytes that a SYN may carry and a SYN/ACK acknowledge (RFC 7413)."""


class State(Enum):
    """Where a connection stands."""

    ASKED = auto()
    OPEN = auto()
    REFUSED = auto()
    ENDED = auto()


_ASKED, _OPEN, _REFUSED, _ENDED = State.ASKED, State.OPEN, State.REFUSED, State.ENDED  # enum look-ups are slow


class Frame(NamedTuple):
    """One segment, as `Connection` takes it."""

    row: int
    """Row of the frame in its batch: the order of events."""
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
        """The frame and its time."""
        return Stamp(self.number, self.time_ns)

    @property
    def where(self) -> Where:
        """The frame, its time and its record."""
        return Where(self.number, self.time_ns, self.file_offset)


class Connection:
    """A 4-tuple from its first frame until it ends or is reused."""

    __slots__ = (
        "_ahead", "_first", "_frames", "_last_syn", "_refused", "_repeated", "_resumed", "_snapped", "deadline", "ends",
        "key", "state", "streams", "tape",
    )  # fmt: skip

    def __init__(self, key: Key, ends: tuple[Endpoint, Endpoint], number: ConnectionId, overhead: int) -> None:
        self.key = key
        self.ends = ends
        """The endpoints, by side."""
        self.tape = Tape(number)
        self.streams = (Stream(0, self.tape, overhead), Stream(1, self.tape, overhead))
        """What each side sends."""
        self.state = _OPEN
        self.deadline = NEVER
        """Capture time at which something must be decided."""
        self._first = self._last_syn = Stamp(0, 0)
        self._frames = 0
        """Segments looked at; only differences of it mean something."""
        self._repeated = False
        """Its SYN came more than once."""
        self._refused = False
        """`ConnectionRefused` was told."""
        self._resumed = False
        """It goes on in the middle, so one of its streams is not known yet."""
        self._snapped = False
        self._ahead = False
        """`AckAhead` was told."""

    @property
    def id(self) -> ConnectionId:
        """Its number."""
        return self.tape.id

    @property
    def over(self) -> bool:
        """Nothing more is to come."""
        return self.state is _ENDED or self.state is _REFUSED

    @property
    def settled(self) -> bool:
        """Open, and nothing is pending: bytes in order can be handed on without a look at anything else."""
        one, two = self.streams
        if self.state is not _OPEN or not one.settled or not two.settled:
            return False
        # When only one SYN is known, the next acknowledgement tells where the other stream starts.
        return (one.started or not two.syn) and (two.started or not one.syn)

    # -- the start ----------------------------------------------------------------------------

    def begin(self, frame: Frame, stray: Part | None, out: Outbox) -> None:
        """Take the first frame, which is no reset.

        Args:
            frame: it starts the connection.
            stray: what its sender sent just before, when that was not yet believed.
            out: where events go.
        """
        self._first = self._last_syn = frame.stamp
        stream, other = self.streams[frame.side], self.streams[1 - frame.side]
        stream.seen = True
        self.tape.originator = frame.side
        is_syn, is_ack = frame.flags & SYN, frame.flags & ACK
        if is_syn and not is_ack:
            self._ask(frame, stream, out)
            return
        if is_syn:
            self.tape.originator = 1 - frame.side
            stream.start(seq_add(frame.seq, 1), syn=True)
            other.start(frame.ack, syn=True)
        self._open(out, handshake=bool(is_syn))
        if stray is not None:
            stream.start(seq_add(frame.seq, -stray.length), syn=False)
            stream.accept(stray, frame.stamp, out)
        self.receive(frame, out)

    def _ask(self, frame: Frame, stream: Stream, out: Outbox) -> None:
        self.state = _ASKED
        self._wait_for_answer(frame, out)
        stream.start(seq_add(frame.seq, 1), syn=True)
        if frame.have:  # RFC 7413: they count once the SYN is answered
            stream.keep(Part(0, frame.have, out.payload(frame.place, frame.have), frame.where), frame.stamp, out)

    def _wait_for_answer(self, frame: Frame, out: Outbox) -> None:
        self.deadline = frame.now_ns + out.limits.syn_timeout_ns
        out.watch(self)

    def _open(self, out: Outbox, *, handshake: bool) -> None:
        self.state = _OPEN
        self.deadline = NEVER
        originator = self.tape.originator
        ends = self.ends[originator], self.ends[1 - originator]
        self.tape.emit(ConnectionOpened(self.id, *ends, self._first, handshake), out)
        self.streams[originator].drain(self._first, out)

    def resume(self, side: int, base_seq: int, offset: int) -> None:
        """Go on in the middle: the next byte of `side` is at stream `offset`, and offset 0 has `base_seq`."""
        self._resumed = True
        stream = self.streams[side]
        stream.start(base_seq, syn=False)
        stream.advance(offset)
        stream.seen = True

    def restore(self, bases: tuple[int, int], sizes: tuple[int, int]) -> None:
        """It ended long ago, by a FIN of each side behind so many bytes."""
        self.state = _ENDED
        for stream, base, size in zip(self.streams, bases, sizes, strict=True):
            stream.start(base, syn=True)
            stream.advance(size)
            stream.seen, stream.end_offset, stream.ended = True, size, StreamEnd.FIN

    # -- segments -----------------------------------------------------------------------------

    def receive(self, frame: Frame, out: Outbox) -> bool:
        """Take one segment; False when it belongs to a new connection of the same endpoints."""
        if frame.now_ns >= self.deadline:
            self.expire(frame.now_ns, out)
        if self.state is _ENDED or self.state is _REFUSED:
            return self._receive_late(frame, out)
        flags = frame.flags
        if flags & SYN and not self._synchronise(frame, out):
            return False
        stream, other = self.streams[frame.side], self.streams[1 - frame.side]
        self._frames += 1
        if not stream.seen:
            stream.seen = True
            self._appear(frame, stream, out)
        if flags & RST:
            self._reset(frame, stream, out)
            return True
        if self.state is _ASKED:
            if flags & SYN:
                return True
            self._open(out, handshake=True)
        if flags & ACK and not other.started and stream.syn:
            other.start(frame.ack, syn=True)  # the SYN/ACK was not captured; this acknowledges it
        if (frame.length or flags & FIN) and not self._take(frame, stream, other, out):
            return False
        if flags & ACK and other.started and other.ended is None:
            self._acknowledge(frame, other, out)
        if stream.marks or other.marks or self.deadline != NEVER:
            self._settle_by_frames(frame.stamp, out)
        return True

    def _appear(self, frame: Frame, stream: Stream, out: Outbox) -> None:
        """The first frame of a direction whose start is known from its peer: what that acknowledged before was sent,
        and an empty frame tells the same by its own sequence number (RFC 9293 §3.3.1: SND.NXT)."""
        if not stream.started:
            return
        sent = stream.acked - stream.next_offset
        if not frame.length and not frame.flags & (SYN | FIN | RST):
            sent = max(sent, seq_diff(frame.seq, stream.next_seq))
        self._expect(sent, frame, stream, out)

    def receive_plain(self, sides: tuple[bool, bool], next_seq: list[int], ack: list[int]) -> bool:
        """Agree to a plain item (see `flows.Items`); False when its segments must be taken one by one.

        Args:
            sides: who sent segments of it.
            next_seq: what each side goes on with, or -1.
            ack: what each side acknowledges at first, or -1.
        """
        if self.over:
            return next_seq[0] < 0 and next_seq[1] < 0
        if not self.settled:
            return False
        for stream, other in (self.streams, self.streams[::-1]):
            side = stream.side
            if next_seq[side] >= 0 and not (stream.ready and stream.next_seq == next_seq[side]):
                return False
            if sides[side] and next_seq[side] < 0 and stream.started and not stream.seen:
                return False
            ahead = seq_diff(ack[side], other.next_seq) if ack[side] >= 0 and other.started else 0
            if ahead > 0 and other.ended is None:
                if other.seen or sides[other.side]:
                    return False
                other.acked = max(other.acked, other.next_offset + ahead)
        for stream, seen in zip(self.streams, sides, strict=True):
            stream.seen |= seen
        return True

    def _synchronise(self, frame: Frame, out: Outbox) -> bool:
        """A SYN or SYN/ACK on a connection that is known; False when it starts another one."""
        stream, other = self.streams[frame.side], self.streams[1 - frame.side]
        first_seq = seq_add(frame.seq, 1)
        if stream.started:
            if self.state is _ASKED and frame.side == self.tape.originator:
                self._repeated, self._last_syn = True, frame.stamp
            return stream.base == first_seq
        if frame.flags & ACK and self.state is _ASKED:
            if not 0 <= seq_diff(frame.ack, other.base) <= _HANDSHAKE_SLACK:
                return False
        elif not frame.flags & ACK and self.state is not _ASKED and not self._resumed:
            return False
        stream.start(first_seq, syn=True)
        if self.state is _ASKED:  # answered, or opened by both sides at once (RFC 9293 §3.5)
            self._open(out, handshake=True)
        return True

    def _take(self, frame: Frame, stream: Stream, other: Stream, out: Outbox) -> bool:
        """Bytes and FIN of a segment; False when they belong to a new connection."""
        seq = seq_add(frame.seq, 1) if frame.flags & SYN else frame.seq
        if not stream.started:
            stream.start(seq, syn=False)
        if abs(seq_diff(seq, stream.next_seq)) > out.limits.far_bytes:
            return self._set_aside(frame, seq, stream, out)
        stream.stray = None
        stamp = frame.stamp
        start = stream.offset_of(seq)
        end = start + frame.length
        if stream.ended is not None:
            if end > stream.next_offset:
                stream.tell_once(NetAnomalyKind.DATA_AFTER_END, "bytes after the end of the stream", stamp, out)
            return True
        for part in self._parts(frame, start, out):
            stream.accept(part, stamp, out)
        if frame.flags & FIN and stream.end_offset is None:
            stream.end_offset = max(end, stream.next_offset)
        stream.drain(stamp, out)
        if stream.waiting and not other.seen:
            limits = out.limits
            due = self._frames + limits.one_sided_frames, frame.now_ns + limits.one_sided_ns
            stream.mark(Mark(stream.waiting.last, *due))
        self._end_if_both(stream, other)
        return True

    def _parts(self, frame: Frame, start: int, out: Outbox) -> list[Part]:
        """The bytes of a segment, and the place of those that the snap length cut."""
        parts = []
        have, length = frame.have, frame.length
        if have:
            parts.append(Part(start, have, out.payload(frame.place, have), frame.where))
        if have < length:
            if not self._snapped:
                self._snapped = True
                detail = f"the frame holds {have} of {length} bytes of its segment"
                self.tape.anomaly(NetAnomalyKind.FRAME_SNAPPED, detail, frame.stamp, out)
            parts.append(Part(start + have, length - have, None, frame.where))
        return parts

    def _set_aside(self, frame: Frame, seq: int, stream: Stream, out: Outbox) -> bool:
        """A segment that cannot belong to the stream: damaged, or of a new connection whose SYN was missed."""
        if stream.stray is not None and stream.stray[0] == seq and frame.length:
            return False
        detail = f"a segment with sequence number {seq}, {stream.next_seq} was expected"
        stream.tell_once(NetAnomalyKind.SEQUENCE_FAR, detail, frame.stamp, out)
        data = bytes(out.payload(frame.place, frame.have))
        whole = frame.have == frame.length
        part = Part(0, frame.length, data if whole else None, frame.where)
        stream.stray = seq_add(seq, frame.length), part
        return True

    def _receive_late(self, frame: Frame, out: Outbox) -> bool:
        """A segment after the end: a repeated one, bytes that nobody waits for, or a new connection."""
        stream = self.streams[frame.side]
        if frame.flags & SYN:
            same = stream.started and stream.base == seq_add(frame.seq, 1)
            if same and self.state is _REFUSED and not frame.flags & ACK:
                self.state, self._repeated, self._last_syn = _ASKED, True, frame.stamp  # it asks again
                self._wait_for_answer(frame, out)
            elif not same and self.state is _REFUSED and frame.flags & ACK and not stream.started:
                self.state = _ASKED  # answered after all
                return self.receive(frame, out)
            return same
        if not frame.length:
            return True
        if not stream.started:
            return False
        ahead = seq_diff(seq_add(frame.seq, frame.length), stream.next_seq)
        if abs(ahead) > RESET_WINDOW:
            return False
        if ahead > 0:
            stream.tell_once(NetAnomalyKind.DATA_AFTER_END, "bytes after the end of the stream", frame.stamp, out)
        return True

    # -- evidence and time --------------------------------------------------------------------

    def _acknowledge(self, frame: Frame, other: Stream, out: Outbox) -> None:
        """The sender of `frame` has what `other` sent up to its acknowledgement number."""
        ahead = seq_diff(frame.ack, other.next_seq)
        if other.seen:
            self._expect(ahead, frame, other, out)
        else:
            other.acked = max(other.acked, other.next_offset + ahead)

    def _expect(self, ahead: int, frame: Frame, stream: Stream, out: Outbox) -> None:
        """`frame` shows that a stream's bytes up to `ahead` of the next one are on their way, or lost."""
        limits = out.limits
        if ahead <= 0 or ahead > limits.far_bytes:
            return
        offset = stream.next_offset + ahead
        if stream.end_offset is not None:
            offset = min(offset, stream.end_offset)
        if offset > stream.next_offset:
            if not self._ahead and self.state is not _ASKED:
                self._ahead = True
                self.tape.emit(AckAhead(self.id, self.tape.direction(stream.side), frame.stamp), out)
            stream.mark(Mark(offset, self._frames + limits.ack_grace_frames, frame.now_ns + limits.ack_grace_ns))

    def _settle_by_frames(self, stamp: Stamp, out: Outbox) -> None:
        """Give up holes whose grace has lasted enough frames."""
        for stream in self.streams:
            while stream.marks and self._frames >= stream.marks[0].frames:
                stream.settle(stamp, out)
        self._end_if_both(*self.streams)
        self._aim(out)

    def _aim(self, out: Outbox) -> None:
        """Set the capture time at which the next grace ends."""
        self.deadline = min((stream.marks[0].time_ns for stream in self.streams if stream.marks), default=NEVER)
        if self.deadline != NEVER:
            out.watch(self)

    def expire(self, now_ns: int, out: Outbox) -> None:
        """Decide what was due at or before capture time `now_ns`, at the frame at which it was due."""
        row = out.row
        while self.deadline <= now_ns:
            due = self.deadline
            stamp = out.at_time(due)
            if self.state is _ASKED:
                self._refuse(stamp, out, answered=False, confirmed=self._repeated)
                break
            for stream in self.streams:
                while stream.marks and stream.marks[0].time_ns <= due:
                    stream.settle(stamp, out)
            self._end_if_both(*self.streams)
            self._aim(out)
        out.row = row

    def give_up(self, stream: Stream, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        """Give up all holes of a direction behind which bytes wait."""
        while stream.waiting:
            stream.skip(stream.waiting.first, reason, stamp, out)
        self._end_if_both(*self.streams)
        self._aim(out)

    # -- the end ------------------------------------------------------------------------------

    def _end_if_both(self, one: Stream, two: Stream) -> None:
        if one.ended is not None and two.ended is not None:
            self.state = _ENDED
            self.deadline = NEVER

    def _reset(self, frame: Frame, stream: Stream, out: Outbox) -> None:
        if self.state is _ASKED:
            self._refuse(frame.stamp, out, answered=frame.side != self.tape.originator)
            return
        if stream.started and abs(seq_diff(frame.seq, stream.next_seq)) > RESET_WINDOW:
            detail = f"a reset with sequence number {frame.seq}, {stream.next_seq} was expected"
            self.tape.anomaly(NetAnomalyKind.RESET_IGNORED, detail, frame.stamp, out)
            return
        self._finish(StreamEnd.RST, GapReason.NOT_CAPTURED, frame.stamp, out)

    def reuse(self, stamp: Stamp, out: Outbox) -> None:
        """A new connection of the same endpoints starts here."""
        self._finish(StreamEnd.REUSED, GapReason.NOT_CAPTURED, stamp, out)

    def evict(self, stamp: Stamp, out: Outbox) -> None:
        """There are too many connections."""
        self._finish(StreamEnd.EVICTED, GapReason.LIMIT, stamp, out)
        out.watched.pop(self, None)

    def close(self, stamp: Stamp, out: Outbox) -> None:
        """The capture ends here."""
        if self.state is _ASKED and not self._repeated and stamp.time_ns - self._first.time_ns < UNANSWERED_NS:
            return
        self._finish(StreamEnd.CAPTURE_END, GapReason.NOT_CAPTURED, stamp, out)

    def _finish(self, how: StreamEnd, reason: GapReason, stamp: Stamp, out: Outbox) -> None:
        """End what has not ended, the originator's direction first."""
        if self.state is _ASKED:
            self._refuse(self._last_syn, out, answered=False, confirmed=self._repeated)
            return
        originator = self.tape.originator
        for side in (originator, 1 - originator):
            if self.streams[side].ended is None:
                self.streams[side].finish(how, reason, stamp, out)
        self._end_if_both(*self.streams)

    def _refuse(self, stamp: Stamp, out: Outbox, *, answered: bool, confirmed: bool = True) -> None:
        self.state = _REFUSED
        self.deadline = NEVER
        if not self._refused:
            self._refused = True
            originator = self.tape.originator
            ends = self.ends[originator], self.ends[1 - originator]
            self.tape.emit(ConnectionRefused(self.id, *ends, stamp, answered, confirmed), out)
