"""The documentation's samples and what others published. The oracle is the judgement of the schema in `index.json`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.shared import needs_shared, shared_path
from tests.soap.corpus import published
from wsdtrace.soap import Fault, SoapAnomaly, read_envelope
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import Decoded, decode_message, operation_of
from wsdtrace.wsd.scan import (
    CreateScanJobRequest,
    GetScannerElementsResponse,
    RetrieveImageRequest,
    ValidateScanTicketRequest,
    ValidateScanTicketResponse,
)
from wsdtrace.wsd.values import ColorEntry

pytestmark = needs_shared


@cache
def index() -> dict[str, dict[str, Any]]:
    path = shared_path("spec/examples/index.json")
    rows = json.loads(path.read_text()) if path.exists() else []
    return {row["file"]: row for row in rows}


def read(name: str) -> Decoded:
    return decode_message(read_envelope(shared_path(f"spec/examples/{name}").read_bytes()))


MESSAGES = [name for name, row in index().items() if row["kind"] != "fragment" and row.get("repaired_well_formed")]
RAW = [name for name, row in index().items() if row["kind"] == "envelope" and "error-reporting-1" not in name]
VALID = [name for name in MESSAGES if index()[name].get("schema_valid")]

EXPECTED: dict[str, list[tuple[str, str]]] = {
    "createscanjobrequest-2.xml": [("element_unknown", "CreateScanJobRequest/ScanTicket/DocumentDescription")],
    "createscanjobresponse-1.xml": [("element_alias", "CreateScanJobResponse/DocumentFinalParamters")],
    "getjobelementsrequest-1.xml": [("element_alias", "GetJobElements")],
    # The schema wants Name, Valid and Id unqualified; samples have them qualified (defect C4), and both are accepted.
    "getjobelementsresponse-1.xml": [],
    "getscannerelementsresponse-1.xml": [],
    "getscannerelementsresponse-2.xml": [],
    "getscannerelementsresponse-3.xml": [],
    "scannerstatusconditionevent-1.xml": [],
    # White space around a date, which the schema's union type does not allow.
    "scannerstatusconditionclearedevent-1.xml": [],
    # ScanData with an Include, which the schema does not know of.
    "retrieveimageresponse-1.xml": [],
    "validatescanticketrequest-1.xml": [
        (
            "value_alias",
            "ValidateScanTicketRequest/ScanTicket/DocumentParameters/MediaSides/MediaFront/ColorProcessing",
        )
    ],
    "validatescanticketresponse-2.xml": [
        ("value_invalid", f"ValidateScanTicketResponse/ValidationInfo/ImageInformation/MediaFrontImageInfo/{name}")
        for name in ("PixelsPerLine", "NumberOfLines")
    ],
    "scanavailableevent-1.xml": [
        ("element_alias", "Subscribe/ScanDestinations/ScanDestination/ClientDisplayString"),
    ],
    # An EndpointReference inside the SubscriptionManager, which is one itself.
    "scanavailableevent-2.xml": [("element_missing", "SubscribeResponse/SubscriptionManager/Address")],
}
"""What is wrong with a repaired sample, by file; nothing where it has no row."""


@pytest.mark.parametrize("name", VALID)
def test_what_the_schema_accepts_has_no_violation(name: str) -> None:
    assert read(f"repaired/{name}").violations == ()


@pytest.mark.parametrize("name", [name for name in MESSAGES if "error-reporting-1" not in name])
def test_repaired_samples_are_read_with_their_known_defects(name: str) -> None:
    path = shared_path(f"spec/examples/repaired/{name}")
    if not path.exists():
        pytest.skip("there is no repaired copy")
    decoded = read(f"repaired/{name}")
    assert decoded.value is not None
    assert [(v.kind.value, v.path) for v in decoded.violations] == EXPECTED.get(name, [])


@pytest.mark.parametrize("name", RAW)
def test_raw_samples_say_whether_they_are_well_formed(name: str) -> None:
    envelope = read_envelope(shared_path(f"spec/examples/{name}").read_bytes())
    told = SoapAnomaly.NOT_WELL_FORMED in {anomaly.kind for anomaly in envelope.anomalies}
    if "error-reporting-2" in name:  # well-formed XML 1.0 that binds the prefix xml to another namespace
        assert SoapAnomaly.NAMESPACE_INVALID in {anomaly.kind for anomaly in envelope.anomalies}
        return
    assert told is not index()[name]["well_formed"]
    if told:
        assert envelope.error is not None
        assert index()[name]["error"].endswith(f"line {envelope.error.line}, column {envelope.error.column - 1}")


def test_a_mismatched_end_tag_says_which_and_the_rest_is_typed() -> None:
    envelope = read_envelope(shared_path("spec/examples/createscanjobrequest-1.xml").read_bytes())
    assert envelope.error is not None
    assert envelope.error.reason == "end tag </JobOriginatingUserName> where </wscn:JobOriginatingUserName> belongs"
    value = decode_message(envelope).value
    assert isinstance(value, CreateScanJobRequest)
    assert value.scan_identifier
    assert value.destination_token
    assert value.scan_ticket is not None
    assert value.scan_ticket.job_description is not None
    assert value.scan_ticket.job_description.job_name


def test_a_defect_near_the_end_leaves_the_message_typed() -> None:
    value = read("retrieveimagerequest-1.xml").value
    assert isinstance(value, RetrieveImageRequest)
    assert value.job_id is not None
    assert value.job_token


def test_absence_behind_a_defect_is_not_reliable() -> None:
    data = shared_path("spec/examples/validatescanticketresponse-1.xml").read_bytes()
    cut = data[: data.index(b"</wscn:ScanIdentifierValidTicket>")]
    decoded = decode_message(read_envelope(cut))
    assert isinstance(decoded.value, ValidateScanTicketResponse)
    assert [(v.kind.value, v.reliable) for v in decoded.violations] == [("element_missing", False)] * len(
        decoded.violations
    )
    assert decoded.violations


def test_misspelt_values_are_read_as_what_they_mean() -> None:
    value = read("repaired/validatescanticketrequest-1.xml").value
    assert isinstance(value, ValidateScanTicketRequest)
    assert value.scan_ticket is not None
    assert value.scan_ticket.document_parameters is not None
    sides = value.scan_ticket.document_parameters.media_sides
    assert sides is not None
    assert sides.media_front is not None
    assert sides.media_front.color_processing is not None
    assert sides.media_front.color_processing.value is ColorEntry.GRAYSCALE_4


def test_the_sample_fault_is_read() -> None:
    envelope = read_envelope(shared_path("spec/examples/wsd-scan-service-operation-error-reporting-2.xml").read_bytes())
    assert isinstance(decode_message(envelope).value, Fault)


@pytest.mark.parametrize(
    ("name", "operation", "violations"),
    [
        pytest.param("kyocera-m2040dn_GetScannerElementsResponse.xml", "GetScannerElements", [], id="Kyocera"),
        pytest.param("epson_ProbeMatches_noddos.xml", "Probe", [], id="Epson"),
        pytest.param("msdocs-style_Hello_https-ns.xml", "Hello", [], id="documentation"),
        pytest.param("windows10_Hello_v4.xml", "Hello", [], id="Hello over IPv4"),
        pytest.param("windows10_Hello_v6.xml", "Hello", [], id="Hello over IPv6"),
        pytest.param("windows10_Bye.xml", "Bye", [], id="Bye"),
        pytest.param("windows10_Probe.xml", "Probe", [], id="Probe"),
        pytest.param("windows_Resolve_v6.xml", "Resolve", [], id="Resolve"),
    ],
)
def test_published_messages_have_no_violation(name: str, operation: str, violations: list[str]) -> None:
    envelope = read_envelope(published(name))
    decoded = decode_message(envelope)
    assert operation_of(envelope) == operation
    assert isinstance(decoded.value, Element)
    assert [violation.kind.value for violation in decoded.violations] == violations


def test_what_the_kyocera_says_is_typed() -> None:
    value = decode_message(read_envelope(published("kyocera-m2040dn_GetScannerElementsResponse.xml"))).value
    assert isinstance(value, GetScannerElementsResponse)
    assert value.scanner_elements is not None
    description, configuration, ticket = value.scanner_elements.element_data[:3]
    assert description.name is not None
    assert (description.name.local, description.valid) == ("ScannerDescription", True)
    assert description.scanner_description is not None
    assert description.scanner_description.scanner_name[0].value == "ECOSYS M2040dn"
    assert configuration.scanner_configuration is not None
    assert configuration.scanner_configuration.adf is not None
    assert configuration.scanner_configuration.adf.adf_supports_duplex is True
    platen = configuration.scanner_configuration.platen
    assert platen is not None
    assert platen.platen_resolutions is not None
    assert platen.platen_resolutions.widths is not None
    assert platen.platen_resolutions.widths.width == (200, 300, 400, 600)
    assert platen.platen_maximum_size is not None
    assert (platen.platen_maximum_size.width, platen.platen_maximum_size.height) == (14016, 8504)
    assert ticket.default_scan_ticket is not None
    parameters = ticket.default_scan_ticket.document_parameters
    assert parameters is not None
    assert parameters.format is not None
    assert parameters.format.value == "pdf-a"
