"""From the arguments of a command to the captures it reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from wsdtrace.errors import CaptureError, UsageError

SUFFIXES = (".pcap", ".pcapng", ".cap")
"""Names of captures in a directory, any letter case, each also with .gz or .zst. A file that is named gets read
whatever it is called."""


def captures_of(argument: str) -> list[str]:
    """The captures that one argument means.

    Args:
        argument: a file, a directory (its captures and those of its folders, sorted), or `-`. A folder with a trace of
            sane-airscan is an input itself, beside the captures in it.

    Raises:
        CaptureError: a directory without captures.
    """
    if argument == "-" or not os.path.isdir(argument):
        return [argument]
    found = _found(argument)
    if not found:
        wanted = f"captures ({', '.join(SUFFIXES)}, also with .gz or .zst) or sane-airscan's trace"
        raise CaptureError(f"{argument}: a directory without {wanted}")
    return found


def _found(argument: str) -> list[str]:
    """The captures and traces in a directory, sorted."""
    from wsdtrace.capture.airscan import logs_in

    found: list[str] = []
    for folder, _, names in os.walk(argument, onerror=_unreadable):
        captures = [str(Path(folder) / name) for name in names if _is_capture(name)]
        if logs_in(folder):
            captures.append(argument if folder == argument else str(Path(folder)))
        found += captures
    return sorted(found)


def _is_capture(name: str) -> bool:
    return name.lower().removesuffix(".gz").removesuffix(".zst").endswith(SUFFIXES)


def joined_of(arguments: Sequence[str]) -> list[str]:
    """The captures that all arguments mean together, for `--join`.

    Raises:
        CaptureError: a directory without captures.
    """
    return [path for argument in arguments for path in captures_of(argument)]


def is_several(arguments: Sequence[str]) -> bool:
    """The run has several inputs, or would have with another file in a directory; a trace is one input."""
    if len(arguments) > 1:
        return True
    return any(a != "-" and os.path.isdir(a) and _found(a) != [a] for a in arguments)


def refuse_standard_input_twice(arguments: Sequence[str]) -> None:
    """Standard input can be read once.

    Raises:
        UsageError: it is named more than once.
    """
    if list(arguments).count("-") > 1:
        raise UsageError("standard input (-) is named more than once")


def _unreadable(error: OSError) -> None:
    raise CaptureError(f"{error.filename}: cannot be read: {error.strerror}") from error
