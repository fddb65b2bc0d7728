"""Our `dataclass` against the one of the standard library, which is the oracle of everything here."""

import ast
import copy
import dataclasses
import importlib
import inspect
import operator
import pickle
import pkgutil
import typing
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wsdtrace
from tests.declarations import DECLARATIONS, Made, frozen, ordered, plain, rare_option
from wsdtrace import dataclass as ours
from wsdtrace.dataclass import PATIENCE, _Late

MADE = [pytest.param(made, id=made.__name__) for made in DECLARATIONS]


def both(made: Made) -> tuple[type[Any], type[Any]]:
    """The same declaration, made here and by the standard library."""
    return made(ours.dataclass), made(dataclasses.dataclass)


def told_of(told: dataclasses.Field[Any]) -> list[Any]:
    """What a field is, but for its factory, which is another function for each class."""
    names = ("name", "type", "default", "init", "repr", "hash", "compare", "kw_only", "metadata")
    return [getattr(told, name) for name in names]


def hints_of(cls: type[Any]) -> dict[str, str]:
    """The types of the parameters."""
    return {name: str(hint) for name, hint in typing.get_type_hints(cls.__init__).items()}


def values(cls: type[Any], *numbers: int) -> list[Any]:
    """Some instances, by name of the parameter."""
    names = [name for name, p in inspect.signature(cls).parameters.items() if p.default is p.empty]
    return [cls(**dict.fromkeys(names, n)) for n in numbers]


def assigned(a: Any, _b: Any) -> Any:
    """Assign to a field and read it."""
    a.a = 7
    return a.a


def assigned_elsewhere(a: Any, _b: Any) -> Any:
    """Assign to what is no field."""
    a.unknown = 7


def deleted(a: Any, _b: Any) -> Any:
    """Delete a field."""
    del a.a


def outcome(act: Callable[[], Any]) -> Any:
    """What comes of it: a value, or the kind of exception."""
    try:
        return act()
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("made", MADE)
def test_a_class_has_what_the_standard_library_gives_it(made: Made) -> None:
    mine, theirs = both(made)
    assert dataclasses.is_dataclass(mine)
    assert [told_of(f) for f in dataclasses.fields(mine)] == [told_of(f) for f in dataclasses.fields(theirs)]
    assert set(vars(mine)) == set(vars(theirs))
    for name in ("__slots__", "__match_args__", "__doc__", "__name__", "__qualname__", "__module__", "__annotations__"):
        assert repr(getattr(mine, name, None)) == repr(getattr(theirs, name, None))
    assert str(inspect.signature(mine)) == str(inspect.signature(theirs))
    assert hints_of(mine) == hints_of(theirs)
    assert repr(vars(mine).get("__dataclass_params__")) == repr(vars(theirs).get("__dataclass_params__"))
    assert issubclass(mine, Hashable) == issubclass(theirs, Hashable)


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda a, _b: repr(a), id="repr"),
        pytest.param(lambda a, _b: str(a), id="str"),
        pytest.param(lambda a, b: (a == b, a == copy.copy(a), a != b, a == 1), id="equality"),
        pytest.param(lambda a, b: (a < b, a <= b, a > b, a >= b), id="order"),
        pytest.param(lambda a, b: hash(a) == hash(b), id="hash"),
        pytest.param(lambda a, _b: hash(a) == hash(copy.copy(a)), id="hash of equals"),
        pytest.param(lambda a, _b: len({a, copy.copy(a)}), id="set"),
        pytest.param(assigned, id="assign to a field"),
        pytest.param(assigned_elsewhere, id="assign to no field"),
        pytest.param(deleted, id="delete a field"),
        pytest.param(lambda a, _b: repr(dataclasses.replace(a, a=7)), id="replace"),
        pytest.param(lambda a, _b: dataclasses.asdict(a), id="asdict"),
        pytest.param(lambda a, _b: dataclasses.astuple(a), id="astuple"),
        pytest.param(lambda a, _b: repr(copy.deepcopy(a)), id="deepcopy"),
        pytest.param(lambda a, _b: type(a)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), id="too many arguments"),
        pytest.param(lambda a, _b: type(a)(unknown=1), id="unknown argument"),
        pytest.param(lambda a, _b: repr(type(a)()), id="no argument"),
        pytest.param(lambda a, _b: type(a).__init__(a, 1), id="init by name"),
        pytest.param(lambda a, _b: operator.methodcaller("__eq__", a)(a), id="eq by name"),
        pytest.param(lambda a, _b: a.__repr__(), id="repr of an instance, by name"),
        pytest.param(lambda a, _b: a.__dict__, id="dictionary"),
    ],
)
def test_an_instance_behaves_as_one_of_the_standard_library(made: Made, act: Callable[[Any, Any], Any]) -> None:
    mine, theirs = both(made)
    assert outcome(lambda: act(*values(mine, 1, 2))) == outcome(lambda: act(*values(theirs, 1, 2)))
    for _ in range(PATIENCE):
        values(mine, 1)
    assert outcome(lambda: act(*values(mine, 1, 2))) == outcome(lambda: act(*values(theirs, 1, 2)))


@pytest.mark.parametrize("made", MADE)
def test_a_match_statement_binds_the_fields(made: Made) -> None:
    def matched(cls: type[Any]) -> Any:
        match cls(a=1) if made is rare_option else values(cls, 1)[0]:
            case cls(first):
                return first
        return None

    mine, theirs = both(made)
    assert outcome(lambda: matched(mine)) == outcome(lambda: matched(theirs))


@given(a=st.integers() | st.text(), b=st.integers() | st.text(), other=st.integers() | st.text())
def test_equality_hash_and_order_are_those_of_the_standard_library(a: Any, b: Any, other: Any) -> None:
    mine, theirs = both(ordered)
    for act in (lambda c: c(a, b) == c(other, b), lambda c: hash(c(a, b)), lambda c: c(a, b, 1) == c(a, b, 2)):
        assert act(mine) == act(theirs)
    assert outcome(lambda: mine(a, b) < mine(other, b)) == outcome(lambda: theirs(a, b) < theirs(other, b))


def test_a_function_is_made_when_it_is_used_and_alone() -> None:
    made = frozen(ours.dataclass)
    assert isinstance(vars(made)["__init__"], _Late)
    value = made(1)
    assert isinstance(vars(made)["__init__"], _Late)
    assert value == made(1)
    assert inspect.isfunction(vars(made)["__eq__"])
    assert isinstance(vars(made)["__repr__"], _Late)
    repr(value)
    assert {name for name, attribute in vars(made).items() if isinstance(attribute, _Late)} == {"__init__", "__hash__"}


def test_init_is_compiled_when_it_was_used_often_or_is_looked_at() -> None:
    often, looked_at = frozen(ours.dataclass), frozen(ours.dataclass)
    values = [often(1) for _ in range(PATIENCE)]
    assert isinstance(vars(often)["__init__"], _Late)
    values.append(often(1))
    assert inspect.isfunction(vars(often)["__init__"])
    assert all(value == values[0] for value in values)
    assert inspect.signature(looked_at)
    assert inspect.isfunction(vars(looked_at)["__init__"])


def test_factories_run_for_each_instance_and_defaults_are_shared() -> None:
    made = plain(ours.dataclass)
    first, second = made(1), made(1)
    first.c.append(1)
    assert second.c == []
    assert first.b is second.b


@ours.dataclass(frozen=True, slots=True)
class Sent:
    """A value that goes to another process."""

    a: int
    b: tuple[int, ...] = ()


def test_a_value_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(Sent(1, (2,)))) == Sent(1, (2,))


def test_a_mistake_in_a_declaration_is_told_at_first_use() -> None:
    @ours.dataclass(slots=True)
    class Wrong:
        """A list as a default."""

        a: list[int] = []  # noqa: RUF012  # the mistake

    with pytest.raises(ValueError, match="mutable default"):
        dataclasses.fields(Wrong)


def declared_classes() -> list[type[Any]]:
    """Every class of the package that has fields."""
    found = {}
    for module in pkgutil.walk_packages(wsdtrace.__path__, "wsdtrace."):
        if module.name == "wsdtrace.__main__":
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and value.__module__ == module.name and dataclasses.is_dataclass(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return [found[name] for name in sorted(found)]


def test_no_declaration_of_the_package_has_a_mistake() -> None:
    classes = declared_classes()
    assert len(classes) > 300
    for cls in classes:
        parameters = inspect.signature(cls.__init__).parameters
        assert [name for name in parameters if name != "self"] == [
            f.name for f in sorted(dataclasses.fields(cls), key=lambda f: f.kw_only is True) if f.init
        ], cls


def test_every_dataclass_of_the_package_is_made_here() -> None:
    folder = Path(wsdtrace.__path__[0])
    others = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if path.name != "dataclass.py"
        and any(
            isinstance(node, ast.ImportFrom) and node.module == "dataclasses" and "dataclass" in names(node)
            for node in ast.walk(ast.parse(path.read_text()))
        )
    ]
    assert others == []


def names(node: ast.ImportFrom) -> set[str]:
    """What an import names."""
    return {alias.name for alias in node.names}
