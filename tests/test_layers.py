"""Imports point one way, and only the rooms at the edge touch the world.

The order is read from `docs/architecture.md`, so that the drawing and the code cannot disagree.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

PACKAGE = REPOSITORY / "wsdtrace"
MODULES = sorted(PACKAGE.rglob("*.py"))

ROOMS_WITH_IO = {"capture", "pipeline", "explore", "scanner", "proxy", "corpus", "cli"}
"""These may open files and sockets and read a clock; `pipeline` opens captures by asking `capture`, `explore` saves
pages."""

WORLD = {"asyncio", "random", "select", "socket", "subprocess", "tempfile", "threading", "time", "urllib.request"}
"""Modules by which a room would touch the world, or answer differently the next time."""


def layers() -> list[set[str]]:
    """The rooms of each layer, lowest first."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text()
    line = next(line for line in text.splitlines() if line.startswith("`errors <"))
    return [{room.strip() for room in layer.split("|")} for layer in line.strip("`").split("<")]


def level_of(room: str) -> int:
    """How high a room stands."""
    return next(level for level, rooms in enumerate(layers()) if room in rooms)


def room_of(path: Path) -> str:
    """The room of a file: its folder, or the file itself at the top."""
    first, *rest = path.relative_to(PACKAGE).parts
    return first if rest else path.stem


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Dotted name and line of every import in a file, also of those inside functions."""
    package = ["wsdtrace", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def test_every_room_has_a_place_in_the_order() -> None:
    rooms = {room_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert rooms <= set().union(*layers())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        pytest.skip("the root package stands above every room")
    upward = []
    for name, line in imports(path):
        parts = name.split(".")
        if parts[0] != "wsdtrace" or len(parts) < 2 or parts[1].startswith("__"):
            continue
        if parts[1] != room and level_of(parts[1]) >= level_of(room):
            upward.append(f"{path.relative_to(REPOSITORY)}:{line}: {room} imports {parts[1]}")
    assert upward == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_decoders_trackers_and_rules_touch_no_file_no_socket_and_no_clock(path: Path) -> None:
    room = room_of(path)
    if room in ROOMS_WITH_IO:
        pytest.skip(f"{room} is a room at the edge")
    found = [f"imports {name}" for name, _ in imports(path) if any(f"{name}.".startswith(f"{w}.") for w in WORLD)]
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in ("open", "datetime.now", "datetime.datetime.now", "datetime.today", "os.open"):
            found.append(f"line {node.lineno}: {called}()")
    assert found == []


def test_the_proxys_modules_import_each_other_in_no_circle() -> None:
    """Type hints count: what a part asks of the whole stands in a protocol beside the part."""
    folder = PACKAGE / "proxy"
    asked = {
        path.stem: {name.split(".")[2] for name, _ in imports(path) if name.startswith("wsdtrace.proxy.")}
        for path in folder.glob("[a-z]*.py")
    }
    left = dict(asked)
    while free := [name for name, wanted in left.items() if not wanted & left.keys()]:
        for name in free:
            del left[name]
    assert sorted(left) == []


def test_the_command_line_starts_with_nothing_heavy() -> None:
    heavy = ("numpy", "lxml", "rich", "lark", "PIL", "scapy", "pandas", "cryptography")
    program = f"import sys, wsdtrace.cli; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
