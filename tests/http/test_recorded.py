"""Recorded messages are read as those of a stream are: contents, parts, places, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from wsdtrace.http import HttpLimits, RecordRoom, read_recorded_content
from wsdtrace.records import (
    Abandoned,
    ConnectionId,
    Direction,
    Endpoint,
    Gap,
    GapReason,
    HttpEvent,
    HttpEventKind,
    HttpMessage,
    LocatorKind,
    MessageEnd,
    RecordedEnd,
    RecordedMessage,
    RecordedRequest,
    RequestLine,
    SegmentIndex,
    Stamp,
    StatusLine,
    StreamChunk,
)

ONE = ConnectionId(1)
CLIENT, SERVER = Endpoint("", 0), Endpoint("192.0.2.20", 5357)
PAGE = bytes(range(256)) * 700
BODY = (
    b"--b0b0b0b0\r\nContent-Type: application/xop+xml\r\nContent-ID: <r>\r\n\r\n<a/>\r\n"
    b"--b0b0b0b0\r\nContent-Type: image/jpeg\r\nContent-ID: <p>\r\n\r\n" + PAGE + b"\r\n--b0b0b0b0--\r\n"
)
MULTIPART = b'Content-Type: multipart/related; type="application/xop+xml"; boundary="b0b0b0b0"\r\n'


def line(number: int) -> Stamp:
    return Stamp(number, number * 1000, LocatorKind.LOG_LINE)


def chunk(direction: Direction, offset: int, data: bytes, number: int) -> StreamChunk:
    one = np.array([offset], dtype=np.int64)
    at = np.array([number], dtype=np.int64)
    return StreamChunk(ONE, direction, offset, data, SegmentIndex(one, at, at * 1000, at * 10, LocatorKind.LOG_LINE))


def message(
    start: bytes, fields: bytes, *pieces: bytes | int, exact: bool = False, announced: int | None = None
) -> RecordedMessage:
    """Pieces of the content; a number stands for so many bytes that are missing."""
    direction = Direction.FROM_RESPONDER if start.startswith(b"HTTP") else Direction.FROM_ORIGINATOR
    head = chunk(direction, 0, start + b"\r\n" + fields + b"\r\n", 10)

    def content() -> Iterator[StreamChunk | Gap]:
        at = len(head.data)
        for number, piece in enumerate(pieces, start=11):
            if isinstance(piece, int):
                yield Gap(ONE, direction, at, piece, GapReason.NOT_CAPTURED, line(number))
                at += piece
            else:
                yield chunk(direction, at, piece, number)
                at += len(piece)

    ended = MessageEnd.LENGTH if pieces else MessageEnd.NO_CONTENT
    return RecordedMessage(head, content, announced, exact, ended)


REQUEST = message(b"POST /scan HTTP/1.1", b"Content-Type: application/soap+xml\r\n", b"<a>\n", b"</a>\n", announced=7)


def read(
    response: RecordedMessage | None, limits: HttpLimits | None = None, *, digests: bool = False
) -> list[HttpEvent]:
    room = RecordRoom(limits, digests=digests)
    events = room.feed(RecordedRequest(ONE, CLIENT, SERVER, REQUEST, line(10)))
    return events + room.feed(RecordedEnd(ONE, response, line(20), None if response else Abandoned.CLOSED, "why"))


def response_of(recorded: RecordedMessage, *, digests: bool = False) -> HttpMessage:
    response = read(recorded, digests=digests)[-1].exchange.response
    assert response is not None
    return response


def test_an_exchange_is_told_in_steps() -> None:
    events = read(message(b"HTTP/1.1 200 OK", b""))
    assert [event.kind for event in events] == list(HttpEventKind)
    assert [event.stamp for event in events] == [line(10), line(20), line(20)]
    exchange = events[0].exchange
    assert (exchange.client, exchange.server, exchange.connection) == (CLIENT, SERVER, ONE)
    assert exchange.request is not None
    assert exchange.request.start == RequestLine("POST", "/scan", "HTTP/1.1")
    assert exchange.response is not None
    assert exchange.response.start == StatusLine("HTTP/1.1", 200, "OK")


def test_a_text_is_held_and_every_byte_has_its_line() -> None:
    request = read(None)[0].exchange.request
    assert request is not None
    assert (request.content.data, request.content.length, request.content.announced) == (b"<a>\n</a>\n", 7, 7)
    assert request.index is not None
    at = request.content.pieces[0].stream_start
    assert [request.index.stamp(at + offset) for offset in (0, 3, 4, 8)] == [line(11), line(11), line(12), line(12)]
    assert (request.first, request.last) == (line(10), line(12))
    assert (request.exact, request.content_exact, request.complete) == (False, False, True)


def test_a_request_without_answer_is_abandoned() -> None:
    exchange = read(None)[-1].exchange
    assert (exchange.response, exchange.abandoned, exchange.client_said) == (None, Abandoned.CLOSED, "why")


def test_an_exchange_without_end_is_cut_at_the_end() -> None:
    room = RecordRoom()
    room.feed(RecordedRequest(ONE, CLIENT, SERVER, REQUEST, line(10)))
    [event] = room.close(line(99))
    assert (event.kind, event.exchange.abandoned) == (HttpEventKind.ENDED, Abandoned.CAPTURE_END)
    assert room.close(line(99)) == []


def test_an_end_without_request_says_nothing() -> None:
    assert RecordRoom().feed(RecordedEnd(ONE, None, line(1))) == []


@pytest.mark.parametrize("size", [97, 400, 65536, len(BODY)])
def test_a_multipart_is_cut_into_its_parts(size: int) -> None:
    pieces = [BODY[at : at + size] for at in range(0, len(BODY), size)]
    recorded = message(b"HTTP/1.1 200 OK", MULTIPART, *pieces, exact=True, announced=len(BODY))
    response = response_of(recorded, digests=True)
    root, page = response.content.parts
    assert (root.data, page.content_type, page.probe.length, page.complete) == (b"<a/>", "image/jpeg", len(PAGE), True)
    assert (response.content_exact, response.exact, response.complete) == (True, False, True)
    assert page.probe.sha256 is not None
    assert page.ref is not None
    assert b"".join(read_recorded_content(recorded, page.ref)) == PAGE
    assert page.first.kind is LocatorKind.LOG_LINE


def test_a_part_with_a_hole_is_not_complete() -> None:
    recorded = message(b"HTTP/1.1 200 OK", MULTIPART, BODY[:400], 5000, b"\r\n--b0b0b0b0--\r\n", announced=9999)
    response = response_of(recorded)
    page = response.content.parts[1]
    assert (page.complete, page.probe.missing, response.complete) == (False, 5000, False)
    assert (response.content.missing, response.content.length) == (5000, 9999 - 5000)


def test_what_is_odd_about_a_rewritten_header_section_is_not_told() -> None:
    response = response_of(message(b"HTTP/1.1 200", b"no colon\r\nA : b\r\n"))
    assert response.anomalies == ()
    assert [field.name for field in response.fields] == ["no colon", "A"]


def test_text_is_not_decoded_whatever_its_label_says() -> None:
    fields = b"Content-Type: text/xml\r\nContent-Encoding: gzip\r\n"
    assert response_of(message(b"HTTP/1.1 200 OK", fields, b"<a/>")).content.data == b"<a/>"


def test_nothing_is_held_when_an_exchange_was_told() -> None:
    room = RecordRoom(HttpLimits(held_total=20))
    for number in range(1, 5):
        room.feed(RecordedRequest(ConnectionId(number), CLIENT, SERVER, REQUEST, line(10)))
        [event] = room.feed(RecordedEnd(ConnectionId(number), None, line(20), Abandoned.CLOSED))
        assert event.exchange.request is not None
        assert event.exchange.request.content.data == b"<a>\n</a>\n"
