"""A capture that ends anywhere accuses nobody of what the whole capture does not show."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shared import CAPTURES
from wsdtrace.capture import open_capture
from wsdtrace.check.finding import Severity
from wsdtrace.pipeline import check_file

LONG_PAUSES = {"late-first-retrieve", "late-next-retrieve"}
"""Cases with a pause of more than 60 s: a capture that ends right behind it does hold an orphaned job."""

CASES = sorted(path for path in CAPTURES.glob("*/capture.pcap*") if path.parent.name not in LONG_PAUSES)

ABOUT_THE_CAPTURE = "WSD0"
"""Beginning of the codes of rules that accuse the capture; with its end they may come and go."""


@cache
def record_starts(path: Path) -> list[int]:
    """Where the record of each frame begins in the file, and where the last one ends."""
    with open_capture(path) as source:
        return [int(offset) for batch in source.batches() for offset in batch.file_offset] + [path.stat().st_size]


def accusations(path: Path) -> set[str]:
    """Codes of the errors and warnings about client, device and network."""
    return {
        finding.code
        for finding in check_file(str(path)).findings
        if finding.severity is not Severity.INFO and not finding.code.startswith(ABOUT_THE_CAPTURE)
    }


@cache
def accusations_of_the_whole(path: Path) -> set[str]:
    return accusations(path)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_capture_that_ends_early_makes_no_accusation(path: Path, tmp_path: Path, data: st.DataObject) -> None:
    starts = record_starts(path)
    frame = data.draw(st.integers(0, len(starts) - 1), label="whole frames")
    extra = data.draw(st.integers(0, 20), label="octets of the next record")
    short = tmp_path / path.name
    short.write_bytes(path.read_bytes()[: starts[frame] + extra])
    assert accusations(short) - accusations_of_the_whole(path) == set()
