"""Writes `docs/reference/messages.md`: every message of the stack with its elements, from the declarations themselves.

    python docs/messages.py            write it again
    python docs/messages.py --check    say whether it is up to date

`tests/wsd/test_reference.py` runs the same comparison.
"""

from __future__ import annotations

import sys
from pathlib import Path

from wsdtrace.soap.namespaces import FAMILIES, family
from wsdtrace.soap.schema import Entry, Row, vocabulary
from wsdtrace.wsd import FAULTS, MESSAGES, Message

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "docs" / "reference" / "messages.md"

INTRODUCTION = """\
<!-- made by docs/messages.py: edit the declarations in wsdtrace/wsd/ instead -->

# Messages

What a WSD scanner and its clients say to each other: {messages} messages and {elements} elements. `wsdtrace describe
NAME` tells the same of one element on a terminal.

**occurs** is `1`, `0..1`, `1..n` or `0..n`; `choice` means exactly one of the rows so marked; `-` means that no schema
has the element there, that devices send it all the same, and that it is read and told. `@` marks an attribute, *text*
what stands in the element itself. A row with a ‡ is private: its text reaches no renderer unless `--show-secrets` is
given.

Sources that end in `.md` are pages of the documentation of WS-Scan at
<https://learn.microsoft.com/windows-hardware/drivers/image/>. A child in the namespace of somebody else is legal nearly
everywhere; it is kept and never objected to.
"""


def cell(text: str) -> str:
    """Text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def title_of(namespace: str) -> str:
    """The vocabulary that a namespace belongs to."""
    found = family(namespace)
    return found.title if found is not None else namespace


def row_line(row: Row) -> str:
    """One child as a line of a table."""
    name = f"`{row.name}`" if row.name else "*text*"
    kind = " ".join(filter(None, (row.type, f"({row.range})" if row.range else "")))
    unit = f" ({row.unit})" if row.unit else ""
    cells = (name + (" ‡" if row.private else ""), row.occurrence, kind, row.meaning + unit, row.source)
    return "| " + " | ".join(cell(text) for text in cells) + " |"


def rows_table(rows: tuple[Row, ...]) -> list[str]:
    """The children of an element as a table."""
    return ["| child | occurs | type | meaning | source |", "|--|--|--|--|--|", *map(row_line, rows)]


def message_table() -> list[str]:
    """Every message: operation, role, body, action."""
    lines = []
    for uri in dict.fromkeys(message.family for message in MESSAGES):
        lines += [f"### {title_of(uri)}", "", f"Actions begin with `{uri}/`.", ""]
        lines += ["| operation | message | body | action | |", "|--|--|--|--|--|"]
        for message in (m for m in MESSAGES if m.family == uri):
            lines.append(message_line(message))
        lines.append("")
    return lines


def message_line(message: Message) -> str:
    """One message as a line of a table."""
    body = f"[`{message.type.__name__}`](#{message.type.__name__.lower()})" if message.type is not None else "empty"
    meaning = (message.type.__doc__ or "").strip().partition("\n")[0].rstrip(".") if message.type is not None else ""
    return f"| {message.operation} | {message.role.value} | {body} | `…/{message.suffix}` | {cell(meaning)} |"


def fault_table() -> list[str]:
    """Every fault: subcode, code, operations, meaning."""
    lines = ["| subcode | code | answers | meaning | detail | source |", "|--|--|--|--|--|--|"]
    for fault in FAULTS:
        found = family(fault.namespace)
        name = f"`{found.prefix if found is not None else ''}:{fault.subcode}`"
        operations = ", ".join(fault.operations) if len(fault.operations) != 8 else "all of WS-Scan"
        note = f"; {fault.note}" if fault.note else ""
        cells = (name, fault.code, operations or "any", fault.meaning + note, fault.detail or "", fault.source)
        lines.append("| " + " | ".join(cell(text) for text in cells) + " |")
    return lines


def element_lines(name: str, entries: list[Entry]) -> list[str]:
    """The meanings of one element."""
    lines = [f"### {name}", ""]
    for entry in entries:
        parents = ", ".join(f"`{parent}`" for parent in dict.fromkeys(use.parent for use in entry.uses))
        meaning = entry.meaning or "; ".join(dict.fromkeys(u.row.meaning for u in entry.uses if u.row.meaning))
        lines.append(f"{cell(meaning[:1].upper() + meaning[1:])}." if meaning else "")
        facts = [f"In {parents}." if parents else "", f"Source: {entry.source}." if entry.source else ""]
        if entry.type:
            facts.insert(0, f"{entry.type[:1].upper()}{entry.type[1:]}{f', {entry.range}' if entry.range else ''}.")
        lines += [" ".join(filter(None, map(cell, facts))), ""]
        if entry.rows:
            lines += [*rows_table(entry.rows), ""]
    return lines


def page() -> str:
    """The whole page."""
    known = vocabulary()
    lines = [INTRODUCTION.format(messages=len(MESSAGES), elements=len(known))]
    lines += ["## All messages", "", *message_table()]
    lines += ["## Faults", "", *fault_table(), ""]
    for vocabulary_ in FAMILIES:
        own = {name: [e for e in entries if e.namespace == vocabulary_.canonical] for name, entries in known.items()}
        own = {name: entries for name, entries in own.items() if entries}
        if own:
            lines += [f"## Elements of {vocabulary_.title}", "", f"Namespace `{vocabulary_.canonical}`.", ""]
            for name, entries in own.items():
                lines += element_lines(name, entries)
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Write the page again, or with `--check` compare it; 1 when it is out of date."""
    text = page()
    if TARGET.exists() and TARGET.read_text() == text:
        return 0
    name = TARGET.relative_to(REPOSITORY)
    if "--check" in arguments:
        print(f"  out of date: {name} (make docs)")
        return 1
    TARGET.write_text(text)
    print(f"  written: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
