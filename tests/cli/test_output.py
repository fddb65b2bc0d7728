"""Files that appear whole or not at all."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from wsdtrace.cli.output import give_name, sink, whole_file
from wsdtrace.errors import OutputError


def _write_and_raise(file: BinaryIO, reason: BaseException) -> None:
    file.write(b"new")
    raise reason


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    with whole_file(str(target)) as file:
        file.write(b"abc")
        file.flush()
        assert not target.exists()
    assert target.read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["out.json"]


@pytest.mark.parametrize("reason", [KeyboardInterrupt(), ValueError(), BrokenPipeError()])
def test_nothing_is_left_behind_and_nothing_is_lost(tmp_path: Path, reason: BaseException) -> None:
    target = tmp_path / "out.json"
    target.write_bytes(b"old")
    with pytest.raises(type(reason)), whole_file(str(target)) as file:
        _write_and_raise(file, reason)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.json"]


def test_permissions_stay_and_new_files_follow_the_mask(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    old.chmod(0o640)
    mask = os.umask(0o027)
    try:
        for target in (old, new):
            with whole_file(str(target)) as file:
                file.write(b"x")
    finally:
        os.umask(mask)
    assert [stat.S_IMODE(p.stat().st_mode) for p in (old, new)] == [0o640, 0o640]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with whole_file(str(tmp_path / "link")) as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_device_is_written_to() -> None:
    with whole_file("/dev/null") as file:
        file.write(b"x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_file_that_is_there_is_not_replaced_unless_told(tmp_path: Path) -> None:
    target = tmp_path / "page.jpg"
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match="is there already"), whole_file(str(target), replace=False):
        pytest.fail("it was opened")
    assert target.read_bytes() == b"old"


def test_a_file_that_came_in_the_meantime_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "page.jpg"
    with pytest.raises(OutputError, match="is there already"), whole_file(str(target), replace=False):
        target.write_bytes(b"theirs")
    assert target.read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["page.jpg"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("no/such/folder/x", "No such file or directory", id="no folder"),
        pytest.param(".", "it is a directory", id="a folder"),
        pytest.param("file/x", "Not a directory", id="a file as a folder"),
        pytest.param("x" * 300, "File name too long", id="a name too long"),
    ],
)
def test_what_cannot_be_written_is_told_with_its_reason(tmp_path: Path, path: str, told: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=told), whole_file(str(tmp_path / path)):
        pytest.fail("it was opened")


def test_a_file_gets_its_name_with_the_permissions_of_one_that_was_written_there(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"old")
    old.chmod(0o640)
    mask = os.umask(0o027)
    try:
        for target in (old, new):
            (tmp_path / "copy").write_bytes(b"page")
            (tmp_path / "copy").chmod(0o600)
            assert give_name(str(tmp_path / "copy"), str(target), replace=True)
    finally:
        os.umask(mask)
    assert [stat.S_IMODE(p.stat().st_mode) for p in (old, new)] == [0o640, 0o640]
    assert [p.read_bytes() for p in (old, new)] == [b"page", b"page"]


def test_a_file_that_is_there_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"new")
    target = tmp_path / "page.jpg"
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"page\.jpg: is there already \(--force replaces it\)"):
        give_name(str(tmp_path / "copy"), str(target), replace=False)
    assert target.read_bytes() == b"old"


def test_a_name_is_given_only_in_the_same_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(b"page")
    assert not give_name(str(copy), "/dev/null", replace=True)

    def refuse(*_: str) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    assert not give_name(str(copy), str(tmp_path / "page"), replace=False)
    assert copy.read_bytes() == b"page"


def test_an_input_is_never_overwritten(tmp_path: Path) -> None:
    capture = tmp_path / "x.pcap"
    capture.write_bytes(b"precious")
    (tmp_path / "other").symlink_to(capture)
    with pytest.raises(OutputError, match="is an input"), sink(str(tmp_path / "other"), [str(capture)]):
        pytest.fail("it was opened")
    assert capture.read_bytes() == b"precious"


@pytest.mark.parametrize("path", [None, "-"])
def test_without_a_file_it_goes_to_standard_output(capsys: pytest.CaptureFixture[str], path: str | None) -> None:
    with sink(path) as out:
        out.write("├ ü\n")
    assert capsys.readouterr().out == "├ ü\n"


def test_a_sink_writes_utf8(tmp_path: Path) -> None:
    with sink(str(tmp_path / "x")) as out:
        out.write("├ ü \udc80\n")
    assert (tmp_path / "x").read_bytes() == "├ ü \\udc80\n".encode()
