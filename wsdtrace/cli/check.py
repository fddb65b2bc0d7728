"""`wsdtrace check`: read captures, judge them, tell what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from wsdtrace.cli.exits import FAIL_ON, Exit, exit_of, worst
from wsdtrace.cli.inputs import captures_of, is_several, joined_of, refuse_standard_input_twice
from wsdtrace.cli.options import (
    color_option,
    debug_option,
    filter_of,
    filter_option,
    join_option,
    keylog_of,
    keylog_option,
    quiet_option,
    seconds_of,
    secrets_option,
    selectors,
    verbose_option,
)
from wsdtrace.cli.output import Sink, sink
from wsdtrace.cli.progress import Progress
from wsdtrace.cli.terminal import complain, complain_internal, look_of
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadConfiguration, CaptureError, UsageError, WsdtraceError
from wsdtrace.report.formats import FORMATS, Format, RunInfo

if TYPE_CHECKING:
    from wsdtrace.filters import Filter
    from wsdtrace.pipeline import Options
    from wsdtrace.report.baseline import Baseline
    from wsdtrace.report.page import Look
    from wsdtrace.report.trace import Trace
    from wsdtrace.report.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a capture may have without failing."""

    fail_on: str
    allow_empty: bool
    allow_gaps: bool
    baseline: Baseline | None = None
    waivers: tuple[Waiver, ...] = ()
    chosen: Filter | None = None
    """Only findings that it means are told and count."""


@click.command(short_help="Run the protocol checker; exit 1 on findings.")
@click.argument("captures", metavar="FILE…", nargs=-1, required=True)
@click.option(
    "--select", multiple=True, metavar="CODES", help="Only these rules; codes or their beginnings: WSD6,WSD101."
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Not these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(list(FAIL_ON)),
    default=None,
    help="From which severity on to exit with 1. [error]",
)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", help="How to tell it. [text]")
@click.option("-o", "--output", metavar="FILE", help="Write there instead; the file appears when it is complete.")
@click.option("--baseline", metavar="FILE", help="A report of --format json: what it has is known and does not count.")
@click.option(
    "--timeout", "timeouts", multiple=True, metavar="OP=SECONDS", help="When an answer is slow: RetrieveImage=120."
)
@click.option("--config", metavar="FILE", help="Instead of wsdtrace.toml or pyproject.toml of this directory.")
@click.option("--plugin", "plugins", multiple=True, metavar="FILE", help="Python file with rules of your own.")
@filter_option
@click.option("--allow-empty", is_flag=True, help="No WSD traffic is no failure (else exit 5).")
@click.option("--allow-gaps", is_flag=True, help="A capture too damaged to judge is no failure (else exit 4).")
@click.option("--statistics", is_flag=True, help="Print for each rule how often it fired, passed, was inconclusive.")
@join_option
@click.option("--follow", is_flag=True, help="FILE is still being written: tell findings as they happen, until Ctrl-C.")
@keylog_option
@quiet_option
@verbose_option
@color_option
@secrets_option
@debug_option
def command(
    captures: tuple[str, ...],
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    form: str,
    output: str | None,
    baseline: str | None,
    timeouts: tuple[str, ...],
    config: str | None,
    plugins: tuple[str, ...],
    expression: str | None,
    allow_empty: bool,
    allow_gaps: bool,
    statistics: bool,
    join: bool,
    follow: bool,
    verbose: int,
    quiet: int,
    color: str,
    show_secrets: bool,
    debug: bool,
) -> int:
    """Run the protocol checker on captures and tell what happened, and whose fault it was.

    FILE is a .pcap or .pcapng (also .gz, .zst), a directory (its captures), a trace of sane-airscan (its directory, or
    one of its logs), or - for standard input.

    \b
    Exit codes
      0  nothing at or above --fail-on      4  too damaged to judge
      1  findings                           5  no WSD traffic, or encrypted only
      2  usage, output not writable        70  internal error
      3  unreadable, or no capture        130  interrupted
    """
    refuse_standard_input_twice(captures)
    look = look_of(
        color=color,
        verbosity=verbose - quiet,
        show_secrets=show_secrets,
        statistics=statistics,
        to_file=output not in (None, "-"),
    )
    from wsdtrace.cli.configuration import find_configuration
    from wsdtrace.cli.plugins import load_plugins
    from wsdtrace.pipeline import Options, rules_for

    load_plugins(plugins)
    wanted = find_configuration(config)
    style = FORMATS[form](RunInfo(look, is_several(captures) and not join))
    options = Options(
        tls_keylog=keylog_of(),
        digests=style.needs_digests,
        select=selectors(select) or wanted.select,
        ignore=selectors(ignore) or wanted.ignore,
        timeouts={**wanted.timeouts, **seconds_of(timeouts)},
    )
    chosen = filter_of(expression) or wanted.chosen
    rules_for(options)  # an unknown code is told before anything is read
    known = None if baseline is None else _baseline(baseline)
    tolerance = Tolerance(fail_on or wanted.fail_on or "error", allow_empty, allow_gaps, known, wanted.waivers, chosen)
    if follow:
        if len(captures) != 1 or join:
            raise UsageError("--follow takes one FILE")
        with sink(output, captures) as out:
            code = _followed(captures[0], options, style, out, tolerance, look=look if form == "text" else None)
            out.write(style.close())
        return code
    with sink(output, captures) as out:
        groups = _joined(captures) if join else _single(captures)
        codes = list(_judged(groups, options, style, out, tolerance, debug=debug))
        out.write(style.close())
    return worst(codes)


def _single(captures: Sequence[str]) -> Iterator[list[str] | CaptureError]:
    """Each capture for itself; an error in the place of a folder without any."""
    for argument in captures:
        try:
            yield from ([path] for path in captures_of(argument))
        except CaptureError as error:
            yield error


def _joined(captures: Sequence[str]) -> Iterator[list[str] | CaptureError]:
    """All captures as one."""
    try:
        yield joined_of(captures)
    except CaptureError as error:
        yield error


def _judged(
    groups: Iterable[list[str] | CaptureError],
    options: Options,
    style: Format,
    out: Sink,
    tolerance: Tolerance,
    *,
    debug: bool,
) -> Iterator[Exit]:
    """Read, judge and write one input after another; yields a code for each."""
    for paths in groups:
        if isinstance(paths, CaptureError):
            complain(str(paths))
            yield Exit.UNREADABLE
            continue
        try:
            text, code = _one(paths, options, style, tolerance)
        except CaptureError as error:
            complain(str(error))
            yield Exit.UNREADABLE
        except WsdtraceError:
            raise
        except Exception as error:  # a mistake of ours with one input; the others are still judged
            complain_internal(error, f"while judging {', '.join(paths)}", debug=debug)
            yield Exit.INTERNAL
        else:
            out.write(text)
            yield code


def _one(paths: list[str], options: Options, style: Format, tolerance: Tolerance) -> tuple[str, Exit]:
    """What to write about one input, and its code."""
    from wsdtrace.pipeline import check_joined

    with Progress(paths[0]) as progress:
        trace = check_joined(paths, replace(options, progress=progress))
    _set_aside(trace, tolerance)
    text = style.trace(trace)
    code = exit_of(trace, fail_on=tolerance.fail_on, allow_empty=tolerance.allow_empty, allow_gaps=tolerance.allow_gaps)
    _explain(trace, code)
    return text, code


def _followed(
    path: str, options: Options, style: Format, out: Sink, tolerance: Tolerance, *, look: Look | None
) -> Exit:
    """Judge a capture while it grows; with a `look`, findings are also told as they happen."""
    from wsdtrace.capture.live import watch_file
    from wsdtrace.cli.live import watched

    with watch_file(path) as watch:
        trace = watched(watch, options, look)
    _set_aside(trace, tolerance)
    out.write(style.trace(trace))
    code = exit_of(trace, fail_on=tolerance.fail_on, allow_empty=tolerance.allow_empty, allow_gaps=tolerance.allow_gaps)
    _explain(trace, code)
    return code


def _set_aside(trace: Trace, tolerance: Tolerance) -> None:
    """What no filter means, what the configuration ignores for its device, and what the baseline knows."""
    if tolerance.chosen is not None:
        from wsdtrace.filters import narrow_findings

        narrow_findings(trace, tolerance.chosen)
        trace.notes.append(f"only findings that the filter means are told: {tolerance.chosen.text}")
    if tolerance.waivers:
        from wsdtrace.report.waivers import waive

        waive(trace, tolerance.waivers)
    if tolerance.baseline is not None:
        from wsdtrace.report.baseline import compare

        compare(trace, tolerance.baseline)


def _baseline(path: str) -> Baseline:
    from wsdtrace.report.baseline import read_baseline

    try:
        with open(path, encoding="utf-8") as file:
            return read_baseline(path, file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(path, f"cannot be read: {error}") from error


def _explain(trace: Trace, code: Exit) -> None:
    """Why there is no verdict, where there is none."""
    from wsdtrace.report.verdict import nothing_to_judge

    path = trace.input.path
    for broken in trace.internal_errors:
        complain(f"{path}: internal error of a rule: {broken} (the other rules ran; please report it)")
    reason = nothing_to_judge(trace)
    if code is Exit.NO_WSD and reason:
        complain(f"{path}: {reason} (--allow-empty makes this no failure)")
    if code is Exit.DAMAGED:
        complain(f"{path}: too damaged to judge, every verdict is inconclusive (--allow-gaps makes this no failure)")
