"""`wsdtrace live` and `check --follow`: findings as they happen, the record, the verdict."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest

from tests import command
from wsdtrace import scenario
from wsdtrace.capture import open_capture_bytes
from wsdtrace.capture.live import Watch
from wsdtrace.capture.ring import RecordWriter
from wsdtrace.cli.live import LATENESS_NS, watched
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.page import Look
from wsdtrace.report.trace import Trace
from wsdtrace.scanner.client import Client
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread

SECOND = 1_000_000_000
ORPHANED = "CreateScanJob source=ADF -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image\nend"
FAULTY = "GetScannerElements -> ok\n< replace RelatesTo RelatedTo\nGetScannerElements -> ok"


class Silence:
    """A watch whose frames are there at once; then nothing comes until it is stopped, while a clock goes on."""

    def __init__(self, data: bytes, until_ns: int, on_silence: Callable[[], None] = lambda: None) -> None:
        self.source = open_capture_bytes(data, "eth0")
        with open_capture_bytes(data, "eth0") as again:
            list(again.batches())
            self.now_ns = again.last_time_ns or 0
        self._until_ns = self.now_ns + until_ns
        self._on_silence = on_silence
        self._waits = 0
        self.stopped = False

    def watch(self) -> Watch:
        return Watch(self.source, self._wait, self._stop, lambda: None)

    def _wait(self, seconds: float) -> bool:
        self._waits += 1
        if self._waits == 1 or self.stopped:
            return True
        self.now_ns += SECOND
        self._on_silence()
        if self.now_ns >= self._until_ns:
            self.stopped = True
        return self.stopped

    def _stop(self) -> None:
        self.stopped = True


def run(silence: Silence, look: Look | None = None, writer: RecordWriter | None = None) -> Trace:
    with silence.watch() as watch:
        return watched(watch, Options(), look, writer=writer, now_ns=lambda: silence.now_ns)


def test_a_timer_fires_at_its_deadline_without_a_frame(capsys: pytest.CaptureFixture[str]) -> None:
    data = scenario.capture(ORPHANED)
    run(Silence(data, 50 * SECOND), Look())
    assert "silent" not in capsys.readouterr().out
    silence = Silence(data, 64 * SECOND + LATENESS_NS)
    run(silence, Look())
    told = "… job 1: silent for 60 s; WSD601 if nobody comes back for it"
    assert capsys.readouterr().out.splitlines().count(told) == 1


def test_an_old_file_is_not_judged_by_the_clock_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    silence = Silence(scenario.capture(ORPHANED), 400 * 86_400 * SECOND)
    silence.now_ns += 300 * 86_400 * SECOND
    silence._until_ns = silence.now_ns + 100 * SECOND
    run(silence, Look())
    assert "silent" not in capsys.readouterr().out


def test_the_record_gives_the_same_findings(tmp_path: Path) -> None:
    data = scenario.capture(FAULTY)
    with RecordWriter(str(tmp_path / "scan.pcapng"), "eth0") as writer:
        seen = run(Silence(data, SECOND), writer=writer)
    again = check_file(str(tmp_path / "scan.pcapng"))
    assert seen.findings
    assert [(f.code, f.message, f.stamps) for f in seen.findings] == [
        (f.code, f.message, f.stamps) for f in again.findings
    ]


def test_the_first_interrupt_stops_the_delivery_and_the_verdict_is_told() -> None:
    silence = Silence(scenario.capture(ORPHANED), 10**6 * SECOND, lambda: os.kill(os.getpid(), signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)
    assert run(silence).jobs
    assert silence.stopped
    assert signal.getsignal(signal.SIGINT) is before


def test_secrets_are_not_told_as_they_happen(capsys: pytest.CaptureFixture[str]) -> None:
    text = "CreateScanJob -> JobId=1 JobToken=secret-token\nRetrieveImage JobId=1 JobToken=other-token -> image"
    run(Silence(scenario.capture(text), SECOND), Look())
    out = capsys.readouterr().out
    assert "WSD" in out
    assert "secret-token" not in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["live", "-i", "lo", "--ring-size", "1"], "--ring-size needs -w FILE"),
        (["live", "-i", "lo", "-w", "x", "--ring-files", "2"], "--ring-files needs --ring-size"),
        (["check", "--follow", "a", "b"], "--follow takes one FILE"),
    ],
)
def test_options_that_make_no_sense_are_told(arguments: list[str], told: str) -> None:
    done = command.run(*arguments)
    assert done.code == 2
    assert told in done.err


def test_a_file_is_followed_until_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "scan.pcapng"
    path.write_bytes(scenario.capture(FAULTY))
    following = [sys.executable, "-m", "wsdtrace", "check", "--follow", str(path), "--select", "WSD3"]
    with subprocess.Popen(following, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert "WSD3" in first
    assert "rules applied" in rest
    assert process.returncode == command.run("check", path, "--select", "WSD3").code


def may_record() -> bool:
    """This user may record the loopback interface."""
    if which("dumpcap") is None and which("tcpdump") is None:
        return False
    tried = subprocess.run(
        [sys.executable, "-m", "wsdtrace", "live", "-i", "lo", "--seconds", "0.1"], capture_output=True, check=False
    )
    return tried.returncode == 5  # nothing of WSD in it


@pytest.mark.slow
@pytest.mark.parametrize("killed", [False, True], ids=["interrupted", "killed"])
def test_a_scan_over_loopback_is_judged_live_as_its_record_is(tmp_path: Path, killed: bool) -> None:
    if not may_record():
        pytest.skip("lo may not be recorded by this user, or neither dumpcap nor tcpdump is installed")
    path = tmp_path / "scan.pcapng"

    async def scan(url: str) -> None:
        async with Client(url) as client:
            await client.scan()

    with ScannerThread(VirtualScanner("well-behaved")) as scanner:
        port = scanner.url.split(":")[2].partition("/")[0]
        options = ["-i", "lo", "-f", f"tcp port {port}", "-w", str(path), "-v"]
        watching = [sys.executable, "-m", "wsdtrace", "live", *options]
        with subprocess.Popen(watching, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert "recording lo" in process.stderr.readline()
            try:
                asyncio.run(scan(scanner.url))
                wait_for_frames(path, 10)
            finally:
                process.send_signal(signal.SIGKILL if killed else signal.SIGINT)
            told = process.stdout.read()
    done = command.run("check", "--format", "json", path)
    report = json.loads(done.out)
    assert report["input"]["frames"] >= 10
    assert "WSD007" not in {finding["code"] for finding in report["findings"]}, "the record is cut"
    if not killed:
        assert process.returncode == done.code == 0
        assert len(report["images"]) == 1
        # Behind the findings as they happened comes the report, with another name, width, and proposals for a file.
        expected = command.run("check", "-v", path).out.partition("\nnext:")[0].split("\n", 1)[1]
        assert " ".join(expected.split()) in " ".join(told.split())


def wait_for_frames(path: Path, count: int) -> None:
    """Until the record holds so many frames and grows no more; the recorder delivers in its own time."""
    size, still = -1, 0
    for _ in range(200):
        now = path.stat().st_size if path.exists() else 0
        still = still + 1 if now == size and now > count * 100 else 0
        if still >= 3:
            return
        size = now
        subprocess.run(["sleep", "0.2"], check=True)
    raise AssertionError("nothing was recorded")
