"""`wsdtrace show`: the objects of a trace as tables, one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wsdtrace.records import Stamp
from wsdtrace.report.findings import LETTERS, STYLES, where
from wsdtrace.report.grid import Cell, Column, Styled, write_grid
from wsdtrace.report.joblines import OUTCOMES, pages
from wsdtrace.report.page import Page, counted
from wsdtrace.report.times import duration, offset
from wsdtrace.state.model import Exchange, FaultSummary, Image, Job, Outcome, Toward, Transport

if TYPE_CHECKING:
    from wsdtrace.report.trace import Trace

MAX_CELL = 200
"""Characters of a text of the capture in a cell."""


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
    rows = []
    for exchange in trace.exchanges:
        latency = exchange.latency_ns
        # A datagram may be all there is; of a request without an answer the answer's length is what is missing.
        counts = exchange.response or (exchange.request if exchange.transport is Transport.UDP else None)
        rows.append(
            [
                str(exchange.id),
                offset(exchange.first.time_ns, trace.input.first_time_ns),
                frames(exchange),
                "→" if exchange.toward is Toward.DEVICE else "←",
                peers(exchange) if several else "",
                operation(page, exchange),
                _answer(page, exchange),
                _job(exchange.job),
                duration(latency) if latency is not None else "",
                size(counts.content_bytes) if counts is not None else "",
                _notes(page, exchange),
            ]
        )
    write_grid(page, columns, rows)


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
                _job(job),
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
            _job(image.job),
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


def write_devices(page: Page, trace: Trace) -> None:
    """The devices and the clients."""
    columns = [
        Column("id", right=True, style="bold"),
        Column("manufacturer", flexible=True),
        Column("model", style="bold", flexible=True),
        Column("name", flexible=True),
        Column("serial", flexible=True),
        Column("firmware", flexible=True),
        Column("addresses", flexible=True),
        Column("roles", flexible=True),
        Column("endpoint", style="dim", flexible=True),
    ]
    write_grid(page, columns, [
        [
            str(d.id),
            page.said(d.manufacturer or "", MAX_CELL),
            page.said(d.model or "", MAX_CELL),
            page.said(d.name or "", MAX_CELL),
            page.said(d.serial or "", MAX_CELL),
            page.said(d.firmware or "", MAX_CELL),
            " ".join(str(s) for s in d.sockets) or " ".join(d.addresses),
            ", ".join(d.roles),
            page.said(d.endpoint or "", MAX_CELL),
        ]
        for d in trace.devices
    ])  # fmt: skip
    if not trace.clients:
        return
    page.blank()
    columns = [
        Column("client", right=True, style="bold"),
        Column("addresses", flexible=True),
        Column("software", style="bold", flexible=True),
        Column("fingerprint", style="dim"),
    ]
    write_grid(page, columns, [
        [str(c.id), " ".join(c.addresses), page.said(c.user_agent or "unnamed", MAX_CELL), c.fingerprint or ""]
        for c in trace.clients
    ])  # fmt: skip


def write_subscriptions(page: Page, trace: Trace) -> None:
    """Every event subscription: who, for what, how long, how it ended."""
    columns = [
        Column("id", right=True, style="bold"),
        Column("granted", style="dim"),
        Column("device", right=True),
        Column("client", right=True),
        Column("events", flexible=True, style="bold"),
        Column("destinations", flexible=True),
        Column("expires", right=True),
        Column("renewed", right=True),
        Column("seen", right=True),
        Column("ended", flexible=True),
        Column("sink", flexible=True, style="dim"),
    ]
    start = trace.input.first_time_ns
    rows: list[list[Cell]] = [
        [
            str(s.index + 1),
            offset(s.granted.time_ns, start),
            str(s.device.id) if s.device else "",
            str(s.client.id) if s.client else "",
            page.said(", ".join(action.rpartition("/")[2] for action in s.actions) or "all", MAX_CELL),
            page.said(", ".join(d.context or "?" for d in s.destinations), MAX_CELL),
            duration(s.expires_ns) if s.expires_ns is not None else "never",
            f"×{s.renewals}" if s.renewals else "",
            str(len(s.events)) if s.events else "",
            f"{offset(s.ended.time_ns, start)} {s.ended_by.value if s.ended_by else ''}".strip() if s.ended else "",
            page.said(s.sink or "", MAX_CELL),
        ]
        for s in trace.subscriptions
    ]
    write_grid(page, columns, rows)


def write_events(page: Page, trace: Trace) -> None:
    """Every notification of a device: which subscription asked for it, and what came of it."""
    columns = [
        Column("time", style="dim"),
        Column("frames", style="cyan"),
        Column("exchange", right=True),
        Column("event", style="bold"),
        Column("subscription", right=True),
        Column("destination", flexible=True),
        Column("job", right=True),
        Column("answer", flexible=True),
        Column("led to", flexible=True),
    ]
    rows: list[list[Cell]] = [
        [
            offset(e.exchange.first.time_ns, trace.input.first_time_ns),
            frames(e.exchange),
            str(e.exchange.id),
            page.said(e.name, MAX_CELL),
            str(e.subscription.index + 1) if e.subscription else Styled("none", "yellow"),
            page.said(e.client_context or "", MAX_CELL),
            _job(e.job) or (str(e.job_id) if e.job_id is not None else ""),
            _answer(page, e.exchange),
            f"{operation(page, e.answered_by)} (exchange {e.answered_by.id})" if e.answered_by else "",
        ]
        for e in trace.events
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


def frames(exchange: Exchange) -> str:
    """`#17–18`, the first and last frame of an exchange."""
    return between(exchange.first, exchange.last)


def between(first: Stamp, last: Stamp) -> str:
    """`#17–18`, or `#17` where it is one place."""
    return where(first) if last.number <= first.number else f"{where(first)}–{last.number}"


def peers(exchange: Exchange) -> str:
    """`client 1 → device 2`."""
    client = f"client {exchange.client.id}" if exchange.client else str(exchange.client_endpoint)
    device = f"device {exchange.device.id}" if exchange.device else str(exchange.server_endpoint)
    return f"{client} → {device}" if exchange.toward is Toward.DEVICE else f"{device} → {client}"


def operation(page: Page, exchange: Exchange) -> str:
    """The operation; what else can be told where that is unknown."""
    if exchange.operation:
        return page.said(exchange.operation, MAX_CELL)
    for message in (exchange.request, exchange.response):
        if message is not None and (message.body_local or message.action):
            return f"? {page.said(message.body_local or message.action or '', MAX_CELL)}"
    return "?"


def pixels(image: Image) -> str:
    """`2480×3508`."""
    return f"{image.width:,}×{image.height:,}".replace(",", "") if image.width and image.height else ""


def size(n_bytes: int) -> str:
    """`1.2 kB`, in powers of 1000."""
    if n_bytes < 1000:
        return f"{n_bytes} B"
    return f"{n_bytes / 1000:.1f} kB" if n_bytes < 1_000_000 else f"{n_bytes / 1_000_000:.1f} MB"


_OUTCOME_WORDS = {Outcome.OPEN: "… open"}


def _answer(page: Page, exchange: Exchange) -> Cell:
    answer = exchange.response
    if answer is None:
        if exchange.transport is Transport.UDP:
            return Styled("", "")
        word = exchange.abandoned.value if exchange.abandoned else "none"
        return Styled(f"✖ {word}", "red") if exchange.request is not None else ""
    if exchange.transport is Transport.UDP:
        return counted(len(exchange.answers), "answer")
    status = str(answer.status) if answer.status is not None else ""
    if answer.fault is not None:
        return Styled(f"{status} ✖ {page.said(_fault_name(answer.fault), MAX_CELL)}", "red")
    if not answer.complete:
        return Styled(f"{status} ✖ incomplete", "red")
    return Styled(status, "red") if answer.status is not None and answer.status >= 400 else status


def _fault_name(fault: FaultSummary) -> str:
    return fault.subcode or fault.code or "fault"


def _job(job: Job | None) -> str:
    return "" if job is None else f"{job.job_id}" + (f" ({job.generation})" if job.generation > 1 else "")


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
    notes += [page.said(kind, 40) for kind in dict.fromkeys(exchange.anomalies)]
    return ", ".join(notes)
