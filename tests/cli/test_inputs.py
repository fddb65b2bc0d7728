"""From arguments to captures."""

from pathlib import Path

import pytest

from wsdtrace.cli.inputs import captures_of, is_several, joined_of, refuse_standard_input_twice
from wsdtrace.errors import CaptureError, UsageError


def test_a_directory_means_its_captures_and_those_below_sorted(tmp_path: Path) -> None:
    captures = ["a.PCAPNG", "b.pcap", "g.pcapng.zst", "sub/c.pcap.gz", "sub/deep/d.cap"]
    for name in (*captures[::-1], "notes.txt", "e.gz", "f.pcap.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [str(Path(p).relative_to(tmp_path)) for p in captures_of(str(tmp_path))]
    assert found == captures


def test_a_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    assert captures_of(str(tmp_path / "no-such.txt")) == [str(tmp_path / "no-such.txt")]
    assert captures_of("-") == ["-"]


def test_a_directory_without_captures_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="a directory without captures"):
        captures_of(str(tmp_path))


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    assert captures_of(str(tmp_path)) == [str(tmp_path / "a.pcap")]


def test_all_arguments_together_are_one_input(tmp_path: Path) -> None:
    for name in ("ring/b.pcap", "ring/a.pcap"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    folder = tmp_path / "ring"
    assert joined_of(["x", str(folder)]) == ["x", str(folder / "a.pcap"), str(folder / "b.pcap")]


def test_what_counts_as_several(tmp_path: Path) -> None:
    assert not is_several(["x.pcap"])
    assert not is_several(["-"])
    assert is_several(["x.pcap", "y.pcap"])
    assert is_several([str(tmp_path)])


def test_standard_input_is_read_once() -> None:
    refuse_standard_input_twice(["-", "x"])
    with pytest.raises(UsageError, match="more than once"):
        refuse_standard_input_twice(["-", "x", "-"])
