"""A tree → a typed value and what is wrong with it, by a reader made from the declaration at first use.

Theory of operation:

1. `reader(shape)` makes one function for each type. It walks the children of an element once; a child is found by its
   name in a table, its bit says whether it is in order and whether it was there before. Nothing else happens while a
   message is as declared.
2. Whatever is not goes to `Decoding`, which collects violations and marks the parent (`deviations`). A marked parent
   is walked a second time when it is complete, to keep how it stood (`Wire`) and what is not declared (`Extension`).
3. Texts that repeat (numbers, states, booleans) are remembered with their values (`texts`), bounded.
4. Nothing raises and nothing is dropped: what cannot be read is None and a violation with the text that was found.

Names are compared by namespace and local name. Another version or an alias of the namespace reads as the same
(`namespaces.family_tag`); that an alias is in use is told by the envelope, not here.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from wsdtrace.soap.schema.declare import Element, Field, Shape
from wsdtrace.soap.schema.decoding import Decoding
from wsdtrace.soap.schema.deviations import (
    Hit,
    Table,
    choice,
    disorder,
    lookup,
    missing,
    repeated,
    stray_attributes,
    stray_text,
    wire,
)
from wsdtrace.soap.schema.lexical import Simple
from wsdtrace.soap.schema.texts import MEMO, Memo, Reader, leaf_reader, read_bag, read_text
from wsdtrace.soap.schema.violation import Violation, ViolationKind
from wsdtrace.soap.tree import attributes_of, local_of


def reader(type_: Shape) -> Reader:
    """The function that reads an element of a declared type; made once."""
    made: Reader | None = type_.cache.get("reader")
    if made is None:
        made = _valued(type_) if type_.content is not None else _complex(type_)
        type_.cache["reader"] = made
    return made


def table_of(type_: Shape) -> Table:
    """The children of a declared type by name; made once."""
    table: Table | None = type_.cache.get("table")
    if table is None:
        table = {}
        for position, child in enumerate(type_.children):
            memo: Memo | None = None
            if child.type is None:
                read: Reader = read_bag
            elif isinstance(child.type, Shape):
                read = reader(child.type)
                memo = child.type.cache.get("memo")
            else:
                read, memo = leaf_reader(child.type, child.spec.redact)
            table[child.tag] = Hit(1 << position, child.index, read, child.repeated, child, memo)
        type_.cache["table"] = table
    return table


def _complex(type_: Shape) -> Reader:
    """A reader for a type with children."""
    cls = type_.cls
    table = table_of(type_)
    find = table.get
    children = list(enumerate(type_.children))
    lists = tuple(f.index for f in type_.children if f.repeated)
    bags = tuple(f.index for f in type_.children if f.type is None)
    empty: list[Any] = [() if i in lists or i in bags else None for i in range(type_.size)]
    required = sum(1 << i for i, f in children if f.spec.minimum and not f.spec.choice and not f.spec.tolerated)
    tolerated = sum(1 << i for i, f in children if f.spec.tolerated)
    choices = _choices(type_)
    declared_attributes = type_.attributes

    def read(element: etree._Element, decoding: Decoding) -> Any:
        values = empty.copy()
        seen = last = 0
        for child in element:
            tail = child.tail
            if tail is not None and not tail.isspace():
                stray_text(element, tail, decoding)
            hit = find(child.tag)
            if hit is None:
                hit = lookup(type_, table, child, decoding)
                if hit is None:
                    continue
            bit, index, read_child, many, field, _ = hit
            if bit <= last:
                if bit < last:
                    disorder(type_, child, field, last, decoding)
                if bit & seen:
                    if many:
                        values[index].append(read_child(child, decoding))
                    else:
                        repeated(child, decoding)
                    continue
            else:
                last = bit
            seen |= bit
            values[index] = [read_child(child, decoding)] if many else read_child(child, decoding)
        if required & ~seen or seen & tolerated:
            missing(type_, element, seen, decoding)
        for group in choices:
            if (seen & group).bit_count() != 1:
                choice(type_, element, seen, group, decoding)
        if declared_attributes:
            _attributes(type_, element, values, decoding)
        elif element.keys():
            stray_attributes(element, decoding)
        text = element.text
        if text is not None and not text.isspace():
            stray_text(element, text, decoding)
        for index in lists:
            values[index] = tuple(values[index])
        if decoding.marked and element in decoding.marked:
            extensions, kept = wire(type_, table, element, decoding)
            return cls(*values, extensions=extensions, wire=kept)
        return cls(*values)

    return read


def _choices(type_: Shape) -> tuple[int, ...]:
    groups: dict[str, int] = {}
    for position, child in enumerate(type_.children):
        if child.spec.choice is not None:
            groups[child.spec.choice] = groups.get(child.spec.choice, 0) | 1 << position
    return tuple(groups.values())


def _valued(type_: Shape) -> Reader:
    """A reader for a type with a text, attributes, and perhaps children in the text's place."""
    cls = type_.cls
    assert type_.content is not None
    place = type_.content.index
    simple = type_.content.type
    assert isinstance(simple, Simple)
    empty: list[Any] = [None] * type_.size
    plain: Memo = {}
    table = table_of(type_)
    redact = type_.content.spec.redact
    remember = simple.memo and not any(f.spec.minimum for f in type_.attributes)
    if remember:
        type_.cache["memo"] = plain

    def read(element: etree._Element, decoding: Decoding) -> Any:
        text = element.text
        bare = remember and not len(element) and not element.keys()
        if bare and text in plain:
            return plain[text]
        before = len(decoding.violations)
        values = empty.copy()
        for child in element:
            hit = table.get(child.tag) or lookup(type_, table, child, decoding)
            if hit is not None:
                values[hit.place] = hit.read(child, decoding)
        if (text and not text.isspace()) or not type_.children or not len(element):
            reading = read_text(simple, element, text or "", decoding, redact=redact)
            values[place] = reading.value
            if not reading.canonical:
                decoding.mark(element)["text"] = text or ""
        _attributes(type_, element, values, decoding)
        if element in decoding.marked:
            extensions, kept = wire(type_, table, element, decoding)
            return cls(*values, extensions=extensions, wire=kept)
        made = cls(*values)
        if bare and len(decoding.violations) == before:
            if len(plain) >= MEMO:
                plain.clear()
            plain[text] = made
        return made

    return read


def _attributes(type_: Shape, element: etree._Element, values: list[Any], decoding: Decoding) -> None:
    """Read declared attributes, qualified or not; tell the others."""
    rest = attributes_of(element) if element.keys() else {}
    for field in type_.attributes:
        key = _key(field, type_, rest, decoding)
        if key is None:
            if field.spec.minimum:
                decoding.violate(ViolationKind.ATTRIBUTE_MISSING, element, "", field.local, f"@{field.local}")
            continue
        text = rest.pop(key)
        assert isinstance(field.type, Simple)
        step = f"@{field.local}"
        reading = read_text(field.type, element, text, decoding, redact=field.spec.redact, step=step)
        values[field.index] = reading.value
        if field.spec.only_in and decoding.message not in field.spec.only_in:
            expected = "only in " + ", ".join(field.spec.only_in)
            decoding.violate(ViolationKind.ATTRIBUTE_MISPLACED, element, text, expected, step)
        written = f"{{{type_.namespace}}}{field.local}" if field.spec.qualified else field.tag
        if key != written or not reading.canonical:
            decoding.mark(element).setdefault("declared", {})[key] = (field, text)
    if rest:
        stray_attributes(element, decoding, rest)


def _key(field: Field, type_: Shape, present: dict[str, str], decoding: Decoding) -> str | None:
    """The name under which a declared attribute is there, in either form."""
    if not present:
        return None
    qualified = f"{{{type_.namespace}}}{field.local}"
    for key in present:
        if key in (field.tag, field.local, qualified) or decoding.name(key) == qualified:
            return key
    return None


def decode_element(
    type_: Shape, element: etree._Element, renamed: dict[str, str] | None = None
) -> tuple[Element, list[Violation]]:
    """Read one element of a declared type. Never raises.

    Args:
        type_: the type.
        element: the element; its own name is not looked at.
        renamed: unknown namespaces of the message, and what they evidently stand for.
    """
    decoding = Decoding(local_of(element), renamed)
    value: Element = reader(type_)(element, decoding)
    return value, decoding.violations
