"""Captures as a whole: windows, ranges again, counts, and what is no capture."""

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.capture.blocks import FRAME, block, enhanced, interface, pcap_header, record, section
from tests.shared import SHARED, needs_shared
from wsdtrace.capture import CaptureSource, open_capture
from wsdtrace.errors import CaptureError, CaptureFormatError
from wsdtrace.records import Anomaly, FrameBatch

FILES = sorted([*SHARED.glob("data/public/*.pcap*"), *SHARED.glob("data/captures/*.pcap*")])
FORMATS = [path for path in FILES if path.name.startswith(("pcap_", "pcapng_n", "pcapngtest_"))]
T = 1_700_000_000_000_000
Row = tuple[int, bytes, int, int, int, int, int]


def rows(batch: FrameBatch) -> list[Row]:
    """(number, bytes, file offset, wire length, time, interface, link type) of each frame."""
    names = ("file_offset", "wire_len", "time_ns", "interface", "link_type")
    columns = [getattr(batch, name).tolist() for name in names]
    places = zip(batch.offset.tolist(), batch.captured_len.tolist(), strict=True)
    data = [bytes(batch.buffer[start : start + length]) for start, length in places]
    return list(zip(range(batch.first_number, batch.first_number + len(batch)), data, *columns, strict=True))


def read(path: Path, window_bytes: int = 1 << 21) -> tuple[list[Row], list[Anomaly], CaptureSource]:
    with open_capture(path, window_bytes=window_bytes) as source:
        batches = [(rows(batch), batch.anomalies) for batch in source.batches()]
    return [row for part, _ in batches for row in part], [a for _, part in batches for a in part], source


def pcapng_file(count: int) -> bytes:
    """Two sections, interfaces between packets, blocks of many sizes."""
    parts = [section(), interface()]
    for i in range(count):
        parts.append(enhanced(T + i, bytes([i % 256]) * (i * 37 % 1500), 0))
        if i % 50 == 49:
            parts.append(interface(link_type=101) + block(5, bytes(12)))
    parts += [section(">"), interface(">", 276)]
    parts += [enhanced(T + count + i, FRAME, 0, ">") for i in range(count)]
    return b"".join(parts)


def pcap_file(count: int) -> bytes:
    return pcap_header() + b"".join(record(i, 0, bytes([i % 256]) * (i * 37 % 1500)) for i in range(count))


@pytest.mark.parametrize("data", [pcap_file(300), pcapng_file(300)], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("window_bytes", [1, 5000, 5001, 65536])
def test_any_window_gives_the_same_frames(tmp_path: Path, data: bytes, window_bytes: int) -> None:
    path = tmp_path / "capture"
    path.write_bytes(data)
    whole = read(path)[0]
    assert len(whole) == len({row[0] for row in whole}) >= 300
    assert read(path, window_bytes)[0] == whole


@pytest.mark.parametrize("ahead", [0, 1, 99])
def test_the_frames_up_to_one_are_read_again(tmp_path: Path, ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsdtrace.capture.source._CHECKPOINT_BYTES", 10_000)
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap_header() + b"".join(record(n, 0, bytes([n]) * 90_000) for n in range(5)))
    with open_capture(path, window_bytes=4096) as source:
        assert sum(len(batch) for batch in source.batches()) == 5
        for number in range(1, 6):
            numbers = [batch.first_number + i for batch in source.upto(number, ahead=ahead) for i in range(len(batch))]
            assert numbers[-1] == number
            assert numbers == list(range(numbers[0], number + 1))
            assert ahead < 99 or numbers[0] == 1


def test_a_frame_larger_than_the_window_enlarges_it(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    large = bytes(200_000)
    path.write_bytes(pcap_header() + record(1, 0) + record(2, 0, large) + record(3, 0))
    assert [len(row[1]) for row in read(path, 4096)[0]] == [60, 200_000, 60]


@pytest.mark.parametrize("data", [pcap_file(300), pcapng_file(300)], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("first_pass", [False, True], ids=["unread", "read before"])
def test_a_range_is_read_again_with_its_frame_numbers(
    tmp_path: Path, data: bytes, first_pass: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsdtrace.capture.source._CHECKPOINT_BYTES", 10_000)
    path = tmp_path / "capture"
    path.write_bytes(data)
    whole = read(path)[0]
    with open_capture(path, window_bytes=5000) as source:
        if first_pass:
            for _ in source.batches():
                pass
        for start, stop in [(0, 1), (0, len(whole)), (100, 103), (250, 299), (len(whole) - 1, len(whole))]:
            end = whole[stop][2] if stop < len(whole) else len(data)
            again = [row for batch in source.window(whole[start][2], end) for row in rows(batch)]
            assert again == whole[start:stop]


def test_a_range_can_be_read_while_the_whole_is_being_read(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(pcapng_file(300))
    whole = read(path)[0]
    seen: list[Row] = []
    with open_capture(path, window_bytes=20_000) as source:
        for batch in source.batches():
            seen += rows(batch)
            first = int(batch.file_offset[0])
            (again,) = [row for part in source.window(first, first + 1) for row in rows(part)]
            assert again == rows(batch)[0]
    assert seen == whole


def test_counts_and_times(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    data = section() + interface() + interface(link_type=276) + enhanced(T + 9) + enhanced(T, number=1)
    path.write_bytes(data)
    with open_capture(path) as source:
        assert (source.frames, source.first_time_ns, source.last_time_ns) == (0, None, None)
        list(source.batches())
        assert (source.format, source.seekable, source.path) == ("pcapng", True, str(path))
        assert (source.frames, source.size, source.file_size) == (2, len(data), len(data))
        assert (source.first_time_ns, source.last_time_ns) == (T * 1000, (T + 9) * 1000)
        assert source.link_types == ["ETHERNET", "LINUX_SLL2"]


def test_a_source_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "capture"
    path.write_bytes(pcap_file(3))
    with open_capture(path) as source:
        list(source.batches())
        with pytest.raises(CaptureError, match="read once"):
            next(source.batches())


@pytest.mark.parametrize("data", [pcap_header(), section(), section() + interface()], ids=["pcap", "pcapng", "one idb"])
def test_an_empty_capture_has_no_frames(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "capture"
    path.write_bytes(data)
    assert read(path)[:2] == ([], [])


@pytest.mark.parametrize("data", [pcap_file(3), pcapng_file(3)], ids=["pcap", "pcapng"])
def test_a_file_cut_anywhere_is_read_up_to_there(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "capture"
    path.write_bytes(data)
    whole = read(path)[0]
    ends = [*(row[2] for row in whole[1:]), len(data)]
    for cut in range(28, len(data), 7):
        path.write_bytes(data[:cut])
        told, anomalies, _ = read(path)
        assert told == whole[: len(told)]
        assert len(told) >= sum(end <= cut for end in ends)
        assert [anomaly.kind for anomaly in anomalies] in ([], ["capture_truncated"])


def test_a_gzip_file_that_ends_early_says_so_once(tmp_path: Path) -> None:
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress(pcap_file(300))[:-50])
    told, anomalies, source = read(path)
    assert 0 < len(told) <= 300
    assert [anomaly.kind for anomaly in anomalies] == ["capture_compression_damaged"]
    assert not source.seekable


def test_a_compressed_source_has_no_ranges(tmp_path: Path) -> None:
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress(pcap_file(3)))
    with open_capture(path) as source, pytest.raises(CaptureError, match="cannot be read again"):
        next(source.window(24, 100))


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pcapng_file(20))))
    with open_capture("-", window_bytes=5000) as source:
        assert sum(len(batch) for batch in source.batches()) == 40
        assert not source.seekable


def test_frames_of_a_live_pipe_come_as_they_are_written() -> None:
    reading, writing = os.pipe()
    with open(writing, "wb", buffering=0) as writer:
        writer.write(pcap_header() + record(1, 0)[:10])
        with open_capture(f"/dev/fd/{reading}") as source:
            writer.write(record(1, 0)[10:] + record(2, 0)[:30])
            batches = source.batches()
            assert len(next(batches)) == 1
            writer.write(record(2, 0)[30:])
            assert len(next(batches)) == 1
            writer.close()
            assert list(batches) == []
    os.close(reading)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "it is an empty file", id="empty"),
        pytest.param(gzip.compress(b""), "the compressed file holds an empty file", id="gzip of nothing"),
        pytest.param(gzip.compress(b"hello"), "the compressed file holds a text file", id="gzip of something else"),
        pytest.param(gzip.compress(pcap_file(1))[:11], "the gzip stream ends early", id="gzip cut at its start"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "it is a PNG image", id="png"),
        pytest.param(pcap_header()[:20], "a pcap file of 20 bytes", id="cut pcap header"),
        pytest.param(section()[:20], "a pcapng file of 20 bytes", id="cut section header"),
        pytest.param(section(major=0), "pcapng version 0.0", id="version"),
        pytest.param(b"\x0a\x0d\x0d\x0a" + bytes(40), "without its byte-order magic", id="no byte order"),
    ],
)
def test_what_is_no_capture_gets_one_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "it"
    path.write_bytes(data)
    with pytest.raises(CaptureFormatError, match=words) as error:
        open_capture(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


@given(st.binary(max_size=400), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=10))
@settings(deadline=None)
def test_no_damage_makes_it_raise(tail: bytes, damage: list[tuple[int, int]]) -> None:
    for data in (bytearray(pcap_file(5) + tail), bytearray(pcapng_file(5) + tail)):
        for at, value in damage:
            data[28 + at % (len(data) - 28)] = value
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes(data))))
            with open_capture("-") as source:
                for batch in source.batches():
                    assert (batch.offset + batch.captured_len <= len(batch.buffer)).all()
                    assert (np.diff(batch.file_offset) > 0).all()


@needs_shared
@pytest.mark.skipif(which("capinfos") is None, reason="capinfos is not installed")
def test_frames_are_counted_as_capinfos_counts_them() -> None:
    sound = [path for path in FILES if path.name != "pcapng_invalid_version.pcapng"]
    told = subprocess.run(["capinfos", "-crTM", *map(str, sound)], capture_output=True, text=True, check=True)
    counts = dict(line.rsplit("\t", 1) for line in told.stdout.splitlines())
    assert {str(path): str(len(read(path)[0])) for path in sound} == counts


@needs_shared
@pytest.mark.skipif(which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.name)
def test_times_and_lengths_are_those_of_wireshark(path: Path) -> None:
    run = ["tshark", "-r", str(path), "-T", "fields"]
    fields = ["frame.time_epoch", "frame.cap_len", "frame.len"]
    told = subprocess.run(
        [*run, *(f for name in fields for f in ("-e", name))], capture_output=True, text=True, check=False
    )
    expected = [line.split("\t") for line in told.stdout.splitlines()]
    ours = [[f"{row[4] // 10**9}.{row[4] % 10**9:09}", str(len(row[1])), str(row[3])] for row in read(path)[0]]
    timed = [(mine, theirs) for mine, theirs in zip(ours, expected, strict=True) if theirs[0]]
    assert [mine for mine, _ in timed] == [theirs for _, theirs in timed]
    assert [mine[1:] for mine in ours] == [theirs[1:] for theirs in expected]
