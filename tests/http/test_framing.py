"""RFC 9112 §6.3, step by step."""

import pytest

from wsdtrace.http.anomalies import HttpAnomaly
from wsdtrace.http.framing import Framing, body_framing
from wsdtrace.http.head import parse_head

A = HttpAnomaly
NONE, LENGTH, CHUNKED, CLOSE, TUNNEL = Framing

RESPONSES = [
    pytest.param(200, "GET", "Content-Length: 5", LENGTH, 5, [], id="step 6"),
    pytest.param(200, "GET", "Content-Length: 0", NONE, 0, [], id="step 6, zero"),
    pytest.param(200, "GET", "Content-Length: 00005", LENGTH, 5, [], id="step 6, leading zeros"),
    pytest.param(200, "HEAD", "Content-Length: 5", NONE, None, [], id="step 1, HEAD"),
    pytest.param(200, None, "Content-Length: 5", LENGTH, 5, [], id="request unknown"),
    pytest.param(100, "GET", "", NONE, None, [], id="step 1, 1xx"),
    pytest.param(204, "GET", "", NONE, None, [], id="step 1, 204"),
    pytest.param(304, "GET", "Content-Length: 5", NONE, None, [], id="step 1, 304"),
    pytest.param(101, "GET", "", TUNNEL, None, [], id="101"),
    pytest.param(200, "CONNECT", "Content-Length: 5", TUNNEL, None, [], id="step 2"),
    pytest.param(407, "CONNECT", "Content-Length: 5", LENGTH, 5, [], id="CONNECT refused"),
    pytest.param(200, "GET", "Transfer-Encoding: chunked", CHUNKED, None, [], id="step 4"),
    pytest.param(200, "GET", "Transfer-Encoding: Chunked", CHUNKED, None, [], id="step 4, letter case"),
    pytest.param(200, "GET", "Transfer-Encoding: ,\tchunked,", CHUNKED, None, [], id="step 4, empty list members"),
    pytest.param(
        200, "GET", "Transfer-Encoding: gzip, chunked", CHUNKED, None, [A.CODING_UNKNOWN],
        id="step 4, gzip inside",
    ),
    pytest.param(
        200, "GET", "Transfer-Encoding: chunked, chunked", CHUNKED, None, [A.CODING_NOT_FINAL],
        id="chunked twice",
    ),
    pytest.param(
        200, "GET", "Transfer-Encoding: xchunked", CLOSE, None, [A.CODING_UNKNOWN, A.CODING_NOT_FINAL],
        id="another",
    ),
    pytest.param(
        200, "GET", "Transfer-Encoding: chunked\r\nContent-Length: 5", CHUNKED, None,
        [A.LENGTH_AND_CODING], id="step 3",
    ),
    pytest.param(
        200, "GET", "Content-Length: 5\r\nContent-Length: 5", LENGTH, 5, [A.LENGTH_REPEATED],
        id="step 5, equal",
    ),
    pytest.param(200, "GET", "Content-Length: 5, 6", LENGTH, 5, [A.LENGTH_CONFLICT], id="step 5, different"),
    pytest.param(200, "GET", "Content-Length: +5", CLOSE, None, [A.LENGTH_MALFORMED], id="step 5, sign"),
    pytest.param(200, "GET", "Content-Length: 5 5", CLOSE, None, [A.LENGTH_MALFORMED], id="step 5, two numbers"),
    pytest.param(200, "GET", "Content-Length:", CLOSE, None, [A.LENGTH_MALFORMED], id="step 5, empty"),
    pytest.param(200, "GET", "Content-Length: " + "9" * 19, CLOSE, None, [A.LENGTH_MALFORMED], id="step 5, too long"),
    pytest.param(
        200, "GET", "Content-Length: \xb2", CLOSE, None, [A.LENGTH_MALFORMED],
        id="step 5, digit of another script",
    ),
    pytest.param(
        200, "GET", "Content-Length 5", CLOSE, None, [A.COLON_MISSING],
        id="a line without colon frames nothing",
    ),
    pytest.param(200, "GET", "", CLOSE, None, [], id="step 8"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "method", "lines", "framing", "length", "odd"), RESPONSES)
def test_a_response_is_framed(
    status: int, method: str | None, lines: str, framing: Framing, length: int | None, odd: list[HttpAnomaly]
) -> None:
    section = f"HTTP/1.1 {status} x\r\n{lines}\r\n\r\n".encode("latin-1")
    head = parse_head(section, 0, request=False, fields_max=10)
    assert body_framing(head, is_request=False, request_method=method) == (framing, length)
    assert [anomaly.kind for anomaly in head.anomalies] == odd


REQUESTS = [
    pytest.param("Content-Length: 5", LENGTH, 5, [], id="step 6"),
    pytest.param("", NONE, None, [], id="step 7"),
    pytest.param("Content-Length: x", NONE, None, [A.LENGTH_MALFORMED], id="step 5"),
    pytest.param("Transfer-Encoding: chunked", CHUNKED, None, [], id="step 4"),
    pytest.param(
        "Transfer-Encoding: gzip", CLOSE, None, [A.CODING_UNKNOWN, A.CODING_NOT_FINAL],
        id="step 4, not chunked",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "framing", "length", "odd"), REQUESTS)
def test_a_request_is_framed(lines: str, framing: Framing, length: int | None, odd: list[HttpAnomaly]) -> None:
    section = f"POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n".encode("latin-1")
    head = parse_head(section, 0, request=True, fields_max=10)
    assert body_framing(head, is_request=True, request_method=None) == (framing, length)
    assert [anomaly.kind for anomaly in head.anomalies] == odd


def test_a_request_whose_line_cannot_be_read_is_framed_as_a_request() -> None:
    head = parse_head(b"POST/ HTTP/1.1\r\nHost: a\r\n\r\n", 0, request=True, fields_max=10)
    assert head.start is None
    assert body_framing(head, is_request=True, request_method=None).framing is NONE
