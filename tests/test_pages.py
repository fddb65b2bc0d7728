"""The generated pages: fresh, complete, and honest about what is not checked."""

import re
from pathlib import Path

import pytest

from tests.shared import REPOSITORY, load_script
from wsdtrace.check.rule import Rule, all_rules

SCRIPT = load_script(REPOSITORY / "docs" / "pages.py")
PAGES: dict[Path, str] = SCRIPT.pages()
ROWS = SCRIPT.rows()
CODES: dict[str, list[str]] = SCRIPT.codes_by_row()
REASONS: dict[str, str] = SCRIPT.reasons()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_is_up_to_date(path: Path) -> None:
    assert path.is_file(), "run `make docs`"
    assert path.read_text() == PAGES[path], "run `make docs`"


def test_no_page_outlives_its_rule() -> None:
    assert [path.name for path in SCRIPT.stale(PAGES) if path not in PAGES] == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_shows_its_finding(rule: Rule) -> None:
    page = PAGES[SCRIPT.RULES / f"{rule.code}.md"]
    assert re.search(rf"^\s*([├└] so )?[EWI] {rule.code} {rule.name}", page, re.MULTILINE), page


def test_there_are_206_rows_and_each_has_one_line() -> None:
    listed = re.findall(r"^\| ([A-Z]\d\d) \|", PAGES[SCRIPT.DOCS / "coverage.md"], re.MULTILINE)
    assert listed == [row.id for row in ROWS]
    assert len(set(listed)) == 206


def test_the_numbers_at_the_top_are_those_of_the_rows() -> None:
    text = PAGES[SCRIPT.DOCS / "coverage.md"]
    lines = [line for line in text.splitlines() if re.match(r"\| [A-Z]\d\d \|", line)]
    checked = sum("](rules/WSD" in line for line in lines)
    undecidable = sum("| cannot be decided: " in line for line in lines)
    left = sum(line.endswith("| not yet |") for line in lines)
    assert checked + undecidable + left == 206
    assert f"{checked} of them are checked, {undecidable} cannot be decided" in text
    assert f"{left} are not checked yet." in text


def test_reasons_are_given_only_for_rows_that_no_code_names() -> None:
    known = {row.id for row in ROWS}
    assert [row for row in REASONS if row not in known or row in CODES] == []


def test_no_rule_names_a_row_that_is_not_in_the_list() -> None:
    known = {row.id for row in ROWS}
    assert {row: codes for row, codes in CODES.items() if row not in known} == {}


@pytest.mark.parametrize("text", ["a|b", "<b>", "[x](y)", "`c`", "*d*", "_e_", "#f", "a\nb"])
def test_texts_of_others_are_no_markup(text: str) -> None:
    found = SCRIPT.cell(text)
    assert not re.search(r"(?<!\\)[|<>\[\]`*_#]", found)
    assert "\n" not in found
