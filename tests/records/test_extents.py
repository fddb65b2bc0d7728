"""Pieces of a window make the bytes that they are said to be."""

import numpy as np

from wsdtrace.records import ConnectionId, Direction, Extents, SegmentIndex, StreamChunk

EXTENTS = Extents(b"..abc...d.efg", np.array([2, 8, 10]), np.array([3, 1, 3]))


def test_any_range_is_cut_out_of_the_pieces() -> None:
    joined = b"abcdefg"
    assert len(EXTENTS) == len(joined)
    for low in range(len(joined) + 1):
        for high in range(low, len(joined) + 1):
            assert EXTENTS.join(low, high) == joined[low:high]
            assert b"".join(EXTENTS.pieces(low, high)) == joined[low:high]


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
