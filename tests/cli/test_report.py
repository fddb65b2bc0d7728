"""`wsdtrace report`."""

import gzip
import hashlib
from pathlib import Path

import pytest

from tests.command import run
from tests.report.htmlreport.pages import checked
from tests.shared import CAPTURES
from wsdtrace.cli.exits import Exit

ORPHANED = CAPTURES / "orphaned-job" / "capture.pcapng"


def test_one_file_appears(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    done = run("report", ORPHANED, "-o", target)
    assert (done.code, done.out, done.err) == (Exit.OK, "", "")
    root = checked(target.read_text())
    assert hashlib.sha256(ORPHANED.read_bytes()).hexdigest() in target.read_text()
    assert root.xpath("//img[starts-with(@src, 'data:image/jpeg')]")


def test_standard_output_takes_it_too() -> None:
    done = run("report", ORPHANED, "--images", "none")
    assert done.out.startswith("<!doctype html>\n")
    assert "<img" not in done.out


def test_full_pictures_are_larger_than_small_ones() -> None:
    full, thumb = (len(run("report", ORPHANED, "--images", mode).out) for mode in ("full", "thumb"))
    assert full > thumb + 30_000


def test_an_issue_is_redacted_unless_told() -> None:
    private = run("report", ORPHANED, "--format", "markdown").out
    assert "```mermaid" in private
    assert "192.0.2" not in private
    assert "192.0.2" in run("report", ORPHANED, "--format", "markdown", "--no-redact").out


def test_a_page_is_redacted_when_told() -> None:
    assert "192.0.2" in run("report", ORPHANED).out
    assert "192.0.2" not in run("report", ORPHANED, "--redact").out


def test_rules_can_be_selected() -> None:
    out = run("report", ORPHANED, "--select", "WSD6", "--format", "markdown").out
    assert "WSD601" in out
    assert "WSD207" not in out
    assert run("report", ORPHANED, "--select", "WSD6O1").code == Exit.USAGE


def test_a_compressed_capture_has_its_pages(tmp_path: Path) -> None:
    packed = tmp_path / "capture.pcapng.gz"
    packed.write_bytes(gzip.compress(ORPHANED.read_bytes()))
    assert "data:image/jpeg" in run("report", packed).out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["missing.pcap"], Exit.UNREADABLE, "no such file"),
        ([ORPHANED, "--redact", "--show-secrets"], Exit.USAGE, "exclude each other"),
        ([ORPHANED, "--format", "markdown", "--show-secrets"], Exit.USAGE, "--no-redact"),
        ([ORPHANED, "-o", "."], Exit.USAGE, "it is a directory"),
        ([ORPHANED, "-o", ORPHANED], Exit.USAGE, "it is not overwritten"),
        ([ORPHANED, "-o", "no/such/folder/report.html"], Exit.USAGE, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str | Path], code: int, words: str) -> None:
    done = run("report", *arguments)
    assert done.code == code
    assert words in done.err
    assert done.err.count("\n") == 1


def test_a_file_that_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(b"hello")
    target = tmp_path / "report.html"
    assert run("report", path, "-o", target).code == Exit.UNREADABLE
    assert not target.exists()


def test_several_files_are_one_with_join(tmp_path: Path) -> None:
    capture = CAPTURES / "adf-3-pages" / "capture.pcap"
    done = run("report", ORPHANED, capture, "--join", "--images", "none")
    assert (done.code, done.err) == (Exit.OK, "")
    assert "+ 1 more" in done.out
    alone = run("report", ORPHANED, capture)
    assert (alone.code, alone.out) == (Exit.USAGE, "")
    assert "--join" in alone.err
