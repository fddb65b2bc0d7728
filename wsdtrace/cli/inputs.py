"""From the arguments of a command to the captures it reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from wsdtrace.errors import CaptureError, UsageError

SUFFIXES = (".pcap", ".pcapng", ".cap")
"""Names of captures in a directory, any letter case, each also with .gz. A file that is named gets read whatever it is
called."""


def captures_of(argument: str) -> list[str]:
    """The captures that one argument means.

    Args:
        argument: a file, a directory (its captures and those of its folders, sorted), or `-`.

    Raises:
        CaptureError: a directory without captures.
    """
    if argument == "-" or not os.path.isdir(argument):
        return [argument]
    found = [
        str(Path(folder) / name)
        for folder, _, names in os.walk(argument, onerror=_unreadable)
        for name in names
        if name.lower().removesuffix(".gz").endswith(SUFFIXES)
    ]
    if not found:
        raise CaptureError(f"{argument}: a directory without captures ({', '.join(SUFFIXES)}, also with .gz)")
    return sorted(found)


def is_several(arguments: Sequence[str]) -> bool:
    """The run has several inputs, or would have with another file in a directory."""
    return len(arguments) > 1 or any(a != "-" and os.path.isdir(a) for a in arguments)


def refuse_standard_input_twice(arguments: Sequence[str]) -> None:
    """Standard input can be read once.

    Raises:
        UsageError: it is named more than once.
    """
    if list(arguments).count("-") > 1:
        raise UsageError("standard input (-) is named more than once")


def _unreadable(error: OSError) -> None:
    raise CaptureError(f"{error.filename}: cannot be read: {error.strerror}") from error
