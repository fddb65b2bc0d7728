"""Bytes → envelope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared import needs_shared
from tests.soap.corpus import cases, enveloped, published
from wsdtrace.soap import QName, SoapAnomaly, SoapVersion, read_envelope
from wsdtrace.soap.envelope import version_of
from wsdtrace.soap.namespaces import SCAN, SOAP11, SOAP12, WSA

REQUEST = enveloped("<wscn:CancelJobRequest><wscn:JobId>1</wscn:JobId></wscn:CancelJobRequest>", action="urn:a")


def kinds(data: bytes) -> list[str]:
    return [anomaly.kind for anomaly in read_envelope(data).anomalies]


def test_an_ordinary_envelope_is_read() -> None:
    envelope = read_envelope(REQUEST)
    assert envelope.version is SoapVersion.SOAP_12
    assert envelope.well_formed
    assert (envelope.error, envelope.reliable_until, envelope.has_dtd, envelope.anomalies) == (None, None, False, ())
    assert envelope.body_name == QName(SCAN, "CancelJobRequest")
    assert envelope.headers.action == "urn:a"
    assert envelope.fault is None
    assert envelope.root is not None
    assert envelope.body is not None
    assert envelope.body_child is envelope.body[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("2006/08/wdp", "2006/01/wdp", [SoapAnomaly.NAMESPACE_ALIAS], id="pre-release namespace"),
        pytest.param("http://schemas.m", "https://schemas.m", [SoapAnomaly.NAMESPACE_ALIAS], id="https"),
        pytest.param(WSA, WSA.replace("2004/08", "2003/03"), [SoapAnomaly.NAMESPACE_ALIAS], id="old addressing"),
        pytest.param(SCAN, "http://tempuri.org/", [SoapAnomaly.NAMESPACE_UNKNOWN], id="unknown body"),
        pytest.param(WSA, "http://tempuri.org/", [SoapAnomaly.NAMESPACE_UNKNOWN] * 2, id="unknown headers"),
        pytest.param("<soap:Body>", "<soap:Body><!-- c -->", [], id="comment"),
        pytest.param("soap:Body", "soap:Torso", [SoapAnomaly.NO_BODY], id="no body"),
        pytest.param("soap:Envelope", "soap:Packet", [SoapAnomaly.NO_ENVELOPE], id="no envelope"),
        pytest.param(
            "<soap:Body>", "<soap:Body soap:encodingStyle='x'>", [SoapAnomaly.ENCODING_STYLE], id="encoding style"
        ),
        pytest.param("<wscn:JobId>1</wscn:JobId>", "<q:JobId>1</q:JobId>", [SoapAnomaly.PREFIX_UNBOUND], id="prefix"),
        pytest.param("<soap:Envelope", "<!DOCTYPE a><soap:Envelope", [SoapAnomaly.DTD], id="document type"),
        pytest.param("</wscn:JobId>", "</JobId>", [SoapAnomaly.NOT_WELL_FORMED], id="not well-formed"),
        pytest.param("1</wscn", f"1<f xmlns='{SOAP11}'/></wscn", [SoapAnomaly.SOAP_VERSIONS_MIXED], id="mixed"),
        pytest.param("1</wscn", "1<f xmlns='urn:x'/></wscn", [], id="namespace of a vendor"),
        pytest.param(SOAP12, SOAP11, [], id="SOAP 1.1"),
    ],
)
def test_what_is_odd_is_told(old: str, new: str, expected: list[str]) -> None:
    assert kinds(REQUEST.replace(old.encode(), new.encode())) == expected


def test_a_namespace_that_is_bound_and_not_used_is_no_alias() -> None:
    data = REQUEST.replace(b" xmlns:wsa", b" xmlns:old='http://schemas.xmlsoap.org/ws/2003/03/addressing' xmlns:wsa")
    assert kinds(data) == []


def test_an_alias_is_told_once_with_what_it_stands_for_and_where() -> None:
    data = REQUEST.replace(b"2006/08/wdp", b"2006/01/wdp")
    (anomaly,) = read_envelope(data).anomalies
    assert repr(SCAN) in anomaly.detail
    assert anomaly.span is not None
    assert data[anomaly.span.start : anomaly.span.end] == b"<wscn:CancelJobRequest>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<wscn:RequestedElements><wscn:Name>x:A</wscn:Name></wscn:RequestedElements>", id="Name"),
        pytest.param("<wscn:RequestedElements><wscn:Name> x:A </wscn:Name></wscn:RequestedElements>", id="white space"),
    ],
)
def test_an_unbound_prefix_in_a_qname_value_is_told_and_placed(body: str) -> None:
    data = enveloped(f"<wscn:GetScannerElementsRequest>{body}</wscn:GetScannerElementsRequest>")
    (anomaly,) = read_envelope(data).anomalies
    assert anomaly.kind == SoapAnomaly.PREFIX_UNBOUND
    assert anomaly.span is not None
    assert data[anomaly.span.start : anomaly.span.start + 3] == b"x:A"


def test_an_unbound_prefix_in_a_qname_attribute_is_told_and_placed() -> None:
    data = enveloped(
        "<wscn:GetScannerElementsResponse><wscn:ScannerElements><wscn:ElementData Name='x:A' Valid='false'/>"
        "</wscn:ScannerElements></wscn:GetScannerElementsResponse>"
    )
    (anomaly,) = read_envelope(data).anomalies
    assert anomaly.span is not None
    assert data[anomaly.span.start : anomaly.span.start + 3] == b"x:A"


def test_what_precedes_a_defect_is_read() -> None:
    envelope = read_envelope(REQUEST[: REQUEST.index(b"</wscn:CancelJobRequest>")])
    assert not envelope.well_formed
    assert envelope.headers.action == "urn:a"
    assert envelope.body_name == QName(SCAN, "CancelJobRequest")
    assert envelope.reliable_until == REQUEST.index(b"</wscn:CancelJobRequest>")


@pytest.mark.parametrize("data", [b"", b"hello", b"\0\0", b"<"])
def test_what_is_no_xml_is_an_envelope_without_root(data: bytes) -> None:
    envelope = read_envelope(data)
    assert envelope.root is None
    assert envelope.version is None
    assert not envelope.well_formed
    assert [anomaly.kind for anomaly in envelope.anomalies] == [SoapAnomaly.NOT_WELL_FORMED]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_every_encoding_gives_the_same_envelope(codec: str) -> None:
    envelope = read_envelope(REQUEST.decode().encode(codec))
    assert envelope.anomalies == ()
    assert envelope.headers == read_envelope(REQUEST).headers
    assert envelope.body_name == QName(SCAN, "CancelJobRequest")


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        (f"{{{SOAP12}}}Envelope", SoapVersion.SOAP_12),
        (f"{{{SOAP11}}}Envelope", SoapVersion.SOAP_11),
        ("{https://www.w3.org/2003/05/soap-envelope}Envelope", SoapVersion.SOAP_12),
        ("{urn:x}Envelope", None),
        ("soap:Envelope", SoapVersion.SOAP_12),
    ],
)
def test_the_version_is_that_of_the_namespace(tag: str, version: SoapVersion | None) -> None:
    assert version_of(tag) is version


def test_the_case_captures_hold_no_odd_envelope_but_those_that_are_cut() -> None:
    odd = [envelope for envelope in map(read_envelope, cases()) if envelope.anomalies]
    assert [[anomaly.kind for anomaly in envelope.anomalies] for envelope in odd] == [
        [SoapAnomaly.NOT_WELL_FORMED] for _ in odd
    ]
    reasons = {envelope.error.reason for envelope in odd if envelope.error is not None}
    assert reasons <= {"unclosed token", "no element found"}


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "kyocera-m2040dn_GetScannerElementsResponse.xml",
        "epson_ProbeMatches_noddos.xml",
        "windows10_Hello_v4.xml",
        "windows10_Bye.xml",
        "windows10_Probe.xml",
        "windows_Resolve_v6.xml",
    ],
)
def test_real_messages_are_ordinary(name: str) -> None:
    assert kinds(published(name)) == []


@needs_shared
def test_the_message_without_spaces_between_attributes_is_told() -> None:
    data = published("ispy_Probe_malformed_missing_space_between_attrs.xml")
    envelope = read_envelope(data)
    assert envelope.error is not None
    assert data[envelope.error.offset :].startswith(b"xmlns:w=")


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "latin-1", "nonsense"]))
def test_no_bytes_raise(data: bytes, charset: str | None) -> None:
    read_envelope(data, charset)
    read_envelope(REQUEST[:200] + data + REQUEST[200:], charset)
