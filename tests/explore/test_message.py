"""`Message`: typed body, what was on the wire, how it prints."""

import pytest

from tests.explore.conftest import opened
from tests.shared import CAPTURES
from wsdtrace import Message, Trace
from wsdtrace.errors import CaptureError
from wsdtrace.soap.fault import Fault
from wsdtrace.wsd.scan import CreateScanJobRequest


def request(trace: Trace, exchange: int) -> Message:
    found = trace.exchanges[exchange - 1].request
    assert found is not None
    return found


def response(trace: Trace, exchange: int) -> Message:
    found = trace.exchanges[exchange - 1].response
    assert found is not None
    return found


def test_the_body_is_the_typed_message(adf: Trace) -> None:
    body = request(adf, 3).body
    assert isinstance(body, CreateScanJobRequest)
    assert body.scan_ticket is not None
    assert body.scan_ticket.document_parameters is not None
    assert body.scan_ticket.document_parameters.format is not None
    assert body.scan_ticket.document_parameters.format.value == "jfif"
    assert isinstance(response(adf, 7).body, Fault)


def test_headers_are_those_of_ws_addressing(adf: Trace) -> None:
    headers = response(adf, 4).headers
    assert headers is not None
    assert headers.relates_to == request(adf, 4).message_id == response(adf, 4).relates_to


def test_raw_is_what_was_on_the_wire(adf: Trace) -> None:
    data = (CAPTURES / "adf-3-pages" / "capture.pcap").read_bytes()
    message = request(adf, 4)
    head, _, content = message.raw.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /WSScan HTTP/1.1\r\n")
    assert content == message.xml
    assert data.count(message.raw) == 1, "a request in one segment stands in the file as it is"
    answer = response(adf, 4)
    assert answer.raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(answer.raw) == answer.raw.index(b"\r\n\r\n") + 4 + answer.size_bytes
    assert adf.images[0].read() in answer.raw


def test_frames_are_those_that_brought_its_bytes(adf: Trace) -> None:
    assert request(adf, 4).frames == [40]
    assert response(adf, 4).frames == list(range(42, 68, 2))
    assert request(adf, 4).wireshark_filter == "frame.number in {40}"


def test_http_has_the_field_lines(adf: Trace) -> None:
    http = request(adf, 4).http
    assert http is not None
    assert http.field("user-agent") == "WSDAPI"


def test_it_prints_as_a_tree_with_units_and_meanings(adf: Trace) -> None:
    lines = str(request(adf, 3)).splitlines()
    assert lines[0].startswith("request  #28  00:00.005  1.6 kB")
    assert any(line.split()[:3] == ["Width", "75", "dpi"] for line in lines)
    assert any("InputMediaSize" in line and "size of the original" in line for line in lines)
    assert any("8500 thou (215.9 mm)" in line for line in lines)


def test_what_is_printed_is_redacted_and_xml_is_not(adf: Trace) -> None:
    message = request(adf, 3)
    assert message.xml is not None
    assert b"<sca:JobOriginatingUserName>" in message.xml
    assert "‹redacted›" not in message.xml.decode()
    assert "JobOriginatingUserName   ‹redacted›" in str(message)


def test_a_message_without_soap_says_so() -> None:
    with opened("error-page") as trace:
        page = next(m for m in trace.messages if m.role == "response" and m._of.xml is None and m.body is None)
        assert page.xml is None or page.body is None
        assert "no SOAP; see .raw" in str(page)
        assert page.raw.startswith(b"HTTP/1.1")


def test_a_source_that_knows_the_content_alone_has_no_raw(adf: Trace) -> None:
    message = request(adf, 4)
    read = message._read
    only = Message(adf, read, message._exchange)
    assert read.place is None
    with pytest.raises(CaptureError, match="has its content alone"):
        _ = only.raw
    assert only.xml == message.xml
