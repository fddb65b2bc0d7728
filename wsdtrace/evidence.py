"""Span → frame and excerpt: where in the capture the bytes are that a finding talks about.

Theory of operation: XML offsets become content offsets (a root part begins somewhere in the content), these become
stream offsets (piecewise, for a chunked message), and these are looked up in the message's segment index. Where a step
is not possible (gzip, a source without frames) the message's first stamp is the answer, and it says so.
"""

from __future__ import annotations

from bisect import bisect_right

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Content, HttpMessage, Space, Span, Stamp

AROUND = 48
"""Octets shown on each side of the bytes meant: with the widest prefix seen (`<soap:Value>`, 12) a line of 120
columns."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes are in the source."""

    stamp: Stamp
    exact: bool
    """False when only the message is known, not the frame within it."""


def locate(message: HttpMessage, span: Span | None, xml_start: int = 0) -> Place:
    """The frame of a span's first byte.

    Args:
        message: the message that the span belongs to.
        span: in stream, content or XML space; None for the message as a whole.
        xml_start: content offset of the first byte of the XML document (of the root part of a multipart).
    """
    if span is None or message.index is None or not len(message.index.offset):
        return Place(message.first, exact=False)
    if span.space is Space.STREAM:
        return Place(message.index.stamp(span.start), exact=True)
    if span.space is Space.FILE or message.content.coding is not None:
        return Place(message.first, exact=False)
    offset = span.start + (xml_start if span.space is Space.XML else 0)
    stream = content_to_stream(message.content, offset)
    if stream is None:
        return Place(message.first, exact=False)
    return Place(message.index.stamp(stream), exact=True)


def content_to_stream(content: Content, offset: int) -> int | None:
    """Stream offset of a content offset; None outside the pieces that were held."""
    pieces = content.pieces
    i = bisect_right(pieces, offset, key=lambda piece: piece.content_start) - 1
    if i < 0:
        return None
    piece = pieces[i]
    within = offset - piece.content_start
    return piece.stream_start + within if within < piece.length else None


def excerpt(data: bytes, start: int, end: int, around: int = AROUND) -> tuple[str, tuple[int, int]]:
    """Text around `data[start:end]` on one line, and where these characters are in it.

    White space becomes a blank each, so that the caret stands right; other characters are left for the renderer to
    escape.
    """
    start = max(0, min(start, len(data)))
    end = max(start, min(end, len(data)))
    left = max(0, start - around)
    right = min(len(data), end + around)
    before = _line(data[left:start])
    meant = _line(data[start:end])
    after = _line(data[end:right])
    if left:
        before = "…" + before
    if right < len(data):
        after += "…"
    return before + meant + after, (len(before), len(before) + max(len(meant), 1))


_BLANKS = str.maketrans("\r\n\t", "   ")


def _line(data: bytes) -> str:
    return data.decode("utf-8", errors="replace").translate(_BLANKS)
