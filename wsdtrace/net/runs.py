"""The segments of a batch in the order of its items: plain items as runs of bytes, others one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wsdtrace.net.connection import Connection, Frame
from wsdtrace.records import I64, FrameBatch, SegmentIndex, StreamChunk

if TYPE_CHECKING:
    from wsdtrace.net.flows import Items
    from wsdtrace.net.outbox import Outbox
    from wsdtrace.net.transport import Segments


class Runs:
    """Runs of data in plain items, ready to be handed on."""

    def __init__(self, batch: FrameBatch, segments: Segments, items: Items, side: I64) -> None:
        """Args: side: (n,) who sent each of the `segments`."""
        at = items.data
        row, length, place = segments.row[at], segments.length[at], segments.place[at]
        self._sent_by_second = side[at] == 1
        sent = [np.cumsum(np.where(self._sent_by_second == second, length, 0)) for second in (False, True)]
        before = np.where(self._sent_by_second, sent[1], sent[0]) - length
        self._before = before
        """(d,) bytes of its side that precede each segment, over all connections."""
        self._columns = np.stack([before, row + batch.first_number, batch.time_ns[row], batch.file_offset[row]])
        self._begins, self._ends = place.tolist(), (place + length).tolist()
        self._start, self._stop = items.run_start.tolist(), items.run_stop.tolist()
        self._row = row[items.run_stop - 1].tolist() if len(at) else []
        self._side = items.run_side.tolist()
        self._window = memoryview(batch.buffer)

    def hand_on(self, first: int, last: int, connection: Connection, out: Outbox) -> None:
        """Hand on the runs `first:last`, which are all of an item, as the next bytes of a connection's streams."""
        if first == last:
            return
        tape, window, begins, ends = connection.tape, self._window, self._begins, self._ends
        tape.flush(out)
        start, stop = self._start[first], self._stop[last - 1]
        columns = self._columns[:, start:stop].copy()
        offsets = [stream.next_offset for stream in connection.streams]
        self._place(columns[0], start, stop, first, last, offsets)
        directions = tape.direction(0), tape.direction(1)
        said: tuple[list[bytes], list[bytes]] = ([], [])
        for run in range(first, last):
            low, high, side = self._start[run], self._stop[run], self._side[run]
            if high - low == 1:
                data = bytes(window[begins[low] : ends[low]])
            else:
                data = b"".join([window[a:b] for a, b in zip(begins[low:high], ends[low:high], strict=True)])
            index = SegmentIndex(*columns[:, low - start : high - start])
            base = connection.streams[side].base
            out.put(self._row[run], StreamChunk(tape.id, directions[side], offsets[side], data, index, base))
            offsets[side] += len(data)
            said[side].append(data)
        for stream, parts in zip(connection.streams, said, strict=True):
            stream.advance(offsets[stream.side] - stream.next_offset)
            out.remember(stream, parts)

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
