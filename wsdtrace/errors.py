"""Exceptions: always about us and our inputs as files, never about traffic.

The tree::

    WsdtraceError
    ├── CaptureError              a capture cannot be used
    │   ├── CaptureFormatError    it is not what its name says, or no capture at all
    │   └── CapturePermissionError  it may not be read
    ├── UsageError                the caller asked for something that does not exist
    │   ├── UnknownRule           no such rule code (names the nearest)
    │   ├── UnknownName           no such element or message (names the nearest)
    │   ├── BadSelector           a selection that cannot be understood
    │   ├── BadFilter             filter words that cannot be understood (names the column)
    │   ├── BadConfiguration      a configuration, baseline or plugin (names file and line)
    │   └── BadScenario           a scenario that cannot be understood (names line and column)
    ├── OutputError               a result cannot be written
    └── MissingExtra              an optional dependency is not installed

Malformed traffic is data: see `records.Anomaly`. A capture that ends in the middle of a record
is an anomaly too (WSD007), because what precedes the damage can be judged.
"""

from __future__ import annotations


class WsdtraceError(Exception):
    """Base of everything this package raises on purpose."""


class CaptureError(WsdtraceError):
    """A capture cannot be used; the text says which, where, what was expected and what was found."""


class CaptureFormatError(CaptureError):
    """The bytes are no capture of a kind that we read."""


class CapturePermissionError(CaptureError):
    """The capture exists and may not be read."""


class UsageError(WsdtraceError):
    """The caller asked for something that does not exist or makes no sense."""


class UnknownRule(UsageError):
    """No rule has this code."""


class UnknownName(UsageError):
    """No element or message has this name."""


class BadSelector(UsageError):
    """A selection of rules or objects cannot be understood."""


class BadFilter(UsageError):
    """Filter words cannot be understood.

    Its text has three lines: the problem with its column, the filter, and a mark below the column.

    Args:
        text: the filter as it was written.
        column: 1-based column, in characters.
        problem: what was expected there, and what was found.
    """

    def __init__(self, text: str, column: int, problem: str) -> None:
        self.text = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
        self.column = column
        self.problem = problem
        self.summary = f"filter, column {column}: {problem}"
        super().__init__(f"{self.summary}\n  {self.text}\n  {' ' * (column - 1)}^")


class BadConfiguration(UsageError):
    """A configuration, a baseline or a plugin cannot be used.

    Args:
        file: which one.
        problem: what is wrong, and what was expected.
        line: 1-based line of the file; None where none can be named.
    """

    def __init__(self, file: str, problem: str, line: int | None = None) -> None:
        super().__init__(f"{file}{f', line {line}' if line is not None else ''}: {problem}")
        self.file = file
        self.line = line


class BadScenario(UsageError):
    """A scenario cannot be understood.

    Args:
        line: 1-based line of the text.
        column: 1-based column, in characters.
        problem: what was expected there, and what was found.
    """

    def __init__(self, line: int, column: int, problem: str) -> None:
        super().__init__(f"line {line}, column {column}: {problem}")
        self.line = line
        self.column = column
        self.problem = problem


class OutputError(WsdtraceError):
    """A result cannot be written where the caller wants it."""


class MissingExtra(WsdtraceError):
    """An optional dependency is absent.

    Args:
        feature: what was asked for, as the user calls it.
        extra: the extra of this package that brings it.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra that is not installed: pip install 'wsdtrace[{extra}]'")
        self.feature = feature
        self.extra = extra
