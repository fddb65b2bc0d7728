"""`--format sarif`: SARIF 2.1.0 (OASIS), one run over all captures.

A capture has no lines, so a result's place is the file, with the frames as logical locations; `partialFingerprints` are
those of the findings and so stay the same between captures of the same failure. Consequences are not told.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from wsdtrace import __version__
from wsdtrace.check.finding import Finding, Severity
from wsdtrace.check.rule import Rule, all_rules
from wsdtrace.records import LocatorKind
from wsdtrace.report.escape import visible
from wsdtrace.report.lines import said
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

Json = dict[str, Any]


def document(traces: list[Trace], *, show_secrets: bool) -> str:
    """The log of a run over captures."""
    used = {f.code for trace in traces for f in trace.findings}
    rules = [rule for rule in all_rules() if rule.code in used]
    index = {rule.code: i for i, rule in enumerate(rules)}
    results = [
        _result(trace, finding, redactor, index)
        for trace in traces
        for redactor in (Redactor(trace, show=show_secrets),)
        for finding in trace.findings
        if finding.is_cause
    ]
    driver: Json = {"name": "wsdtrace", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    broken = [{"level": "error", "message": {"text": visible(e)}} for t in traces for e in t.internal_errors]
    run: Json = {
        "tool": {"driver": driver},
        "artifacts": [{"location": {"uri": _uri(path)}} for trace in traces for path in _paths(trace)],
        "invocations": [{"executionSuccessful": not broken, "toolExecutionNotifications": broken}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(rule.why.split()) or rule.summary},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"source": rule.source, "fault_of": rule.fault_of.value},
    }


def _result(trace: Trace, finding: Finding, redactor: Redactor, index: dict[str, int]) -> Json:
    result: Json = {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        "message": {"text": said(finding, redactor)},
        "locations": _locations(trace, finding),
        "partialFingerprints": {"wsdtrace/v1": finding.fingerprint},
        "properties": {
            "fault_of": finding.fault_of.value,
            "frames": [s.number for s in finding.stamps if s.kind is LocatorKind.FRAME],
            "also_seen": finding.also_seen,
        },
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    return result


def _locations(trace: Trace, finding: Finding) -> list[Json]:
    """The file with the frames as logical locations; of a log its lines."""
    lines = [
        line
        for s in finding.stamps
        if s.kind is LocatorKind.LOG_LINE and (line := trace.input.line_of(s.number)) is not None
    ]
    if lines:
        return [
            {"physicalLocation": {"artifactLocation": {"uri": _uri(path)}, "region": {"startLine": number}}}
            for path, number in lines
        ]
    names = [{"name": f"{s.kind.value} {s.number}", "kind": s.kind.value} for s in finding.stamps]
    return [{"physicalLocation": {"artifactLocation": {"uri": _uri(trace.input.path)}}, "logicalLocations": names}]


def _paths(trace: Trace) -> list[str]:
    """The files that results lie in: the capture, or the logs of a trace."""
    return [log.path for log in trace.input.logs] or [trace.input.path]


def _uri(path: str) -> str:
    """A relative or absolute URI reference of a path."""
    return quote(path.replace("\\", "/"), safe="/")
