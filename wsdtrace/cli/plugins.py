"""Rules from outside: packages with the entry point `wsdtrace.rules`, and files named by `--plugin`.

Only these two load code. A plugin is a module that declares rules as `wsdtrace.check.rules` does; its codes do not
begin with `WSD`. One that cannot be loaded names its file and line.
"""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from pathlib import Path

from wsdtrace.check.rule import all_rules, withdraw
from wsdtrace.errors import BadConfiguration

GROUP = "wsdtrace.rules"
RESERVED = "WSD"
"""Beginning of our own codes."""


def load_plugins(files: Iterable[str]) -> None:
    """Load every installed plugin, then the files.

    Raises:
        BadConfiguration: one cannot be loaded, or declares a code that is ours; names file and line.
    """
    all_rules()  # ours first, so that a plugin cannot take their codes
    for point in entry_points(group=GROUP):
        _load(f"plugin {point.name!r} ({point.value})", point.load)
    for file in files:
        _load(file, lambda file=file: _import(file))  # type: ignore[misc]  # the default binds the loop's variable


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
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == Path(file)]
    return frames[-1].lineno if frames else None
