"""`Files`: the files behind a trace, which are read as often as somebody asks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from wsdtrace.capture.spool import Spool
from wsdtrace.closing import Closing
from wsdtrace.errors import UsageError
from wsdtrace.pipeline import Options, check_joined
from wsdtrace.report.trace import Trace as Facts

PIECE: Final = 1024 * 1024
"""Bytes that are hashed at a time."""


class Files(Closing):
    """A capture, or several that are read as one; what can be read only once is copied first.

    Args:
        names: files as the user wrote them; `-` is standard input.

    Raises:
        UsageError: there is none.
        CaptureError: one cannot be read.
        OutputError: a temporary copy cannot be written.
    """

    def __init__(self, names: Sequence[str]) -> None:
        if not names:
            raise UsageError("no capture is named")
        with ExitStack() as stack:
            self._spools = [(name, stack.enter_context(Spool(name))) for name in names]
            self._stack = stack.pop_all()

    @property
    def cut(self) -> list[str]:
        """Names of those of which only the first `MAX_SPOOLED` bytes are looked at."""
        return [name for name, spool in self._spools if not spool.whole]

    def read(self, options: Options) -> Facts:
        """Read and judge them; in what is found they are called as the user called them.

        Raises:
            CaptureError: one cannot be read, or is no capture.
            BadSelector: a selection means no rule.
        """
        failures = {spool.path: spool.failure for _, spool in self._spools if spool.failure is not None}
        facts = check_joined([spool.path for _, spool in self._spools], replace(options, failures=failures))
        names = {spool.path: name for name, spool in self._spools}
        facts.input.files = files = [names.get(path, path) for path in facts.input.files]
        facts.input.path = self._spools[0][0] if len(self._spools) == 1 else f"{files[0]} + {len(files) - 1} more"
        return facts

    def sha256(self) -> str | None:
        """Of the capture, hex, by which two people know that they look at the same one; None for a folder or for
        several files."""
        path = self._spools[0][1].path
        if len(self._spools) > 1 or os.path.isdir(path):
            return None
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def close(self) -> None:
        """Remove temporary copies. May be called twice."""
        self._stack.close()
