"""Consequences stand beneath their cause, and chains lead to the first one."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.check.causes import CAUSES, link
from wsdtrace.check.finding import Evidence, FaultOf, Finding, Severity
from wsdtrace.check.rule import all_rules
from wsdtrace.records import Endpoint, Stamp
from wsdtrace.state.model import Exchange, Transport

ROWS = [(code, cause) for code, rows in CAUSES.items() for row in rows for cause in row.codes]


def finding(number: int, code: str, exchange: Exchange) -> Finding:
    stamp = Stamp(number, number)
    return Finding(
        id=number,
        code=code,
        name="",
        severity=Severity.ERROR,
        fault_of=FaultOf.DEVICE,
        message="",
        evidence=[Evidence(stamp, "frame", "")],
        source="",
        time_ns=number,
        exchanges=[exchange],
    )


def exchange() -> Exchange:
    return Exchange(Transport.HTTP, Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 80))


def test_every_code_of_the_table_is_a_rule() -> None:
    known = {rule.code for rule in all_rules()}
    assert {code for row in ROWS for code in row} - known == set()


def test_the_table_has_no_cycle() -> None:
    def reaches(start: str, goal: str, seen: frozenset[str] = frozenset()) -> bool:
        nexts = {cause for code, cause in ROWS if code == start} - seen
        return goal in nexts or any(reaches(n, goal, seen | nexts) for n in nexts)

    assert [code for code in CAUSES if reaches(code, code)] == []


def test_a_chain_leads_to_the_first_cause() -> None:
    shared = exchange()
    cut, unterminated, dangling = (
        finding(n, code, shared) for n, code in ((1, "WSD102"), (2, "WSD222"), (3, "WSD223"))
    )
    link([cut, unterminated, dangling])
    assert unterminated.caused_by is cut
    assert dangling.caused_by is cut
    assert cut.caused_by is None


def test_another_exchange_is_no_cause() -> None:
    cut, unterminated = finding(1, "WSD102", exchange()), finding(2, "WSD222", exchange())
    link([cut, unterminated])
    assert unterminated.caused_by is None


@pytest.mark.parametrize(
    ("text", "cause", "consequence"),
    [
        pytest.param(
            "CreateScanJob -> JobId=1 JobToken=t\n< replace </soap:Body> </soap:Bod\n"
            "RetrieveImage JobId=1 JobToken=t -> Fault OperationFailed\nwait 90s\nGetScannerElements -> ok",
            "WSD201",
            "WSD601",
            id="an unreadable answer orphans the job",
        ),
        pytest.param(
            "CreateScanJob -> JobId=1 JobToken=t\nhttp: cut 500\nRetrieveImage JobId=1 JobToken=t -> image",
            "WSD102",
            "WSD602",
            id="a cut page leaves the job open",
        ),
    ],
)
def test_one_fact_is_one_finding(text: str, cause: str, consequence: str) -> None:
    found = {f.code: f for f in scenario.check(text).findings}
    assert found[cause].is_cause
    assert found[consequence].caused_by is found[cause]
