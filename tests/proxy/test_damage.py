"""Contents with a fault in them; email and lxml say what they are."""

import email
import random
from email.message import Message as Mail

import pytest
from lxml import etree

from tests.proxy.device import recorded
from tests.shared import CAPTURES
from wsdtrace.http.head import parse_head
from wsdtrace.proxy.damage import corrupted, fault_answer, parts_of, status_answer, truncated, unrelated, with_token
from wsdtrace.proxy.places import Message
from wsdtrace.soap import read_envelope
from wsdtrace.wsd import FAULTS

OPERATION, REQUEST, RESPONSE = recorded(CAPTURES / "clean-flatbed" / "capture.pcap")[3]
SECTION, _, CONTENT = RESPONSE.partition(b"\r\n\r\n")
HEAD = parse_head(SECTION + b"\r\n\r\n", 0, request=False, fields_max=100)


def bodies(content: bytes) -> list[bytes]:
    """The parts as Python's mail parser reads them."""
    mail = email.message_from_bytes(SECTION.partition(b"\r\n")[2] + b"\r\n\r\n" + content)
    parts: list[Mail] = mail.get_payload()  # type: ignore[assignment]  # it is multipart
    return [part.get_payload(decode=True) for part in parts]  # type: ignore[misc]  # bytes of a leaf


def test_parts_are_those_of_a_mail_parser() -> None:
    assert [CONTENT[a:b] for a, b in parts_of(CONTENT, HEAD)] == bodies(CONTENT)
    plain = parse_head(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", 0, request=False, fields_max=9)
    assert parts_of(CONTENT, plain) == []


def test_a_page_is_truncated_and_its_frame_is_whole() -> None:
    cut = truncated(CONTENT, HEAD, 1000)
    envelope, page = bodies(cut)
    assert (envelope, page) == (bodies(CONTENT)[0], bodies(CONTENT)[1][:1000])
    assert truncated(CONTENT, HEAD, 10**9) == CONTENT
    plain = parse_head(b"HTTP/1.1 200 OK\r\n\r\n", 0, request=False, fields_max=9)
    assert truncated(b"<a/>", plain, 2) == b"<a"


def test_some_bytes_of_a_page_are_other_ones() -> None:
    damaged = corrupted(CONTENT, HEAD, 5, random.Random(1))
    assert bodies(damaged)[0] == bodies(CONTENT)[0]
    page, was = bodies(damaged)[1], bodies(CONTENT)[1]
    assert len(page) == len(was)
    assert 1 <= sum(a != b for a, b in zip(page, was, strict=True)) <= 5
    assert damaged == corrupted(CONTENT, HEAD, 5, random.Random(1))


def test_an_xml_is_not_well_formed_any_more() -> None:
    plain = parse_head(b"HTTP/1.1 200 OK\r\n\r\n", 0, request=False, fields_max=9)
    damaged = corrupted(REQUEST.partition(b"\r\n\r\n")[2], plain, 0, random.Random(1))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(damaged)
    assert corrupted(b"", plain, 0, random.Random(1)) == b""


def test_the_answer_relates_to_a_message_that_nobody_sent() -> None:
    other = unrelated(CONTENT, HEAD, None, random.Random(1))
    message = read_envelope(bodies(other)[0])
    assert message.headers.relates_to != read_envelope(bodies(CONTENT)[0]).headers.relates_to
    assert bodies(other)[1] == bodies(CONTENT)[1]
    assert unrelated(b"no xml", HEAD, None, random.Random(1)) == b"no xml"


def test_the_request_carries_another_token() -> None:
    message = Message(REQUEST.partition(b"\r\n\r\n")[2])
    token = message.job_token()
    assert token is not None
    assert with_token(message, "stale") == message.data.replace(token.text.encode(), b"stale")


@pytest.mark.parametrize("info", FAULTS, ids=lambda info: info.subcode)
def test_every_fault_of_the_table_can_be_injected(info: object) -> None:
    subcode = info.subcode  # type: ignore[attr-defined]  # a row of the table
    head, _, body = fault_answer(subcode, "urn:uuid:1", random.Random(1)).partition(b"\r\n\r\n")
    read = read_envelope(body)
    assert read.fault is not None
    assert read.fault.subcode is not None
    assert read.fault.subcode.local == subcode
    assert read.fault.subcode.bound
    assert read.headers.relates_to == "urn:uuid:1"
    assert b"Content-Length: %d" % len(body) in head
    etree.fromstring(body)


def test_a_status_is_answered_without_soap() -> None:
    assert status_answer(503).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert status_answer(299).startswith(b"HTTP/1.1 299 Injected\r\n")
