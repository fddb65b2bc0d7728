"""A stream of HTTP/1.x messages → pieces in order, each with the very bytes that came: head, body, end.

Theory of operation: forward only. Nothing but a header section, a chunk-size line or a trailer section is ever held,
each within its bound, so an image passes through as the chunks in which it arrived. Joining `raw` of all pieces gives
the stream again. What cannot be followed (no start-line, a header section that never ends, a broken chunk) becomes
`LOST`, and everything behind it one body without end.
"""

from __future__ import annotations

import sys
from enum import Enum

from wsdtrace.dataclass import dataclass
from wsdtrace.http.chunked import ChunkReader, ChunkState
from wsdtrace.http.framing import Frame, Framing, body_framing
from wsdtrace.http.head import Head, is_start_line, may_begin_start_line, parse_head
from wsdtrace.http.limits import HttpLimits
from wsdtrace.records import Anomaly, RequestLine, StatusLine

_LIMITS = HttpLimits()


class PieceKind(Enum):
    """What a piece is of its message."""

    HEAD = "header section"
    BODY = "body"
    END = "end of the message"
    LOST = "no message that can be followed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of the stream."""

    kind: PieceKind
    raw: bytes
    """As they came; may be empty for an END."""
    head: Head | None = None
    """Of a HEAD."""
    frame: Frame | None = None
    """Of a HEAD."""
    content: bytes = b""
    """Of a BODY: without transfer coding; `raw` itself where there is none."""


class MessageReader:
    """Reads one direction of one connection.

    Args:
        request: the sender is the client.
        limits: bounds of the sections that are held.
    """

    def __init__(self, *, request: bool, limits: HttpLimits = _LIMITS) -> None:
        self._request = request
        self._limits = limits
        self._rest = b""
        self._frame: Frame | None = None
        self._left = 0
        self._chunks: ChunkReader | None = None
        self._lost = False

    @property
    def is_between(self) -> bool:
        """No byte of a message that has not ended was seen."""
        return self._frame is None and not self._rest and not self._lost

    @property
    def is_lost(self) -> bool:
        """The stream cannot be followed any more."""
        return self._lost

    def feed(self, data: bytes, method: str | None = None) -> list[Piece]:
        """Take the next bytes.

        Args:
            data: as they came.
            method: for responses: of the request that is answered next.
        """
        if self._rest:
            data = self._rest + data
            self._rest = b""
        pieces: list[Piece] = []
        position = 0
        while position < len(data) or self._is_empty:
            position = self._step(data, position, method, pieces)
            if self._rest:
                break
            if pieces and pieces[-1].kind is PieceKind.END and not self._request:
                # The next response answers another request, whose method the caller has to say.
                self._rest = data[position:]
                break
        return pieces

    @property
    def left(self) -> int | None:
        """Bytes of the body in hand that are still to come, where that is known, else many; None without a body."""
        if self._lost or self._frame is None or self._frame.framing is Framing.NONE:
            return None
        if self._chunks is not None and self._chunks.state is ChunkState.LAST:
            return None
        return self._left if self._frame.framing is Framing.LENGTH else sys.maxsize

    def skip(self, data: memoryview) -> tuple[int, bool]:
        """Take the next bytes of a body that nobody looks at; there has to be one (`left`).

        Args:
            data: as they came. What does not belong to the body is kept, and comes out of `more`.

        Returns:
            How many belong to the body, and whether more may come.
        """
        assert self._frame is not None
        stop = len(data)
        match self._frame.framing:
            case Framing.LENGTH:
                stop = min(self._left, stop)
                self._left -= stop
            case Framing.CHUNKED:
                assert self._chunks is not None
                stop, _ = self._chunks.runs(bytes(data), 0, 0)
                self._lost = self._chunks.state is ChunkState.BROKEN
        self._rest = bytes(data[stop:])
        return stop, self.left not in (None, 0)

    def more(self, method: str | None = None) -> list[Piece]:
        """Go on with bytes that were fed already."""
        return self.feed(b"", method) if self._rest or self._is_empty else []

    def end(self) -> list[Piece]:
        """The stream has ended: the end of a body that is read until close, or what is left over."""
        rest, self._rest = self._rest, b""
        if rest:
            self._lost = True
            return [Piece(PieceKind.LOST, rest)]
        if self._frame is not None and self._frame.framing is Framing.CLOSE:
            self._frame = None
            return [Piece(PieceKind.END, b"")]
        return []

    @property
    def _is_empty(self) -> bool:
        """The body in hand has no more bytes."""
        if self._frame is None:
            return False
        return self._frame.framing is Framing.NONE or (self._frame.framing is Framing.LENGTH and not self._left)

    def _step(self, data: bytes, position: int, method: str | None, pieces: list[Piece]) -> int:
        if self._lost:
            pieces.append(Piece(PieceKind.LOST, data[position:] if position else data))
            return len(data)
        if self._frame is None:
            return self._head(data, position, method, pieces)
        match self._frame.framing:
            case Framing.NONE | Framing.LENGTH if self._is_empty:
                self._done(pieces)
                return position
            case Framing.LENGTH:
                return self._counted(data, position, pieces)
            case Framing.CHUNKED:
                return self._chunked(data, position, pieces)
            case _:
                raw = data[position:] if position else data
                pieces.append(Piece(PieceKind.BODY, raw, content=raw))
                return len(data)

    def _done(self, pieces: list[Piece], raw: bytes = b"") -> None:
        self._frame = self._chunks = None
        pieces.append(Piece(PieceKind.END, raw))

    def _lose(self, data: bytes, position: int, pieces: list[Piece]) -> int:
        self._lost = True
        pieces.append(Piece(PieceKind.LOST, data[position:]))
        return len(data)

    def _head(self, data: bytes, position: int, method: str | None, pieces: list[Piece]) -> int:
        """A header section; empty lines before it belong to it (RFC 9112 §2.2)."""
        start = position
        while data[start : start + 1] in (b"\r", b"\n"):
            start += 1
        stop = end_of_section(data, start)
        if stop < 0:
            if len(data) - position > self._limits.header_section or not self._may_begin(data, start):
                return self._lose(data, position, pieces)
            self._rest = data[position:]
            return len(data)
        if stop - position > self._limits.header_section:
            return self._lose(data, position, pieces)
        section = data[start:stop]
        head = parse_head(section, 0, request=self._request, fields_max=self._limits.fields)
        if head.start is None:
            return self._lose(data, position, pieces)
        self._frame = body_framing(head, is_request=self._request, request_method=method)
        self._left = self._frame.length or 0
        if self._frame.framing is Framing.CHUNKED:
            self._chunks = ChunkReader(_unheard(), self._limits.chunk_line)
        pieces.append(Piece(PieceKind.HEAD, data[position:stop], head, self._frame))
        return stop

    def _may_begin(self, data: bytes, start: int) -> bool:
        """What has come so far can be the beginning of a start-line."""
        end = data.find(b"\n", start, start + self._limits.start_line)
        if end >= 0:
            return is_start_line(data[start:end].rstrip(b"\r"), request=self._request)
        line = data[start : start + self._limits.start_line]
        return len(data) - start < self._limits.start_line and (
            not line or may_begin_start_line(line.rstrip(b"\r"), request=self._request)
        )

    def _counted(self, data: bytes, position: int, pieces: list[Piece]) -> int:
        stop = min(position + self._left, len(data))
        raw = data if position == 0 and stop == len(data) else data[position:stop]
        self._left -= stop - position
        pieces.append(Piece(PieceKind.BODY, raw, content=raw))
        if not self._left:
            self._done(pieces)
        return stop

    def _chunked(self, data: bytes, position: int, pieces: list[Piece]) -> int:
        chunks = self._chunks
        assert chunks is not None
        if chunks.state is not ChunkState.LAST:
            stop, runs = chunks.runs(data, position, 0)
            if chunks.state is ChunkState.BROKEN:
                return self._lose(data, position, pieces)
            content = b"".join(data[a:b] for a, b in runs)
            pieces.append(Piece(PieceKind.BODY, data[position:stop], content=content))
            position = stop
        if chunks.state is ChunkState.LAST and position < len(data):
            return self._trailers(data, position, pieces)
        return position

    def _trailers(self, data: bytes, position: int, pieces: list[Piece]) -> int:
        """The trailer section, most often just an empty line (RFC 9112 §7.1.2)."""
        for empty in (b"\r\n", b"\n"):
            if data.startswith(empty, position):
                stop = position + len(empty)
                self._done(pieces, data[position:stop])
                return stop
        stop = end_of_section(data, position)
        if stop < 0:
            if len(data) - position > self._limits.trailer_section:
                return self._lose(data, position, pieces)
            self._rest = data[position:]
            return len(data)
        self._done(pieces, data[position:stop])
        return stop


def end_of_section(data: bytes, start: int) -> int:
    """Behind the empty line that ends a header section; -1 where it has not come yet."""
    found = data.find(b"\n\r\n", start)
    bare = data.find(b"\n\n", start, found + 2 if found >= 0 else len(data))
    if bare >= 0 and (found < 0 or bare < found):
        return bare + 2
    return found + 3 if found >= 0 else -1


def _unheard() -> list[Anomaly]:
    """What the coding has that is odd: the checker will say it, from the record."""
    return []


def method_of(head: Head) -> str | None:
    """Method of a request."""
    return head.start.method if isinstance(head.start, RequestLine) else None


def status_of(head: Head) -> int | None:
    """Status of a response."""
    return head.start.status if isinstance(head.start, StatusLine) else None
