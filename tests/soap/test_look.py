"""The thorough look at an envelope that is not ordinary: bounds and places."""

from tests.soap.corpus import enveloped
from wsdtrace.soap import SoapAnomaly, read_envelope
from wsdtrace.soap import look as room
from wsdtrace.soap.look import has_unbound_names
from wsdtrace.soap.xml import MAX_NAMESPACE_ANOMALIES


def test_every_anomaly_of_an_element_is_placed_at_its_start_tag() -> None:
    data = enveloped("<wscn:CancelJobRequest/>", "<t:To xmlns:t='http://tempuri.org/'>x</t:To>")
    (anomaly,) = read_envelope(data).anomalies
    assert anomaly.kind == SoapAnomaly.NAMESPACE_UNKNOWN
    assert anomaly.span is not None
    assert data[anomaly.span.start : anomaly.span.end] == b"<t:To xmlns:t='http://tempuri.org/'>"


def test_a_qname_of_a_bound_prefix_is_not_told() -> None:
    root = read_envelope(
        enveloped(
            "<wscn:GetScannerElementsRequest><wscn:RequestedElements><wscn:Name>wscn:A</wscn:Name>"
            "<wscn:Name>Bare</wscn:Name></wscn:RequestedElements></wscn:GetScannerElementsRequest>"
        )
    ).root
    assert root is not None
    assert not has_unbound_names(root)


def test_a_prefix_is_told_once_however_often_it_stands() -> None:
    names = "<wscn:Name>x:A</wscn:Name>" * 5 + "<wscn:Name>y:A</wscn:Name>"
    data = enveloped(
        f"<wscn:GetScannerElementsRequest><wscn:RequestedElements>{names}</wscn:RequestedElements>"
        "</wscn:GetScannerElementsRequest>"
    )
    assert [anomaly.detail[:10] for anomaly in read_envelope(data).anomalies] == ["prefix 'x'", "prefix 'y'"]


def test_a_message_of_another_vocabulary_is_left_alone() -> None:
    assert read_envelope(enveloped("<x:Envelope xmlns:x='urn:x'/>")).anomalies == ()


def test_what_is_missing_behind_a_defect_is_not_told() -> None:
    data = enveloped("<wscn:CancelJobRequest/>", "<wsa:To>x</wsa:To>")
    kinds = [anomaly.kind for anomaly in read_envelope(data[: data.index(b"</wsa:To>")]).anomalies]
    assert kinds == [SoapAnomaly.NOT_WELL_FORMED]


def test_the_number_of_elements_looked_at_is_bounded() -> None:
    assert room.MAX_LOOKED >= 100_000


def test_the_prefixes_that_are_told_are_bounded() -> None:
    names = "".join(f"<wscn:Name>x{number}:A</wscn:Name>" for number in range(100))
    data = enveloped(
        f"<wscn:GetScannerElementsRequest><wscn:RequestedElements>{names}</wscn:RequestedElements>"
        "</wscn:GetScannerElementsRequest>"
    )
    assert len(read_envelope(data).anomalies) == MAX_NAMESPACE_ANOMALIES


def test_the_bindings_looked_at_are_bounded_and_that_is_told() -> None:
    bindings = " ".join(f"xmlns:p{number}='urn:{number}'" for number in range(3000))
    names = "<wscn:Name>p1:A</wscn:Name>" * 1000 + "<wscn:Name>q:A</wscn:Name>"
    data = enveloped(
        f"<wscn:GetScannerElementsRequest {bindings}><wscn:RequestedElements>{names}</wscn:RequestedElements>"
        "</wscn:GetScannerElementsRequest>"
    )
    kinds = [anomaly.kind for anomaly in read_envelope(data).anomalies]
    assert kinds == [SoapAnomaly.TOO_LARGE]
