"""`wsdtrace show`: tables of what a capture holds, and single exchanges and jobs in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from wsdtrace.cli.exits import Exit, worst
from wsdtrace.cli.inputs import captures_of, joined_of, refuse_standard_input_twice
from wsdtrace.cli.options import (
    color_option,
    debug_option,
    filter_of,
    filter_option,
    join_option,
    keylog_of,
    keylog_option,
    secrets_option,
)
from wsdtrace.cli.output import Sink
from wsdtrace.cli.progress import Progress
from wsdtrace.cli.terminal import complain, complain_internal, look_of
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import CaptureError, UsageError

if TYPE_CHECKING:
    from wsdtrace.filters import Filter
    from wsdtrace.report.page import Look, Page
    from wsdtrace.report.trace import Trace
    from wsdtrace.state.model import Exchange

KINDS = ("exchanges", "jobs", "images", "devices", "subscriptions", "events", "findings")
"""What can be listed; `report.tables` has a table for each."""


EVERY_RULE = ("WSD",)
"""What is ignored where no finding is shown: judging takes as long as reading."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown; at most one of the numbers is set."""

    kind: str
    exchange: int | None = None
    job: int | None = None
    frame: int | None = None

    @property
    def is_detail(self) -> bool:
        return (self.exchange, self.job, self.frame) != (None, None, None)


@click.command(short_help="Tables of what is in it; one exchange or job in full.")
@click.argument("arguments", metavar="[LIST] FILE…", nargs=-1, required=True)
@click.option("--exchange", type=click.IntRange(1), metavar="N", help="Exchange N in full.")
@click.option("--job", type=click.IntRange(0), metavar="N", help="The job with JobId N in full.")
@click.option(
    "--frame",
    type=click.IntRange(1),
    metavar="N",
    help="The exchange that frame N (of a trace: line N) belongs to, in full.",
)
@join_option
@filter_option
@keylog_option
@color_option
@secrets_option
@debug_option
def command(
    arguments: tuple[str, ...],
    *,
    exchange: int | None,
    job: int | None,
    frame: int | None,
    join: bool,
    expression: str | None,
    color: str,
    show_secrets: bool,
    debug: bool,
) -> int:
    """List what a capture holds, or show one thing of it in full.

    LIST is one of exchanges (the default), jobs, images, devices, subscriptions, events and findings. FILE is a
    capture, a directory or -. Frame numbers are those of Wireshark. A file that is called like a list is written with
    its folder: ./jobs
    """
    is_kind = arguments[0] in KINDS
    captures = arguments[1:] if is_kind else arguments
    if not captures:
        raise UsageError(f"show {arguments[0]}: of which capture? (wsdtrace show {arguments[0]} FILE)")
    if sum(number is not None for number in (exchange, job, frame)) > 1:
        raise UsageError("--exchange, --job and --frame exclude each other")
    wanted = Wanted(arguments[0] if is_kind else "exchanges", exchange, job, frame)
    if is_kind and wanted.is_detail:
        raise UsageError(f"{wanted.kind} lists, --exchange, --job and --frame show one thing: choose one of the two")
    if expression is not None and wanted.is_detail:
        raise UsageError("-Y filters a list, --exchange, --job and --frame show one thing: choose one of the two")
    chosen = filter_of(expression)
    refuse_standard_input_twice(captures)
    look = look_of(color=color, show_secrets=show_secrets)
    codes = [Exit.OK]
    out = Sink(None)
    for path in captures:
        try:
            if join:
                out.write(_shown(joined_of(captures), wanted, chosen, look, name_it=False))
                break
            for capture in captures_of(path):
                out.write(_shown([capture], wanted, chosen, look, name_it=len(captures) > 1 or capture != path))
        except CaptureError as error:
            complain(str(error))
            codes.append(Exit.UNREADABLE)
        except UsageError as error:
            complain(str(error))
            codes.append(Exit.USAGE)
        except OSError:
            raise
        except Exception as error:  # a mistake of ours with one input; the others are still shown
            complain_internal(error, f"while reading {path}", debug=debug)
            codes.append(Exit.INTERNAL)
    return worst(codes)


def _shown(paths: list[str], wanted: Wanted, chosen: Filter | None, look: Look, *, name_it: bool) -> str:
    """The text about one capture."""
    from wsdtrace.report.page import Page
    from wsdtrace.report.redact import Redactor
    from wsdtrace.report.tables import write_kind
    from wsdtrace.report.text import write_header

    trace = _read(paths, wanted, judged=chosen is not None)
    if chosen is not None:
        from wsdtrace.filters import narrow

        narrow(trace, wanted.kind, chosen)
        if wanted.kind == "devices":
            narrow(trace, "clients", chosen)
    page = Page(look, Redactor(trace, show=look.show_secrets))
    if name_it:
        write_header(page, trace)
        page.blank()
    if wanted.is_detail:
        _write_detail(page, trace, wanted)
    else:
        write_kind(page, trace, wanted.kind)
    if name_it:
        page.blank()
    return str(page)


def _read(paths: list[str], wanted: Wanted, *, judged: bool) -> Trace:
    """Read once; for one exchange of a file, which gets its number only at the end, twice.

    Args:
        paths: a capture, or several to be read as one.
        wanted: what is shown of it.
        judged: findings are asked for, whether they are shown or not.
    """
    from wsdtrace.pipeline import Options, check_joined

    def read(options: Options) -> Trace:
        with Progress(paths[0]) as progress:
            return check_joined(paths, replace(options, progress=progress))

    judged = judged or wanted.is_detail or wanted.kind == "findings"
    options = Options(digests=wanted.kind == "images", tls_keylog=keylog_of(), ignore=() if judged else EVERY_RULE)
    if wanted.exchange is not None:
        keep: Callable[[Exchange], bool] = _everything
        if "-" not in paths:
            keep = _same_place(read(options), wanted.exchange)
        options = replace(options, keep_messages=keep)
    elif wanted.frame is not None:
        options = replace(options, keep_messages=partial(_covers, frame=wanted.frame))
    return read(options)


def _everything(_: Exchange) -> bool:
    """From a pipe there is one pass only, so every message has to wait for the numbers."""
    return True


def _same_place(trace: Trace, number: int) -> Callable[[Exchange], bool]:
    """Recognises exchange `number` of a first pass in a second one."""
    place = _exchange(trace, number).first
    return lambda exchange: exchange.first == place


def _covers(exchange: Exchange, frame: int) -> bool:
    """The frame lies within one of the exchange's messages, or is a repeat of its request."""
    messages = (exchange.request, exchange.response, *exchange.answers)
    return any(m is not None and m.first.number <= frame <= m.last.number for m in messages) or any(
        stamp.number == frame for stamp in exchange.repeats
    )


def _exchange(trace: Trace, number: int) -> Exchange:
    for exchange in trace.exchanges:
        if exchange.id == number:
            return exchange
    raise UsageError(f"{trace.input.path}: no exchange {number}; it has {len(trace.exchanges)}")


def _write_detail(page: Page, trace: Trace, wanted: Wanted) -> None:
    from wsdtrace.report.detail import write_exchange, write_job

    path = trace.input.path
    if wanted.job is not None:
        jobs = [job for job in trace.jobs if job.job_id == wanted.job]
        if not jobs:
            known = ", ".join(str(job.job_id) for job in trace.jobs[:20]) or "none"
            raise UsageError(f"{path}: no job {wanted.job}; its jobs: {known}")
        for number, job in enumerate(jobs):
            if number:
                page.blank()
            write_job(page, trace, job)
        return
    if wanted.exchange is not None:
        write_exchange(page, trace, _exchange(trace, wanted.exchange))
        return
    assert wanted.frame is not None
    unit, count = ("line", trace.input.lines) if trace.input.logs else ("frame", trace.input.frames)
    if wanted.frame > count:
        raise UsageError(f"{path}: no {unit} {wanted.frame}; it has {count}")
    found = [exchange for exchange in trace.exchanges if _covers(exchange, wanted.frame)]
    if not found:
        page.line(f"{unit} {wanted.frame} belongs to no exchange of WSD")
    # Exchanges of several connections may overlap in time: the narrowest range is the likeliest, and stands first.
    for number, exchange in enumerate(sorted(found, key=lambda e: e.last.number - e.first.number)):
        if number:
            page.blank()
        write_exchange(page, trace, exchange)
