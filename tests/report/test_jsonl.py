"""JSON Lines: the rows of json, a line each."""

from __future__ import annotations

import json

from tests.report.hostile import hostile_trace
from tests.report.traces import orphaned_job
from wsdtrace.report.json import document
from wsdtrace.report.jsonl import TYPES, rows
from wsdtrace.report.redact import Redactor


def test_the_lines_are_the_rows_of_the_document() -> None:
    trace = orphaned_job()
    built = document(trace, Redactor(trace))
    read = [json.loads(line) for line in rows(trace, show_secrets=False)]
    assert read[0]["type"] == "input"
    assert read[-1]["type"] == "ledger"
    for key, kind in TYPES.items():
        assert [{k: v for k, v in row.items() if k != "type"} for row in read if row["type"] == kind] == built[key]


def test_a_hostile_capture_breaks_no_line() -> None:
    for line in rows(hostile_trace(), show_secrets=True):
        assert "\n" not in line
        assert "\x1b" not in line
        json.loads(line)
