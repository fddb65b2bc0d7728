"""A tree → a typed value and what is wrong with it, by a reader made from the declaration at first use.

Theory of operation:

1. `reader(shape)` makes one function for each type. It walks the children of an element once; a child is found by its
   name in a table, its bit says whether it is in order and whether it was there before. Nothing else happens while a
   message is as declared.
2. Whatever is not goes to `Decoding`, which collects violations and marks the parent. A marked parent is walked a
   second time when it is complete, to keep how it stood (`Wire`) and what is not declared (`Extension`).
3. Texts that repeat (numbers, states, booleans) are remembered with their values, bounded by `MEMO`.
4. Nothing raises and nothing is dropped: what cannot be read is None and a violation with the text that was found.

Names are compared by namespace and local name. Another version or an alias of the namespace reads as the same
(`namespaces.family_tag`); that an alias is in use is told by the envelope, not here.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, cast

from lxml import etree

from wsdtrace.soap.namespaces import XML, canonical, family_tag, split
from wsdtrace.soap.schema.declare import Element, Extension, Field, Kind, Shape, Wire
from wsdtrace.soap.schema.lexical import Names, Reading, Simple
from wsdtrace.soap.schema.violation import Violation, ViolationKind
from wsdtrace.soap.tree import attributes_of
from wsdtrace.soap.xml import QName

Reader = Callable[[etree._Element, "Decoding"], Any]

MEMO = 1024
"""Texts remembered for one field; when full it is emptied. 50 times the largest list of resolutions seen."""
MAX_VIOLATIONS = 200
"""Violations kept of one message: a page of them says that it is of another kind; more would let one message fill a
report.
"""
MAX_FOUND = 200
"""Characters of a text that a violation quotes."""

MAX_INDEX = 10_000
"""Siblings counted for the index of a path: with `MAX_VIOLATIONS` of them still a tenth of a second."""

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


class Decoding:
    """One message being decoded: its violations, and which elements are not as they would be written."""

    __slots__ = ("marked", "message", "renamed", "violations")

    def __init__(self, message: str, renamed: dict[str, str] | None = None) -> None:
        self.message = message
        """Local name of the body element."""
        self.renamed = renamed or {}
        """Unknown namespaces of this message, and what they evidently stand for."""
        self.violations: list[Violation] = []
        self.marked: dict[etree._Element, dict[str, Any]] = {}

    def mark(self, element: etree._Element | None) -> dict[str, Any]:
        """Remember that `element` is not as it would be written; the result takes notes about it."""
        return self.marked.setdefault(element, {}) if element is not None else {}

    def tag(self, element: etree._Element) -> str:
        """The name of an element with the canonical namespace of its family; comments have none."""
        return self.name(element.tag) if isinstance(element.tag, str) else ""

    def name(self, tag: str) -> str:
        """`tag` with the canonical namespace of its family."""
        if self.renamed:
            uri, local = split(tag)
            if uri in self.renamed:
                return f"{{{self.renamed[uri]}}}{local}"
        return family_tag(tag)

    def violate(
        self,
        kind: ViolationKind,
        element: etree._Element,
        found: str,
        expected: str,
        step: str = "",
        *,
        may_be_empty: bool = False,
        redacted: bool = False,
    ) -> None:
        """Record a violation at `element`, or at its child or attribute `step`."""
        if len(self.violations) >= MAX_VIOLATIONS:
            return
        path = path_of(element) + (f"/{step}" if step else "")
        line = cast("int | None", element.sourceline) or 0
        quoted = found if len(found) <= MAX_FOUND else found[:MAX_FOUND] + "…"
        self.violations.append(Violation(kind, path, quoted, expected, line, may_be_empty, True, redacted))


def path_of(element: etree._Element) -> str:
    """Local names from the body element (or the root) down to `element`, with an index among siblings of one name."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        local = split(str(node.tag))[1].rpartition(":")[2]
        if parent is not None:
            before = sum(1 for _ in islice(node.itersiblings(node.tag, preceding=True), MAX_INDEX))
            if before or next(node.itersiblings(node.tag), None) is not None:
                local += f"[{before + 1}]" if before < MAX_INDEX else f"[>{MAX_INDEX}]"
        steps.append(local)
        if parent is not None and split(str(parent.tag))[1].rpartition(":")[2] in ("Body", "Header"):
            break
        node = parent
    return "/".join(reversed(steps))


def reader(type_: Shape) -> Reader:
    """The function that reads an element of a declared type; made once."""
    made: Reader | None = type_.cache.get("reader")
    if made is None:
        # A type that contains itself finds this entry while its own reader is being made.
        type_.cache["reader"] = lambda element, decoding: type_.cache["reader"](element, decoding)
        made = _valued(type_) if type_.content is not None else _complex(type_)
        type_.cache["reader"] = made
    return made


_Hit = tuple[int, int, Reader, bool, Field]


def _table(type_: Shape) -> dict[str, _Hit]:
    """Children by name: (bit, index of field, reader, repeated, field)."""
    table: dict[str, _Hit] = {}
    for position, child in enumerate(type_.children):
        if child.type is None:
            read: Reader = _read_bag
        elif isinstance(child.type, Shape):
            read = reader(child.type)
        else:
            read = _leaf(child.type, child.spec.redact)
        table[child.tag] = (1 << position, child.index, read, child.repeated, child)
    return table


def _complex(type_: Shape) -> Reader:
    """A reader for a type with children."""
    cls = type_.cls
    table = _table(type_)
    find = table.get
    lists = tuple(f.index for f in type_.children if f.repeated)
    bags = tuple(f.index for f in type_.children if f.type is None)
    empty: list[Any] = [() if i in lists or i in bags else None for i in range(type_.size)]
    required = sum(
        1 << i for i, f in enumerate(type_.children) if f.spec.minimum and not f.spec.choice and not f.spec.tolerated
    )
    tolerated = sum(1 << i for i, f in enumerate(type_.children) if f.spec.tolerated)
    choices = _choices(type_)
    attributes = type_.attributes

    def read(element: etree._Element, decoding: Decoding) -> Any:
        values = empty.copy()
        seen = last = 0
        for child in element:
            hit = find(child.tag)
            if hit is None:
                hit = _lookup(type_, table, element, child, decoding)
                if hit is None:
                    continue
            bit, index, read_child, repeated, _ = hit
            if bit <= last:
                if bit < last:
                    _disorder(type_, element, child, hit, last, decoding)
                if repeated:
                    if bit & seen:
                        values[index].append(read_child(child, decoding))
                        continue
                elif bit & seen:
                    _repeated(element, child, decoding)
                    continue
            else:
                last = bit
            seen |= bit
            values[index] = [read_child(child, decoding)] if repeated else read_child(child, decoding)
        if required & ~seen or seen & tolerated:
            _missing(type_, element, seen, decoding)
        for group in choices:
            if (seen & group).bit_count() != 1:
                _choice(type_, element, seen & group, group, decoding)
        if attributes:
            _attributes(type_, element, values, decoding)
        elif element.keys():
            _stray_attributes(element, decoding)
        text = element.text
        if text is not None and not text.isspace():
            _stray_text(element, text, decoding)
        for index in lists:
            values[index] = tuple(values[index])
        if decoding.marked and element in decoding.marked:
            notes = decoding.marked.pop(element)
            extensions, wire = _wire(type_, table, element, notes, decoding)
            return cls(*values, extensions=extensions, wire=wire)
        return cls(*values)

    return read


def _choices(type_: Shape) -> tuple[int, ...]:
    groups: dict[str, int] = {}
    for position, child in enumerate(type_.children):
        if child.spec.choice is not None:
            groups[child.spec.choice] = groups.get(child.spec.choice, 0) | 1 << position
    return tuple(groups.values())


def _valued(type_: Shape) -> Reader:
    """A reader for a type with a text (and attributes; children are kept as extensions)."""
    cls = type_.cls
    assert type_.content is not None
    place = type_.content.index
    simple = type_.content.type
    assert isinstance(simple, Simple)
    empty: list[Any] = [None] * type_.size
    plain: dict[str, Any] = {}
    table = _table(type_)
    redact = type_.content.spec.redact
    needs_attribute = any(f.spec.minimum for f in type_.attributes)
    remember = simple.memo

    def read(element: etree._Element, decoding: Decoding) -> Any:
        text = element.text or ""
        bare = not len(element) and not element.keys() and not needs_attribute
        if bare and text in plain:
            return plain[text]
        before = len(decoding.violations)
        values = empty.copy()
        for child in element:
            hit = table.get(child.tag) or table.get(decoding.tag(child))
            if hit is None:
                decoding.mark(element)
            else:
                values[hit[1]] = hit[2](child, decoding)
        if text.strip() or not type_.children or not len(element):
            reading = _read_text(simple, element, text, decoding, redact)
            values[place] = reading.value
            if not reading.canonical:
                decoding.mark(element)["text"] = text
        _attributes(type_, element, values, decoding)
        notes = decoding.marked.pop(element, None) if decoding.marked else None
        if notes is None:
            made = cls(*values)
            if bare and remember and len(decoding.violations) == before:
                if len(plain) >= MEMO:
                    plain.clear()
                plain[text] = made
            return made
        extensions, wire = _wire(type_, table, element, notes, decoding)
        return cls(*values, extensions=extensions, wire=wire)

    return read


def _leaf(simple: Simple, redact: bool) -> Reader:
    """A reader for a child that is a text and has no attributes."""
    remembered: dict[str | None, Any] = {}

    def slow(element: etree._Element, decoding: Decoding) -> Any:
        text = element.text
        if len(element):
            # A child where only text belongs: the text is read, the whole is kept as it stood.
            text = "".join(map(str, element.itertext()))
            decoding.violate(ViolationKind.TEXT_UNEXPECTED, element, "child elements", simple.expected, redacted=redact)
            decoding.mark(element.getparent()).setdefault("raw", {})[element] = None
        keys = element.keys()
        if keys:
            _stray_attributes(element, decoding)
            decoding.mark(element.getparent())
        reading = _read_text(simple, element, text or "", decoding, redact)
        if not reading.canonical:
            decoding.mark(element.getparent()).setdefault("texts", {})[element] = text or ""
        elif simple.memo and reading.problem is None and not keys and not len(element):
            if len(remembered) >= MEMO:
                remembered.clear()
            remembered[text] = reading.value
        return reading.value

    def read_remembered(element: etree._Element, decoding: Decoding) -> Any:
        text = element.text
        if text in remembered and not len(element) and not element.keys():
            return remembered[text]
        return slow(element, decoding)

    def read_string(element: etree._Element, decoding: Decoding) -> Any:
        text = element.text
        if (
            text is None
            or len(element)
            or element.keys()
            or len(text) > limit
            or text[:1].isspace()
            or text[-1:].isspace()
        ):
            return slow(element, decoding)
        return text

    limit = getattr(simple, "max_length", None) or 1 << 62
    return read_string if simple.name in ("string", "anyURI") else read_remembered


def _read_text(
    simple: Simple, element: etree._Element, text: str, decoding: Decoding, redact: bool, step: str = ""
) -> Reading:
    """Read a text and record what is wrong with it."""
    if isinstance(simple, Names):
        return _read_names(simple, element, text, decoding, step)
    reading = simple.read(text)
    if reading.problem is not None:
        kind = ViolationKind(reading.problem)
        decoding.violate(kind, element, text, simple.expected, step, redacted=redact)
    return reading


def _read_names(simple: Names, element: etree._Element, text: str, decoding: Decoding, step: str) -> Reading:
    """QNames by the bindings at the element. The default namespace applies, as XML Schema part 2 §3.2.18 has it."""
    bindings = element.nsmap
    names: list[QName] = []
    for word in text.split():
        prefix, colon, local = word.partition(":")
        if not colon:
            prefix, local = "", word
        uri = bindings.get(prefix or None)
        if uri is None and prefix == "xml":
            uri = XML
        if uri is None and prefix:
            expected = f"a binding of prefix {prefix!r}"
            decoding.violate(ViolationKind.PREFIX_UNBOUND, element, word, expected, step)
        names.append(QName(canonical(uri).uri if uri else None, local))
    if simple.many:
        return Reading(tuple(names), None, False)
    if len(names) != 1:
        decoding.violate(ViolationKind.VALUE_INVALID, element, text, "one QName", step)
        return Reading(names[0] if names else None, None, False)
    return Reading(names[0], None, False)


def _read_bag(element: etree._Element, decoding: Decoding) -> tuple[Extension, ...]:
    if element.keys():
        decoding.mark(element.getparent())
    return tuple(Extension.of(child) for child in element if isinstance(child.tag, str))


# What follows runs only where a message is not as declared.


def _lookup(
    type_: Shape, table: dict[str, _Hit], element: etree._Element, child: etree._Element, decoding: Decoding
) -> _Hit | None:
    """Find a child that is not in the table under its exact name, or record that it is unknown."""
    tag = decoding.tag(child)
    if not tag:
        return None
    hit = _find(type_, table, tag)
    decoding.mark(element)
    if hit is not None:
        if hit[4].tag != tag:
            decoding.violate(ViolationKind.ELEMENT_ALIAS, child, split(tag)[1], hit[4].local)
        return hit
    uri, local = split(tag)
    if not uri or uri == type_.namespace or any(split(field.tag)[0] == uri for field in type_.children):
        expected = ", ".join(field.local for field in type_.children if not field.spec.tolerated)
        decoding.violate(ViolationKind.ELEMENT_UNKNOWN, child, local, expected or "no child elements")
    return None


def _find(type_: Shape, table: dict[str, _Hit], tag: str) -> _Hit | None:
    """A child by canonical name, or by a known misspelling of it."""
    hit = table.get(tag)
    if hit is None:
        uri, local = split(tag)
        for field in type_.children:
            if local in field.spec.misspelt and split(field.tag)[0] == uri:
                return table[field.tag]
    return hit


def _disorder(
    type_: Shape, element: etree._Element, child: etree._Element, hit: _Hit, last: int, decoding: Decoding
) -> None:
    notes = decoding.mark(element)
    if not notes.get("disorder"):
        notes["disorder"] = True
        before = type_.children[last.bit_length() - 1].local
        decoding.violate(ViolationKind.ELEMENT_ORDER, child, hit[4].local, f"before {before}")


def _repeated(element: etree._Element, child: etree._Element, decoding: Decoding) -> None:
    decoding.mark(element)
    decoding.violate(ViolationKind.ELEMENT_REPEATED, child, split(str(child.tag))[1], "once")


def _missing(type_: Shape, element: etree._Element, seen: int, decoding: Decoding) -> None:
    for position, field in enumerate(type_.children):
        there = bool(seen & 1 << position)
        if field.spec.tolerated and there:
            child = next((c for c in element if decoding.tag(c) == field.tag), element)
            expected = ", ".join(f.local for f in type_.children if not f.spec.tolerated)
            decoding.violate(ViolationKind.ELEMENT_UNKNOWN, child, field.local, expected)
        elif field.spec.minimum and not there and not field.spec.choice and not field.spec.tolerated:
            empty = isinstance(field.type, Shape) and field.type.may_be_empty
            decoding.violate(ViolationKind.ELEMENT_MISSING, element, "", field.local, field.local, may_be_empty=empty)


def _choice(type_: Shape, element: etree._Element, seen: int, group: int, decoding: Decoding) -> None:
    members = [f.local for i, f in enumerate(type_.children) if group & 1 << i]
    there = [f.local for i, f in enumerate(type_.children) if seen & 1 << i]
    if not there and type_.optional_choices:
        return
    decoding.violate(ViolationKind.CHOICE_VIOLATED, element, " and ".join(there), "one of " + ", ".join(members))


def _attributes(type_: Shape, element: etree._Element, values: list[Any], decoding: Decoding) -> None:
    """Read declared attributes, qualified or not; tell the others."""
    rest = attributes_of(element) if element.keys() else {}
    for field in type_.attributes:
        key, text = _attribute(field, type_, rest, decoding)
        if key is None:
            if field.spec.minimum:
                decoding.violate(ViolationKind.ATTRIBUTE_MISSING, element, "", field.local, f"@{field.local}")
            continue
        del rest[key]
        assert isinstance(field.type, Simple)
        reading = _read_text(field.type, element, text, decoding, field.spec.redact, f"@{field.local}")
        values[field.index] = reading.value
        if field.spec.only_in and decoding.message not in field.spec.only_in:
            expected = "only in " + ", ".join(field.spec.only_in)
            decoding.violate(ViolationKind.ATTRIBUTE_MISPLACED, element, text, expected, f"@{field.local}")
        written = f"{{{type_.namespace}}}{field.local}" if field.spec.qualified else field.tag
        if key != written or not reading.canonical:
            decoding.mark(element).setdefault("declared", {})[key] = (field, text)
    if rest:
        _stray_attributes(element, decoding, rest)


def _attribute(field: Field, type_: Shape, present: dict[str, str], decoding: Decoding) -> tuple[str | None, str]:
    """Key and text of a declared attribute, in either form."""
    if not present:
        return None, ""
    qualified = f"{{{type_.namespace}}}{field.local}"
    for key, text in present.items():
        if key in (field.tag, field.local, qualified) or decoding.name(key) == qualified:
            return key, text
    return None, ""


PLACED = frozenset({"MustHonor", "Override", "UsedDefault", "Name", "Valid", "Id"})
"""Attributes of WS-Scan: elsewhere than declared they are misplaced rather than unknown."""


def _stray_attributes(element: etree._Element, decoding: Decoding, stray: dict[str, str] | None = None) -> None:
    """Attributes that are not declared here (all, unless told): kept, and told unless they are of another vocabulary."""
    decoding.mark(element)
    present = attributes_of(element)
    decoding.mark(element.getparent()).setdefault("attributes", {})[element] = present
    for key in present if stray is None else stray:
        uri, local = split(key)
        if (
            uri == XML
            or key.startswith(_XSI)
            or (uri and canonical(uri).family != canonical(split(str(element.tag))[0]).family)
        ):
            continue
        kind = ViolationKind.ATTRIBUTE_MISPLACED if local in PLACED else ViolationKind.ATTRIBUTE_UNKNOWN
        decoding.violate(kind, element, element.get(key) or "", "no such attribute here", f"@{local}")


def _stray_text(element: etree._Element, text: str, decoding: Decoding) -> None:
    if text.strip():
        decoding.violate(ViolationKind.TEXT_UNEXPECTED, element, text.strip(), "child elements only")


def _wire(
    type_: Shape, table: dict[str, _Hit], element: etree._Element, notes: dict[str, Any], decoding: Decoding
) -> tuple[tuple[Extension, ...], Wire | None]:
    """Keep how a marked element stood: the order of its children, other names, texts and attributes, unknown
    children.
    """
    order: list[int] = []
    tags: dict[tuple[int, int], str] = {}
    texts: dict[tuple[int, int], str] = {}
    attributes: dict[tuple[int, int], dict[str, str]] = {}
    extensions: list[Extension] = []
    count: dict[int, int] = {}
    declared = {f.tag for f in type_.attributes} | {f"{{{type_.namespace}}}{f.local}" for f in type_.attributes}
    raw = notes.get("raw", {})
    for child in element:
        tag = decoding.tag(child)
        if not tag:
            continue
        hit = _find(type_, table, tag)
        index = hit[1] if hit is not None else -1
        number = count.get(index, 0)
        if hit is None or (number and not hit[3]) or child in raw:
            order.append(-1)
            extensions.append(Extension.of(child))
            continue
        count[index] = number + 1
        order.append(index)
        if hit[4].tag != tag:
            tags[index, number] = tag
        if child in notes.get("texts", {}):
            texts[index, number] = notes["texts"][child]
        if child in notes.get("attributes", {}) or (hit[4].type is None and child.keys()):
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
    return tuple(extensions), Wire(tuple(order), tags, texts, attributes)


def decode_element(
    type_: Shape, element: etree._Element, renamed: dict[str, str] | None = None
) -> tuple[Element, list[Violation]]:
    """Read one element of a declared type."""
    decoding = Decoding(split(str(element.tag))[1].rpartition(":")[2], renamed)
    value: Element = reader(type_)(element, decoding)
    return value, decoding.violations


__all__ = ["Decoding", "Kind", "Reader", "decode_element", "path_of", "reader"]
