"""A table and its objects → columns of plain values, with secrets replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from wsdtrace.explore.tables.columns import Column, Kind, Table
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace


def values_of(
    table: Table[Any], trace: Trace, rows: Sequence[Any], redactor: Redactor
) -> Iterator[tuple[Column[Any], Sequence[Any]]]:
    """Each column with a value for each row."""
    source = table.source(trace, rows)
    dated = trace.input.dated
    for column in table.columns:
        values = column.of(source)
        if column.kind is Kind.TIME and not dated:
            values = [None] * len(values)
        yield column, _said(values, redactor) if column.said else values


BLOCK = 2048
"""Rows of a block: a few hundred bytes each, so that some are still in a processor's cache for the next column."""


def blocks_of(
    table: Table[Any], trace: Trace, rows: Sequence[Any], redactor: Redactor
) -> Iterator[list[tuple[Column[Any], Sequence[Any]]]]:
    """The columns of a table block by block; one empty block where there are no rows."""
    for start in range(0, len(rows) or 1, BLOCK):
        yield list(values_of(table, trace, rows[start : start + BLOCK], redactor))


def plain(values: Any) -> Sequence[Any]:
    """A column's values as Python's own: an array becomes a list."""
    found: Sequence[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    return found


def _said(values: Sequence[str | None], redactor: Redactor) -> list[str | None]:
    """Free texts without secrets; equal ones are looked at once."""
    known = {text: redactor.text(text) for text in set(values) if text is not None}
    return [None if text is None else known[text] for text in values]
