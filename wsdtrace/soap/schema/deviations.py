"""What happens where a message is not as declared: violations, and how the element stood.

The readers (`decode`, `texts`) come here only then; a message as declared costs nothing of this.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lxml import etree

from wsdtrace.soap.namespaces import XML, canonical, split
from wsdtrace.soap.schema.declare import Extension, Field, Shape, Wire
from wsdtrace.soap.schema.decoding import Decoding
from wsdtrace.soap.schema.violation import ViolationKind
from wsdtrace.soap.tree import MAX_ATTRIBUTES, attributes_of

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


class Hit(NamedTuple):
    """A declared child, as the reader of its parent finds it by name."""

    bit: int
    """1 shifted by its place among the children."""
    place: int
    """Index of its field."""
    read: Any
    """Its reader."""
    repeated: bool
    field: Field
    memo: dict[str | None, Any] | None
    """Texts that its reader remembers."""


Table = dict[str, Hit]


def lookup(type_: Shape, table: Table, child: etree._Element, decoding: Decoding) -> Hit | None:
    """Find a child that is not in the table under its exact name, or record that it is unknown."""
    tag = decoding.tag(child)
    if not tag:
        return None
    hit = find(type_, table, tag)
    decoding.mark(child.getparent())
    if hit is not None:
        if hit.field.tag != tag:
            decoding.violate(ViolationKind.ELEMENT_ALIAS, child, split(tag)[1], hit.field.local)
        return hit
    uri, local = split(tag)
    if not uri or uri == type_.namespace or any(split(field.tag)[0] == uri for field in type_.children):
        expected = ", ".join(field.local for field in type_.children if not field.spec.tolerated)
        decoding.violate(ViolationKind.ELEMENT_UNKNOWN, child, local, expected or "no child elements")
    return None


def find(type_: Shape, table: Table, tag: str) -> Hit | None:
    """A child by canonical name, or by a known misspelling of it."""
    hit = table.get(tag)
    if hit is None:
        uri, local = split(tag)
        for field in type_.children:
            if local in field.spec.misspelt and split(field.tag)[0] == uri:
                return table[field.tag]
    return hit


def disorder(type_: Shape, child: etree._Element, field: Field, last: int, decoding: Decoding) -> None:
    """A child stands behind one (with bit `last`) that it should precede."""
    notes = decoding.mark(child.getparent())
    if not notes.get("disorder"):
        notes["disorder"] = True
        before = type_.children[last.bit_length() - 1].local
        decoding.violate(ViolationKind.ELEMENT_ORDER, child, field.local, f"before {before}")


def repeated(child: etree._Element, decoding: Decoding) -> None:
    """A second child where one is allowed."""
    decoding.mark(child.getparent())
    decoding.violate(ViolationKind.ELEMENT_REPEATED, child, split(str(child.tag))[1], "once")


def missing(type_: Shape, element: etree._Element, seen: int, decoding: Decoding) -> None:
    """A required child is absent, or one is there that no schema has there."""
    for position, field in enumerate(type_.children):
        there = bool(seen & 1 << position)
        if field.spec.tolerated and there:
            child = next((c for c in element if decoding.tag(c) == field.tag), element)
            expected = ", ".join(f.local for f in type_.children if not f.spec.tolerated)
            decoding.violate(ViolationKind.ELEMENT_UNKNOWN, child, field.local, expected)
        elif field.spec.minimum and not there and not field.spec.choice and not field.spec.tolerated:
            empty = isinstance(field.type, Shape) and field.type.may_be_empty
            decoding.violate(ViolationKind.ELEMENT_MISSING, element, "", field.local, field.local, may_be_empty=empty)


def choice(type_: Shape, element: etree._Element, seen: int, group: int, decoding: Decoding) -> None:
    """Not exactly one of the members of `group` is there."""
    members = [f.local for i, f in enumerate(type_.children) if group & 1 << i]
    there = [f.local for i, f in enumerate(type_.children) if seen & group & 1 << i]
    if not there and type_.optional_choices:
        return
    decoding.violate(ViolationKind.CHOICE_VIOLATED, element, " and ".join(there), "one of " + ", ".join(members))


PLACED = frozenset({"MustHonor", "Override", "UsedDefault", "Name", "Valid", "Id"})
"""Attributes of WS-Scan: elsewhere than declared they are misplaced rather than unknown."""


def stray_attributes(element: etree._Element, decoding: Decoding, stray: dict[str, str] | None = None) -> None:
    """Attributes that are not declared here (all, unless told): kept, and told unless of another vocabulary."""
    decoding.mark(element)
    present = attributes_of(element)
    decoding.mark(element.getparent()).setdefault("attributes", {})[element] = present
    own = split(str(element.tag))[0]
    if len(present) == MAX_ATTRIBUTES:
        expected = f"no more than {MAX_ATTRIBUTES} attributes are read"
        decoding.violate(ViolationKind.ATTRIBUTE_UNKNOWN, element, f"{len(element.keys())} attributes", expected)
    for key in present if stray is None else stray:
        uri, local = split(key)
        if (
            uri == XML
            or key.startswith(_XSI)
            or (uri and (canonical(uri).family or uri) != (canonical(own).family or own))
        ):
            continue
        kind = ViolationKind.ATTRIBUTE_MISPLACED if local in PLACED else ViolationKind.ATTRIBUTE_UNKNOWN
        decoding.violate(kind, element, present[key], "no such attribute here", f"@{local}")


def stray_text(element: etree._Element, text: str, decoding: Decoding) -> None:
    """Text where only children belong."""
    if text.strip():
        decoding.mark(element)
        decoding.violate(ViolationKind.TEXT_UNEXPECTED, element, text.strip(), "child elements only")


def wire(type_: Shape, table: Table, element: etree._Element, decoding: Decoding) -> tuple[tuple[Extension, ...], Wire]:
    """How a marked element stood: order of its children, other names, texts and attributes; and unknown children."""
    notes = decoding.marked.pop(element)
    order: list[int] = []
    tags: dict[tuple[int, int], str] = {}
    texts: dict[tuple[int, int], str] = {}
    attributes: dict[tuple[int, int], dict[str, str]] = {}
    extensions: list[Extension] = []
    count: dict[int, int] = {}
    declared = {f.tag for f in type_.attributes} | {f"{{{type_.namespace}}}{f.local}" for f in type_.attributes}
    odd = notes.get("raw", {})
    raw: dict[tuple[int, int], Extension] = {}
    stray = _between(element) if type_.content is None else {}
    for child in element:
        tag = decoding.tag(child)
        if not tag:
            continue
        hit = find(type_, table, tag)
        index = hit.place if hit is not None else -1
        number = count.get(index, 0)
        if hit is None or (number and not hit.repeated):
            order.append(-1)
            extensions.append(Extension.of(child))
            continue
        count[index] = number + 1
        order.append(index)
        if child in odd:
            raw[index, number] = Extension.of(child)
        if hit.field.tag != tag:
            tags[index, number] = tag
        if child in notes.get("texts", {}):
            texts[index, number] = notes["texts"][child]
        if child in notes.get("attributes", {}) or (hit.field.type is None and child.keys()):
            attributes[index, number] = attributes_of(child)
    own = {
        key: text
        for key, text in attributes_of(element).items()
        if decoding.name(key) not in declared and key not in declared
    }
    for key, (field, text) in notes.get("declared", {}).items():
        texts[field.index, 0] = text
        tags[field.index, 0] = key
        own.pop(key, None)
    if own:
        attributes[-1, 0] = own
    if "text" in notes and type_.content is not None:
        texts[type_.content.index, 0] = notes["text"]
    return tuple(extensions), Wire(tuple(order), tags, texts, attributes, raw, stray)


def _between(element: etree._Element) -> dict[int, str]:
    """Texts between the children of an element that are more than white space."""
    texts = [element.text, *(child.tail for child in element)]
    return {place: text for place, text in enumerate(texts) if text and not text.isspace()}
