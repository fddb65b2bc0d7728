"""Texts → values and back."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.soap.schema.shapes import Colour
from wsdtrace.soap.schema.declare import enumeration
from wsdtrace.soap.schema.lexical import (
    INT_MAX,
    Bool,
    DateTime,
    Duration,
    Expiration,
    Int,
    Simple,
    String,
    Uri,
    Words,
    read_date_time,
    read_duration,
)

UTC_NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("type_", "text", "value", "problem", "canonical"),
    [
        pytest.param(Int(1, 9), "7", 7, None, True, id="number"),
        pytest.param(Int(1, 9), " 7\n", 7, None, False, id="number with white space"),
        pytest.param(Int(1, 9), "+7", 7, None, False, id="number with a sign"),
        pytest.param(Int(1, 9), "07", 7, None, False, id="number with a zero"),
        pytest.param(Int(1, 9), "0", 0, "value_invalid", True, id="too small"),
        pytest.param(Int(1, 9), "10", 10, "value_invalid", True, id="too large"),
        pytest.param(Int(-5, 5), "-5", -5, None, True, id="negative"),
        pytest.param(Int(), str(INT_MAX), INT_MAX, None, True, id="largest"),
        pytest.param(Int(), str(INT_MAX + 1), INT_MAX + 1, "value_alias", True, id="the documentation's largest"),
        pytest.param(Int(), str(INT_MAX + 2), INT_MAX + 2, "value_invalid", True, id="larger"),
        pytest.param(Int(0, 9), str(INT_MAX + 1), INT_MAX + 1, "value_invalid", True, id="largest of a smaller range"),
        pytest.param(Int(), "1.0", None, "value_invalid", False, id="fraction"),
        pytest.param(Int(), "", None, "value_invalid", False, id="empty number"),
        pytest.param(Int(), "٣", None, "value_invalid", False, id="digit of another script"),
        pytest.param(Int(), "1_0", None, "value_invalid", False, id="underscore"),
        pytest.param(Int(), "9" * 41, None, "value_invalid", False, id="41 digits"),
        pytest.param(Bool(), "true", True, None, True, id="true"),
        pytest.param(Bool(), "false", False, None, True, id="false"),
        pytest.param(Bool(), "1", True, None, False, id="one"),
        pytest.param(Bool(), " 0 ", False, None, False, id="zero"),
        pytest.param(Bool(), "True", True, "value_invalid", False, id="letter case"),
        pytest.param(Bool(), "yes", None, "value_invalid", False, id="yes"),
        pytest.param(Bool(), "", None, "value_invalid", False, id="empty boolean"),
        pytest.param(String(3), "abc", "abc", None, True, id="string"),
        pytest.param(String(3), "abcd", "abcd", "value_invalid", True, id="string too long"),
        pytest.param(String(3), "  abc  ", "abc", None, False, id="string with white space"),
        pytest.param(String(), "", "", None, True, id="empty string"),
        pytest.param(Uri(), "\n http://x/ ", "http://x/", None, False, id="URI with white space"),
        pytest.param(Words(), " a\n b ", ("a", "b"), None, False, id="list"),
        pytest.param(Words(), "", (), None, True, id="empty list"),
        pytest.param(DateTime(), "2026-11-21T12:00:00Z", UTC_NOON, None, True, id="date"),
        pytest.param(DateTime(), "2026-11-21T12:00:00+00:00", UTC_NOON, None, False, id="date with an offset"),
        pytest.param(
            DateTime(),
            "2026-11-21T13:30:00+01:30",
            UTC_NOON.astimezone(timezone(timedelta(hours=1, minutes=30))),
            None,
            True,
            id="date elsewhere",
        ),
        pytest.param(DateTime(), "0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC), None, True, id="clock not set"),
        pytest.param(DateTime(), "2026-11-21T12:00:00", datetime(2026, 11, 21, 12), None, True, id="date without zone"),
        pytest.param(
            DateTime(),
            "2026-11-21T12:00:00.1234567Z",
            UTC_NOON.replace(microsecond=123456),
            None,
            False,
            id="fraction of a second",
        ),
        pytest.param(DateTime(), "2026-11-21", None, "value_invalid", False, id="day only"),
        pytest.param(DateTime(), "2026-13-21T12:00:00Z", None, "value_invalid", False, id="month 13"),
        pytest.param(DateTime(), "20261121T120000Z", None, "value_invalid", False, id="another ISO 8601"),
        pytest.param(DateTime(), "2026-11-21T12:00:00+99:00", None, "value_invalid", False, id="offset of 99 hours"),
        pytest.param(Expiration(), "PT1H", Duration(0, Decimal(3600)), None, True, id="duration"),
        pytest.param(Expiration(), "PT60M", Duration(0, Decimal(3600)), None, False, id="the same otherwise"),
        pytest.param(Expiration(), "2026-11-21T12:00:00Z", UTC_NOON, None, True, id="expires at a date"),
        pytest.param(Expiration(), "1 hour", None, "value_invalid", False, id="words"),
        pytest.param(enumeration(Colour), " Red ", Colour.RED, None, False, id="member"),
        pytest.param(enumeration(Colour), "acme:x.y-z", "acme:x.y-z", None, True, id="vendor's value"),
        pytest.param(enumeration(Colour), "red", "red", "value_unknown", True, id="letter case of a member"),
        pytest.param(enumeration(Colour), "", "", "value_invalid", True, id="no value"),
    ],
)
def test_what_a_text_means(type_: Simple, text: str, value: Any, problem: str | None, canonical: bool) -> None:
    reading = type_.read(text)
    assert (reading.value, reading.problem, reading.canonical) == (value, problem, canonical)
    assert type(reading.value) is type(value)


@pytest.mark.parametrize(
    ("text", "months", "seconds"),
    [
        pytest.param("PT0S", 0, "0", id="nothing"),
        pytest.param("P1Y2M", 14, "0", id="months"),
        pytest.param("P1DT2H3M4.5S", 0, "93784.5", id="days and less"),
        pytest.param("-PT15M", 0, "-900", id="negative"),
        pytest.param("PT36H", 0, "129600", id="more than a day"),
    ],
)
def test_durations(text: str, months: int, seconds: str) -> None:
    assert read_duration(text) == Duration(months, Decimal(seconds))


@pytest.mark.parametrize("text", ["P", "PT", "P1", "1H", "PT1.5H", "P1M1Y", "PT1S ", "pt1s", "P1H", "PT9999999999S"])
def test_what_is_no_duration(text: str) -> None:
    assert read_duration(text) is None


def test_a_duration_with_months_has_no_nanoseconds() -> None:
    assert Duration(1).total_ns is None
    assert Duration(0, Decimal("1.5")).total_ns == 1_500_000_000


@given(st.integers(-1000, 1000), st.decimals(-10_000_000, 10_000_000, places=3))
def test_every_duration_is_read_as_it_is_written(months: int, seconds: Decimal) -> None:
    same_sign = abs(seconds) if months >= 0 else -abs(seconds)
    value = Duration(months, same_sign if months else seconds)
    assert read_duration(str(value)) == value


@given(st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=-5)))))
def test_every_date_is_read_as_it_is_written(value: datetime) -> None:
    assert read_date_time(DateTime().write(value)) == value


TYPES = [Int(), Int(1, 9), Bool(), String(5), Uri(), Words(), DateTime(), Expiration(), enumeration(Colour)]


@given(st.sampled_from(TYPES), st.text(max_size=30))
def test_no_text_raises_and_canonical_texts_are_written(type_: Simple, text: str) -> None:
    reading = type_.read(text)
    if reading.value is not None and reading.canonical:
        assert type_.write(reading.value) == text


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.name)
def test_every_type_says_what_it_expects(type_: Simple) -> None:
    assert type_.name
    assert type_.name in type_.expected or type_.range in type_.expected
