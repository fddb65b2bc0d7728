"""`>` and `<` lines: changes to a message after it was written, so that a scenario can say what no encoder would.

Changes to the XML come first, in the order of their lines, then those to the HTTP head. `drop`, `rename` and `add` read
the document and write it again; `replace`, `content`, `prepend` and `encode` work on its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NoReturn

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario
from wsdtrace.scenario.model import Edit, EditVerb
from wsdtrace.scenario.words import raw_bytes

DECLARATION = re.compile(r"<\?xml [^>]*\?>\s*")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_XML_VERBS = frozenset(
    {
        EditVerb.REPLACE,
        EditVerb.DROP,
        EditVerb.RENAME,
        EditVerb.ADD,
        EditVerb.CONTENT,
        EditVerb.PREPEND,
        EditVerb.ENCODE,
    }
)


@dataclass(slots=True)
class Head:
    """Start-line and header section of an HTTP message."""

    start: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """Lines written as they stand, behind the fields."""

    def get(self, name: str) -> str | None:
        return next((v for n, v in self.fields if n.lower() == name.lower()), None)

    def set(self, name: str, value: str) -> None:
        """Give a field this value, in its place if it has one."""
        for number, (known, _) in enumerate(self.fields):
            if known.lower() == name.lower():
                self.fields[number] = name, value
                return
        self.fields.append((name, value))

    def drop(self, name: str) -> None:
        self.fields = [(n, v) for n, v in self.fields if n.lower() != name.lower()]

    def bytes(self) -> bytes:
        lines = [self.start, *(f"{n}: {v}" for n, v in self.fields), *self.lines, "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace")


@dataclass(frozen=True, slots=True)
class Edited:
    """An edited document."""

    data: bytes
    charset: str = "utf-8"


def _fail(edit: Edit, problem: str) -> NoReturn:
    raise BadScenario(edit.place.line, edit.place.column, problem)


def edit_xml(edits: Sequence[Edit], xml: bytes, bindings: Mapping[str, str]) -> Edited:
    """Change a document.

    Raises:
        BadScenario: there is nothing to change as the edit says.
    """
    charset = "utf-8"
    text = xml.decode()
    for edit in edits:
        match edit.verb:
            case EditVerb.REPLACE:
                if edit.first not in text:
                    _fail(edit, f"expected a message that holds {edit.first!r}, found none in it")
                text = text.replace(edit.first, edit.second)
            case EditVerb.CONTENT:
                text = edit.first
            case EditVerb.PREPEND:
                found = DECLARATION.match(text)
                end = found.end() if found is not None else 0
                text = text[:end] + edit.first + text[end:]
            case EditVerb.ENCODE:
                charset = _charset(edit)
                text = DECLARATION.sub(f'<?xml version="1.0" encoding="{charset}"?>', text, count=1)
            case EditVerb.DROP | EditVerb.RENAME | EditVerb.ADD:
                text = _edit_tree(edit, text, bindings)
            case _:
                continue
    return Edited(text.encode(charset), charset)


def _charset(edit: Edit) -> str:
    try:
        "".encode(edit.first)
    except LookupError:
        _fail(edit, f"expected a charset, found {edit.first!r}")
    return edit.first


def _edit_tree(edit: Edit, text: str, bindings: Mapping[str, str]) -> str:
    try:
        root = etree.fromstring(text.encode(), _PARSER)
    except etree.XMLSyntaxError as error:
        _fail(edit, f"expected well-formed XML to change, found {error.msg}")
    name, _, attribute = edit.first.partition("@")
    tag = _tag(edit, name, bindings)
    found = [element for element in root.iter(tag) if not attribute or attribute in element.attrib]
    if not found:
        _fail(edit, f"expected a message that has {edit.first}, found none in it")
    for element in found:
        if edit.verb is EditVerb.RENAME:
            element.tag = _tag(edit, edit.second, bindings)
        elif attribute:
            del element.attrib[attribute]
        elif edit.verb is EditVerb.DROP:
            _remove(element)
    if edit.verb is EditVerb.ADD:
        found[0].append(_fragment(edit, bindings))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8").decode().replace("'", '"', 4)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _tag(edit: Edit, name: str, bindings: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    if not colon or prefix not in bindings or not re.fullmatch(r"[\w.-]+", local):
        known = ", ".join(bindings)
        _fail(edit, f"expected a name with one of the prefixes {known}, found {name!r}")
    return f"{{{bindings[prefix]}}}{local}"


def _fragment(edit: Edit, bindings: Mapping[str, str]) -> etree._Element:
    bound = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in bindings.items())
    try:
        wrapper = etree.fromstring(f"<x {bound}>{edit.second}</x>".encode(), _PARSER)
    except etree.XMLSyntaxError as error:
        _fail(edit, f"expected an element to add, found {error.msg}")
    if len(wrapper) != 1:
        _fail(edit, f"expected one element to add, found {len(wrapper)}")
    return wrapper[0]


def edit_head(edits: Sequence[Edit], head: Head) -> None:
    """Change an HTTP head."""
    for edit in edits:
        match edit.verb:
            case EditVerb.FIELD:
                name, colon, value = edit.first.partition(":")
                if not colon:
                    _fail(edit, "expected `Name: value` behind `field`; `line` writes anything")
                head.set(name.strip(), value.strip())
            case EditVerb.NO_FIELD:
                head.drop(edit.first)
            case EditVerb.LINE:
                head.lines.append(edit.first)
            case EditVerb.START:
                head.start = edit.first
            case _:
                continue


def raw_of(edits: Sequence[Edit]) -> bytes | None:
    """The bytes that stand in place of the whole message, if an edit says so."""
    raw = [edit for edit in edits if edit.verb is EditVerb.RAW]
    return b"".join(raw_bytes(edit.first) for edit in raw) if raw else None


def forbid_head(edits: Sequence[Edit]) -> None:
    """Refuse edits of an HTTP head where there is none.

    Raises:
        BadScenario: there is one.
    """
    for edit in edits:
        if edit.verb not in _XML_VERBS and edit.verb is not EditVerb.RAW:
            _fail(edit, f"expected an exchange over HTTP for `{edit.verb.value}`")
