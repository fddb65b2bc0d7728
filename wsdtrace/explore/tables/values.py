"""A table and its objects → columns of plain values, with secrets replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wsdtrace.explore.tables.columns import Column, Table
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace


def values_of(
    table: Table[Any], trace: Trace, rows: Sequence[Any], redactor: Redactor
) -> Iterator[tuple[Column[Any], Sequence[Any]]]:
    """Each column with a value for each row."""
    source = table.source(trace, rows)
    for column in table.columns:
        values = column.values(source)
        yield column, _said(values, redactor) if column.said else values


def _said(values: Sequence[str | None], redactor: Redactor) -> list[str | None]:
    """Free texts without secrets; equal ones are looked at once."""
    known = {text: redactor.text(text) for text in set(values) if text is not None}
    return [None if text is None else known[text] for text in values]
