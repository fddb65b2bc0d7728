"""`wsdtrace show --exchange N`, `--job N`: one object with everything that is known of it."""

from __future__ import annotations

from wsdtrace.check.finding import Finding
from wsdtrace.records import FieldLine, HttpMessage, Part, RequestLine, StatusLine
from wsdtrace.report.escape import visible
from wsdtrace.report.findings import LETTERS, STYLES
from wsdtrace.report.grid import Column, write_grid
from wsdtrace.report.joblines import chain, pages
from wsdtrace.report.page import Page, counted, joined
from wsdtrace.report.styled import Text
from wsdtrace.report.tables import write_exchanges
from wsdtrace.report.times import duration, offset
from wsdtrace.report.trace import Trace
from wsdtrace.report.words import between, frames, operation, pixels, size
from wsdtrace.report.xmlview import split_tag, xml_lines
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange, Image, Job, Toward, Transport

MAX_FIELDS = 200
"""Field lines of one message that are shown."""

MAX_TEXT = 4000
"""Characters shown of a content that is no XML."""

MIN_TAG = 40
"""Characters of a start tag that stay on one line, however narrow the page is."""

CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
"""Fields whose values let somebody in; never shown without --show-secrets."""


def write_exchange(page: Page, trace: Trace, exchange: Exchange) -> None:
    """An exchange: who, when, both messages in full, and the findings about it."""
    head = joined((f"exchange {exchange.id}", "bold"), "  ", (operation(page, exchange), "bold"))
    if exchange.job is not None:
        head.append(f"  {page.said(exchange.job.label)}")
    if exchange.copy_of is not None:
        head.append(f"  copy of exchange {exchange.copy_of.id}")
    page.text(head)
    client = [str(exchange.client_endpoint)]
    if exchange.client is not None:
        client.insert(0, f"client {exchange.client.id}")
        client.append(page.said(exchange.client.user_agent or "", 200))
    device = [str(exchange.server_endpoint)]
    if exchange.device is not None:
        device.insert(0, f"device {exchange.device.id}")
        device.append(page.said(" ".join(filter(None, (exchange.device.manufacturer, exchange.device.model))), 200))
    if exchange.toward is Toward.CLIENT:
        client, device = device, client
    arrow = "→" if exchange.toward is Toward.DEVICE else "←"
    page.line("  ", f" {arrow} ".join("  ".join(filter(None, side)) for side in (client, device)))
    page.line("  ", _timing(exchange))
    for message in (exchange.request, exchange.response, *exchange.answers[1:]):
        if message is not None:
            page.blank()
            _write_message(page, trace, exchange, message)
    if exchange.response is None and exchange.transport is Transport.HTTP:
        page.blank()
        reason = exchange.abandoned.value if exchange.abandoned else "none was captured"
        page.line((f"✖ no response: {reason}", "red"))
    _write_findings(page, [f for f in trace.findings if exchange in f.exchanges])


def write_job(page: Page, trace: Trace, job: Job) -> None:
    """A job: its ticket, its life, its exchanges, its pages, and the findings about it."""
    page.text(joined((page.said(job.label), "bold"), "  ").append_text(chain(page, job)).append(f"  {pages(job)}"))
    start = trace.input.first_time_ns
    page.facts([
        ("device", f"{job.device.id}  {page.said(job.device.model or '')}".strip() if job.device else ""),
        ("clients", ", ".join(_client(page, c.id, c.user_agent) for c in job.clients.values())),
        ("started by", "" if job.initiated_by.value == "unknown" else f"the {job.initiated_by.value}"),
        ("input source", page.said(job.input_source or "")),
        ("format", page.said(job.format or "")),
        ("resolution", f"{page.said(job.resolution)} dpi" if job.resolution else ""),
        ("pages asked for", {None: "", 0: "0 (as many as there are)"}.get(job.announced, str(job.announced))),
        ("job token", visible(page.redactor.value(job.token) or "")),
        ("destination token", visible(page.redactor.value(job.destination_token) or "")),
        ("ended", f"{offset(job.ended.time_ns, start)}  {job.end.value if job.end else ''}" if job.ended else ""),
        ("last activity", _last_activity(page, job, start)),
        ("incomplete", "bytes that may concern it are missing from the capture" if job.blind else ""),
    ])  # fmt: skip
    if job.steps:
        page.blank()
        for step in job.steps:
            seen = "" if step.observed else "inferred"
            page.line(
                "  ", (offset(step.stamp.time_ns, start), "dim"), f"  {page.said(step.what, 80):<24}", (seen, "dim")
            )
    mine = [e for e in trace.exchanges if e.job is job or e in job.exchanges]
    if mine:
        page.blank()
        write_exchanges(page, Trace(trace.input, trace.devices[:1], trace.clients[:1], exchanges=mine))
    if job.images:
        page.blank()
        _write_images(page, job.images)
    _write_findings(page, [f for f in trace.findings if f.job is job])


def write_image(page: Page, trace: Trace, image: Image) -> None:
    """A page: what it is, how it came."""
    of = f" of {page.said(image.job.label)}" if image.job is not None else ""
    side = f", {image.side}" if image.side else ""
    page.text(joined((f"image {image.id}", "bold"), f"  page {image.page}{of}{side}"))
    asked, first, last = image.exchange.request, image.first, image.last
    waited = duration(first.time_ns - asked.last.time_ns) if asked is not None and first is not None else ""
    took = duration(last.time_ns - first.time_ns) if first is not None and last is not None else ""
    page.facts([
        ("format", " ".join(filter(None, (page.said(image.format or "unknown", 40), pixels(image))))),
        ("content type", page.said(image.content_type or "", 80)),
        ("length", f"{image.probe.length:,} bytes"),
        ("incomplete", "" if image.complete else f"✖ {_lack(image)} not in the capture"),
        ("exchange", f"{image.exchange.id}  {between(first, last) if first is not None and last is not None else ''}"),
        ("waited", f"{waited} from its request to its first byte" if waited else ""),
        ("came", f"{offset(first.time_ns, trace.input.first_time_ns)}, within {took}" if first is not None else ""),
        ("sha256", image.probe.sha256 or ""),
    ])  # fmt: skip


def _lack(image: Image) -> str:
    missing = image.probe.missing
    return f"{counted(missing, 'byte')} of it {'is' if missing == 1 else 'are'}" if missing else "its end is"


def _write_message(page: Page, trace: Trace, exchange: Exchange, message: Message) -> None:
    toward_device = (message.role is Role.REQUEST) == (exchange.toward is Toward.DEVICE)
    last = message.last
    where = between(message.first, last)
    start = trace.input.first_time_ns
    began, ended = offset(message.first.time_ns, start), offset(last.time_ns, start)
    head = joined(
        ("→ " if toward_device else "← ", "bold"), (message.role.value, "bold"), "  ", (where, "cyan"), "  ",
        (began if began == ended else f"{began}–{ended}", "dim"),
    )  # fmt: skip
    head.append(f"  {size(message.content_bytes)}")
    head.append("" if message.complete else "  ✖ incomplete", "red")
    page.text(head)
    if message.http is not None:
        _write_head(page, message.http)
    if message.xml is not None:
        page.blank()
        _write_xml(page, message.xml)
    elif message.http is not None and message.http.content.data:
        page.blank()
        _write_other(page, message.http.content.data)
    elif message.datagram is not None:
        page.blank()
        _write_other(page, message.datagram.data)
    elif message.http is None:
        _write_summary(page, message)
    if message.http is not None and message.http.content.is_multipart:
        page.blank()
        _write_parts(page, exchange, message.http.content.parts, closed=message.http.content.closed)
    if message.http is not None and message.http.anomalies:
        for anomaly in message.http.anomalies:
            page.hanging(
                joined("  ", ("odd  ", "yellow")), Text(f"{page.said(anomaly.kind)}: {page.said(anomaly.detail)}")
            )


def _write_head(page: Page, http: HttpMessage) -> None:
    start = http.start
    if isinstance(start, RequestLine):
        page.line("  ", (page.said(f"{start.method} {start.target} {start.version}"), "bold"))
    elif isinstance(start, StatusLine):
        page.line("  ", (page.said(f"{start.version} {start.status} {start.reason}".rstrip()), "bold"))
    else:
        page.line("  ", ("start-line that cannot be read", "yellow"))
    for field in http.fields[:MAX_FIELDS]:
        page.hanging(
            joined("  ", (f"{page.said(field.name, 80)}: ", "blue")), Text(_value(page, field)), narrow="      "
        )
    if len(http.fields) > MAX_FIELDS:
        page.line((f"  … {counted(len(http.fields) - MAX_FIELDS, 'more field line')}", "dim"))


def _value(page: Page, field: FieldLine) -> str:
    if field.name.lower() in CREDENTIALS:
        return visible(page.redactor.value(field.value) or "")
    return page.said(field.value)


def _write_xml(page: Page, data: bytes) -> None:
    for line in xml_lines(data, show_secrets=page.redactor.show):
        margin = "  " * (line.depth + 1)
        *attributes, last = split_tag(line.before, max(page.width - len(margin), MIN_TAG))
        for piece in attributes:
            page.raw(margin + page.sgr(page.said(piece, MAX_TEXT), "blue"))
            margin = "  " * (line.depth + 3)
        before, text, after = (page.said(part, MAX_TEXT) for part in (last, line.text, line.after))
        page.raw(margin + page.sgr(before, "blue") + page.sgr(text, "bold") + page.sgr(after, "blue"))


def _write_other(page: Page, data: bytes) -> None:
    """A content that is no XML, as text."""
    text = data[: 4 * MAX_TEXT].decode("utf-8", "replace")
    for line in text[:MAX_TEXT].splitlines():
        page.hanging(joined("  "), Text(page.said(line, MAX_TEXT)))
    if len(data) > MAX_TEXT:
        page.line((f"  … {counted(len(data), 'byte')} in all", "dim"))


def _write_summary(page: Page, message: Message) -> None:
    """What is left of a message that was not kept."""
    for name, value in (
        ("Action", message.action),
        ("MessageID", message.message_id),
        ("RelatesTo", message.relates_to),
        ("status", None if message.status is None else str(message.status)),
    ):
        if value:
            page.hanging(joined((f"  {name:<12}", "dim")), Text(page.said(value)))


def _write_parts(page: Page, exchange: Exchange, parts: tuple[Part, ...], *, closed: bool) -> None:
    columns = [
        Column("part", right=True, style="bold"),
        Column("content type", flexible=True),
        Column("content id", flexible=True),
        Column("bytes", right=True),
        Column("frames", style="cyan"),
        Column("what", flexible=True),
    ]
    images = {image.content_id: image for image in exchange.images if image.content_id}
    rows = []
    for part in parts:
        image = images.get(part.content_id) if part.content_id else None
        what = "root part" if part.data is not None else _image(image) if image else ""
        rows.append(
            [
                str(part.index),
                page.said(part.content_type or "", 80),
                page.said(part.content_id or "", 80),
                f"{part.probe.length:,}",
                between(part.first, part.last),
                f"{what}{'' if part.complete else ' ✖ incomplete'}".strip(),
            ]
        )
    write_grid(page, columns, rows, indent=2)
    if not closed:
        page.line(("  ✖ the closing delimiter is missing", "red"))


def _image(image: Image) -> str:
    return f"page {image.page}  {image.format or 'unknown format'} {pixels(image)}".rstrip()


def _write_images(page: Page, images: list[Image]) -> None:
    columns = [
        Column("page", right=True, style="bold"),
        Column("format"),
        Column("pixels", right=True),
        Column("bytes", right=True),
        Column("exchange", right=True),
        Column(""),
    ]
    rows = [
        [
            f"{i.page}{f' {i.side}' if i.side else ''}",
            page.said(i.format or i.content_type or "unknown", 40),
            pixels(i),
            f"{i.probe.length:,}",
            str(i.exchange.id),
            "" if i.complete else "✖ incomplete",
        ]
        for i in images
    ]
    write_grid(page, columns, rows, indent=2)


def _write_findings(page: Page, findings: list[Finding]) -> None:
    if not findings:
        return
    page.blank()
    worst_first = sorted(findings, key=lambda finding: finding.severity.rank)
    for finding in worst_first:
        prefix = joined(
            (LETTERS[finding.severity], STYLES[finding.severity]), " ", (f"{finding.code} {finding.name}", "bold")
        )
        page.hanging(prefix.append("   "), Text(page.said(finding.message)))
    page.line(("next: ", "dim"), f"wsdtrace rule {visible(worst_first[0].code)}")


def _timing(exchange: Exchange) -> str:
    facts = [exchange.transport.value, frames(exchange)]
    if exchange.connection is not None:
        facts.append(f"connection {exchange.connection}")
    if exchange.latency_ns is not None:
        facts.append(f"answered after {duration(exchange.latency_ns)}")
    if exchange.response is not None:
        took = exchange.response.last.time_ns - exchange.response.first.time_ns
        if took:
            facts.append(f"response took {duration(took)}")
    if exchange.repeats:
        facts.append(f"sent {len(exchange.repeats) + 1} times")
    return " · ".join(facts)


def _client(page: Page, number: int, user_agent: str | None) -> str:
    return f"{number}  {page.said(user_agent, 80)}" if user_agent else str(number)


def _last_activity(page: Page, job: Job, start_ns: int | None) -> str:
    if job.last_activity is None:
        return ""
    return f"{offset(job.last_activity.time_ns, start_ns)}  {page.said(job.last_activity_was or '')}".strip()
