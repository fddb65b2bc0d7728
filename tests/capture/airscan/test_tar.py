"""The archive of a trace, by the standard library's eyes and damaged."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.airscan import archive
from wsdtrace.capture.airscan.tar import members_of

FILES = [("00000000.dat", b"x" * 700), ("00000001.jpeg", b""), ("00000002.png", bytes(512))]


def of(folder: Path, data: bytes) -> dict[str, tuple[int, int]]:
    """Name → size by the header and bytes that are there."""
    path = folder / "a.tar"
    path.write_bytes(data)
    return {name: (member.size, member.there) for name, member in members_of(str(path)).items()}


def test_members_are_those_that_the_standard_library_finds(tmp_path: Path) -> None:
    data = archive(FILES)
    path = tmp_path / "a.tar"
    path.write_bytes(data)
    with tarfile.open(fileobj=io.BytesIO(data)) as known:
        wanted = {info.name: (info.offset_data, info.size) for info in known.getmembers()}
    assert {name: (m.offset, m.size) for name, m in members_of(str(path)).items()} == wanted
    assert {name: data[m.offset : m.offset + m.there] for name, m in members_of(str(path)).items()} == dict(FILES)


@pytest.mark.parametrize(
    ("cut", "there"),
    [
        pytest.param(0, {}, id="empty"),
        pytest.param(511, {}, id="in the first header"),
        pytest.param(512, {"00000000.dat": (700, 0)}, id="behind the first header"),
        pytest.param(1000, {"00000000.dat": (700, 488)}, id="in the first file"),
        pytest.param(1536, {"00000000.dat": (700, 700)}, id="behind the first file"),
    ],
)
def test_of_an_archive_that_is_cut_the_beginning_is_there(
    tmp_path: Path, cut: int, there: dict[str, tuple[int, int]]
) -> None:
    assert of(tmp_path, archive(FILES)[:cut]) == there


def test_an_archive_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert members_of(str(tmp_path / "no.tar")) == {}


@pytest.mark.parametrize("size", [b"-0000000001\0", b"99999999999\0", b"\xff" * 12, b" " * 12])
def test_a_size_that_is_no_octal_number_ends_the_walk(tmp_path: Path, size: bytes) -> None:
    data = bytearray(archive(FILES))
    data[124:136] = size
    assert of(tmp_path, bytes(data)) == {}


def test_a_size_beyond_the_end_is_cut(tmp_path: Path) -> None:
    data = bytearray(archive([("a.dat", b"abc")], end=False))
    data[124:136] = b"77777777777\0"
    assert of(tmp_path, bytes(data)) == {"a.dat": (0o77777777777, 512)}


@given(data=st.binary(max_size=2000), at=st.integers(0, 1500))
def test_any_bytes_are_walked(tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole = archive(FILES)
    mutated = whole[:at] + data + whole[at + len(data) :]
    for size, there in of(folder, mutated).values():
        assert 0 <= there <= size
