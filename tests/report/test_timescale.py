"""Long silences are short on the axis, and order is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.report.timescale import BREAK, MAX_BREAKS, TimeScale

SECOND = 1_000_000_000


def test_an_axis_without_silences_is_a_straight_line() -> None:
    scale = TimeScale([0, SECOND, 2 * SECOND], 100, 300)
    assert [scale.x(t) for t in (0, SECOND // 2, SECOND, 2 * SECOND)] == [100, 150, 200, 300]
    assert scale.silences == []


def test_a_long_silence_takes_little_room() -> None:
    scale = TimeScale([0, SECOND, 91 * SECOND, 92 * SECOND], 0, 218)
    assert [silence.ns for silence in scale.silences] == [90 * SECOND]
    assert scale.x(SECOND) == pytest.approx(100)
    assert scale.x(91 * SECOND) == pytest.approx(100 + BREAK)
    assert scale.x(92 * SECOND) == pytest.approx(218)


def test_a_short_pause_is_no_silence() -> None:
    assert TimeScale([0, SECOND], 0, 100).silences == []


@pytest.mark.parametrize("times", [[], [5], [5, 5]])
def test_an_axis_of_one_moment_is_a_point(times: list[int]) -> None:
    scale = TimeScale(times, 10, 100)
    assert scale.x(5) in (10, 100)
    assert scale.ends[0] == scale.ends[1]


@given(st.lists(st.integers(0, 10**15), min_size=2, max_size=40))
def test_later_is_never_further_left_and_all_stay_on_the_axis(times: list[int]) -> None:
    scale = TimeScale(times, 50, 750)
    places = [scale.x(t) for t in sorted([*times, -1, 2 * 10**15])]
    assert places == sorted(places)
    assert all(50 - 1e-6 <= x <= 750 + 1e-6 for x in places)
    assert len(scale.silences) <= MAX_BREAKS
