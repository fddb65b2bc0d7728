"""Discovery clients of others, in a network of their own with the virtual scanner: run inside `unshare -mn`.

    python -m tests.scanner.elsewhere CLIENT FOLDER [PERSONA]

makes a pair of interfaces, gives one to the client's network, lets the scanner announce itself at the other, runs the
client, and prints what it found as JSON. FOLDER/own.pcapng is the scanner's own record, FOLDER/wire.pcapng what was
captured at its interface.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.scanner.driver import configure
from wsdtrace.scanner.persona import DEFAULT
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread


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


needs_networks = pytest.mark.skipif(
    not networks_can_be_made(), reason="no right to make a network (unshare -mn, ip link)"
)
needs_avahi = pytest.mark.skipif(
    shutil.which("avahi-daemon") is None or shutil.which("dbus-daemon") is None,
    reason="sane-airscan discovers only beside avahi: apt install avahi-daemon dbus",
)

HERE = "192.0.2.1,2001:db8::1"
WAIT_S = 60

OWN_RUN = "mount -t tmpfs tmpfs /run && mkdir -p /run/dbus /run/avahi-daemon"
"""Of the client: daemons that it starts are its own."""
AVAHI = "dbus-daemon --system --fork --nopidfile && avahi-daemon --no-drop-root --no-chroot --no-rlimits -D && sleep 1"


def do(command: str) -> None:
    subprocess.run(["bash", "-ec", command], check=True, timeout=WAIT_S, stdout=sys.stderr)


def client(command: str, **environment: str) -> str:
    """What a program in the other network prints; it begins when its interface is there."""
    script = (
        f"{OWN_RUN}; echo ready; read; ip link set lo up; ip addr add 192.0.2.2/24 dev d1;"
        f"ip -6 addr add 2001:db8::2/64 dev d1 nodad; ip link set d1 up; sleep 2; {command}"
    )
    with subprocess.Popen(
        ["unshare", "-mn", "bash", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        do(f"ip link set d1 netns {process.pid}; ip link set d0 up")
        out, _ = process.communicate("\n", timeout=WAIT_S)
    return out


def wsdiscovery() -> str:
    program = (
        "from wsdiscovery.discovery import ThreadedWSDiscovery as W; w = W(); w.start();"
        "print([(s.getEPR(), s.getXAddrs()) for s in w.searchServices(timeout=4)]); w.stop()"
    )
    return client(f'{sys.executable} -W ignore -c "{program}"')


def wsdd() -> str:
    # It has no list of what is no computer; that it asks for metadata shows in the record.
    return client("timeout -s INT 10 wsdd --discovery --no-host -i d1 -vv", PATH="/usr/sbin:/usr/bin:/sbin:/bin")


def sane() -> str:
    with tempfile.TemporaryDirectory() as folder:
        environment = configure(Path(folder), url=None)
        return client(f"({AVAHI}) || echo no avahi; scanimage -L", SANE_CONFIG_DIR=environment["SANE_CONFIG_DIR"])


CLIENTS: dict[str, Callable[[], str]] = {"wsdiscovery": wsdiscovery, "wsdd": wsdd, "sane": sane}


@contextmanager
def captured(file: Path) -> Iterator[None]:
    """What passes the scanner's interface meanwhile."""
    command = [sys.executable, "-m", "wsdtrace", "live", "-i", "d0", "-w", str(file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "recording d0" in process.stderr.readline()
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=WAIT_S)


def main(name: str, folder: str, who: str = DEFAULT) -> None:
    do(
        "ip link add d0 type veth peer name d1; ip link set lo up; ip addr add 192.0.2.1/24 dev d0;"
        "ip -6 addr add 2001:db8::1/64 dev d0 nodad; ip link set d0 up"
    )
    asked: list[str] = []
    with (Path(folder) / "own.pcapng").open("wb") as file:
        scanner = VirtualScanner(who, host=HERE, announce=True, record=file)
        scanner.on_exchange = lambda operation, peer, status, _: asked.append(f"{operation} {status}")
        with captured(Path(folder) / "wire.pcapng"), ScannerThread(scanner):
            out = CLIENTS[name]()
    print(json.dumps({"said": out, "asked": asked, "endpoint": scanner.device.endpoint}))


if __name__ == "__main__":
    main(*sys.argv[1:])
