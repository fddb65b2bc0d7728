"""Bytes that wait behind a hole, in the notation `offset:bytes`, `…` between blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.net.reassembly import Part, Waiting
from wsdtrace.net.tape import Where

HERE = Where(1, 0, 0)


def put(*parts: tuple[int, str | int]) -> tuple[Waiting, list[bool]]:
    """A `Waiting` with parts, (offset, text), or (offset, length) of bytes that were cut; and what `put` said."""
    waiting = Waiting(0)
    said = []
    for start, what in parts:
        data = what.encode() if isinstance(what, str) else None
        said.append(waiting.put(Part(start, len(data) if data is not None else int(what), data, HERE)))
    return waiting, said


def drawn(waiting: Waiting) -> str:
    """Its blocks; cut bytes as `?`."""
    blocks = []
    while waiting:
        start = waiting.first
        parts = waiting.take()
        assert [part.start for part in parts] == [
            start + sum(p.length for p in list(parts)[:i]) for i in range(len(parts))
        ]
        text = "".join("?" * part.length if part.data is None else bytes(part.data).decode() for part in parts)
        blocks.append(f"{start}:{text}")
    assert waiting.held == 0
    return " … ".join(blocks)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([(4, "ef")], "4:ef", id="one"),
        pytest.param([(4, "ef"), (9, "j")], "4:ef … 9:j", id="two"),
        pytest.param([(9, "j"), (4, "ef")], "4:ef … 9:j", id="two, later first"),
        pytest.param([(4, "ef"), (6, "gh")], "4:efgh", id="touch"),
        pytest.param([(6, "gh"), (4, "ef")], "4:efgh", id="touch, later first"),
        pytest.param([(4, "ef"), (8, "ij"), (6, "gh")], "4:efghij", id="join"),
        pytest.param([(4, "efgh"), (5, "XX")], "4:efgh", id="inside"),
        pytest.param([(5, "fg"), (4, "EFGH")], "4:EfgH", id="around"),
        pytest.param([(4, "e"), (6, "g"), (8, "i"), (3, "DEFGHIJ")], "3:DeFgHiJ", id="around several"),
        pytest.param([(4, "ef"), (5, "FGH")], "4:efGH", id="overlap behind"),
        pytest.param([(5, "fgh"), (3, "DEF")], "3:DEfgh", id="overlap before"),
        pytest.param([(4, 3), (6, "ghi")], "4:???hi", id="cut bytes keep their place"),
        pytest.param([(6, "ghi"), (4, 4)], "4:??ghi", id="cut bytes fill no bytes"),
    ],
)
def test_blocks(parts: list[tuple[int, str | int]], expected: str) -> None:
    assert drawn(put(*parts)[0]) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([(4, "efgh"), (5, "fg")], False, id="equal"),
        pytest.param([(4, "efgh"), (5, "fX")], True, id="different"),
        pytest.param([(4, "ef"), (6, "gh"), (5, "fgXX")], True, id="different in the second part"),
        pytest.param([(4, 4), (5, "XX")], False, id="cut bytes agree with all"),
        pytest.param([(4, "ef"), (6, "XX")], False, id="touching"),
    ],
)
def test_differing_repetition_is_noticed(parts: list[tuple[int, str | int]], expected: bool) -> None:
    assert put(*parts)[1][-1] is expected


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), min_size=1, max_size=25))
def test_blocks_equal_a_map_of_single_bytes(spans: list[tuple[int, int]]) -> None:
    known: dict[int, str] = {}
    parts: list[tuple[int, str | int]] = []
    for i, (start, length) in enumerate(spans):
        text = chr(65 + i) * length
        parts.append((start, text))
        for offset in range(start, start + length):
            known.setdefault(offset, chr(65 + i))
    blocks: list[list[int]] = []
    for offset in sorted(known):
        if blocks and blocks[-1][-1] == offset - 1:
            blocks[-1].append(offset)
        else:
            blocks.append([offset])
    expected = " … ".join(f"{block[0]}:{''.join(known[offset] for offset in block)}" for block in blocks)
    assert drawn(put(*parts)[0]) == expected


def test_a_view_is_copied() -> None:
    window = bytearray(b"abc")
    waiting = Waiting(0)
    waiting.put(Part(5, 3, memoryview(window), HERE))
    window[:] = b"XXX"
    assert drawn(waiting) == "5:abc"


@pytest.mark.parametrize("order", ["ascending", "descending", "odd, then even"])
def test_many_small_segments_are_not_quadratic(order: str) -> None:
    count = 30_000
    offsets = {
        "ascending": list(range(count)),
        "descending": list(range(count))[::-1],
        "odd, then even": [*range(1, count, 2), *range(0, count, 2)],
    }[order]
    waiting = Waiting(0)
    for offset in offsets:
        waiting.put(Part(offset + 1, 1, b"x", HERE))
    assert waiting.held == count
    assert len(waiting.take()) == count


@pytest.mark.parametrize("at", [0, 2500, 4999])
def test_a_differing_byte_is_found_anywhere_in_a_large_block(at: int) -> None:
    waiting, _ = put(*((offset, "x") for offset in range(5000)))
    assert not waiting.put(Part(at, 1, b"x", HERE))
    assert waiting.put(Part(at, 1, b"y", HERE))
