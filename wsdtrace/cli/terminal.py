"""What the process writes to: standard output and standard error, their width, colours and letters."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from wsdtrace.report.escape import visible

if TYPE_CHECKING:
    from wsdtrace.errors import BadFilter
    from wsdtrace.report.page import Look


def complain(text: str) -> None:
    """One line on standard error; whatever is in it, it stays one line and harmless."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"wsdtrace: {_writable(visible(text), sys.stderr)}\n")
        sys.stderr.flush()
    except OSError:
        # Nobody listens any more, and there is nowhere left to tell it; the exit code still does.
        pass


def complain_filter(error: BadFilter) -> None:
    """What is wrong with a filter, and the filter with a mark below the column."""
    complain(error.summary)
    before = visible(error.text[: error.column - 1])
    complain(f"  {visible(error.text)}")
    complain(f"  {' ' * len(before)}^")


def complain_internal(error: BaseException, while_doing: str = "", *, debug: bool) -> None:
    """A mistake of ours: one line, and with `debug` where it happened."""
    if debug:
        import traceback

        traceback.print_exception(error)
    doing = f" {while_doing}" if while_doing else ""
    complain(f"internal error{doing}: {type(error).__name__}: {error} (--debug shows where; please report it)")


def look_of(
    *, color: str, verbosity: int = 0, show_secrets: bool = False, statistics: bool = False, to_file: bool = False
) -> Look:
    """How the report has to look where it goes.

    Args:
        color: `auto`, `always` or `never`.
        verbosity: below 0 for -q, above 0 for -v.
        show_secrets: do not redact.
        statistics: print the ledger.
        to_file: the report goes to a file and not to standard output.
    """
    from wsdtrace.report.page import PIPED_WIDTH, Look, Verbosity

    terminal = not to_file and sys.stdout is not None and sys.stdout.isatty()
    return Look(
        width=terminal_width() if terminal else _told_width() or PIPED_WIDTH,
        fit=terminal,
        color=wants_color(color, terminal),
        verbosity=Verbosity(max(-1, min(verbosity, 1))),
        show_secrets=show_secrets,
        statistics=statistics,
        ascii_only=not to_file and not _holds(sys.stdout, "→├✖"),
    )


def terminal_width() -> int:
    """Cells of a line of the terminal."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


def _told_width() -> int | None:
    """What COLUMNS says, where it is a width."""
    told = os.environ.get("COLUMNS", "")
    return int(told) if told.isdecimal() and len(told) <= 4 and int(told) else None


def wants_color(choice: str, terminal: bool) -> bool:
    """`--color` decides; `auto` means a terminal that is not dumb, unless NO_COLOR is set (https://no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def silence_stdout() -> None:
    """Nothing written later, nor the flush at the end of the process, may fail again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        # Standard output is no file of the process (a test, an embedding program): nothing to do for it.
        return


def _writable(text: str, stream: TextIO) -> str:
    """The text with what the stream's encoding does not have spelled out."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _holds(stream: TextIO | None, text: str) -> bool:
    try:
        text.encode((stream and stream.encoding) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
