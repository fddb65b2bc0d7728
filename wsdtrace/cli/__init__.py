"""The command line: one file per command; only this room prints and ends the process."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import NoReturn

__all__ = ["main"]

GC_THRESHOLDS = (100_000, 20, 100)
"""Allocations between two collections of the garbage collector, by generation. Reading a capture makes many small
objects that live and few circles: with Python's 700 a third of the time went into looking for them (40 MB of small
messages: 16.4 s → 11.5 s, at the same peak memory). A window makes up to 60,000, and between windows `progress` looks.
"""

ONE_THREAD = "OPENBLAS_NUM_THREADS"
"""NumPy's linear algebra, which nothing here uses, otherwise starts a thread for each processor when it is loaded."""

INTERRUPTED = 130
"""As `cli.exits` has it, which is not loaded yet when an interrupt comes early."""


def main() -> NoReturn:
    """Run the command that the process was started with, and end the process."""
    gc.set_threshold(*GC_THRESHOLDS)
    os.environ.setdefault(ONE_THREAD, "1")
    try:
        from wsdtrace.cli.entry import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        # Before `run` could begin, or while it ended: nothing is left to tell.
        code = INTERRUPTED
    if code == INTERRUPTED:
        # CPython ends by the signal, and not with our code, where the interrupt fell into an `exec` of text, although
        # it was caught (Py_RunMain asks a flag that run_eval_code_obj sets); dataclasses make their methods that way.
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.flush()
        os._exit(code)
    gc.freeze()  # the process ends: looking for garbage once more is 4 % of a small `check`
    sys.exit(code)
