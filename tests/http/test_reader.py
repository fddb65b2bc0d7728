"""Messages of one direction: framing, oddities, holes, ends. Every talk is fed whole, as told and in small pieces."""

import pytest

from tests.http.talk import Talk, chunked, get, hear, kinds, ok, post, stamp
from wsdtrace.http import HttpAnomaly, HttpLimits
from wsdtrace.records import Abandoned, MessageEnd, RequestLine, Space, StatusLine, StreamEnd

A = HttpAnomaly


def answered(response: bytes, *, request: bytes = b"", closed: bool = False) -> Talk:
    """A request with its response; unless `closed`, another exchange follows and shows that the end was found."""
    talk = Talk().client(request or get()).server(response)
    if not closed:
        talk.client(get(b"/next")).server(ok(b"next"))
    return talk.end()


RESPONSES = [
    pytest.param(ok(b"hello"), b"hello", MessageEnd.LENGTH, [], id="content-length"),
    pytest.param(ok(b""), b"", MessageEnd.LENGTH, [], id="content-length 0"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", b"hello", MessageEnd.LENGTH,
        [A.LENGTH_REPEATED], id="equal content-length lines",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", b"hello", MessageEnd.LENGTH, [A.LENGTH_REPEATED],
        id="content-length as a list of equals",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello", b"hello", MessageEnd.LENGTH,
        [A.LENGTH_CONFLICT], id="conflicting content-length: the first counts",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\nContent-Length: 5\r\n\r\nhello", b"hello", MessageEnd.LENGTH,
        [A.LENGTH_MALFORMED], id="one content-length is malformed",
    ),
    pytest.param(chunked(b"hello world", 4), b"hello world", MessageEnd.CHUNKED, [], id="chunked"),
    pytest.param(chunked(b"", 4), b"", MessageEnd.CHUNKED, [], id="chunked, empty"),
    pytest.param(
        chunked(b"hello", 2, trailer=b"X-Sum: 1\r\n"), b"hello", MessageEnd.CHUNKED, [],
        id="chunked, trailer",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0;last\r\n\r\n", b"hello",
        MessageEnd.CHUNKED, [A.CHUNK_EXTENSION], id="chunk extensions are said once",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n", b"hello", MessageEnd.CHUNKED,
        [A.BARE_LF], id="chunks with LF alone",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5  \r\nhello\r\n0\r\n\r\n", b"hello", MessageEnd.CHUNKED,
        [A.CHUNK_SIZE_PADDED], id="white space behind the chunk size",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n", b"hello", MessageEnd.CHUNKED,
        [A.CHUNK_END], id="no line end behind the chunk data",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"hello",
        MessageEnd.CHUNKED, [A.LENGTH_AND_CODING], id="transfer-encoding overrides content-length",
    ),
    pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", b"", MessageEnd.NO_CONTENT, [], id="204"),
    pytest.param(
        b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", b"", MessageEnd.NO_CONTENT, [A.LENGTH_FORBIDDEN],
        id="204 with content-length",
    ),
    pytest.param(
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", b"", MessageEnd.NO_CONTENT,
        [A.CODING_FORBIDDEN], id="204 with transfer-encoding",
    ),
    pytest.param(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", b"", MessageEnd.NO_CONTENT, [], id="304"),
    pytest.param(
        b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", b"hello", MessageEnd.LENGTH, [A.BARE_LF],
        id="LF alone is said once per section",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\n\r\nhello", b"hello", MessageEnd.LENGTH, [A.BARE_LF],
        id="LF alone before the empty line",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", b"hello", MessageEnd.LENGTH, [A.SPACE_BEFORE_COLON],
        id="white space before the colon",
    ),
    pytest.param(
        b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", b"hello", MessageEnd.LENGTH, [A.REASON_SPACE_MISSING],
        id="no space behind the status code",
    ),
    pytest.param(
        b"http/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", MessageEnd.LENGTH, [A.START_LINE],
        id="lower-case version",
    ),
    pytest.param(
        b"HTTP/1.1 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", MessageEnd.LENGTH, [A.START_LINE],
        id="status-line without a status code",
    ),
    pytest.param(
        b"\r\n\r\n" + ok(b"hello"), b"hello", MessageEnd.LENGTH, [A.EMPTY_LINE_BEFORE], id="empty lines before",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("response", "content", "ended", "odd"), RESPONSES)
def test_a_response_is_read_and_so_is_the_next(
    response: bytes, content: bytes, ended: MessageEnd, odd: list[HttpAnomaly]
) -> None:
    first, second = hear(answered(response)).exchanges
    assert first.response is not None
    assert first.response.content.data == content
    assert first.response.content.length == len(content)
    assert first.response.ended is ended
    assert first.response.complete
    assert first.abandoned is None
    assert kinds(first.response) == odd
    assert second.response is not None
    assert second.response.content.data == b"next"
    assert kinds(second.response) == []


UNTIL_CLOSE = [
    pytest.param(b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello", [], id="no length at all"),
    pytest.param(b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello", [], id="HTTP/1.0"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello", b"hello", [A.LENGTH_MALFORMED],
        id="malformed length",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", b"hello", [A.LENGTH_MALFORMED],
        id="negative length",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", b"hello", [A.CODING_UNKNOWN, A.CODING_NOT_FINAL],
        id="final coding is not chunked",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nhello", b"hello",
        [A.CODING_UNKNOWN, A.CODING_NOT_FINAL], id="chunked is not the last coding",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello", b"hello", [A.CODING_NOT_FINAL],
        id="identity",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("response", "content", "odd"), UNTIL_CLOSE)
def test_a_response_without_length_ends_with_the_connection(
    response: bytes, content: bytes, odd: list[HttpAnomaly]
) -> None:
    heard = hear(answered(response, closed=True))
    assert heard.response.content.data == content
    assert heard.response.ended is MessageEnd.CLOSE
    assert heard.response.complete
    assert heard.only.abandoned is None
    assert kinds(heard.response) == odd


REQUESTS = [
    pytest.param(post(b"hello"), b"hello", [], id="content-length"),
    pytest.param(get(), b"", [], id="no content"),
    pytest.param(b"GET / HTTP/1.0\r\n\r\n", b"", [], id="HTTP/1.0 needs no Host"),
    pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"", [A.HOST_MISSING], id="no Host"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"", [A.HOST_REPEATED], id="two Hosts"),
    pytest.param(post(b"hello", b"SOAPAction"), b"hello", [A.COLON_MISSING], id="SOAPAction without colon"),
    pytest.param(post(b"hello", b"X: a\x00b"), b"hello", [A.FIELD_VALUE], id="NUL in a value"),
    pytest.param(post(b"hello", b"X: a\rb"), b"hello", [A.BARE_CR], id="CR in a value"),
    pytest.param(post(b"hello", b"(: x"), b"hello", [A.FIELD_NAME], id="invalid name"),
    pytest.param(post(b"hello", b"X: a", b" b"), b"hello", [A.FOLDED], id="folded"),
    pytest.param(
        b"POST / HTTP/1.1\r\n X: y\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", b"hello",
        [A.SPACE_BEFORE_FIRST_FIELD], id="white space before the first field line",
    ),
    pytest.param(post(b"hello", target=b"http://device/scan"), b"hello", [A.ABSOLUTE_TARGET], id="absolute-form"),
    pytest.param(post(b"hello", target=b"/a b"), b"hello", [A.START_LINE], id="space in the target"),
    pytest.param(b"GET  /  HTTP/1.1\r\nHost: a\r\n\r\n", b"", [A.START_LINE], id="two spaces"),
    pytest.param(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", b"", [A.VERSION], id="another version"),
    pytest.param(
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"hello", [],
        id="chunked",
    ),
    pytest.param(
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b"hello", [A.CODING_FORBIDDEN],
        id="chunked in HTTP/1.0",
    ),
    pytest.param(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", b"", [A.LENGTH_MALFORMED],
        id="malformed length: no content",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "content", "odd"), REQUESTS)
def test_a_request_is_read_and_so_is_the_next(request_: bytes, content: bytes, odd: list[HttpAnomaly]) -> None:
    talk = Talk().client(request_).server(ok(b"1")).client(get(b"/next")).server(ok(b"2")).end()
    first, second = hear(talk).exchanges
    assert first.request is not None
    assert (first.request.content.data or b"") == content
    assert kinds(first.request) == odd
    assert first.request.complete
    assert second.request is not None
    assert second.request.start == RequestLine("GET", "/next", "HTTP/1.1")
    assert kinds(second.request) == []


def test_an_anomaly_says_where_and_what() -> None:
    request = post(b"hello", b"SOAPAction")
    anomaly = hear(Talk().client(request).end()).request.anomalies[0]
    at = request.index(b"SOAPAction")
    assert anomaly.detail == "SOAPAction"
    assert anomaly.span is not None
    assert (anomaly.span.space, anomaly.span.start, anomaly.span.end) == (Space.STREAM, at, at + 10)


def test_a_field_line_keeps_its_words_and_place() -> None:
    request = post(b"", b"X-Thing:  a\xe9 ", b"  b")
    line = hear(Talk().client(request).end()).request.fields[-1]
    at = request.index(b"X-Thing")
    assert (line.name, line.value) == ("X-Thing", "aé b")
    assert (line.span.start, line.span.end) == (at, request.index(b"\r\n\r\n"))


def test_a_field_line_without_colon_is_a_name() -> None:
    message = hear(Talk().client(post(b"", b"SOAPAction")).end()).request
    assert message.field("soapaction") == ""


def test_trailers_are_kept_apart() -> None:
    message = hear(answered(chunked(b"hello", 3, trailer=b"X-Sum: 1\r\nX-More: 2\r\n"))).exchanges[0].response
    assert message is not None
    assert [(line.name, line.value) for line in message.trailers] == [("X-Sum", "1"), ("X-More", "2")]
    assert message.field("x-sum") is None


@pytest.mark.parametrize(
    "size",
    [b"", b"xyz", b"+5", b"-5", b"0x5", b"5 5", b"ffffffffffffffffffff", b"5:", b"1_0"],
)
def test_a_malformed_chunk_size_ends_the_message_and_the_next_is_found(size: bytes) -> None:
    response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" + size + b"\r\nhello\r\n0\r\n\r\n"
    first, second = hear(answered(response)).exchanges
    assert first.response is not None
    assert first.response.ended is MessageEnd.CUT_MALFORMED
    assert first.response.content.data == b"abc"
    assert first.abandoned is Abandoned.MALFORMED
    assert kinds(first.response) == [A.CHUNK_SIZE]
    assert second.response is not None
    assert second.response.content.data == b"next"
    assert kinds(second.response) == [A.RESYNCHRONISED]


def test_garbage_behind_chunk_data_ends_the_message() -> None:
    response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc~~\r\n0\r\n\r\n"
    first, second = hear(answered(response)).exchanges
    assert first.response is not None
    assert first.response.ended is MessageEnd.CUT_MALFORMED
    assert kinds(first.response) == [A.CHUNK_END]
    assert second.response is not None


def test_a_last_chunk_without_empty_line_is_whole_and_odd() -> None:
    response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
    heard = hear(answered(response, closed=True))
    assert heard.response.ended is MessageEnd.CHUNKED
    assert kinds(heard.response) == [A.LAST_CHUNK_UNTERMINATED]


def test_excess_bytes_are_an_anomaly_of_what_follows() -> None:
    first, second = hear(answered(ok(b"hello") + b", world")).exchanges
    assert first.response is not None
    assert first.response.content.data == b"hello"
    assert second.response is not None
    assert [(anomaly.kind, anomaly.detail) for anomaly in second.response.anomalies] == [(A.EXCESS_BYTES, ", world")]


def test_excess_bytes_with_nothing_behind_are_stray() -> None:
    heard = hear(answered(ok(b"hello") + b", world", closed=True))
    assert heard.response.content.data == b"hello"
    assert [(one.anomaly.kind, one.anomaly.detail) for one in heard.strays] == [(A.EXCESS_BYTES, ", world")]


def test_an_empty_line_behind_a_message_is_nothing() -> None:
    heard = hear(answered(ok(b"hello") + b"\r\n", closed=True))
    assert heard.strays == []
    assert kinds(heard.response) == []


CUTS = [
    pytest.param(StreamEnd.FIN, MessageEnd.CUT_CLOSE, Abandoned.CLOSED, id="FIN"),
    pytest.param(StreamEnd.RST, MessageEnd.CUT_RESET, Abandoned.RESET, id="RST"),
    pytest.param(StreamEnd.REUSED, MessageEnd.CUT_CLOSE, Abandoned.CLOSED, id="4-tuple reused"),
    pytest.param(StreamEnd.EVICTED, MessageEnd.CUT_LIMIT, Abandoned.LIMIT, id="evicted"),
    pytest.param(StreamEnd.CAPTURE_END, MessageEnd.CUT_CAPTURE, Abandoned.CAPTURE_END, id="end of capture"),
]


@pytest.mark.parametrize(("how", "ended", "abandoned"), CUTS)
@pytest.mark.parametrize(
    ("response", "content", "odd"),
    [
        pytest.param(ok(b"hello")[:-2], b"hel", [], id="in the content"),
        pytest.param(chunked(b"hello", 3)[:-9], b"hello"[:3], [], id="in a chunk-size line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: y\r\nConte", b"", [A.HEADER_UNTERMINATED], id="in the header section"),
        pytest.param(b"HTTP/1.1 2", b"", [A.HEADER_UNTERMINATED], id="in the status-line"),
    ],
)
def test_a_cut_response_keeps_what_came(
    response: bytes, content: bytes, odd: list[HttpAnomaly], how: StreamEnd, ended: MessageEnd, abandoned: Abandoned
) -> None:
    heard = hear(Talk().client(get()).server(response).server_end(how).client_end(how))
    assert heard.response.ended is ended
    assert heard.only.abandoned is abandoned
    assert heard.response.content.data == content
    is_senders = how in (StreamEnd.FIN, StreamEnd.RST, StreamEnd.REUSED)
    assert kinds(heard.response) == (odd if is_senders else [])
    assert heard.response.last == stamp(4)


def test_what_a_cut_took_is_not_held_against_the_client() -> None:
    heard = hear(Talk().client(b"POST / HTTP/1.1\r\nX: y\r\nHos").end(StreamEnd.CAPTURE_END))
    assert kinds(heard.request) == []
    assert heard.request.ended is MessageEnd.CUT_CAPTURE


def test_a_content_whose_last_chunk_was_seen_is_whole() -> None:
    response = chunked(b"hello", 5)[:-2]
    for talk in (Talk().client(get()).server(response).server_gap(2), Talk().client(get()).server(response)):
        heard = hear(talk.end(StreamEnd.CAPTURE_END))
        assert heard.response.ended is MessageEnd.CHUNKED
        assert kinds(heard.response) == []
        assert heard.only.abandoned is None


def test_a_hole_in_a_content_of_known_length_is_counted() -> None:
    talk = Talk().client(get()).server(ok(b"x" * 100)[:-60]).server_gap(50).server(b"y" * 10)
    heard = hear(talk.client(get(b"/next")).server(ok(b"next")).end())
    response = heard.exchanges[0].response
    assert response is not None
    assert (response.content.length, response.content.missing) == (50, 50)
    assert response.content.data == b"x" * 40
    assert response.ended is MessageEnd.LENGTH
    assert not response.complete
    assert heard.exchanges[0].abandoned is Abandoned.GAP
    assert heard.exchanges[1].response is not None


def test_a_hole_up_to_the_end_of_a_content_ends_it() -> None:
    talk = (
        Talk().client(get()).server(ok(b"x" * 100)[:-60]).server_gap(60).client(get(b"/next")).server(ok(b"next")).end()
    )
    first, second = hear(talk).exchanges
    assert first.response is not None
    assert first.response.ended is MessageEnd.LENGTH
    assert first.response.content.missing == 60
    assert second.response is not None
    assert kinds(second.response) == []


def test_a_hole_beyond_the_end_of_a_content_loses_the_framing() -> None:
    talk = Talk().client(get()).server(ok(b"x" * 100)[:-60]).server_gap(70).server(b"rest")
    talk.client(get(b"/next")).server(ok(b"next")).end()
    first, second = hear(talk).exchanges
    assert first.response is not None
    assert first.response.ended is MessageEnd.CUT_GAP
    assert first.response.content.missing == 60
    assert second.response is not None
    assert [(one.kind, one.detail) for one in second.response.anomalies] == [(A.RESYNCHRONISED, "rest")]


def test_a_hole_inside_a_chunk_is_counted() -> None:
    whole = chunked(b"x" * 100, 100)
    at = whole.index(b"xxx") + 10
    talk = Talk().client(get()).server(whole[:at]).server_gap(50).server(whole[at + 50 :]).end()
    heard = hear(talk)
    assert (heard.response.content.length, heard.response.content.missing) == (50, 50)
    assert heard.response.ended is MessageEnd.CHUNKED


def test_a_hole_over_a_chunk_size_line_loses_the_framing() -> None:
    whole = chunked(b"x" * 100, 10)
    talk = Talk().client(get()).server(whole[:-60]).server_gap(20).server(whole[-40:])
    first, second = hear(talk.client(get()).server(ok(b"next")).end()).exchanges
    assert first.response is not None
    assert first.response.ended is MessageEnd.CUT_GAP
    assert first.abandoned is Abandoned.GAP
    assert second.response is not None


def test_a_hole_in_a_header_section_ends_the_message_with_the_lines_before_it() -> None:
    talk = Talk().client(get()).server(b"HTTP/1.1 200 OK\r\nX: y\r\nServ").server_gap(9).server(b"er: z\r\n\r\nhello")
    heard = hear(talk.end())
    assert heard.response.ended is MessageEnd.CUT_GAP
    assert heard.response.start == StatusLine("HTTP/1.1", 200, "OK")
    assert [line.name for line in heard.response.fields] == ["X"]
    assert heard.only.abandoned is Abandoned.GAP


def test_a_hole_of_unknown_length_at_the_end_is_told_by_the_end() -> None:
    talk = Talk().client(get()).server(ok(b"x" * 100)[:-60]).server_gap(0).end(StreamEnd.CAPTURE_END)
    heard = hear(talk)
    assert heard.response.ended is MessageEnd.CUT_CAPTURE
    assert heard.response.content.length == 40


def test_head_and_connect_decide_about_the_framing_of_their_responses() -> None:
    talk = Talk().client(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").server(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
    talk.client(b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n").server(b"HTTP/1.1 200 OK\r\n\r\n")
    talk.client(b"\x16\x03\x01").server(b"not HTTP any more").end()
    heard = hear(talk)
    assert [one.response.ended for one in heard.exchanges if one.response] == [MessageEnd.NO_CONTENT] * 2
    assert heard.strays == []


def test_an_upgrade_ends_the_http_of_the_connection() -> None:
    talk = (
        Talk()
        .client(get())
        .server(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes of x")
        .client(b"x")
        .end()
    )
    heard = hear(talk)
    assert heard.response.status == 101
    assert heard.strays == []


def test_stamps_name_the_frames_of_first_byte_header_end_and_last_byte() -> None:
    talk = Talk().client(get()).server(b"HTTP/1.1 200 OK\r\n", b"Content-Length: 4\r\n\r\na", b"bc", b"d").end()
    response = hear(talk).response
    assert (response.first, response.head_end, response.last) == (stamp(3), stamp(4), stamp(6))


def test_a_header_section_without_end_is_given_up_at_the_bound() -> None:
    limits = HttpLimits(header_section=200)
    talk = Talk().client(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 60).client(get(b"/next")).end()
    first, second = hear(talk, limits=limits).exchanges
    assert first.request is not None
    assert first.request.ended is MessageEnd.CUT_LIMIT
    assert kinds(first.request) == [A.LIMIT]
    assert second.request is not None
    assert second.request.start == RequestLine("GET", "/next", "HTTP/1.1")


def test_a_trailer_section_without_end_is_given_up_at_the_bound() -> None:
    limits = HttpLimits(trailer_section=100)
    talk = answered(chunked(b"hello", 5, trailer=b"X: y\r\n" * 60))
    first, second = hear(talk, limits=limits).exchanges
    assert first.response is not None
    assert kinds(first.response) == [A.LIMIT]
    assert first.response.content.data == b"hello"
    assert second.response is not None


def test_more_field_lines_than_the_bound_are_not_kept() -> None:
    message = hear(Talk().client(post(b"", *[b"X: y"] * 20)).end(), limits=HttpLimits(fields=5)).request
    assert len(message.fields) == 5
    assert kinds(message) == [A.LIMIT]


def test_more_anomalies_than_the_bound_are_counted() -> None:
    message = hear(Talk().client(post(b"", *[b"nocolon"] * 20)).end(), limits=HttpLimits(anomalies=5)).request
    assert kinds(message) == [A.COLON_MISSING] * 5 + [A.LIMIT]
    assert message.anomalies[-1].detail == "15 more anomalies"


def test_a_search_ends_at_the_bound() -> None:
    talk = Talk().client(get()).server(ok(b"x")).server(b"z" * 300, ok(b"late")).end()
    heard = hear(talk, limits=HttpLimits(resync=100))
    assert len(heard.exchanges) == 1
    assert [one.anomaly.kind for one in heard.strays] == [A.EXCESS_BYTES]
