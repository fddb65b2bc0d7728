"""CSV and JSON Lines, read back by the standard library."""

import csv
import io
import json
from typing import Any

import pytest

from tests.report.hostile import PAYLOAD
from tests.report.traces import Story
from wsdtrace import Trace
from wsdtrace.explore.tables import TABLES, Column, Kind, values_of
from wsdtrace.explore.tables.writers import csv_lines, json_lines, quoted
from wsdtrace.report.redact import Redactor


def columns_of(facts: Any, table: str) -> list[tuple[Column[Any], Any]]:
    return list(values_of(TABLES[table], facts, getattr(facts, table), Redactor(facts)))


def test_csv_has_a_row_for_each_and_exact_values(adf: Trace) -> None:
    text = "".join(csv_lines(columns_of(adf._facts, "exchanges")))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [int(row["exchange"]) for row in rows] == list(range(1, 9))
    assert float(rows[3]["latency_s"]) == adf.exchanges[3].latency_s
    assert rows[0]["job"] == ""
    assert rows[3]["request_complete"] == "true"
    assert rows[3]["request_time"].endswith("Z")
    assert text.endswith("\r\n")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("=1+1", "'=1+1", id="formula"),
        pytest.param("  @SUM(A1)", "'  @SUM(A1)", id="behind blanks"),
        pytest.param("-1", "'-1", id="minus"),
        pytest.param("+1", "'+1", id="plus"),
        pytest.param("a=b", "a=b", id="not at the start"),
        pytest.param("\x1b[2J\n", "␛[2J␊", id="control characters"),
        pytest.param("\t=1", "␉=1", id="a tab is no longer one"),
    ],
)
def test_no_text_is_a_formula(text: str, cell: str) -> None:
    assert quoted(text) == cell


def test_hostile_text_keeps_rows_and_objects_whole() -> None:
    story = Story()
    exchange = story.exchange("CreateScanJob", (1.0, 1), (2.0, 2))
    exchange.operation = PAYLOAD
    columns = columns_of(story.trace, "exchanges")
    text = "".join(csv_lines(columns))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in rows] == [len(columns)] * 2
    assert text.count("\n") == 2
    lines = "".join(json_lines("exchanges", columns)).encode().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["table"] == "exchanges"


def test_json_lines_have_null_for_what_is_absent(adf: Trace) -> None:
    rows = [
        json.loads(line) for line in "".join(json_lines("exchanges", columns_of(adf._facts, "exchanges"))).splitlines()
    ]
    assert (rows[0]["job"], rows[3]["job"], rows[3]["exchange"]) == (None, 0, 4)
    assert rows[0]["request_complete"] is True


def test_many_rows_come_in_pieces() -> None:
    column: Column[Any] = Column("n", Kind.INT, "", list)
    pieces = list(csv_lines([(column, list(range(2500)))]))
    assert [piece.count("\n") for piece in pieces] == [1, 1000, 1000, 500]
    assert list(csv_lines([(column, [])])) == ["n\r\n"]
