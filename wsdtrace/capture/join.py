"""Several capture files as one source, merged by time: the files of a ring, or what two machines recorded.

Theory of operation: each file delivers its windows; a row's key is the latest time of its file so far, so that frames
of one file never change places. What all files are sure about, everything up to the least of their last keys, is handed
on: as a slice of its own window when one file alone has something to say (a ring), else copied together.

1. Files are ordered by their first frame, then as they were named; equal times too. So does mergecap.
2. Frame numbers count over the merged whole, as in the file that `mergecap` writes.
3. A place in file k is `k * SPACING` bytes further on, so places grow and `window` finds its file again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Final

import numpy as np

from wsdtrace.capture.inputs import Failure
from wsdtrace.capture.remarks import Comment, Remarks
from wsdtrace.capture.source import WINDOW_BYTES, CaptureSource, open_capture
from wsdtrace.closing import Closing
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import CaptureError
from wsdtrace.records import I64, Anomaly, FrameBatch

SPACING: Final = 1 << 48
"""Between the places of two files: more than any file has bytes, and 32,768 of them fit int64."""


@dataclass(slots=True)
class _Feed:
    """One file and the rows of its window that wait."""

    source: CaptureSource
    rows: Iterator[FrameBatch]
    batch: FrameBatch | None = None
    keys: I64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Latest time of the file up to each row of `batch`."""
    at: int = 0
    """Rows before it are handed on."""
    latest: int = -(1 << 63)
    anomalies: list[Anomaly] = field(default_factory=list)

    def advance(self) -> None:
        """Take the next window; `batch` is None at the end. Empty windows leave their anomalies."""
        while True:
            batch = next(self.rows, None)
            self.batch, self.at = batch, 0
            if batch is None:
                return
            self.anomalies += batch.anomalies
            if len(batch):
                self.keys = np.maximum.accumulate(np.maximum(batch.time_ns, self.latest))
                self.latest = int(self.keys[-1])
                return


class JoinedSource(Closing):
    """Several open captures as one; the same to its users as a `CaptureSource`."""

    def __init__(self, sources: Sequence[CaptureSource]) -> None:
        """Args: sources: at least one, unread; closed with this one."""
        self._sources = list(sources)
        self.frames = 0
        """Frames handed on so far."""
        self.first_time_ns: int | None = None
        self.last_time_ns: int | None = None
        self._started = False
        self._before: dict[int, int] = {}
        """File (in order) → frames of the files before it, while its own are in one row."""
        self._overlap = False
        """Frames of several files were merged, so that the numbers of one file have gaps."""

    @property
    def path(self) -> str:
        """The first name, and how many more there are."""
        more = len(self._sources) - 1
        return f"{self._sources[0].path} + {more} more" if more else self._sources[0].path

    @property
    def paths(self) -> list[str]:
        """All names, in the order in which they are joined."""
        return [source.path for source in self._sources]

    @property
    def format(self) -> str:
        """`pcapng` where one of them is."""
        return max(source.format for source in self._sources)

    @property
    def size(self) -> int:
        """Bytes read so far, uncompressed."""
        return sum(source.size for source in self._sources)

    @property
    def file_size(self) -> int | None:
        """Bytes of all files; None when that of one is not known."""
        sizes = [source.file_size for source in self._sources]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def seekable(self) -> bool:
        """Ranges can be read again."""
        return all(source.seekable for source in self._sources)

    @property
    def link_types(self) -> list[str]:
        """Names of the link types seen so far, in order of appearance."""
        return list(self.link_numbers)

    @property
    def link_numbers(self) -> dict[str, int]:
        """The same with their LINKTYPE_ values."""
        return {name: number for source in self._sources for name, number in source.link_numbers.items()}

    @property
    def remarks(self) -> Remarks:
        """What the files say beside their frames. Comments on single frames say which file they were in."""
        all_of_them = Remarks()
        for source in self._sources:
            all_of_them.secrets += source.remarks.secrets
            all_of_them.comments += [
                comment if comment.number is None else Comment(None, f"{source.path} #{comment.number}: {comment.text}")
                for comment in source.remarks.comments
            ]
        return all_of_them

    def batches(self) -> Iterator[FrameBatch]:
        """Read all of them, once; see `CaptureSource.batches`."""
        if self._started:
            raise CaptureError(f"{self.path}: a source is read once; open it again, or use window()")
        self._started = True
        feeds = [_Feed(source, source.batches()) for source in self._sources]
        for feed in feeds:
            feed.advance()
        feeds.sort(key=_first_time)  # stable: as they were named where they begin together
        self._sources = [feed.source for feed in feeds]
        while True:
            going = [(number, feed) for number, feed in enumerate(feeds) if feed.batch is not None]
            if not going:
                break
            limit, last = min((feed.latest, number) for number, feed in going)
            pieces = [piece for number, feed in going if (piece := _take(feed, number, limit, last)) is not None]
            anomalies = tuple(anomaly for feed in feeds for anomaly in feed.anomalies)
            self._overlap |= len(pieces) > 1
            if len(pieces) == 1:
                self._before.setdefault(int(pieces[0].file_offset[0]) // SPACING, self.frames)
            yield self._numbered(_merged(pieces), anomalies)
            for feed in feeds:
                feed.anomalies.clear()
                if feed.batch is not None and feed.at == len(feed.batch):
                    feed.advance()
        anomalies = tuple(anomaly for feed in feeds for anomaly in feed.anomalies)
        if anomalies:
            yield self._numbered(_merged([]), anomalies)

    def window(self, file_start: int, file_end: int) -> Iterator[FrameBatch]:
        """Read a range of places again, file by file; see `CaptureSource.window`.

        The frames of files that overlap in time come in the order of their files, and with numbers that grow, but are
        not those of the first pass.

        Raises:
            CaptureError: a source is not seekable, or its file is gone.
        """
        for number, source in enumerate(self._sources):
            base = number * SPACING
            low, high = max(file_start - base, 0), min(file_end - base, SPACING)
            if low < high:
                before = self._before.get(number, 0)
                for batch in source.window(low, high):
                    yield replace(batch, first_number=batch.first_number + before, anomalies=())

    def upto(self, number: int, *, ahead: int = 0) -> Iterator[FrameBatch]:
        """The frames up to one of them again; see `CaptureSource.upto`. None of files that overlap in time.

        Raises:
            CaptureError: a source is not seekable, or its file is gone.
        """
        within = [(before, file) for file, before in self._before.items() if before < number]
        if self._overlap or not within:
            return
        before, file = max(within)
        for batch in self._sources[file].upto(number - before, ahead=ahead):
            yield replace(batch, first_number=batch.first_number + before, anomalies=())

    def close(self) -> None:
        """Close all of them."""
        for source in self._sources:
            source.close()

    def _numbered(self, batch: FrameBatch, anomalies: tuple[Anomaly, ...]) -> FrameBatch:
        first = self.frames + 1
        self.frames += len(batch)
        if len(batch):
            earliest, latest = int(batch.time_ns.min()), int(batch.time_ns.max())
            self.first_time_ns = earliest if self.first_time_ns is None else min(self.first_time_ns, earliest)
            self.last_time_ns = latest if self.last_time_ns is None else max(self.last_time_ns, latest)
        return replace(batch, first_number=first, anomalies=anomalies)


def _first_time(feed: _Feed) -> int:
    return (1 << 63) if feed.batch is None else int(feed.keys[0])


def _take(feed: _Feed, number: int, limit: int, last: int) -> FrameBatch | None:
    """The rows of a file that nothing else can come before: up to `limit`, of files behind `last` only below it."""
    assert feed.batch is not None
    side = "right" if number <= last else "left"
    end = int(np.searchsorted(feed.keys, limit, side=side))  # type: ignore[call-overload]  # mypy widens the literals
    if end <= feed.at:
        return None
    batch, low = feed.batch, feed.at
    feed.at = end
    return FrameBatch(
        buffer=batch.buffer,
        offset=batch.offset[low:end],
        file_offset=batch.file_offset[low:end] + number * SPACING,
        captured_len=batch.captured_len[low:end],
        wire_len=batch.wire_len[low:end],
        # The key, not the time, decides the order; it goes along in front of the rows until they are merged.
        time_ns=np.stack([batch.time_ns[low:end], feed.keys[low:end]]),
        interface=batch.interface[low:end],
        link_type=batch.link_type[low:end],
        first_number=0,
    )


def _merged(pieces: list[FrameBatch]) -> FrameBatch:
    """Rows of several windows in the order of their keys; those of one window stay where they are."""
    if len(pieces) == 1:
        return replace(pieces[0], time_ns=pieces[0].time_ns[0], anomalies=())
    if not pieces:
        none = np.empty(0, dtype=np.int64)
        small, tiny = none.astype(np.uint32), none.astype(np.uint16)
        return FrameBatch(memoryview(b""), none, none, small, small, none, tiny, tiny, 0)
    order = np.argsort(np.concatenate([piece.time_ns[1] for piece in pieces]), kind="stable")
    copied = bytearray()
    starts: list[I64] = []
    for piece in pieces:
        low = int(piece.offset[0])
        high = int((piece.offset + piece.captured_len).max())
        starts.append(piece.offset - low + len(copied))
        copied += piece.buffer[low:high]
    return FrameBatch(
        buffer=memoryview(copied),
        offset=np.concatenate(starts)[order],
        file_offset=np.concatenate([piece.file_offset for piece in pieces])[order],
        captured_len=np.concatenate([piece.captured_len for piece in pieces])[order],
        wire_len=np.concatenate([piece.wire_len for piece in pieces])[order],
        time_ns=np.concatenate([piece.time_ns[0] for piece in pieces])[order],
        interface=np.concatenate([piece.interface for piece in pieces])[order],
        link_type=np.concatenate([piece.link_type for piece in pieces])[order],
        first_number=0,
    )


def open_joined(
    paths: Sequence[str | Path], *, window_bytes: int = WINDOW_BYTES, failures: Mapping[str, Failure] | None = None
) -> JoinedSource:
    """Open several captures as one.

    Args:
        paths: at least one, in any order.
        window_bytes: bytes read of each at a time.
        failures: of copies, by path: why one ends before what it was copied from.

    Raises:
        CaptureFormatError: one is no capture; the text says which.
        CapturePermissionError: one may not be read.
        CaptureError: one is not there or not readable.
    """
    sources: list[CaptureSource] = []
    try:
        for path in paths:
            failure = (failures or {}).get(str(path))
            sources.append(open_capture(path, window_bytes=window_bytes, failure=failure))
    except BaseException:
        for source in sources:
            source.close()
        raise
    return JoinedSource(sources)
