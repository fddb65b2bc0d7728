"""`wsdtrace proxy` as its user runs it; with a real driver where one is installed."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import run
from tests.proxy.device import device, recorded
from tests.shared import CAPTURES
from wsdtrace.capture import open_capture
from wsdtrace.capture.notes import notes_of
from wsdtrace.pipeline import check_file
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread

WSDTRACE = [sys.executable, "-m", "wsdtrace"]
needs_driver = pytest.mark.skipif(shutil.which("scanimage") is None, reason="scanimage (sane-utils) is not installed")
ASK = "import os, urllib.request as u; print(u.urlopen(u.Request(os.environ['WSDTRACE_URL'], b'<a/>')).status)"


@contextmanager
def served(case: str) -> Iterator[str]:
    """A recorded device in a thread of its own; gives its URL."""
    import asyncio  # noqa: PLC0415 - beside the loop of the thread

    ready, url, loops, done = threading.Event(), [""], [], []

    async def main() -> None:
        stop = asyncio.Event()
        loops.append(asyncio.get_running_loop())
        done.append(stop)
        async with device(CAPTURES / case / "capture.pcap") as made:
            url[0] = made.url
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert ready.wait(10)
    try:
        yield url[0]
    finally:
        loops[0].call_soon_threadsafe(done[0].set)
        thread.join(10)


def test_a_url_is_needed_and_told() -> None:
    done = run("proxy", "--device", "nonsense")
    assert done.code == 2
    assert "expected a URL such as http://" in done.err


def test_a_record_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    done = run("proxy", "--device", "http://127.0.0.1:9/", "-w", tmp_path / "no" / "r.pcapng")
    assert done.code == 2
    assert "cannot be written" in done.err


def test_an_unknown_rule_is_told_before_anything_happens() -> None:
    assert run("proxy", "--device", "http://127.0.0.1:9/", "--select", "XYZ").code == 2


def test_a_command_without_wsd_ends_with_five(tmp_path: Path) -> None:
    done = subprocess.run(
        [*WSDTRACE, "proxy", "--device", "http://127.0.0.1:9/", "--", sys.executable, "-c", "pass"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 5
    assert "ended with 0" in done.stdout


def test_an_interrupt_finishes_the_record_and_gives_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "r.pcapng"
    with served("clean-flatbed") as url:
        process = subprocess.Popen(
            [*WSDTRACE, "proxy", "--device", url, "-w", str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "stands for" in first
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "nothing to judge" in rest
    assert check_file(str(path)).input.frames == 1


def test_each_exchange_that_ended_is_in_the_record_after_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "r.pcapng"
    with served("clean-flatbed") as url:
        command = [*WSDTRACE, "proxy", "--device", url, "--allow", "10.77.0.2", "-w", str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        port = int(process.stdout.readline().split()[1].split(":")[2].split("/")[0])
        for _, request, _ in recorded(CAPTURES / "clean-flatbed" / "capture.pcap"):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(request)
                while connection.recv(65_536):
                    continue
        process.kill()
        process.communicate()
    answered = [x.operation for x in check_file(str(path)).exchanges if x.copy_of is None and x.response is not None]
    assert answered[:3] == ["GetScannerElements", "GetScannerElements", "CreateScanJob"]  # the last may be on its way


def test_ending_the_proxy_ends_its_command_and_gives_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "r.pcapng"
    forever = "import os, signal; print('pid', os.getpid(), flush=True); signal.pause()"
    with served("clean-flatbed") as url:
        command = [*WSDTRACE, "proxy", "--device", url, "-w", str(path), "--", sys.executable, "-c", forever]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        pid = int(next(line for line in process.stdout if line.startswith("pid ")).split()[1])
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert "nothing to judge" in rest
    with open_capture(str(path)) as source:
        assert [note["note"] for batch in source.batches() for note in notes_of(batch)][-1] == "end"


@needs_driver
@pytest.mark.driver
@pytest.mark.parametrize(("case", "source", "pages"), [("clean-flatbed", "Flatbed", 1), ("adf-3-pages", "ADF", 3)])
def test_a_real_driver_scans_the_same_pages_with_and_without_the_proxy(
    tmp_path: Path, case: str, source: str, pages: int
) -> None:
    def scan(folder: Path, name: str) -> list[str]:
        return ["scanimage", "-d", f"airscan:w0:{name}", "--source", source, "--format=pnm",
                f"--batch={folder}/%d.pnm", *(["--batch-count=1"] if source == "Flatbed" else [])]  # fmt: skip

    def digests(folder: Path) -> list[str]:
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.pnm"))]

    direct, through, record = tmp_path / "direct", tmp_path / "through", tmp_path / "r.pcapng"
    direct.mkdir()
    through.mkdir()
    with served(case) as url:
        (tmp_path / "dll.conf").write_text("airscan\n")
        (tmp_path / "airscan.conf").write_text(f'[devices]\n"x" = {url}, WSD\n[options]\ndiscovery = disable\n')
        environment = {**os.environ, "SANE_CONFIG_DIR": str(tmp_path)}
        subprocess.run(scan(direct, "x"), env=environment, check=False, capture_output=True, timeout=60)
    with served(case) as url:
        command = [*WSDTRACE, "proxy", "--device", url, "-w", str(record), "--", *scan(through, "wsdtrace")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(digests(direct)) == pages
    assert digests(through) == digests(direct)
    trace = check_file(str(record))
    assert len(trace.jobs) == 1
    assert len(trace.images) == pages


@needs_driver
@pytest.mark.driver
@pytest.mark.parametrize(
    ("fault", "driver"),
    [
        pytest.param("RetrieveImage#1:delay=0.3", 0, id="delay: it waits"),
        pytest.param("RetrieveImage#1:drop=before", 9, id="drop before: I/O error"),
        pytest.param("RetrieveImage#1:drop=middle", 9, id="drop in the middle: I/O error"),
        pytest.param("RetrieveImage#1:drop=3000", 9, id="drop after bytes: I/O error"),
        pytest.param("CreateScanJob:fault=ServerErrorNotAcceptingJobs", 7, id="fault: out of documents, after a retry"),
        pytest.param("CreateScanJob:status=503", 9, id="status: I/O error"),
        pytest.param("RetrieveImage#1:truncate=2000", 9, id="truncated page"),
        pytest.param("RetrieveImage#1:corrupt=500", 9, id="corrupt page"),
        pytest.param("GetScannerElements:corrupt", 1, id="broken XML: it does not open the device"),
        pytest.param("RetrieveImage:relates-to", 0, id="wrong RelatesTo: it does not care"),
        pytest.param("RetrieveImage#1:stale-token", 9, id="stale token"),
    ],
)
def test_what_a_real_driver_does_about_each_fault_and_that_nobody_is_blamed(
    tmp_path: Path, fault: str, driver: int
) -> None:
    pages = ["scanimage", "-d", "airscan:w0:wsdtrace", "--source", "ADF", "--resolution", "75", "--format=pnm"]
    with ScannerThread(VirtualScanner()) as scanner:
        command = [
            *WSDTRACE,
            "proxy",
            "--device",
            scanner.url,
            "--fault",
            fault,
            "--",
            *pages,
            f"--batch={tmp_path}/%d.pnm",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert f"scanimage ended with {driver}" in done.stdout, done.stdout
    assert (
        f"the proxy injected {fault.partition(':')[2]} into {fault.partition(':')[0].partition('#')[0]}" in done.stdout
    )
    assert "injected: " in done.stdout
    assert done.returncode == 0, done.stdout
