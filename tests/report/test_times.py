"""Nanoseconds for people and machines."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.report.times import duration, offset, rfc3339

S = 1_000_000_000


@pytest.mark.parametrize(
    ("time_ns", "start_ns", "shown"),
    [
        pytest.param(5 * S, 5 * S, "00:00.000", id="the first frame"),
        pytest.param(2_101_999_999, 0, "00:02.101", id="never rounded up"),
        pytest.param(94 * S + 100_000_000, 0, "01:34.100", id="over a minute"),
        pytest.param(3_600 * S, 0, "1:00:00.000", id="an hour"),
        pytest.param(100 * 3_600 * S, 0, "100:00:00.000", id="days are hours"),
        pytest.param(1 * S, 2 * S, "-00:01.000", id="before the first frame"),
        pytest.param(3 * S, None, "00:03.000", id="a trace without dates"),
    ],
)
def test_offset(time_ns: int, start_ns: int | None, shown: str) -> None:
    assert offset(time_ns, start_ns) == shown


@pytest.mark.parametrize(
    ("ns", "shown"),
    [
        pytest.param(0, "0 µs", id="nothing"),
        pytest.param(310_000, "310 µs", id="microseconds"),
        pytest.param(12_400_000, "12.4 ms", id="few milliseconds"),
        pytest.param(310_400_000, "310 ms", id="many milliseconds"),
        pytest.param(86_800_000_000, "86.8 s", id="seconds"),
        pytest.param(119 * S, "119.0 s", id="under two minutes"),
        pytest.param(724 * S, "12 min 04 s", id="minutes"),
        pytest.param(11_100 * S, "3 h 05 min", id="hours"),
        pytest.param(-2 * S, "-2.0 s", id="backwards"),
    ],
)
def test_duration(ns: int, shown: str) -> None:
    assert duration(ns) == shown


@pytest.mark.parametrize(
    ("time_ns", "digits", "shown"),
    [
        pytest.param(1_700_000_000_123_456_789, 9, "2023-11-14T22:13:20.123456789Z", id="nanoseconds"),
        pytest.param(1_700_000_000_123_456_789, 6, "2023-11-14T22:13:20.123456Z", id="microseconds"),
        pytest.param(1_700_000_000_999_999_999, 0, "2023-11-14T22:13:20Z", id="whole seconds"),
        pytest.param(0, 6, "1970-01-01T00:00:00.000000Z", id="the epoch"),
        pytest.param(-1, 9, "1969-12-31T23:59:59.999999999Z", id="before the epoch"),
        pytest.param(2**63 - 1, 0, "2262-04-11T23:47:16Z", id="the last that int64 holds"),
        pytest.param(2**80, 0, "9999-12-31T23:59:59Z", id="more than a date can be"),
        pytest.param(-(2**80), 0, "0001-01-01T00:00:00Z", id="less than a date can be"),
    ],
)
def test_rfc3339(time_ns: int, digits: int, shown: str) -> None:
    assert rfc3339(time_ns, digits) == shown


@given(st.integers(-(2**63), 2**63 - 1))
def test_rfc3339_is_read_back_by_the_standard_library(time_ns: int) -> None:
    whole = dt.datetime.fromisoformat(rfc3339(time_ns, 6).replace("Z", "+00:00"))
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert (whole - epoch) // dt.timedelta(microseconds=1) == time_ns // 1000
