"""`wsdtrace live` between two networks: sane-airscan scans from the virtual scanner, and the record is judged as live.

Needs permission to make network namespaces; they are this test's own and hold nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import command
from tests.cli.test_live import wait_for_frames
from tests.scanner.driver import configure, needs_driver
from tests.shared import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.driver, needs_driver]

IP, DUMPCAP = shutil.which("ip"), shutil.which("dumpcap") or shutil.which("tcpdump")
CLIENT, DEVICE = (f"wsdtrace-{os.getpid()}-{side}" for side in ("reads", "scans"))
WSDTRACE = [sys.executable, "-m", "wsdtrace"]
ADDRESS = "10.92.1.1"

Process = subprocess.Popen[str]


def ip(*words: str) -> None:
    assert IP is not None
    subprocess.run([IP, *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def networks() -> Iterator[None]:
    """client ─ device: one link."""
    if IP is None or DUMPCAP is None:
        pytest.skip("ip (iproute2), or dumpcap and tcpdump, are not installed")
    try:
        for name in (CLIENT, DEVICE):
            ip("netns", "add", name)
        ip("link", "add", "c0", "netns", CLIENT, "type", "veth", "peer", "name", "d0", "netns", DEVICE)
        for name, link, address in ((CLIENT, "c0", "10.92.1.2"), (DEVICE, "d0", ADDRESS)):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", link)
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", link, "up")
    except subprocess.CalledProcessError as error:
        for name in (CLIENT, DEVICE):
            subprocess.run([IP, "netns", "del", name], check=False, capture_output=True)
        pytest.skip(f"network namespaces cannot be made here: {error.stderr.decode().strip()}")
    yield
    for name in (CLIENT, DEVICE):
        ip("netns", "del", name)


def inside(name: str, words: list[str], environment: dict[str, str] | None = None) -> Process:
    """A command in a namespace."""
    assert IP is not None
    known = {**(environment or os.environ), "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    words = [IP, "netns", "exec", name, *words]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=known)


def end(process: Process) -> None:
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=30)


@pytest.fixture
def scan(networks: None, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Begins to scan three pages from a scanner on the other network."""
    with ExitStack() as stack:
        scanner = inside(DEVICE, [*WSDTRACE, "scanner", "--listen", f"{ADDRESS}:5357"])
        stack.callback(end, scanner)
        assert scanner.stdout is not None
        url = next(line for line in scanner.stdout if "scan service" in line).split()[-1]
        environment = configure(tmp_path, url=url)
        pages = ["--source", "ADF", "--resolution", "100", f"--batch={tmp_path}/page-%d.png"]

        def begin() -> Process:
            client = inside(CLIENT, ["scanimage", "-d", "airscan:w0:x", "--format=png", *pages], environment)
            stack.callback(end, client)
            return client

        yield begin


def recording(path: Path) -> Process:
    """`live` on the device's side of the link, once it records."""
    live = inside(DEVICE, [*WSDTRACE, "live", "-i", "d0", "-f", "tcp", "-w", str(path), "-v"])
    assert live.stderr is not None
    line = live.stderr.readline()
    assert "recording d0" in line, line + live.stderr.read()
    return live


def test_what_is_found_live_is_what_check_finds_in_the_record(scan: Callable[[], Process], tmp_path: Path) -> None:
    record = tmp_path / "scan.pcapng"
    live = recording(record)
    try:
        _, log = scan().communicate(timeout=120)
        assert "Batch terminated, 3 pages scanned" in log
        wait_for_frames(record, 20)
    finally:
        live.send_signal(signal.SIGINT)
        told, _ = live.communicate(timeout=60)
    report = json.loads(command.run("check", "--format", "json", record).out)
    assert [job["outcome"] for job in report["jobs"]] == ["completed"]
    assert len(report["images"]) == 3
    # Behind the findings as they happened comes the report, with another name, width, and proposals for a file.
    expected = command.run("check", "-v", record).out.partition("\nnext:")[0].split("\n", 1)[1]
    assert " ".join(expected.split()) in " ".join(told.split())
    assert {f["code"] for f in report["findings"]} <= set(told.replace("\n", " ").split())


def test_a_record_that_is_killed_in_the_middle_can_be_read(scan: Callable[[], Process], tmp_path: Path) -> None:
    record = tmp_path / "scan.pcapng"
    live = recording(record)
    try:
        client = scan()
        for _ in range(600):  # until bytes of a page are there
            if record.exists() and record.stat().st_size > 50_000:
                break
            subprocess.run(["sleep", "0.05"], check=True)
    finally:
        live.kill()
        live.communicate(timeout=60)
    client.communicate(timeout=120)
    done = command.run("check", "--format", "json", record)
    report = json.loads(done.out)
    assert report["input"]["frames"] > 10
    assert {exchange["operation"] for exchange in report["exchanges"]} >= {"GetScannerElements", "CreateScanJob"}
    assert "WSD007" not in {finding["code"] for finding in report["findings"]}, "a block is cut"
    counted = subprocess.run(["capinfos", "-Mc", str(record)], capture_output=True, text=True, check=False).stdout
    assert str(report["input"]["frames"]) in counted or shutil.which("capinfos") is None
