"""`wsdtrace describe`: what an element, an operation or a fault is; or the list of all of them."""

from __future__ import annotations

import difflib

from wsdtrace.errors import UnknownName
from wsdtrace.report.page import Page, counted, joined
from wsdtrace.report.styled import Text
from wsdtrace.soap.namespaces import family
from wsdtrace.soap.schema import Entry, Row, vocabulary
from wsdtrace.wsd import FAULTS, MESSAGES, FaultInfo, Message

MAX_NAME = 34
"""Cells of a child's name; ClientErrorConflictingRequiredParameters alone is longer."""

MAX_USES = 12
"""Places in which an element stands that are listed."""


def write_described(page: Page, name: str) -> None:
    """Everything that has this name, in any letter case: an operation, elements, a fault.

    Raises:
        UnknownName: nothing has it; the text names the nearest.
    """
    wanted = name.rpartition(":")[2].lower()
    known = vocabulary()
    entries = [entry for local, found in known.items() if local.lower() == wanted for entry in found]
    messages = [message for message in MESSAGES if message.operation.lower() == wanted]
    faults = [fault for fault in FAULTS if fault.subcode.lower() == wanted]
    if not (entries or messages or faults):
        raise UnknownName(_unknown(name, known))
    if messages:
        _write_operation(page, messages)
        bodies = [m.type.__name__ for m in messages if m.type is not None]
        entries = [e for body in bodies for e in known.get(body, [])] or entries
    for number, entry in enumerate(entries):
        if number or messages:
            page.blank()
        _write_entry(page, entry)
    for number, fault in enumerate(faults):
        if number or messages or entries:
            page.blank()
        _write_fault(page, fault)


def write_vocabulary(page: Page) -> None:
    """All operations, elements and faults by name."""
    for uri in dict.fromkeys(message.family for message in MESSAGES):
        messages = [m for m in MESSAGES if m.family == uri]
        page.line((f"{_title(uri)}: operations and events", "bold"))
        _write_names(page, list(dict.fromkeys(m.operation for m in messages)))
        page.blank()
    known = vocabulary()
    prefixes: dict[str, list[str]] = {}
    for local, entries in known.items():
        for uri in dict.fromkeys(e.namespace for e in entries):
            prefixes.setdefault(uri, []).append(local)
    for uri, names in sorted(prefixes.items(), key=lambda item: -len(item[1])):
        page.line((f"{_title(uri)}: {counted(len(names), 'element')}", "bold"))
        _write_names(page, names)
        page.blank()
    page.line(("Faults", "bold"))
    _write_names(page, [fault.subcode for fault in FAULTS])
    page.blank()
    page.line("wsdtrace describe NAME", (" tells more of one.", "dim"))


def _write_operation(page: Page, messages: list[Message]) -> None:
    operation, uri = messages[0].operation, messages[0].family
    page.line((operation, "bold"), "   ", (_title(uri), "dim"))
    for message in messages:
        body = message.type.__name__ if message.type is not None else "an empty Body"
        page.line(f"  {message.role.value:<9} ", (body, "bold"))
        page.line("            ", (f"{uri}/{message.suffix}", "dim"))
    faults = [fault for fault in FAULTS if operation in fault.operations]
    if faults:
        page.line("  may be refused with")
        for fault in faults:
            prefix = joined("    ", (f"{fault.subcode}  ", "yellow"))
            page.hanging(prefix, Text(fault.meaning), hang=" " * 6, narrow=" " * 6)


def _write_entry(page: Page, entry: Entry) -> None:
    name = f"{entry.prefix}:{entry.name}" if entry.prefix else entry.name
    page.hanging(joined((name, "bold"), "   "), Text(entry.meaning), hang="  ", narrow="  ")
    facts = [("namespace", entry.namespace), ("source", entry.source), ("type", entry.type), ("values", entry.range)]
    for title, value in facts:
        if value:
            page.hanging(joined((f"  {title:<10}", "dim")), Text(value))
    if entry.uses:
        parents = list(dict.fromkeys(use.parent for use in entry.uses))
        more = f" and {len(parents) - MAX_USES} more" if len(parents) > MAX_USES else ""
        page.hanging(joined(("  in        ", "dim")), Text(", ".join(parents[:MAX_USES]) + more))
    if not entry.rows and entry.uses and not entry.meaning:
        for meaning in dict.fromkeys(use.row.meaning for use in entry.uses if use.row.meaning):
            page.hanging(joined(("  means     ", "dim")), Text(meaning))
    if entry.rows:
        page.blank()
        _write_rows(page, entry.rows)


def _write_rows(page: Page, rows: tuple[Row, ...]) -> None:
    """A line for each child: name, how often, type, meaning; unit, range and source beneath."""
    names = [row.name or "(text)" for row in rows]
    name_width = min(max(map(len, names)), MAX_NAME)
    type_width = max(4, *(len(row.type) for row in rows))
    page.line((f"  {'child':<{name_width}}  {'occurs':<6}  {'type':<{type_width}}  meaning", "dim"))
    for row, name in zip(rows, names, strict=True):
        prefix = joined(
            "  ",
            (f"{name:<{name_width}}", "bold"),
            f"  {row.occurrence:<6}  ",
            (f"{row.type:<{type_width}}", "cyan"),
            "  ",
        )
        page.hanging(prefix, Text(row.meaning), narrow="      ")
        facts = [row.unit, row.range, "never shown" if row.private else "", row.source]
        beneath = Text(" · ".join(fact for fact in facts if fact), "dim")
        page.hanging(Text(" " * prefix.cell_len), beneath, narrow="      ")


def _write_fault(page: Page, fault: FaultInfo) -> None:
    page.line((fault.subcode, "bold"), "   ", (f"fault of {_title(fault.namespace)}", "dim"))
    facts = [
        ("means", fault.meaning),
        ("code", fault.code),
        ("detail", fault.detail or ""),
        ("answers", ", ".join(fault.operations) or "any message"),
        ("source", fault.source),
        ("note", fault.note or ""),
    ]
    for title, value in facts:
        if value:
            page.hanging(joined((f"  {title:<10}", "dim")), Text(value))


def _write_names(page: Page, names: list[str]) -> None:
    page.hanging(joined("  "), Text(", ".join(names)))


def _title(uri: str) -> str:
    known = family(uri)
    return known.title if known is not None else uri or "no namespace"


def _unknown(name: str, known: dict[str, list[Entry]]) -> str:
    names = [*known, *(message.operation for message in MESSAGES), *(fault.subcode for fault in FAULTS)]
    spelled = {n.lower(): n for n in names}
    near = difflib.get_close_matches(name.rpartition(":")[2].lower(), spelled, n=1, cutoff=0.5)
    hint = f"; did you mean {spelled[near[0]]}?" if near else "; `wsdtrace describe` lists them"
    return f"no element, operation or fault {name!r}{hint}"
