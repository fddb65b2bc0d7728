"""`wsdtrace scanner client`: saves the pages that come, misbehaves as it is told, waits for a press."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.command import run
from wsdtrace.cli import client
from wsdtrace.pipeline import check_file
from wsdtrace.scanner.images import Mark, read_mark
from wsdtrace.scanner.persona import Persona, persona, read_persona
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
        pytest.param("nonsense", (), "expected a URL such as http://", id="no URL"),
        pytest.param("https://127.0.0.1/scan", (), "expected a URL such as http://", id="TLS"),
        pytest.param("http://127.0.0.1:99999/scan", (), "expected a URL such as http://", id="no port"),
        pytest.param("http://[::1/scan", (), "expected a URL such as http://", id="a bracket that is not closed"),
        pytest.param("http://127.0.0.1:1/", ("-w", "/nowhere/x"), "cannot be written", id="no place for the record"),
    ],
)
def test_what_cannot_be_is_told(url: str, options: tuple[str, ...], problem: str) -> None:
    done = run("scanner", "client", url, *options)
    assert done.code == 2
    assert problem in done.err


def test_nobody_waits_for_ever(scanner: ScannerThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PRESS_S", 0.01)
    done = run("scanner", "client", scanner.url, "--push")
    assert (done.code, done.out.splitlines()[-1]) == (1, "0 pages, then nobody pressed the button")


def refusing(how: str) -> Persona:
    return read_persona(f"summary = 'x'\n[[answers]]\non = 'CreateScanJob'\n{how}", "x", "x.toml")


@pytest.mark.parametrize(
    ("who", "end"),
    [
        pytest.param(persona("operation-failed"), "OperationFailed", id="a fault"),
        pytest.param(refusing(r"with = '< raw nonsense\r\n\r\n'"), "an answer that is no HTTP: ", id="no HTTP"),
        pytest.param(refusing("answer = 'reset'"), "no answer", id="no answer"),
    ],
)
def test_no_page_ends_with_one_and_keeps_the_capture(tmp_path: Path, who: Persona, end: str) -> None:
    record = tmp_path / "c.pcapng"
    with ScannerThread(VirtualScanner(who)) as scanner:
        done = run("scanner", "client", scanner.url, "-w", record)
    assert (done.code, done.err) == (1, "")
    told, following = done.out.splitlines()[-2:]
    assert told.startswith(f"0 pages, then {end}")
    assert following == f"next: wsdtrace check {record}"
    assert "CreateScanJob" in [exchange.operation for exchange in check_file(str(record)).exchanges]
