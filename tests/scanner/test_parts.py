"""Multipart contents as a plain client reads them; the standard library's reader is the oracle."""

import email
from email import policy

import pytest

from wsdtrace.scanner.http import HttpMessage
from wsdtrace.scanner.parts import read_parts
from wsdtrace.scenario.framing import image_payload
from wsdtrace.scenario.model import Mime

IMAGE = bytes(range(256)) + b"\r\n--not the boundary"


def message(media_type: str, content: bytes) -> HttpMessage:
    return HttpMessage("HTTP/1.1 200 OK", (("Content-Type", media_type),), content)


def test_parts_are_those_that_the_standard_library_reads() -> None:
    payload = image_payload(b"<x/>", "utf-8", IMAGE, "image/png", Mime(), author="wsdtrace")
    head = f"Content-Type: {payload.media_type}\r\n\r\n".encode()
    oracle = email.message_from_bytes(head + payload.data, policy=policy.HTTP)
    kinds = [part.get_content_type() for part in oracle.walk() if not part.is_multipart()]
    parts = read_parts(message(payload.media_type, payload.data))
    assert [kind.split(";")[0] for kind, _ in parts] == kinds == ["application/xop+xml", "image/png"]
    assert [data for _, data in parts] == [b"<x/>", IMAGE]


@pytest.mark.parametrize(
    "mime",
    [
        pytest.param(Mime(lf=True), id="line feeds alone"),
        pytest.param(Mime(boundary=False), id="no boundary parameter"),
        pytest.param(Mime(line_end_before_last=False), id="the last delimiter begins no line"),
        pytest.param(Mime(closing=False), id="no closing delimiter"),
    ],
)
def test_nothing_is_forgiven(mime: Mime) -> None:
    payload = image_payload(b"<x/>", "utf-8", IMAGE, "image/png", mime)
    assert len(read_parts(message(payload.media_type, payload.data))) < 2
