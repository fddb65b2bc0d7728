"""One direction of a connection: segments in any order → which bytes come next.

Theory of operation: bytes that follow what was delivered are handed on at once. Others wait in *blocks*, runs without a
hole, sorted by stream offset. The first copy of a byte counts. A block that touches the next one swallows it, smaller
into larger, so that no order of arrival is quadratic.

1. Everything here is in stream offsets (Python integers that never wrap); `Half.offset_of` is the only translation.
2. A stretch whose bytes the snap length cut is a part without data: it fills its place and becomes a Gap(SNAPPED).
3. Nothing is decided here about holes; `connection` decides when one is given up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from wsdtrace.net.transport import seq_add, seq_diff
from wsdtrace.records import StreamEnd

_COMPARED_PARTS = 1024
"""Parts of a block that an overlapping segment is compared with; a block of more is dense, and rarely hit."""


class Where(NamedTuple):
    """The frame that brought bytes."""

    frame: int
    time_ns: int
    file_offset: int


class Part(NamedTuple):
    """Bytes of one segment, or the place of bytes that were cut."""

    start: int
    length: int
    data: bytes | memoryview | None
    where: Where


@dataclass(slots=True)
class _Block:
    start: int
    end: int
    parts: deque[Part]


class Waiting:
    """Blocks behind a hole."""

    __slots__ = ("_blocks", "_overhead", "held")

    def __init__(self, overhead: int) -> None:
        """Args: overhead: bytes charged per part besides its data."""
        self._blocks: list[_Block] = []
        self._overhead = overhead
        self.held = 0
        """Bytes charged."""

    def __bool__(self) -> bool:
        return bool(self._blocks)

    @property
    def first(self) -> int:
        """Stream offset of the first byte that waits."""
        return self._blocks[0].start

    def put(self, part: Part) -> bool:
        """Keep what is new of a part.

        Returns:
            whether bytes that it repeats differ from those that are there.
        """
        differs = False
        position, end = part.start, part.start + part.length
        at = max(bisect_right(self._blocks, position, key=_start) - 1, 0)
        while position < end:
            while at < len(self._blocks) and self._blocks[at].end <= position:
                at += 1
            block = self._blocks[at] if at < len(self._blocks) else None
            if block is not None and block.start <= position:
                differs = differs or _differs(block, part)
                position = block.end
                continue
            stop = end if block is None else min(end, block.start)
            at = self._insert(at, _cut(part, position, stop))
            position = stop
        return differs

    def take(self) -> deque[Part]:
        """Remove the first block; its parts in order."""
        block = self._blocks.pop(0)
        self.held -= sum(self._charge(part) for part in block.parts)
        return block.parts

    def clear(self) -> None:
        """Forget everything."""
        self._blocks.clear()
        self.held = 0

    def _charge(self, part: Part) -> int:
        return self._overhead + (len(part.data) if part.data is not None else 0)

    def _insert(self, at: int, part: Part) -> int:
        """Insert a part before block `at`, which lies behind it; returns the index of the block that holds it."""
        if isinstance(part.data, memoryview):
            part = part._replace(data=bytes(part.data))  # the window it lies in will be gone
        self.held += self._charge(part)
        end = part.start + part.length
        before = self._blocks[at - 1] if at else None
        after = self._blocks[at] if at < len(self._blocks) else None
        if before is not None and before.end == part.start:
            before.parts.append(part)
            before.end = end
            if after is not None and after.start == end:
                _swallow(before, after)
                del self._blocks[at]
            return at - 1
        if after is not None and after.start == end:
            after.parts.appendleft(part)
            after.start = part.start
            return at
        self._blocks.insert(at, _Block(part.start, end, deque((part,))))
        return at


def _start(block: _Block) -> int:
    return block.start


def _swallow(before: _Block, after: _Block) -> None:
    if len(before.parts) >= len(after.parts):
        before.parts.extend(after.parts)
    else:
        after.parts.extendleft(reversed(before.parts))
        before.parts = after.parts
    before.end = after.end


def _cut(part: Part, start: int, end: int) -> Part:
    """The bytes `start:end` of a part."""
    if start == part.start and end == part.start + part.length:
        return part
    data = None if part.data is None else part.data[start - part.start : end - part.start]
    return Part(start, end - start, data, part.where)


def _differs(block: _Block, part: Part) -> bool:
    """Whether the bytes that `part` shares with a block differ; parts without data agree with everything."""
    if part.data is None or len(block.parts) > _COMPARED_PARTS:
        return False
    end = part.start + part.length
    for known in block.parts:
        if known.start >= end:
            break
        low, high = max(known.start, part.start), min(known.start + known.length, end)
        if low < high and known.data is not None:
            if known.data[low - known.start : high - known.start] != part.data[low - part.start : high - part.start]:
                return True
    return False


class Mark(NamedTuple):
    """Evidence that bytes before `offset` will not come any more, unless they do within its grace."""

    offset: int
    frames: int
    """Count of the connection's frames at which the grace ends."""
    time_ns: int
    """Capture time at which it ends."""


class Half:
    """What is known of one direction of a connection."""

    __slots__ = (
        "base",
        "end_offset",
        "ended",
        "gaps",
        "marks",
        "next_offset",
        "next_seq",
        "seen",
        "side",
        "started",
        "stray",
        "syn",
        "tail",
        "told",
        "waiting",
    )  # fmt: skip

    def __init__(self, side: int, overhead: int) -> None:
        self.side = side
        """0 when the lower endpoint of the connection's key sends it."""
        self.seen = False
        """A frame of it was seen."""
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
        self.marks: deque[Mark] = deque()
        self.gaps: deque[tuple[int, int]] = deque(maxlen=8)
        """The last holes that were given up."""
        self.tail = b""
        """The last bytes handed on, to compare retransmissions with; empty behind a gap."""
        self.stray: Part | None = None
        """A segment far from the stream, which the next one may confirm; its start is a sequence number."""
        self.told: set[str] = set()
        """Kinds of anomalies that are told once."""

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
    def plain(self) -> bool:
        """Nothing waits and nothing is to be decided."""
        return not self.waiting and not self.marks and self.stray is None and (self.started or not self.syn)
