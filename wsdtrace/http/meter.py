"""Which frames brought the bytes: chunk indexes → stamps, file ranges and the index of one message.

Theory of operation:

1. A `View` is one chunk with its index as plain lists: a look-up is a bisection, no array is touched per message.
2. The stamp of a byte is the frame that brought it. With reordering an earlier byte may have come in a later frame;
   *reached* is therefore the latest frame among all bytes of the message so far: where the step became true.
3. A `Meter` accounts for one message: first stamp, reached, file range of all its frames, and the rows of what is held.
   Rows of one frame that follow one another are one row, so that the way a stream is cut leaves no trace.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter, ne
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wsdtrace.http.values import make_stamp
from wsdtrace.records import LocatorKind, SegmentIndex, Stamp, StreamChunk, Turn

if TYPE_CHECKING:
    from wsdtrace.http.bulk import Bulk


class Row(NamedTuple):
    """One segment, or the piece of it that lies in a range."""

    offset: int
    """Stream offset of its first byte."""
    frame: int
    time_ns: int
    file_offset: int


Reach = tuple[int, int, int, int]
"""What a range of bytes reaches to: the latest frame among them, its time, and where in the file the records of the
first and the last of their frames begin."""


_MANY_RUNS = 32
"""Runs from which on it is faster to ask the segments for their runs than the runs for their segments."""


class View:
    """One chunk, ready to be read: bytes, their place in the stream, and who brought them."""

    __slots__ = (
        "_files", "_frames", "_index", "_offsets", "_stamp", "_stamp_row", "_times", "data", "end", "kind", "start",
    )  # fmt: skip

    def __init__(self, chunk: StreamChunk) -> None:
        data = chunk.data
        self.data = data if type(data) is bytes else bytes(data)
        self.start = chunk.offset
        self.end = chunk.offset + len(self.data)
        index = chunk.index
        self._index: SegmentIndex | None = index
        self.kind = index.kind
        self._offsets: list[int] = index.offset.tolist()
        self._frames: list[int] = index.frame.tolist()
        self._times: list[int] = index.time_ns.tolist()
        self._files: list[int] = index.file_offset.tolist()
        self._stamp_row = -1
        self._stamp: Stamp | None = None

    @classmethod
    def of_turn(cls, turn: Turn) -> View:
        """A view of all that one side of a connection says."""
        view = cls.__new__(cls)
        view.data = turn.data
        view.start, view.end = 0, len(turn.data)
        view.kind = LocatorKind.FRAME
        view._index = None
        view._offsets, view._frames, view._times, view._files = map(list, zip(*turn.rows, strict=True))
        view._stamp_row, view._stamp = -1, None
        return view

    @property
    def index(self) -> SegmentIndex:
        """Who brought the bytes, as columns."""
        if self._index is None:
            rows = np.array([self._offsets, self._frames, self._times, self._files], dtype=np.int64)
            self._index = SegmentIndex(*rows)
        return self._index

    def row(self, offset: int) -> int:
        """Row of the segment with the byte at stream `offset`."""
        return bisect_right(self._offsets, offset, 1) - 1

    def stamp(self, offset: int) -> Stamp:
        """Frame and time of the byte at stream `offset`."""
        row = self.row(offset)
        if row != self._stamp_row or self._stamp is None:
            self._stamp = make_stamp(self._frames[row], self._times[row], self.kind)
            self._stamp_row = row
        return self._stamp

    def file_offset(self, offset: int) -> int:
        """Where the record of the frame with the byte at stream `offset` begins."""
        return self._files[self.row(offset)]

    def rows(self, low: int, high: int) -> list[Row]:
        """The segments of bytes `low:high`, offsets cut to the range."""
        first, last = self.row(low), self.row(high - 1)
        offsets, frames, times, files = self._offsets, self._frames, self._times, self._files
        rows = [Row(offsets[j], frames[j], times[j], files[j]) for j in range(first, last + 1)]
        if offsets[first] != low:
            rows[0] = Row(low, frames[first], times[first], files[first])
        return rows

    def rows_of(self, runs: Sequence[tuple[int, int, int]]) -> list[Row]:
        """The segments that bytes of runs lie in, each from the first of these bytes on; see `Meter.keep_runs`."""
        rows: list[Row] = []
        first, last = self.row(runs[0][1]), self.row(runs[-1][1] + runs[-1][2] - 1)
        for j in range(first, last + 1):
            begin, end = self._offsets[j], self._offsets[j + 1] if j + 1 < len(self._offsets) else self.end
            at = bisect_right(runs, begin, key=itemgetter(1)) - 1  # the run that begins before the segment …
            if at < 0 or runs[at][1] + runs[at][2] <= begin:
                at += 1  # … does not reach into it
            low = max(runs[at][1], begin) if at < len(runs) else end
            if low < end:
                rows.append(Row(low, self._frames[j], self._times[j], self._files[j]))
        return rows

    def reach(self, low: int, high: int) -> Reach:
        """What bytes `low:high` reach to."""
        first, last = self.row(low), self.row(high - 1) + 1
        if last - first == 1:
            file = self._files[first]
            return self._frames[first], self._times[first], file, file
        frames = self._frames[first:last]
        frame = max(frames)
        files = self._files[first:last]
        return frame, self._times[first + frames.index(frame)], min(files), max(files)

    def is_one_row_each(self, low: int, high: int) -> bool:
        """The index of the chunk is the index of bytes `low:high`, as it stands."""
        frames = self._frames
        return low == self._offsets[0] and high == self.end and all(map(ne, frames, frames[1:]))


class Meter:
    """The account of one message: where its bytes came from. Memory grows with the held bytes only."""

    __slots__ = (
        "_covered", "_high", "_low", "_reached", "_rows", "_view", "file_end", "file_start", "first", "start",
    )  # fmt: skip

    def __init__(self, view: View, start: int) -> None:
        self.start = start
        self.first = self._reached = view.stamp(start)
        self.file_start = self.file_end = view.file_offset(start)
        self._covered = start
        self._rows: list[Row] = []
        self._view: View | None = None
        """The view whose bytes `_low:_high` are kept and not yet among the rows."""
        self._low = self._high = 0

    @property
    def reached(self) -> Stamp:
        """The latest frame among the bytes so far."""
        return self._reached

    @property
    def covered(self) -> int:
        """Stream offset up to which bytes are accounted for."""
        return self._covered

    def cover(self, view: View | Bulk, end: int) -> None:
        """Account for the bytes of `view` up to stream offset `end`."""
        low = max(self._covered, view.start)
        if end <= low:
            return
        frame, time_ns, file_start, file_end = view.reach(low, end)
        if frame > self._reached.number:
            self._reached = make_stamp(frame, time_ns, view.kind)
        self.file_start = min(self.file_start, file_start)
        self.file_end = max(self.file_end, file_end)
        self._covered = end

    def keep(self, view: View, low: int, high: int) -> None:
        """Keep the rows of bytes `low:high` of `view`, in stream order: they are held, evidence may point at them."""
        if high <= low:
            return
        if view is self._view and low <= self._high:
            self._high = max(high, self._high)
            return
        self.settle()
        self._view, self._low, self._high = view, low, high

    def keep_runs(self, view: View, runs: Sequence[tuple[int, int, int]]) -> None:
        """Keep the rows of several runs of `view`: (anything, stream offset, length), in stream order."""
        if len(runs) < _MANY_RUNS:
            for _, low, length in runs:
                self.keep(view, low, low + length)
            return
        self.keep_rows(view.rows_of(runs))

    def settle(self) -> None:
        """The view that was kept from goes away: its rows stay."""
        view, self._view = self._view, None
        if view is not None:
            self.keep_rows(view.rows(self._low, self._high))

    def keep_rows(self, rows: list[Row]) -> None:
        """Keep rows that come after those kept so far."""
        self.settle()
        kept = self._rows
        for row in rows:
            if not kept or kept[-1].frame != row.frame:
                kept.append(row)

    def index(self) -> SegmentIndex | None:
        """The kept rows in stream order."""
        view = self._view
        if view is not None and not self._rows and view.is_one_row_each(self._low, self._high):
            return view.index  # most messages fill one chunk
        self.settle()
        if not self._rows:
            return None
        offset, frame, time_ns, file_offset = np.array(self._rows, dtype=np.int64).T
        return SegmentIndex(offset, frame, time_ns, file_offset, self.first.kind)
