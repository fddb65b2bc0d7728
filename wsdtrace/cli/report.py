"""`wsdtrace report`: one capture as a file that people send each other."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from wsdtrace.cli.exits import Exit
from wsdtrace.cli.inputs import joined_of
from wsdtrace.cli.options import debug_option, join_option, keylog_of, keylog_option, secrets_option, selectors
from wsdtrace.cli.output import sink
from wsdtrace.cli.progress import Progress
from wsdtrace.cli.terminal import complain, complain_internal
from wsdtrace.errors import CaptureError, UsageError, WsdtraceError


@click.command(short_help="One HTML file to look at and send; or an issue.")
@click.argument("captures", metavar="FILE", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="FILE", help="Write there; the file appears when it is complete. [standard output]"
)
@click.option(
    "--format", "form", type=click.Choice(["html", "markdown"]), default="html",
    help="A page to look at, or the text of an issue. [html]",
)  # fmt: skip
@click.option(
    "--images", type=click.Choice(["thumb", "full", "none"]), default="thumb",
    help="What of the scanned pages stands in the HTML. [thumb]",
)  # fmt: skip
@click.option(
    "--redact/--no-redact", default=None,
    help="Take out serial numbers, addresses, identifiers and names too. [markdown: yes, html: no]",
)  # fmt: skip
@click.option("--select", multiple=True, metavar="CODES", help="Only these rules; codes or their beginnings.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Not these rules.")
@join_option
@keylog_option
@secrets_option
@debug_option
def command(
    captures: tuple[str, ...],
    *,
    output: str | None,
    form: str,
    images: str,
    redact: bool | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    join: bool,
    show_secrets: bool,
    debug: bool,
) -> int:
    """Write a report of one capture: what happened, whose fault it was, and everything that shows it.

    The HTML is one file that works offline and without script, with ladders, findings, timing, pages and all exchanges.
    The Markdown is the text of an issue with the ladder as a Mermaid diagram; what is private is taken out of it.

    FILE is a capture as for check, or - for standard input. The exit code is 0 whatever was found: that is what check
    is for.
    """
    if len(captures) > 1 and not join:
        raise UsageError("report takes one FILE; with --join several are read as one")
    private = form == "markdown" if redact is None else redact
    if show_secrets and private:
        raise UsageError("--show-secrets and --redact exclude each other (markdown redacts unless told --no-redact)")
    if form == "html" and output is None and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError("a page of HTML is no use on a terminal: name a file with -o report.html")
    try:
        with sink(output, captures) as out:
            text = _report(
                joined_of(captures) if join else captures,
                form,
                images,
                selectors(select),
                selectors(ignore),
                private=private,
                secrets=show_secrets,
            )
            out.write(text)
    except CaptureError as error:
        complain(str(error))
        return Exit.UNREADABLE
    except (WsdtraceError, OSError):
        raise
    except Exception as error:  # a mistake of ours, told as one
        complain_internal(error, f"while reporting on {captures[0]}", debug=debug)
        return Exit.INTERNAL
    return Exit.OK


def _report(
    captures: Sequence[str],
    form: str,
    images: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    *,
    private: bool,
    secrets: bool,
) -> str:
    from wsdtrace.capture.spool import MAX_SPOOLED
    from wsdtrace.explore.files import Files
    from wsdtrace.pipeline import Options
    from wsdtrace.report.htmlreport import ImageMode, ReportOptions, render_html
    from wsdtrace.report.issuetext import render_issue

    with Files(captures) as files:
        for name in files.cut:
            complain(f"{name}: only its first {MAX_SPOOLED:,} bytes are looked at")
        with Progress(captures[0]) as progress:
            trace = files.read(
                Options(digests=form == "html", tls_keylog=keylog_of(), select=select, ignore=ignore, progress=progress)
            )
        chosen = ReportOptions(ImageMode(images), private, secrets, files.sha256())
        return render_html(trace, chosen) if form == "html" else render_issue(trace, chosen)
