"""Bytes at offsets of a buffer."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.net.columns import gather, gather_u16, take


@given(st.binary(min_size=8, max_size=60), st.data())
def test_rows_are_the_bytes_at_their_offsets(buffer: bytes, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 8))
    offsets = data.draw(st.lists(st.integers(0, len(buffer) - size), max_size=9))
    rows = gather(memoryview(buffer), np.array(offsets, dtype=np.int64), size)
    assert [bytes(row) for row in rows] == [buffer[at : at + size] for at in offsets]


def test_a_buffer_shorter_than_a_row_has_no_rows() -> None:
    assert len(gather(b"abc", np.empty(0, dtype=np.int64), 4)) == 0


def test_numbers_are_in_network_byte_order() -> None:
    assert gather_u16(b"\x01\x02\x03", np.array([0, 1])).tolist() == [0x102, 0x203]


def test_all_rows_of_a_column_are_the_column_itself() -> None:
    column = np.array([5, 6, 7])
    assert take(column, np.arange(3)) is column
    assert take(column, np.array([0, 2])).tolist() == [5, 7]
