"""Findings in one line each: `concise` for editors and grep, `github` for annotations of a workflow.

Only causes are told, consequences are part of their cause. A line never breaks: what could break it is made visible,
and what a workflow command would read as its own syntax is encoded.
"""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.records import LocatorKind
from wsdtrace.report.escape import visible
from wsdtrace.report.findings import where
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace

LETTERS = {Severity.ERROR: "E", Severity.WARNING: "W", Severity.INFO: "I"}
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def causes(trace: Trace, least: Severity = Severity.INFO) -> list[Finding]:
    """Findings that count, the worst first, then by time."""
    counted = [f for f in trace.findings if f.is_cause and f.severity.rank <= least.rank]
    return sorted(counted, key=lambda f: (f.severity.rank, f.id))


def said(finding: Finding, redactor: Redactor) -> str:
    """The message of a finding on one line, without secrets."""
    times = f" (×{finding.also_seen + 1})" if finding.also_seen else ""
    return visible(redactor.text(finding.message)).replace("\n", " ") + times


def place(trace: Trace, finding: Finding) -> str:
    """`capture.pcapng:#17`: the file and the first frame of the evidence; `scanimage-Test.log:583` of a trace."""
    first = finding.stamps[0]
    line = trace.input.line_of(first.number) if first.kind is LocatorKind.LOG_LINE else None
    if line is not None:
        return f"{visible(line[0])}:{line[1]}"
    return f"{visible(trace.input.path)}:#{first.number}"


def concise(trace: Trace, *, show_secrets: bool, least: Severity) -> Iterator[str]:
    """`FILE:#FRAME: E WSD601 job-orphaned: message [fault: client]`."""
    redactor = Redactor(trace, show=show_secrets)
    for finding in causes(trace, least):
        yield (
            f"{place(trace, finding)}: {LETTERS[finding.severity]} {finding.code} {finding.name}: "
            f"{said(finding, redactor)} [fault: {finding.fault_of.value}]"
        )


def github(trace: Trace, *, show_secrets: bool, least: Severity) -> Iterator[str]:
    """Workflow commands: `::error file=…,title=…::message`."""
    redactor = Redactor(trace, show=show_secrets)
    for finding in causes(trace, least):
        places = ", ".join(where(stamp) for stamp in finding.stamps)
        if finding.stamps[0].kind is LocatorKind.FRAME:
            places = f"frames {places}"
        text = f"{said(finding, redactor)} (fault: {finding.fault_of.value}; {places})"
        title = _property(f"{finding.code} {finding.name}")
        yield f"::{LEVELS[finding.severity]} {_file(trace, finding)},title={title}::{_data(text)}"


def _file(trace: Trace, finding: Finding) -> str:
    """`file=…`, of a log with its line."""
    first = finding.stamps[0]
    line = trace.input.line_of(first.number) if first.kind is LocatorKind.LOG_LINE else None
    if line is not None:
        return f"file={_property(line[0])},line={line[1]}"
    return f"file={_property(trace.input.path)}"


def _data(text: str) -> str:
    """Encoded as the runner decodes it: `%`, CR and LF."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return visible(_data(text).replace(":", "%3A").replace(",", "%2C"))
