"""Which frames brought the bytes: chunk indexes → stamps, file ranges and the index of one message.

Theory of operation:

1. A `View` is one chunk with its index as plain lists: look-ups are a bisection, no array is touched per message.
2. The raw stamp of a byte is the frame that brought it. With reordering a later byte may have come in an earlier frame;
   *reached* is therefore the latest frame among all bytes of the message so far: where the step became true.
3. A `Meter` accounts for one message: first stamp, reached, file range of all its frames, and the rows of what is held.
   Rows of one frame that follow one another are one row, so that the way a stream is cut leaves no trace.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

import numpy as np

from wsdtrace.records import SegmentIndex, Stamp, StreamChunk


class Row(NamedTuple):
    """One segment, or the piece of it that lies in a range."""

    offset: int
    """Stream offset of its first byte."""
    frame: int
    time_ns: int
    file_offset: int


class View:
    """One chunk, ready to be read: bytes, their place in the stream, and who brought them."""

    __slots__ = ("_files", "_frames", "_offsets", "_times", "data", "end", "start")

    def __init__(self, chunk: StreamChunk) -> None:
        data = chunk.data
        self.data = data if type(data) is bytes else bytes(data)
        self.start = chunk.offset
        self.end = chunk.offset + len(self.data)
        index = chunk.index
        self._offsets: list[int] = index.offset.tolist()
        self._frames: list[int] = index.frame.tolist()
        self._times: list[int] = index.time_ns.tolist()
        self._files: list[int] = index.file_offset.tolist()

    def row(self, offset: int) -> int:
        """Row of the segment with the byte at stream `offset`."""
        return max(bisect_right(self._offsets, offset) - 1, 0)

    def stamp(self, offset: int) -> Stamp:
        """Frame and time of the byte at stream `offset`."""
        row = self.row(offset)
        return Stamp(self._frames[row], self._times[row])

    def file_offset(self, offset: int) -> int:
        """Where the record of the frame with the byte at stream `offset` begins."""
        return self._files[self.row(offset)]

    def rows(self, low: int, high: int) -> list[Row]:
        """The segments of bytes `low:high`, offsets cut to the range."""
        first, last = self.row(low), self.row(high - 1)
        return [
            Row(max(self._offsets[j], low), self._frames[j], self._times[j], self._files[j])
            for j in range(first, last + 1)
        ]

    def reach(self, low: int, high: int) -> tuple[int, int, int, int]:
        """Latest frame, its time, lowest and highest file offset of bytes `low:high`."""
        first, last = self.row(low), self.row(high - 1) + 1
        if last - first == 1:
            file = self._files[first]
            return self._frames[first], self._times[first], file, file
        frames = self._frames[first:last]
        frame = max(frames)
        files = self._files[first:last]
        return frame, self._times[first + frames.index(frame)], min(files), max(files)


class Meter:
    """The account of one message: where its bytes came from. Memory grows with the held bytes only."""

    __slots__ = ("_frame", "_rows", "_time", "covered", "file_end", "file_start", "first", "start")

    def __init__(self, view: View, start: int) -> None:
        self.start = start
        self.first = view.stamp(start)
        self.covered = start
        """Stream offset up to which bytes are accounted for."""
        self._frame, self._time = self.first.number, self.first.time_ns
        self.file_start = self.file_end = view.file_offset(start)
        self._rows: list[Row] = []

    @property
    def reached(self) -> Stamp:
        """The latest frame among the bytes so far."""
        return Stamp(self._frame, self._time)

    def cover(self, view: View, end: int) -> None:
        """Account for the bytes of `view` up to stream offset `end`."""
        low = max(self.covered, view.start)
        if end <= low:
            return
        frame, time, file_low, file_high = view.reach(low, end)
        if frame > self._frame:
            self._frame, self._time = frame, time
        self.file_start = min(self.file_start, file_low)
        self.file_end = max(self.file_end, file_high)
        self.covered = end

    def keep(self, rows: list[Row]) -> None:
        """Keep rows of bytes that are held, in stream order: evidence may point at them."""
        kept = self._rows
        for row in rows:
            if not kept or kept[-1].frame != row.frame:
                kept.append(row)

    def index(self) -> SegmentIndex | None:
        """The kept rows in stream order."""
        if not self._rows:
            return None
        offset, frame, time_ns, file_offset = np.array(self._rows, dtype=np.int64).T
        return SegmentIndex(offset, frame, time_ns, file_offset)


class Trail:
    """Content offset → segment, for the current feed and for what a reader has carried over from earlier ones.

    Content offsets and stream offsets part under chunked coding, therefore both are kept.
    """

    __slots__ = ("_at", "_low", "_old", "_view")

    def __init__(self) -> None:
        self._old: list[tuple[int, Row]] = []
        """(content offset, row) of carried bytes."""
        self._view: View | None = None
        self._at = 0
        self._low = 0

    def begin(self, view: View | None, low: int, at: int) -> None:
        """A feed begins: content offset `at` is stream offset `low` of `view` (None behind a content coding)."""
        self._view, self._low, self._at = view, low, at

    def settle(self, carried: int, end: int) -> None:
        """The feed ends at content offset `end`; bytes from content offset `carried` on are carried over."""
        old = self._old[self._first(carried) :] if carried < self._at else []
        view = self._view
        if view is not None and carried < end:
            low = max(carried, self._at)
            shift = self._at - self._low
            old += [(row.offset + shift, row) for row in view.rows(low - shift, end - shift)]
        self._old = old
        self._view = None

    def _first(self, at: int) -> int:
        """Index of the carried entry that covers content offset `at`."""
        return max(bisect_right(self._old, at, key=lambda entry: entry[0]) - 1, 0)

    def rows(self, low: int, high: int) -> list[Row]:
        """Segments of content bytes `low:high` in the current feed or carried."""
        if high <= low:
            return []
        rows: list[Row] = []
        if low < self._at:
            for at, row in self._old[self._first(low) :]:
                if at < high:
                    rows.append(row if at >= low else row._replace(offset=row.offset + low - at))
        if self._view is not None and high > self._at:
            shift = self._at - self._low
            rows += self._view.rows(max(low, self._at) - shift, high - shift)
        return rows

    def stamp(self, at: int) -> Stamp | None:
        """Frame and time of the content byte at `at`; None behind a content coding."""
        if at >= self._at:
            return self._view.stamp(at - self._at + self._low) if self._view is not None else None
        if not self._old:
            return None
        row = self._old[self._first(at)][1]
        return Stamp(row.frame, row.time_ns)
