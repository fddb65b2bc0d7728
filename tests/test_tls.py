"""A conversation in TLS with its keys is judged as the plain one; without, it is one finding that says what to do."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.capture.test_tshark import CAPTURE, KEYLOG, needs_tshark
from tests.shared import needs_shared, shared_path
from wsdtrace.pipeline import Options, check_file, read_image
from wsdtrace.report.trace import Trace

pytestmark = [needs_shared, needs_tshark]
PLAIN = str(shared_path("data/captures/flatbed_color.pcap"))


def findings(trace: Trace) -> set[tuple[object, ...]]:
    return {(f.code, f.message, f.fault_of, f.severity) for f in trace.findings}


def in_a_terminal(path: str, options: Options) -> Trace:
    return check_file(path, options)


def in_a_notebook(path: str, options: Options) -> Trace:
    """Inside of a running event loop, as cells of Jupyter are."""

    async def cell() -> Trace:
        return check_file(path, options)

    return asyncio.run(cell())


@pytest.mark.parametrize("how", [in_a_terminal, in_a_notebook])
def test_with_keys_it_is_a_plain_scan(how: Callable[[str, Options], Trace]) -> None:
    trace, plain = how(CAPTURE, Options(tls_keylog=KEYLOG, digests=True)), check_file(PLAIN, Options(digests=True))
    assert findings(trace) == findings(plain)
    assert trace.internal_errors == []
    assert [i.probe.sha256 for i in trace.images] == [i.probe.sha256 for i in plain.images]
    [image] = trace.images
    assert hashlib.sha256(b"".join(read_image(trace, image))).hexdigest() == image.probe.sha256
    # Wireshark shows the requests in frames 10, 26, 42 and 58.
    assert [x.first.number for x in trace.exchanges] == [10, 26, 42, 58]


@pytest.mark.skipif(shutil.which("editcap") is None, reason="editcap is not installed")
def test_keys_in_the_capture_are_used_without_being_asked_for(tmp_path: Path) -> None:
    target = str(tmp_path / "keys.pcapng")
    subprocess.run(["editcap", "--inject-secrets", f"tls,{KEYLOG}", CAPTURE, target], check=True)
    trace = check_file(target)
    assert findings(trace) == findings(check_file(PLAIN))
