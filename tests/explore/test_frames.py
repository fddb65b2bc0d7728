"""Frame numbers as a display filter; what the filter means is said by tshark."""

import shutil
import subprocess

import pytest

from tests.shared import CAPTURES
from wsdtrace.explore.frames import ranges, wireshark_filter


@pytest.mark.parametrize(
    ("numbers", "runs"),
    [
        pytest.param([], [], id="none"),
        pytest.param([7], [(7, 7)], id="one"),
        pytest.param([3, 1, 2, 2, 9], [(1, 3), (9, 9)], id="unsorted, repeated"),
    ],
)
def test_runs_of_numbers(numbers: list[int], runs: list[tuple[int, int]]) -> None:
    assert ranges(numbers) == runs


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("numbers", [[], [40], [40, 42, 43, 44, 66]])
def test_tshark_shows_exactly_these_frames(numbers: list[int]) -> None:
    capture = CAPTURES / "adf-3-pages" / "capture.pcap"
    command = ["tshark", "-r", str(capture), "-Y", wireshark_filter(numbers), "-T", "fields", "-e", "frame.number"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [int(line) for line in shown.split()] == numbers
