"""Who the client is, which connections are HTTP, and what is kept of those that are not."""

import pytest

from tests.http.talk import CLIENT, CONNECTION, SERVER, Talk, chunk, get, hear, kinds, ok, post, stamp
from wsdtrace.http import HttpAnomaly, HttpLimits, HttpRoom
from wsdtrace.records import ConnectionOpened, Direction, NotHttpKind, StreamEnd

TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 32


def test_the_client_is_who_sends_the_request_line() -> None:
    talk = Talk().server(post(b"<event/>")).client(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").end()
    exchange = hear(talk).only
    assert (exchange.client, exchange.server) == (SERVER, CLIENT)
    assert exchange.response is not None
    assert (exchange.response.sender, exchange.response.direction) == (CLIENT, Direction.FROM_ORIGINATOR)


NOT_HTTP = [
    pytest.param(TLS_HELLO, NotHttpKind.TLS, id="TLS hello"),
    pytest.param(b"\x00\x00\x00\x85\xffSMBr", NotHttpKind.OTHER, id="SMB"),
    pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", NotHttpKind.OTHER, id="SSH"),
    pytest.param(b"\x16\x03\x09\x00\x10", NotHttpKind.OTHER, id="no TLS version"),
    pytest.param(b"GET", NotHttpKind.OTHER, id="too little to tell"),
]


@pytest.mark.parametrize(("data", "kind"), NOT_HTTP)
def test_what_is_no_http_is_said_once(data: bytes, kind: NotHttpKind) -> None:
    heard = hear(Talk().client(data).server(data).client(data).server(data).end())
    assert [(one.kind, one.stamp, one.originator, one.responder) for one in heard.not_http] == [
        (kind, stamp(2), CLIENT, SERVER)
    ]
    assert heard.events == []


def test_nothing_of_what_is_no_http_is_kept() -> None:
    room = HttpRoom()
    room.feed(ConnectionOpened(CONNECTION, CLIENT, SERVER, stamp(1), True))
    assert room.feed(chunk(Direction.FROM_ORIGINATOR, 0, TLS_HELLO, 2)) != []
    for frame in range(3, 100):
        assert room.feed(chunk(Direction.FROM_ORIGINATOR, frame * 1000, b"x" * 1000, frame)) == []
    assert room.held == 0


def test_an_undecided_direction_is_held_up_to_the_bound() -> None:
    talk = Talk().client(b"hello\r\n" + b"x" * 3000).server(b"y" * 2000 + b"\r\n").end()
    assert [one.kind for one in hear(talk, limits=HttpLimits(opening=1000)).not_http] == [NotHttpKind.OTHER]


def test_a_malformed_request_line_is_read_when_the_server_answers() -> None:
    talk = Talk().client(b"POST/scan HTTP/1.1\r\nHost: a\r\n\r\n").server(ok(b"?", status=b"400 Bad Request"))
    heard = hear(talk.client(get(b"/next")).server(ok(b"next")).end())
    assert [exchange.response.status for exchange in heard.exchanges if exchange.response] == [400, 200]
    broken = heard.exchanges[0].request
    assert broken is not None
    assert broken.start is None
    assert broken.field("host") == "a"
    assert kinds(broken) == [HttpAnomaly.START_LINE]


def test_a_first_line_that_is_none_is_excess_when_the_server_answers() -> None:
    talk = Talk().client(b"hello?\r\n").server(ok(b"?", status=b"400 Bad Request"))
    first, second = hear(talk.client(get(b"/next")).server(ok(b"next")).end()).exchanges
    assert first.request is None
    assert second.request is not None
    assert kinds(second.request) == [HttpAnomaly.EXCESS_BYTES]


def test_a_connection_that_starts_in_its_middle_is_read_from_the_next_start_line() -> None:
    talk = Talk(handshake=False).client(b"d of a content").server(b"\x00\xff image bytes \r\n" * 5)
    talk.client(get()).server(ok(b"hello")).end()
    heard = hear(talk)
    assert heard.request.stream_start == 14
    assert kinds(heard.request) == [HttpAnomaly.RESYNCHRONISED]
    assert kinds(heard.response) == [HttpAnomaly.RESYNCHRONISED]
    assert heard.only.handshake is False


def test_a_middle_that_begins_with_a_start_line_is_read_at_once() -> None:
    heard = hear(Talk(handshake=False).client(get()).server(ok(b"hello")).end())
    assert kinds(heard.request) == kinds(heard.response) == []


def test_a_middle_of_tls_is_tls() -> None:
    heard = hear(Talk(handshake=False).client(b"\x17\x03\x03\x00\x20" + b"e" * 32).end())
    assert [one.kind for one in heard.not_http] == [NotHttpKind.TLS]


def test_a_middle_without_any_start_line_is_not_http() -> None:
    heard = hear(Talk(handshake=False).client(b"\x00" * 500).server(b"\x01" * 500).end())
    assert [one.kind for one in heard.not_http] == [NotHttpKind.OTHER]


def test_a_hole_at_the_start_is_searched_behind() -> None:
    talk = Talk().client_gap(100).client(b"rest of it", get()).server(ok(b"hello")).end()
    heard = hear(talk)
    assert heard.response.content.data == b"hello"
    assert kinds(heard.request) == [HttpAnomaly.RESYNCHRONISED]


def test_a_server_that_had_ended_before_the_client_was_found_answers_nothing() -> None:
    talk = Talk(handshake=False).server(b"\x00" * 50).server_end(StreamEnd.RST).client(b"\x01" * 50, get()).client_end()
    heard = hear(talk)
    assert heard.only.abandoned == "connection reset"


def test_an_end_before_the_client_was_found_keeps_its_place() -> None:
    talk = Talk().client(b"hello?\r\n").client_end().server(ok(b"?", status=b"400 Bad Request")).server_end()
    heard = hear(talk)
    assert heard.only.request is None
    assert heard.response.status == 400
