"""Client and device on networks of their own, the proxy between them: discovery, metadata, scan and push scan, over
IPv4 and IPv6.

Needs permission to make network namespaces; they are this test's own and hold nothing else.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shared import REPOSITORY
from wsdtrace.pipeline import check_file

IP = shutil.which("ip")
NAMES = [f"wsdtrace-{os.getpid()}-{side}" for side in ("client", "proxy", "device")]
CLIENT, PROXY, DEVICE = NAMES
WSDTRACE = [sys.executable, "-m", "wsdtrace"]


def ip(*words: str) -> None:
    assert IP is not None
    subprocess.run([IP, *words], check=True, capture_output=True)


def inside(name: str, command: list[str], **more: object) -> subprocess.Popen[str]:
    """A command in a namespace."""
    assert IP is not None
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    words = [IP, "netns", "exec", name, *command]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment, **more)  # type: ignore[call-overload,no-any-return]  # options of the caller


@pytest.fixture(scope="module")
def networks() -> Iterator[None]:
    """client ─ proxy ─ device: two links, and no way past the proxy."""
    if IP is None:
        pytest.skip("ip (iproute2) is not installed")
    try:
        for name in NAMES:
            ip("netns", "add", name)
        for number, (side, link) in enumerate(((CLIENT, "c0"), (DEVICE, "d0")), 1):
            near = f"p{number}"
            ip("link", "add", link, "netns", side, "type", "veth", "peer", "name", near, "netns", PROXY)
            ip("-n", side, "addr", "add", f"10.91.{number}.1/24", "dev", link)
            ip("-n", PROXY, "addr", "add", f"10.91.{number}.2/24", "dev", near)
            ip("-n", side, "addr", "add", f"fd91:{number}::1/64", "dev", link, "nodad")
            ip("-n", PROXY, "addr", "add", f"fd91:{number}::2/64", "dev", near, "nodad")
            for name, each in ((side, link), (PROXY, near)):
                ip("-n", name, "link", "set", "lo", "up")
                ip("-n", name, "link", "set", each, "up")
    except subprocess.CalledProcessError as error:
        for name in NAMES:
            subprocess.run([IP, "netns", "del", name], check=False, capture_output=True)
        pytest.skip(f"network namespaces cannot be made here: {error.stderr.decode().strip()}")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:  # an IPv6 address is tentative at first (RFC 4862 §5.4)
        shown = subprocess.run([IP, "-n", PROXY, "addr"], check=True, capture_output=True, text=True).stdout
        if "fe80" in shown and "tentative" not in shown:
            break
        time.sleep(0.1)
    yield
    for name in NAMES:
        ip("netns", "del", name)


def first_line(process: subprocess.Popen[str], having: str) -> str:
    """Read on to a line."""
    assert process.stdout is not None
    for line in process.stdout:
        if having in line:
            return line
    raise AssertionError(f"no line with {having!r}")


def end(*processes: subprocess.Popen[str]) -> None:
    """Of those that still run."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


@dataclass(frozen=True)
class Family:
    """Addresses as they stand in a URL."""

    device: str
    near: str
    """The proxy's, on the client's network."""


FOUR, SIX = Family("10.91.2.1", "10.91.1.2"), Family("[fd91:2::1]", "[fd91:1::2]")
families = pytest.mark.parametrize("family", [pytest.param(FOUR, id="IPv4"), pytest.param(SIX, id="IPv6")])


@pytest.mark.slow
@pytest.mark.driver
@pytest.mark.parametrize("way", ["url", "auto"])
@families
def test_a_client_that_sees_only_the_proxy_finds_the_scanner_and_scans(
    networks: None, tmp_path: Path, family: Family, way: str
) -> None:
    record = tmp_path / "r.pcapng"
    with ExitStack() as stack:
        scanner = inside(DEVICE, [*WSDTRACE, "scanner", "--announce", "--listen", f"{family.device}:5357"])
        stack.callback(end, scanner)
        url = first_line(scanner, "scan service").split()[-1]
        device = url if way == "url" else "auto"
        proxy = inside(PROXY, [*WSDTRACE, "proxy", "--device", device, "--listen", "p1", "-w", str(record)])
        stack.callback(end, proxy)
        assert "isolated" in first_line(proxy, "announced on")
        assert first_line(proxy, "stands for").split()[-1].rstrip("/") == url.rstrip("/")
        found = inside(CLIENT, [*WSDTRACE, "discover", "--format", "json", "--capabilities", "--wait", "1"])
        devices = json.loads(found.communicate(timeout=60)[0])["devices"]
        assert len(devices) == 1
        assert devices[0]["name"] == "Virtual scanner"
        assert devices[0]["capabilities"]["formats"]
        port = re.search(r":(\d+)/", devices[0]["scan_url"])
        assert port is not None
        assert family.device.strip("[]") not in devices[0]["scan_url"]
        if shutil.which("scanimage"):
            (tmp_path / "dll.conf").write_text("airscan\n")
            where = f"http://{family.near}:{port[1]}/scan"
            configuration = f'[devices]\n"x" = {where}, WSD\n[options]\ndiscovery = disable\n'
            (tmp_path / "airscan.conf").write_text(configuration)
            pages = ["scanimage", "-d", "airscan:w0:x", "--source", "ADF", "--format=pnm", f"--batch={tmp_path}/%d.pnm"]
            scan = inside(CLIENT, ["env", f"SANE_CONFIG_DIR={tmp_path}", *pages], stderr=subprocess.DEVNULL)
            scan.communicate(timeout=120)
            assert len(list(tmp_path.glob("*.pnm"))) == 3
        proxy.send_signal(signal.SIGINT)
        said = proxy.communicate(timeout=60)[0]
        assert "no errors" in said
    trace = check_file(str(record))
    udp = [x.operation for x in trace.exchanges if x.transport.value == "udp"]
    assert "Hello" in udp
    assert "Probe" in udp
    assert "Bye" in udp
    assert not [f for f in trace.findings if f.is_cause and f.severity.value != "info"]


@pytest.mark.slow
@pytest.mark.driver
@families
def test_a_press_of_the_button_finds_its_way_through_the_proxy(networks: None, tmp_path: Path, family: Family) -> None:
    """The client's scan is the same as one without the proxy; the events are in the record, on both its legs."""
    record = tmp_path / "r.pcapng"

    def pushed(where: str, url: str) -> list[bytes]:
        folder = tmp_path / where
        client = inside(where, [*WSDTRACE, "scanner", "client", url, "--push", "-o", str(folder)])
        stack.callback(end, client)
        first_line(client, "waiting for somebody")
        press = inside(DEVICE, [*WSDTRACE, "scanner", "press", "--at", f"{family.device}:5357"])
        assert "pressed: " in press.communicate(timeout=30)[0]
        said = client.communicate(timeout=60)[0]
        assert client.returncode == 0, said
        return [path.read_bytes() for path in sorted(folder.iterdir())]

    with ExitStack() as stack:
        scanner = inside(DEVICE, [*WSDTRACE, "scanner", "--listen", f"{family.device}:5357"])
        stack.callback(end, scanner)
        url = first_line(scanner, "scan service").split()[-1]
        direct = pushed(PROXY, url)
        proxy = inside(PROXY, [*WSDTRACE, "proxy", "--device", url, "--listen", "p1", "-w", str(record)])
        stack.callback(end, proxy)
        stands = re.search(r":(\d+)(/\S*) stands for", first_line(proxy, "stands for"))
        assert stands is not None
        through = pushed(CLIENT, f"http://{family.near}:{stands[1]}{stands[2]}")
        proxy.send_signal(signal.SIGINT)
        said = proxy.communicate(timeout=60)[0]
    assert "no errors" in said
    assert len(direct) == 1
    assert through == direct
    trace = check_file(str(record))
    assert {"ScanAvailableEvent", "JobStatusEvent", "JobEndStateEvent"} <= {event.name for event in trace.events}
    assert trace.subscriptions[0].ended_by == "Unsubscribe"
    assert not [f for f in trace.findings if f.is_cause and f.severity.value != "info"]
