"""Content offsets ↔ stream offsets: where the bytes that a sink sees stand on the wire.

Under chunked coding a content is many runs of the stream. A `Place` maps those of one feed, a `Trail` remembers those
of the bytes that a reader has carried over from earlier feeds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import starmap
from operator import sub
from typing import NamedTuple

from wsdtrace.http.meter import Meter, Row, View
from wsdtrace.records import ContentPiece, LocatorKind, Stamp


class Place:
    """Where the content bytes of one feed stand: runs of one view."""

    __slots__ = ("contents", "end", "streams", "view")

    def __init__(self, view: View, contents: list[int], streams: list[int], end: int) -> None:
        self.view = view
        self.contents = contents
        """Content offset of the first byte of each run, ascending; the runs are consecutive."""
        self.streams = streams
        """Its stream offset."""
        self.end = end
        """Content offset behind the last run."""

    def runs(self, low: int, high: int) -> list[tuple[int, int, int]]:
        """(content offset, stream offset, length) of the runs of content bytes `low:high`."""
        contents = self.contents
        if len(contents) == 1:
            at = contents[0]
            low, high = max(low, at), min(high, self.end)
            return [(low, self.streams[0] + low - at, high - low)] if low < high else []
        if low <= contents[0] and high >= self.end:
            lengths = map(sub, [*contents[1:], self.end], contents)
            return list(zip(contents, self.streams, lengths, strict=True))
        first = max(bisect_right(contents, low) - 1, 0)
        runs: list[tuple[int, int, int]] = []
        for j in range(first, len(contents)):
            at = max(contents[j], low)
            stop = min(contents[j + 1] if j + 1 < len(contents) else self.end, high)
            if at >= stop:
                break
            runs.append((at, self.streams[j] + at - contents[j], stop - at))
        return runs

    def stamp(self, at: int) -> Stamp:
        """Frame and time of the content byte at `at`."""
        j = max(bisect_right(self.contents, at) - 1, 0)
        return self.view.stamp(self.streams[j] + at - self.contents[j])


class Pieces:
    """Runs of content bytes that are runs of stream bytes too."""

    __slots__ = ("_bound", "_runs", "full")

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._runs: list[list[int]] = []
        self.full = False
        """There were more than the bound."""

    def add(self, content: int, stream: int, length: int) -> None:
        """Content bytes from `content` on are stream bytes from `stream` on."""
        runs = self._runs
        if runs:
            last = runs[-1]
            if last[0] + last[2] == content and last[1] + last[2] == stream:
                last[2] += length
                return
        if len(runs) >= self._bound:
            self.full = True
            return
        runs.append([content, stream, length])

    def add_runs(self, runs: Sequence[tuple[int, int, int]]) -> None:
        """The same for several, with something between each and the next."""
        for run in runs[:1]:
            self.add(*run)
        room = max(self._bound - len(self._runs), 0)
        self._runs += map(list, runs[1 : 1 + room])
        self.full |= len(runs) - 1 > room

    def pieces(self) -> tuple[ContentPiece, ...]:
        """The runs, in order."""
        return tuple(starmap(ContentPiece, self._runs))


class _Carried(NamedTuple):
    """Carried bytes of one segment."""

    content: int
    length: int
    row: Row


class Trail:
    """Where the bytes of the current feed and the carried ones before it stand.

    Work per feed is in proportion to the segments of that feed: what is carried is only appended to, and dropped from
    its beginning.
    """

    __slots__ = ("_at", "_carried", "_kind", "_place")

    def __init__(self) -> None:
        self._carried: deque[_Carried] = deque()
        self._place: Place | None = None
        self._kind = LocatorKind.FRAME
        self._at = 0
        """Content offset at which the current feed begins."""

    def begin(self, place: Place | None, at: int) -> None:
        """A feed begins at content offset `at`; no place: its bytes stand nowhere in the stream."""
        self._place, self._at = place, at
        if place is not None:
            self._kind = place.view.kind

    def settle(self, carried: int, end: int) -> None:
        """The feed ends at content offset `end`; bytes from content offset `carried` on are carried over."""
        kept = self._carried
        while kept and kept[0].content + kept[0].length <= carried:
            kept.popleft()
        if self._place is not None and carried < end:
            kept.extend(self._placed(max(carried, self._at), end))
        self._place = None

    def _placed(self, low: int, high: int) -> Iterator[_Carried]:
        """Bytes `low:high` of the current feed, segment by segment."""
        place = self._place
        if place is None:
            return
        for content, stream, length in place.runs(low, high):
            rows = place.view.rows(stream, stream + length)
            stops = [row.offset for row in rows[1:]] + [stream + length]
            for row, stop in zip(rows, stops, strict=True):
                yield _Carried(content + row.offset - stream, stop - row.offset, row)

    def _fragments(self, low: int, high: int) -> Iterator[_Carried]:
        """Content bytes `low:high`, carried or of the current feed, segment by segment."""
        for content, length, row in self._carried:
            if content >= high:
                break
            skip = max(low - content, 0)
            rest = min(content + length, high) - content - skip
            if rest > 0:
                yield _Carried(content + skip, rest, row._replace(offset=row.offset + skip))
        if high > self._at:
            yield from self._placed(max(low, self._at), high)

    def keep(self, low: int, high: int, meter: Meter, pieces: Pieces | None) -> None:
        """Content bytes `low:high` are held: keep where they stand."""
        if high <= low:
            return
        place = self._place
        if low >= self._at and place is not None:
            runs = place.runs(low, high)
            meter.keep_runs(place.view, runs)
            if pieces is not None:
                pieces.add_runs(runs)
            return
        fragments = list(self._fragments(low, high))
        meter.keep_rows([fragment.row for fragment in fragments])
        if pieces is not None:
            for content, length, row in fragments:
                pieces.add(content, row.offset, length)

    def stamp(self, at: int) -> Stamp | None:
        """Frame and time of the content byte at `at`; None when it stands nowhere in the stream."""
        if at >= self._at:
            return self._place.stamp(at) if self._place is not None else None
        for content, length, row in self._carried:
            if content <= at < content + length:
                return Stamp(row.frame, row.time_ns, self._kind)
        return None
