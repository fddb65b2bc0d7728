"""The record of frames: one file, or a ring."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture.blocks import enhanced, interface, section
from tests.capture.test_source import rows
from wsdtrace.capture import open_capture, open_capture_bytes, open_joined
from wsdtrace.capture.ring import RecordWriter
from wsdtrace.errors import OutputError

T = 1_700_000_000_000_000
FRAMES = section() + interface() + interface(link_type=276) + b"".join(
    enhanced(T + i, bytes([i]) * (60 + i), number=i % 7 == 0, wire=500) for i in range(100)
)  # fmt: skip


def wanted() -> list[tuple[object, ...]]:
    with open_capture_bytes(FRAMES, "made") as source:
        return [(row[1], row[3], row[4], row[6]) for batch in source.batches() for row in rows(batch)]


def write(path: Path, file_bytes: int | None = None, files: int | None = None) -> list[Path]:
    with (
        RecordWriter(str(path), "eth0", file_bytes=file_bytes, files=files) as writer,
        open_capture_bytes(FRAMES, "made", window_bytes=4096) as source,
    ):
        for batch in source.batches():
            writer.write(batch)
        return list(writer.paths)


def test_one_file_has_all_frames_as_they_were(tmp_path: Path) -> None:
    assert write(tmp_path / "scan.pcapng") == [tmp_path / "scan.pcapng"]
    with open_capture(tmp_path / "scan.pcapng") as source:
        assert [(row[1], row[3], row[4], row[6]) for batch in source.batches() for row in rows(batch)] == wanted()


def test_the_files_of_a_ring_are_readable_and_together_the_whole(tmp_path: Path) -> None:
    paths = write(tmp_path / "scan", 2000)
    assert [path.name for path in paths[:2]] == ["scan_00001.pcapng", "scan_00002.pcapng"]
    assert all(path.stat().st_size < 2300 for path in paths)
    with open_joined(paths) as source:
        assert [(row[1], row[3], row[4], row[6]) for batch in source.batches() for row in rows(batch)] == wanted()


def test_a_ring_keeps_the_newest_files(tmp_path: Path) -> None:
    paths = write(tmp_path / "scan.pcapng", 2000, 3)
    assert len(paths) == 3
    assert sorted(tmp_path.iterdir()) == paths
    assert paths[-1].name > "scan_00004.pcapng"


def test_a_record_without_frames_is_a_capture(tmp_path: Path) -> None:
    with RecordWriter(str(tmp_path / "scan.pcapng"), "lo") as writer:
        writer.begin([1])
    with open_capture(tmp_path / "scan.pcapng") as source:
        assert list(source.batches()) == []
        assert source.link_types == ["ETHERNET"]


def test_a_record_is_readable_at_every_moment(tmp_path: Path) -> None:
    path = tmp_path / "scan.pcapng"
    with RecordWriter(str(path), "lo") as writer, open_capture_bytes(FRAMES, "made", window_bytes=4096) as source:
        count = 0
        for batch in source.batches():
            writer.write(batch)
            count += len(batch)
            with open_capture(path) as so_far:
                assert sum(len(part) for part in so_far.batches()) == count


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "none" / "scan.pcapng")
    with pytest.raises(OutputError, match="cannot be written"):
        RecordWriter(str(tmp_path), "lo").begin([1])
