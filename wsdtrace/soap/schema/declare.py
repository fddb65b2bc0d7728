"""How a message is declared: one dataclass for each type, one line for each child. Everything else is derived.

::

    @declare(SCAN)
    class CancelJobRequest(Element):
        \"\"\"Asks the device to stop a job.\"\"\"

        job_id: JobNumber | None = one("job to stop")

The annotation says the type: an `Annotated` alias for a text (`JobNumber` is `Annotated[int, Int(1, INT_MAX)]`), a
`StrEnum` with `str` beside it for an enumeration (an unknown text stays), another `Element`, or a `tuple[…, ...]` of
one of these. Every child may be None, or the empty tuple: a message can lack anything. The wire name is the Python
name in camel case unless `name` says another.

Rules for whoever edits this file:

1. A declaration knows nothing of trees and bytes: `decode`, `encode` and `describe` derive all of that.
2. Types are resolved at first use (`shape`). A module that postpones its annotations may refer to later ones, but
   resolving texts takes fifty times as long; `wsd/` does without.
3. Values are frozen. What a message had beyond its declaration is in `extensions` (compared) and `wire` (not compared).
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import field
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, dataclass_transform

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema.lexical import Choices, Enumeration, Simple, String

E = TypeVar("E", bound="Element")


@dataclass(frozen=True, slots=True)
class Extension:
    """An element that the declaration does not have, kept whole."""

    tag: str
    """`{namespace}local`."""
    text: str | None
    """Its text before its first child."""
    canonical: str
    """Exclusive canonical XML: what equality is about."""
    xml: str = field(compare=False, repr=False)
    """With all bindings in scope, so that it can be parsed alone."""

    @classmethod
    def of(cls, element: etree._Element) -> Extension:
        """Keep `element` without what follows it."""
        xml = etree.tostring(element, encoding="unicode", with_tail=False)
        try:
            form = etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()
        except (etree.LxmlError, ValueError):  # a prefix without binding has no canonical form
            form = xml
        return cls(str(element.tag), element.text, form, xml)


@dataclass(frozen=True, slots=True)
class Wire:
    """How a value stood in its message where it would be written otherwise. Keys are (field, occurrence)."""

    order: tuple[int, ...]
    """The field of each child in turn; -1 is the next extension."""
    tags: dict[tuple[int, int], str]
    """Names other than the declared ones."""
    texts: dict[tuple[int, int], str]
    """Texts other than the canonical ones."""
    attributes: dict[tuple[int, int], dict[str, str]]
    """Attributes that are not declared, or in another form; (-1, 0) is the element itself."""
    raw: dict[tuple[int, int], Extension] = field(default_factory=dict)
    """Children that hold elements where only a text belongs, whole."""
    stray: dict[int, str] = field(default_factory=dict)
    """Texts between children: before the first (0), behind the n-th (n)."""


@dataclass(frozen=True, slots=True)
class Element:
    """Base of every declared type."""

    extensions: tuple[Extension, ...] = field(default=(), kw_only=True)
    """Children that the declaration does not have, in order: vendors' and unknown ones."""
    wire: Wire | None = field(default=None, kw_only=True, compare=False, repr=False)
    """How it stood in its message, where that differs from what `encode` would write by itself."""


class Kind(Enum):
    """Where a field's value stands."""

    CHILD = "element"
    ATTRIBUTE = "attribute"
    CONTENT = "text"
    BAG = "elements"


@dataclass(frozen=True, slots=True)
class Spec:
    """What one line of a declaration says beside the type."""

    kind: Kind
    meaning: str
    minimum: int = 1
    maximum: int | None = 1
    name: str | None = None
    namespace: str | None = None
    """Where it differs from the parent's."""
    unit: str = ""
    redact: bool = False
    misspelt: tuple[str, ...] = ()
    """Names that are read as this one and told."""
    choice: str | None = None
    """Group of which exactly one is to be there."""
    tolerated: bool = False
    """In no schema at this place: read, and told as unknown."""
    qualified: bool = False
    """Attributes: written with the namespace (both forms are read)."""
    only_in: tuple[str, ...] = ()
    """Attributes: body elements in which it may stand; empty: all."""
    source: str = ""
    """Page or section; empty: see `Field.source`."""


def _field(spec: Spec, default: Any) -> Any:
    return field(default=default, metadata={"spec": spec})


def one(meaning: str, **more: Any) -> Any:
    """A child that must be there."""
    return _field(Spec(Kind.CHILD, meaning, 1, 1, **more), None)


def opt(meaning: str, **more: Any) -> Any:
    """A child that may be there."""
    return _field(Spec(Kind.CHILD, meaning, 0, 1, **more), None)


def some(meaning: str, **more: Any) -> Any:
    """A child that is there at least once."""
    return _field(Spec(Kind.CHILD, meaning, 1, None, **more), ())


def many(meaning: str, **more: Any) -> Any:
    """A child that is there any number of times."""
    return _field(Spec(Kind.CHILD, meaning, 0, None, **more), ())


def attribute(meaning: str, *, required: bool = False, **more: Any) -> Any:
    """An attribute."""
    return _field(Spec(Kind.ATTRIBUTE, meaning, int(required), 1, **more), None)


def content(meaning: str, **more: Any) -> Any:
    """The text of the element itself."""
    return _field(Spec(Kind.CONTENT, meaning, 1, 1, **more), None)


def bag(meaning: str, **more: Any) -> Any:
    """A child whose own children are kept as they are: a tuple of `Extension`."""
    return _field(Spec(Kind.BAG, meaning, 0, 1, **more), ())


@dataclass(frozen=True, slots=True)
class Field:
    """A resolved line of a declaration."""

    index: int
    """Position among all fields of the type."""
    python: str
    local: str
    tag: str
    """`{namespace}local`, or the plain name of an unqualified attribute."""
    type: Simple | Shape | None
    """None for a bag."""
    spec: Spec
    source: str
    """Page or section: what the line says, else the child's own (WS-Scan has a page for each element), else that of
    the type."""

    @property
    def repeated(self) -> bool:
        return self.spec.maximum is None

    @property
    def occurrence(self) -> str:
        """`1`, `0..1`, `1..n`, `0..n`, `choice`, or `-` for what no schema has here."""
        if self.spec.tolerated:
            return "-"
        if self.spec.choice is not None:
            return "choice"
        if self.spec.maximum is None:
            return f"{self.spec.minimum}..n"
        return "1" if self.spec.minimum else "0..1"


@dataclass(slots=True, eq=False)
class Shape:
    """A declared type, resolved. One object for each type (and each argument of a generic one)."""

    cls: type[Element]
    argument: Any
    namespace: str
    local: str
    page: str
    optional_choices: bool
    children: tuple[Field, ...] = ()
    attributes: tuple[Field, ...] = ()
    content: Field | None = None
    size: int = 0
    """Number of fields, without `extensions` and `wire`."""
    cache: dict[str, Any] = field(default_factory=dict)
    """What others derived from it, by their own key."""

    @property
    def tag(self) -> str:
        return f"{{{self.namespace}}}{self.local}"

    @property
    def meaning(self) -> str:
        """The first sentence of the type's docstring."""
        return (self.cls.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    @property
    def may_be_empty(self) -> bool:
        """A container of which no part must be there."""
        return self.content is None and not self.attributes and all(f.spec.minimum == 0 for f in self.children)

    def fields(self) -> Iterator[Field]:
        """All fields, attributes first, then text, then children in order."""
        yield from self.attributes
        if self.content is not None:
            yield self.content
        yield from self.children


@dataclass(frozen=True, slots=True)
class _Options:
    namespace: str
    name: str
    page: str
    optional_choices: bool
    lines: dict[str, Spec]
    """By name of the field, in order, with those of its bases."""


_declared: dict[type[Element], _Options] = {}


@dataclass_transform(frozen_default=True)
def declare(
    namespace: str, *, name: str | None = None, source: str | None = None, optional_choices: bool = False
) -> Callable[[type[E]], type[E]]:
    """Make a class a declared type.

    Args:
        namespace: canonical namespace of the element and, unless a child says otherwise, of its children.
        name: local name of the element; the class's own name where it is that.
        source: page or section that describes it; the page of its own name where None.
        optional_choices: the members of its choices may all be absent.
    """

    def wrap(cls: type[E]) -> type[E]:
        lines: dict[str, Spec] = {}
        for base in cls.__bases__:
            lines |= _declared[base].lines if base in _declared else {}
        lines |= {key: line.metadata["spec"] for key, line in vars(cls).items() if isinstance(line, dataclasses.Field)}
        made = dataclass(frozen=True, slots=True)(cls)
        local = name or cls.__name__
        page = f"{local.lower()}.md" if source is None else source
        _declared[made] = _Options(namespace, local, page, optional_choices, lines)
        return made

    return wrap


def declared() -> list[type[Element]]:
    """All declared types, in order of declaration."""
    return list(_declared)


def declarations() -> int:
    """How many types were declared so far: what is derived from all of them is stale when this grows."""
    return len(_declared)


_ACRONYMS = {"adf": "ADF", "id": "Id", "uri": "URI"}


def camel(python: str) -> str:
    """Wire name of a Python name: `adf_maximum_size` → `ADFMaximumSize`."""
    return "".join(_ACRONYMS.get(word, word[:1].upper() + word[1:]) for word in python.strip("_").split("_"))


_shapes: dict[tuple[type[Element], Any], Shape] = {}


def shape(cls: type[Element], argument: Any = None) -> Shape:
    """The resolved form of a declared type; made once. `argument` is what stands in the brackets of a generic one."""
    made = _shapes.get((cls, argument))
    if made is None:
        made = _shapes[cls, argument] = _resolve(cls, argument)
    return made


def _resolve(cls: type[Element], argument: Any) -> Shape:
    options = _declared[cls]
    made = Shape(cls, argument, options.namespace, options.name, options.page, options.optional_choices)
    hints = _annotations(cls)
    children: list[Field] = []
    attributes: list[Field] = []
    for index, (python, spec) in enumerate(options.lines.items()):
        local = spec.name or camel(python)
        namespace = spec.namespace or options.namespace
        tag = f"{{{namespace}}}{local}"
        if spec.kind is Kind.ATTRIBUTE and not spec.qualified:
            tag = f"{{{spec.namespace}}}{local}" if spec.namespace else local
        kind = None if spec.kind is Kind.BAG else _type(hints[python], argument)
        page = options.page
        if namespace == SCAN and spec.kind is Kind.CHILD:
            page = kind.page if isinstance(kind, Shape) and kind.local == local else f"{local.lower()}.md"
        resolved = Field(index, python, local, tag, kind, spec, spec.source or page)
        if spec.kind is Kind.ATTRIBUTE:
            attributes.append(resolved)
        elif spec.kind is Kind.CONTENT:
            made.content = resolved
        else:
            children.append(resolved)
    made.children, made.attributes, made.size = tuple(children), tuple(attributes), len(options.lines)
    return made


def _annotations(cls: type[Element]) -> dict[str, Any]:
    """The annotations of a declared type's fields, its bases' included."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base in _declared:
            found |= inspect.get_annotations(base)
    if any(isinstance(annotation, str) for annotation in found.values()):
        return typing.get_type_hints(cls, include_extras=True)
    return found


def _type(hint: Any, argument: Any) -> Simple | Shape:
    """The type that an annotation names; None, `str` beside an enumeration, and `tuple[…, ...]` are taken off."""
    if isinstance(hint, TypeVar):
        hint = str if argument is None else argument
    origin = typing.get_origin(hint)
    if origin is Annotated:
        simple = next((extra for extra in hint.__metadata__ if isinstance(extra, Simple)), None)
        return simple if simple is not None else _type(hint.__origin__, argument)
    if origin is typing.Union or origin is types.UnionType:
        members = [m for m in typing.get_args(hint) if m is not type(None)]
        best = next((m for m in members if m is not str), str)
        return _type(best, argument)
    if origin is tuple:
        return _type(typing.get_args(hint)[0], argument)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Element):
        return shape(origin, typing.get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return enumeration(hint)
    if isinstance(hint, type) and issubclass(hint, Element):
        return shape(hint)
    if hint is str:
        return String()
    raise TypeError(f"no wire type for {hint!r}")


@cache
def enumeration(kind: type[StrEnum]) -> Enumeration:
    """The simple type of an enumeration."""
    return Enumeration(kind, Choices(kind))


@declare("", name="text", source="")
class Text(Element):
    """A text in a language."""

    value: str | None = content("the text")
    lang: str | None = attribute("its language", name="lang", namespace="http://www.w3.org/XML/1998/namespace")
