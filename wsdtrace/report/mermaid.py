"""The ladder as text for Mermaid, which code hosts draw: a `sequenceDiagram` with one line for each message.

Labels come from the capture. Mermaid reads `;`, `#`, `<`, `%%` and line ends as syntax and some words as keywords, so
every character that is not on a short list of harmless ones is written as its entity (`#59;`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wsdtrace.report.escape import shortened, visible
from wsdtrace.report.page import counted
from wsdtrace.report.redact import Redactor
from wsdtrace.report.sequence import Arrow, Idle, Sequence, idle_words, sequence_of
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Job

MAX_LABEL = 120
"""Characters of one label."""

MAX_DIAGRAM = 50_000
"""Characters that Mermaid draws (`maxTextSize`, its default); a longer diagram is shown as an error instead."""

_HARMLESS = re.compile(r"[^0-9A-Za-z .,/()×·–…→←✖‹›µ_-]")


def ladder_mermaid(trace: Trace, job: Job | None = None, *, redactor: Redactor | None = None) -> str:
    """The diagram, without the fence around it; ends in a line feed.

    Args:
        trace: a judged capture.
        job: draw this job alone.
        redactor: what is not shown; tokens and user names by default.
    """
    shield = redactor or Redactor(trace)
    most = 60
    while True:
        text = "".join(f"{line}\n" for line in _lines(sequence_of(trace, job, shield, most=most)))
        if len(text) <= MAX_DIAGRAM or most <= 6:
            return text
        most //= 2


def literal(text: str) -> str:
    """Text that Mermaid shows as it is."""
    text = shortened(visible(text), MAX_LABEL)
    return _HARMLESS.sub(lambda found: f"#{ord(found.group())};", text).strip() or "#8203;"


def _lines(sequence: Sequence) -> Iterator[str]:
    yield "sequenceDiagram"
    for lane in sequence.lanes:
        title = f"{lane.title} ({lane.subtitle})" if lane.subtitle else lane.title
        yield f"    participant {lane.key} as {literal(title)}"
    if not sequence.lanes:
        yield "    participant X as nobody"
        return
    ends = [lane.key for lane in sequence.lanes]
    over = ends[0] if len(ends) == 1 else f"{ends[0]},{ends[-1]}"
    for row in sequence.rows:
        if isinstance(row, Arrow):
            yield f"    {row.source}{_line_of(row)}{row.target}: {literal(_label(row))}"
        elif isinstance(row, Idle):
            yield f"    Note over {over}: {literal(idle_words(row.ns))}"
        else:
            yield f"    Note over {over}: {literal(counted(row.count, 'exchange') + ' not drawn')}"


def _line_of(row: Arrow) -> str:
    """Requests are full, answers broken; what failed or never came ends in a cross."""
    if row.is_request:
        return "->>"
    return "--x" if row.failed else "-->>"


def _label(row: Arrow) -> str:
    mark = "✖ " if row.failed else ""
    codes = " ".join(dict.fromkeys(f.code for f in row.findings if f.severity.rank < 2))
    return " · ".join(filter(None, (f"{mark}{row.label}", row.note, codes)))
