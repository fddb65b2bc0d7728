"""Consecutive bytes of a stream that lie in pieces of a window: what streams through is not copied."""

from __future__ import annotations

import numpy as np

from wsdtrace.records.frames import I64


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

    def pieces(self, low: int, high: int) -> list[memoryview]:
        """Views of bytes `low:high`, piece by piece."""
        if low >= high:
            return []
        first, last = self.piece(low), self.piece(high - 1)
        begin = self.begin[first : last + 1]
        begins, ends = begin.tolist(), (begin + self.at[first + 1 : last + 2] - self.at[first : last + 1]).tolist()
        begins[0] += low - int(self.at[first])
        ends[-1] -= int(self.at[last + 1]) - high
        window = memoryview(self.window)
        return [window[begin:end] for begin, end in zip(begins, ends, strict=True)]
