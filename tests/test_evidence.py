"""Spans → frames and excerpts, also through chunked coding, and where it cannot be exact."""

from __future__ import annotations

import numpy as np
import pytest

from wsdtrace.evidence import AROUND, content_to_stream, excerpt, locate
from wsdtrace.records import (
    ConnectionId,
    Content,
    ContentPiece,
    Direction,
    Endpoint,
    HttpMessage,
    MessageEnd,
    SegmentIndex,
    Space,
    Span,
    Stamp,
)

PIECES = (ContentPiece(0, 1000, 10), ContentPiece(10, 1020, 5))
"""Ten octets at stream 1000, five more behind a chunk header."""


def message(content: Content) -> HttpMessage:
    index = SegmentIndex(
        offset=np.array([900, 1010, 1022]), frame=np.array([4, 6, 9]), time_ns=np.array([40, 60, 90]),
        file_offset=np.array([0, 1, 2]),
    )  # fmt: skip
    first = Stamp(4, 40)
    return HttpMessage(
        connection=ConnectionId(0),
        direction=Direction.FROM_RESPONDER,
        sender=Endpoint("192.0.2.1", 80),
        receiver=Endpoint("192.0.2.2", 1),
        start=None,
        fields=(),
        content=content,
        first=first,
        head_end=first,
        last=Stamp(9, 90),
        ended=MessageEnd.CHUNKED,
        stream_start=900,
        stream_end=1025,
        index=index,
    )


CHUNKED = Content(15, None, "application/soap+xml", pieces=PIECES)


@pytest.mark.parametrize(
    ("offset", "stream"),
    [(0, 1000), (9, 1009), (10, 1020), (14, 1024), (15, None), (-1, None)],
)
def test_content_offsets_lead_to_stream_offsets(offset: int, stream: int | None) -> None:
    assert content_to_stream(CHUNKED, offset) == stream


@pytest.mark.parametrize(
    ("span", "xml_start", "frame", "exact"),
    [
        pytest.param(Span(Space.STREAM, 1010, 1011), 0, 6, True, id="stream"),
        pytest.param(Span(Space.CONTENT, 0, 1), 0, 4, True, id="content, first piece"),
        pytest.param(Span(Space.CONTENT, 13, 14), 0, 9, True, id="content, second piece, next frame"),
        pytest.param(Span(Space.XML, 3, 4), 10, 9, True, id="XML of a part"),
        pytest.param(Span(Space.XML, 99, 100), 0, 4, False, id="beyond what is held"),
        pytest.param(None, 0, 4, False, id="the message"),
    ],
)
def test_a_span_is_located(span: Span | None, xml_start: int, frame: int, exact: bool) -> None:
    place = locate(message(CHUNKED), span, xml_start)
    assert (place.stamp.number, place.exact) == (frame, exact)


def test_through_a_content_coding_only_the_message_is_known() -> None:
    place = locate(message(Content(15, None, None, coding="gzip")), Span(Space.XML, 3, 4))
    assert (place.stamp, place.exact) == (Stamp(4, 40), False)


@pytest.mark.parametrize(
    ("data", "start", "end", "meant"),
    [
        pytest.param(b"<a>wscn:x</a>", 3, 7, "wscn", id="in the middle"),
        pytest.param(b"<a/>", 0, 4, "<a/>", id="all of it"),
        pytest.param(b"a\r\n\tb", 1, 4, "   ", id="white space is a blank each"),
        pytest.param("öäü".encode(), 2, 4, "ä", id="characters, not octets"),
        pytest.param(b"abc", 99, 120, "", id="beyond the end"),
    ],
)
def test_the_caret_stands_beneath_what_is_meant(data: bytes, start: int, end: int, meant: str) -> None:
    text, (left, right) = excerpt(data, start, end)
    assert text[left:right] == (meant or text[left:right])
    assert right > left


def test_a_long_document_is_cut_on_both_sides() -> None:
    text, (left, right) = excerpt(b"x" * 1000 + b"HERE" + b"y" * 1000, 1000, 1004)
    assert text[left:right] == "HERE"
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) == 2 * AROUND + 6
