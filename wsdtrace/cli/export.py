"""`wsdtrace export`: tables of a capture for other programs, and the ladder as Mermaid."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from wsdtrace.cli.exits import Exit
from wsdtrace.cli.inputs import joined_of
from wsdtrace.cli.options import (
    debug_option,
    filter_of,
    filter_option,
    join_option,
    keylog_of,
    keylog_option,
    secrets_option,
)
from wsdtrace.cli.output import sink, whole_file
from wsdtrace.cli.progress import Progress
from wsdtrace.errors import OutputError, UsageError

if TYPE_CHECKING:
    from wsdtrace.explore.files import Files
    from wsdtrace.explore.tables.writers import Columns
    from wsdtrace.filters import Filter
    from wsdtrace.report.redact import Redactor
    from wsdtrace.report.trace import Trace

FORMATS = ("csv", "jsonl", "parquet", "mermaid")
NAMES = (
    "exchanges", "messages", "jobs", "job_states", "images", "devices", "clients", "subscriptions", "events",
    "findings",
)  # fmt: skip
"""Tables, as `explore.tables` has them: known without loading it."""


@click.command(short_help="Tables as CSV, JSON Lines or Parquet; Mermaid.")
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("captures", metavar="FILE", nargs=-1, required=True)
@click.option(
    "--table", "table", type=click.Choice(NAMES), metavar="TABLE", help="Which. [exchanges; jsonl: all of them]"
)
@click.option("--flatten", is_flag=True, help="Of messages: a column more for each element path that occurs.")
@click.option("-o", "--output", metavar="FILE", help="Write there instead; the file appears when it is complete.")
@join_option
@filter_option
@keylog_option
@secrets_option
@debug_option
def command(
    form: str,
    captures: tuple[str, ...],
    *,
    table: str | None,
    flatten: bool,
    output: str | None,
    join: bool,
    expression: str | None,
    show_secrets: bool,
    debug: bool,  # noqa: ARG001 - `run` looks at it
) -> int:
    """Write a table of a capture as CSV, JSON Lines or Parquet, or the ladder of its messages as Mermaid.

    FORMAT is csv, jsonl, parquet (needs the extra notebook) or mermaid. TABLE is one of exchanges, messages, jobs,
    job_states, images, devices, clients, subscriptions, events and findings. What their columns mean and how they join
    is in docs/reference/tables.md.
    """
    if flatten and table != "messages":
        raise UsageError("--flatten is about messages: add --table messages")
    if form == "mermaid" and table is not None:
        raise UsageError("mermaid draws the ladder; it has no --table")
    if len(captures) > 1 and not join:
        raise UsageError("export takes one FILE; with --join several are read as one")
    chosen = filter_of(expression)
    from wsdtrace.explore.files import Files
    from wsdtrace.report.redact import Redactor

    with Files(joined_of(captures) if join else captures) as files:
        trace = _read(files, captures[0], keep=flatten)
        redactor = Redactor(trace, show=show_secrets)
        if form == "parquet":
            _write_parquet(_columns(trace, table or "exchanges", chosen, redactor, flatten=flatten), output, captures)
            return Exit.OK
        with sink(output, captures) as out:
            for piece in _pieces(form, trace, table, chosen, redactor, flatten=flatten):
                out.write(piece)
    return Exit.OK


def _read(files: Files, name: str, *, keep: bool) -> Trace:
    from wsdtrace.pipeline import Options

    with Progress(name) as progress:
        kept = (lambda _: True) if keep else None
        return files.read(Options(progress=progress, tls_keylog=keylog_of(), keep_messages=kept))


def _pieces(
    form: str, trace: Trace, table: str | None, chosen: Filter | None, redactor: Redactor, *, flatten: bool
) -> Iterator[str]:
    """The text of a format, piece by piece."""
    if form == "mermaid":
        from wsdtrace.filters import narrow
        from wsdtrace.report.mermaid import ladder_mermaid

        narrow(trace, "exchanges", chosen)
        yield ladder_mermaid(trace, redactor=redactor)
        return
    from wsdtrace.explore.tables.writers import csv_lines, json_lines

    if form == "csv":
        yield from csv_lines(_columns(trace, table or "exchanges", chosen, redactor, flatten=flatten))
        return
    for name in NAMES if table is None else (table,):
        yield from json_lines(name, _columns(trace, name, chosen, redactor, flatten=flatten))


def _columns(trace: Trace, name: str, chosen: Filter | None, redactor: Redactor, *, flatten: bool) -> Columns:
    """The columns of a table, of what the filter means."""
    from wsdtrace.explore.tables import TABLES, messages_of, values_of
    from wsdtrace.explore.tables.flat import bodies_of, flat_columns

    rows: Sequence[Any]
    if name == "messages":
        rows = messages_of(trace.exchanges)
    else:
        rows = getattr(trace, "jobs" if name == "job_states" else name)
    if chosen is not None:
        rows = list(filter(chosen.of(trace), rows))
    columns = list(values_of(TABLES[name], trace, rows, redactor))
    return columns + flat_columns(bodies_of(trace, rows), redactor) if flatten else columns


def _write_parquet(columns: Columns, output: str | None, captures: Sequence[str]) -> None:
    from wsdtrace.explore.tables.arrow import arrow_table, parquet_bytes

    data = parquet_bytes(arrow_table([columns]))
    if output is not None and output != "-":
        with sink(output, captures):
            pass  # says whether it may be written there
        with whole_file(output) as file:
            file.write(data)
        return
    if sys.stdout is None:
        raise OutputError("standard output is closed")
    if sys.stdout.isatty():
        raise UsageError("Parquet is a binary format; name a file with -o FILE, or send it through a pipe")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
