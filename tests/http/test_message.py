"""What a message becomes: its places, times and ends. Its framing is in test_reader, its content in test_content."""

from tests.http.talk import CLIENT, CONNECTION, SERVER, Talk, chunked, get, hear, ok, post, stamp
from wsdtrace.records import Direction, MessageEnd, RequestLine, StatusLine, StreamEnd


def test_a_message_says_who_and_where() -> None:
    request, response = post(b"hello"), ok(b"world")
    heard = hear(Talk().client(request).server(response).client(get()).server(response).end())
    first, second = heard.exchanges
    assert first.request is not None
    assert first.response is not None
    assert second.response is not None
    assert first.request.start == RequestLine("POST", "/scan", "HTTP/1.1")
    assert first.response.start == StatusLine("HTTP/1.1", 200, "OK")
    assert (first.request.sender, first.request.receiver) == (CLIENT, SERVER)
    assert (first.response.sender, first.response.receiver) == (SERVER, CLIENT)
    assert first.request.direction is Direction.FROM_ORIGINATOR
    assert first.request.connection == CONNECTION
    assert (first.request.stream_start, first.request.stream_end) == (0, len(request))
    assert (second.response.stream_start, second.response.stream_end) == (len(response), 2 * len(response))


def test_the_announced_length_is_kept_beside_the_received() -> None:
    heard = hear(Talk().client(get()).server(ok(b"hello")[:-2]).end())
    assert (heard.response.content.announced, heard.response.content.length) == (5, 3)
    heard = hear(Talk().client(get()).server(chunked(b"hello", 2)).end())
    assert heard.response.content.announced is None


def test_the_last_frame_is_that_which_completed_the_message() -> None:
    response = ok(b"0123456789")
    talk = Talk().client(get())
    talk.disordered(Direction.FROM_RESPONDER, (3, response[:20]), (8, response[20:40]), (4, response[40:]))
    message = hear(talk.end()).response
    assert (message.first, message.last) == (stamp(3), stamp(8))


def test_a_message_that_did_not_end_says_where_it_was_cut() -> None:
    heard = hear(Talk().client(get()).server(ok(b"hello")[:-2]).client_end().server_end(StreamEnd.RST))
    assert heard.response.ended is MessageEnd.CUT_RESET
    assert heard.response.last == stamp(5)
    assert not heard.response.complete


def test_a_message_read_from_the_wire_is_exact() -> None:
    assert hear(Talk().client(get()).end()).request.exact
