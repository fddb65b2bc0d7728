"""`wsdtrace export`."""

import csv
import io
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no stubs
import pytest

from tests.cli.conftest import Run
from tests.shared import CAPTURES
from wsdtrace.cli.export import NAMES
from wsdtrace.explore.tables import TABLES

ADF = str(CAPTURES / "adf-3-pages" / "capture.pcap")


def test_the_tables_are_those_that_there_are() -> None:
    assert list(NAMES) == list(TABLES)


@pytest.mark.parametrize("table", NAMES)
def test_every_table_is_written_as_csv_and_parquet(wsdtrace: Run, tmp_path: Path, table: str) -> None:
    ran = wsdtrace("export", "csv", ADF, "--table", table)
    assert (ran.code, ran.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ran.out, newline="")))
    path = tmp_path / "x.parquet"
    assert wsdtrace("export", "parquet", ADF, "--table", table, "-o", str(path)).code == 0
    read = pq.read_table(path)
    assert read.column_names == [column.name for column in TABLES[table].columns]
    assert read.num_rows == len(rows)


def test_json_lines_hold_all_tables(wsdtrace: Run) -> None:
    rows = [json.loads(line) for line in wsdtrace("export", "jsonl", ADF).out.splitlines()]
    assert {row["table"] for row in rows} == {
        "exchanges", "messages", "jobs", "job_states", "images", "devices", "clients", "findings",
    }  # fmt: skip
    assert len([row for row in rows if row["table"] == "exchanges"]) == 8


def test_a_filter_chooses_rows(wsdtrace: Run) -> None:
    out = wsdtrace("export", "csv", ADF, "-Y", "wsd.op == RetrieveImage").out
    assert out.count("\r\n") == 5 or out.count("\n") == 5


def test_messages_are_flattened_and_redacted(wsdtrace: Run) -> None:
    command = ("export", "jsonl", ADF, "--table", "messages", "--flatten", "-Y", "wsd.op == CreateScanJob")
    request, response = map(json.loads, wsdtrace(*command).out.splitlines())
    assert request["CreateScanJobRequest/ScanTicket/DocumentParameters/Format"] == "jfif"
    assert request["CreateScanJobRequest/ScanTicket/JobDescription/JobOriginatingUserName"] == "‹redacted›"
    assert response["CreateScanJobResponse/JobToken"] == "‹redacted›"
    shown = json.loads(wsdtrace(*command, "--show-secrets").out.splitlines()[1])
    assert shown["CreateScanJobResponse/JobToken"] != "‹redacted›"


def test_mermaid_is_the_ladder(wsdtrace: Run) -> None:
    out = wsdtrace("export", "mermaid", ADF, "-Y", "wsd.op == CreateScanJob").out
    assert out.startswith("sequenceDiagram\n")
    assert "CreateScanJob" in out
    assert "RetrieveImage" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("csv", ADF, "--flatten"), "add --table messages", id="flatten what"),
        pytest.param(("mermaid", ADF, "--table", "jobs"), "it has no --table", id="a table of mermaid"),
        pytest.param(("csv", ADF, "-Y", "wsd.op ="), "column 8", id="filter"),
        pytest.param(("csv", ADF, "-o", "/nowhere/x.csv"), "cannot be written", id="no such folder"),
        pytest.param(("parquet", ADF, "-o", "/nowhere/x"), "cannot be written", id="no such folder, parquet"),
        pytest.param(("csv", ADF, "-o", ADF), "is an input; it is not overwritten", id="onto the input"),
        pytest.param(("parquet", ADF, "-o", ADF), "is an input; it is not overwritten", id="onto the input, parquet"),
        pytest.param(("xlsx", ADF), "is not one of", id="unknown format"),
    ],
)
def test_what_cannot_be_done_is_told(wsdtrace: Run, arguments: tuple[str, ...], says: str) -> None:
    ran = wsdtrace("export", *arguments)
    assert ran.code == 2
    assert says in ran.err


def test_a_missing_extra_is_told_with_the_command(wsdtrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = wsdtrace("export", "parquet", ADF, "-o", "x.parquet")
    assert ran.code == 2
    assert ran.err.endswith("pip install 'wsdtrace[notebook]'\n")
    assert wsdtrace("export", "csv", ADF).code == 0


def test_several_files_are_one_with_join(wsdtrace: Run) -> None:
    orphaned = str(CAPTURES / "orphaned-job" / "capture.pcapng")
    ran = wsdtrace("export", "csv", ADF, orphaned, "--join")
    assert (ran.code, len(list(csv.DictReader(io.StringIO(ran.out, newline=""))))) == (0, 8 + 10)
    ran = wsdtrace("export", "csv", ADF, orphaned)
    assert (ran.code, ran.out) == (2, "")
    assert "--join" in ran.err


def test_what_the_network_did_is_known_of_a_pipe_too(wsdtrace: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(ADF).read_bytes())))
    rows = list(csv.DictReader(io.StringIO(wsdtrace("export", "csv", "-").out, newline="")))
    assert all(float(row["rtt_s"]) > 0 for row in rows)
