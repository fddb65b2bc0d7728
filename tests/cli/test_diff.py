"""`wsdtrace diff`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.shared import CAPTURES

ADF = str(CAPTURES / "adf-3-pages" / "capture.pcap")
FLATBED = str(CAPTURES / "clean-flatbed" / "capture.pcap")


def test_a_capture_and_itself(wsdtrace: Run) -> None:
    ran = wsdtrace("diff", ADF, ADF)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("They do nothing differently.\n")


def test_two_captures_differ(wsdtrace: Run) -> None:
    ran = wsdtrace("diff", ADF, FLATBED)
    assert (ran.code, ran.err) == (1, "")
    assert "job 1: DocumentParameters/InputSource   where the original is\n    A  ADF\n    B  Platen\n" in ran.out


def test_json_and_a_page(wsdtrace: Run, tmp_path: Path) -> None:
    report = json.loads(wsdtrace("diff", ADF, FLATBED, "--format", "json").out)
    assert (report["a"], report["b"]) == (ADF, FLATBED)
    assert report["differences"]
    page = tmp_path / "diff.html"
    ran = wsdtrace("diff", ADF, FLATBED, "--format", "html", "-o", str(page))
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param((ADF, "absent.pcap"), 3, "absent.pcap: no such file", id="not there"),
        pytest.param(("-", "-"), 2, "standard input (-) is named more than once", id="standard input twice"),
        pytest.param((ADF, FLATBED, "-o", ADF), 2, "is an input; it is not overwritten", id="onto an input"),
        pytest.param((ADF, FLATBED, "-o", "/nowhere/x"), 2, "cannot be written", id="no such folder"),
    ],
)
def test_what_cannot_be_done_is_told(wsdtrace: Run, arguments: tuple[str, ...], code: int, says: str) -> None:
    ran = wsdtrace("diff", *arguments)
    assert ran.code == code
    assert says in ran.err
