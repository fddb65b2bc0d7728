"""Message information headers and endpoint references."""

import pytest
from lxml import etree

from tests.soap.corpus import enveloped
from wsdtrace.soap import read_envelope
from wsdtrace.soap.addressing import NO_HEADERS, EndpointReference, MessageHeaders, read_headers, write_headers
from wsdtrace.soap.namespaces import ANONYMOUS, DISCOVERY, SOAP12, WSA, WSA_2005
from wsdtrace.soap.schema import PREFIXES, Encoding, Extension


def headers_of(blocks: str, wsa: str = WSA) -> MessageHeaders:
    data = enveloped("", blocks).replace(WSA.encode(), wsa.encode())
    return read_envelope(data).headers


def test_all_headers_are_read() -> None:
    headers = headers_of(
        "<wsa:To> urn:to\n</wsa:To><wsa:Action>urn:a</wsa:Action><wsa:MessageID>urn:m</wsa:MessageID>"
        "<wsa:RelatesTo RelationshipType=' wsa:Reply '>urn:r</wsa:RelatesTo>"
        f"<wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:ReplyTo>"
        "<wsa:From><wsa:Address>urn:f</wsa:Address></wsa:From>"
        "<wsa:FaultTo><wsa:Address>urn:x</wsa:Address></wsa:FaultTo>"
    )
    assert (headers.to, headers.action, headers.message_id) == ("urn:to", "urn:a", "urn:m")
    assert (headers.relates_to, headers.relationship_type) == ("urn:r", "wsa:Reply")
    assert headers.reply_to == EndpointReference(address=ANONYMOUS)
    assert headers.from_ == EndpointReference(address="urn:f")
    assert headers.fault_to == EndpointReference(address="urn:x")
    assert headers.namespace == WSA


def test_the_sequence_of_discovery_is_read() -> None:
    headers = headers_of(
        f"<d:AppSequence xmlns:d='{DISCOVERY}' InstanceId='7' SequenceId='urn:s' MessageNumber=' 3 '/>"
    )
    sequence = headers.app_sequence
    assert sequence is not None
    assert (sequence.instance_id, sequence.sequence_id, sequence.message_number) == (7, "urn:s", 3)


@pytest.mark.parametrize(
    ("wsa", "meant"),
    [
        pytest.param(WSA, WSA, id="2004/08"),
        pytest.param(WSA_2005, WSA_2005, id="2005/08"),
        pytest.param("http://schemas.xmlsoap.org/ws/2003/03/addressing", WSA, id="2003/03"),
        pytest.param("https" + WSA[4:], WSA, id="https"),
    ],
)
def test_every_version_is_read_and_named(wsa: str, meant: str) -> None:
    headers = headers_of("<wsa:Action>urn:a</wsa:Action>", wsa)
    assert (headers.action, headers.namespace) == ("urn:a", meant)


def test_a_second_block_of_a_name_is_kept_among_the_others() -> None:
    headers = headers_of("<wsa:To>urn:1</wsa:To><wsa:To>urn:2</wsa:To>")
    assert headers.to == "urn:1"
    assert [block.text for block in headers.reference_parameters] == ["urn:2"]


def test_blocks_of_others_are_kept_in_order() -> None:
    headers = headers_of("<x:a xmlns:x='urn:x'>1</x:a><wsa:To>urn:t</wsa:To><x:b xmlns:x='urn:x'/>")
    assert [block.tag for block in headers.reference_parameters] == ["{urn:x}a", "{urn:x}b"]


def test_headers_without_an_action_have_their_namespace() -> None:
    assert headers_of("<wsa:To>urn:t</wsa:To>").namespace == WSA


@pytest.mark.parametrize("blocks", ["", "<x:a xmlns:x='urn:x'/>"])
def test_no_addressing_is_no_namespace(blocks: str) -> None:
    headers = headers_of(blocks)
    assert headers.namespace is None
    assert headers.action is None


def test_an_envelope_without_header_has_no_headers() -> None:
    assert read_headers(None) is NO_HEADERS


def test_an_empty_header_is_an_empty_text() -> None:
    assert headers_of("<wsa:MessageID/>").message_id == ""


REFERENCE = """
<wsa:ReplyTo><wsa:Address>http://d/x</wsa:Address>
<wsa:ReferenceProperties><x:p xmlns:x='urn:x'>1</x:p></wsa:ReferenceProperties>
<wsa:ReferenceParameters><x:q xmlns:x='urn:x'>2</x:q><x:r xmlns:x='urn:x'/></wsa:ReferenceParameters>
<x:vendor xmlns:x='urn:x'/></wsa:ReplyTo>"""


def test_a_reference_keeps_what_must_be_echoed() -> None:
    reference = headers_of(REFERENCE).reply_to
    assert reference is not None
    assert [(e.tag, e.text) for e in reference.reference_properties] == [("{urn:x}p", "1")]
    assert [(e.tag, e.text) for e in reference.reference_parameters] == [("{urn:x}q", "2"), ("{urn:x}r", None)]
    assert [e.tag for e in reference.extensions] == ["{urn:x}vendor"]


def test_written_headers_are_read_again() -> None:
    headers = headers_of(
        "<wsa:To>urn:to</wsa:To><wsa:Action>urn:a</wsa:Action><wsa:RelatesTo RelationshipType='x'>urn:r</wsa:RelatesTo>"
        + REFERENCE
        + f"<d:AppSequence xmlns:d='{DISCOVERY}' InstanceId='7' MessageNumber='3'/>"
    )
    header = etree.Element(f"{{{SOAP12}}}Header")
    write_headers(header, headers, Encoding(PREFIXES))
    assert read_headers(header) == headers


def test_an_extension_is_equal_by_its_meaning() -> None:
    one = Extension.of(etree.fromstring(b"<a:x xmlns:a='urn:a' xmlns:b='urn:b' q='1' p='2'/>"))
    two = Extension.of(etree.fromstring(b"<a:x xmlns:a='urn:a' p='2'   q='1'></a:x>"))
    assert one == two
    assert one != Extension.of(etree.fromstring(b"<a:x xmlns:a='urn:a' p='3' q='1'/>"))
