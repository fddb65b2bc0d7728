"""A content that was not held → its bytes, read again: the same reader, fed from the start-line of its message on.

The caller reads the file range of the `ContentRef` again and turns it into net events of that direction with the stream
offsets of the first reading (`Net.resume`). Bytes of other directions, and those before and behind the message, are
skipped. What a gap took is not there: the bytes behind it follow those before it, as they did the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.listener import Silent
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import View
from wsdtrace.http.reader import Reader
from wsdtrace.http.sync import Side
from wsdtrace.records import (
    ConnectionId,
    ContentRef,
    Gap,
    NetEvent,
    Stamp,
    StreamChunk,
    StreamEnd,
)

_STATUS = b"HTTP/"


class ContentReader:
    """Reads one content again, piece by piece: feed it, and take what comes."""

    def __init__(self, ref: ContentRef, limits: HttpLimits | None = None) -> None:
        """Read what `ref` refers to; `limits` as for the first reading."""
        chosen = limits or HttpLimits()
        self._ref = ref
        self._wire = Wire(
            ConnectionId(0),
            (ref.originator, ref.responder),
            ref.direction,
            chosen,
            Budget(chosen.held_total),
            tap=self._take,
        )
        self._reader: Reader | None = None
        self._waiting: list[View] = []
        """Views that came before the first bytes could tell a request from a response."""
        self._pieces: list[bytes] = []
        self._over = False

    def _take(self, part: int, data: bytes, low: int, high: int) -> None:
        if part == self._ref.part:
            self._pieces.append(data[low:high])

    def feed(self, event: NetEvent) -> list[bytes]:
        """Take one net event; returns the bytes of the content that it brought."""
        if isinstance(event, StreamChunk):
            if event.direction is self._ref.direction:
                self._chunk(event)
        elif isinstance(event, Gap) and event.direction is self._ref.direction:
            self._gap(event)
        return self._taken()

    def close(self) -> list[bytes]:
        """Nothing more comes; returns the bytes that waited for what would follow."""
        if self._reader is not None and not self._over:
            self._over = True
            self._reader.end(StreamEnd.FIN, self._ref.message_end, Stamp(0, 0))
        return self._taken()

    def _taken(self) -> list[bytes]:
        pieces, self._pieces = self._pieces, []
        return pieces

    def _chunk(self, chunk: StreamChunk) -> None:
        """The part of a chunk that belongs to the message."""
        ref = self._ref
        low = max(ref.message_start - chunk.offset, 0)
        high = min(ref.message_end - chunk.offset, len(chunk.data))
        if low >= high or self._over:
            return
        data = bytes(chunk.data[low:high])
        view = View(StreamChunk(chunk.connection, chunk.direction, chunk.offset + low, data, chunk.index))
        if self._reader is not None:
            self._reader.feed(view)
            return
        self._waiting.append(view)
        start = b"".join(waiting.data[: len(_STATUS)] for waiting in self._waiting[: len(_STATUS)])[: len(_STATUS)]
        if len(start) == len(_STATUS) or not _STATUS.startswith(start):
            self._begin(Side.SERVER if start == _STATUS else Side.CLIENT)

    def _begin(self, side: Side) -> None:
        self._reader = Reader(self._wire, side, Silent())
        waiting, self._waiting = self._waiting, []
        for view in waiting:
            self._reader.feed(view)

    def _gap(self, gap: Gap) -> None:
        inside = self._ref.message_start < gap.offset < self._ref.message_end
        if self._reader is not None and inside and not self._over:
            self._reader.gap(gap.offset, gap.length, gap.stamp)


def read_content(events: Iterable[NetEvent], ref: ContentRef, limits: HttpLimits | None = None) -> Iterator[bytes]:
    """The bytes of a content, piece by piece.

    Args:
        events: net events of the file range of the reference, at least those of its direction.
        ref: what to read.
        limits: as for the first reading.
    """
    reader = ContentReader(ref, limits)
    for event in events:
        yield from reader.feed(event)
    yield from reader.close()
