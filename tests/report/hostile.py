"""A trace in which every text that can come from a capture is an attack."""

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from tests.report.traces import orphaned_job
from wsdtrace.check.finding import Evidence, Interpretation
from wsdtrace.report.trace import Trace

ATTACKS = (
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b31m",
    "\u202egnp.exe",
    "line\nbreak\r\nX-Injected: 1",
    "[red]markup[/red] [link=http://evil]x[/link]",
    "<script>alert(1)</script>",
    "‹&\"'`|%0a::error::",
    "=HYPERLINK(1)",
    "\x00\udc80\ufffe",
    "漢字" * 50,
    "e" + "\u0301" * 200,
    "\u200b" * 20,
    "A" * 20_000,
)
PAYLOAD = " ".join(ATTACKS)

OURS = {
    "id",
    "code",
    "name",
    "fingerprint",
    "format",
    "role",
    "source",
    "path",
    "files",
    "link_types",
    "sha256",
    "side",
    "waived",
}
"""Fields that hold words of ours, whatever their type."""


def hostile_trace() -> Trace:
    """The example of the manual, poisoned."""
    trace = orphaned_job()
    trace.findings[0].interpretations = (Interpretation(PAYLOAD, PAYLOAD),)
    trace.input.comments = [(None, PAYLOAD), (3, PAYLOAD)]
    _poison(trace, set())
    for job in trace.jobs:
        # Else the payload would be a secret, and redaction would hide what the renderers do.
        job.token = job.destination_token = "token-of-the-job"
    for finding in trace.findings:
        finding.evidence = [
            Evidence(e.stamp, e.role, PAYLOAD, PAYLOAD, e.exchange, PAYLOAD, e.precision, PAYLOAD, (3, 60))
            for e in finding.evidence
        ]
    return trace


def _poison(thing: Any, seen: set[int]) -> None:
    """Replace every text of the objects of a trace."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, list | tuple | dict):
        for item in thing.values() if isinstance(thing, dict) else thing:
            _poison(item, seen)
        return
    if not is_dataclass(thing) or isinstance(thing, type):
        return
    frozen = type(thing).__dataclass_params__.frozen  # type: ignore[attr-defined]  # dataclasses do not type it
    for declared in fields(thing):
        value = getattr(thing, declared.name, None)
        is_text = isinstance(value, str) and not isinstance(value, Enum)
        may_be_text = value is None and "str" in str(declared.type)
        if (is_text or may_be_text) and declared.name not in OURS and not frozen:
            setattr(thing, declared.name, PAYLOAD)
        else:
            _poison(value, seen)
