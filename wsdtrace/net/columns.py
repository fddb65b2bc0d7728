"""Bytes at arbitrary offsets of a window → columns.

Rule for whoever edits this room: *mask before gather*. Every call's rows were compared with the captured length
of their frame first, or a short frame reads its neighbour's bytes.

A gather of rows of opaque bytes through an overlapping view (stride 1) costs as much as a gather of one integer
(10 ns a row), so headers are fetched whole and their fields read from the packed rows.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wsdtrace.records import I64

Scalar = TypeVar("Scalar", bound=np.generic)
Bytes = memoryview | bytes | bytearray


def gather(buffer: Bytes, offset: I64, size: int) -> NDArray[np.void]:
    """(n,) copies of the `size` bytes at each `offset` (n,), all of which lie inside `buffer`."""
    places = len(buffer) - size + 1
    if places <= 0 or not len(offset):
        return np.empty(0, dtype=f"V{size}")
    overlapping: NDArray[np.void] = np.ndarray((places,), dtype=f"V{size}", buffer=buffer, strides=(1,))
    rows: NDArray[np.void] = overlapping[offset]
    return rows


def take(column: NDArray[Scalar], rows: I64) -> NDArray[Scalar]:
    """The `rows` of a column, ascending and each once: the column itself where these are all of it."""
    return column if len(rows) == len(column) else column[rows]


def gather_u16(buffer: Bytes, offset: I64) -> I64:
    """(n,) 16-bit numbers in network byte order at `offset` (n,)."""
    return gather(buffer, offset, 2).view(">u2").astype(np.int64)
