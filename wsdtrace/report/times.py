"""Times for people and for machines: nanoseconds since the epoch become text. The only place that converts them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def offset(time_ns: int, start_ns: int | None) -> str:
    """Time since the start of the capture as `mm:ss.mmm`, with hours in front from the first hour on."""
    total = time_ns - (start_ns or 0)
    sign, total = ("-", -total) if total < 0 else ("", total)
    hours, rest = divmod(total // 1_000_000, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, millis = divmod(rest, 1000)
    clock = f"{minutes:02}:{seconds:02}.{millis:03}"
    return f"{sign}{hours}:{clock}" if hours else f"{sign}{clock}"


def duration(ns: int) -> str:
    """A length of time with the digits that matter: `310 µs`, `12.4 ms`, `86.8 s`, `12 min 04 s`, `3 h 05 min`."""
    if ns < 0:
        return f"-{duration(-ns)}"
    if ns < 1_000_000:
        return f"{ns / 1000:.0f} µs"
    if ns < SECOND:
        return f"{ns / 1_000_000:.{1 if ns < 100_000_000 else 0}f} ms"
    if ns < 2 * MINUTE:
        return f"{ns / SECOND:.1f} s"
    if ns < HOUR:
        return f"{ns // MINUTE} min {ns % MINUTE // SECOND:02} s"
    return f"{ns // HOUR} h {ns % HOUR // MINUTE:02} min"


def rfc3339(time_ns: int, digits: int) -> str:
    """A point in time in UTC (RFC 3339 §5.6) with `digits` digits of the second, 0 to 9; never rounded up."""
    seconds, fraction = divmod(time_ns, SECOND)
    if not digits:
        return f"{_whole_second(seconds)}Z"
    return f"{_whole_second(seconds)}.{f'{fraction:09}'[:digits]}Z"


@lru_cache(maxsize=1024)
def _whole_second(seconds: int) -> str:
    """Date and time of a second; the messages of one second share it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        # A damaged record may claim any 64-bit time; RFC 3339 ends with the year 9999.
        return "9999-12-31T23:59:59" if seconds > 0 else "0001-01-01T00:00:00"
