"""Messages, flattened: a column for each path of an element that occurs in one of them.

`CreateScanJobRequest/ScanTicket/DocumentParameters/Format` is a column; a repeated element has `[1]`, `[2]` … behind
its name. Numbers stay numbers where every message has one there. Secrets are replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from wsdtrace.errors import UsageError
from wsdtrace.explore.tables.columns import Column, Kind
from wsdtrace.explore.tables.source import Said
from wsdtrace.explore.tree import leaves
from wsdtrace.report.redact import REDACTED, Redactor
from wsdtrace.report.trace import Trace
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.schema import Element

MAX_PATHS = 4000
"""Columns of a flattened table: twenty times what one kind of message has. Filter first, by operation."""


def flat_columns(
    bodies: Sequence[Element | Fault | None], redactor: Redactor
) -> list[tuple[Column[Any], Sequence[Any]]]:
    """Columns for the typed bodies of messages, in order of first appearance.

    Args:
        bodies: one for each row; None for what could not be typed.
        redactor: what is not shown.

    Raises:
        UsageError: there are too many different paths.
    """
    found: dict[str, tuple[list[Any], str]] = {}
    for row, body in enumerate(bodies):
        for leaf in leaves(body) if body is not None else ():
            if leaf.value is None:
                continue
            if leaf.path not in found:
                if len(found) == MAX_PATHS:
                    raise UsageError(f"more than {MAX_PATHS} different paths; filter the messages by operation first")
                meaning = f"{leaf.meaning}, {leaf.unit}" if leaf.unit else leaf.meaning
                found[leaf.path] = [None] * len(bodies), meaning
            private = leaf.private and not redactor.show
            found[leaf.path][0][row] = REDACTED if private else _plain(leaf.raw, redactor.text(leaf.value))
    return [_column(path, values, meaning) for path, (values, meaning) in found.items()]


def bodies_of(trace: Trace, rows: Sequence[Said]) -> list[Element | Fault | None]:
    """The typed bodies of messages, from a trace of the same capture that kept them.

    Args:
        trace: with its messages.
        rows: of the same or of another reading.
    """
    kept = {
        (message.first, message.sender, message.role): message.decoded
        for exchange in trace.exchanges
        for message in (exchange.request, exchange.response, *exchange.answers)
        if message is not None and message.decoded is not None
    }
    found = [kept.get((said.message.first, said.message.sender, said.message.role)) for said in rows]
    return [None if decoded is None else decoded.value for decoded in found]


def _plain(value: Any, text: str) -> Any:
    """Numbers and truth values as they are, everything else as it is written."""
    return value if isinstance(value, bool | int) and not isinstance(value, Enum) else text


def _column(path: str, values: list[Any], meaning: str) -> tuple[Column[Any], Sequence[Any]]:
    types = {type(value) for value in values if value is not None}
    kind = {frozenset({int}): Kind.INT, frozenset({bool}): Kind.BOOL}.get(frozenset(types), Kind.TEXT)
    if kind is Kind.TEXT:
        values = [None if v is None else v if isinstance(v, str) else str(v).lower() for v in values]
    return Column(path, kind, meaning, lambda _: values), values
