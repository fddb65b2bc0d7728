"""`--format markdown`: findings as a section for an issue or a pull request.

Text of the capture is literal: everything that Markdown or HTML could read as markup is escaped, and control characters
are visible.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.report.escape import visible
from wsdtrace.report.lines import causes, said
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace
from wsdtrace.report.verdict import end_of

MARKS = {Severity.ERROR: "❌ error", Severity.WARNING: "⚠️ warning", Severity.INFO: "ℹ️ info"}
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>@:])")


def literal(text: str) -> str:
    """Text that stands in Markdown as it is."""
    return _MARKUP.sub(r"\\\1", html.escape(visible(text), quote=False)).replace("\n", " ")


def section(trace: Trace, *, show_secrets: bool, least: Severity) -> Iterator[str]:
    """The lines about one capture."""
    redactor = Redactor(trace, show=show_secrets)
    found = causes(trace, least)
    yield f"## {literal(trace.input.path)}"
    yield ""
    jobs, images = len(trace.jobs), len(trace.images)
    yield f"{extent(trace)}, {jobs} jobs, {images} images: {literal(end_of(trace))}"
    if not found:
        return
    yield ""
    yield f"| | rule | what | whose fault | {'lines' if trace.input.logs else 'frames'} |"
    yield "|--|--|--|--|--|"
    for finding in found:
        frames = ", ".join(f"{stamp.number}" for stamp in finding.stamps)
        what = literal(said(finding, redactor)) + _consequences(trace, finding)
        rule = f"`{finding.code}` {literal(finding.name)}"
        yield f"| {MARKS[finding.severity]} | {rule} | {what} | {finding.fault_of.value} | {frames} |"


def extent(trace: Trace) -> str:
    """`58 frames`, `644 lines`."""
    return f"{trace.input.lines} lines" if trace.input.logs else f"{trace.input.frames} frames"


def _consequences(trace: Trace, cause: Finding) -> str:
    codes = [f"`{f.code}`" for f in trace.findings if f.caused_by is cause]
    return f" (and therefore {', '.join(codes)})" if codes else ""
