"""An argument → the source that reads it: a capture, or the trace of a client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wsdtrace.capture.pcap import MAGICS
from wsdtrace.capture.pcapng import SECTION_HEADER
from wsdtrace.capture.source import CaptureSource, open_capture

if TYPE_CHECKING:
    from wsdtrace.capture.airscan import AirscanSource
    from wsdtrace.capture.inputs import Failure

    Source = CaptureSource | AirscanSource
    """Whatever can be judged."""


def is_trace(path: str) -> bool:
    """A folder, or a log of sane-airscan's trace."""
    if path == "-" or os.path.isdir(path):
        return path != "-"
    if not os.path.isfile(path) or _is_plain_capture(path):
        return False
    from wsdtrace.capture.airscan import looks_like_trace  # noqa: PLC0415  # takes a while, and captures are no traces

    return looks_like_trace(path)


def _is_plain_capture(path: str) -> bool:
    """Its first bytes are those of a pcap or pcapng file."""
    try:
        with open(path, "rb") as file:
            magic = file.read(4)
    except OSError:  # whoever opens it for reading tells why
        return False
    return magic in MAGICS or magic == SECTION_HEADER.to_bytes(4, "big")


def open_source(path: str, failure: Failure | None = None) -> Source:
    """Open what a path names; it is told by its bytes, not its name.

    Args:
        path: a capture, `-`, a log of sane-airscan's trace, or the folder of such a trace.
        failure: of a copy of a capture: why it ends before what it was copied from.

    Raises:
        CaptureFormatError: it is neither; the text says what it looks like.
        CapturePermissionError: it may not be read.
        CaptureError: it is not there or not readable.
    """
    if is_trace(path):
        from wsdtrace.capture.airscan import open_airscan  # noqa: PLC0415  # as above

        return open_airscan(path)
    return open_capture(path, failure=failure)
