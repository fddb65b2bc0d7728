"""A small vocabulary of its own, so that the layer is tested apart from the messages that stand on it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from wsdtrace.soap.schema import (
    Bool,
    DateTime,
    Element,
    Expiration,
    Extension,
    Int,
    Names,
    Text,
    attribute,
    bag,
    content,
    declare,
    many,
    one,
    opt,
    some,
)
from wsdtrace.soap.xml import QName

URN = "urn:test"
T = TypeVar("T")
Small = Annotated[int, Int(0, 9)]
Flag = Annotated[bool, Bool()]
Name = Annotated[QName, Names()]
Names_ = Annotated[tuple[QName, ...], Names(many=True)]


class Colour(StrEnum):
    RED = "Red"
    GREEN = "Green"

    @staticmethod
    def _published() -> dict[str, str]:
        return {"Rot": Colour.RED}

    @staticmethod
    def _misspelt() -> dict[str, str]:
        return {"Gren": Colour.GREEN}


@declare(URN, source="test §1")
class Wrapped(Element, Generic[T]):
    """A value with an attribute."""

    value: T | None = content("the value")
    mark: Flag | None = attribute("a mark", qualified=True, only_in=("Whole",))


@declare(URN, source="test §2")
class Inner(Element):
    """A child with children."""

    number: Small | None = one("a number", unit="apples")
    colour: Colour | str | None = opt("a colour")


@declare(URN, source="test §3", name="Either")
class Either(Element):
    """One of two."""

    left: str | None = one("left", choice="side")
    right: Small | None = one("right", choice="side")


@declare(URN, source="test §4", name="Maybe", optional_choices=True)
class Maybe(Element):
    """One of two, or none."""

    left: str | None = one("left", choice="side")
    right: str | None = one("right", choice="side")


@declare(URN, source="test §5")
class Container(Element):
    """Holds any number of inner ones."""

    inner: tuple[Inner, ...] = many("one of them")


@declare(URN, source="test §6")
class Whole(Element):
    """Everything that the layer can do."""

    key: Small | None = attribute("a key", required=True)
    kind: Name | None = attribute("a name")
    title: Annotated[str, "plain"] | None = one("a title", misspelt=("Titel",), redact=True)
    wrapped: Wrapped[Colour | str] | None = opt("a wrapped colour")
    container: Container | None = one("a container that may be empty")
    inner: tuple[Inner, ...] = some("some inner ones")
    text: tuple[Text, ...] = many("texts in languages")
    either: Either | None = opt("one of two")
    maybe: Maybe | None = opt("one of two, or none")
    names: Names_ | None = opt("names")
    flag: Flag | None = opt("a flag")
    until: Annotated[object, Expiration()] | None = opt("a date or duration")
    at: Annotated[object, DateTime()] | None = opt("a date")
    extra: tuple[Extension, ...] = bag("anything")
    stray: str | None = opt("in no schema", tolerated=True)
