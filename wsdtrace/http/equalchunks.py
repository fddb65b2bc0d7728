"""Chunks of equal size in a bulk: their data as it lies, without a look at each chunk-size line.

Theory of operation: a server that codes a stream in chunks fills the same buffer again and again. Behind the chunk at
hand stands a size line; where it would stand again and again, if all chunks were of that size, is computed, and its
bytes are compared there in one step. The leading lines that agree are true beyond doubt, since each stands where the
one before it says.
"""

from __future__ import annotations

import re

import numpy as np

from wsdtrace.http.bulk import Bulk
from wsdtrace.records import I64, Extents

LEAST_SIZE = 512
"""Bytes of a chunk that is looked for; smaller ones are walked: a line must be a small part of what it stands for."""
_LINE = re.compile(rb"\r\n([0-9A-Fa-f]{1,8})\r\n")
_LINE_MAX = 12


class EqualChunks:
    """The rest of one chunk, and the equal ones behind it."""

    __slots__ = ("_lead", "_line", "_position", "_size", "extents")

    def __init__(self, bulk: Bulk, position: int, lead: int, size: int, line: int, count: int) -> None:
        """Name them.

        Args:
            bulk: where they are.
            position: stream offset of the first byte.
            lead: bytes that are left of the chunk at hand.
            size: bytes of data of the others.
            line: bytes between two chunks.
            count: how many others there are; of the last one what the bulk has.
        """
        self._position, self._lead, self._size, self._line = position, lead, size, line
        start = position - bulk.start
        edges = start + lead + np.arange(count, dtype=np.int64) * (size + line)
        stop = min(start + lead + count * (size + line), len(bulk.extents))
        self.extents = _without(bulk.extents, start, stop, edges, line)
        """The data of all."""

    def stream(self, at: int) -> int:
        """Stream offset of the byte of data `at`."""
        lines = (at - self._lead) // self._size + 1 if at >= self._lead else 0
        return self._position + at + lines * self._line

    def left(self, taken: int) -> int:
        """Bytes that are left of a chunk when `taken` bytes of data, at least one, are done with."""
        return self._lead - taken if taken <= self._lead else -(taken - self._lead) % self._size


def find_equal_chunks(bulk: Bulk, position: int, lead: int) -> EqualChunks:
    """The chunk at hand, of which `lead` bytes are left at stream offset `position`, and the equal ones behind it."""
    extents = bulk.extents
    first = position - bulk.start + lead
    match = _LINE.match(extents.join(first, min(first + _LINE_MAX, len(extents)))) if first < len(extents) else None
    size = int(match[1], 16) if match is not None else 0
    if match is None or size < LEAST_SIZE:
        return EqualChunks(bulk, position, lead, LEAST_SIZE, 0, 0)
    line = match[0]
    step = size + len(line)
    places = np.arange(first, len(extents) - len(line) + 1, step, dtype=np.int64)
    octets = np.frombuffer(extents.window, dtype=np.uint8)[_in_window(extents, places[:, None] + np.arange(len(line)))]
    agrees = (octets == np.frombuffer(line, dtype=np.uint8)).all(axis=1)
    count = len(places) if agrees.all() else int(np.argmin(agrees))
    return EqualChunks(bulk, position, lead, size, len(line), count)


def _in_window(extents: Extents, at: I64) -> I64:
    """Where in the window the bytes `at` are."""
    piece = np.searchsorted(extents.at, at, side="right") - 1
    places: I64 = extents.begin[piece] + at - extents.at[piece]
    return places


def _without(extents: Extents, start: int, stop: int, holes: I64, length: int) -> Extents:
    """Bytes `start:stop` without the `holes`, each of `length` bytes and all inside."""
    inner = extents.at[extents.piece(start) + 1 : extents.piece(stop - 1) + 1]
    edges = np.concatenate([[start], inner, holes, holes + length])
    edges.sort()
    edges = edges[np.diff(edges, prepend=-1) > 0]
    edges = edges[edges < stop]
    sizes = np.diff(edges, append=stop)
    if len(holes):
        hole = np.searchsorted(holes, edges, side="right") - 1
        kept = (hole < 0) | (edges >= holes[hole] + length)
        edges, sizes = edges[kept], sizes[kept]
    return Extents(extents.window, _in_window(extents, edges), sizes)
