"""What a capture lacks accuses nobody: whatever is lost on the way, no error or warning appears that the whole capture
does not have, except about the capture itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

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
    ("cancel-while-sending", "WSD106"): "the same",
    ("late-first-retrieve", "WSD601"): "without the request that came too late none came",
    ("late-next-retrieve", "WSD601"): "the same",
    ("mtom-lf", "WSD607"): "without the connection on which the job was granted nobody granted it",
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


def false_codes(case: str, damages: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
    """By kind of damage, the codes that only the damaged capture has."""
    whole = accusing(read(CASES / case / "capture.pcap").written())
    found = {name: accusing(data) - whole for name, data in damages}
    return {name: left for name, codes in found.items() if (left := {c for c in codes if (case, c) not in ARGUED})}


def once(case: str, seed: int) -> Iterator[tuple[str, bytes]]:
    """A capture, damaged in all ways."""
    return damaged(read(CASES / case / "capture.pcap"), seed)


def twice(case: str, seed: int, folder: Path) -> Iterator[tuple[str, bytes]]:
    """A capture, damaged in two ways, of which some are chosen."""
    chance = Random(seed)
    for first, data in chance.sample(list(once(case, seed)), 6):
        path = folder / "once.pcap"
        path.write_bytes(data)
        for second, more in chance.sample(list(damaged(read(path), seed)), 6):
            yield f"{first}, {second}", more


@pytest.mark.parametrize("case", QUICK)
def test_what_is_lost_accuses_nobody(case: str) -> None:
    assert false_codes(case, once(case, seed=1)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("case", RECORDED)
def test_what_is_lost_from_any_recording_accuses_nobody(case: str, seed: int) -> None:
    assert false_codes(case, once(case, seed)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 5])
@pytest.mark.parametrize("case", RECORDED)
def test_what_is_lost_in_two_ways_accuses_nobody(case: str, seed: int, tmp_path: Path) -> None:
    assert false_codes(case, twice(case, seed, tmp_path)) == {}
