"""`--format jsonl`: the same rows as `json`, a line each with its `type`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wsdtrace.report.json import document
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace

TYPES = {
    "devices": "device",
    "clients": "client",
    "exchanges": "exchange",
    "jobs": "job",
    "images": "image",
    "findings": "finding",
}
"""Lists of the document → the type of their rows."""


def rows(trace: Trace, *, show_secrets: bool) -> Iterator[str]:
    """A line for the input, one for each row, one for the ledger."""
    built = document(trace, Redactor(trace, show=show_secrets))
    yield _line("input", {"schema": built["schema"], "wsdtrace": built["wsdtrace"], **built["input"]})
    for key, kind in TYPES.items():
        for row in built.get(key, ()):
            yield _line(kind, row)
    yield _line("ledger", {"rules": built["ledger"]})


def _line(kind: str, row: dict[str, object]) -> str:
    return json.dumps({"type": kind, **row}, ensure_ascii=True, separators=(",", ":"))
