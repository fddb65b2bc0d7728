"""`wsdtrace scanner client`: saves the pages that come, misbehaves as it is told, waits for a press."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.command import run
from wsdtrace.pipeline import check_file
from wsdtrace.scanner.images import Mark, read_mark
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread


@pytest.fixture
def scanner() -> Iterator[ScannerThread]:
    with ScannerThread(VirtualScanner()) as running:
        yield running


def test_it_saves_the_pages_and_replaces_nothing(scanner: ScannerThread, tmp_path: Path) -> None:
    arguments = ("scanner", "client", scanner.url, "--source", "ADF", "--dpi", "75", "-o", tmp_path / "pages")
    done = run(*arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "3 pages, then ClientErrorNoImagesAvailable"
    saved = sorted((tmp_path / "pages").iterdir())
    assert [path.name for path in saved] == ["page-0001.jpg", "page-0002.jpg", "page-0003.jpg"]
    assert [read_mark(Image.open(path)) for path in saved] == [Mark(1), Mark(2), Mark(3)]
    again = run(*arguments)
    assert again.code == 2
    assert "cannot be written: File exists" in again.err


@pytest.mark.parametrize(
    ("options", "code", "found"),
    [
        pytest.param((), 0, set(), id="good manners"),
        pytest.param(("--leave-after", "1"), 0, {"WSD602"}, id="it leaves its job"),
        pytest.param(("--cancel-after", "1"), 0, set(), id="it cancels"),
        pytest.param(("--cancel-after", "1", "--ask-after-cancel"), 0, {"WSD612"}, id="it asks after its cancel"),
        pytest.param(("--wrong-token",), 1, {"WSD610"}, id="it shows another token"),
    ],
)
def test_its_manners_are_in_the_capture(
    scanner: ScannerThread, tmp_path: Path, options: tuple[str, ...], code: int, found: set[str]
) -> None:
    record = tmp_path / "c.pcapng"
    done = run("scanner", "client", scanner.url, "--source", "ADF", "--dpi", "75", "-w", record, *options)
    assert (done.code, done.err) == (code, "")
    assert f"next: wsdtrace check {record}" in done.out
    trace = check_file(str(record))
    assert {f.code for f in trace.findings} - {"WSD330", "WSD904"} == found


def test_it_waits_for_a_press_and_ends_its_subscription(tmp_path: Path) -> None:
    record = tmp_path / "c.pcapng"
    device = VirtualScanner()

    def eager(operation: str, *_: object) -> None:
        if operation == "Subscribe":
            device.device.panel.press()

    device.on_exchange = eager
    with ScannerThread(device) as scanner:
        done = run("scanner", "client", scanner.url, "--push", "--dpi", "75", "-w", record)
    assert (done.code, done.err) == (0, "")
    assert "waiting for somebody to choose 'Scan to wsdtrace'" in done.out
    assert next(line.split()[1] for line in done.out.splitlines() if line.endswith("event")) == "ScanAvailableEvent"
    trace = check_file(str(record))
    assert trace.subscriptions[0].ended_by == "Unsubscribe"
    assert [f.message for f in trace.findings if f.is_cause and f.severity.value != "info"] == []


@pytest.mark.parametrize(
    ("url", "options", "problem"),
    [
        pytest.param("http://127.0.0.1:1/scan", (), "no scanner answers there: connection refused", id="nobody there"),
        pytest.param("nonsense", (), "no scanner answers there", id="no URL"),
        pytest.param("http://127.0.0.1:1/", ("-w", "/nowhere/x"), "cannot be written", id="no place for the record"),
    ],
)
def test_what_cannot_be_is_told(url: str, options: tuple[str, ...], problem: str) -> None:
    done = run("scanner", "client", url, *options)
    assert done.code == 2
    assert problem in done.err


def test_no_page_ends_with_one() -> None:
    with ScannerThread(VirtualScanner("operation-failed")) as scanner:
        done = run("scanner", "client", scanner.url)
    assert (done.code, done.out.splitlines()[-1]) == (1, "0 pages, then OperationFailed")
