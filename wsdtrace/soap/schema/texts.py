"""Elements that hold a text → its value: readers that remember the texts that repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from wsdtrace.soap.namespaces import XML, canonical
from wsdtrace.soap.schema.declare import Extension
from wsdtrace.soap.schema.decoding import Decoding
from wsdtrace.soap.schema.deviations import stray_attributes
from wsdtrace.soap.schema.lexical import Names, Reading, Simple, String
from wsdtrace.soap.schema.violation import ViolationKind
from wsdtrace.soap.tree import elements_of
from wsdtrace.soap.xml import QName

Reader = Callable[[etree._Element, Decoding], Any]
Memo = dict[str | None, Any]

MEMO = 1024
"""Texts remembered for one field; when full it is emptied. 50 times the largest list of resolutions seen."""


def leaf_reader(simple: Simple, redact: bool) -> tuple[Reader, Memo | None]:
    """A reader for a child that is a text and has no attributes, and the texts that it remembers."""
    remembered: Memo = {}

    def slow(element: etree._Element, decoding: Decoding) -> Any:
        text = element.text
        if len(element):
            # A child where only text belongs: the text is read, the whole is kept as it stood.
            text = "".join(map(str, element.itertext()))
            decoding.violate(ViolationKind.TEXT_UNEXPECTED, element, "child elements", simple.expected, redacted=redact)
            decoding.mark(element.getparent()).setdefault("raw", {})[element] = None
        keys = element.keys()
        if keys:
            stray_attributes(element, decoding)
        reading = read_text(simple, element, text or "", decoding, redact=redact)
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
    if isinstance(simple, String):
        return read_string, None
    return read_remembered, remembered if simple.memo else None


def read_text(
    simple: Simple, element: etree._Element, text: str, decoding: Decoding, *, redact: bool, step: str = ""
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
    bindings = decoding.bindings.at(element)
    names: list[QName] = []
    words = text.split()
    # One prefix is bound to its namespace: the same text would be written.
    canonical_text = " ".join(words) == text
    for word in words:
        prefix, colon, local = word.partition(":")
        if not colon:
            prefix, local = "", word
        uri = bindings.get(prefix or None)
        if uri is None and prefix == "xml":
            uri = XML
        if uri is None and prefix:
            expected = f"a binding of prefix {prefix!r}"
            decoding.violate(ViolationKind.PREFIX_UNBOUND, element, word, expected, step)
        name = QName(canonical(uri).uri if uri else None, local)
        names.append(name)
        canonical_text &= (
            uri is not None and bool(prefix) and name.namespace == uri and decoding.bindings.is_single(uri)
        )
    if simple.many:
        return Reading(tuple(names), None, canonical_text)
    if len(names) != 1:
        decoding.violate(ViolationKind.VALUE_INVALID, element, text, "one QName", step)
        return Reading(names[0] if names else None, None, False)
    return Reading(names[0], None, canonical_text)


def read_bag(element: etree._Element, decoding: Decoding) -> tuple[Extension, ...]:
    """The children of an element, kept as they are."""
    if element.keys() or not len(element):
        decoding.mark(element.getparent())
    return tuple(Extension.of(child) for child in elements_of(element))
