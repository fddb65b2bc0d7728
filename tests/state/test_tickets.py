"""Tickets that a device found valid or calls its own, and then refuses; what it offers."""

import pytest

from tests.state.played import played
from wsdtrace.state.events import MessageSeen
from wsdtrace.state.outcomes import Basis, TicketRefused
from wsdtrace.wsd.scanner import ScannerConfiguration

VALID = "ValidateScanTicket -> ValidTicket=true\n"
DEFAULT = "GetScannerElements Name=DefaultScanTicket -> ok\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(VALID + "CreateScanJob -> Fault InvalidArgs", [Basis.VALIDATED], id="validated, then refused"),
        pytest.param(
            VALID + "CreateScanJob JobName=Another -> Fault InvalidArgs", [Basis.VALIDATED], id="under another name"
        ),
        pytest.param(
            VALID + "> drop wscn:JobInformation\nCreateScanJob -> Fault InvalidArgs",
            [],
            id="without JobInformation it is another ticket",
        ),
        pytest.param(VALID + "CreateScanJob format=png -> Fault InvalidArgs", [], id="another ticket"),
        pytest.param(VALID + "CreateScanJob -> Fault ServerErrorNotAcceptingJobs", [], id="busy says nothing of it"),
        pytest.param(
            "ValidateScanTicket -> ValidTicket=false\nCreateScanJob -> Fault InvalidArgs", [], id="never valid"
        ),
        pytest.param(
            VALID + "ValidateScanTicket -> ValidTicket=false\nCreateScanJob -> Fault InvalidArgs",
            [],
            id="no more valid",
        ),
        pytest.param("device 2: " + VALID + "CreateScanJob -> Fault InvalidArgs", [], id="valid for another device"),
        pytest.param(DEFAULT + "CreateScanJob -> Fault InvalidArgs", [Basis.DEFAULT], id="the device's own"),
        pytest.param(DEFAULT + "CreateScanJob format=png -> Fault InvalidArgs", [], id="not the device's own"),
        pytest.param(
            DEFAULT + VALID + "CreateScanJob -> Fault InvalidArgs", [Basis.VALIDATED], id="told once, the stronger way"
        ),
        pytest.param(
            "through P: " + VALID + "through P: CreateScanJob -> Fault InvalidArgs",
            [Basis.VALIDATED],
            id="through a proxy",
        ),
    ],
)
def test_refusals_of_tickets(text: str, expected: list[Basis]) -> None:
    assert [event.basis for event in played(text, TicketRefused)] == expected


@pytest.mark.parametrize(
    ("text", "known"),
    [
        pytest.param("GetScannerElements Name=ScannerConfiguration -> ok", True, id="asked for"),
        pytest.param("GetScannerElements Name=ScannerStatus -> ok", False, id="not asked for"),
    ],
)
def test_a_device_remembers_what_it_offers(text: str, known: bool) -> None:
    last = played(text + "\nGetActiveJobs -> ok", MessageSeen)[-1]
    assert last.exchange.device is not None
    assert isinstance(last.exchange.device.root.configuration, ScannerConfiguration) == known
