"""A content or a whole message that was not held, read again: the same reader, fed from the start-line on.

The caller reads the file range of the `ContentRef` again and turns it into net events of that direction with the stream
offsets of the first reading (`Net.resume`). Bytes of other directions, and those before and behind the message, are
skipped. What a gap took is not there: the bytes behind it follow those before it, as they did the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsdtrace.http.bulk import Bulk
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.listener import Listener, Silent
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import View
from wsdtrace.http.reader import Reader
from wsdtrace.http.sync import Side
from wsdtrace.http.taker import TakenPieces, Tap
from wsdtrace.records import (
    ConnectionId,
    ContentRef,
    Gap,
    HttpMessage,
    NetEvent,
    Stamp,
    StreamChunk,
    StreamEnd,
)

_STATUS = b"HTTP/"


class _Again:
    """Feeds a reader with the bytes of one message."""

    def __init__(
        self, ref: ContentRef, listener: Listener, limits: HttpLimits | None, tap: Tap | None, connection: ConnectionId
    ) -> None:
        chosen = limits or HttpLimits()
        self._ref = ref
        self._listener = listener
        ends = (ref.originator, ref.responder)
        self._wire = Wire(connection, ends, ref.direction, chosen, Budget(chosen.held_total), tap=tap)
        self._wire.base_seq = ref.base_seq
        self._reader: Reader | None = None
        self._waiting: list[View] = []
        """Views that came before the first bytes could tell a request from a response."""
        self._over = False
        self._last = Stamp(0, 0)

    def take(self, event: NetEvent) -> None:
        """One net event; what belongs to the message is read."""
        if isinstance(event, StreamChunk):
            if event.direction is self._ref.direction:
                self._chunk(event)
        elif isinstance(event, Gap) and event.direction is self._ref.direction:
            self._gap(event)

    def end(self, how: StreamEnd) -> None:
        """Nothing more comes."""
        if self._reader is None and self._waiting:
            self._begin(Side.CLIENT)  # a few bytes and no more: too short for the start of a response
        if self._reader is not None and not self._over:
            self._over = True
            self._reader.end(how, self._ref.message_end, self._last)

    def _chunk(self, chunk: StreamChunk) -> None:
        """The part of a chunk that belongs to the message."""
        ref = self._ref
        low = max(ref.message_start - chunk.offset, 0)
        high = min(ref.message_end - chunk.offset, chunk.size)
        if low >= high or self._over:
            return
        if chunk.extents is not None and self._reader is not None and (low, high) == (0, chunk.size):
            self._last = max(self._last, chunk.index.stamp(chunk.offset + high - 1))
            self._reader.feed_bulk(Bulk(chunk, chunk.extents))
            return
        data = bytes(chunk.data[low:high])
        view = View(StreamChunk(chunk.connection, chunk.direction, chunk.offset + low, data, chunk.index))
        self._last = max(self._last, view.stamp(view.end - 1))
        if self._reader is not None:
            self._reader.feed(view)
            return
        self._waiting.append(view)
        start = b"".join(waiting.data[: len(_STATUS)] for waiting in self._waiting[: len(_STATUS)])[: len(_STATUS)]
        if len(start) == len(_STATUS) or not _STATUS.startswith(start):
            self._begin(Side.SERVER if start == _STATUS else Side.CLIENT)

    def _begin(self, side: Side) -> None:
        self._reader = Reader(self._wire, side, self._listener)
        waiting, self._waiting = self._waiting, []
        for view in waiting:
            self._reader.feed(view)

    def _gap(self, gap: Gap) -> None:
        inside = self._ref.message_start < gap.offset < self._ref.message_end
        if self._reader is not None and inside and not self._over:
            self._reader.gap(gap.offset, gap.length, gap.stamp)


class ContentReader:
    """Reads one content again, piece by piece: feed it, and take what comes."""

    def __init__(self, ref: ContentRef, limits: HttpLimits | None = None) -> None:
        """Read what `ref` refers to; `limits` as for the first reading."""
        self._pieces = TakenPieces(ref.part)
        self._again = _Again(ref, Silent(), limits, self._pieces.tap, ConnectionId(0))

    def feed(self, event: NetEvent) -> list[bytes]:
        """Take one net event; returns the bytes of the content that it brought."""
        self._again.take(event)
        return self._pieces.taken()

    def close(self) -> list[bytes]:
        """Nothing more comes; returns the bytes that waited for what would follow."""
        self._again.end(StreamEnd.FIN)
        return self._pieces.taken()


class _One(Silent):
    """Keeps the message that is read."""

    def __init__(self, method: str | None) -> None:
        self._method = method
        self.message: HttpMessage | None = None

    def answered_method(self) -> str | None:
        return self._method

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:  # noqa: ARG002 - the listener's shape
        self.message = self.message or message


def read_message(
    events: Iterable[NetEvent],
    ref: ContentRef,
    connection: ConnectionId,
    *,
    whole: bool = True,
    method: str | None = None,
    limits: HttpLimits | None = None,
) -> HttpMessage | None:
    """A whole message, as it was read the first time.

    Args:
        events: net events of the file range of the reference, at least those of its direction.
        ref: where the message is; its `part` does not matter.
        connection: that it belongs to.
        whole: it was complete; else the capture ended, or something is missing.
        method: for a response: method of the request that it answers, None when unknown.
        limits: as for the first reading.

    Returns:
        The message; None where its bytes make none any more (the file was changed).
    """
    listener = _One(method)
    again = _Again(ref, listener, limits, None, connection)
    for event in events:
        again.take(event)
    again.end(StreamEnd.FIN if whole else StreamEnd.CAPTURE_END)
    return listener.message


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
