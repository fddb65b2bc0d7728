"""SIGTERM in the middle of a command that has files to remove."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator


class _Terminated(BaseException):
    """The process is asked to end; no handler of exceptions is meant to stop that."""


@contextlib.contextmanager
def tidy_when_terminated() -> Iterator[None]:
    """SIGTERM unwinds the block, so that what it opened is closed and removed; then it ends the process, as it does
    without this. Where somebody else handles it, or in a thread, nothing is changed."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def unwind(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one does not disturb the first
        raise _Terminated

    signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    except _Terminated:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
