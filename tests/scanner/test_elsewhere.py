"""Discovery clients of others find the virtual scanner by multicast, each in a network that the test makes itself."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scanner.driver import needs_driver
from tests.shared import REPOSITORY
from wsdtrace.pipeline import check_file


def networks_can_be_made() -> bool:
    """`unshare` and `ip link` may make a pair of interfaces."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    done = subprocess.run(
        ["unshare", "-mn", "ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1"],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


pytestmark = [
    pytest.mark.driver,
    pytest.mark.skipif(not networks_can_be_made(), reason="no right to make a network (unshare -mn, ip link)"),
]


def found_by(client: str, folder: Path) -> dict[str, Any]:
    """What the client said, what it asked the scanner; its traffic gave no finding at warning or above."""
    capture = folder / "discovery.pcapng"
    done = subprocess.run(
        ["unshare", "-mn", sys.executable, "-m", "tests.scanner.elsewhere", client, capture],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    trace = check_file(str(capture))
    told["operations"] = [e.operation for e in trace.exchanges]
    assert [f.message for f in trace.findings if f.is_cause and f.severity.rank <= 1] == []
    return told


@pytest.mark.skipif(importlib.util.find_spec("wsdiscovery") is None, reason="no WSDiscovery: pip install WSDiscovery")
def test_wsdiscovery_finds_it_by_its_endpoint_and_address(tmp_path: Path) -> None:
    told = found_by("wsdiscovery", tmp_path)
    assert told["endpoint"] in told["said"]
    assert "http://192.0.2.1:" in told["said"] or "http://[2001:db8::1]:" in told["said"]


@pytest.mark.skipif(shutil.which("wsdd") is None, reason="no wsdd: apt install wsdd")
def test_wsdd_probes_it_and_reads_its_metadata(tmp_path: Path) -> None:
    told = found_by("wsdd", tmp_path)
    assert "Probe" in told["operations"]
    assert "Get 200" in told["asked"], told["said"]


@needs_driver
@pytest.mark.skipif(
    shutil.which("avahi-daemon") is None or shutil.which("dbus-daemon") is None,
    reason="sane-airscan discovers only beside avahi: apt install avahi-daemon dbus",
)
def test_sane_airscan_lists_it(tmp_path: Path) -> None:
    told = found_by("sane", tmp_path)
    if "no avahi" in told["said"]:
        pytest.skip("avahi does not start here, and sane-airscan discovers only beside it")
    assert "is a WSD wsdtrace Virtual scanner ip=" in told["said"]
    assert "Get 200" in told["asked"]
