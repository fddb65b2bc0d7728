"""Tables → CSV and JSON Lines, without any extra.

CSV is RFC 4180 with a line of names. A text that a spreadsheet would take for a formula gets an apostrophe in front
(OWASP, CSV injection). Control characters are made visible, so that a row stays a line. In JSON Lines each row is an
object with the table's name in `table`; absent values are null.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wsdtrace.explore.tables.columns import Column, Kind
from wsdtrace.explore.tables.values import plain
from wsdtrace.report.escape import harmless_json, visible
from wsdtrace.report.times import rfc3339

Columns = Sequence[tuple[Column[Any], Sequence[Any]]]
"""Columns and their values, as `values_of` makes them."""

DIGITS = 9
"""Of the fraction of a second."""

BLOCK = 1000
"""Rows that are handed on at a time."""

_FORMULA = ("=", "+", "-", "@")


def csv_lines(columns: Columns) -> Iterator[str]:
    """Pieces of a CSV file: names first, then rows."""
    yield _written([[column.name for column, _ in columns]])
    cells = [map(_cell_of(column.kind), plain(values)) for column, values in columns]
    yield from map(_written, _blocks(zip(*cells, strict=True)))


def json_lines(table: str, columns: Columns) -> Iterator[str]:
    """Pieces of a JSON Lines file."""
    names = [column.name for column, _ in columns]
    cells = [map(_value_of(column.kind), plain(values)) for column, values in columns]
    for block in _blocks(zip(*cells, strict=True)):
        yield "".join(_object({"table": table, **dict(zip(names, row, strict=True))}) for row in block)


def _blocks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    block: list[Any] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


def _written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _object(row: dict[str, Any]) -> str:
    return harmless_json(json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)) + "\n"


def quoted(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    shown = visible(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def _cell_of(kind: Kind) -> Callable[[Any], str]:
    """How a value stands in CSV."""
    if kind is Kind.TEXT:
        return lambda value: "" if value is None else quoted(value)
    if kind is Kind.TIME:
        return lambda value: "" if value is None else rfc3339(value, DIGITS)
    if kind is Kind.BOOL:
        return lambda value: "" if value is None else str(value).lower()
    if kind is Kind.FLOAT:
        return lambda value: "" if value is None else f"{value:.9f}".rstrip("0").rstrip(".")
    return lambda value: "" if value is None else str(value)


def _value_of(kind: Kind) -> Callable[[Any], Any]:
    """How a value stands in JSON."""
    if kind is Kind.TIME:
        return lambda value: None if value is None else rfc3339(value, DIGITS)
    if kind is Kind.TEXT:  # lone surrogates are no Unicode text
        return lambda value: None if value is None else value.encode("utf-8", "backslashreplace").decode()
    return lambda value: value
