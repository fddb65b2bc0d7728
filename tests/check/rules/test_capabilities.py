"""The rule of what a device says that it can do."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import judged, verdict
from tests.shared import needs_shared, shared_path
from wsdtrace.check.finding import Severity
from wsdtrace.pipeline import check_file

BOTH = "GetScannerElements RequestedElements.Name=wscn:ScannerConfiguration Name=wscn:DefaultScanTicket -> "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> ok", "passed", id="no contradiction"),
        pytest.param("GetScannerElements Name=wscn:ScannerStatus -> ok", "no subject", id="nothing of it is told"),
        pytest.param("GetScannerElements -> ADFSupportsDuplex=false", "fired", id="the feeder's sides"),
        pytest.param(f"{BOTH}ok", "passed", id="the default ticket is within"),
        pytest.param(f"{BOTH}DefaultScanTicket.DocumentParameters.Format=xps", "fired", id="the default ticket is not"),
        pytest.param(
            "GetScannerElements Name=wscn:DefaultScanTicket -> Format=xps", "passed", id="no configuration is known"
        ),
        pytest.param(
            "GetScannerElements Name=wscn:DefaultScanTicket -> Format=xps\n"
            "GetScannerElements Name=wscn:ScannerConfiguration -> ok",
            "fired",
            id="the configuration comes later",
        ),
        pytest.param(
            "GetScannerElements Name=wscn:ScannerConfiguration -> ok\n"
            "device 2: GetScannerElements Name=wscn:DefaultScanTicket -> Format=xps",
            "passed",
            id="of another device",
        ),
        pytest.param("tcp: gap 200\nGetScannerElements -> ADFSupportsDuplex=false", "inconclusive", id="a hole in it"),
    ],
)
def test_capabilities_contradict(text: str, expected: str) -> None:
    assert verdict(text, "WSD802") == expected


@needs_shared
def test_a_recorded_device_that_lists_a_format_twice_is_only_told() -> None:
    trace = check_file(str(shared_path("data/captures/gomfp_flatbed.pcap")))
    assert [f.severity for f in trace.findings if f.code == "WSD802"] == [Severity.INFO]


def test_equal_contradictions_are_one_finding() -> None:
    (found,) = judged("GetScannerElements -> ADFSupportsDuplex=false\n" * 3, "WSD802").findings
    assert found.also_seen == 2
