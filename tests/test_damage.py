"""What a capture lacks accuses nobody: whatever is lost on the way, no error or warning appears that the whole capture
does not have, except about the capture itself.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.damage import damaged, read
from wsdtrace.capture import open_capture_bytes
from wsdtrace.check.finding import Severity
from wsdtrace.pipeline import Options, check_source

CASES = Path(__file__).parent.parent / "captures"
RECORDED = sorted(path.parent.name for path in CASES.glob("*/capture.pcap"))

QUICK = ("keep-alive", "cancel-while-sending", "mtom-lf")
"""One connection for everything; two that overlap; a capture whose client cleans up after itself."""

ARGUED = {
    ("cancel-while-sending", "WSD102"): "without the acknowledged CancelJob all that is left is a client that leaves",
}
"""Codes that are true of the damaged capture, too."""


def accusing(data: bytes) -> set[str]:
    """Codes of causes at warning or above that are not about the capture."""
    with open_capture_bytes(data, "damaged") as source:
        trace = check_source(source, Options())
    assert not trace.internal_errors
    return {
        f.code
        for f in trace.findings
        if f.is_cause and f.severity is not Severity.INFO and not f.code.startswith("WSD0")
    }


def false_codes(case: str, seed: int) -> dict[str, set[str]]:
    """By kind of damage, the codes that only the damaged capture has."""
    capture = read(CASES / case / "capture.pcap")
    whole = accusing(capture.written())
    found = {name: accusing(data) - whole for name, data in damaged(capture, seed)}
    return {name: left for name, codes in found.items() if (left := {c for c in codes if (case, c) not in ARGUED})}


@pytest.mark.parametrize("case", QUICK)
def test_what_is_lost_accuses_nobody(case: str) -> None:
    assert false_codes(case, seed=1) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("case", RECORDED)
def test_what_is_lost_from_any_recording_accuses_nobody(case: str, seed: int) -> None:
    assert false_codes(case, seed) == {}
