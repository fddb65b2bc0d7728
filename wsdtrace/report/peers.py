"""Who took part, and what they told each other unasked: as lists (`wsdtrace show devices …`), and one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wsdtrace.check.finding import Severity
from wsdtrace.report.grid import Cell, Column, Styled, write_grid
from wsdtrace.report.page import Page, counted, joined
from wsdtrace.report.times import duration, offset
from wsdtrace.report.words import MAX_CELL, answer, frames, job_number, operation

if TYPE_CHECKING:
    from wsdtrace.check.finding import Finding
    from wsdtrace.report.trace import Trace
    from wsdtrace.state.model import Client, Device, DeviceEvent, Subscription

MAX_LISTED = 20
"""Notifications of one subscription that are listed."""


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


def write_device(page: Page, trace: Trace, device: Device) -> None:
    """A device: who made it, where it is, what was said with it."""
    made = " ".join(filter(None, (device.manufacturer, device.model)))
    page.text(joined((f"device {device.id}", "bold"), f"  {page.said(made or 'unknown model', MAX_CELL)}"))
    hosted = [f"{' '.join(service.types)} {' '.join(service.addresses)}".strip() for service in device.hosted.values()]
    page.facts([
        ("name", page.said(device.name or "")),
        ("serial number", page.said(device.serial or "")),
        ("firmware", page.said(device.firmware or "")),
        ("roles", ", ".join(device.roles)),
        ("addresses", "  ".join(map(str, device.sockets)) or "  ".join(device.addresses)),
        ("endpoint", page.said(device.endpoint or "")),
        ("services", page.said(", ".join(hosted))),
        ("exchanges", str(sum(e.device is device for e in trace.exchanges))),
        ("jobs", ", ".join(page.said(j.label, MAX_CELL) for j in trace.jobs if j.device is device)),
        ("findings", _findings(f for f in trace.findings if any(e.device is device for e in f.exchanges))),
    ])  # fmt: skip


def write_client(page: Page, trace: Trace, client: Client) -> None:
    """A client: its software, and what it said."""
    page.text(joined((f"client {client.id}", "bold"), f"  {page.said(client.user_agent or 'unnamed', MAX_CELL)}"))
    page.facts([
        ("addresses", "  ".join(client.addresses)),
        ("fingerprint", f"{client.fingerprint} (equal for equal software)" if client.fingerprint else ""),
        ("exchanges", str(sum(e.client is client for e in trace.exchanges))),
        ("jobs", ", ".join(page.said(j.label, MAX_CELL) for j in trace.jobs if client.id in j.clients)),
        ("findings", _findings(f for f in trace.findings if any(e.client is client for e in f.exchanges))),
    ])  # fmt: skip


def write_subscription(page: Page, trace: Trace, subscription: Subscription) -> None:
    """A subscription: to what, for how long, and what came of it."""
    one, start = subscription, trace.input.first_time_ns
    names = ", ".join(action.rpartition("/")[2] for action in one.actions) or "all events"
    page.text(joined((f"subscription {one.index + 1}", "bold"), f"  {page.said(names)}"))
    ended = f"{offset(one.ended.time_ns, start)}  {one.ended_by.value if one.ended_by else ''}" if one.ended else ""
    page.facts([
        ("device", str(one.device.id) if one.device else ""),
        ("client", str(one.client.id) if one.client else ""),
        ("granted", f"{offset(one.granted.time_ns, start)}  exchange {one.creation.id}"),
        ("expires after", duration(one.expires_ns) if one.expires_ns is not None else "never"),
        ("renewed", f"×{one.renewals}" if one.renewals else ""),
        ("destinations", page.said(", ".join(d.context or "?" for d in one.destinations))),
        ("sink", page.said(one.sink or "")),
        ("notifications", ", ".join(f"{e.operation or '?'} (exchange {e.id})" for e in one.events[:MAX_LISTED])),
        ("ended", ended or "not seen"),
    ])  # fmt: skip


def write_event(page: Page, trace: Trace, event: DeviceEvent) -> None:
    """A notification: who asked for it, and what came of it."""
    exchange, led = event.exchange, event.answered_by
    when = offset(exchange.first.time_ns, trace.input.first_time_ns)
    page.text(joined((page.said(event.name, MAX_CELL), "bold"), "  ", (frames(exchange), "cyan"), "  ", (when, "dim")))
    later = duration(led.first.time_ns - exchange.first.time_ns) if led is not None else ""
    page.facts([
        ("exchange", f"{exchange.id}  {answer(page, exchange)}".rstrip()),
        ("subscription", str(event.subscription.index + 1) if event.subscription else "none asked for it"),
        ("destination", page.said(event.client_context or "")),
        ("input source", page.said(event.input_source or "")),
        ("job", job_number(event.job) or (str(event.job_id) if event.job_id is not None else "")),
        ("led to", f"{operation(page, led)} (exchange {led.id}), {later} later" if led is not None else ""),
    ])  # fmt: skip


def _findings(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`, causes only."""
    seen = Counter(f.severity for f in findings if f.is_cause)
    return ", ".join(counted(seen[severity], severity.value) for severity in Severity if seen[severity])
