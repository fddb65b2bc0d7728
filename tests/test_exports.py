"""Public names: what `import wsdtrace` gives, and that no room promises what it does not have."""

import ast
import importlib
import pkgutil
import subprocess
import sys

import pytest

import wsdtrace

PUBLIC = [
    "Client", "Collection", "Device", "DeviceEvent", "Diff", "Difference", "Exchange", "Figure", "Finding", "Image",
    "Job", "Message", "Subscription", "Ticket", "Trace", "__version__", "diff", "open", "proxy",
]  # fmt: skip
"""Everything that may be used from outside; a name that leaves this list breaks somebody's notebook."""

ROOMS = sorted(module.name for module in pkgutil.iter_modules(wsdtrace.__path__) if module.ispkg)


def test_the_root_package_has_its_public_names() -> None:
    assert sorted(dir(wsdtrace)) == sorted(PUBLIC)


def test_a_star_import_brings_the_public_names() -> None:
    program = "from wsdtrace import *; print(sorted(name for name in dir() if name != '__builtins__'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(PUBLIC) <= set(ast.literal_eval(done.stdout))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(wsdtrace, name) is not None


def test_the_root_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'opne'"):
        _ = wsdtrace.opne  # type: ignore[attr-defined]  # that is the claim


def test_importing_the_package_loads_nothing_but_itself() -> None:
    program = "import sys; before = set(sys.modules); import wsdtrace; print(set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "numpy" not in done.stdout
    assert {name for name in ast.literal_eval(done.stdout) if name.startswith("wsdtrace")} == {"wsdtrace"}


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_of_a_room_is_there_once(room: str) -> None:
    module = importlib.import_module(f"wsdtrace.{room}")
    names = list(getattr(module, "__all__", []))
    assert len(names) == len(set(names))
    assert [name for name in names if not hasattr(module, name)] == []
