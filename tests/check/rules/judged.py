"""What one rule says about a scenario."""

from __future__ import annotations

from wsdtrace import scenario
from wsdtrace.check.finding import FaultOf, Finding, Severity

CREATED = "CreateScanJob -> JobId=1 JobToken=t\n"
RETRIEVED = "RetrieveImage JobId=1 JobToken=t -> image\n"
JOB = CREATED + RETRIEVED
"""A whole job from the platen."""

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
CLIENT, DEVICE = FaultOf.CLIENT, FaultOf.DEVICE


def found(text: str, code: str) -> list[Finding]:
    """Its findings, causes and consequences alike."""
    trace = scenario.check(text)
    assert trace.internal_errors == []
    return [f for f in trace.findings if f.code == code]


def facts(text: str, code: str) -> list[str]:
    """What its findings say behind the subject."""
    return [f.message.partition(": ")[2] for f in found(text, code)]


def severities(text: str, code: str) -> list[Severity]:
    """How bad its findings are."""
    return [f.severity for f in found(text, code)]


def tally(text: str, code: str) -> tuple[int, int, int]:
    """How often the rule fired, passed and could not tell."""
    trace = scenario.check(text)
    assert trace.internal_errors == []
    entry = trace.ledger[code]
    return entry.fired, entry.passed, entry.inconclusive
