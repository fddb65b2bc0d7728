"""A chunk of many segments whose bytes nobody has joined: a content that streams through is read where it lies."""

from __future__ import annotations

from wsdtrace.http.meter import Reach, View
from wsdtrace.records import Extents, SegmentIndex, Stamp, StreamChunk


class Bulk:
    """One chunk, to be read in views or to be let pass; valid as long as the batch that it came in."""

    __slots__ = ("_chunk", "end", "extents", "kind", "start")

    def __init__(self, chunk: StreamChunk, extents: Extents) -> None:
        self._chunk = chunk
        self.extents = extents
        self.start = chunk.offset
        self.end = chunk.offset + len(extents)
        self.kind = chunk.index.kind

    def view(self, low: int, high: int) -> View:
        """The bytes from stream offset `low` to `high`, copied."""
        chunk, index = self._chunk, self._chunk.index
        rows = slice(index.row(low), index.row(high - 1) + 1)
        offset = index.offset[rows].copy()
        offset[0] = low
        part = SegmentIndex(offset, index.frame[rows], index.time_ns[rows], index.file_offset[rows], index.kind)
        data = self.extents.join(low - self.start, high - self.start)
        return View(StreamChunk(chunk.connection, chunk.direction, low, data, part, chunk.base_seq))

    def stamp(self, offset: int) -> Stamp:
        """Frame and time of the byte at stream `offset`."""
        return self._chunk.index.stamp(offset)

    def reach(self, low: int, high: int) -> Reach:
        """What bytes `low:high` reach to."""
        index = self._chunk.index
        first, last = index.row(low), index.row(high - 1) + 1
        latest = first + int(index.frame[first:last].argmax())
        files = index.file_offset[first:last]
        return int(index.frame[latest]), int(index.time_ns[latest]), int(files.min()), int(files.max())
