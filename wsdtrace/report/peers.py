"""`wsdtrace show devices|subscriptions|events`: who took part, and what they told each other unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsdtrace.report.grid import Cell, Column, Styled, write_grid
from wsdtrace.report.page import Page
from wsdtrace.report.times import duration, offset
from wsdtrace.report.words import MAX_CELL, answer, frames, job_number, operation

if TYPE_CHECKING:
    from wsdtrace.report.trace import Trace


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
            job_number(e.job) or (str(e.job_id) if e.job_id is not None else ""),
            answer(page, e.exchange),
            f"{operation(page, e.answered_by)} (exchange {e.answered_by.id})" if e.answered_by else "",
        ]
        for e in trace.events
    ]
    write_grid(page, columns, rows)
