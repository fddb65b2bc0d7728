"""The command line: one file per command; only this room prints and ends the process."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command that the process was started with, and end the process."""
    try:
        from wsdtrace.cli.entry import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        # Before `run` could begin, or while it ended: nothing is left to tell.
        code = 130
    sys.exit(code)
