"""Anomalies of files."""

from wsdtrace.capture.anomalies import CaptureAnomaly, file_anomaly
from wsdtrace.records import Space, Span


def test_an_anomaly_points_into_the_file_and_never_backwards() -> None:
    assert file_anomaly(CaptureAnomaly.TRUNCATED, "x", 5, 9).span == Span(Space.FILE, 5, 9)
    assert file_anomaly(CaptureAnomaly.TRUNCATED, "x", 5, 2).span == Span(Space.FILE, 5, 5)
