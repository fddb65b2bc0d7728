"""`wsdtrace rule`."""

import pytest

from wsdtrace.check.finding import FaultOf, Severity
from wsdtrace.check.rule import Need, Rule, all_rules
from wsdtrace.report.explain import write_rule, write_rules
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor


def a_rule(**changes: object) -> Rule:
    facts: dict[str, object] = {
        "code": "WSD612",
        "name": "retrieve-after-cancel",
        "severity": Severity.WARNING,
        "fault_of": FaultOf.CLIENT,
        "on": (),
        "needs": (Need.JOB_FROM_START, Need.NO_GAP),
        "sources": ("J13", "#43"),
        "when": bool,
        "check": iter,
        "docstring": """A page is asked for
            after an acknowledged CancelJob.

            Why:
                The job is gone.

                Some devices hang.

            Bad:
                CancelJob -> ok
                  RetrieveImage -> image

            Good:
                CancelJob -> ok
            """,
    }
    return Rule(**facts | changes)  # type: ignore[arg-type]  # a row of facts


def shown(rule: Rule, look: Look = Look()) -> list[str]:  # noqa: B008  # a frozen value
    page = Page(look, Redactor(None))
    write_rule(page, rule)
    return str(page).splitlines()


def test_a_rule_in_full() -> None:
    assert shown(a_rule()) == [
        "W WSD612 retrieve-after-cancel",
        "  A page is asked for after an acknowledged CancelJob.",
        "",
        "  severity  warning: a SHOULD is broken, or interoperability is known to suffer",
        "  fault of  the client, as a rule",
        "  needs     the job from its start, no gap; else it is inconclusive",
        "  source    J13, #43",
        "  family    WSD6, the life of a scan job",
        "",
        "Why",
        "  The job is gone.",
        "  Some devices hang.",
        "",
        "Bad",
        "    CancelJob -> ok",
        "      RetrieveImage -> image",
        "",
        "Good",
        "    CancelJob -> ok",
    ]


def test_what_a_rule_does_not_say_is_left_out() -> None:
    lines = shown(a_rule(needs=(), docstring="A page is asked for.", fault_of=FaultOf.UNKNOWN))
    assert [line for line in lines if line.startswith(("Why", "Bad", "Good", "  needs"))] == []
    assert "  fault of  unknown" in lines


def test_the_list_is_by_family() -> None:
    page = Page(Look(width=80), Redactor(None))
    write_rules(page, [a_rule(), a_rule(code="WSD711", name="image-truncated", severity=Severity.ERROR)])
    assert str(page).splitlines() == [
        "WSD6  the life of a scan job",
        "W WSD612 retrieve-after-cancel  A page is asked for after an acknowledged",
        "                                CancelJob.",
        "",
        "WSD7  ticket and image",
        "E WSD711 image-truncated        A page is asked for after an acknowledged",
        "                                CancelJob.",
        "",
        "2 rules. wsdtrace rule CODE explains one.",
    ]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_can_be_explained(rule: Rule) -> None:
    lines = shown(rule, Look(width=80))
    assert lines[0].endswith(f"{rule.code} {rule.name}")
    assert {"Why", "Bad", "Good"} <= set(lines), "every rule says why and has examples"
