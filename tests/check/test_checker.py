"""Events → findings: folding, causes, the ledger, rules that raise, and who is judged where a proxy forwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from wsdtrace import scenario
from wsdtrace.check.checker import MAX_EVIDENCE, Checker
from wsdtrace.check.finding import Evidence, FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Check, Need, Rule, Verdict, find_rule
from wsdtrace.records import Anomaly, Stamp
from wsdtrace.report.trace import Trace
from wsdtrace.state.events import SourceDamaged


def event(number: int = 1) -> SourceDamaged:
    return SourceDamaged(Stamp(number, number * 10**9), Anomaly("cut", f"at {number}"))


def line(number: int) -> Evidence:
    return Evidence(Stamp(number, number * 10**9), "frame", "frame")


def made(check: Check, code: str = "XYZ001", **changes: object) -> Rule:
    rule = Rule(
        code=code,
        name="made-up",
        severity=Severity.WARNING,
        fault_of=FaultOf.CAPTURE,
        on=(SourceDamaged,),
        needs=(),
        sources=("derived",),
        when=lambda _: True,
        check=check,
        docstring="",
    )
    return replace(rule, **changes)  # type: ignore[arg-type]  # field names are those of Rule


def objects(seen: SourceDamaged) -> Iterator[Verdict]:
    yield Objection("always", (line(seen.stamp.number),))


def doubts(_: SourceDamaged) -> Iterator[Verdict]:
    yield Inconclusive("cannot know")


def passes(_: SourceDamaged) -> Iterator[Verdict]:
    yield from ()


def breaks(_: SourceDamaged) -> Iterator[Verdict]:
    yield Inconclusive(str(int("no number")))


@pytest.mark.parametrize(
    ("check", "fired", "passed", "inconclusive"),
    [
        pytest.param(objects, 1, 0, 0, id="fired"),
        pytest.param(passes, 0, 1, 0, id="passed"),
        pytest.param(doubts, 0, 0, 1, id="inconclusive"),
    ],
)
def test_a_subject_is_counted_once(check: Check, fired: int, passed: int, inconclusive: int) -> None:
    checker = Checker([made(check)])
    checker.feed(event())
    tally = checker.ledger["XYZ001"]
    assert (tally.fired, tally.passed, tally.inconclusive) == (fired, passed, inconclusive)


def test_what_does_not_concern_a_rule_is_no_subject() -> None:
    checker = Checker([made(objects, when=lambda _: False)])
    checker.feed(event())
    tally = checker.ledger["XYZ001"]
    assert (tally.fired, tally.passed, tally.inconclusive) == (0, 0, 0)


def test_an_unmet_need_is_inconclusive() -> None:
    text = "tcp: gap 100\nCreateScanJob -> JobId=1 JobToken=t\nwait 90s\nGetScannerElements -> ok"
    whole = "CreateScanJob -> JobId=1 JobToken=t\nwait 90s\nGetScannerElements -> ok"
    assert "WSD601" in {f.code for f in scenario.check(whole).findings}
    trace = scenario.check(text)
    assert "WSD601" not in {f.code for f in trace.findings}
    assert Need.JOB_UNBROKEN in find_rule("WSD601").needs


def test_equal_objections_fold_and_are_counted() -> None:
    checker = Checker([made(objects)])
    for number in range(1, 101):
        checker.feed(event(number))
    (finding,) = checker.close()
    assert finding.also_seen == 99
    assert len(finding.evidence) == MAX_EVIDENCE
    assert checker.ledger["XYZ001"].fired == 100


def test_a_rule_that_raises_leaves_the_findings_of_the_others() -> None:
    checker = Checker([made(breaks, "XYZ001"), made(objects, "XYZ002")])
    checker.feed(event())
    assert [f.code for f in checker.close()] == ["XYZ002"]
    assert checker.internal_errors == ["XYZ001: ValueError: invalid literal for int() with base 10: 'no number'"]


def test_findings_are_numbered_by_time() -> None:
    checker = Checker([made(lambda e: iter([Objection(f"at {e.stamp.number}", (line(e.stamp.number),))]))])
    for number in (5, 3, 4):
        checker.feed(event(number))
    assert [(f.id, f.message) for f in checker.close()] == [(1, "at 3"), (2, "at 4"), (3, "at 5")]


def test_fingerprints_are_of_rule_operation_and_ordinal() -> None:
    first = scenario.check("CreateScanJob -> Fault ClientErrorInvalidArgs")
    later = scenario.check("GetScannerElements -> ok\nwait 5s\nCreateScanJob -> Fault ClientErrorInvalidArgs")

    def prints(trace: Trace) -> list[tuple[str, str]]:
        return sorted((f.code, f.fingerprint) for f in trace.findings)

    assert prints(first) == prints(later)


def test_findings_about_different_operations_are_not_folded() -> None:
    edit = "< replace wsa:RelatesTo>urn:uuid: wsa:RelatesTo>urn:uuid:f\n"
    trace = scenario.check(f"{edit}GetScannerElements -> ok\n{edit}GetActiveJobs -> ok")
    found = [f.exchanges[0].operation for f in trace.findings if f.code == "WSD303"]
    assert found == ["GetScannerElements", "GetActiveJobs"]
