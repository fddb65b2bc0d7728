"""Declarations of every kind, to be made with one `dataclass` decorator or another."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import InitVar, field
from typing import Any, ClassVar, Generic, TypeVar

Decorator = Callable[..., Any]
Made = Callable[[Decorator], type[Any]]
"""Declares a class with one decorator or the other."""

T = TypeVar("T")


def plain(dataclass: Decorator) -> type[Any]:
    @dataclass(slots=True)
    class Plain:
        """A mutable one."""

        a: int
        b: str = "b"
        c: "list[int]" = field(default_factory=list)

    return Plain


def frozen(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Frozen:
        """A value."""

        a: int
        b: str = "b"
        c: tuple[int, ...] = ()

        def __str__(self) -> str:
            return f"{self.a}{self.b}"

        @property
        def double(self) -> int:
            return self.a * 2

    return Frozen


def undocumented(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Undocumented:
        a: int
        b: str = "b"

    return Undocumented


def fieldless(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Fieldless:
        """Nothing."""

    return Fieldless


def ordered(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        """In order."""

        a: int
        b: str = "b"
        c: int = field(default=0, compare=False)

    return Ordered


def told(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Told:
        """Every argument of `field`."""

        a: int
        kept: int = field(default=1, repr=False)
        aside: int = field(default=2, compare=False)
        unhashed: int = field(default=3, hash=False)
        fixed: int = field(default=4, init=False)
        made: tuple[int, ...] = field(default_factory=tuple)
        built: tuple[int, ...] = field(default_factory=lambda: (5,), init=False)
        named: int = field(kw_only=True)
        option: int = field(default=6, kw_only=True, metadata={"unit": "ms"})

    return Told


def unset(dataclass: Decorator) -> type[Any]:
    @dataclass(slots=True)
    class Unset:
        """A slot that `__post_init__` sets."""

        a: int
        later: int = field(init=False)

        def __post_init__(self) -> None:
            self.later = self.a + 1

    return Unset


def identical(dataclass: Decorator) -> type[Any]:
    @dataclass(slots=True, eq=False)
    class Identical:
        """Equal to itself alone."""

        a: int
        b: str = "b"

    return Identical


def derived(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Base:
        """A base."""

        a: int
        rest: tuple[int, ...] = field(default=(), kw_only=True)
        kept: str | None = field(default=None, kw_only=True, compare=False, repr=False)

    @dataclass(frozen=True, slots=True)
    class Derived(Base):
        """One more, and another default for an inherited one."""

        b: str = "b"
        rest: tuple[int, ...] = field(default=(1,), kw_only=True)

    return Derived


def of_standard(dataclass: Decorator) -> type[Any]:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Base:
        """A base of the standard library's making."""

        a: int

    @dataclass(frozen=True, slots=True)
    class OfStandard(Base):
        """Derived from it."""

        b: str = "b"

    return OfStandard


def under_standard(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Base:
        """A base."""

        a: int

    @dataclasses.dataclass(frozen=True, slots=True)
    class UnderStandard(Base):
        """Derived from it by the standard library."""

        b: str = "b"

    return UnderStandard


def undecorated(dataclass: Decorator) -> type[Any]:
    class Undecorated(frozen(dataclass)):  # type: ignore[misc]  # a base that is made by a function
        """A subclass that is no dataclass by itself."""

        __slots__ = ()

    return Undecorated


def generic(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Wrapped(Generic[T]):
        """Of something."""

        a: T
        b: str = "b"

    return Wrapped


def own_methods(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class OwnMethods:
        """Whatever a class defines stays."""

        a: int
        b: str = "b"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and self.a == other.a

        def __hash__(self) -> int:
            return hash(self.a)

        def __repr__(self) -> str:
            return "own"

    return OwnMethods


def own_equality(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class OwnEquality:  # noqa: PLW1641  # that is the case
        """Equality without a hash: the hash is made."""

        a: int
        b: str = "b"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and self.a == other.a

    return OwnEquality


def own_init(dataclass: Decorator) -> type[Any]:
    @dataclass(slots=True)
    class OwnInit:
        """Its own way to begin."""

        a: int
        b: str

        def __init__(self, a: int, b: str = "own") -> None:
            self.a, self.b = a, b

    return OwnInit


def class_variable(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class ClassVariable:
        """Something in an annotation that is no field."""

        a: int
        b: str = "b"
        limit: ClassVar[int] = 3

    return ClassVariable


def init_variable(dataclass: Decorator) -> type[Any]:
    @dataclass(slots=True)
    class InitVariable:
        """A parameter that is no field."""

        a: int
        b: InitVar[str] = "b"

        def __post_init__(self, b: str) -> None:
            self.a += len(b)

    return InitVariable


def keywords(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Keywords:
        """A line that is no field, in text."""

        a: int
        _: "dataclasses.KW_ONLY"
        b: str = "b"

    return Keywords


def unslotted(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True)
    class Unslotted:
        """With a dictionary."""

        a: int
        b: str = "b"

    return Unslotted


def bare(dataclass: Decorator) -> type[Any]:
    @dataclass
    class Bare:
        """Without any option."""

        a: int
        b: str = "b"

    return Bare


def rare_option(dataclass: Decorator) -> type[Any]:
    @dataclass(slots=True, kw_only=True)
    class RareOption:
        """An option that is left to the standard library."""

        a: int
        b: str = "b"

    return RareOption


def abstract(dataclass: Decorator) -> type[Any]:
    @dataclass(frozen=True, slots=True)
    class Abstract(ABC):
        """With a metaclass."""

        a: int
        b: str = "b"

        @abstractmethod
        def work(self) -> None: ...

    @dataclass(frozen=True, slots=True)
    class Concrete(Abstract):
        """At work."""

        def work(self) -> None: ...

    return Concrete


DECLARATIONS: tuple[Made, ...] = (
    plain,
    frozen,
    undocumented,
    fieldless,
    ordered,
    told,
    unset,
    identical,
    derived,
    of_standard,
    under_standard,
    undecorated,
    generic,
    own_methods,
    own_equality,
    own_init,
    class_variable,
    init_variable,
    keywords,
    unslotted,
    bare,
    rare_option,
    abstract,
)
