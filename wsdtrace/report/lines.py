"""Findings in one line each: `concise` for editors and grep, `github` for annotations of a workflow.

Only causes are told, consequences are part of their cause. A line never breaks: what could break it is made visible,
and what a workflow command would read as its own syntax is encoded.
"""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.report.escape import visible
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
    """`capture.pcapng:#17`: the file and the first frame of the evidence."""
    return f"{visible(trace.input.path)}:#{finding.stamps[0].number}"


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
        frames = ", ".join(f"#{stamp.number}" for stamp in finding.stamps)
        text = f"{said(finding, redactor)} (fault: {finding.fault_of.value}; frames {frames})"
        title = _property(f"{finding.code} {finding.name}")
        yield f"::{LEVELS[finding.severity]} file={_property(trace.input.path)},title={title}::{_data(text)}"


def _data(text: str) -> str:
    """Encoded as the runner decodes it: `%`, CR and LF."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return visible(_data(text).replace(":", "%3A").replace(",", "%2C"))
