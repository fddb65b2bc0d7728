"""`wsdtrace rule`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from wsdtrace import scenario
from wsdtrace.check.rule import all_rules, find_rule


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


@pytest.mark.parametrize("kind", ["bad", "good"])
def test_an_example_is_written_as_a_capture(wsdtrace: Run, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.pcapng"
    ran = wsdtrace("rule", "WSD601", "--example", kind, "-o", str(file))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert file.read_bytes() == scenario.capture(getattr(find_rule("WSD601"), kind))
    assert wsdtrace("check", str(file)).code == (1 if kind == "bad" else 0)


def test_an_example_goes_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    from wsdtrace.cli.entry import run  # noqa: PLC0415  # here only: the fixture takes the place of the other one

    assert run(("rule", "job-orphaned", "--example", "bad")) == 0
    assert capfdbinary.readouterr().out == scenario.capture(find_rule("WSD601").bad)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(("WSD601", "-o", "x"), "--example bad or --example good", id="a file without an example"),
        pytest.param(("--example", "bad"), "--example is about one rule, 0 given", id="no rule"),
        pytest.param(("WSD601", "WSD602", "--example", "bad"), "about one rule, 2 given", id="two rules"),
        pytest.param(("WSD601", "--example", "ugly"), "'ugly' is not one of 'bad', 'good'", id="no such example"),
        pytest.param(("WSD6O1", "--example", "bad"), "no rule 'WSD6O1'", id="no such rule"),
        pytest.param(("WSD601", "--example", "bad", "-o", "/"), "/: cannot be written", id="no place for it"),
    ],
)
def test_an_example_that_cannot_be_had_says_why(wsdtrace: Run, arguments: tuple[str, ...], complaint: str) -> None:
    ran = wsdtrace("rule", *arguments)
    assert ran.code == 2
    assert complaint in ran.err
