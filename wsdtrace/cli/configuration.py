"""`wsdtrace.toml`, or `[tool.wsdtrace]` of a `pyproject.toml`: what a project wants of `check`, so that nobody types
it.

::

    select = ["WSD"]
    ignore = ["WSD209"]
    fail-on = "warning"

    [timeout]
    RetrieveImage = 120

    filter = 'wsd.client != "nmap"'

    [[device]]
    model = "ECOSYS M2040dn*"
    where = 'wsd.op == "CreateScanJob"'
    ignore = ["WSD307"]
    reason = "wants its URL in To; firmware 2S5_2000.001.203"

The file is `wsdtrace.toml` or `pyproject.toml` of the present directory, unless `--config` names one. What the command
line says goes before it. A configuration never loads code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from wsdtrace.check.rule import expand
from wsdtrace.cli.exits import FAIL_ON
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadConfiguration, UsageError
from wsdtrace.report.waivers import MATCHES, Waiver

if TYPE_CHECKING:
    from wsdtrace.filters import Filter

FILES = ("wsdtrace.toml", "pyproject.toml")
KEYS = frozenset({"select", "ignore", "fail-on", "filter", "timeout", "device"})

_OURS = r"""(?m)^\s*(?:\[\[?\s*["']?tool["']?\s*(?:\]|\.\s*["']?wsdtrace)|["']?tool["']?\s*[.=])"""
"""A line of a pyproject.toml that may begin our table. Most files have none, and reading TOML takes a while to load."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a file says; empty where there is none."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    timeouts: Mapping[str, float] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    chosen: Filter | None = None
    """What `-Y` says, where it is not given."""


def find_configuration(named: str | None) -> Configuration:
    """The configuration that is named, else the one of the present directory, else an empty one.

    Raises:
        BadConfiguration: it cannot be read or understood; names file and line.
    """
    if named is not None:
        return _read(Path(named), named=True)
    for name in FILES:
        if Path(name).is_file():
            found = _read(Path(name), named=False)
            if found is not None:
                return found
    return Configuration()


def _read(path: Path, *, named: bool) -> Configuration:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(str(path), f"cannot be read: {error}") from error
    if path.name == "pyproject.toml" and not named and not re.search(_OURS, text):
        return Configuration()
    import tomllib

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))  # else the end of the document is too early
        line = int(place.group(1)) if place else max(len(text.splitlines()), 1)
        raise BadConfiguration(str(path), str(error), line) from error
    if path.name == "pyproject.toml" and not named:
        content = content.get("tool", {}).get("wsdtrace", {})
    elif path.name == "pyproject.toml":
        content = content.get("tool", {}).get("wsdtrace") or content
    return _Reader(str(path), text).configuration(content)


class _Reader:
    """Checks every value and knows where its key stands."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()

    def configuration(self, content: dict[str, Any]) -> Configuration:
        for key in content:
            if key not in KEYS:
                self._fail(key, f"unknown key {key!r}; known are {', '.join(sorted(KEYS))}")
        fail_on = content.get("fail-on")
        if fail_on is not None and fail_on not in FAIL_ON:
            self._fail("fail-on", f"expected one of {', '.join(FAIL_ON)}, found {fail_on!r}")
        return Configuration(
            select=self._codes(content, "select"),
            ignore=self._codes(content, "ignore"),
            fail_on=fail_on,
            timeouts=self._timeouts(content.get("timeout", {})),
            chosen=self._filter("filter", content["filter"]) if "filter" in content else None,
            waivers=tuple(self._waiver(table) for table in self._tables(content.get("device", []))),
        )

    def _codes(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            self._fail(key, f"expected a list of codes, found {value!r}")
        try:
            expand(value)
        except UsageError as error:
            self._fail(key, str(error))
        return tuple(value)

    def _timeouts(self, table: object) -> dict[str, float]:
        if not isinstance(table, dict):
            self._fail("timeout", f"expected operations and seconds, found {table!r}")
        return {operation: self._limit(operation, seconds) for operation, seconds in table.items()}

    def _limit(self, operation: str, seconds: object) -> float:
        from wsdtrace.state.latency import checked_limit

        try:
            return checked_limit(operation, seconds)
        except UsageError as error:
            self._fail(operation, str(error))

    def _filter(self, key: str, value: object) -> Filter:
        if not isinstance(value, str):
            self._fail(key, f"expected filter words, found {value!r}")
        from wsdtrace.errors import BadFilter
        from wsdtrace.filters import compile_filter

        try:
            return compile_filter(value)
        except BadFilter as error:
            self._fail(key, error.summary)

    def _tables(self, value: object) -> list[dict[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            self._fail("device", "expected [[device]] tables")
        return value

    def _waiver(self, table: dict[str, Any]) -> Waiver:
        match = tuple((key, table[key]) for key in MATCHES if key in table)
        unknown = set(table) - set(MATCHES) - {"ignore", "reason", "where"}
        if unknown:
            self._fail(
                min(unknown), f"unknown key {min(unknown)!r}; a device is named by {', '.join(MATCHES)}, or by where"
            )
        where = self._filter("where", table["where"]) if "where" in table else None
        if not (match or where) or not all(isinstance(text, str) for _, text in match):
            self._fail("device", f"expected what names the device: {', '.join(MATCHES)}, or where")
        reason = table.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            self._fail("device", "an ignore for a device has to give its reason")
        codes = self._codes(table, "ignore")
        if not codes:
            self._fail("device", "expected the codes to ignore")
        return Waiver(match, expand(codes), reason.strip(), where)

    def _fail(self, key: str, problem: str) -> NoReturn:
        """The key's line is the first on which it stands as one."""
        pattern = re.compile(rf"^\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[\]=]")
        line = next((n for n, text in enumerate(self._lines, start=1) if pattern.match(text)), None)
        raise BadConfiguration(self._file, problem, line)
