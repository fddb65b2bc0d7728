"""Declarations: the registry, docstring sections, selectors and what is said about unknown ones."""

from __future__ import annotations

import inspect
import re

import pytest

from wsdtrace.check.rule import FAMILIES, Rule, all_rules, expand, find_rule, split_docstring
from wsdtrace.errors import BadSelector, UnknownRule
from wsdtrace.state.events import Event

RULES = all_rules()


def test_codes_and_names_are_unique() -> None:
    assert len({r.code for r in RULES}) == len({r.name for r in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_a_rule_is_fully_declared(rule: Rule) -> None:
    assert re.fullmatch(r"WSD\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.family in FAMILIES
    assert all(issubclass(kind, Event) for kind in rule.on)
    for text in (rule.summary, rule.why, rule.bad, rule.good, rule.source):
        assert text.strip()


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_a_rule_is_small_and_pure(rule: Rule) -> None:
    source = inspect.getsource(rule.check)
    body = re.sub(r'"""(.|\n)*?"""', "", source)
    assert len(body.splitlines()) <= 45, "split it"
    assert not re.search(r"\b(global|nonlocal|open\(|print\(|time\.)", body)


def test_sections_of_a_docstring_are_split_and_dedented() -> None:
    text = "Summary.\n\nWhy:\n    Because.\n\nBad:\n    a\n      b\n\nGood:\n    c"
    assert split_docstring(text) == {"": "Summary.", "Why": "Because.", "Bad": "a\n  b", "Good": "c"}


@pytest.mark.parametrize("asked", ["WSD601", "wsd601", "job-orphaned", " WSD601 "])
def test_a_rule_is_found_by_code_and_name(asked: str) -> None:
    assert find_rule(asked).code == "WSD601"


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        pytest.param("WSD6O1", "WSD601", id="letter for digit"),
        pytest.param("job-orphan", "WSD601", id="short name"),
        pytest.param("token-mismach", "WSD610", id="misspelt name"),
    ],
)
def test_an_unknown_rule_names_the_nearest(asked: str, near: str) -> None:
    with pytest.raises(UnknownRule, match=near):
        find_rule(asked)


def test_nothing_near_says_how_to_list_them() -> None:
    with pytest.raises(UnknownRule, match="lists them"):
        find_rule("qqqq")


@pytest.mark.parametrize(
    ("selectors", "codes"),
    [
        pytest.param(["WSD601"], {"WSD601"}, id="a code"),
        pytest.param(["job-orphaned"], {"WSD601"}, id="a name"),
        pytest.param(["WSD0"], {r.code for r in RULES if r.code.startswith("WSD0")}, id="a family"),
        pytest.param(["wsd32", "WSD601"], {r.code for r in RULES if r.code[:5] == "WSD32"} | {"WSD601"}, id="several"),
        pytest.param([], set(), id="none"),
    ],
)
def test_selectors_mean_codes(selectors: list[str], codes: set[str]) -> None:
    assert expand(selectors) == codes


@pytest.mark.parametrize("selector", ["", "WSX", "6"])
def test_a_selector_without_rules_is_refused(selector: str) -> None:
    with pytest.raises(BadSelector):
        expand([selector])
