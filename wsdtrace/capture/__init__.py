"""Capture files: bytes on disk become `FrameBatch`es. The only room below `pipeline` that does I/O."""

from wsdtrace.capture.airscan import AirscanSource, RecordFact
from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.capture.blocks import Interface
from wsdtrace.capture.opening import Source, open_source
from wsdtrace.capture.source import WINDOW_BYTES, CaptureSource, open_capture, open_capture_bytes
from wsdtrace.capture.synthetic import SyntheticConnection, cut
from wsdtrace.capture.writer import PcapngWriter

__all__ = [
    "WINDOW_BYTES",
    "AirscanSource",
    "CaptureAnomaly",
    "CaptureSource",
    "Interface",
    "PcapngWriter",
    "RecordFact",
    "Source",
    "SyntheticConnection",
    "cut",
    "open_capture",
    "open_capture_bytes",
    "open_source",
]
