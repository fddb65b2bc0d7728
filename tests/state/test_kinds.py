"""What scanners say they are."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state.events import Event
from wsdtrace.state.observations import ScannerSettled

SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"


def settled(text: str) -> list[tuple[int, list[str]]]:
    """(places in which it said what it is, what is missing there) of each scanner."""
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return [(e.told, [f.missing for f in e.flaws]) for e in seen if isinstance(e, ScannerSettled)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("GetScannerElements -> ok", [(0, [])], id="used, and says nothing"),
        pytest.param("Hello\nGetScannerElements -> ok", [(1, [])], id="announced as a scanner"),
        pytest.param("Hello\nGet -> ok", [(2, [])], id="offered, not used"),
        pytest.param(
            "Hello Types=wsdp:Device\nGetScannerElements -> ok", [(1, ["wscn:ScanDeviceType"])], id="lacks it"
        ),
        pytest.param(
            "GetScannerElements -> ok\nHello Types=wsdp:Device", [(1, ["wscn:ScanDeviceType"])], id="told afterwards"
        ),
        pytest.param("Hello Types=wsdp:Device", [], id="no scanner"),
        pytest.param(
            "Hello Types=wsdp:Device\nGetScannerElements -> Fault OperationFailed", [], id="refuses to be one"
        ),
        pytest.param(
            "Hello Types=wscn:ScanDeviceType\nGetScannerElements -> ok", [(1, ["wsdp:Device"])], id="not a device"
        ),
        pytest.param(
            "Hello Types=wsdp:Device\nHello\nGetScannerElements -> ok", [(1, [])], id="said in another announcement"
        ),
        pytest.param(
            'Hello Types="wsdp:Device wscn:ScannerServiceType"\nGetScannerElements -> ok',
            [(1, ["wscn:ScanDeviceType"])],
            id="the service's type in the device's place",
        ),
        pytest.param(
            "< drop pnpx:CompatibleId\nGet -> ok", [(1, [f"{SCAN}/ScannerServiceType"])], id="no CompatibleId"
        ),
        pytest.param(
            "< replace wscn:ScannerServiceType< wscn:Other<\nGet -> ok\nGetScannerElements -> ok",
            [(1, ["wscn:ScannerServiceType"])],
            id="no scan service",
        ),
        pytest.param("ScanAvailableEvent -> accepted", [(0, [])], id="sends events of a scanner"),
    ],
)
def test_a_scanner_is_judged_by_all_that_it_said(text: str, expected: list[tuple[int, list[str]]]) -> None:
    assert settled(text) == expected
