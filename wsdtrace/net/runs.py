"""The segments of a batch in the order of its items: plain items as runs of bytes, others one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from wsdtrace.net.connection import Connection, Frame
from wsdtrace.records import I64, Direction, Extents, FrameBatch, Row, SegmentIndex, StreamChunk, Turn

if TYPE_CHECKING:
    from wsdtrace.net.flows import Bools, Items
    from wsdtrace.net.outbox import Outbox
    from wsdtrace.net.transport import Segments

BULK_SEGMENTS: Final = 16
"""Segments of a run that is not joined but handed on as it lies: 24 KB of full ones, more than a message of text."""


class Runs:
    """Runs of data in plain items, ready to be handed on."""

    def __init__(self, batch: FrameBatch, segments: Segments, items: Items, *, extents: bool = False) -> None:
        """Args: extents: long runs are handed on as they lie."""
        at = items.data
        row, length = segments.row[at], segments.length[at]
        self._places, self._lengths = segments.place[at], length
        self._edges: tuple[list[int], list[int]] | None = None
        self._columns = np.empty((4, len(at)), dtype=np.int64)
        np.cumsum(length, out=self._columns[0])
        self._columns[0] -= length
        self._before = self._columns[0, items.run_start].tolist()
        """(r,) bytes in all segments before each run."""
        np.add(row, batch.first_number, out=self._columns[1])
        self._columns[2] = batch.time_ns[row]
        self._columns[3] = batch.file_offset[row]
        self._start, self._stop = items.run_start.tolist(), items.run_stop.tolist()
        self._row = row[items.run_stop - 1].tolist() if len(at) else []
        self._side = items.run_side.tolist()
        self._window = memoryview(batch.buffer)
        whole = self._window.obj
        self._whole: bytes | bytearray | None = None
        """The window to look into, when long runs are handed on as they lie."""
        if extents and isinstance(whole, bytes | bytearray) and len(whole) == len(self._window):
            self._whole = whole

    def hand_on(self, first: int, last: int, connection: Connection, out: Outbox) -> None:
        """Hand on the runs `first:last`, which are all of an item, as the next bytes of a connection's streams."""
        if first == last:
            return
        tape = connection.tape
        tape.flush(out)
        start, stop = self._start[first], self._stop[last - 1]
        columns = self._columns[:, start:stop].copy()
        offsets = [stream.next_offset for stream in connection.streams]
        directions = tape.direction(0), tape.direction(1)
        said: tuple[list[bytes], list[bytes]] = ([], [])
        for run in range(first, last):
            low, high, side = self._start[run], self._stop[run], self._side[run]
            rows = columns[:, low - start : high - start]
            rows[0] += offsets[side] - self._before[run]
            data: bytes | Extents
            if high - low >= BULK_SEGMENTS and self._whole is not None:
                data = Extents(self._whole, self._places[low:high], self._lengths[low:high])
                said[side].append(data.join(max(len(data) - out.limits.history_bytes, 0), len(data)))
            else:
                data = self._join(low, high)
                said[side].append(data)
            base = connection.streams[side].base
            out.put(
                self._row[run], StreamChunk(tape.id, directions[side], offsets[side], data, SegmentIndex(*rows), base)
            )
            offsets[side] += len(data)
        for stream, parts in zip(connection.streams, said, strict=True):
            stream.advance(offsets[stream.side] - stream.next_offset)
            out.remember(stream, parts)

    def turns(self, asked: Sequence[int], base_seq: I64) -> list[tuple[Turn, Turn]]:
        """All that the originator of a connection says, and in the run behind it the responder.

        Args:
            asked: numbers of k runs.
            base_seq: (k, 2) the sequence number of the first octet of originator and responder.
        """
        columns = self._columns.copy()
        columns[0] -= np.repeat(self._before, np.array(self._stop) - np.array(self._start))
        rows: list[Row] = list(zip(*columns.tolist(), strict=True))
        start, stop, join = self._start, self._stop, self._join
        one, other = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER
        return [
            (
                Turn(one, join(start[run], stop[run]), rows[start[run] : stop[run]], base),
                Turn(other, join(start[run + 1], stop[run + 1]), rows[start[run + 1] : stop[run + 1]], other_base),
            )
            for run, base, other_base in zip(asked, *base_seq.T.tolist(), strict=True)
        ]

    def _join(self, low: int, high: int) -> bytes:
        """The bytes of segments `low:high`."""
        if self._edges is None:
            self._edges = self._places.tolist(), (self._places + self._lengths).tolist()
        (begins, ends), window = self._edges, self._window
        if high - low == 1:
            return window[begins[low] : ends[low]].tobytes()
        return b"".join([window[a:b] for a, b in zip(begins[low:high], ends[low:high], strict=True)])


class Frames:
    """The segments of a batch one by one, in the order of the items."""

    def __init__(
        self, batch: FrameBatch, segments: Segments, items: Items, side: I64, now_ns: I64, unasked: Bools | None
    ) -> None:
        """Take a batch.

        Args:
            batch: where the frames are.
            segments: its segments.
            items: that these are cut into.
            side: (n,) who sent each segment.
            now_ns: (frames of the batch,) capture time at each.
            unasked: (k,) items of which nothing is asked; None where there are none.
        """
        self._unasked = unasked
        self._batch, self._segments, self._items, self._side, self._now_ns = batch, segments, items, side, now_ns
        self._single: dict[int, Frame] | None = None
        self._all: I64 | None = None

    def of(self, start: int, stop: int) -> list[Frame]:
        """The segments `start:stop`."""
        if stop - start == 1:
            # What is an item by itself is asked for in nearly every batch, the rest of the segments in few.
            if self._single is None:
                alone = self._items.stop - self._items.start == 1
                single = self._items.start[alone if self._unasked is None else alone & ~self._unasked]
                self._single = dict(zip(single.tolist(), _frames(self._read(single)), strict=True))
            return [self._single[start]]
        if self._all is None:
            self._all = self._read(np.arange(len(self._items.order)))
        return _frames(self._all[:, start:stop])

    def _read(self, at: I64) -> I64:
        """(12, n) the columns of a `Frame`, for the segments at these n places of the order."""
        batch, segments = self._batch, self._segments
        index = self._items.order[at]
        row = segments.row[index]
        columns = (
            row, self._side[index], segments.seq[index], segments.ack[index], segments.flags[index],
            segments.place[index], segments.have[index], segments.length[index], row + batch.first_number,
            batch.time_ns[row], batch.file_offset[row], self._now_ns[row],
        )  # fmt: skip
        return np.stack(columns)


def _frames(columns: I64) -> list[Frame]:
    return [Frame._make(row) for row in columns.T.tolist()]
