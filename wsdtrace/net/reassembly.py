"""Bytes that wait behind a hole, in *blocks*: runs without a hole, sorted by stream offset.

The first copy of a byte counts. A block that touches the next one swallows it, smaller into larger, so that no order of
arrival is quadratic.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from itertools import islice
from typing import Final, NamedTuple

from wsdtrace.dataclass import dataclass
from wsdtrace.net.tape import Where

_COMPARED_PARTS: Final = 1024
"""Parts of a block that an overlapping segment is compared with at most: 64 bytes of each in the largest segment."""


class Part(NamedTuple):
    """Bytes of one segment, or the place of bytes that were cut."""

    start: int
    length: int
    data: bytes | memoryview | None
    where: Where

    def cut(self, start: int, end: int) -> Part:
        """The bytes `start:end` of it."""
        if start == self.start and end == self.start + self.length:
            return self
        data = None if self.data is None else self.data[start - self.start : end - self.start]
        return Part(start, end - start, data, self.where)


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

    @property
    def first_end(self) -> int:
        """Stream offset behind the first block."""
        return self._blocks[0].end

    @property
    def last(self) -> int:
        """Stream offset of the first byte behind the last hole."""
        return self._blocks[-1].start

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
            at = self._insert(at, part.cut(position, stop))
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


def _start(of: _Block | Part) -> int:
    return of.start


def _swallow(before: _Block, after: _Block) -> None:
    if len(before.parts) >= len(after.parts):
        before.parts.extend(after.parts)
    else:
        after.parts.extendleft(reversed(before.parts))
        before.parts = after.parts
    before.end = after.end


def _differs(block: _Block, part: Part) -> bool:
    """Whether the bytes that `part` shares with a block differ; parts without data agree with everything."""
    if part.data is None:
        return False
    end = part.start + part.length
    at = max(bisect_right(block.parts, part.start, key=_start) - 1, 0)
    for known in islice(block.parts, at, at + _COMPARED_PARTS):
        if known.start >= end:
            break
        low, high = max(known.start, part.start), min(known.start + known.length, end)
        if low >= high or known.data is None:
            continue
        if known.data[low - known.start : high - known.start] != part.data[low - part.start : high - part.start]:
            return True
    return False
