"""What is found in pieces of a window is what is found in the joined bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsdtrace.http.scan import find_in
from wsdtrace.records import Extents


def lying(*parts: tuple[bytes, bytes]) -> Extents:
    """Extents of (what stands before a piece, the piece)."""
    window, begins = bytearray(), []
    for before, piece in parts:
        window += before
        begins.append(len(window))
        window += piece
    return Extents(window, np.array(begins), np.array([len(piece) for _, piece in parts]))


@pytest.mark.parametrize(
    ("extents", "found"),
    [
        pytest.param(lying((b"..", b"xx--ab!"), (b"", b"y")), 2, id="inside a piece"),
        pytest.param(lying((b"--ab!", b"xx"), (b"--ab!", b"yy")), -1, id="in a header alone"),
        pytest.param(lying((b"..", b"xx--a"), (b"b!", b"zz"), (b".", b"--ab!")), 7, id="a piece and what follows it"),
        pytest.param(lying((b"..", b"xx--"), (b"..", b"ab!")), 2, id="across an edge"),
        pytest.param(lying(*((b"#", bytes([octet])) for octet in b"x--ab!")), 1, id="an octet a piece"),
        pytest.param(lying((b"..", b"xx--ab"), (b"..", b"!")), 2, id="its last octet ends the window"),
    ],
)
def test_a_needle_is_found_in_the_pieces_alone(extents: Extents, found: int) -> None:
    assert find_in(extents, b"--ab!", 0, len(extents)) == found


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(st.text("ab", max_size=3), st.text("ab", min_size=1, max_size=6)), min_size=1, max_size=8),
    st.text("ab", min_size=2, max_size=4),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_it_is_found_where_it_is_in_the_joined_bytes(
    parts: list[tuple[str, str]], needle: str, low: int, less: int
) -> None:
    extents = lying(*((before.encode(), piece.encode()) for before, piece in parts))
    joined = extents.join(0, len(extents))
    high = max(len(joined) - less, 0)
    assert find_in(extents, needle.encode(), low, high) == joined.find(needle.encode(), low, high)
