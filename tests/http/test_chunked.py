"""The chunked coding alone: runs, states, holes. Messages in chunks are in test_reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.http.anomalies import HttpAnomaly
from wsdtrace.http.chunked import ChunkReader, ChunkState
from wsdtrace.records import Anomaly


def read(data: bytes, cut: int) -> tuple[bytes, ChunkState, list[str], int]:
    """Content, state, kinds and how far was read, with `data` fed in pieces of `cut` bytes."""
    anomalies: list[Anomaly] = []
    reader = ChunkReader(anomalies, 64)
    content = b""
    at = 0
    while at < len(data) and reader.state not in (ChunkState.LAST, ChunkState.BROKEN):
        piece = data[at : at + cut]
        stop, runs = reader.runs(piece, 0, at)
        content += b"".join(piece[low:high] for low, high in runs)
        at += stop
    return content, reader.state, [anomaly.kind for anomaly in anomalies], at


ROWS = [
    pytest.param(b"5\r\nhello\r\n0\r\n", b"hello", ChunkState.LAST, [], id="one"),
    pytest.param(b"005\r\nhello\r\n000\r\n", b"hello", ChunkState.LAST, [], id="leading zeros"),
    pytest.param(b"A\r\n0123456789\r\n0\r\n", b"0123456789", ChunkState.LAST, [], id="hexadecimal"),
    pytest.param(b"5;x\r\nhello\r\n0;y\r\n", b"hello", ChunkState.LAST, [HttpAnomaly.CHUNK_EXTENSION], id="extension"),
    pytest.param(
        b"5 ;x\r\nhello\r\n0\r\n", b"hello", ChunkState.LAST, [HttpAnomaly.CHUNK_EXTENSION],
        id="space before ;",
    ),
    pytest.param(b"5\nhello\n0\n", b"hello", ChunkState.LAST, [HttpAnomaly.BARE_LF], id="LF alone is said once"),
    pytest.param(b"5\r\nhello\rX", b"hello", ChunkState.BROKEN, [HttpAnomaly.CHUNK_END], id="CR alone"),
    pytest.param(b"g\r\n", b"", ChunkState.BROKEN, [HttpAnomaly.CHUNK_SIZE], id="no number"),
    pytest.param(b"1" * 15 + b"\r\n", b"", ChunkState.DATA, [], id="as many digits as fit"),
    pytest.param(b"1" * 16 + b"\r\n", b"", ChunkState.BROKEN, [HttpAnomaly.CHUNK_SIZE], id="more digits than fit"),
    pytest.param(
        b"5;" + b"x" * 100 + b"\r\nhello", b"", ChunkState.BROKEN, [HttpAnomaly.CHUNK_SIZE],
        id="line over the bound",
    ),
    pytest.param(b"5\r\nhel", b"hel", ChunkState.DATA, [], id="cut in the data"),
    pytest.param(b"5\r\nhello", b"hello", ChunkState.DATA_END, [], id="cut behind the data"),
]  # fmt: skip


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize(("data", "content", "state", "odd"), ROWS)
def test_chunks_are_read(data: bytes, content: bytes, state: ChunkState, odd: list[HttpAnomaly], cut: int) -> None:
    assert read(data, cut)[:3] == (content, state, odd)


def test_what_follows_the_last_chunk_is_left() -> None:
    data = b"1\r\nx\r\n0\r\n\r\nHTTP/1.1"
    assert read(data, 1000)[3] == data.index(b"\r\nHTTP")


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=10), st.integers(1, 60))
def test_what_was_cut_into_chunks_comes_out_whole(parts: list[bytes], cut: int) -> None:
    data = b"".join(b"%X\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n"
    assert read(data, cut) == (b"".join(parts), ChunkState.LAST, [], len(data))


SMALL = st.sampled_from([b"x", b"\r", b"\n", b"\r\n", b"1\r\n", b"0\r\n\r\n", b"abcdefghijklmno", b"abcdefghijklmnop"])


@given(
    st.lists(SMALL, max_size=60) | st.lists(st.just(b"\r\n"), max_size=60), st.integers(1, 200), st.sampled_from("xX")
)
def test_many_small_chunks_come_out_whole(parts: list[bytes], cut: int, digits: str) -> None:
    """They are read together where they stand together."""
    sizes = [format(len(part), digits).encode() for part in parts]
    data = b"".join(b"%b\r\n%b\r\n" % pair for pair in zip(sizes, parts, strict=True)) + b"0\r\n"
    assert read(data, cut) == (b"".join(parts), ChunkState.LAST, [], len(data))


def test_what_is_odd_behind_many_small_chunks_is_said() -> None:
    data = b"1\r\nx\r\n" * 9 + b"1\nx\r\n" + b"1\r\nx\r\n" * 9 + b"2\r\nxyz\r\n"
    assert read(data, 1000)[:3] == (b"x" * 20 + b"y", ChunkState.BROKEN, [HttpAnomaly.BARE_LF, HttpAnomaly.CHUNK_END])


@pytest.mark.parametrize(
    ("count", "survives", "state"),
    [(3, True, ChunkState.DATA), (4, True, ChunkState.DATA_END), (5, False, ChunkState.DATA)],
)
def test_a_hole_inside_the_data_is_survived(count: int, survives: bool, state: ChunkState) -> None:
    reader = ChunkReader([], 64)
    reader.runs(b"5\r\nh", 0, 0)
    assert reader.gap(count) is survives
    assert reader.state is state


def test_a_hole_elsewhere_is_not() -> None:
    assert not ChunkReader([], 64).gap(1)


def test_data_that_was_read_elsewhere_is_not_read_again() -> None:
    reader = ChunkReader([], 64)
    assert reader.left == 0
    reader.runs(b"5\r\nh", 0, 0)
    assert reader.left == 4
    reader.passed(1)
    assert reader.runs(b"o\r\n2\r\n!!", 0, 7) == (8, [(0, 1), (6, 8)])
    reader.passed(0)
    assert reader.state is ChunkState.DATA_END
