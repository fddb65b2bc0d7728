"""What a table is: columns with a type, a unit and a meaning, each taken from all rows at once.

A column is an attribute of the rows' objects, or a function that is given the source of the table and returns a list
with a value for each row. That a column is made at once, and not row by row, is what makes a hundred thousand rows
quick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from wsdtrace.dataclass import dataclass
from wsdtrace.explore.tables.source import Source, each

S = TypeVar("S", bound=Source)


class Kind(StrEnum):
    """Types of columns. Every value may be absent."""

    INT = "integer"
    FLOAT = "number"
    TEXT = "text"
    BOOL = "true or false"
    TIME = "time"
    """Nanoseconds since the Unix epoch, UTC; a datetime in pandas, RFC 3339 in text."""


@dataclass(frozen=True, slots=True)
class Column(Generic[S]):
    """One column of a table."""

    name: str
    """Ends in its unit where it has one: `_s`, `_bytes`, `_px`, `_dpi`."""
    kind: Kind
    meaning: str
    values: str | Callable[[S], Sequence[Any]]
    """A value for each row of the source, None where there is none; or which attribute of the rows' objects it is."""
    joins: str = ""
    """`table.column` whose values it refers to."""
    said: bool = False
    """Free text of the capture, in which a secret may stand: it is redacted."""

    def of(self, source: S) -> Sequence[Any]:
        """Its values."""
        return each(source.rows, self.values) if isinstance(self.values, str) else self.values(source)

    @property
    def unit(self) -> str:
        return _UNITS.get(self.name.rpartition("_")[2], "")


_UNITS = {"s": "seconds", "ms": "milliseconds", "bytes": "bytes", "px": "pixels", "dpi": "pixels per inch"}


@dataclass(frozen=True, slots=True)
class Table(Generic[S]):
    """A table: what a row is, where its rows come from, and its columns."""

    name: str
    row: str
    """What one row is."""
    source: Callable[[Any, Sequence[Any]], S]
    """Facts of the trace and the objects of the rows → what the columns are taken from."""
    columns: tuple[Column[S], ...]
