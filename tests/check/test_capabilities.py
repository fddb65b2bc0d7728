"""Tickets against what a scanner says it can do, and what is borne of what it says."""

from dataclasses import replace

import pytest

from tests.shared import needs_shared, shared_path
from wsdtrace.check.capabilities import unsupported
from wsdtrace.scenario.portrait import configuration
from wsdtrace.scenario.tickets import default_ticket
from wsdtrace.soap import read_envelope
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.scan import GetScannerElementsResponse
from wsdtrace.wsd.scanner import ADF, Dimensions, ScannerConfiguration
from wsdtrace.wsd.ticket import DocumentParameters, InputMediaSize, InputSize, Requested, ScanTicket

OFFERED = configuration()


def asked(**parameters: object) -> ScanTicket:
    return ScanTicket(document_parameters=DocumentParameters(**parameters))  # type: ignore[arg-type]  # by name


def names(ticket: ScanTicket, offered: ScannerConfiguration = OFFERED) -> list[str]:
    return [one.name for one in unsupported(ticket, offered)]


@pytest.mark.parametrize("source", ["Platen", "ADF", "ADFDuplex"])
def test_an_ordinary_ticket_is_all_offered(source: str) -> None:
    assert names(default_ticket(source)) == []


def test_a_scanner_that_says_nothing_offers_everything() -> None:
    assert names(default_ticket(), ScannerConfiguration()) == []


@pytest.mark.parametrize(
    ("adf", "expected"),
    [
        pytest.param(None, ["InputSource"], id="no feeder"),
        pytest.param(ADF(adf_supports_duplex=False), ["InputSource"], id="a feeder for one side"),
        pytest.param(
            ADF(adf_supports_duplex=False, adf_back=OFFERED.adf.adf_back if OFFERED.adf else None),
            [],
            id="a feeder that has a back all the same (E10)",
        ),
        pytest.param(ADF(adf_supports_duplex=True), [], id="a feeder for both"),
    ],
)
def test_both_sides(adf: ADF | None, expected: list[str]) -> None:
    assert names(asked(input_source=Requested("ADFDuplex")), replace(OFFERED, adf=adf)) == expected


def test_a_vendors_input_source_is_nobodys_business() -> None:
    assert names(asked(input_source=Requested("acme:Drum"))) == []


@pytest.mark.parametrize(
    ("width", "height", "largest", "expected"),
    [
        pytest.param(8500, 11_700, (8500, 11_700), [], id="as large as it gets"),
        pytest.param(8501, 11_700, (8500, 11_700), ["InputMediaSize"], id="wider"),
        pytest.param(8500, 11_700, (11_700, 8500), [], id="the device swaps width and height (E3)"),
        pytest.param(8500, 11_701, (11_700, 8500), ["InputMediaSize"], id="larger than swapped"),
        pytest.param(
            11_700, 8500, (8500, 11_700), ["InputMediaSize"], id="the client turns it: not the device's habit"
        ),
        pytest.param(8500, 11_700, (0, 0), [], id="a size of 0 says nothing (E18)"),
        pytest.param(50, 50, (8500, 11_700), ["InputMediaSize"], id="smaller than the least"),
    ],
)
def test_sizes(width: int, height: int, largest: tuple[int, int], expected: list[str]) -> None:
    assert OFFERED.platen is not None
    platen = replace(OFFERED.platen, platen_maximum_size=Dimensions(width=largest[0], height=largest[1]))
    size = InputSize(input_media_size=InputMediaSize(width=width, height=height))
    ticket = asked(input_source=Requested("Platen"), input_size=size)
    assert names(ticket, replace(OFFERED, platen=platen)) == expected


@pytest.mark.parametrize(
    ("format_", "quality", "expected"),
    [
        pytest.param("jfif", 0, ["CompressionQualityFactor"], id="below the range"),
        pytest.param("jfif", 1, [], id="its least"),
        pytest.param("png", 0, [], id="of a lossless format it means nothing"),
    ],
)
def test_quality(format_: str, quality: int, expected: list[str]) -> None:
    ticket = asked(format=Requested(format_), compression_quality_factor=Requested(quality))
    assert names(ticket) == expected


@needs_shared
def test_a_real_scanners_configuration_with_swapped_sizes_takes_a_sheet_of_a4() -> None:
    data = shared_path("data/public/kyocera-m2040dn_GetScannerElementsResponse.xml").read_bytes()
    value = decode_message(read_envelope(data)).value
    assert isinstance(value, GetScannerElementsResponse)
    assert value.scanner_elements is not None
    offered = next(d.scanner_configuration for d in value.scanner_elements.element_data if d.scanner_configuration)
    size = InputSize(input_media_size=InputMediaSize(width=8268, height=11_693))
    assert names(asked(input_source=Requested("ADF"), input_size=size), offered) == []
