"""What can be wrong with a capture file: the kinds of this room's anomalies (spans in FILE space)."""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.records import Anomaly, Space, Span


class CaptureAnomaly(StrEnum):
    """Kinds of oddities of a capture file. The first four end the reading: nothing behind them is used."""

    TRUNCATED = "capture_truncated"
    """the file ends in the middle of a record"""
    INVALID = "capture_invalid_record"
    """a record whose lengths or references cannot be true"""
    COMPRESSION = "capture_compression_damaged"
    """the compressed stream ends early or is corrupt"""
    DECRYPTION = "capture_decryption_ended"
    """tshark ended before the end of the capture; connections behind that are not decrypted"""
    UNREADABLE = "capture_unreadable"
    """the operating system failed to deliver the rest"""
    FRAMES_LOST = "capture_frames_lost"
    """the recorder tells of frames that it could not keep"""
    LIMIT_REACHED = "capture_limit_reached"
    """one of our bounds dropped something"""


def file_anomaly(kind: CaptureAnomaly, detail: str, start: int, end: int) -> Anomaly:
    """An anomaly at bytes `start:end` of the (uncompressed) file."""
    return Anomaly(kind, detail, Span(Space.FILE, start, max(start, end)))
