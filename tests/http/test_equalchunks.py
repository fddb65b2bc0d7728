"""Equal chunks are told from their places, and their data is what a walk would find."""

from __future__ import annotations

import numpy as np
import pytest

from tests.http.talk import Talk, chunk, chunked, hear, index, post
from tests.http.test_bulk import NOISE
from tests.http.test_multipart import TYPE, body, part, root
from wsdtrace.http.bulk import Bulk
from wsdtrace.http.equalchunks import LEAST_SIZE, find_equal_chunks
from wsdtrace.records import Direction, Extents, StreamChunk

SIZE = LEAST_SIZE + 88


def bulk_of(data: bytes, at: int = 1000) -> Bulk:
    """The bytes in pieces of 7, each behind a header, from stream offset `at` on."""
    pieces = [data[low : low + 7] for low in range(0, len(data), 7)]
    window = b"".join(b"####" + piece for piece in pieces)
    extents = Extents(window, np.arange(len(pieces)) * 11 + 4, np.array([len(piece) for piece in pieces]))
    one = chunk(Direction.FROM_RESPONDER, at, data, 1)
    return Bulk(StreamChunk(one.connection, one.direction, at, extents, index([(at, 1)])), extents)


def coded(data: bytes, size: int) -> bytes:
    """The data in chunks, with the lines between them and none before the first."""
    return b"".join(b"%x\r\n%s\r\n" % (size, data[low : low + size]) for low in range(0, len(data), size))


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        pytest.param(b"\r\n" + coded(NOISE[: 3 * SIZE], SIZE) + b"0\r\n\r\n", 3 * SIZE, id="until the last chunk"),
        pytest.param(b"\r\n" + coded(NOISE[: 3 * SIZE], SIZE)[:-600], 2 * SIZE + 2, id="of the last what there is"),
        pytest.param(b"\r\n" + coded(NOISE[: 2 * SIZE], SIZE) + b"9\r\nother", 2 * SIZE, id="until another size"),
        pytest.param(b"\r\n" + coded(NOISE[:300], 100), 0, id="small ones are walked"),
        pytest.param(b"\n" + coded(NOISE[: 2 * SIZE], SIZE), 0, id="odd lines are walked"),
        pytest.param(b"", 0, id="the chunk at hand goes on"),
    ],
)
def test_the_data_of_equal_chunks_is_found(behind: bytes, found: int) -> None:
    lead = b"of the chunk at hand"
    bulk = bulk_of(lead + behind)
    equal = find_equal_chunks(bulk, bulk.start, len(lead) + (0 if behind else 5))
    data = equal.extents.join(0, len(equal.extents))
    assert data == lead + NOISE[:found]
    stream = lead + behind
    assert all(stream[equal.stream(at) - bulk.start] == data[at] for at in range(len(data)))


def test_what_is_left_of_a_chunk_is_known() -> None:
    bulk = bulk_of(b"abc\r\n" + coded(NOISE[: 2 * SIZE], SIZE))
    equal = find_equal_chunks(bulk, bulk.start, 3)
    assert [equal.left(taken) for taken in (1, 3, 4, 3 + SIZE, 4 + SIZE)] == [2, 0, SIZE - 1, 0, SIZE - 1]


@pytest.mark.parametrize("size", [LEAST_SIZE - 1, LEAST_SIZE, 8192, 60_000])
def test_a_chunked_page_is_read_as_if_walked(size: int) -> None:
    content = body(root(), part(NOISE))
    heard = hear(Talk().client(post(b"<a/>")).server(chunked(content, size, TYPE)), digests=True)
    assert heard.response.content.length == len(content)
