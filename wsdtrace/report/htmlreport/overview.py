"""The top of a report: the verdict in a sentence, the quality of the capture, devices and clients."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wsdtrace.check.finding import FaultOf, Finding, Severity
from wsdtrace.report.htmlreport.context import Context, facts, finding_id, fitted, section, severity_badge, table
from wsdtrace.report.markup import Child, Markup, joined, tag
from wsdtrace.report.page import Verbosity, counted
from wsdtrace.report.text import short_name, shown_findings
from wsdtrace.report.times import duration, rfc3339
from wsdtrace.report.trace import Trace
from wsdtrace.report.verdict import nothing_to_judge, provisos, verdict_of
from wsdtrace.report.words import size
from wsdtrace.state.model import Client, Device

PEERS_BUDGET = 60_000
"""Bytes for devices and clients."""

MAX_COMMENTS = 10
"""Comments of a pcapng file that are shown."""

FAULTS = {
    FaultOf.CLIENT: "The client is at fault",
    FaultOf.DEVICE: "The device is at fault",
    FaultOf.NETWORK: "The network is at fault",
    FaultOf.CAPTURE: "The capture is at fault",
    FaultOf.UNKNOWN: "Whose fault it is cannot be said",
}


def gravest(trace: Trace) -> Finding | None:
    """The finding that the verdict is about: an error or a warning, the first of the worst."""
    shown = shown_findings(trace.findings, Verbosity.NORMAL)
    return shown[0] if shown else None


def verdict_sentence(context: Context) -> str:
    """What a person wants to know first."""
    trace = context.trace
    reason = nothing_to_judge(trace)
    if reason is not None:
        return f"There is nothing to judge: {context.said(reason)}."
    if trace.undecidable:
        return "Too much of the capture is missing to judge it."
    worst = gravest(trace)
    if worst is None:
        return "Nothing to object to."
    message = context.said(worst.message)
    if worst.severity is Severity.ERROR:
        return f"{FAULTS[worst.fault_of]}: {message}."
    return f"No error; the first warning: {message}."


def tone_of(trace: Trace) -> str:
    """`error`, `warning`, `ok` or `unknown`: the colour of the verdict."""
    if nothing_to_judge(trace) is not None or trace.undecidable:
        return "unknown"
    verdict = verdict_of(trace)
    return "error" if verdict.errors else "warning" if verdict.warnings else "ok"


def title_of(context: Context) -> str:
    """What the report is about."""
    info = context.trace.input
    return context.redactor.path(info.path) if context.options.redact else short_name(info)


def masthead(context: Context) -> Markup:
    """The name of the capture, the verdict, and the numbers."""
    trace, verdict = context.trace, verdict_of(context.trace)
    info = trace.input
    worst = gravest(trace)
    counts = [
        (verdict.errors, "error", Severity.ERROR),
        (verdict.warnings, "warning", Severity.WARNING),
        (verdict.infos, "info", Severity.INFO),
    ]
    chips = [
        tag("li", severity_badge(severity), " ", counted(n, word), class_="chip") for n, word, severity in counts if n
    ]
    link = None
    if worst is not None and worst.id in context.told:
        link = tag("p", tag("a", f"{worst.code} {worst.name}", href=f"#{finding_id(worst)}"), class_="verdict-link")
    took = duration(info.last_time_ns - info.first_time_ns) if info.first_time_ns and info.last_time_ns else "–"
    tiles = [
        (f"{info.frames:,}", "frame" if info.frames == 1 else "frames"),
        (took, "captured"),
        (f"{len(trace.devices):,}", "device" if len(trace.devices) == 1 else "devices"),
        (f"{len(trace.clients):,}", "client" if len(trace.clients) == 1 else "clients"),
        (f"{len(trace.jobs):,}", "job" if len(trace.jobs) == 1 else "jobs"),
        (f"{len(trace.images):,}", "page" if len(trace.images) == 1 else "pages"),
    ]
    return tag(
        "header",
        tag("p", "wsdtrace report", class_="kicker"),
        tag("h1", title_of(context)),
        tag(
            "div",
            tag("p", verdict_sentence(context), class_="verdict-sentence"),
            link,
            tag("ul", chips, class_="chips", aria_label="findings by severity") if chips else None,
            class_=f"verdict {tone_of(trace)}",
            id="verdict",
        ),
        tag("dl", (tag("div", tag("dd", value), tag("dt", name)) for value, name in tiles), class_="tiles"),
        class_="masthead",
    )


def quality(context: Context) -> Markup:
    """Whether the capture is good enough to be judged."""
    trace = context.trace
    info = trace.input
    doubts = [*provisos(trace), *(f"internal error of a rule: {broken}" for broken in trace.internal_errors)]
    of_capture = [f for f in trace.findings if f.is_cause and f.fault_of is FaultOf.CAPTURE]
    incomplete = sum(1 for e in trace.exchanges for m in (e.request, e.response) if m is not None and not m.complete)
    first, last = info.first_time_ns, info.last_time_ns
    rows: list[tuple[str, Child]] = [
        ("file", context.said(context.redactor.path(info.path))),
        ("format", f"{info.format}, {', '.join(info.link_types)}".rstrip(", ")),
        ("size", f"{size(info.bytes)} in {counted(info.frames, 'frame')}"),
        ("from", rfc3339(first, info.time_digits) if first is not None else ""),
        ("to", rfc3339(last, info.time_digits) if last is not None else ""),
        ("incomplete messages", f"{incomplete:,}" if incomplete else ""),
        ("rules", f"{verdict_of(trace).applied} applied, {verdict_of(trace).inconclusive} inconclusive"),
    ]
    said = [tag("li", context.said(doubt)) for doubt in doubts[:20]]
    said += [tag("li", context.badge(f), " ", context.said(f.message)) for f in of_capture[:20]]
    comments = [
        tag("li", f"#{number} " if number is not None else "", context.said(context.redactor.words(text)))
        for number, text in info.comments[:MAX_COMMENTS]
    ]
    good = None if said else tag("p", "Nothing of what matters is missing from the capture.", class_="good")
    return section(
        "quality", "Capture quality", facts(rows), good, tag("ul", said, class_="doubts") if said else None,
        joined(tag("h3", "Comments in the file"), tag("ul", comments)) if comments else None,
    )  # fmt: skip


def participants(context: Context) -> Markup:
    """Devices and clients."""
    devices, more_devices = fitted(context.trace.devices, partial(_device, context), PEERS_BUDGET)
    clients, more_clients = fitted(context.trace.clients, partial(_client, context), PEERS_BUDGET // 2)
    parts: list[Markup] = []
    if devices:
        heads = ("device", "what it is", "software", "addresses", "roles")
        parts.append(table("devices", heads, devices))
    if clients:
        parts.append(table("clients", ("client", "software", "addresses", "fingerprint"), clients))
    if not parts:
        parts.append(tag("p", "Nobody spoke WSD.", class_="empty"))
    if more_devices or more_clients:
        parts.append(tag("p", f"{more_devices + more_clients:,} more are not listed.", class_="left-out"))
    return section("peers", "Devices and clients", parts)


def _device(context: Context, device: Device) -> Markup:
    what = " ".join(filter(None, (device.manufacturer, device.model))) or "unknown model"
    more = [context.cell(device.name), f"serial {context.cell(device.serial)}" if device.serial else ""]
    addresses = [str(s) for s in device.sockets] or list(device.addresses)
    return tag(
        "tr",
        tag("th", f"device {device.id}", scope="row"),
        tag("td", tag("strong", context.cell(what)), _lines(more)),
        tag("td", context.cell(device.firmware)),
        tag("td", _lines(context.cell(a) for a in addresses[:8]), _lines([context.cell(device.endpoint)])),
        tag("td", ", ".join(device.roles)),
    )


def _client(context: Context, client: Client) -> Markup:
    return tag(
        "tr",
        tag("th", f"client {client.id}", scope="row"),
        tag("td", tag("strong", context.cell(client.user_agent) or "unnamed")),
        tag("td", _lines(context.cell(a) for a in list(client.addresses)[:8])),
        tag("td", tag("code", context.cell(client.fingerprint))),
    )


def _lines(texts: Iterator[str] | list[str]) -> list[Markup]:
    return [tag("span", text, class_="line") for text in texts if text]
