"""Whole connections: the events that the readers would tell, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.http.talk import CLIENT, CONNECTION, SERVER, chunked, get, ok, plain, post, run, stamp
from tests.http.test_laws import SMALL, mutations
from wsdtrace.http import HttpLimits, HttpRoom
from wsdtrace.records import Direction, Turn, WholeConnection, WholeExchange


def turn(direction: Direction, data: bytes, *frames: int) -> Turn:
    """What a side says, in segments of equal size."""
    offsets = [len(data) * j // len(frames) for j in range(len(frames))]
    return Turn(direction, data, [(o, n, n * 1_000_000, n * 1000) for o, n in zip(offsets, frames, strict=True)], 7)


def whole(asked: bytes, answered: bytes, *, frames: tuple[int, ...] = (5, 6)) -> WholeConnection:
    """A connection on which this was said."""
    turns = turn(Direction.FROM_ORIGINATOR, asked, 4), turn(Direction.FROM_RESPONDER, answered, *frames)
    closer = Direction.FROM_RESPONDER
    return WholeConnection(CONNECTION, (CLIENT, SERVER), turns, stamp(1), closer, stamp(7), stamp(8))


def test_a_common_exchange_is_read_at_once() -> None:
    told = whole(post(b"<a/>", b"Content-Type: text/xml"), ok(b"<b/>" * 100, b"Content-Type: text/xml"))
    room = HttpRoom()
    (read,) = room.feed(told)
    assert isinstance(read, WholeExchange)
    assert (read.stamp.number, read.last.number) == (1, 8)
    assert [(event.kind.name, event.stamp.number) for event in read.events()] == [
        ("REQUEST", 4), ("RESPONSE_HEAD", 5), ("ENDED", 6),
    ]  # fmt: skip
    assert room.held == 0
    assert plain(read.events()) == plain(run(told.events()).output)


@pytest.mark.parametrize("limits", [pytest.param(HttpLimits(), id="wide"), pytest.param(SMALL, id="narrow")])
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        pytest.param(get(), ok(b"hello"), id="GET"),
        pytest.param(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", id="HEAD"),
        pytest.param(post(b"<a/>"), chunked(b"hello", 2), id="chunked"),
        pytest.param(post(b"<a/>"), ok(b"hello")[:-1], id="cut"),
        pytest.param(post(b"<a/>"), ok(b"hello") + b"x", id="excess"),
        pytest.param(post(b"<a/>")[:-1], ok(b"hello"), id="half a request"),
        pytest.param(post(b"<a/>") + get(), ok(b"hello") + ok(b"b"), id="two exchanges"),
        pytest.param(b"\r\n" + get(), ok(b"hello"), id="an empty line first"),
        pytest.param(post(b"<a/>"), b"HTTP/1.1 100 Continue\r\n\r\n" + ok(b"hello"), id="interim"),
        pytest.param(ok(b"hello"), post(b"<a/>"), id="the other way round"),
        pytest.param(b"GIF89a", b"anything", id="no HTTP"),
        pytest.param(post(b"x" * 300), ok(b"y" * 300), id="beyond narrow bounds"),
        pytest.param(b"GET " + b"/" * 8190 + b" HTTP/1.1\r\nHost: a\r\n\r\n", ok(b"a"), id="a long start-line"),
    ],
)
def test_everything_else_is_read_event_by_event(asked: bytes, answered: bytes, limits: HttpLimits) -> None:
    told = whole(asked, answered, frames=(6, 5))
    assert plain(run([told], limits=limits).output) == plain(run(told.events(), limits=limits).output)


@settings(max_examples=300, deadline=None)
@given(mutations(), mutations(), st.sampled_from([HttpLimits(), SMALL]))
def test_whatever_is_said_is_read_the_same(asked: bytes, answered: bytes, limits: HttpLimits) -> None:
    if asked and answered:
        told = whole(asked, answered, frames=(5, 6) if len(answered) > 1 else (5,))
        assert plain(run([told], limits=limits).output) == plain(run(told.events(), limits=limits).output)
