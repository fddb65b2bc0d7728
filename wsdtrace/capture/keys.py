"""Whether a capture can be decrypted: where its keys are, and whether what uses them is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsdtrace.capture.inputs import STDIN
from wsdtrace.capture.remarks import TLS_KEY_LOG

if TYPE_CHECKING:
    from wsdtrace.capture.decryption import Decryption
    from wsdtrace.capture.join import JoinedSource
    from wsdtrace.capture.source import CaptureSource


def has_keys(source: CaptureSource | JoinedSource) -> bool:
    """TLS keys stand in what was read of the capture."""
    return any(one.kind == TLS_KEY_LOG for one in source.remarks.secrets)


def may_decrypt(source: CaptureSource | JoinedSource, keylog: str | None) -> bool:
    """There are keys for it and, unless they were given, what it takes to use them."""
    if keylog is not None:
        return True
    if source.path == STDIN or len(source.paths) > 1 or not has_keys(source):
        return False
    from wsdtrace.capture.tshark import is_there  # noqa: PLC0415  # few captures need it

    return is_there()


def begin_decryption(source: CaptureSource | JoinedSource, keylog: str | None) -> Decryption:
    """Decrypt what a source reads from here on.

    Raises:
        MissingExtra: pyshark is not installed.
        CaptureError: tshark or the key log is not there, or the capture is no file.
    """
    from wsdtrace.capture.decryption import decrypt  # noqa: PLC0415  # few captures need it

    return decrypt(source, keylog)
