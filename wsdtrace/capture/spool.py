"""A capture that can be read once → a file that can be read again: a pipe or a compressed file is copied.

What is a plain file already is used as it is. The copy is a temporary file, bounded, and gone when it is closed or
forgotten.
"""

from __future__ import annotations

import tempfile
from typing import IO, Final

from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.capture.inputs import Failure, Input, open_input
from wsdtrace.capture.opening import is_trace
from wsdtrace.closing import Closing
from wsdtrace.errors import OutputError

MAX_SPOOLED: Final = 4 * 1024**3
"""Bytes of a capture that are copied: a day of scanning."""

PIECE: Final = 1024 * 1024
"""Bytes copied at a time."""


class Spool(Closing):
    """A capture's path, or that of its copy, until it is closed.

    Args:
        path: a file, or `-`.

    Raises:
        CaptureError: it cannot be read.
        OutputError: the copy cannot be written.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        """Where it can be read again."""
        self.failure: Failure | None = None
        """Why the copy ends before the capture does, if it does."""
        self._copy: IO[bytes] | None = None
        if is_trace(path):
            return
        with open_input(path) as source:
            if not source.seekable:
                self._fill(source)

    def _fill(self, source: Input) -> None:
        copy = tempfile.NamedTemporaryFile(prefix="wsdtrace-")  # noqa: SIM115 - lives as long as the spool
        try:
            whole = _copied(source, copy.file)
            beyond = None if whole else (CaptureAnomaly.LIMIT_REACHED, f"only the first {MAX_SPOOLED} bytes are read")
            self.failure = source.failure or beyond
            copy.flush()
        except OSError as error:
            copy.close()
            raise OutputError(f"{copy.name}: cannot be written: {error.strerror or error}") from error
        except BaseException:
            copy.close()
            raise
        self._copy, self.path = copy, copy.name

    @property
    def whole(self) -> bool:
        """False: it is longer than the bound, and only its beginning was copied."""
        return self.failure is None or self.failure[0] is not CaptureAnomaly.LIMIT_REACHED

    @property
    def is_copy(self) -> bool:
        return self._copy is not None

    def close(self) -> None:
        """Remove the copy. A spool may be closed twice."""
        if self._copy is not None:
            self._copy.close()


def _copied(source: Input, copy: IO[bytes]) -> bool:
    """Copy the input to its end, or up to the bound; False when the bound bit."""
    buffer = memoryview(bytearray(PIECE))
    copied = 0
    while n := source.fill(buffer):
        if copied + n > MAX_SPOOLED:
            return False
        copied += copy.write(buffer[:n])
    return True
