"""Several files as one. The oracle for order and numbers is mergecap."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.capture.blocks import FRAME, enhanced, interface, option, pcap_header, record, section
from tests.capture.test_source import Row, rows
from tests.shared import CAPTURES
from wsdtrace.capture import JoinedSource, open_capture, open_joined
from wsdtrace.capture.join import SPACING
from wsdtrace.errors import CaptureError, CaptureFormatError
from wsdtrace.pipeline import check_file, check_joined, read_image

T = 1_700_000_000


def pcap(path: Path, *times: int) -> Path:
    path.write_bytes(pcap_header() + b"".join(record(t, 0, bytes([t % 256]) * 60) for t in times))
    return path


def read(source: JoinedSource) -> list[Row]:
    return [row for batch in source.batches() for row in rows(batch)]


def ring(folder: Path, case: str, size: int) -> list[Path]:
    """The files of a case in a ring of files with `size` frames each, as editcap writes them."""
    (capture,) = (CAPTURES / case).glob("capture.*")
    subprocess.run(["editcap", "-c", str(size), str(capture), str(folder / "ring.pcapng")], check=True)
    return sorted(folder.glob("ring*"))


def test_files_come_in_the_order_of_their_first_frames(tmp_path: Path) -> None:
    one, other, empty = pcap(tmp_path / "a", 9, 10), pcap(tmp_path / "b", 1, 2), pcap(tmp_path / "c")
    with open_joined([one, empty, other]) as source:
        assert [(row[0], row[4] // 10**9) for row in read(source)] == [(1, 1), (2, 2), (3, 9), (4, 10)]
        assert source.paths == [str(other), str(one), str(empty)]
        assert (source.frames, source.first_time_ns, source.last_time_ns) == (4, 10**9, 10 * 10**9)
        assert source.size == source.file_size == 4 * (16 + 60) + 3 * 24


@pytest.mark.skipif(which("mergecap") is None, reason="mergecap is not installed")
@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), max_size=30), min_size=1, max_size=4), st.booleans())
def test_frames_are_merged_as_mergecap_merges_them(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[int]], ordered: bool
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    # mergecap looks at the times of frames alone, so files whose own times go back are merged otherwise.
    paths = [pcap(folder / f"{i}", *sorted(times)) for i, times in enumerate(files)]
    paths.sort(key=lambda path: (path.stat().st_size == 24, path.read_bytes()[24:28], path.name))
    merged = folder / "merged.pcap"
    subprocess.run(["mergecap", "-F", "nsecpcap", "-w", str(merged), *map(str, paths)], check=True)
    with open_capture(merged) as whole:
        expected = [(row[1], row[4]) for batch in whole.batches() for row in rows(batch)]
    with open_joined(paths, window_bytes=4096) as source:
        assert [(row[1], row[4]) for row in read(source)] == expected


def test_frames_of_a_file_never_change_places(tmp_path: Path) -> None:
    one, other = pcap(tmp_path / "a", 5, 3, 6), pcap(tmp_path / "b", 5, 7)
    with open_joined([one, other]) as source:
        assert [row[4] // 10**9 for row in read(source)] == [5, 3, 5, 6, 7]


@pytest.mark.skipif(which("editcap") is None, reason="editcap is not installed")
@pytest.mark.parametrize("case", ["adf-3-pages", "keep-alive", "discovery-wsdd"])
def test_a_ring_is_judged_like_the_whole(tmp_path: Path, case: str) -> None:
    (whole,) = (CAPTURES / case).glob("capture.*")
    files = [str(path) for path in ring(tmp_path, case, 20)]
    assert len(files) > 3
    expected, trace = check_file(str(whole)), check_joined(files[::-1])
    assert trace.input.files == files
    assert trace.input.frames == expected.input.frames
    assert [(f.code, f.message, f.stamps[0]) for f in trace.findings] == [
        (f.code, f.message, f.stamps[0]) for f in expected.findings
    ]
    pages = [b"".join(read_image(trace, image)) for image in trace.images]
    assert pages == [b"".join(read_image(expected, image)) for image in expected.images]


@pytest.mark.skipif(which("editcap") is None, reason="editcap is not installed")
def test_messages_of_a_ring_are_read_again_with_their_frame_numbers(tmp_path: Path) -> None:
    files = ring(tmp_path, "keep-alive", 10)
    with open_joined(files) as source:
        whole: list[tuple[object, ...]] = [tuple(row) for row in read(source)]
        for number in (1, 11, 37):
            again = [row for batch in source.upto(number) for row in rows(batch)]
            assert again[-1][:2] == whole[number - 1][:2]
        start, end = int(str(whole[15][2])), int(str(whole[42][2]))
        assert start // SPACING < end // SPACING
        shown = [row[:2] for batch in source.window(start, end) for row in rows(batch)]
        assert shown == [row[:2] for row in whole[15:42]]


def test_remarks_and_anomalies_of_all_files_are_told(tmp_path: Path) -> None:
    words = section() + interface(options=option(1, b"one")) + enhanced(T * 10**6)
    (tmp_path / "a").write_bytes(words)
    (tmp_path / "b").write_bytes(section() + interface(link_type=113) + enhanced(T * 10**6, FRAME)[:-9])
    with open_joined([tmp_path / "a", tmp_path / "b"]) as source:
        anomalies = [anomaly.kind for batch in source.batches() for anomaly in batch.anomalies]
        assert anomalies == ["capture_truncated"]
        assert [comment.text for comment in source.remarks.comments] == ["one"]
        assert source.link_types == ["ETHERNET", "LINUX_SLL"]
        assert (source.format, source.seekable) == ("pcapng", True)


def test_one_that_is_no_capture_is_named_and_the_others_are_closed(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"hello")
    with pytest.raises(CaptureFormatError, match="b: not a pcap"):
        open_joined([pcap(tmp_path / "a", 1), tmp_path / "b"])


def test_a_joined_source_is_read_once(tmp_path: Path) -> None:
    with open_joined([pcap(tmp_path / "a", 1)]) as source:
        assert source.path == str(tmp_path / "a")
        read(source)
        with pytest.raises(CaptureError, match="read once"):
            read(source)
