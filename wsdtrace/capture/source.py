"""A capture file → `FrameBatch` windows, and ranges of it again.

Theory of operation: a window is filled from the input, the reader of the format walks the whole records in it, and
the rest, a record cut by the window's end, moves to the front of the next window. A record that is larger than
the window enlarges it. Before each window of a seekable file a checkpoint (file offset, frame number, state of the
reader) is kept; reading a range again starts at the last checkpoint before it, so frame numbers and interfaces are
those of the first pass.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from wsdtrace.capture.anomalies import file_anomaly
from wsdtrace.capture.columns import Walked
from wsdtrace.capture.formats import SNIFF_BYTES, describe
from wsdtrace.capture.inputs import Failure, Input, input_of, open_input
from wsdtrace.capture.linktypes import linktype_name
from wsdtrace.capture.pcap import FILE_HEADER_BYTES, MAGICS, PcapReader
from wsdtrace.capture.pcapng import BYTE_ORDER_MAGIC, MAJOR_VERSION, SECTION_HEADER, PcapngReader
from wsdtrace.capture.remarks import Remarks
from wsdtrace.closing import Closing
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import CaptureError, CaptureFormatError
from wsdtrace.records import Anomaly, FrameBatch

WINDOW_BYTES: Final = 4 * 1024 * 1024
"""Window size unless told: 2-4 MiB stay in the processor's caches and beat 64 MiB by 1.6-2x (measured)."""
MIN_WINDOW_BYTES: Final = 4096
_CHECKPOINT_BYTES: Final = 1024 * 1024
"""Checkpoints are at least so far apart: 10,000 of them for 10 GB."""

_LEAST_HEADER_BYTES: Final = 28
"""Bytes of a pcapng section header; a pcap file header has 24."""

_Reader = PcapReader | PcapngReader


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    position: int
    number: int
    reader: _Reader


class CaptureSource(Closing):
    """An open capture. `batches` reads it once, in order; `window` reads a range of a seekable one again."""

    def __init__(
        self, path: str, source: Input, head: bytes, reader: _Reader, window_bytes: int, *, live: bool = False
    ) -> None:
        """Use `open_capture`."""
        self.path = path
        self.format = reader.format
        """`pcap` or `pcapng`."""
        self.frames = 0
        """Frames read so far."""
        self.size = len(head)
        """Bytes read so far, uncompressed."""
        self.first_time_ns: int | None = None
        """Earliest time of a frame read so far; None before the first."""
        self.last_time_ns: int | None = None
        """Latest time of a frame read so far; None before the first."""
        self._input = source
        self._head = head
        self._reader = reader
        self._window_bytes = max(window_bytes, MIN_WINDOW_BYTES)
        self._live = live
        self._started = False
        self._checkpoints: list[_Checkpoint] = []

    @property
    def paths(self) -> list[str]:
        """`path`, as the one that it is read from."""
        return [self.path]

    @property
    def seekable(self) -> bool:
        """Ranges can be read again: a plain file, not a pipe and not compressed."""
        return self._input.seekable

    @property
    def file_size(self) -> int | None:
        """Bytes of the file on disk (compressed when it is), for a progress bar; None for a pipe."""
        return self._input.file_size

    @property
    def link_types(self) -> list[str]:
        """Names of the link types seen so far, in order of appearance."""
        return list(self.link_numbers)

    @property
    def link_numbers(self) -> dict[str, int]:
        """The same with their LINKTYPE_ values."""
        return {linktype_name(number): number for number in self._reader.link_types_seen}

    @property
    def remarks(self) -> Remarks:
        """Decryption secrets, comments and lost frames that were read so far."""
        return self._reader.remarks

    def batches(self) -> Iterator[FrameBatch]:
        """Read the capture from start to end, once.

        Yields:
            the frames of one window each; a batch's buffer is valid until the next is asked for.
        """
        if self._started:
            raise CaptureError(f"{self.path}: a source is read once; open it again, or use window()")
        self._started = True
        start = _Checkpoint(self._reader.first_record, 1, self._reader)
        for batch in self._pump(self._input, start, self._head[start.position :], keep=self.seekable):
            self.frames += len(batch)
            if len(batch):
                earliest, latest = int(batch.time_ns.min()), int(batch.time_ns.max())
                self.first_time_ns = earliest if self.first_time_ns is None else min(self.first_time_ns, earliest)
                self.last_time_ns = latest if self.last_time_ns is None else max(self.last_time_ns, latest)
            yield batch

    def window(self, file_start: int, file_end: int) -> Iterator[FrameBatch]:
        """Read the records that start in `file_start:file_end` again, with their frame numbers.

        Args:
            file_start: where a record starts (`FrameBatch.file_offset`).
            file_end: where the range ends; a record that starts before it is read whole.

        Raises:
            CaptureError: the source is not seekable, or the file is gone.
        """
        if not self.seekable:
            raise CaptureError(f"{self.path}: cannot be read again, because it is a pipe or compressed")
        with open_input(self.path) as again:
            start = self._checkpoint_before(file_start)
            again.seek(start.position)
            fresh = _Checkpoint(start.position, start.number, start.reader.clone())
            for batch in self._pump(again, fresh, b"", keep=False):
                if not len(batch):
                    continue
                if int(batch.file_offset[-1]) < file_start:
                    continue
                lo, hi = (int(i) for i in np.searchsorted(batch.file_offset, (file_start, file_end)))
                if lo < hi:
                    yield batch.rows(lo, hi)
                if hi < len(batch):
                    return

    def upto(self, number: int, *, ahead: int = 0) -> Iterator[FrameBatch]:
        """The frames up to one of them again, from a checkpoint before it on.

        Args:
            number: of the last frame, 1-based.
            ahead: how many checkpoints further ahead to begin, for what came in pieces.

        Raises:
            CaptureError: the source is not seekable, or the file is gone.
        """
        row = bisect_right(self._checkpoints, number, key=lambda checkpoint: checkpoint.number) - 1 - ahead
        start = self._checkpoints[row].position if row >= 0 else 0
        for batch in self.window(start, self.file_size or 0):
            last = number + 1 - batch.first_number
            yield batch if last >= len(batch) else batch.rows(0, last)
            if last <= len(batch):
                return

    def close(self) -> None:
        """Close the input. A source may be closed twice."""
        self._input.close()

    def _checkpoint_before(self, position: int) -> _Checkpoint:
        row = bisect_right(self._checkpoints, position, key=lambda checkpoint: checkpoint.position) - 1
        if row >= 0:
            return self._checkpoints[row]
        if isinstance(self._reader, PcapReader):
            return _Checkpoint(self._reader.first_record, 1, self._reader)
        return _Checkpoint(0, 1, PcapngReader())

    def _pump(self, source: Input, start: _Checkpoint, head: bytes, *, keep: bool) -> Iterator[FrameBatch]:
        """Windows from `start` on; `head` was already taken from the input; with `keep`, leave checkpoints."""
        reader, position, number = start.reader, start.position, start.number
        buffer = bytearray(max(self._window_bytes, len(head)))
        buffer[: len(head)] = head
        filled, ended = len(head), False
        while not ended:
            if keep and (not self._checkpoints or position - self._checkpoints[-1].position >= _CHECKPOINT_BYTES):
                self._checkpoints.append(_Checkpoint(position, number, reader.clone()))
            view = memoryview(buffer)
            read = source.fill(view[filled:])
            ended = source.ended
            filled += read
            if source is self._input:
                self.size += read
            walked = reader.walk(view, filled, position, final=ended)
            anomalies = _damage(source, walked, position + filled)
            ended = ended or walked.damage is not None
            if ended:
                anomalies += reader.remarks.closing(position + filled)
            if len(walked.offset) or anomalies or self._live:
                yield _batch(view, walked, position, number, anomalies)
            number += len(walked.offset)
            position += walked.consumed
            rest = filled - walked.consumed
            if ended:
                return
            if walked.need > len(buffer):
                larger = bytearray(walked.need)
                larger[:rest] = view[walked.consumed : filled]
                buffer = larger
            else:
                view[:rest] = view[walked.consumed : filled]
            filled = rest


def _damage(source: Input, walked: Walked, end: int) -> tuple[Anomaly, ...]:
    """What ended the reading before its end; a failed input explains a record that is cut."""
    if source.failure is not None and source.ended:
        kind, detail = source.failure
        return (*walked.notes, file_anomaly(kind, detail, end, end))
    return (*walked.notes, walked.damage) if walked.damage is not None else tuple(walked.notes)


def _batch(view: memoryview, walked: Walked, position: int, number: int, anomalies: tuple[Anomaly, ...]) -> FrameBatch:
    return FrameBatch(
        buffer=view,
        offset=walked.offset,
        file_offset=walked.record + position,
        captured_len=walked.captured_len,
        wire_len=walked.wire_len,
        time_ns=walked.time_ns,
        interface=walked.interface,
        link_type=walked.link_type,
        first_number=number,
        anomalies=anomalies,
    )


def open_capture(
    path: str | Path, *, window_bytes: int = WINDOW_BYTES, failure: Failure | None = None
) -> CaptureSource:
    """Open a pcap or pcapng file, plain or compressed by gzip or Zstandard (told by its bytes, not its name).

    Args:
        path: a file or a named pipe; `-` is standard input.
        window_bytes: bytes read at a time; results do not depend on it.
        failure: of a copy: why it ends before what it was copied from.

    Raises:
        CaptureFormatError: it is no capture; the text says what it looks like.
        CapturePermissionError: it may not be read.
        CaptureError: it is not there or not readable.
        MissingExtra: it is compressed by Zstandard, and nothing is here that unpacks it.
    """
    source = open_input(path)
    source.failure = failure
    return source_of(str(path), source, window_bytes)


def open_capture_bytes(data: bytes, name: str, *, window_bytes: int = WINDOW_BYTES) -> CaptureSource:
    """Read a capture that is in memory, as `open_capture` reads a pipe.

    Args:
        data: the whole capture.
        name: what it is called in reports and errors.
        window_bytes: bytes read at a time; results do not depend on it.

    Raises:
        CaptureFormatError: it is no capture; the text says what it looks like.
    """
    return source_of(name, input_of(name, data), window_bytes)


def source_of(name: str, source: Input, window_bytes: int = WINDOW_BYTES, *, live: bool = False) -> CaptureSource:
    """The capture that an input delivers; it owns the input, and closes it when it is none.

    Args:
        name: what it is called in reports and errors.
        source: at its start.
        window_bytes: bytes read at a time.
        live: whoever reads it has other things to do: take no more than the header now, and never wait for a frame,
            but yield an empty batch.

    Raises:
        CaptureFormatError: it is no capture; the text says what it looks like.
    """
    try:
        head = source.take(FILE_HEADER_BYTES, FILE_HEADER_BYTES if live else SNIFF_BYTES)
        missing = _LEAST_HEADER_BYTES - len(head)
        if missing > 0 and head[:1] == b"\x0a":
            head += source.take(missing, missing if live else SNIFF_BYTES)
        return CaptureSource(name, source, head, _reader_for(name, source, head), window_bytes, live=live)
    except BaseException:
        source.close()
        raise


def _reader_for(path: str, source: Input, head: bytes) -> _Reader:
    if head[:4] in MAGICS:
        if len(head) < FILE_HEADER_BYTES:
            raise CaptureFormatError(
                f"{path}: a pcap file of {len(head)} bytes, its header alone has {FILE_HEADER_BYTES}"
            )
        return PcapReader(head[:FILE_HEADER_BYTES])
    if head[:4] == SECTION_HEADER.to_bytes(4, "big"):
        _check_section(path, head)
        return PcapngReader()
    if source.failure is not None and not head:
        raise CaptureFormatError(f"{path}: not a capture: {source.failure[1]}")
    packed = "the compressed file holds " if source.compressed else "it is "
    raise CaptureFormatError(f"{path}: not a pcap or pcapng capture: {packed}{describe(head)}")


def _check_section(path: str, head: bytes) -> None:
    """Refuse a first section header of which nothing can be read."""
    order = "big" if head[8:12] == BYTE_ORDER_MAGIC.to_bytes(4, "big") else "little"
    if order == "little" and head[8:12] != BYTE_ORDER_MAGIC.to_bytes(4, "little"):
        raise CaptureFormatError(f"{path}: not a capture: it starts like pcapng, but without its byte-order magic")
    if len(head) < _LEAST_HEADER_BYTES:
        raise CaptureFormatError(f"{path}: a pcapng file of {len(head)} bytes, its section header alone has 28")
    major = int.from_bytes(head[12:14], order)  # type: ignore[arg-type]  # mypy widens the literals
    if major != MAJOR_VERSION:
        minor = int.from_bytes(head[14:16], order)  # type: ignore[arg-type]  # mypy widens the literals
        raise CaptureFormatError(f"{path}: pcapng version {major}.{minor}, this reads version {MAJOR_VERSION}")
