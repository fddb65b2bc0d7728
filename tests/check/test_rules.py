"""Every rule's own examples, played and judged by the whole pipeline: Bad is found, Good is quiet."""

from collections.abc import Iterator
from functools import cache

import pytest

from wsdtrace import scenario
from wsdtrace.check.finding import Severity
from wsdtrace.check.rule import Rule, all_rules, find_rule
from wsdtrace.report.trace import Trace

RULES = all_rules()

BESIDE = {
    "WSD106": ("WSD101", "a reset while an exchange is open leaves a request without its answer, or half of it"),
    "WSD605": ("WSD603", "only a late RetrieveImage can show that the time-out is not enforced"),
    "WSD625": ("WSD602", "a job that is short of images has not ended, so it is open or orphaned"),
}
"""Rules that never stand alone: the finding of which theirs is a consequence, and why."""


@cache
def judged(text: str) -> Trace:
    """The verdict about an example; several tests look at the same one."""
    return scenario.check(text)


def examples() -> Iterator[object]:
    """Bad and Good of every rule."""
    for rule in RULES:
        yield pytest.param(rule.code, rule.bad, id=f"{rule.code} bad")
        yield pytest.param(rule.code, rule.good, id=f"{rule.code} good")


def told(trace: Trace) -> list[str]:
    """What was found, one line each, for messages of assertions."""
    return [
        f"{f.code} {f.severity.value}: {f.message}" + (f" <- {f.caused_by.code}" if f.caused_by else "")
        for f in trace.findings
    ]


@pytest.mark.parametrize(
    ("code", "text"), [pytest.param(r.code, r.bad, id=f"{r.code} bad") for r in RULES if r.code not in BESIDE]
)
def test_the_bad_example_yields_the_code_as_a_cause(code: str, text: str) -> None:
    trace = judged(text)
    assert trace.internal_errors == []
    assert any(f.code == code and f.is_cause for f in trace.findings), told(trace)


@pytest.mark.parametrize(("code", "text"), [pytest.param(c, find_rule(c).bad, id=f"{c} bad") for c in sorted(BESIDE)])
def test_a_rule_that_never_stands_alone_is_the_consequence_of_its_companion(code: str, text: str) -> None:
    trace = judged(text)
    assert trace.internal_errors == []
    assert [f.caused_by.code if f.caused_by else None for f in trace.findings if f.code == code] == [BESIDE[code][0]]


@pytest.mark.parametrize(("code", "text"), [pytest.param(r.code, r.good, id=f"{r.code} good") for r in RULES])
def test_the_good_example_yields_nothing_at_warning_or_above(code: str, text: str) -> None:
    trace = judged(text)
    assert trace.internal_errors == []
    loud = [line for f, line in zip(trace.findings, told(trace), strict=True) if f.severity is not Severity.INFO]
    assert loud == []
    assert code not in {f.code for f in trace.findings}


@pytest.mark.parametrize(("code", "text"), list(examples()))
def test_every_finding_of_an_example_points_at_frames_of_it(code: str, text: str) -> None:
    trace = judged(text)
    assert code in trace.ledger
    numbers = [(f.code, stamp.number) for f in trace.findings for stamp in f.stamps]
    assert [place for place in numbers if not 1 <= place[1] <= trace.input.frames] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_says_why_where_and_by_example(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert all((rule.why, rule.bad, rule.good, *rule.sources))
