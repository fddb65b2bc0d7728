"""`wsdtrace report --format markdown`: a text for an issue tracker, ready to be pasted and to be read by a stranger.

Theory of operation: what a maintainer asks first (what, which device, which software, which version, in which frames)
stands on top; the ladder is a Mermaid diagram, which code hosts draw; what is long is folded. Text of the capture is
literal: nothing of it is markup, mentions nobody (`@name`) and refers to no other issue (`#12`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wsdtrace import __version__
from wsdtrace.check.finding import Evidence, Finding, Severity
from wsdtrace.check.rule import all_rules
from wsdtrace.records import LocatorKind, Stamp
from wsdtrace.report.escape import visible
from wsdtrace.report.htmlreport.context import Context, ReportOptions
from wsdtrace.report.htmlreport.overview import verdict_sentence
from wsdtrace.report.joblines import OUTCOMES, pages
from wsdtrace.report.markdown import MARKS, literal
from wsdtrace.report.mermaid import ladder_mermaid
from wsdtrace.report.page import counted
from wsdtrace.report.text import consequences_of
from wsdtrace.report.times import duration
from wsdtrace.report.trace import Trace
from wsdtrace.report.verdict import provisos, verdict_of
from wsdtrace.report.words import size
from wsdtrace.state.model import Job

MAX_FINDINGS = 20
"""Errors and warnings that are told in full; an issue tracker takes 65,536 characters."""

MAX_LENGTH = 60_000
"""Characters of the whole text: GitHub takes 65,536."""

MAX_EVIDENCE = 4
"""Pieces of evidence of a finding."""

MAX_EXCERPT = 160
"""Characters of an excerpt."""

MAX_PEERS = 8
"""Devices, clients and jobs that are listed."""


def render_issue(trace: Trace, options: ReportOptions) -> str:
    """The text.

    Args:
        trace: a judged capture.
        options: `images` is of no meaning here.
    """
    context = Context(trace, options)
    lines: list[str] = []
    length = 0
    for block in _blocks(context):
        length += len(block) + 2
        if length > MAX_LENGTH:
            lines.append("_The rest did not fit into an issue; `wsdtrace report` writes it as HTML._")
            break
        lines.append(block)
    return "\n\n".join(lines) + "\n"


def harmless(text: str) -> str:
    """Text of the capture in a paragraph or cell: no markup, no mention, no reference."""
    return re.sub(r"\\([@#])", r"`\1`", literal(text))


def code(text: str) -> str:
    """Text of the capture in a code span, with a fence longer than any in it."""
    shown = visible(text).replace("|", "¦")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _blocks(context: Context) -> Iterator[str]:
    trace = context.trace
    yield f"## {harmless(verdict_sentence(context))}"
    yield "\n".join(_facts(context))
    doubts = [*provisos(trace)]
    if doubts:
        yield "\n".join(f"- note: {harmless(context.said(doubt))}" for doubt in doubts[:MAX_PEERS])
    if trace.exchanges:
        diagram = ladder_mermaid(trace, _worst_job(trace), redactor=context.redactor)
        yield f"### What happened\n\n```mermaid\n{diagram}```"
    yield from _findings(context)
    yield f"_{_redacted(context)}_"


def _worst_job(trace: Trace) -> Job | None:
    """The job that a long capture's ladder is about: the one of the first error; None for all."""
    if len(trace.exchanges) <= 40:  # fits on a screen or two as it is
        return None
    errors = [f.job for f in trace.findings if f.job is not None and f.is_cause and f.severity is Severity.ERROR]
    return errors[0] if errors else None


def _facts(context: Context) -> Iterator[str]:
    trace, verdict = context.trace, verdict_of(context.trace)
    info = trace.input
    yield "| | |"
    yield "|--|--|"
    rules = f"{verdict.applied} rules applied, {verdict.inconclusive} inconclusive"
    yield f"| checked with | wsdtrace {__version__}, {rules} |"
    counts = ((verdict.errors, "error"), (verdict.warnings, "warning"), (verdict.infos, "info"))
    yield f"| found | {', '.join(counted(n, word) for n, word in counts if n) or 'nothing'} |"
    took = ""
    if info.first_time_ns is not None and info.last_time_ns is not None:
        took = f", {duration(info.last_time_ns - info.first_time_ns)}"
    name = harmless(context.said(context.redactor.path(info.path)))
    digest = f", sha256 `{context.options.sha256}`" if context.options.sha256 else ""
    yield f"| capture | {name}: {counted(info.frames, 'frame')}{took}, {size(info.bytes)}{digest} |"
    for device in trace.devices[:MAX_PEERS]:
        what = " ".join(filter(None, (device.manufacturer, device.model))) or "unknown model"
        firmware = f", firmware {harmless(context.cell(device.firmware))}" if device.firmware else ""
        yield f"| device {device.id} | {harmless(context.cell(what))}{firmware} |"
    for client in trace.clients[:MAX_PEERS]:
        yield f"| client {client.id} | {harmless(context.cell(client.user_agent) or 'unnamed software')} |"
    for job in trace.jobs[:MAX_PEERS]:
        asked = "".join(f", {harmless(context.cell(part))}" for part in (job.input_source, job.format) if part)
        yield f"| {harmless(context.cell(job.label))} | {OUTCOMES[job.outcome][0]}, {pages(job)}{asked} |"
    left = sum(max(len(peers) - MAX_PEERS, 0) for peers in (trace.devices, trace.clients, trace.jobs))
    if left:
        yield f"| | and {left} more devices, clients and jobs |"


def _findings(context: Context) -> Iterator[str]:
    trace = context.trace
    causes = sorted((f for f in trace.findings if f.is_cause), key=lambda f: (f.severity.rank, f.id))
    grave = [f for f in causes if f.severity is not Severity.INFO]
    infos = [f for f in causes if f.severity is Severity.INFO]
    followers = consequences_of(trace.findings)
    if grave:
        yield "### Findings"
    explained: set[str] = set()
    for finding in grave[:MAX_FINDINGS]:
        yield "\n\n".join(_finding(context, finding, followers.get(finding.id, []), explained))
    if len(grave) > MAX_FINDINGS:
        yield f"and {len(grave) - MAX_FINDINGS} more errors and warnings."
    if infos:
        rows = [f"- `{f.code}` {harmless(f.name)}: {harmless(context.said(f.message))}" for f in infos[:MAX_FINDINGS]]
        more = f"\n- and {len(infos) - MAX_FINDINGS} more" if len(infos) > MAX_FINDINGS else ""
        listed = "\n".join(rows) + more
        yield f"<details><summary>{counted(len(infos), 'info')}</summary>\n\n{listed}\n\n</details>"


def _finding(context: Context, finding: Finding, followers: list[Finding], explained: set[str]) -> Iterator[str]:
    times = f" (×{finding.also_seen + 1})" if finding.also_seen else ""
    head = f"{MARKS[finding.severity]} **{finding.code} {harmless(context.said(finding.name))}**"
    yield f"#### {head}: {harmless(context.said(finding.message))}{times}"
    lines = [f"Fault of: {finding.fault_of.value}."]
    if finding.expected:
        lines.append(f"Expected: {harmless(context.said(finding.expected))}.")
    if followers:
        lines.append(f"Therefore: {', '.join(f'`{f.code}`' for f in followers[: MAX_EVIDENCE * 2])}.")
    yield " ".join(lines)
    places = [_evidence(context, evidence) for evidence in finding.evidence[:MAX_EVIDENCE]]
    if places:
        yield "\n".join(places)
    rule = next((rule for rule in all_rules() if rule.code == finding.code), None)
    if rule is not None and finding.code not in explained:
        explained.add(finding.code)
        source = literal(finding.source)
        # The reasons are ours, and written in Markdown.
        yield f"<details><summary>Why it matters</summary>\n\n{rule.why}\n\nSource: {source}\n\n</details>"


def _evidence(context: Context, evidence: Evidence) -> str:
    arrow = f" {evidence.arrow}" if evidence.arrow.strip() else ""
    detail = f" {harmless(context.said(evidence.detail))}" if evidence.detail else ""
    label = harmless(context.cell(evidence.label))
    line = f"- {place(evidence.stamp)}, {context.when(evidence.stamp)}{arrow} {label}{detail}"
    if not evidence.excerpt:
        return line
    text, caret = context.redactor.excerpt(evidence.excerpt, evidence.caret)
    start = max((caret[0] if caret else 0) - MAX_EXCERPT // 3, 0)
    shown = text[start : start + MAX_EXCERPT]
    return f"{line}\n  {code(('…' if start else '') + shown + ('…' if start + MAX_EXCERPT < len(text) else ''))}"


def place(stamp: Stamp) -> str:
    """`frame 17`: with a `#` it would refer to another issue."""
    return f"{_KINDS[stamp.kind]} {stamp.number}"


_KINDS = {LocatorKind.FRAME: "frame", LocatorKind.LOG_LINE: "line", LocatorKind.RECORD: "record"}


def _redacted(context: Context) -> str:
    if context.options.redact:
        return "Serial numbers, addresses, identifiers, names and tokens are redacted."
    if context.options.show_secrets:
        return "Nothing is redacted."
    return "Tokens and user names are redacted; addresses, serial numbers and names are not."
