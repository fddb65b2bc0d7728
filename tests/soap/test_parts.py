"""The parts of an envelope, wherever recovery left them."""

import pytest

from wsdtrace.soap.namespaces import SOAP11, SOAP12
from wsdtrace.soap.parts import name_of, parts_of
from wsdtrace.soap.xml import QName, parse


@pytest.mark.parametrize("soap", [SOAP12, SOAP11, "https://www.w3.org/2003/05/soap-envelope"])
def test_every_version_has_the_same_parts(soap: str) -> None:
    root = parse(f"<s:Envelope xmlns:s='{soap}'><s:Header/><s:Body><x/></s:Body></s:Envelope>".encode()).root
    parts = parts_of(root)
    assert parts.root is root
    assert parts.header is not None
    assert parts.body is not None
    assert parts.child is parts.body[0]


def test_a_body_that_recovery_put_into_the_header_is_found() -> None:
    root = parse(f"<s:Envelope xmlns:s='{SOAP12}'><s:Header><s:Body><x/></s:Body></s:Envelope>".encode()).root
    parts = parts_of(root)
    assert parts.child is not None
    assert parts.child.tag == "x"


def test_an_empty_body_has_no_child() -> None:
    parts = parts_of(parse(f"<s:Envelope xmlns:s='{SOAP12}'><s:Body/></s:Envelope>".encode()).root)
    assert parts.body is not None
    assert parts.child is None


def test_another_document_has_no_parts_unless_it_is_a_bare_fault() -> None:
    assert parts_of(parse(b"<html/>").root).child is None
    assert parts_of(parse(b"<Fault/>").root).child is not None
    assert parts_of(None) == (None, None, None, None)


def test_a_name_keeps_a_prefix_that_nothing_binds() -> None:
    root = parse(b"<p:x/>").root
    assert root is not None
    assert name_of(root) == QName(None, "p:x")
