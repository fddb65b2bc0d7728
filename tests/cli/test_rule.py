"""`wsdtrace rule`."""

import pytest

from tests.cli.conftest import Run
from wsdtrace.check.rule import all_rules


def test_without_a_code_every_rule_is_listed(wsdtrace: Run) -> None:
    ran = wsdtrace("rule")
    assert ran.code == 0
    assert [rule.code for rule in all_rules() if f" {rule.code} {rule.name} " not in ran.out] == []


@pytest.mark.parametrize("code", ["WSD601", "wsd601", "job-orphaned"])
def test_a_code_or_a_name_is_explained(wsdtrace: Run, code: str) -> None:
    ran = wsdtrace("rule", code)
    assert ran.code == 0
    assert ran.out.startswith("E WSD601 job-orphaned\n")
    assert "\nWhy\n" in ran.out


def test_the_beginning_of_codes_lists_these(wsdtrace: Run) -> None:
    out = wsdtrace("rule", "WSD22").out
    assert "WSD220" in out
    assert "WSD601" not in out


def test_several_codes_are_explained_one_after_another(wsdtrace: Run) -> None:
    out = wsdtrace("rule", "WSD601", "WSD602").out
    assert "\n\nI WSD602 job-left-open\n" in out


@pytest.mark.parametrize("code", ["WSD6O1", "job-orphan", "x"])
def test_an_unknown_code_names_the_nearest_or_the_list(wsdtrace: Run, code: str) -> None:
    ran = wsdtrace("rule", code)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith(f"wsdtrace: no rule '{code}'; ")
    assert ran.err.count("\n") == 1
