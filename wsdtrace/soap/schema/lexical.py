"""Texts → values and back: the simple types of XML Schema that the stack uses, with their lexical forms.

A type reads a text whose surrounding white space was removed, except that `found` texts in violations are as they
came. What cannot be read is None. `canonical` is the form that is written; a text that differs from it is kept beside
the value.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from wsdtrace.dataclass import dataclass

INT_MAX = 2**31 - 1
"""Largest xs:int; the documentation prints 2147483648, which no xs:int holds (documentation defect D1)."""
DOCUMENTED_MAX = 2**31
MAX_DIGITS = 40
"""Digits of a number that are read; more is not a number of this protocol, and converting them is quadratic."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means to a type."""

    value: Any
    problem: str | None = None
    """None, or a member of `ViolationKind` by value."""
    canonical: bool = True
    """The type would write the value with the same text."""


@dataclass(frozen=True, slots=True)
class Simple:
    """A type whose values are texts without children."""

    def read(self, text: str) -> Reading:
        """Read a text; `text` may have white space around it."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The canonical text of a value."""
        return str(value)

    @property
    def name(self) -> str:
        """The type as `describe` names it."""
        return "string"

    @property
    def range(self) -> str:
        """The values that are allowed, in words; empty where all are."""
        return ""

    @property
    def expected(self) -> str:
        """What a violation says was expected."""
        return f"{self.name} {self.range}".strip()

    @property
    def memo(self) -> bool:
        """Texts repeat so often that readings are worth remembering."""
        return True


@dataclass(frozen=True, slots=True)
class String(Simple):
    """xs:string; white space around it is not part of the value."""

    max_length: int | None = None

    def read(self, text: str) -> Reading:
        value = text.strip()
        too_long = self.max_length is not None and len(value) > self.max_length
        return Reading(value, "value_invalid" if too_long else None, value == text)

    @property
    def range(self) -> str:
        return f"at most {self.max_length} characters" if self.max_length is not None else ""

    @property
    def memo(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Uri(String):
    """xs:anyURI, white space collapsed."""

    @property
    def name(self) -> str:
        return "anyURI"


_INTEGER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True)
class Int(Simple):
    """An integer in a closed range. A number out of range is kept and told; no number is None."""

    low: int = -(2**31)
    high: int = INT_MAX

    def read(self, text: str) -> Reading:
        stripped = text.strip()
        if not _INTEGER.fullmatch(stripped) or len(stripped) > MAX_DIGITS:
            return Reading(None, "value_invalid", False)
        value = int(stripped)
        problem = None
        if not self.low <= value <= self.high:
            tolerated = value == DOCUMENTED_MAX and self.high == INT_MAX
            problem = "value_alias" if tolerated else "value_invalid"
        return Reading(value, problem, str(value) == text)

    @property
    def name(self) -> str:
        return "int" if self.high <= INT_MAX else "unsigned int"

    @property
    def range(self) -> str:
        return f"{self.low}..{self.high}"


@dataclass(frozen=True, slots=True)
class Bool(Simple):
    """xs:boolean: `true`, `false`, `1`, `0`. Another letter case is understood and told."""

    def read(self, text: str) -> Reading:
        stripped = text.strip()
        value = _BOOLEANS.get(stripped)
        if value is None:
            return Reading(_BOOLEANS.get(stripped.lower()), "value_invalid", False)
        return Reading(value, None, text in ("true", "false"))

    def write(self, value: Any) -> str:
        return "true" if value else "false"

    @property
    def name(self) -> str:
        return "boolean"

    @property
    def range(self) -> str:
        return "0, 1, false, true"


_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def read_date_time(text: str) -> datetime | None:
    """An xs:dateTime of the years 1 to 9999; 24:00:00 and leap seconds are none. Digits behind microseconds are
    dropped.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    fraction = (match[7] or "")[:6]
    zone = match[8] or ""
    plain = text[:19] + (f".{fraction:0<6}" if fraction else "")
    try:
        return datetime.fromisoformat(plain + ("+00:00" if zone == "Z" else zone))
    except ValueError:
        return None


def write_date_time(value: datetime) -> str:
    """`Z` for UTC, no fraction where it is zero."""
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


@dataclass(frozen=True, slots=True)
class DateTime(Simple):
    """xs:dateTime, as a `datetime` that is naive where the text has no zone."""

    def read(self, text: str) -> Reading:
        value = read_date_time(text.strip())
        if value is None:
            return Reading(None, "value_invalid", False)
        return Reading(value, None, write_date_time(value) == text)

    def write(self, value: Any) -> str:
        return write_date_time(value)

    @property
    def name(self) -> str:
        return "dateTime"

    @property
    def memo(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Duration:
    """An xs:duration: months and seconds do not convert into each other."""

    months: int = 0
    seconds: Decimal = Decimal(0)

    @property
    def total_ns(self) -> int | None:
        """Nanoseconds; None where it has months, whose length depends on the calendar."""
        return int(self.seconds * 1_000_000_000) if self.months == 0 else None

    def __str__(self) -> str:
        sign = "-" if self.months < 0 or self.seconds < 0 else ""
        years, months = divmod(abs(self.months), 12)
        seconds = abs(self.seconds)
        days, rest = divmod(seconds, 86_400)
        hours, rest = divmod(rest, 3_600)
        minutes, rest = divmod(rest, 60)
        date = "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (int(days), "D")) if n)
        last = format(rest.normalize(), "f") if rest else ""
        time = "".join(f"{n}{unit}" for n, unit in ((int(hours), "H"), (int(minutes), "M"), (last, "S")) if n)
        if not date and not time:
            return "PT0S"
        return f"{sign}P{date}" + (f"T{time}" if time else "")


_DURATION = (
    r"(-)?P(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?)?"
)
"""Compiled when it is needed: captures without subscriptions have none."""


def read_duration(text: str) -> Duration | None:
    """An xs:duration with at most nine digits in each part."""
    match = re.fullmatch(_DURATION, text)
    if match is None or text.endswith("P"):
        return None
    sign = -1 if match[1] else 1
    years, months, days, hours, minutes = (int(match[i] or 0) for i in range(2, 7))
    seconds = Decimal(match[7] or 0) + days * 86_400 + hours * 3_600 + minutes * 60
    return Duration(sign * (years * 12 + months), sign * seconds)


@dataclass(frozen=True, slots=True)
class Expiration(Simple):
    """A duration or a date, as WS-Eventing's Expires is."""

    def read(self, text: str) -> Reading:
        stripped = text.strip()
        value: Duration | datetime | None = read_duration(stripped) or read_date_time(stripped)
        if value is None:
            return Reading(None, "value_invalid", False)
        return Reading(value, None, self.write(value) == text)

    def write(self, value: Any) -> str:
        return write_date_time(value) if isinstance(value, datetime) else str(value)

    @property
    def name(self) -> str:
        return "duration or dateTime"

    @property
    def memo(self) -> bool:
        return False


VENDOR = re.compile(r"\w+:[\w.-]+")
"""How the schema lets a vendor name a value of its own."""


@dataclass(frozen=True, slots=True)
class Words(Simple):
    """A list of texts separated by white space, as a tuple."""

    item: str = "anyURI"

    def read(self, text: str) -> Reading:
        value = tuple(text.split())
        return Reading(value, None, " ".join(value) == text)

    def write(self, value: Any) -> str:
        return " ".join(value)

    @property
    def name(self) -> str:
        return f"list of {self.item}"

    @property
    def memo(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Names(Simple):
    """A QName, or a list of them; resolved by the bindings at the element, so read by the decoder itself."""

    many: bool = False
    bare: bool = False
    """A name without prefix is accepted as one of the vocabulary (documentation defects C2, D19)."""

    @property
    def name(self) -> str:
        return "list of QName" if self.many else "QName"

    @property
    def memo(self) -> bool:
        return False


class Choices:
    """The members of an enumeration with the texts that are read as them."""

    __slots__ = ("kind", "misspelt", "published")

    def __init__(self, kind: type[StrEnum]) -> None:
        self.kind = kind
        self.published: dict[str, str] = {str(member.value): member for member in kind}
        self.published |= getattr(kind, "_published", dict)()
        self.misspelt: dict[str, str] = getattr(kind, "_misspelt", dict)()


@dataclass(frozen=True, slots=True)
class Enumeration(Simple):
    """One of the members of a `StrEnum`; an unknown text is kept as it is."""

    kind: type[StrEnum]
    choices: Choices

    def read(self, text: str) -> Reading:
        stripped = text.strip()
        member = self.choices.published.get(stripped)
        if member is not None:
            return Reading(member, None, str(member) == text)
        member = self.choices.misspelt.get(stripped)
        if member is not None:
            return Reading(member, "value_alias", False)
        if not stripped:
            return Reading(stripped, "value_invalid", stripped == text)
        return Reading(stripped, None if VENDOR.fullmatch(stripped) else "value_unknown", stripped == text)

    @property
    def name(self) -> str:
        return self.kind.__name__

    @property
    def range(self) -> str:
        return ", ".join(str(member) for member in self.kind)

    @property
    def expected(self) -> str:
        return f"one of {self.range}"
