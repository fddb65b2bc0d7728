"""`wsdtrace show`: the objects of a trace as tables, one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wsdtrace.report.findings import LETTERS, STYLES, where
from wsdtrace.report.grid import Cell, Column, Styled, write_grid
from wsdtrace.report.joblines import OUTCOMES, pages
from wsdtrace.report.page import Page, counted
from wsdtrace.report.peers import write_devices, write_events, write_subscriptions
from wsdtrace.report.times import duration, offset
from wsdtrace.report.words import MAX_CELL, answer, frames, job_number, operation, peers, pixels, size
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Exchange, Toward, Transport

if TYPE_CHECKING:
    from wsdtrace.report.trace import Trace

_OUTCOME_WORDS = {Outcome.OPEN: "… open"}


def write_exchanges(page: Page, trace: Trace) -> None:
    """Every exchange in order: when, where, what, the answer, how long, how much."""
    columns = [
        Column("id", right=True, style="bold"),
        Column("time", style="dim"),
        Column("frames", style="cyan"),
        Column(""),
        Column("peers", flexible=True),
        Column("operation", style="bold", flexible=True),
        Column("answer", flexible=True),
        Column("job"),
        Column("took", right=True, spare=True),
        Column("bytes", right=True, spare=True),
        Column("notes", flexible=True, style="yellow"),
    ]
    several = len(trace.devices) > 1 or len(trace.clients) > 1
    write_grid(page, columns, (_exchange_row(page, trace, exchange, several=several) for exchange in trace.exchanges))


def _exchange_row(page: Page, trace: Trace, exchange: Exchange, *, several: bool) -> list[Cell]:
    """Args: several: there is more than one device or client, so it matters which they are."""
    latency = exchange.latency_ns
    # A datagram may be all there is; of a request without an answer the answer's length is what is missing.
    counts = exchange.response or (exchange.request if exchange.transport is Transport.UDP else None)
    return [
        str(exchange.id),
        offset(exchange.first.time_ns, trace.input.first_time_ns),
        frames(exchange),
        "→" if exchange.toward is Toward.DEVICE else "←",
        peers(exchange) if several else "",
        operation(page, exchange),
        answer(page, exchange),
        job_number(exchange.job),
        duration(latency) if latency is not None else "",
        size(counts.content_bytes) if counts is not None else "",
        _notes(page, exchange),
    ]


def write_jobs_table(page: Page, trace: Trace) -> None:
    """Every job: what was asked for, what became of it."""
    columns = [
        Column("job", style="bold"),
        Column("created", style="dim"),
        Column("device", right=True),
        Column("clients"),
        Column("source"),
        Column("format", flexible=True),
        Column("resolution"),
        Column("state", flexible=True),
        Column("outcome", flexible=True),
        Column("pages"),
        Column("exchanges", right=True),
        Column("took", right=True),
    ]
    rows: list[list[Cell]] = []
    for job in trace.jobs:
        last = job.ended or job.last_activity
        rows.append(
            [
                job_number(job),
                offset(job.created.time_ns, trace.input.first_time_ns) if job.created else "before",
                str(job.device.id) if job.device else "",
                ", ".join(str(c.id) for c in job.clients.values()),
                page.said(job.input_source or "", MAX_CELL),
                page.said(job.format or "", MAX_CELL),
                page.said(job.resolution or "", MAX_CELL),
                page.said(job.state or "", MAX_CELL),
                Styled(_OUTCOME_WORDS.get(job.outcome, OUTCOMES[job.outcome][0]), OUTCOMES[job.outcome][1]),
                pages(job),
                str(len(job.exchanges)),
                duration(last.time_ns - job.created.time_ns) if job.created and last else "",
            ]
        )
    write_grid(page, columns, rows)


def write_images(page: Page, trace: Trace) -> None:
    """Every image with its digest, where that was computed."""
    columns = [
        Column("id", right=True, style="bold"),
        Column("job"),
        Column("page", right=True),
        Column("format"),
        Column("pixels", right=True),
        Column("bytes", right=True),
        Column("exchange", right=True),
        Column(""),
        Column("sha256", style="dim", flexible=True),
    ]
    rows: list[list[Cell]] = [
        [
            str(image.id),
            job_number(image.job),
            f"{image.page}{f' {image.side}' if image.side else ''}",
            page.said(image.format or image.content_type or "unknown", 40),
            pixels(image),
            f"{image.probe.length:,}",
            str(image.exchange.id),
            Styled("", "") if image.complete else Styled("✖ incomplete", "red"),
            image.probe.sha256 or "",
        ]
        for image in trace.images
    ]
    write_grid(page, columns, rows)


def write_findings(page: Page, trace: Trace) -> None:
    """Every finding on a line, infos and consequences too."""
    columns = [
        Column("id", right=True, style="bold"),
        Column("time", style="dim"),
        Column("frame", style="cyan"),
        Column(""),
        Column("code", style="bold"),
        Column("name", spare=True),
        Column("seen", right=True),
        Column("fault of", spare=True),
        Column("because of", style="dim", spare=True),
        Column("message", flexible=True),
    ]
    rows: list[list[Cell]] = [
        [
            str(f.id),
            offset(f.time_ns, trace.input.first_time_ns),
            where(f.evidence[0].stamp) if f.evidence else "",
            Styled(LETTERS[f.severity], STYLES[f.severity]),
            f.code,
            f.name,
            f"×{f.also_seen + 1}" if f.also_seen else "",
            f.fault_of.value,
            f"finding {f.caused_by.id}" if f.caused_by else "",
            page.said(f.message, MAX_CELL),
        ]
        for f in trace.findings
    ]
    write_grid(page, columns, rows)


KINDS: dict[str, Callable[[Page, Trace], None]] = {
    "exchanges": write_exchanges,
    "jobs": write_jobs_table,
    "images": write_images,
    "devices": write_devices,
    "subscriptions": write_subscriptions,
    "events": write_events,
    "findings": write_findings,
}
"""What `show` can list, by the word that asks for it."""


def write_kind(page: Page, trace: Trace, kind: str) -> None:
    """The table of one kind, or a line that says that there is none."""
    things = getattr(trace, kind)
    if things or (kind == "devices" and trace.clients):
        KINDS[kind](page, trace)
    else:
        page.line((f"no {kind}", "dim"))


def _notes(page: Page, exchange: Exchange) -> str:
    notes = []
    if exchange.images:
        notes.append(counted(len(exchange.images), "image"))
    if exchange.copy_of is not None:
        notes.append(f"copy of {exchange.copy_of.id}")
    if exchange.resend_of is not None:
        notes.append(f"resend of {exchange.resend_of.id}")
    if exchange.repeats:
        notes.append(f"sent ×{len(exchange.repeats) + 1}")
    if exchange.anomalies:
        notes += [page.said(kind, 40) for kind in dict.fromkeys(exchange.anomalies)]
    return ", ".join(notes)
