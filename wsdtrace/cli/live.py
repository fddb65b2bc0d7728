"""`wsdtrace live`: watch an interface; and `check --follow`: watch a file that grows."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from wsdtrace.cli.exits import Exit, exit_of
from wsdtrace.cli.options import (
    color_option,
    debug_option,
    keylog_of,
    keylog_option,
    quiet_option,
    secrets_option,
    selectors,
    verbose_option,
)
from wsdtrace.cli.output import Sink
from wsdtrace.cli.terminal import complain, look_of
from wsdtrace.errors import UsageError

if TYPE_CHECKING:
    from wsdtrace.capture.live import Watch
    from wsdtrace.capture.ring import RecordWriter
    from wsdtrace.check.finding import Finding
    from wsdtrace.pipeline import Options, Run
    from wsdtrace.report.page import Look
    from wsdtrace.report.trace import Trace
    from wsdtrace.state.events import Event
    from wsdtrace.state.model import Job

TICK_SECONDS: Final = 0.5
"""Between two looks at the timers while nothing comes."""
LATENESS_NS: Final = 2_000_000_000
"""Frames may be so late: they wait in the buffers of the system and of the recorder."""
PRESENT_NS: Final = 10_000_000_000
"""A frame that is so young was just recorded."""
MEGABYTE: Final = 1_000_000


@click.command(short_help="Watch an interface; tell findings as they happen.")
@click.option("-i", "--interface", required=True, metavar="IFACE", help="As the system calls it; any for all (Linux).")
@click.option("-w", "--write", metavar="FILE", help="Write the frames there (pcapng), readable at every moment.")
@click.option("-f", "--filter", "capture_filter", metavar="BPF", help="Capture filter: 'host 192.0.2.9 or port 3702'.")
@click.option(
    "--ring-size", type=click.FloatRange(0.1), metavar="MB", help="With -w: begin another file after so much."
)
@click.option("--ring-files", type=click.IntRange(2), metavar="N", help="With --ring-size: keep the newest N files.")
@click.option("--seconds", type=click.FloatRange(0.1), metavar="S", help="Stop after so long. [Ctrl-C stops]")
@click.option("--select", multiple=True, metavar="CODES", help="Only these rules, as for check.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Not these rules.")
@keylog_option
@quiet_option
@verbose_option
@color_option
@secrets_option
@debug_option
def command(
    *,
    interface: str,
    write: str | None,
    capture_filter: str | None,
    ring_size: float | None,
    ring_files: int | None,
    seconds: float | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    verbose: int,
    quiet: int,
    color: str,
    show_secrets: bool,
    debug: bool,  # noqa: ARG001  # the entry reads it
) -> int:
    """Watch an interface with dumpcap or tcpdump (or scapy, extra live), and tell findings as they happen.

    Ctrl-C ends the record and prints the verdict, as check does for a file.
    """
    from wsdtrace.capture.live import watch_interface
    from wsdtrace.pipeline import Options

    if (ring_size is not None and write is None) or (ring_files is not None and ring_size is None):
        raise UsageError("--ring-size needs -w FILE, and --ring-files needs --ring-size")
    look = look_of(color=color, verbosity=verbose - quiet, show_secrets=show_secrets)
    options = Options(tls_keylog=keylog_of(), select=selectors(select), ignore=selectors(ignore), keep_exchanges=False)
    with contextlib.ExitStack() as stack:
        watch = stack.enter_context(watch_interface(interface, capture_filter))
        writer = None
        if write is not None:
            from wsdtrace.capture.ring import RecordWriter

            size = None if ring_size is None else int(ring_size * MEGABYTE)
            writer = stack.enter_context(RecordWriter(write, interface, file_bytes=size, files=ring_files))
        complain(f"recording {interface}; Ctrl-C ends it and tells the verdict")
        trace = watched(watch, options, look, writer=writer, seconds=seconds)
    trace.input.format = "live"
    if writer is not None:
        trace.input.files = [str(path) for path in writer.paths]
    return told(trace, look)


def told(trace: Trace, look: Look) -> Exit:
    """Print the verdict; its code."""
    from wsdtrace.report.text import render_check

    Sink(None).write("\n" + render_check(trace, look))
    return exit_of(trace)


def watched(
    watch: Watch,
    options: Options,
    look: Look | None,
    *,
    writer: RecordWriter | None = None,
    seconds: float | None = None,
    now_ns: Callable[[], int] = time.time_ns,
) -> Trace:
    """Read what is watched until it ends, is stopped, or the time is up; findings are printed as they happen.

    Args:
        watch: unread.
        options: how to judge; its `on_finding` is replaced.
        look: of the lines; None: no lines.
        writer: where the frames are written before they are judged.
        seconds: when to stop; None: when it ends, or at Ctrl-C.
        now_ns: the clock that timers are served by.
    """
    from dataclasses import replace

    from wsdtrace.pipeline import Run, captured, reading, rules_for
    from wsdtrace.state.events import JobFellSilent

    found: list[Finding] = []
    silent: list[Job] = []

    def heard(event: Event) -> None:
        if isinstance(event, JobFellSilent):
            silent.append(event.job)

    run = Run(replace(options, on_finding=found.append, on_event=heard), rules_for(options))

    def tell() -> None:
        if look is not None:
            _tell(found, silent, run, look)
        found.clear()
        silent.clear()

    started = now_ns()
    # The clock serves timers only while the frames are of the present: not in an old file that is followed.
    is_present = False
    batches = watch.source.batches()
    with _stopped_by_interrupt(watch.stop), reading(watch.source, run):
        while True:
            if seconds is not None and now_ns() - started >= seconds * 1e9:
                watch.stop()
                seconds = None
            if not watch.wait(TICK_SECONDS):
                if is_present:
                    run.wait(now_ns() - LATENESS_NS)
                tell()
                continue
            batch = next(batches, None)
            if batch is None:
                break
            if writer is not None:
                writer.begin(list(watch.source.link_numbers.values()))
                writer.write(batch)
            run.frames(batch)
            is_present = is_present or abs(now_ns() - (watch.source.last_time_ns or 0)) < PRESENT_NS
            tell()
        return captured(watch.source, run)


def _tell(found: list[Finding], silent: list[Job], run: Run, look: Look) -> None:
    """One line for each finding that is new, and for each job whose client has been silent too long.

    Whether such a job is orphaned (WSD601) is known when nobody comes back; so that is told as what it is, a silence.
    """
    if not found and not silent:
        return
    from wsdtrace.check.finding import Severity
    from wsdtrace.report.findings import FindingWriter
    from wsdtrace.report.page import Page, Verbosity
    from wsdtrace.report.redact import Redactor
    from wsdtrace.report.styled import Text
    from wsdtrace.report.text import SHOWN_FROM
    from wsdtrace.report.trace import InputInfo, Trace
    from wsdtrace.report.verdict import JOB_TIMEOUT_NS

    so_far = Trace(InputInfo("live", [], "live"), jobs=run.tracker.jobs.all)
    page = Page(look, Redactor(so_far, show=look.show_secrets))
    least: Severity = SHOWN_FROM[look.verbosity]
    lines = FindingWriter(page, None, {})
    for finding in found:
        if finding.severity.rank <= least.rank:
            lines.write_line(finding)
    for job in silent:
        said = f"job {job.job_id}: silent for {JOB_TIMEOUT_NS // 1_000_000_000} s; WSD601 if nobody comes back for it"
        page.hanging(Text("… "), Text(said), hang="  ")
    text = str(page)
    if text.strip() and look.verbosity is not Verbosity.QUIET:
        Sink(None).write(text)


@contextlib.contextmanager
def _stopped_by_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) stops the delivery; the second one interrupts."""

    def first(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # signal's signature
        for each, handler in known.items():
            signal.signal(each, handler)
        stop()

    known = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for each in known:
        signal.signal(each, first)
    try:
        yield
    finally:
        for each, handler in known.items():
            signal.signal(each, handler)
