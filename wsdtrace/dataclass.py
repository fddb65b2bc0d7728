"""`dataclass` as the standard library has it, for a program that declares hundreds of types and meets some of them.

The standard decorator writes and compiles up to eight functions for each class while its module is imported. A run
needs the `__init__` of half of the classes and little else, so half of the time before its first word went there.
This decorator makes the slotted class at once, and each function when somebody asks for it.

Theory of operation:

1. Whatever the standard decorator would add to a class is first a `_Late`. Python looks everything up through
   `__get__`, special methods included, so the first use makes what is used and puts it in its place.
2. `__init__` is written and compiled here, when the class has had `PATIENCE` instances or somebody looks at it. In a
   frozen class it sets each slot through its descriptor, which takes a quarter less time than the standard library's
   `object.__setattr__` by name. Until then `_Late` binds the arguments itself: compiling takes as long as binding a
   hundred times, and a small capture makes ten instances of most classes.
3. `__eq__`, `__hash__` and the order compare and hash the same tuples as the standard library's; they need no compiler.
4. All the rest comes at once, and from the standard decorator: it is given the class as it was written, and what it
   adds is taken over. So fields, representation and frozenness are the standard library's.
5. A class that wants more than that (no slots, `ClassVar`, `InitVar`, `KW_ONLY`, a rare option) goes to the standard
   decorator at once.

The price: a mistake in a declaration, such as a list as a default, is told by type checkers and at first use, not on
import.
"""

from __future__ import annotations

import dataclasses
import inspect
import operator
import sys
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, MISSING, Field, InitVar, field
from functools import partial
from types import MemberDescriptorType, UnionType
from typing import TYPE_CHECKING, Any, ClassVar, get_origin

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """Make a class a dataclass; see `dataclasses.dataclass`."""
        if cls is None:
            return partial(dataclass, **options)
        if _is_plain(cls, options):
            return _Declaration(cls, _OPTIONS | options).made
        return dataclasses.dataclass(**options)(cls)


_OPTIONS = {"init": True, "repr": True, "eq": True, "order": False, "frozen": False, "slots": False}
"""What can be asked for here, and whether it is by default."""

_ADDED = {
    "init": ("__init__",),
    "repr": ("__repr__",),
    "eq": ("__eq__",),
    "order": ("__lt__", "__le__", "__gt__", "__ge__"),
    "frozen": ("__setattr__", "__delattr__", "__getstate__", "__setstate__"),
    "slots": ("__dataclass_fields__", "__dataclass_params__", "__match_args__", "__doc__"),
}
"""What the standard decorator adds for an option, unless the class has it. Slots are asked for in any case."""
if sys.version_info >= (3, 13):
    _ADDED["slots"] += ("__replace__",)

PATIENCE = 50
"""Instances of a class before its `__init__` is compiled."""

_NO_FIELD = ("ClassVar", "InitVar", "KW_ONLY")
"""What an annotation names that makes no field, or not only one."""


def _is_plain(cls: type, options: dict[str, bool]) -> bool:
    """The class wants nothing but what can be made here."""
    return (
        options.get("slots", False)
        and options.keys() <= _OPTIONS.keys()
        and all(map(_is_field, _annotations(cls).values()))
    )


def _annotations(cls: type) -> Mapping[str, Any]:
    """What stands in the class itself; the standard function copies it first."""
    found = vars(cls).get("__annotations__")
    return inspect.get_annotations(cls) if found is None else found


def _is_field(annotation: Any) -> bool:
    if type(annotation) in (type, UnionType):  # nearly all of them, and asking further takes a while
        return annotation is not InitVar
    if isinstance(annotation, str):
        return not any(word in annotation for word in _NO_FIELD)
    return (
        annotation not in (ClassVar, InitVar, KW_ONLY)
        and get_origin(annotation) is not ClassVar
        and not isinstance(annotation, InitVar)
    )


class _Late:
    """An attribute of a class that is made when it is asked for."""

    __slots__ = ("_declaration", "_name")

    def __init__(self, declaration: _Declaration, name: str) -> None:
        self._declaration = declaration
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if self._name == "__init__" and instance is not None and self._declaration.patience > 0:
            self._declaration.patience -= 1
            return partial(self._declaration.fill, instance)
        value = self._declaration.make(self._name)
        bind = getattr(type(value), "__get__", None)
        return value if bind is None else bind(value, instance, owner)


class _Declaration:
    """A class as it was written, and the slotted class that is made of it."""

    __slots__ = ("_fields", "_options", "_parameters", "_written", "made", "patience")

    def __init__(self, written: type, options: dict[str, bool]) -> None:
        self._written = written
        self._options = options
        self._fields: dict[str, Field[Any]] | None = None
        self._parameters: tuple[str, ...] | None = None
        self.patience = PATIENCE
        own = {name: getattr(written, name, MISSING) for name in _annotations(written)}
        body = {k: v for k, v in vars(written).items() if k not in own and k not in ("__dict__", "__weakref__")}
        body["__qualname__"] = written.__qualname__
        body["__slots__"] = tuple(name for name in own if not _is_slot(written.__bases__, name))
        if options["eq"] and not options["frozen"]:
            body.setdefault("__hash__", None)
        elif options["eq"] and body.get("__hash__") is None:
            body["__hash__"] = _Late(self, "__hash__")
        for name in (name for option, names in _ADDED.items() if options[option] for name in names):
            if body.get(name) is None:
                body[name] = _Late(self, name)
        self.made = type(written)(written.__name__, written.__bases__, body)
        _own[self.made] = own

    @property
    def fields(self) -> dict[str, Field[Any]]:
        """All fields, in order."""
        if self._fields is None:
            self._fields = _fields(self.made)
        return self._fields

    def make(self, name: str) -> Any:
        """Put what is asked for in its place."""
        if name == "__init__":
            setattr(self.made, name, _init(self.made, self.fields, frozen=self._options["frozen"]))
        elif name == "__hash__":
            setattr(self.made, name, _hash(self.made, self.fields))
        elif name in _COMPARISONS:
            setattr(self.made, name, _comparison(self.made, self.fields, name))
        else:
            standard = vars(dataclasses.dataclass(**self._options)(self._written))
            for late in [key for key, value in vars(self.made).items() if isinstance(value, _Late)]:
                if late not in ("__init__", "__hash__", *_COMPARISONS):
                    setattr(self.made, late, standard[late])
        return vars(self.made)[name]

    def fill(self, instance: object, /, *args: Any, **named: Any) -> None:
        """Do what `__init__` does. Whatever is wrong with the arguments, the compiled one says so."""
        cls, fields = self.made, self.fields
        given = dict(zip(self._positional(), args, strict=False))
        if len(given) == len(args) and given.keys().isdisjoint(named):
            given |= named
            for name, told in fields.items():
                if told.init and name in given:
                    value = given.pop(name)
                elif told.default is not MISSING:
                    value = told.default
                elif told.default_factory is not MISSING:
                    value = told.default_factory()
                elif told.init:
                    break  # an argument is missing
                else:
                    continue  # `__post_init__` sets it
                if self._options["frozen"]:
                    getattr(cls, name).__set__(instance, value)
                else:
                    setattr(instance, name, value)
            else:
                if not given:
                    if hasattr(cls, "__post_init__"):
                        instance.__post_init__()  # type: ignore[attr-defined]  # asked for above
                    return
        self.make("__init__")(instance, *args, **named)

    def _positional(self) -> tuple[str, ...]:
        """Parameters that need no name, in order."""
        if self._parameters is None:
            self._parameters = tuple(
                name for name, told in self.fields.items() if told.init and told.kw_only is not True
            )
        return self._parameters


def _is_slot(bases: tuple[type, ...], name: str) -> bool:
    return any(isinstance(getattr(base, name, None), MemberDescriptorType) for base in bases)


_own: dict[type, dict[str, Any]] = {}
"""Classes made here: the fields that each adds to those of its bases, with what it assigns to them."""


def _fields(cls: type) -> dict[str, Field[Any]]:
    """All fields of a class made here, in order."""
    found: dict[str, Field[Any]] = {}
    for base in reversed(cls.__mro__):
        if base in _own:
            for name, value in _own[base].items():
                default: Any = MISSING if isinstance(value, MemberDescriptorType) else value
                found[name] = value if isinstance(value, Field) else field(default=default)
                found[name].type = _annotations(base)[name]
        elif "__dataclass_fields__" in vars(base):
            found |= {inherited.name: inherited for inherited in dataclasses.fields(base)}
    return found


class _Missing:
    """Default of a parameter whose value a factory makes."""

    def __repr__(self) -> str:
        return "<factory>"


_MISSING = _Missing()


def _init(cls: type, fields: Mapping[str, Field[Any]], *, frozen: bool) -> Callable[..., None]:
    """The `__init__` of a class made here."""
    outside: dict[str, Any] = {"missing": _MISSING}
    positional: list[str] = ["self"]
    keyword: list[str] = []
    lines: list[str] = []
    for name, told in fields.items():
        parameter = value = name
        if told.default is not MISSING:
            outside[f"default_{name}"] = told.default
            parameter = f"{name}=default_{name}"
            value = name if told.init else f"default_{name}"
        elif told.default_factory is not MISSING:
            outside[f"make_{name}"] = told.default_factory
            parameter = f"{name}=missing"
            value = f"make_{name}() if {name} is missing else {name}" if told.init else f"make_{name}()"
        elif not told.init:
            continue  # `__post_init__` sets it
        if told.init:
            (keyword if told.kw_only is True else positional).append(parameter)
        if frozen:
            outside[f"set_{name}"] = getattr(cls, name).__set__
            lines.append(f"set_{name}(self, {value})")
        else:
            lines.append(f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join([*positional, "*", *keyword] if keyword else positional)
    source = f"""\
def closed({", ".join(outside)}):
    def __init__({parameters}):
        {"; ".join(lines) or "pass"}
    return __init__
"""
    made: dict[str, Any] = {}
    exec(source, vars(sys.modules[cls.__module__]), made)  # noqa: S102  # of names of fields, as the standard library does
    init: Callable[..., None] = made["closed"](**outside)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {name: told.type for name, told in fields.items() if told.init} | {"return": None}
    return init


def _compared(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What takes the values of these fields from an instance."""
    if len(names) > 1:
        return operator.attrgetter(*names)
    return lambda instance: tuple(getattr(instance, name) for name in names)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    f"__{compare.__name__}__": compare for compare in (operator.eq, operator.lt, operator.le, operator.gt, operator.ge)
}


def _comparison(cls: type, fields: Mapping[str, Field[Any]], name: str) -> Callable[[Any, object], bool]:
    """The `__eq__`, `__lt__` … of a class made here."""
    values = _compared([name for name, told in fields.items() if told.compare])
    compare = _COMPARISONS[name]

    def method(self: Any, other: object) -> bool:
        return compare(values(self), values(other)) if other.__class__ is self.__class__ else NotImplemented

    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    return method


def _hash(cls: type, fields: Mapping[str, Field[Any]]) -> Callable[[Any], int]:
    """The `__hash__` of a frozen class made here."""
    values = _compared([name for name, told in fields.items() if (told.compare if told.hash is None else told.hash)])

    def __hash__(self: Any) -> int:  # noqa: N807  # it becomes that method
        return hash(values(self))

    __hash__.__qualname__ = f"{cls.__qualname__}.__hash__"
    return __hash__
