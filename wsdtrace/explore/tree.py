"""A typed message → an indented tree: element, value with its unit, meaning. Secrets are replaced, hostile text shown.

CreateScanJobRequest               Asks the device to create a job
  ScanTicket                       what the job is to do
    DocumentParameters             how to scan; the device's defaults where absent
      Format                       jfif                  file format
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any

from wsdtrace.dataclass import dataclass
from wsdtrace.report.grid import Column, write_grid
from wsdtrace.report.page import Page
from wsdtrace.report.redact import REDACTED
from wsdtrace.soap.fault import Fault
from wsdtrace.soap.namespaces import family, split
from wsdtrace.soap.schema import Element, Extension, Field, shape
from wsdtrace.soap.schema.declare import Shape
from wsdtrace.soap.schema.lexical import Names, Simple
from wsdtrace.soap.xml import QName

if TYPE_CHECKING:
    from wsdtrace.explore.trace import Trace

MAX_DEPTH = 12
"""Levels that are printed; the deepest type of WS-Scan has 7."""

MAX_LINES = 400
"""Lines that are printed; the largest ScannerConfiguration of the recordings has 190."""

MAX_VALUE = 120
"""Characters of one value."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One line of a tree."""

    depth: int
    path: str
    """Names from the body element on, joined by `/`; attributes begin with `@`, a repeated element has `[2]` …"""
    name: str
    value: str | None
    """Its text; None for an element with children."""
    unit: str = ""
    meaning: str = ""
    private: bool = False
    """A secret: no renderer shows its value."""
    raw: Any = None
    """The typed value of a leaf."""


def leaves(value: Element | Fault) -> Iterator[Leaf]:
    """The lines of a typed body, parents before children."""
    if isinstance(value, Fault):
        yield from _fault(value)
        return
    made = shape(type(value))
    yield Leaf(0, made.local, made.local, None, "", made.meaning)
    yield from _inside(made, value, 1, made.local, False)


def _inside(made: Shape, value: Element, depth: int, path: str, private: bool) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return
    for field in made.fields():
        if field is made.content:
            continue
        held = getattr(value, field.python)
        several = field.repeated and field.type is not None
        for number, item in enumerate(held if several else (held,), start=1):
            place = f"{path}/{field.local}" + (f"[{number}]" if several and len(held) > 1 else "")
            yield from _field(field, item, depth, place, private or field.spec.redact)
    for extension in value.extensions:
        yield from _extension(extension, depth, path)


def _field(field: Field, value: Any, depth: int, path: str, private: bool) -> Iterator[Leaf]:
    spec = field.spec
    if value is None or value == ():
        return
    if field.type is None:
        yield Leaf(depth, path, field.local, None, "", spec.meaning)
        for extension in value:
            yield from _extension(extension, depth + 1, path)
    elif isinstance(field.type, Shape):
        content = field.type.content
        held = None if content is None else getattr(value, content.python)
        text = None if content is None or held is None else text_of(content, held)
        unit = spec.unit or (content.spec.unit if content is not None else "")
        yield Leaf(depth, path, field.local, text, unit, spec.meaning or field.type.meaning, private, held)
        yield from _inside(field.type, value, depth + 1, path, private)
    else:
        is_attribute = spec.kind.name == "ATTRIBUTE"
        head, _, last = path.rpartition("/")
        place, name = (f"{head}/@{last}", f"@{field.local}") if is_attribute else (path, field.local)
        yield Leaf(depth, place, name, text_of(field, value), spec.unit, spec.meaning, private, value)


def _extension(extension: Extension, depth: int, path: str) -> Iterator[Leaf]:
    local = split(extension.tag)[1]
    text = (extension.text or "").strip()
    yield Leaf(depth, f"{path}/{local}", local, text, "", "not declared: a vendor's, or unknown", raw=text)


def _fault(fault: Fault) -> Iterator[Leaf]:
    yield Leaf(0, "Fault", "Fault", None, "", "the request was refused")
    rows = [("Code", fault.code.raw if fault.code else None, "whose mistake it is")]
    rows += [("Subcode", subcode.raw, "what is wrong") for subcode in fault.subcodes]
    rows += [("Reason", text, "for a person") for _, text in fault.reasons]
    rows.append(("Detail", fault.detail_text, "what it is about"))
    for name, text, meaning in rows:
        if text:
            yield Leaf(1, f"Fault/{name}", name, text, "", meaning, raw=text)


def text_of(field: Field, value: Any) -> str:
    """A value as one would write it."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(field.type, Names):
        return " ".join(map(named, value if field.type.many else (value,)))
    if isinstance(field.type, Simple):
        try:
            return field.type.write(value)
        except (AttributeError, TypeError, ValueError):
            # A text that no member of the type means stays a text.
            return str(value)
    return str(value)


_SHORT = {"percent": "%", "pixels/inch": "dpi", "1/1000 inch": "thou"}
"""Units as people write them beside a number."""

_THOU_MM = 0.0254
"""Millimetres of 1/1000 inch."""


def measured(text: str, leaf: Leaf) -> str:
    """A value with its unit; a length in millimetres too."""
    if not text or not leaf.unit:
        return text
    length = f" ({leaf.raw * _THOU_MM:.1f} mm)" if leaf.unit == "1/1000 inch" and isinstance(leaf.raw, int) else ""
    return f"{text} {_SHORT.get(leaf.unit, leaf.unit)}{length}"


def named(name: QName) -> str:
    """A QName with the prefix that specifications print, or with none."""
    vocabulary = family(name.namespace or "")
    return f"{vocabulary.prefix}:{name.local}" if vocabulary is not None else name.local


def write_tree(page: Page, value: Element | Fault, indent: int = 0) -> None:
    """The tree as three columns."""
    columns = [Column("element", style="bold"), Column("value", flexible=True), Column("meaning", style="dim")]
    rows: list[list[Any]] = []
    for leaf in leaves(value):
        if len(rows) == MAX_LINES:
            page.line((f"… more than {MAX_LINES} lines; .xml has them all", "dim"))
            break
        shown = REDACTED if leaf.private and not page.redactor.show and leaf.value else leaf.value
        text = "" if shown is None else page.said(shown, MAX_VALUE)
        rows.append([f"{'  ' * leaf.depth}{page.said(leaf.name, 80)}", measured(text, leaf), leaf.meaning])
    write_grid(page, columns, rows, indent=indent)


def tree_text(trace: Trace, value: Element | Fault) -> str:
    """The tree as text."""
    page = trace._page()
    write_tree(page, value)
    return str(page).rstrip("\n")
