"""What the ledger says of one rule in one scenario: the words in which tests of rules claim."""

from __future__ import annotations

from wsdtrace import scenario
from wsdtrace.check.finding import Finding
from wsdtrace.pipeline import Options
from wsdtrace.report.trace import Trace


def judged(text: str, *codes: str) -> Trace:
    """The whole verdict of some rules; of all when none is named."""
    trace = scenario.check(text, Options(select=codes))
    assert trace.internal_errors == []
    return trace


def verdict(text: str, code: str) -> str:
    """`fired`, `inconclusive`, `passed`, or `no subject`: the loudest word of the rule's line in the ledger."""
    tally = judged(text, code).ledger[code]
    if tally.fired:
        return "fired"
    if tally.inconclusive:
        return "inconclusive"
    return "passed" if tally.passed else "no subject"


def finding(text: str, code: str) -> Finding:
    """The only finding of a rule."""
    (found,) = judged(text, code).findings
    return found
