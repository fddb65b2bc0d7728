"""Records foretold by the rhythm of the last ones are those that a walk finds."""

from __future__ import annotations

from array import array
from struct import pack, unpack_from

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.blocks import pcap_header
from wsdtrace.capture.pcap import FILE_HEADER_BYTES, PcapReader
from wsdtrace.capture.rhythm import LONGEST, PATIENCE, foretell


def records(lengths: list[int]) -> bytes:
    return b"".join(pack("<IIII", 1, 0, length, length) + bytes(length) for length in lengths)


def walked(data: bytes) -> list[int]:
    starts, position = [], 0
    while position + 16 <= len(data):
        (length,) = unpack_from("<I", data, position + 8)
        if position + 16 + length > len(data):
            break
        starts.append(position)
        position += 16 + length
    return starts


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 5), min_size=1, max_size=LONGEST + 3), st.integers(1, 40)), max_size=6),
    st.integers(0, 20),
)
def test_a_file_with_and_without_rhythm_has_the_records_that_a_walk_finds(
    parts: list[tuple[list[int], int]], cut: int
) -> None:
    data = records([length for cycle, times in parts for length in cycle * times])
    data = data[: max(len(data) - cut, 0)]
    found = PcapReader(pcap_header()[:FILE_HEADER_BYTES]).walk(memoryview(data), len(data), 0, final=False)
    assert found.record.tolist() == walked(data)


@pytest.mark.parametrize(
    ("following", "foretold"),
    [
        pytest.param([3, 7, 3, 7] * 20, 80, id="the rhythm goes on"),
        pytest.param([3, 7] * 10 + [4] + [3, 7] * 40, 20, id="another length ends it"),
        pytest.param([3, 7] * 3, 0, id="too few rounds are left"),
    ],
)
def test_only_what_agrees_is_foretold(following: list[int], foretold: int) -> None:
    data = records([3, 7] * (PATIENCE // 2) + following)
    starts = walked(data)
    known = array("q", starts[:PATIENCE])
    position = foretell(memoryview(data), len(data), known, starts[PATIENCE], 8, 4)
    assert known.tolist() == starts[: PATIENCE + foretold]
    assert position == [*starts, len(data)][PATIENCE + foretold]


def test_without_rhythm_nothing_is_foretold() -> None:
    data = records(list(range(200)))
    starts = walked(data)
    known = array("q", starts[:PATIENCE])
    assert foretell(memoryview(data), len(data), known, starts[PATIENCE], 8, 4) == starts[PATIENCE]
    assert known.tolist() == starts[:PATIENCE]
