"""Bytes that lie in a window are read as if they had been joined."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.http.talk import Talk, chunk, chunked, hear, index, ok, plain, post, recut, run, scattered
from tests.http.test_multipart import BOUNDARY, IMAGE, TYPE, body, part, root
from wsdtrace.http.bulk import Bulk
from wsdtrace.records import ConnectionId, Direction, Extents, StreamChunk

NOISE = random.Random(1).randbytes(200_000)
SPICE = [b"\r\n--" + BOUNDARY, b"--" + BOUNDARY + b"--", b"\r\n--" + BOUNDARY + b"\r\n\r\n", b"\r\n--" + BOUNDARY[:-1]]


def page(image: bytes) -> bytes:
    return ok(body(root(), part(image)), TYPE)


def test_views_of_a_bulk_have_its_bytes_and_the_rows_that_brought_them() -> None:
    extents = Extents(b"..abc..def.", np.array([2, 7]), np.array([3, 3]))
    bulk = Bulk(StreamChunk(*args_of(chunk(Direction.FROM_RESPONDER, 100, b"abcdef", 5, 4)), extents, ROWS), extents)
    view = bulk.view(101, 105)
    assert (view.data, view.start, view.end) == (b"bcde", 101, 105)
    assert [row.offset for row in view.rows(101, 105)] == [101, 103]
    assert bulk.stamp(103) == view.stamp(103)
    assert bulk.reach(101, 105) == view.reach(101, 105) == (5, 5_000_000, 4000, 5000)


ROWS = index([(100, 5), (103, 4)])


def args_of(one: StreamChunk) -> tuple[ConnectionId, Direction, int]:
    return one.connection, one.direction, one.offset


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(NOISE, id="an image"),
        pytest.param(NOISE[:70_000] + SPICE[0] + NOISE[70_000:], id="a delimiter with more on its line"),
        pytest.param(NOISE[:70_000] + SPICE[1] + NOISE[70_000:], id="a delimiter that begins no line"),
        pytest.param(NOISE[:70_000] + SPICE[2] + NOISE[70_000:], id="a third part"),
        pytest.param(SPICE[3] * 2000, id="nearly a delimiter, again and again"),
        pytest.param(IMAGE, id="a small image"),
    ],
)
def test_a_page_that_lies_in_a_window_is_read_as_if_joined(content: bytes) -> None:
    talk = Talk().client(post(b"<a/>")).server(page(content)).client(post(b"<b/>")).server(ok(b"<c/>"), page(content))
    heard = hear(talk, digests=True)
    assert len(heard.exchanges) == 3


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 120_000),
    st.lists(st.tuples(st.integers(0, 120_000), st.sampled_from(SPICE)), max_size=3),
    st.sampled_from([0, 0, 100, 512, 4096, 8192, 50_000]),
    st.randoms(),
)
def test_cuts_and_places_leave_no_trace(
    size: int, spices: list[tuple[int, bytes]], chunk_size: int, rng: random.Random
) -> None:
    content = bytearray(NOISE[:size])
    for at, spice in spices:
        content[at:at] = spice
    whole = chunked(body(root(), part(bytes(content))), chunk_size, TYPE) if chunk_size else page(bytes(content))
    talk = Talk().client(post(b"<a/>")).server(whole, ok(b"<b/>")).client(post(b"<a/>"))
    told = plain(run(talk.events, digests=True).output)
    assert plain(run(scattered(recut(talk.events, rng), rng), digests=True).output) == told
