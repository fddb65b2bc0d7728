"""sane-airscan through `wsdtrace proxy` to the virtual scanner: it saves the pages that it saves without it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.scanner.driver import Scanned, needs_driver, scanimage
from tests.scanner.judge import SCANS, unexplained
from wsdtrace.pipeline import check_file
from wsdtrace.report.trace import Trace
from wsdtrace.scanner.persona import read_persona
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread

pytestmark = [pytest.mark.driver, needs_driver]

FEED = ("--source", "ADF", "--resolution", "75", "--batch")
DUPLEX = ("--source", "ADF Duplex", "--resolution", "75", "--batch")


class Between:
    """A run of `wsdtrace proxy` beside the test."""

    def __init__(self, process: subprocess.Popen[str], record: Path) -> None:
        self._process = process
        self._record = record
        self.said = ""
        assert process.stdout is not None
        found = re.search(r"(http://\S+) stands for", process.stdout.readline())
        assert found is not None
        self.url = found[1]

    def end(self) -> Trace:
        """Interrupt it; the verdict on its record."""
        self._process.send_signal(signal.SIGINT)
        self.said, _ = self._process.communicate(timeout=60)
        return check_file(str(self._record))


@contextmanager
def proxied(device: str, record: Path, *options: str) -> Iterator[Between]:
    """The proxy before a device."""
    command = [sys.executable, "-u", "-m", "wsdtrace", "proxy", "--device", device, "-w", str(record), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Between(process, record)
        finally:
            process.kill()


def pixels(done: Scanned) -> list[bytes]:
    return [page.tobytes() for page in done.pages]


@pytest.mark.parametrize(
    ("host", "arguments", "pages"),
    [
        pytest.param("127.0.0.1", ("--source", "Flatbed", "--resolution", "75"), 1, id="flatbed"),
        pytest.param("127.0.0.1", FEED, 3, id="three-page feed"),
        pytest.param("127.0.0.1", DUPLEX, 6, id="both sides"),
        pytest.param("::1", FEED, 3, id="three-page feed over IPv6"),
    ],
)
def test_the_pages_are_the_same_with_and_without_the_proxy(
    tmp_path: Path, host: str, arguments: tuple[str, ...], pages: int
) -> None:
    with ScannerThread(VirtualScanner(host=host)) as scanner:
        direct = scanimage(scanner.url, *arguments)
        with proxied(scanner.url, tmp_path / "r.pcapng", "--listen", host) as between:
            through = scanimage(between.url, *arguments)
            trace = between.end()
    assert len(direct.pages) == pages
    assert (through.code, through.said, pixels(through)) == (direct.code, direct.said, pixels(direct))
    [job] = trace.jobs
    assert (job.outcome.value, len(job.images)) == ("completed", pages)
    ours = [x for x in trace.exchanges if x.copy_of is None]
    assert [x.copy_of for x in trace.exchanges if x.copy_of is not None] == ours
    assert unexplained(trace, set()) == []
    assert "no errors, no warnings" in between.said


@pytest.mark.parametrize("arguments", [("--resolution", "75"), FEED], ids=["flatbed", "feeder"])
def test_ctrl_c_cancels_the_job_behind_the_proxy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    slow = read_persona("summary = 'slow'\n[device]\npage_s = 5", "slow", "slow.toml")
    with (
        ScannerThread(VirtualScanner(slow)) as scanner,
        proxied(scanner.url, tmp_path / "r.pcapng") as between,
    ):
        done = scanimage(between.url, *arguments, interrupt_at=SCANS)
        trace = between.end()
        assert not scanner.call(lambda: scanner.scanner.device.is_busy)
    assert (done.pages, trace.jobs[0].outcome.value) == ([], "canceled")
    assert unexplained(trace, set()) == []
