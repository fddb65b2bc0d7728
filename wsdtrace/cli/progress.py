"""What is done between two windows of a capture: garbage is looked for, and a bar drawn on standard error.

The bar is drawn only on a terminal, and only after half a second.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable

from wsdtrace.cli.terminal import terminal_width
from wsdtrace.report.escape import visible

PATIENCE_S = 0.5
"""Nothing is shown before: most captures are done by then."""

INTERVAL_S = 0.1
"""Between two drawings."""

BAR_CELLS = 24


class Progress:
    """Draws how far one input is read; a context manager that wipes the line at the end.

    Args:
        name: of the input.
        shown: there is a terminal to draw on.
        clock: seconds.
    """

    def __init__(self, name: str, *, shown: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = visible(name)
        self._shown = sys.stderr is not None and sys.stderr.isatty() if shown is None else shown
        self._clock = clock
        self._start = clock()
        self._due = self._start + PATIENCE_S
        self._drawn = False
        self._settled = False

    def __enter__(self) -> Callable[[int, int | None], None]:
        return self._step

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _step(self, done: int, total: int | None) -> None:
        self._settle()
        if self._shown:
            self._draw(done, total)

    def _settle(self) -> None:
        """Look for garbage among what the last windows made, and not again at what stays: that lives until the end.

        What was there before the first window is not looked at: it takes longer than most captures.
        """
        if self._settled:
            gc.collect(0)
        gc.freeze()
        self._settled = True

    def _draw(self, done: int, total: int | None) -> None:
        now = self._clock()
        if now < self._due:
            return
        self._due = now + INTERVAL_S
        self._drawn = True
        speed = done / 1e6 / max(now - self._start, 1e-6)
        if total:
            filled = min(BAR_CELLS * done // total, BAR_CELLS)
            bar = f"{'━' * filled}{'╌' * (BAR_CELLS - filled)} {min(100 * done // total, 100):3} %"
        else:
            bar = f"{done / 1e6:,.0f} MB"
        line = f"{bar}  {speed:,.0f} MB/s  {self._name}"
        sys.stderr.write(f"\r{line[: terminal_width() - 1]}\033[K")
        sys.stderr.flush()
