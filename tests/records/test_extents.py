"""Pieces of a window make the bytes that they are said to be."""

import random

import numpy as np
import pytest

from wsdtrace.records import ConnectionId, Direction, Extents, SegmentIndex, StreamChunk
from wsdtrace.records.extents import COPIED_BYTES, FEW_PIECES, LEAST_ALIKE

EXTENTS = Extents(b"..abc...d.efg", np.array([2, 8, 10]), np.array([3, 1, 3]))


def test_any_range_is_cut_out_of_the_pieces() -> None:
    joined = b"abcdefg"
    assert len(EXTENTS) == len(joined)
    for low in range(len(joined) + 1):
        for high in range(low, len(joined) + 1):
            assert EXTENTS.join(low, high) == joined[low:high]
            assert b"".join(EXTENTS.pieces(low, high)) == joined[low:high]


@pytest.mark.parametrize(
    "lengths",
    [
        pytest.param([1460] * 1000, id="of one size"),
        pytest.param([700, *[1460] * 300, 20, *[536] * 300, 1], id="stretches of one size"),
        pytest.param([1460, 1460, 900] * 100, id="never many of one size"),
        pytest.param([*[1460] * 600, *[800, 1460] * (LEAST_ALIKE - 2), *[1460] * 600], id="a few odd ones"),
        pytest.param([1] * FEW_PIECES, id="single bytes"),
        pytest.param([COPIED_BYTES + 1] * FEW_PIECES, id="longer than what is copied together"),
    ],
)
def test_many_pieces_are_the_bytes_that_they_were(lengths: list[int]) -> None:
    rng = random.Random(1)
    window, begin, whole = bytearray(), [], bytearray()
    for length in lengths:
        window += rng.randbytes(rng.choice([66, 66, 132]))
        begin.append(len(window))
        piece = rng.randbytes(length)
        window += piece
        whole += piece
    extents = Extents(window, np.array(begin), np.array(lengths))
    for low, high in [(0, len(whole)), (1, len(whole) - 1), (len(whole) // 3, len(whole) // 3 * 2)]:
        pieces = list(map(bytes, extents.pieces(low, high)))
        assert b"".join(pieces) == whole[low:high]
        assert max(map(len, pieces)) <= max(COPIED_BYTES, *lengths)
        assert extents.join(low, high) == whole[low:high]


def test_a_chunk_of_extents_has_bytes_and_keeps_them() -> None:
    window = bytearray(b"..abc.")
    rows = SegmentIndex(*np.array([[0], [1], [0], [0]]))
    chunk = StreamChunk(
        ConnectionId(0), Direction.FROM_ORIGINATOR, 0, Extents(window, np.array([2]), np.array([3])), rows
    )
    assert chunk.size == 3
    assert chunk.data == b"abc"
    window[:] = b"......"
    assert chunk.data == b"abc"
