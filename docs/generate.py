"""Writes what the documentation can say better by asking the program: outputs of commands, help texts, the rule list.

Two kinds of places in `README.md` and `docs/*.md` are filled:

1. A fenced block of the kind `console` whose first line is `$ wsdtrace …` holds exactly what that command prints.
2. What stands between `<!-- generated: NAME -->` and `<!-- end -->` is made by the function of that name below.

    python docs/generate.py            write them again
    python docs/generate.py --check    say whether they are up to date

`tests/test_docs.py` runs the same comparison, so documentation that no longer tells the truth fails a test.
"""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

from wsdtrace.check.rule import FAMILIES, all_rules
from wsdtrace.cli.group import COMMANDS

REPOSITORY = Path(__file__).resolve().parent.parent
WIDTH = 100
"""Columns of the terminal that the documentation shows."""

CONSOLE = re.compile(r"(?<=```console\n)\$ (wsdtrace [^\n]*)\n(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
GENERATED = re.compile(r"(?<=<!-- generated: )(\w+)( -->\n)(.*?)(?=^<!-- end -->$)", re.DOTALL | re.MULTILINE)


def output_of(command: str) -> str:
    """What `wsdtrace …` prints in the root of the repository, on a terminal that is none."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FORCE_", "CLICOLOR"))}
    environment |= {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    program = "from wsdtrace.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *shlex.split(command)[1:]],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.stderr:
        raise SystemExit(f"{command}: {done.stderr}")
    return done.stdout


def commands() -> list[str]:
    """Every command that exists, in the order of the program's own help."""
    return [row.name for row in COMMANDS]


def command_table() -> str:
    """One row for each command, with the summary of the program's own help."""
    rows = [f"| [`{row.name}`](#wsdtrace-{row.name}) | {row.summary} |" for row in COMMANDS]
    return "\n".join(["| command | |", "|--|--|", *rows]) + "\n"


def command_help() -> str:
    """The help of each command."""
    parts = []
    for name in commands():
        text = output_of(f"wsdtrace {name} --help").rstrip()
        parts.append(f"## wsdtrace {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def rule_list() -> str:
    """Every rule by family: code, name, severity, summary, source."""
    parts = []
    for prefix, family in FAMILIES.items():
        rules = [rule for rule in all_rules() if rule.code.startswith(prefix)]
        if not rules:
            continue
        rows = []
        for rule in rules:
            link = f"[{rule.code}](rules/{rule.code}.md)"
            cells = (link, rule.name, rule.severity.value, _cell(rule.summary), _cell(rule.source))
            rows.append(f"| {' | '.join(cells)} |")
        head = ["| code | name | severity | fires when | source |", "|--|--|--|--|--|"]
        parts.append("\n".join([f"## {prefix} {family}", "", *head, *rows]) + "\n")
    return "\n".join(parts)


def scenario_notation() -> str:
    """What the package says of its notation; an indented example becomes a block of code."""
    from wsdtrace import scenario  # noqa: PLC0415

    paragraphs = inspect.cleandoc(scenario.__doc__ or "").split("\n\n")
    code = "```text\n{}\n```"
    return "\n\n".join(code.format(textwrap.dedent(p)) if p.startswith("    ") else p for p in paragraphs) + "\n"


def scenario_operations() -> str:
    """The operations, where their requests go and what answers them."""
    from wsdtrace.scenario.operations import OPERATIONS  # noqa: PLC0415

    rows = [
        f"| `{o.name}` | {o.toward.value} | {', '.join(f'`{word}`' for word in o.answers) or '–'} |"
        for o in OPERATIONS.values()
    ]
    return "\n".join(["| operation | goes to | good answers |", "|--|--|--|", *rows]) + "\n"


def scenario_names() -> str:
    """The short names of elements."""
    from wsdtrace.scenario.fields import ALIASES  # noqa: PLC0415

    rows = [f"| `{short}` | {', '.join(f'`{name}`' for name in names)} |" for short, names in ALIASES.items()]
    rows.append("| `jobs=1:Processing,2:Pending` | a list of jobs with their `JobState` |")
    rows.append("| `events=JobStatusEvent,JobEndStateEvent` | a `Filter` with the actions of these events |")
    return "\n".join(["| short | means |", "|--|--|", *rows]) + "\n"


def scenario_lines() -> str:
    """What can be said about how an exchange travels."""
    from wsdtrace.scenario.phrases import PHRASES  # noqa: PLC0415

    rows = [f"| `{p.channel.value}: {p.form}` | {_cell(p.meaning)} |" for p in PHRASES]
    rows.append("| `file: cut BYTES` | the capture file lacks its last BYTES (anywhere in the scenario) |")
    rows.append("| `file: lost FRAMES` | its statistics tell of so many lost frames (anywhere in the scenario) |")
    return "\n".join(["| line | meaning |", "|--|--|", *rows]) + "\n"


def scenario_edits() -> str:
    """What can be changed in a written message."""
    from wsdtrace.scenario.model import EDIT_MEANINGS  # noqa: PLC0415

    rows = [f"| `{verb.value} {form}` | {_cell(meaning)} |" for verb, (form, meaning) in EDIT_MEANINGS.items()]
    return "\n".join(["| edit | effect |", "|--|--|", *rows]) + "\n"


def filter_words() -> str:
    """The fields of filter words."""
    from wsdtrace.filters import FIELDS  # noqa: PLC0415

    rows = []
    for field in FIELDS.values():
        holds = f"{field.holds.value}, {field.unit}" if field.unit else field.holds.value
        rows.append(f"| `{field.name}` | {holds} | {_cell(field.meaning)} |")
    return "\n".join(["| field | holds | of an exchange |", "|--|--|--|", *rows]) + "\n"


def table_schemas() -> str:
    """Every table with its columns."""
    from wsdtrace.explore.tables import TABLES  # noqa: PLC0415

    parts = []
    for table in TABLES.values():
        rows = []
        for column in table.columns:
            joins = f" → `{column.joins}`" if column.joins and column.joins != f"{table.name}.{column.name}" else ""
            kind = f"{column.kind.value}, {column.unit}" if column.unit else column.kind.value
            rows.append(f"| `{column.name}` | {kind} | {_cell(column.meaning)}{joins} |")
        parts.append(
            "\n".join(
                [f"## {table.name}", "", f"A row is {table.row}.", "", "| column | type | |", "|--|--|--|", *rows]
            )
        )
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    """Text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


GENERATORS: dict[str, Callable[[], str]] = {
    "filter_words": filter_words,
    "table_schemas": table_schemas,
    "command_table": command_table,
    "command_help": command_help,
    "rule_list": rule_list,
    "scenario_edits": scenario_edits,
    "scenario_lines": scenario_lines,
    "scenario_names": scenario_names,
    "scenario_notation": scenario_notation,
    "scenario_operations": scenario_operations,
}


def filled(text: str) -> str:
    """A document with every generated place made anew."""
    text = CONSOLE.sub(lambda found: f"$ {found[1]}\n{output_of(found[1])}", text)
    return GENERATED.sub(lambda found: f"{found[1]}{found[2]}{GENERATORS[found[1]]()}", text)


def documents() -> list[Path]:
    """The documents that may hold generated places."""
    return [
        REPOSITORY / "README.md",
        *sorted((REPOSITORY / "docs").glob("*.md")),
        *sorted((REPOSITORY / "docs" / "reference").glob("*.md")),
    ]


def main(arguments: list[str]) -> int:
    """Write the documents again, or with `--check` compare them; 1 when one is out of date."""
    stale = 0
    for path in documents():
        old = path.read_text()
        new = filled(old)
        name = path.relative_to(REPOSITORY)
        if old == new:
            continue
        if "--check" in arguments:
            print(f"  out of date: {name} (make docs)")
            stale += 1
        else:
            path.write_text(new)
            print(f"  written: {name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
