"""Which connections are HTTP, who the client is, and what the room keeps."""

import gc
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.http.talk import CLIENT, SERVER, Talk, chunk, chunked, get, hear, kinds, ok, post, run, stamp
from tests.http.test_whole import whole
from wsdtrace.http import HttpAnomaly, HttpLimits, HttpRoom
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    Direction,
    HttpEventKind,
    NetEvent,
    StreamEnd,
)

TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 32
IMAGE = (
    b"--x\r\nContent-Type: application/xop+xml\r\n\r\n<a/>\r\n"
    b"--x\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xd9\r\n--x--"
)


def test_events_leave_in_order_with_the_frame_that_made_them_true() -> None:
    talk = Talk().client(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n", b"ab")
    talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"c", b"d").end()
    assert hear(talk).steps == [(HttpEventKind.REQUEST, 3), (HttpEventKind.RESPONSE_HEAD, 4), (HttpEventKind.ENDED, 6)]


def test_a_connection_that_was_never_opened_is_read() -> None:
    events = Talk().client(get()).server(ok(b"hello")).end().events[1:]
    assert run(events).response.content.data == b"hello"


def test_close_ends_what_goes_on() -> None:
    heard = run(Talk().client(get()).events, last=9)
    assert heard.only.abandoned is not None
    assert heard.steps[-1] == (HttpEventKind.ENDED, 9)


def test_events_of_one_connection_do_not_touch_another() -> None:
    one = Talk().client(get(b"/1")).server(ok(b"1")).end().events
    two: list[NetEvent] = [
        ConnectionOpened(ConnectionId(1), SERVER, CLIENT, stamp(1), True),
        chunk(Direction.FROM_ORIGINATOR, 0, get(b"/2"), 2, connection=1),
    ]
    heard = run([one[0], two[0], one[1], two[1], *one[2:]])
    assert [exchange.connection for exchange in heard.exchanges] == [0, 1]


def test_the_held_bytes_of_all_connections_are_bounded() -> None:
    limits = HttpLimits(held_total=1000)
    talk = Talk().client(post(b"x" * 800)).client(post(b"y" * 800)).server(ok(b"")).server(ok(b"")).end()
    first, second = hear(talk, limits=limits).exchanges
    assert first.request is not None
    assert second.request is not None
    assert first.request.content.data == b"x" * 800
    assert second.request.content.data == b"y" * 200
    assert kinds(second.request) == [HttpAnomaly.LIMIT]
    assert second.request.content.length == 800


def test_nothing_is_held_when_all_exchanges_are_over() -> None:
    room = HttpRoom()
    for event in Talk().client(post(b"x" * 800)).server(ok(b"y" * 500)).end().events:
        room.feed(event)
    assert room.held == 0


def test_an_evicted_connection_is_given_up() -> None:
    heard = hear(Talk().client(get()).end(StreamEnd.EVICTED))
    assert heard.only.abandoned == "given up at a bound"


@pytest.fixture
def _by_hand() -> Iterator[None]:
    """Only the test collects garbage."""
    gc.collect()
    gc.disable()
    yield
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param(post(b"<a/>") + get(), ok(b"<b/>") + ok(b"c"), id="two exchanges"),
        pytest.param(get(), chunked(b"hello", 2), id="chunked"),
        pytest.param(get(), ok(IMAGE, b"Content-Type: multipart/related; boundary=x"), id="an image"),
        pytest.param(get(), ok(b"hello")[:-1], id="cut"),
        pytest.param(b"GIF89a", b"anything", id="no HTTP"),
    ],
)
@pytest.mark.usefixtures("_by_hand")
def test_what_is_over_leaves_nothing_to_collect(asked: bytes, answered: bytes) -> None:
    heard = run(whole(asked, answered).events())
    assert heard.output
    del heard
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    ours = Counter(type(one).__name__ for one in gc.garbage if type(one).__module__.startswith("wsdtrace"))
    assert ours == Counter()
