"""Capture files: bytes on disk become `FrameBatch`es. The only room below `pipeline` that does I/O."""

from typing import TYPE_CHECKING, Any

from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.capture.join import JoinedSource, open_joined
from wsdtrace.capture.opening import open_source
from wsdtrace.capture.source import WINDOW_BYTES, CaptureSource, open_capture, open_capture_bytes
from wsdtrace.capture.through import Through

if TYPE_CHECKING:
    from wsdtrace.capture.airscan import AirscanSource, RecordFact
    from wsdtrace.capture.blocks import Interface
    from wsdtrace.capture.opening import Source
    from wsdtrace.capture.synthetic import SyntheticConnection, cut
    from wsdtrace.capture.writer import PcapngWriter

__all__ = [
    "WINDOW_BYTES",
    "AirscanSource",
    "CaptureAnomaly",
    "CaptureSource",
    "Interface",
    "JoinedSource",
    "PcapngWriter",
    "RecordFact",
    "Source",
    "SyntheticConnection",
    "Through",
    "cut",
    "open_capture",
    "open_capture_bytes",
    "open_joined",
    "open_source",
]


def __getattr__(name: str) -> Any:
    """What only writers and readers of a client's trace need is loaded when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from wsdtrace.capture import airscan, blocks, source, synthetic, writer  # noqa: PLC0415  # see above

    found = {
        "AirscanSource": airscan.AirscanSource,
        "RecordFact": airscan.RecordFact,
        "Source": source.CaptureSource | airscan.AirscanSource,
        "Interface": blocks.Interface,
        "PcapngWriter": writer.PcapngWriter,
        "SyntheticConnection": synthetic.SyntheticConnection,
        "cut": synthetic.cut,
    }
    return found[name]
