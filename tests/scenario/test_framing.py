"""HTTP messages, read by h11 and by the email package."""

import email
import gzip
from email.message import Message

import h11
import pytest

from wsdtrace.scenario.framing import (
    Framed,
    Payload,
    client_hello,
    frame_answer,
    frame_request,
    image_payload,
    server_hello,
    soap_payload,
)
from wsdtrace.scenario.model import Edit, EditVerb, Http, Mime, Place

XML = b"<a/>" * 500
IMAGE = bytes(range(256)) * 20


def read(
    data: bytes, role: type[h11.CLIENT] | type[h11.SERVER], *, eof: bool = False
) -> tuple[h11.Request | h11.Response, bytes]:
    """A message as h11 reads it: its head and its content."""
    connection = h11.Connection(our_role=role)
    if role is h11.CLIENT:
        connection.send(h11.Request(method="POST", target="/", headers=[("Host", "a"), ("Content-Length", "0")]))
        connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    if eof:
        connection.receive_data(b"")
    head, content = None, b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request | h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            content += bytes(event.data)
        else:
            break
    assert isinstance(event, h11.EndOfMessage)
    assert head is not None
    return head, content


def parts(payload: Payload) -> list[Message]:
    """The parts of a multipart content, as the email package cuts them."""
    whole = email.message_from_bytes(b"Content-Type: " + payload.media_type.encode() + b"\r\n\r\n" + payload.data)
    assert whole.is_multipart()
    return [part for part in whole.get_payload() if isinstance(part, Message)]


def test_a_request_is_read_as_it_was_meant() -> None:
    framed = frame_request("192.0.2.1:80", "/scan", soap_payload(XML, "utf-8"), ())
    head, content = read(framed.data, h11.SERVER)
    assert isinstance(head, h11.Request)
    assert (head.method, head.target, content) == (b"POST", b"/scan", XML)
    assert dict(head.headers)[b"content-type"] == b"application/soap+xml; charset=utf-8"
    assert framed.data[framed.content_start :] == XML


@pytest.mark.parametrize(
    ("http", "eof"),
    [
        pytest.param(Http(), False, id="Content-Length"),
        pytest.param(Http(chunk=500), False, id="chunked"),
        pytest.param(Http(chunk=1), False, id="chunks of one byte"),
        pytest.param(Http(until_close=True), True, id="until close"),
        pytest.param(Http(version_10=True), True, id="HTTP/1.0"),
        pytest.param(Http(gzip=True), False, id="gzip"),
        pytest.param(Http(gzip=True, chunk=100), False, id="gzip in chunks"),
    ],
)
def test_an_answer_is_read_as_it_was_meant(http: Http, eof: bool) -> None:
    framed = frame_answer(200, soap_payload(XML, "utf-8"), http, ())
    head, content = read(framed.data, h11.CLIENT, eof=eof)
    assert isinstance(head, h11.Response)
    assert head.status_code == 200
    assert (gzip.decompress(content) if http.gzip else content) == XML
    assert framed.data[framed.content_start :][:1] == content[:1]


def test_status_and_type_can_be_others() -> None:
    head, _ = read(
        frame_answer(200, soap_payload(XML, "utf-8"), Http(status=500, type="text/html"), ()).data, h11.CLIENT
    )
    assert isinstance(head, h11.Response)
    assert (head.status_code, dict(head.headers)[b"content-type"]) == (500, b"text/html")


def test_an_answer_without_content_has_length_zero() -> None:
    head, content = read(frame_answer(202, None, Http(), ()).data, h11.CLIENT)
    assert content == b""
    assert b"content-type" not in dict(head.headers)


def test_an_image_travels_beside_its_envelope() -> None:
    payload = image_payload(XML, "utf-8", IMAGE, "image/png", Mime())
    root, image = parts(payload)
    assert root["Content-ID"] == "<root@scenario>"
    assert root.get_content_type() == "application/xop+xml"
    assert (image.get_content_type(), image["Content-Transfer-Encoding"]) == ("image/png", "binary")
    assert payload.data.endswith(b"--scenario-boundary--\r\n")
    assert b"\r\n\r\n" + IMAGE + b"\r\n--scenario-boundary--" in payload.data


@pytest.mark.parametrize(
    ("mime", "there", "absent"),
    [
        pytest.param(Mime(lf=True), b"\n\n" + IMAGE + b"\n--", b"\r\n--", id="lf"),
        pytest.param(Mime(closing=False), IMAGE, b"boundary--", id="no closing delimiter"),
        pytest.param(Mime(line_end_before_last=False), IMAGE + b"--scenario-boundary--", IMAGE + b"\r\n", id="inline"),
        pytest.param(Mime(encoding="base64"), b"Content-Transfer-Encoding: base64", b"\0\0\0", id="encoding"),
    ],
)
def test_parts_can_be_written_badly(mime: Mime, there: bytes, absent: bytes) -> None:
    data = image_payload(XML, "utf-8", IMAGE, "image/png", mime).data
    assert there in data
    assert absent not in data


def test_parts_can_be_in_another_order_and_more() -> None:
    payload = image_payload(XML, "utf-8", IMAGE, "image/png", Mime(root_last=True, extra=True))
    assert [part["Content-ID"] for part in parts(payload)] == [
        "<image@scenario>",
        "<root@scenario>",
        "<extra@scenario>",
    ]


def test_a_boundary_can_be_missing() -> None:
    assert "boundary" not in image_payload(XML, "utf-8", IMAGE, "image/png", Mime(boundary=False)).media_type


def test_a_raw_edit_stands_in_place_of_everything() -> None:
    edit = Edit(EditVerb.RAW, r"BAD\r\n", "", Place(1, 1))
    assert frame_answer(200, None, Http(chunk=5), (edit,)) == Framed(b"BAD\r\n", 5)


@pytest.mark.parametrize("data", [client_hello(), server_hello()], ids=["client", "server"])
def test_a_hello_of_tls_has_the_lengths_that_it_says(data: bytes) -> None:
    record = int.from_bytes(data[3:5], "big")
    message = int.from_bytes(data[6:9], "big")
    assert record == message + 4
    assert len(data) in (5 + record, 5 + record + 5 + 32)
