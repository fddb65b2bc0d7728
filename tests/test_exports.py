"""Public names: what `import wsdtrace` gives, and that no room promises what it does not have."""

import importlib
import pkgutil

import pytest

import wsdtrace

PUBLIC = ["__version__"]
"""Everything that may be used from outside; a name that leaves this list breaks somebody's notebook."""

ROOMS = sorted(module.name for module in pkgutil.iter_modules(wsdtrace.__path__) if module.ispkg)


def test_the_root_package_has_its_public_names() -> None:
    assert sorted(wsdtrace.__all__) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(wsdtrace, name) is not None


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_of_a_room_is_there_once(room: str) -> None:
    module = importlib.import_module(f"wsdtrace.{room}")
    names = list(getattr(module, "__all__", []))
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(module, name)] == []
