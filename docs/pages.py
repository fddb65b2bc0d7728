"""Writes whole pages: one for each rule in `docs/rules/`, and `docs/coverage.md`.

A rule's page has what its declaration and docstring say, and what `wsdtrace check` finds in its own example. The page
of the coverage has a line for each row of the list of WS-Scan rules (`tests/data/ws-scan-rules.json`): the codes that
name it as their source, or the reason why traffic cannot decide it (`docs/coverage.toml`).

    python docs/pages.py            write them again
    python docs/pages.py --check    say whether they are up to date

`tests/test_pages.py` runs the same comparison.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wsdtrace import scenario
from wsdtrace.check.rule import FAMILIES, Rule, all_rules
from wsdtrace.report.findings import FindingWriter
from wsdtrace.report.page import Look, Page, Verbosity
from wsdtrace.report.redact import Redactor
from wsdtrace.report.text import consequences_of

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = REPOSITORY / "docs"
RULES = DOCS / "rules"
ROWS = REPOSITORY / "tests" / "data" / "ws-scan-rules.json"
REASONS = DOCS / "coverage.toml"
WIDTH = 100
"""Columns of the report that a page shows."""

ROW_ID = re.compile(r"[A-Z]\d\d")
MADE = "<!-- made by docs/pages.py: edit the rule's docstring instead -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list of WS-Scan rules."""

    id: str
    rule: str
    level: str
    source: str
    section: str


def rows() -> list[Row]:
    """The list, in its order."""
    found = []
    section = ""
    for entry in json.loads(ROWS.read_text()):
        section = entry.get("section", section)
        if "id" in entry:
            found.append(Row(entry["id"], entry["rule"], entry["level"], entry["source"], section))
    return found


def reasons() -> dict[str, str]:
    """Why rows cannot be checked, by row."""
    return tomllib.loads(REASONS.read_text())


def codes_by_row() -> dict[str, list[str]]:
    """The codes that name a row as their source."""
    found: dict[str, list[str]] = {}
    for rule in all_rules():
        for source in rule.sources:
            if ROW_ID.fullmatch(source):
                found.setdefault(source, []).append(rule.code)
    return found


def cell(text: str) -> str:
    """Text for a cell of a table, or for a paragraph: nothing in it is markup."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


# -- one rule -----------------------------------------------------------------------------------


def sources_of(rule: Rule, known: dict[str, Row]) -> Iterator[str]:
    """Where a rule stands written, one line each."""
    for source in rule.sources:
        row = known.get(source)
        if row is None:
            yield f"- {cell(source)}"
        else:
            yield f"- {row.id}: {cell(row.rule)} ({cell(row.level)}; {cell(row.source)})"


def said_about(text: str) -> str:
    """What `wsdtrace check -v` finds in a scenario: its report without the head, the jobs and the count of rules."""
    trace = scenario.check(text)
    page = Page(Look(width=WIDTH, verbosity=Verbosity.VERBOSE), Redactor(trace))
    writer = FindingWriter(page, trace.input.first_time_ns, consequences_of(trace.findings))
    for finding in trace.findings:
        if finding.is_cause:
            writer.write(finding)
    return str(page).rstrip()


def rule_page(rule: Rule, known: dict[str, Row]) -> str:
    """The page of one rule."""
    needs = ", ".join(need.value for need in rule.needs)
    facts = [
        ("severity", rule.severity.value),
        ("fault of", rule.fault_of.value),
        ("family", f"{rule.family}, {FAMILIES.get(rule.family, '')}"),
        *([("needs", f"{needs}; inconclusive without")] if needs else []),
    ]
    parts = [
        MADE,
        f"# {rule.code} {rule.name}",
        rule.summary,
        "\n".join(["| | |", "|--|--|", *(f"| {name} | {cell(value)} |" for name, value in facts)]),
        f"## Why\n\n{rule.why}",
    ]
    command = f"wsdtrace rule {rule.code} --example bad -o example.pcapng"
    parts += [
        f"## Bad\n\n```text\n{rule.bad}\n```",
        f"`{command}` writes this as a capture, in which `wsdtrace check -v` finds:",
        f"```text\n{said_about(rule.bad)}\n```",
        f"## Good\n\n```text\n{rule.good}\n```",
    ]
    parts.append("## Source\n\n" + "\n".join(sources_of(rule, known)))
    parts.append("[All rules](../rules.md) · [How examples are written](../scenario.md)")
    return "\n\n".join(parts) + "\n"


# -- the coverage -------------------------------------------------------------------------------


def coverage() -> str:
    """Each row of the list, with what checks it."""
    listed, codes, why = rows(), codes_by_row(), reasons()
    checked = [row for row in listed if row.id in codes]
    undecidable = [row for row in listed if row.id in why and row.id not in codes]
    parts = [
        "<!-- made by docs/pages.py from the sources that rules declare and docs/coverage.toml -->",
        "# Coverage",
        f"The documentation, schemas and specifications of WS-Scan hold {len(listed)} rules about traffic. "
        f"{len(checked)} of them are checked, {len(undecidable)} cannot be decided by looking at traffic, and "
        f"{len(listed) - len(checked) - len(undecidable)} are not checked yet.",
    ]
    for section in dict.fromkeys(row.section for row in listed):
        lines = [f"## {section}", "", "| row | rule | level | checked by |", "|--|--|--|--|"]
        lines += [
            f"| {row.id} | {cell(row.rule)} | {cell(row.level)} | {_checked_by(row, codes, why)} |"
            for row in listed
            if row.section == section
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _checked_by(row: Row, codes: dict[str, list[str]], why: dict[str, str]) -> str:
    if row.id in codes:
        return " ".join(f"[{code}](rules/{code}.md)" for code in codes[row.id])
    if row.id in why:
        return f"cannot be decided: {cell(why[row.id])}"
    return "not yet"


# -- writing ------------------------------------------------------------------------------------


def pages() -> dict[Path, str]:
    """Every page by its path."""
    known = {row.id: row for row in rows()}
    made = {RULES / f"{rule.code}.md": rule_page(rule, known) for rule in all_rules()}
    made[DOCS / "coverage.md"] = coverage()
    return made


def stale(made: dict[Path, str]) -> list[Path]:
    """Pages that are missing, out of date, or of a rule that is no more."""
    old = [path for path, text in made.items() if not path.is_file() or path.read_text() != text]
    return old + [path for path in sorted(RULES.glob("*.md")) if path not in made]


def main(arguments: list[str]) -> int:
    """Write the pages again, or with `--check` compare them; 1 when one is out of date."""
    made = pages()
    found = stale(made)
    RULES.mkdir(exist_ok=True)
    for path in found:
        if "--check" in arguments:
            print(f"  out of date: {path.relative_to(REPOSITORY)} (make docs)")
        elif path in made:
            path.write_text(made[path])
            print(f"  written: {path.relative_to(REPOSITORY)}")
        else:
            path.unlink()
            print(f"  removed: {path.relative_to(REPOSITORY)}")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
