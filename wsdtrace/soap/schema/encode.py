"""A typed value → a tree: schema order and canonical texts, or exactly as the value stood in its message.

A value that was decoded remembers in `wire` where it differed from what would be written; that is written again. A
part of it that was changed since is written canonically. A value made by hand has no `wire`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, cast

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.namespaces import FAMILIES, XML, family_tag, split
from wsdtrace.soap.schema.declare import Element, Extension, Field, Shape, Wire, shape
from wsdtrace.soap.schema.lexical import Names, Simple
from wsdtrace.soap.xml import QName

PREFIXES: Mapping[str | None, str] = {family.prefix: family.canonical for family in FAMILIES}
"""Prefixes that specifications print."""


@dataclass(slots=True)
class Encoding:
    """How names are written."""

    prefixes: Mapping[str | None, str]
    """Bindings that the root of the document has."""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Canonical namespace → the version or alias to write for it."""

    def tag(self, tag: str) -> str:
        """A declared name in the namespace that is to be written."""
        uri, local = split(tag)
        return f"{{{self.namespaces[uri]}}}{local}" if uri in self.namespaces else tag

    def qname(self, name: QName, element: etree._Element) -> str:
        """A QName as text; its namespace is bound at `element`, or the name is written bare."""
        if not name.namespace:
            return name.local
        uri = self.namespaces.get(name.namespace, name.namespace)
        prefix = next((p for p, bound in element.nsmap.items() if bound == uri and p), None)
        if prefix is None and element.nsmap.get(None) == uri:
            return name.local
        return f"{prefix}:{name.local}" if prefix else name.local


def encode_element(
    value: Element,
    *,
    prefixes: Mapping[str | None, str] | None = None,
    namespaces: Mapping[str, str] | None = None,
    type_: Shape | None = None,
) -> etree._Element:
    """Write a value as an element of its own document.

    Args:
        value: what to write.
        prefixes: bindings of the root; those that specifications print when None.
        namespaces: canonical namespace → version or alias to use in its place.
        type_: the type of a generic value; needed only where the class does not say it.
    """
    made = type_ or shape(type(value))
    encoding = Encoding(PREFIXES if prefixes is None else prefixes, namespaces or {})
    root = etree.Element(encoding.tag(made.tag), nsmap=cast("dict[str, str]", dict(encoding.prefixes)))
    write_into(root, made, value, encoding)
    return root


def write_into(element: etree._Element, type_: Shape, value: Element, encoding: Encoding) -> None:
    """Write attributes, text and children of `value` into an element that has its name already."""
    wire = value.wire or _AS_DECLARED
    for attribute in type_.attributes:
        _write_attribute(element, type_, attribute, getattr(value, attribute.python), (wire, encoding))
    for key, text in wire.attributes.get((-1, 0), {}).items():
        element.set(key, text)
    if type_.content is not None:
        content = getattr(value, type_.content.python)
        if content is not None:
            assert isinstance(type_.content.type, Simple)
            kept = wire.texts.get((type_.content.index, 0))
            element.text = _text(type_.content.type, content, kept, element, encoding)
        elif (type_.content.index, 0) in wire.texts:
            element.text = wire.texts[type_.content.index, 0]
    if 0 in wire.stray:
        element.text = wire.stray[0]
    for place, item in enumerate(_sequence(type_, value, wire), 1):
        if isinstance(item, Extension):
            element.append(etree.fromstring(item.xml, _TRUSTED))
        else:
            _write_child(element, item, wire, encoding)
        if place in wire.stray and len(element):
            element[-1].tail = wire.stray[place]


_AS_DECLARED = Wire((), {}, {}, {})
_TRUSTED = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)

_Item = tuple[Field, int, Any]


def _sequence(type_: Shape, value: Element, wire: Wire) -> Iterator[_Item | Extension]:
    """Children in the order to write: as they stood, then whatever is new in schema order."""
    waiting: dict[int, list[Any]] = {}
    for child in type_.children:
        held = getattr(value, child.python)
        if child.type is None:
            waiting[child.index] = (
                [held] if held or (child.index, 0) in wire.attributes or child.index in wire.order else []
            )
        else:
            waiting[child.index] = list(held) if child.repeated else [held]
    fields = {child.index: child for child in type_.children}
    extensions = list(value.extensions)
    count: dict[int, int] = {}
    for index in wire.order:
        if index < 0:
            if extensions:
                yield extensions.pop(0)
            continue
        number = count.get(index, 0)
        count[index] = number + 1
        if number < len(waiting[index]):
            yield fields[index], number, waiting[index][number]
    for child in type_.children:
        for number in range(count.get(child.index, 0), len(waiting[child.index])):
            held = waiting[child.index][number]
            if held is not None:
                yield child, number, held
    yield from extensions


def _write_child(parent: etree._Element, item: _Item, wire: Wire, encoding: Encoding) -> None:
    field_, number, value = item
    key = field_.index, number
    text = wire.texts.get(key)
    if value is None and (text is None or _readable(field_.type, text)):
        return
    if key in wire.raw:
        kept = etree.fromstring(wire.raw[key].xml, _TRUSTED)
        whole = "".join(map(str, kept.itertext()))
        if isinstance(field_.type, Simple) and field_.type.read(whole).value == value:
            parent.append(kept)
            return
    element = etree.SubElement(parent, encoding.tag(wire.tags.get(key, field_.tag)))
    for name, content in wire.attributes.get(key, {}).items():
        element.set(name, content)
    if field_.type is None:
        for extension in value or ():
            element.append(etree.fromstring(extension.xml, _TRUSTED))
    elif isinstance(field_.type, Shape):
        if value is not None:
            write_into(element, field_.type, value, encoding)
    else:
        element.text = text if value is None else _text(field_.type, value, text, element, encoding)


def _readable(type_: Simple | Shape | None, text: str) -> bool:
    """A text means a value: where that is gone, somebody took it away."""
    return isinstance(type_, Simple) and not isinstance(type_, Names) and type_.read(text).value is not None


def _text(type_: Simple, value: Any, kept: str | None, element: etree._Element, encoding: Encoding) -> str | None:
    """The text of a value: as it stood, if that still means the value, else canonical."""
    if isinstance(type_, Names):
        if kept is not None and _same_names(type_, kept, value, element):
            return kept
        names = value if type_.many else (value,)
        return " ".join(encoding.qname(name, element) for name in names)
    if kept is not None and type_.read(kept).value == value:
        return kept
    return type_.write(value) or None


def _same_names(type_: Names, text: str, value: Any, element: etree._Element) -> bool:
    """A kept text of QNames means `value` under the bindings at `element`."""
    wanted = value if type_.many else (value,)
    words = text.split()
    if len(words) != len(wanted):
        return False
    for word, name in zip(words, wanted, strict=True):
        prefix, colon, local = word.partition(":")
        uri = element.nsmap.get(prefix if colon else None)
        if (local if colon else word) != name.local or split(family_tag(f"{{{uri or ''}}}x"))[0] != split(
            family_tag(f"{{{name.namespace or ''}}}x")
        )[0]:
            return False
    return True


def _write_attribute(
    element: etree._Element, type_: Shape, field_: Field, value: Any, how: tuple[Wire, Encoding]
) -> None:
    wire, encoding = how
    kept = wire.texts.get((field_.index, 0))
    if value is None and (kept is None or _readable(field_.type, kept)):
        return
    assert isinstance(field_.type, Simple)
    declared = f"{{{type_.namespace}}}{field_.local}" if field_.spec.qualified else field_.tag
    key = wire.tags.get((field_.index, 0), encoding.tag(declared))
    text = kept if value is None else _text(field_.type, value, kept, element, encoding)
    element.set(key, text or "")


__all__ = ["PREFIXES", "XML", "Encoding", "encode_element", "write_into"]
