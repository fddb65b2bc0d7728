"""Envelopes are written, and written again as they were."""

from typing import Any

import pytest
from lxml import etree

from tests.shared import needs_shared, shared_path
from tests.soap.corpus import cases, enveloped, published, recordings
from wsdtrace.soap import Fault, FaultName, MessageHeaders, SoapVersion, read_envelope, rewrite, write_envelope
from wsdtrace.soap.namespaces import DISCOVERY, DISCOVERY_11, SCAN, SOAP11, SOAP12, WSA
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.discovery import Probe
from wsdtrace.wsd.scan import CancelJobRequest

HEADERS = MessageHeaders(namespace=WSA, to="urn:to", action="urn:a", message_id="urn:m")


def infoset(data: bytes) -> Any:
    """What a document says: names, attributes, texts and order; header blocks are a set."""

    def of(element: etree._Element) -> Any:
        children = [of(child) for child in element.iterchildren(etree.Element)]
        if str(element.tag).endswith("}Header"):
            children.sort()
        texts = [(element.text or "").strip(), *((child.tail or "").strip() for child in element)]
        return str(element.tag), sorted(map(str, element.items())), [t for t in texts if t], children

    return of(etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True)))


def again(data: bytes) -> bytes:
    envelope = read_envelope(data)
    value = decode_message(envelope).value
    return rewrite(envelope, envelope.headers, value if value is not None else envelope.body_child)


def well_formed(messages: tuple[bytes, ...]) -> list[bytes]:
    return [data for data in messages if not read_envelope(data).anomalies]


def test_a_message_is_written_with_the_prefixes_of_the_specification() -> None:
    data = write_envelope(HEADERS, CancelJobRequest(job_id=7))
    assert data.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert b"<wscn:CancelJobRequest><wscn:JobId>7</wscn:JobId></wscn:CancelJobRequest>" in data
    envelope = read_envelope(data)
    assert envelope.anomalies == ()
    assert envelope.headers == HEADERS
    assert decode_message(envelope).value == CancelJobRequest(job_id=7)


def test_prefixes_and_versions_can_be_chosen() -> None:
    data = write_envelope(
        HEADERS, Probe(), prefixes={"e": SOAP12, "d": DISCOVERY_11, None: WSA}, namespaces={DISCOVERY: DISCOVERY_11}
    )
    assert b"<d:Probe/>" in data
    assert b"<Action>urn:a</Action>" in data
    assert decode_message(read_envelope(data)).value == Probe()


FAULT = Fault(
    SoapVersion.SOAP_12,
    FaultName("soap:Sender", SOAP12, "Sender", "soap"),
    (FaultName("wscn:InvalidArgs", SCAN, "InvalidArgs", "wscn"), FaultName("x:more", None, "more", "x")),
    (("en", "no"), (None, "nein")),
    etree.fromstring(f"<d:Detail xmlns:d='{SOAP12}'><JobId>7</JobId></d:Detail>"),
    "urn:node",
    "urn:role",
)


def test_a_fault_is_written_and_read_again() -> None:
    fault = read_envelope(write_envelope(HEADERS, FAULT)).fault
    assert fault is not None
    assert (fault.code, fault.subcodes, fault.reasons) == (FAULT.code, FAULT.subcodes, FAULT.reasons)
    assert (fault.node, fault.role, fault.detail_text) == ("urn:node", "urn:role", "7")


def test_a_fault_of_soap_11_is_written_as_its_version_has_it() -> None:
    code = FaultName("s:Client", SOAP11, "Client", "s")
    fault = Fault(SoapVersion.SOAP_11, code, (), (("en", "no"),), None, None, "urn:actor")
    data = write_envelope(HEADERS, fault, version=SoapVersion.SOAP_11, prefixes={"s": SOAP11, "wsa": WSA})
    read = read_envelope(data).fault
    assert read is not None
    assert (read.code, read.reasons, read.role, read.problems) == (code, (("en", "no"),), "urn:actor", ())


def test_a_name_of_a_fault_gets_the_prefix_that_is_bound() -> None:
    fault = Fault(SoapVersion.SOAP_12, FaultName("a:Sender", SOAP12, "Sender", "a"), (), (("en", "no"),))
    assert b"<soap:Value>soap:Sender</soap:Value>" in write_envelope(HEADERS, fault)


def test_a_body_that_is_not_declared_is_left_as_it_is() -> None:
    data = enveloped("<x:y xmlns:x='urn:x' a='1'><x:z/>t</x:y>", action="urn:a")
    assert infoset(again(data)) == infoset(data)


def test_an_empty_body_stays_empty() -> None:
    data = enveloped("", action="urn:a")
    assert infoset(again(data)) == infoset(data)


def test_what_cannot_be_parsed_is_written_anew() -> None:
    envelope = read_envelope(b"hello")
    assert decode_message(read_envelope(rewrite(envelope, HEADERS, Probe()))).value == Probe()


def test_every_message_of_the_cases_is_written_as_it_was() -> None:
    different = [data for data in well_formed(cases()) if infoset(again(data)) != infoset(data)]
    assert different == []


@needs_shared
def test_every_message_of_the_recordings_is_written_as_it_was() -> None:
    different = [data for data in well_formed(recordings()) if infoset(again(data)) != infoset(data)]
    assert different == []


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "kyocera-m2040dn_GetScannerElementsResponse.xml",
        "epson_ProbeMatches_noddos.xml",
        "msdocs-style_Hello_https-ns.xml",
        "windows10_Bye.xml",
        "windows10_Hello_v6.xml",
        "windows10_Probe.xml",
        "windows_Resolve_v6.xml",
    ],
)
def test_published_messages_are_written_as_they_were(name: str) -> None:
    assert infoset(again(published(name))) == infoset(published(name))


@needs_shared
@pytest.mark.parametrize(
    "path", sorted(shared_path("spec/examples/repaired").glob("*.xml")), ids=lambda path: path.stem
)
def test_samples_of_the_documentation_are_written_as_they_were(path: Any) -> None:
    data = path.read_bytes()
    if read_envelope(data).version is None:
        pytest.skip("a fragment, no message")
    assert infoset(again(data)) == infoset(data)
