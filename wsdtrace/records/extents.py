"""Consecutive bytes of a stream that lie in pieces of a window: what streams through is not copied."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wsdtrace.records.frames import I64

FEW_PIECES: Final = 64
"""Pieces that are faster taken one by one."""
LEAST_ALIKE: Final = 8
"""Pieces of one size that are copied together."""
COPIED_BYTES: Final = 96 * 1024
"""Bytes that are copied together: less than what malloc takes from the system, page by page, each time (128 KiB)."""


class Extents:
    """Consecutive bytes in k pieces; borrowed, so valid as long as the batch that they came in."""

    __slots__ = ("at", "begin", "window")

    def __init__(self, window: bytes | bytearray, begin: I64, length: I64) -> None:
        """Name the pieces.

        Args:
            window: where they lie.
            begin: (k,) offset in the window of each, ascending.
            length: (k,) bytes of each, all of them in the window.
        """
        self.window = window
        self.begin = begin
        self.at = np.zeros(len(begin) + 1, dtype=np.int64)
        """(k + 1,) bytes before each piece, and all of them."""
        np.cumsum(length, out=self.at[1:])

    def __len__(self) -> int:
        return int(self.at[-1])

    def piece(self, at: int) -> int:
        """Number of the piece with the byte `at`."""
        return int(self.at.searchsorted(at, side="right")) - 1

    def join(self, low: int, high: int) -> bytes:
        """A copy of bytes `low:high`."""
        return b"".join(self.pieces(low, high))

    def pieces(self, low: int, high: int) -> Iterator[memoryview]:
        """Bytes `low:high`, in order: views of single pieces, and copies of some dozens that are of one size."""
        if low >= high:
            return
        first, last = self.piece(low), self.piece(high - 1)
        begin = self.begin[first : last + 1].copy()
        end = begin + self.at[first + 1 : last + 2] - self.at[first : last + 1]
        begin[0] += low - int(self.at[first])
        end[-1] -= int(self.at[last + 1]) - high
        if len(begin) < FEW_PIECES:
            yield from self._views(begin, end)
            return
        length = end - begin
        edges = np.flatnonzero(np.diff(length, prepend=0, append=0)).tolist()
        if len(edges) > len(begin) // LEAST_ALIKE:
            yield from self._views(begin, end)
            return
        for start, stop in itertools.pairwise(edges):
            if stop - start < LEAST_ALIKE:
                yield from self._views(begin[start:stop], end[start:stop])
            else:
                yield from self._alike(begin[start:stop], int(length[start]))

    def _views(self, begin: I64, end: I64) -> Iterator[memoryview]:
        window = memoryview(self.window)
        return (window[start:stop] for start, stop in zip(begin.tolist(), end.tolist(), strict=True))

    def _alike(self, begin: I64, size: int) -> Iterator[memoryview]:
        """Pieces of `size` bytes, some at a time: as rows of opaque bytes they are copied five times as fast."""
        places = len(self.window) - size + 1
        overlapping: NDArray[np.void] = np.ndarray((places,), dtype=f"V{size}", buffer=self.window, strides=(1,))
        step = max(COPIED_BYTES // size, 1)
        for at in range(0, len(begin), step):
            yield overlapping[begin[at : at + step]].view(np.uint8).data
