"""Capture files: bytes on disk become `FrameBatch`es. The only room below `pipeline` that does I/O."""

from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.capture.source import WINDOW_BYTES, CaptureSource, open_capture

__all__ = ["WINDOW_BYTES", "CaptureAnomaly", "CaptureSource", "open_capture"]
