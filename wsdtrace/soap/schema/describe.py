"""The declarations → what can be said of an element: its children, its values, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import UnknownName
from wsdtrace.soap.namespaces import family, split
from wsdtrace.soap.schema.declare import Field, Kind, Shape, declared, shape
from wsdtrace.soap.schema.lexical import Simple


@dataclass(frozen=True, slots=True)
class Row:
    """One child, attribute or text of an element."""

    name: str
    """With `@` for an attribute; empty for the element's own text."""
    type: str
    occurrence: str
    """`1`, `0..1`, `1..n`, `0..n`; `choice` for one of several; `-` for what no schema has here."""
    unit: str
    range: str
    """Allowed values; empty where all are."""
    meaning: str
    source: str
    private: bool
    """Its text reaches no renderer."""


@dataclass(frozen=True, slots=True)
class Use:
    """A place in which an element stands."""

    parent: str
    row: Row


@dataclass(slots=True)
class Entry:
    """One meaning of an element's name: a name has several where its children depend on the parent."""

    name: str
    prefix: str
    """Prefix that specifications print for its namespace."""
    namespace: str
    meaning: str
    source: str
    type: str
    """Of its text; empty for an element with children."""
    range: str
    rows: tuple[Row, ...]
    uses: list[Use] = field(default_factory=list)


def vocabulary(types: Iterable[Shape] | None = None) -> dict[str, list[Entry]]:
    """All elements by local name, in alphabetical order, each with its meanings.

    Args:
        types: declared types to take; when None all those of a known vocabulary.
    """
    shapes = list(types) if types is not None else [shape(cls) for cls in declared() if family(shape(cls).namespace)]
    entries: dict[str, list[Entry]] = {}
    known: dict[tuple[str, object], Entry] = {}
    for type_ in shapes:
        if type_.namespace and type_.local.isidentifier():
            _entry(entries, known, type_.tag, type_, type_.page)
    for type_ in shapes:
        for parent in _names(type_, shapes):
            for child in type_.children:
                inner = child.type
                entry = _entry(entries, known, child.tag, inner, child.source)
                entry.uses.append(Use(parent, _row(child)))
    return dict(sorted(entries.items(), key=lambda item: item[0].lower()))


def _entry(
    entries: dict[str, list[Entry]],
    known: dict[tuple[str, object], Entry],
    tag: str,
    type_: Shape | Simple | None,
    page: str,
) -> Entry:
    key = (tag, id(type_) if isinstance(type_, Shape) else type_)
    if key not in known:
        uri, local = split(tag)
        vocabulary_ = family(uri)
        prefix = vocabulary_.prefix if vocabulary_ is not None else ""
        meaning, value, allowed = "", "", ""
        rows: tuple[Row, ...] = ()
        if isinstance(type_, Shape):
            meaning = type_.meaning
            rows = tuple(_row(f) for f in type_.fields())
        elif type_ is not None:
            value, allowed = type_.name, type_.range
        known[key] = Entry(local, prefix, uri, meaning, page, value, allowed, rows)
        entries.setdefault(local, []).append(known[key])
    return known[key]


def _names(type_: Shape, shapes: list[Shape]) -> list[str]:
    """The elements that are of a type."""
    names = [type_.local] if type_.local.isidentifier() else []
    for other in shapes:
        names += [f.local for f in other.children if f.type is type_ and f.local not in names]
    return names


def _row(field_: Field) -> Row:
    spec, type_ = field_.spec, field_.type
    name = {Kind.ATTRIBUTE: f"@{field_.local}", Kind.CONTENT: ""}.get(spec.kind, field_.local)
    value, allowed = "elements", ""
    if isinstance(type_, Simple):
        value, allowed = type_.name, type_.range
    elif isinstance(type_, Shape) and type_.content is not None and isinstance(type_.content.type, Simple):
        value, allowed = type_.content.type.name, type_.content.type.range
    return Row(name, value, field_.occurrence, spec.unit, allowed, spec.meaning, field_.source, spec.redact)


def describe(name: str) -> list[Entry]:
    """The meanings of an element's name, in any letter case.

    Raises:
        UnknownName: no such element; the message names the nearest.
    """
    known = vocabulary()
    wanted = name.rpartition(":")[2].lower()
    for local, entries in known.items():
        if local.lower() == wanted:
            return entries
    import difflib  # noqa: PLC0415  # only for what is misspelt

    near = difflib.get_close_matches(wanted, [local.lower() for local in known], n=1, cutoff=0.5)
    hint = next((local for local in known if near and local.lower() == near[0]), None)
    raise UnknownName(f"no element or message {name!r}" + (f"; the nearest is {hint}" if hint else ""))
