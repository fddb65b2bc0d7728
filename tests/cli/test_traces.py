"""Every command reads a trace of sane-airscan: its folder, one of its logs, a folder with several."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.airscan import PAGE, answer, asked, dump, envelope, said, scan_files, scan_log, write_trace
from tests.cli.conftest import Run
from wsdtrace.report.formats import FORMATS

HOSTILE = "\x1b[31m<script>alert(1)</script>|`x`\u202e,=cmd()"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return write_trace(tmp_path / "trace", scan_log(), scan_files())


@pytest.mark.parametrize("name", ["", "scan-Test.log"])
def test_a_trace_is_one_input(wsdtrace: Run, trace: Path, name: str) -> None:
    ran = wsdtrace("check", "--format", "json", str(trace / name))
    report = json.loads(ran.out)
    assert (report["input"]["format"], report["input"]["frames"], report["input"]["first_time"]) == ("airscan", 0, None)
    assert report["input"]["lines"] == scan_log().count("\n")
    assert [job["job_id"] for job in report["jobs"]] == [1]
    assert report["images"][0]["sha256"] == hashlib.sha256(PAGE).hexdigest()
    exchange = report["exchanges"][0]
    assert (exchange["request"]["time"], exchange["request"]["t_s"], exchange["response"]["t_s"]) == (None, 0.01, 0.02)
    for finding in report["findings"]:
        assert finding["frames"] == []
        for locator in finding["locators"]:
            assert (locator["kind"], locator["n"]) == ("log_line", locator["line"])
            assert locator["file"].endswith("scan-Test.log")


def test_a_folder_of_traces_and_captures_is_several(wsdtrace: Run, tmp_path: Path, trace: Path) -> None:
    write_trace(tmp_path / "second", scan_log(), scan_files())
    ran = wsdtrace("check", "--format", "json", str(tmp_path))
    inputs = [json.loads(line)["input"]["path"] for line in ran.out.splitlines()]
    assert inputs == [str(tmp_path / "second"), str(trace)]


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_format_tells_it(wsdtrace: Run, trace: Path, form: str) -> None:
    ran = wsdtrace("check", "--format", form, str(trace))
    assert ran.code == 1
    assert ran.err == ""
    assert "WSD207" in ran.out


def test_concise_names_file_and_line(wsdtrace: Run, trace: Path) -> None:
    first = wsdtrace("check", "--format", "concise", str(trace)).out.splitlines()[0]
    path, line, _ = first.split(":", 2)
    assert path == str(trace / "scan-Test.log")
    assert "CreateScanJobRequest" in (trace / "scan-Test.log").read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize("kind", ["exchanges", "jobs", "images", "devices", "subscriptions", "events", "findings"])
def test_show_lists_it(wsdtrace: Run, trace: Path, kind: str) -> None:
    assert wsdtrace("show", kind, str(trace)).code == 0


def test_show_finds_the_exchange_of_a_line(wsdtrace: Run, trace: Path) -> None:
    line = next(i for i, text in enumerate(scan_log().splitlines(), 1) if "RetrieveImageResponse>" in text)
    ran = wsdtrace("show", "--frame", str(line), str(trace))
    assert ran.code == 0
    assert "RetrieveImage" in ran.out
    assert "no line 9999; it has" in wsdtrace("show", "--frame", "9999", str(trace)).err


@pytest.mark.parametrize("option", [("--exchange", "1"), ("--job", "1")])
def test_show_shows_one_thing_of_it(wsdtrace: Run, trace: Path, option: tuple[str, str]) -> None:
    ran = wsdtrace("show", *option, str(trace))
    assert ran.code == 0
    assert "line " in ran.out


def test_images_saves_its_pages(wsdtrace: Run, trace: Path, tmp_path: Path) -> None:
    ran = wsdtrace("images", str(trace), "-o", str(tmp_path / "pages"))
    assert ran.code == 0
    assert (tmp_path / "pages/job-1-page-1.jpg").read_bytes() == PAGE


def test_a_trace_with_another_protocol_names_it(wsdtrace: Run, tmp_path: Path) -> None:
    url = "http://192.0.2.20/eSCL/ScannerCapabilities"
    log = said("00:00:00.000", "device created") + asked("00:00:00.001", url=url) + dump("", answer("<a/>\n"), url=url)
    ran = wsdtrace("check", str(write_trace(tmp_path, log)))
    assert ran.code == 5
    assert "no WSD traffic; eSCL seen instead" in ran.err


def test_what_the_client_says_of_a_failure_is_told(wsdtrace: Run, tmp_path: Path) -> None:
    ask = envelope("GetScannerElements", "    <sca:GetScannerElementsRequest/>\n")
    log = said("00:00:00.000", "device created") + asked("00:00:01.000") + said("00:00:21.000", "x")
    ran = wsdtrace("check", str(write_trace(tmp_path, log + dump(ask, "Error: timeout\n"))))
    assert "GetScannerElements failed for the client, which says: timeout" in ran.out
    assert "WSD101 request-unanswered   GetScannerElements: no answer for 20.0 s" in ran.out


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_hostile_text_stays_text(wsdtrace: Run, tmp_path: Path, form: str) -> None:
    ask = envelope("GetScannerElements", f"    <sca:{'x' * 20}>{HOSTILE}</sca:{'x' * 20}>\n", message_id=HOSTILE)
    log = said("00:00:00.000", "device created", name=HOSTILE) + asked("00:00:01.000")
    log += dump(ask, f"Error: {HOSTILE}\n") + dump(ask, answer(ask, status=f"500 {HOSTILE}"))
    ran = wsdtrace("check", "--format", form, "-v", str(write_trace(tmp_path, log)))
    assert ran.code in (0, 1)
    assert "\x1b" not in ran.out
    if not form.startswith("json"):  # there it is text of a string
        assert "\u202e" not in ran.out
    if form in ("markdown", "html"):
        assert "<script>alert" not in ran.out  # the page has a script of its own
