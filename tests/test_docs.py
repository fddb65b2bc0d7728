"""Documentation tells the truth: its outputs are real, its commands exist, and everything that exists is in it."""

import re
from pathlib import Path

import pytest

from tests.shared import REPOSITORY, load_script
from wsdtrace.check.rule import all_rules

GENERATOR = load_script(REPOSITORY / "docs" / "generate.py")
DOCUMENTS: list[Path] = GENERATOR.documents()
VERBS: list[str] = GENERATOR.commands()


def read(*parts: str) -> str:
    return REPOSITORY.joinpath(*parts).read_text()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_generated_places_are_up_to_date(path: Path) -> None:
    text = path.read_text()
    assert text == GENERATOR.filled(text), "run `make docs`"


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_is_documented(verb: str) -> None:
    assert f"## wsdtrace {verb}\n" in read("docs", "commands.md")


@pytest.mark.parametrize("verb", VERBS)
def test_the_readme_names_every_command(verb: str) -> None:
    assert f"wsdtrace {verb}" in read("README.md")


@pytest.mark.parametrize("code", [rule.code for rule in all_rules()])
def test_every_rule_is_documented(code: str) -> None:
    assert f"| [{code}](rules/{code}.md) |" in read("docs", "rules.md")


@pytest.mark.parametrize("path", [*DOCUMENTS, REPOSITORY / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_no_document_names_a_command_that_does_not_exist(path: Path) -> None:
    named = set(re.findall(r"(?:^\s*(?:\$ )?|`|→ )wsdtrace ([a-z]+)\b", path.read_text(), re.MULTILINE))
    assert named - set(VERBS) == set()


@pytest.mark.parametrize("path", [*DOCUMENTS, *REPOSITORY.glob("*.md")], ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_readme_says_what_make_demo_does_and_shows_a_verdict() -> None:
    assert "wsdtrace demo --check $(DEMO)" in read("Makefile")
    assert "export DEMO=--headless" in read(".ci", "run")
    assert "make demo" in read("README.md")
    assert "WSD601" in read("README.md")


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"^\| (\d+) \|", read("docs", "commands.md"), re.MULTILINE)
    assert [int(code) for code in rows] == [0, 1, 2, 3, 4, 5, 70, 130]


def test_what_the_page_on_python_shows_is_what_it_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = re.findall(r"```(?:python|text)\n(.*?)```", read("docs", "reference", "python.md"), re.DOTALL)[:2]
    monkeypatch.chdir(REPOSITORY)
    last = code.strip().splitlines()[-1]
    exec(code.replace(last, f"print(({last}))"), {})
    assert capsys.readouterr().out == shown
