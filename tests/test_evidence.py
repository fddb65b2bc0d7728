"""Spans → frames and excerpts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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

PIECES = (ContentPiece(0, 1000, 100), ContentPiece(100, 1110, 50), ContentPiece(150, 1170, 50))
"""Three chunks, with ten octets of chunk framing between them."""

INDEX = SegmentIndex(
    offset=np.array([900, 1050, 1170]),
    frame=np.array([4, 6, 8]),
    time_ns=np.array([40, 60, 80]),
    file_offset=np.array([0, 0, 0]),
)


def message(*, coding: str | None = None, index: SegmentIndex | None = INDEX) -> HttpMessage:
    return HttpMessage(
        connection=ConnectionId(0),
        direction=Direction.FROM_RESPONDER,
        sender=Endpoint("192.0.2.5", 80),
        receiver=Endpoint("192.0.2.10", 50000),
        start=None,
        fields=(),
        content=Content(length=200, announced=None, media_type=None, coding=coding, pieces=PIECES),
        first=Stamp(3, 30),
        head_end=Stamp(3, 30),
        last=Stamp(8, 80),
        ended=MessageEnd.CHUNKED,
        stream_start=900,
        stream_end=1230,
        index=index,
    )


@pytest.mark.parametrize(
    ("offset", "stream"),
    [
        pytest.param(0, 1000, id="first octet"),
        pytest.param(99, 1099, id="last octet of a chunk"),
        pytest.param(100, 1110, id="first octet of the next"),
        pytest.param(199, 1219, id="last octet"),
        pytest.param(200, None, id="behind the end"),
        pytest.param(-1, None, id="before the beginning"),
    ],
)
def test_content_offsets_become_stream_offsets(offset: int, stream: int | None) -> None:
    assert content_to_stream(message().content, offset) == stream


@given(offset=st.integers(0, 199))
def test_content_to_stream_equals_a_map_of_every_octet(offset: int) -> None:
    every = [p.stream_start + i for p in PIECES for i in range(p.length)]
    assert content_to_stream(message().content, offset) == every[offset]


@pytest.mark.parametrize(
    ("span", "xml_start", "frame"),
    [
        pytest.param(Span(Space.STREAM, 1060, 1061), 0, 6, id="stream"),
        pytest.param(Span(Space.CONTENT, 10, 20), 0, 4, id="content"),
        pytest.param(Span(Space.CONTENT, 60, 70), 0, 6, id="content in the second frame"),
        pytest.param(Span(Space.XML, 10, 20), 140, 8, id="XML of a root part"),
    ],
)
def test_a_span_is_found_in_its_frame(span: Span, xml_start: int, frame: int) -> None:
    place = locate(message(), span, xml_start)
    assert (place.stamp.number, place.exact) == (frame, True)


@pytest.mark.parametrize(
    ("whole", "span"),
    [
        pytest.param(message(), None, id="no span"),
        pytest.param(message(coding="gzip"), Span(Space.CONTENT, 1, 2), id="through gzip"),
        pytest.param(message(index=None), Span(Space.STREAM, 1000, 1001), id="a source without frames"),
        pytest.param(message(), Span(Space.CONTENT, 500, 501), id="behind what was held"),
        pytest.param(message(), Span(Space.FILE, 0, 1), id="a place in the file"),
    ],
)
def test_where_the_frame_cannot_be_told_it_is_the_message(whole: HttpMessage, span: Span | None) -> None:
    place = locate(whole, span)
    assert (place.stamp, place.exact) == (whole.first, False)


@pytest.mark.parametrize(
    ("data", "start", "end", "meant"),
    [
        pytest.param(b"<a>wscn:Busy</a>", 3, 7, "wscn", id="in the middle"),
        pytest.param(b"wscn", 0, 4, "wscn", id="everything"),
        pytest.param(b"a\r\n\tb", 1, 4, "   ", id="white space becomes blanks"),
        pytest.param("aéb".encode(), 1, 3, "é", id="two octets, one character"),
        pytest.param(b"a\xff\xfeb", 1, 3, "��", id="no UTF-8"),
    ],
)
def test_an_excerpt_says_where_the_meant_characters_are(data: bytes, start: int, end: int, meant: str) -> None:
    text, (left, right) = excerpt(data, start, end)
    assert text[left:right] == meant


def test_a_long_line_is_cut_on_both_sides() -> None:
    text, (left, right) = excerpt(b"x" * 500 + b"HERE" + b"y" * 500, 500, 504)
    assert text == "…" + "x" * AROUND + "HERE" + "y" * AROUND + "…"
    assert text[left:right] == "HERE"


@given(data=st.binary(max_size=200), start=st.integers(-10, 300), end=st.integers(-10, 300))
def test_an_excerpt_is_one_line_whatever_the_octets(data: bytes, start: int, end: int) -> None:
    text, (left, right) = excerpt(data, start, end)
    assert not set(text) & set("\r\n\t")
    assert 0 <= left < right
