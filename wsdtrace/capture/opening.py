"""An argument → the source that reads it: a capture, or the trace of a client."""

from __future__ import annotations

import os

from wsdtrace.capture.airscan import AirscanSource, looks_like_trace, open_airscan
from wsdtrace.capture.source import CaptureSource, open_capture

Source = CaptureSource | AirscanSource
"""Whatever can be judged."""


def is_trace(path: str) -> bool:
    """A folder, or a log of sane-airscan's trace."""
    return path != "-" and (os.path.isdir(path) or (os.path.isfile(path) and looks_like_trace(path)))


def open_source(path: str) -> Source:
    """Open what a path names; it is told by its bytes, not its name.

    Args:
        path: a capture, `-`, a log of sane-airscan's trace, or the folder of such a trace.

    Raises:
        CaptureFormatError: it is neither; the text says what it looks like.
        CapturePermissionError: it may not be read.
        CaptureError: it is not there or not readable.
    """
    if is_trace(path):
        return open_airscan(path)
    return open_capture(path)
