"""Rules from outside: packages with the entry point `wsdtrace.rules`, and files named by `--plugin`.

Only these two load code. A plugin is a module that declares rules as `wsdtrace.check.rules` does; its codes do not
begin with `WSD`. One that cannot be loaded names its file and line.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wsdtrace.check.rule import all_rules, withdraw
from wsdtrace.errors import BadConfiguration

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "wsdtrace.rules"
RESERVED = "WSD"
"""Beginning of our own codes."""
_PACKAGE = ("dist-info", "egg-info")
"""Ends of the names of folders in which an installed package says what it has."""


def load_plugins(files: Iterable[str]) -> None:
    """Load every installed plugin, then the files.

    Raises:
        BadConfiguration: one cannot be loaded, or declares a code that is ours; names file and line.
    """
    all_rules()  # ours first, so that a plugin cannot take their codes
    for point in _installed():
        _load(f"plugin {point.name!r} ({point.value})", point.load)
    for file in files:
        _load(file, lambda file=file: _import(file))  # type: ignore[misc]  # binds the loop's variable


def _installed() -> Iterable[EntryPoint]:
    """The entry points of our group. To load `importlib.metadata` is 5 % of a small `check`, so that it is asked only
    where it may have an answer.
    """
    if not any(map(_may_have_plugins, sys.path)):
        return ()
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _may_have_plugins(folder: str) -> bool:
    """A package in a folder of `sys.path` names our group; of an archive nobody knows."""
    try:
        packages = [entry.path for entry in os.scandir(folder or ".") if entry.name.lower().endswith(_PACKAGE)]
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return any(GROUP.encode() in _content(os.path.join(package, "entry_points.txt")) for package in packages)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # most packages have no entry points
        return b""


def _import(file: str) -> None:
    name = f"wsdtrace_plugin_{Path(file).stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None or not Path(file).is_file():
        raise BadConfiguration(file, "expected a Python file with rules")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _load(what: str, load: Callable[[], object]) -> None:
    before = {rule.code for rule in all_rules()}
    try:
        load()
    except BadConfiguration:
        raise
    except Exception as error:  # whatever a stranger's code raises while it is loaded
        raise BadConfiguration(what, f"{type(error).__name__}: {error}", _line_of(error, what)) from error
    new = [rule.code for rule in all_rules() if rule.code not in before]
    taken = [code for code in new if code.startswith(RESERVED)]
    if taken:
        withdraw(new)
        raise BadConfiguration(what, f"declares {', '.join(taken)}; codes that begin with {RESERVED} are reserved")


def _line_of(error: Exception, file: str) -> int | None:
    """The line of the plugin at which it failed."""
    if isinstance(error, SyntaxError):
        return error.lineno
    import traceback

    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == Path(file).resolve()]
    return frames[-1].lineno if frames else None
