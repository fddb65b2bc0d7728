"""Discovery messages are what lxml and the declarations say they are; answers fit what was asked."""

import pytest
from lxml import etree

from wsdtrace.proxy.speech import (
    DEVICE,
    SCANNER,
    Service,
    answer_to,
    bye,
    elements,
    get,
    hello,
    is_newer,
    probe,
    resolve,
    services_of,
)
from wsdtrace.soap import AppSequence, QName, read_envelope
from wsdtrace.soap.namespaces import DISCOVERY, DISCOVERY_11, SCAN, WSA
from wsdtrace.wsd import decode_message, operation_of

SERVICE = Service("urn:uuid:1", xaddrs=("http://192.0.2.1/x",), version=7)
SEQUENCE = AppSequence(instance_id=1, message_number=2)


@pytest.mark.parametrize(
    ("types", "meant"),
    [
        ((), True),
        ((DEVICE,), True),
        ((SCANNER,), True),
        ((DEVICE, SCANNER), True),
        ((QName(SCAN, "PrintDeviceType"),), False),
    ],
)
@pytest.mark.parametrize("newer", [False, True])
def test_a_probe_is_answered_where_its_types_are_ours(types: tuple[QName, ...], meant: bool, newer: bool) -> None:
    asked = probe(types, newer=newer)
    answer = answer_to(asked, SERVICE, SEQUENCE)
    assert (answer is not None) is meant
    if answer is None:
        return
    root = etree.fromstring(answer)
    discovery = DISCOVERY_11 if newer else DISCOVERY
    assert root.findtext(f".//{{{discovery}}}XAddrs") == "http://192.0.2.1/x"
    assert root.findtext(f".//{{{discovery}}}MetadataVersion") == "7"
    read = read_envelope(answer)
    assert is_newer(read) is newer
    assert read.headers.relates_to == read_envelope(asked).headers.message_id
    assert read.headers.app_sequence is not None
    assert decode_message(read).violations == ()


def test_a_resolve_is_answered_where_it_names_us() -> None:
    answer = answer_to(resolve("URN:UUID:1"), SERVICE, SEQUENCE)
    assert answer is not None
    assert services_of(answer) == [SERVICE]
    assert answer_to(resolve("urn:uuid:2"), SERVICE, SEQUENCE) is None


@pytest.mark.parametrize("data", [b"", b"<a/>", hello(SERVICE, SEQUENCE), bye(SERVICE, SEQUENCE)])
def test_nothing_else_is_answered(data: bytes) -> None:
    assert answer_to(data, SERVICE, SEQUENCE) is None


def test_a_probe_for_a_place_is_not_for_us() -> None:
    scoped = probe().replace(b"Probe/>", b"Probe><wsd:Scopes>http://192.0.2.1/floor</wsd:Scopes></wsd:Probe>")
    assert b"Scopes" in scoped
    assert answer_to(scoped, SERVICE, SEQUENCE) is None


def test_services_are_read_back_and_bounded() -> None:
    assert services_of(hello(SERVICE, SEQUENCE)) == [SERVICE]
    assert services_of(bye(SERVICE, SEQUENCE)) == []
    assert services_of(b"x") == []
    assert SERVICE.is_scanner
    assert not Service("urn:uuid:1", types=(DEVICE,)).is_scanner


def test_requests_over_http_are_understood() -> None:
    assert operation_of(read_envelope(get("urn:uuid:1"))) == "Get"
    asked = elements("http://192.0.2.1/x", ["ScannerConfiguration"])
    assert operation_of(read_envelope(asked)) == "GetScannerElements"
    assert read_envelope(asked).headers.namespace == WSA
    assert decode_message(read_envelope(asked)).violations == ()
