"""The report of `wsdtrace check` for people: a `Trace` becomes text.

Order of what is told: the capture, the life of each job, the findings with their evidence (a consequence beneath its
cause), what the capture cannot prove, the verdict, and what to run next.
"""

from __future__ import annotations

import shlex
from pathlib import PurePath

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.report.escape import visible
from wsdtrace.report.findings import FindingWriter
from wsdtrace.report.joblines import write_jobs
from wsdtrace.report.page import Look, Page, Verbosity, counted, joined
from wsdtrace.report.redact import Redactor
from wsdtrace.report.styled import Text
from wsdtrace.report.times import duration
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.report.verdict import Verdict, nothing_to_judge, provisos, verdict_of

MAX_NEXT = 3
"""Commands that are proposed at the end."""

SHOWN_FROM = {Verbosity.QUIET: Severity.ERROR, Verbosity.NORMAL: Severity.WARNING, Verbosity.VERBOSE: Severity.INFO}
"""The least severe finding that is told."""


def render_check(trace: Trace, look: Look) -> str:
    """The whole report of one capture."""
    page = Page(look, Redactor(trace, show=look.show_secrets))
    quiet = look.verbosity is Verbosity.QUIET
    write_header(page, trace)
    if not quiet:
        if trace.jobs or trace.refusals:
            page.blank()
            write_jobs(page, trace)
        page.blank()
    shown = shown_findings(trace.findings, look.verbosity)
    writer = FindingWriter(page, trace.input.first_time_ns, consequences_of(trace.findings))
    for finding in shown:
        writer.write(finding)
    if look.statistics:
        if shown:
            page.blank()
        from wsdtrace.report.ledger import write_ledger  # noqa: PLC0415  # only with --statistics

        write_ledger(page, trace.ledger)
        page.blank()
    _write_verdict(page, trace, _with_consequences(shown, trace.findings))
    if not quiet:
        _write_next(page, trace, shown)
    return str(page)


def write_header(page: Page, trace: Trace) -> None:
    """`orphaned-job  58 frames  1 device  2 clients  1 job  1 image  94.1 s`."""
    info = trace.input
    facts = [counted(info.frames, "frame")] if info.frames or not (trace.exchanges or info.logs) else []
    if info.logs:
        facts.append(counted(info.lines, "line"))
    facts.append(counted(len(trace.devices), "device"))
    facts.append(counted(len(trace.clients), "client"))
    if trace.jobs or not trace.exchanges:
        facts.append(counted(len(trace.jobs), "job"))
    else:
        facts.append(counted(sum(1 for e in trace.exchanges if e.copy_of is None), "exchange"))
    if trace.images:
        facts.append(counted(len(trace.images), "image"))
    if info.took_ns is not None:
        facts.append(duration(info.took_ns))
    page.hanging(joined((visible(short_name(info)), "bold"), "  "), joined("  ".join(facts)), hang="  ", narrow="  ")


def short_name(info: InputInfo) -> str:
    """What a person calls the input: its file name, or its folder's where the file is just called `capture`."""
    if info.path == "-":
        return "standard input"
    path = PurePath(info.path)
    if path.name.split(".")[0] == "capture" and path.parent.name:
        return path.parent.name
    return path.name or info.path


def consequences_of(findings: list[Finding]) -> dict[int, list[Finding]]:
    """What follows from each finding, by the cause's id."""
    followers: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.caused_by is not None:
            followers.setdefault(finding.caused_by.id, []).append(finding)
    return followers


def shown_findings(findings: list[Finding], verbosity: Verbosity) -> list[Finding]:
    """Causes that this verbosity shows: the worst first, and of one severity in the order of where they begin."""
    limit = SHOWN_FROM[verbosity].rank
    causes = [f for f in findings if f.is_cause and f.severity.rank <= limit]
    return sorted(causes, key=lambda f: (f.severity.rank, f.evidence[0].stamp.number if f.evidence else 0, f.id))


def _with_consequences(shown: list[Finding], findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f in shown or (f.caused_by is not None and f.caused_by in shown)]


def _write_verdict(page: Page, trace: Trace, shown: list[Finding]) -> None:
    verdict = verdict_of(trace)
    quiet = page.look.verbosity is Verbosity.QUIET
    reason = nothing_to_judge(trace)
    if reason is not None and not trace.findings:
        page.line((f"nothing to judge: {visible(reason)}.", "yellow"))
        return
    if not quiet:
        for proviso in [*provisos(trace, told=shown), *([reason] if reason else [])]:
            page.hanging(joined(("note: ", "bold")), joined(page.said(proviso)))
    text = _counts(verdict, page.look.verbosity)
    if verdict.applied:
        text.append(f"; {counted(verdict.applied, 'rule')} applied")
        text.append(f", {verdict.inconclusive} inconclusive" if verdict.inconclusive else "")
    page.hanging(joined(), text.append("."))


def _counts(verdict: Verdict, verbosity: Verbosity) -> Text:
    hidden = verbosity is not Verbosity.VERBOSE
    parts = [counted(verdict.errors, "error")] if verdict.errors else []
    parts += [counted(verdict.warnings, "warning")] if verdict.warnings else []
    parts += [counted(verdict.infos, "info")] if verdict.infos and not hidden else []
    if not parts or (not hidden and not verdict.errors and not verdict.warnings):
        parts = ["no errors", "no warnings", *parts]
    style = "bold red" if verdict.errors else "bold yellow" if verdict.warnings else "bold green"
    infos = f" ({counted(verdict.infos, 'info')} with -v)" if verdict.infos and hidden else ""
    return joined((", ".join(parts), style), infos)


def _write_next(page: Page, trace: Trace, shown: list[Finding]) -> None:
    """Commands that tell more about the worst finding; only such that exist, with arguments that work."""
    if not shown:
        return
    commands = [f"wsdtrace rule {visible(shown[0].code)}"]
    path = trace.input.path
    if path != "-" and path.isprintable():
        quoted = shlex.quote(path)
        for finding in shown:
            if finding.job is not None:
                commands.append(f"wsdtrace show {quoted} --job {finding.job.job_id}")
                break
            if finding.exchanges:
                commands.append(f"wsdtrace show {quoted} --exchange {finding.exchanges[0].id}")
                break
        if trace.images and any(f.code in _IMAGE_CODES for f in shown):
            commands.append(f"wsdtrace images {quoted} -o pages")
    line = joined(("next: ", "dim"))
    for i, command in enumerate(commands[:MAX_NEXT]):
        # A command is never broken: it has to survive copy and paste.
        if i and line.cell_len + 3 + len(command) > page.width:
            page.text(line)
            line = joined("      ", command)
        else:
            line.append(" · " if i else "", "dim").append(command)
    page.text(line)


_IMAGE_CODES = frozenset({"WSD102", "WSD710", "WSD711", "WSD712", "WSD713"})
"""Rules about the bytes of a page: looking at it helps."""
