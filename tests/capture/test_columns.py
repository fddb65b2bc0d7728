"""Rows of bytes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.capture.columns import gather


@given(st.binary(min_size=9, max_size=60), st.integers(1, 9), st.data())
def test_rows_are_the_bytes_at_their_offsets(buffer: bytes, size: int, data: st.DataObject) -> None:
    offsets = data.draw(st.lists(st.integers(0, len(buffer) - size), max_size=9))
    rows = gather(memoryview(buffer), np.array(offsets, dtype=np.int64), size)
    assert [bytes(row) for row in rows] == [buffer[at : at + size] for at in offsets]


def test_a_buffer_shorter_than_a_row_has_no_rows() -> None:
    assert len(gather(b"abc", np.empty(0, dtype=np.int64), 4)) == 0
