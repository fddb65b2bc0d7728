"""The segments of a batch in the order of its items: plain items as runs of bytes, others one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from wsdtrace.net.connection import Connection, Frame
from wsdtrace.records import I64, Extents, FrameBatch, SegmentIndex, StreamChunk

if TYPE_CHECKING:
    from wsdtrace.net.flows import Items
    from wsdtrace.net.outbox import Outbox
    from wsdtrace.net.transport import Segments


BULK_SEGMENTS: Final = 16
"""Segments of a run that is not joined but handed on as it lies: 24 KB of full ones, more than a message of text."""


class Runs:
    """Runs of data in plain items, ready to be handed on."""

    def __init__(
        self, batch: FrameBatch, segments: Segments, items: Items, side: I64, *, extents: bool = False
    ) -> None:
        """Args: side: (n,) who sent each of the `segments`; extents: long runs are handed on as they lie."""
        at = items.data
        row, length, place = segments.row[at], segments.length[at], segments.place[at]
        self._sent_by_second = side[at] == 1
        sent = [np.cumsum(np.where(self._sent_by_second == second, length, 0)) for second in (False, True)]
        before = np.where(self._sent_by_second, sent[1], sent[0]) - length
        self._before = before
        """(d,) bytes of its side that precede each segment, over all connections."""
        self._columns = np.stack([before, row + batch.first_number, batch.time_ns[row], batch.file_offset[row]])
        self._places, self._lengths = place, length
        self._edges: tuple[list[int], list[int]] | None = None
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
        self._place(columns[0], start, stop, first, last, offsets)
        directions = tape.direction(0), tape.direction(1)
        said: tuple[list[bytes], list[bytes]] = ([], [])
        for run in range(first, last):
            low, high, side = self._start[run], self._stop[run], self._side[run]
            data: bytes | Extents
            if high - low >= BULK_SEGMENTS and self._whole is not None:
                data = Extents(self._whole, self._places[low:high], self._lengths[low:high])
                said[side].append(data.join(max(len(data) - out.limits.history_bytes, 0), len(data)))
            else:
                data = self._join(low, high)
                said[side].append(data)
            index = SegmentIndex(*columns[:, low - start : high - start])
            base = connection.streams[side].base
            out.put(self._row[run], StreamChunk(tape.id, directions[side], offsets[side], data, index, base))
            offsets[side] += len(data)
        for stream, parts in zip(connection.streams, said, strict=True):
            stream.advance(offsets[stream.side] - stream.next_offset)
            out.remember(stream, parts)

    def _join(self, low: int, high: int) -> bytes:
        """The bytes of segments `low:high`."""
        if self._edges is None:
            self._edges = self._places.tolist(), (self._places + self._lengths).tolist()
        (begins, ends), window = self._edges, self._window
        if high - low == 1:
            return bytes(window[begins[low] : ends[low]])
        return b"".join([window[a:b] for a, b in zip(begins[low:high], ends[low:high], strict=True)])

    def _place(self, offset: I64, start: int, stop: int, first: int, last: int, offsets: list[int]) -> None:
        """Turn the first column of an item's segments into stream offsets."""
        second = self._sent_by_second[start:stop]
        shift = [0, 0]
        for run in range(min(first + 2, last) - 1, first - 1, -1):  # its first two runs are of different sides
            side = self._side[run]
            shift[side] = offsets[side] - int(self._before[self._start[run]])
        offset += np.where(second, shift[1], shift[0])


class Frames:
    """The segments of a batch one by one, in the order of the items."""

    def __init__(self, batch: FrameBatch, segments: Segments, items: Items, side: I64, now_ns: I64) -> None:
        order = items.order
        row = segments.row[order]
        columns = (
            row, side[order], segments.seq[order], segments.ack[order], segments.flags[order], segments.place[order],
            segments.have[order], segments.length[order], row + batch.first_number, batch.time_ns[row],
            batch.file_offset[row], now_ns[row],
        )  # fmt: skip
        self._columns = np.stack(columns)

    def of(self, start: int, stop: int) -> list[Frame]:
        """The segments `start:stop`."""
        return [Frame._make(row) for row in self._columns[:, start:stop].T.tolist()]
