"""Discovery and eventing, and the table of all exchanges."""

from __future__ import annotations

from functools import partial

from wsdtrace.check.finding import Finding
from wsdtrace.report.htmlreport.context import Context, fitted, left_out, section, table
from wsdtrace.report.markup import Markup, tag
from wsdtrace.report.page import counted
from wsdtrace.report.times import duration
from wsdtrace.report.words import frames, job_number, peers, size
from wsdtrace.state.model import DeviceEvent, Exchange, Subscription, Toward, Transport

EVENTS_BUDGET = 70_000
"""Bytes for subscriptions and events."""

EXCHANGES_BUDGET = 190_000
"""Bytes for the table of exchanges: some 400 rows."""

DISCOVERY = frozenset({"Hello", "Bye", "Probe", "Resolve"})


def eventing(context: Context) -> Markup:
    """Discovery and eventing."""
    trace = context.trace
    found: dict[str, int] = {}
    for exchange in trace.exchanges:
        if exchange.operation in DISCOVERY:
            found[exchange.operation] = found.get(exchange.operation, 0) + 1
    parts: list[Markup | None] = []
    told = ", ".join(f"{n}× {name}" for name, n in found.items())
    parts.append(
        tag("p", f"Discovery: {told}." if told else "No discovery was captured.", class_=None if told else "empty")
    )
    subscriptions, more = fitted(trace.subscriptions, partial(_subscription, context), EVENTS_BUDGET // 2)
    if subscriptions:
        heads = ["subscription", "granted", "who", "events", "expires", ">renewed", ">seen", "ended"]
        parts.append(table("subscriptions", heads, subscriptions))
        parts.append(left_out(more, "subscriptions", "wsdtrace show subscriptions FILE"))
    events, more = fitted(trace.events, partial(_event, context), EVENTS_BUDGET // 2)
    if events:
        heads = ["time", "exchange", "event", "asked for by", "destination", "job", "led to"]
        parts.append(table("events", heads, events))
        parts.append(left_out(more, "events", "wsdtrace show events FILE"))
    if not subscriptions and not events:
        parts.append(tag("p", "No subscription and no event was captured.", class_="empty"))
    return section("eventing", "Discovery and eventing", parts)


def _subscription(context: Context, s: Subscription) -> Markup:
    names = ", ".join(action.rpartition("/")[2] for action in s.actions) or "all"
    who = " ← ".join(
        filter(None, (f"device {s.device.id}" if s.device else "", f"client {s.client.id}" if s.client else ""))
    )
    ended = f"{context.when(s.ended)} {s.ended_by.value if s.ended_by else ''}" if s.ended else ""
    return tag(
        "tr",
        tag("th", str(s.index + 1), scope="row"),
        tag("td", context.when(s.granted)),
        tag("td", who),
        tag("td", context.cell(names)),
        tag("td", duration(s.expires_ns) if s.expires_ns is not None else "never"),
        tag("td", str(s.renewals) if s.renewals else "", class_="number"),
        tag("td", str(len(s.events)) if s.events else "", class_="number"),
        tag("td", ended),
    )


def _event(context: Context, event: DeviceEvent) -> Markup:
    led = event.answered_by
    return tag(
        "tr",
        tag("td", context.when(event.exchange.first)),
        tag("td", context.exchange_link(event.exchange)),
        tag("th", context.cell(event.name), scope="row"),
        tag("td", f"subscription {event.subscription.index + 1}" if event.subscription else "nobody"),
        tag("td", context.cell(event.client_context)),
        tag("td", context.job_link(event.job) if event.job is not None else str(event.job_id or "")),
        tag("td", context.exchange_link(led, f"{led.operation or '?'} {led.id}") if led is not None else ""),
    )


def exchanges(context: Context) -> Markup:
    """Every exchange; remembers in the context which ones can be linked to. What matters comes before what does not."""
    trace = context.trace
    if not trace.exchanges:
        return section("exchanges", "All exchanges", tag("p", "No exchange was captured.", class_="empty"))
    found: dict[int, list[Finding]] = {}
    for finding in trace.findings:
        if finding.is_cause:
            for exchange in {id(e): e for e in finding.exchanges}.values():
                found.setdefault(id(exchange), []).append(finding)
    rows: dict[int, Markup] = {}
    budget = EXCHANGES_BUDGET
    for exchange in sorted(trace.exchanges, key=lambda e: (not _matters(e, found), e.id)):
        row = _exchange(context, exchange, found.get(id(exchange), []))
        budget -= len(row.encode())
        if budget < 0:
            break
        rows[exchange.id] = row
        context.listed.add(exchange.id)
    heads = (">id", "time", "frames", "peers", "operation", "answer", "job", ">took", ">bytes", "findings")
    control = tag(
        "div",
        tag("label", "Filter exchanges ",
            tag("input", type="search", id="exchange-filter", placeholder="operation, fault, job …")),
        tag("span", "", id="exchange-count", role="status", class_="count"),
        class_="controls", role="group", aria_label="filter exchanges", hidden=True,
    )  # fmt: skip
    return section(
        "exchanges", "All exchanges", control,
        table("all exchanges", heads, [rows[number] for number in sorted(rows)], id_="exchange-table"),
        left_out(len(trace.exchanges) - len(rows), "exchanges", "wsdtrace show FILE"),
        note=counted(len(trace.exchanges), "exchange"),
    )  # fmt: skip


def _matters(exchange: Exchange, found: dict[int, list[Finding]]) -> bool:
    return (
        exchange.job is not None
        or exchange.fault is not None
        or any(f.severity.rank < 2 for f in found.get(id(exchange), ()))
    )


def _exchange(context: Context, exchange: Exchange, found: list[Finding]) -> Markup:
    latency = exchange.latency_ns
    counts = exchange.response or (exchange.request if exchange.transport is Transport.UDP else None)
    shown = sorted((f for f in found if f.severity.rank < 2), key=lambda f: (f.severity.rank, f.id))
    answer, failed = _answer(context, exchange)
    arrow = "→ " if exchange.toward is Toward.DEVICE else "← "
    return tag(
        "tr",
        tag("th", str(exchange.id), scope="row", class_="number"),
        tag("td", context.when(exchange.first)),
        tag("td", frames(exchange), class_="frame"),
        tag("td", context.cell(peers(exchange))),
        tag("td", arrow, tag("b", context.cell(_name(exchange)))),
        tag("td", answer, class_="broken" if failed else None),
        tag("td", job_number(exchange.job)),
        tag("td", duration(latency) if latency is not None else "", class_="number"),
        tag("td", size(counts.content_bytes) if counts is not None else "", class_="number"),
        tag("td", [context.badge(f) for f in shown[:6]]),
        id=f"exchange-{exchange.id}",
    )


def _name(exchange: Exchange) -> str:
    if exchange.operation:
        return exchange.operation
    for message in (exchange.request, exchange.response):
        if message is not None and (message.body_local or message.action):
            return f"? {message.body_local or message.action}"
    return "?"


def _answer(context: Context, exchange: Exchange) -> tuple[str, bool]:
    """The answer in words, and whether it is a bad one."""
    response = exchange.response
    if exchange.transport is Transport.UDP:
        return (counted(len(exchange.answers), "answer") if exchange.answers else ""), False
    if response is None:
        reason = exchange.abandoned.value if exchange.abandoned else "none"
        return (f"✖ {reason}", True) if exchange.request is not None else ("", False)
    status = str(response.status) if response.status is not None else ""
    fault = response.fault
    if fault is not None:
        return f"{status} ✖ {context.cell(fault.subcode or fault.code or 'fault')}", True
    if not response.complete:
        return f"{status} ✖ incomplete", True
    return status, (response.status or 0) >= 400
