"""Times of every resolution, against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.capture.clock import offset_nanoseconds, to_nanoseconds

LATEST = 2**62


def nanoseconds(ticks: int, resolution: int) -> int:
    return int(to_nanoseconds(np.array([ticks], dtype=np.uint64), resolution)[0])


@pytest.mark.parametrize(
    ("ticks", "resolution", "expected"),
    [
        pytest.param(1_700_000_000_123_456, 6, 1_700_000_000_123_456_000, id="microseconds"),
        pytest.param(1_700_000_000_123_456_789, 9, 1_700_000_000_123_456_789, id="nanoseconds"),
        pytest.param(1_700_000_000, 0, 1_700_000_000_000_000_000, id="seconds"),
        pytest.param(17_000_000_001_999, 10, 1_700_000_000_199, id="tenths of nanoseconds"),
        pytest.param(2**64 - 1, 127, 0, id="10**-127"),
        pytest.param((5 << 20) + (1 << 19), 0x80 | 20, 5_500_000_000, id="2**-20"),
        pytest.param(1 << 63, 0x80 | 63, 1_000_000_000, id="2**-63"),
        pytest.param(2**64 - 1, 0x80 | 127, 0, id="2**-127"),
        pytest.param(7, 0x80, 7_000_000_000, id="2**0"),
        pytest.param(2**64 - 1, 0, LATEST // 10**9 * 10**9, id="later than any time"),
        pytest.param(2**64 - 1, 9, LATEST, id="later than any time, nanoseconds"),
    ],
)
def test_a_time_in_nanoseconds(ticks: int, resolution: int, expected: int) -> None:
    assert nanoseconds(ticks, resolution) == expected


@given(st.integers(0, 2**64 - 1), st.integers(0, 255))
def test_every_resolution_is_exact_below_a_nanosecond(ticks: int, resolution: int) -> None:
    digits = resolution & 0x7F
    exact = Fraction(ticks, 2**digits if resolution & 0x80 else 10**digits) * 10**9
    told = nanoseconds(ticks, resolution)
    if exact < LATEST - 10**9:
        assert told <= exact < told + 2  # a fraction of a second finer than 58 ps is cut before it is scaled
    else:
        assert LATEST - 10**10 <= told <= LATEST + 10**9


def test_offsets_are_clamped_so_that_sums_fit() -> None:
    assert offset_nanoseconds(-5) == -5_000_000_000
    assert offset_nanoseconds(2**63 - 1) + LATEST + 10**9 < 2**63
    assert offset_nanoseconds(-(2**63)) >= -(2**62)
