"""What tshark says about a capture that we wrote."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from shutil import which

import pytest

from wsdtrace.capture import Interface, PcapngWriter

needs_tshark = pytest.mark.skipif(which("tshark") is None, reason="tshark is not installed")
CHECKSUMS = [option for name in ("tcp", "udp", "ip") for option in ("-o", f"{name}.check_checksum:TRUE")]


def writer(*interfaces: Interface | str, comment: str = "") -> tuple[PcapngWriter, io.BytesIO]:
    """A writer into memory."""
    file = io.BytesIO()
    return PcapngWriter(file, interfaces or ("eth0",), comment=comment), file


def tshark(file: io.BytesIO, tmp_path: Path, *fields: str, only: str = "frame") -> list[list[str]]:
    """The fields of the frames that a display filter passes, one row each."""
    path = tmp_path / "written.pcapng"
    path.write_bytes(file.getvalue())
    run = ["tshark", "-r", str(path), *CHECKSUMS, "-Y", only, "-T", "fields"]
    told = subprocess.run(
        [*run, *(x for name in fields for x in ("-e", name))], capture_output=True, text=True, check=True
    )
    return [line.split("\t") for line in told.stdout.splitlines()]


COMPLAINTS = (
    "_ws.malformed || _ws.short || tcp.checksum.status == 0 || udp.checksum.status == 0 || ip.checksum.status == 0"
)
"""Display filter: frames that Wireshark cannot read whole, or whose checksums are wrong."""
TCP_COMPLAINTS = "tcp.analysis.flags && !tcp.analysis.keep_alive && !tcp.analysis.keep_alive_ack"
"""Display filter: segments that Wireshark finds odd."""
