"""Header sections: start-lines, field lines, spans."""

import pytest

from wsdtrace.http.anomalies import HttpAnomaly
from wsdtrace.http.head import (
    is_start_line,
    may_begin_start_line,
    parse_fields,
    parse_head,
    parse_request_line,
    parse_status_line,
)
from wsdtrace.records import Anomaly, RequestLine, Space, StatusLine

A = HttpAnomaly

REQUEST_LINES = [
    pytest.param(b"GET / HTTP/1.1", RequestLine("GET", "/", "HTTP/1.1"), None, id="origin-form"),
    pytest.param(b"OPTIONS * HTTP/1.1", RequestLine("OPTIONS", "*", "HTTP/1.1"), None, id="asterisk-form"),
    pytest.param(b"CONNECT a:1 HTTP/1.1", RequestLine("CONNECT", "a:1", "HTTP/1.1"), None, id="authority-form"),
    pytest.param(
        b"GET http://a/ HTTP/1.1", RequestLine("GET", "http://a/", "HTTP/1.1"), A.ABSOLUTE_TARGET,
        id="absolute-form",
    ),
    pytest.param(
        b"GET /?u=http://a HTTP/1.1", RequestLine("GET", "/?u=http://a", "HTTP/1.1"), None,
        id="address in a query",
    ),
    pytest.param(b"GET /\xc3\xa4 HTTP/1.0", RequestLine("GET", "/Ã¤", "HTTP/1.0"), None, id="bytes over 127"),
    pytest.param(b"GET /a b HTTP/1.1", RequestLine("GET", "/a b", "HTTP/1.1"), A.START_LINE, id="space in the target"),
    pytest.param(b"GET\t/ HTTP/1.1", RequestLine("GET", "/", "HTTP/1.1"), A.START_LINE, id="tab"),
    pytest.param(b"GET / HTTP/1.1 ", RequestLine("GET", "/", "HTTP/1.1"), A.START_LINE, id="space at the end"),
    pytest.param(b"GET / HTTP/3.0", RequestLine("GET", "/", "HTTP/3.0"), A.VERSION, id="unknown version"),
    pytest.param(b"GET /", None, A.START_LINE, id="no version"),
    pytest.param(b"GET", None, A.START_LINE, id="method alone"),
    pytest.param(b"", None, A.START_LINE, id="empty"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "value", "kind"), REQUEST_LINES)
def test_a_request_line_is_read(line: bytes, value: RequestLine | None, kind: HttpAnomaly | None) -> None:
    assert parse_request_line(line) == (value, kind)


STATUS_LINES = [
    pytest.param(b"HTTP/1.1 200 OK", StatusLine("HTTP/1.1", 200, "OK"), None, id="as it should be"),
    pytest.param(b"HTTP/1.1 200 ", StatusLine("HTTP/1.1", 200, ""), None, id="empty reason"),
    pytest.param(
        b"HTTP/1.1 500 Internal Server Error", StatusLine("HTTP/1.1", 500, "Internal Server Error"), None,
        id="words",
    ),
    pytest.param(b"HTTP/1.1 200", StatusLine("HTTP/1.1", 200, ""), A.REASON_SPACE_MISSING, id="no space"),
    pytest.param(b"HTTP/1.1  200 OK", StatusLine("HTTP/1.1", 200, "OK"), A.START_LINE, id="two spaces"),
    pytest.param(b"HTTP/1.1 200OK", StatusLine("HTTP/1.1", 200, "OK"), A.START_LINE, id="reason without space"),
    pytest.param(b"HTTP/1.1 099 x", StatusLine("HTTP/1.1", 99, "x"), A.START_LINE, id="code under 100"),
    pytest.param(b"HTTP 200 OK", StatusLine("HTTP", 200, "OK"), A.START_LINE, id="no version"),
    pytest.param(b"HTTP/2.0 200 OK", StatusLine("HTTP/2.0", 200, "OK"), A.VERSION, id="unknown version"),
    pytest.param(b"HTTP/1.1 2000 OK", None, A.START_LINE, id="four digits"),
    pytest.param(b"HTTP/1.1 OK", None, A.START_LINE, id="no code"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "value", "kind"), STATUS_LINES)
def test_a_status_line_is_read(line: bytes, value: StatusLine | None, kind: HttpAnomaly | None) -> None:
    assert parse_status_line(line) == (value, kind)


@pytest.mark.parametrize(
    ("line", "request_", "verdict"),
    [
        (b"GET / HTTP/1.1", True, True),
        (b"POST/scan HTTP/1.1", True, True),
        (b"hello world", True, False),
        (b"", True, False),
        (b"HTTP/1.1 200 OK", False, True),
        (b"HTTP/1.1 OK", False, True),
        (b"http 200", False, True),
        (b"HTTPS is", False, False),
        (b"GET / HTTP/1.1", False, False),
    ],
)
def test_a_first_line_is_judged_by_what_it_is_meant_to_be(line: bytes, request_: bool, verdict: bool) -> None:
    assert is_start_line(line, request=request_) is verdict


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1", b"M-SEARCH * HTTP/1.1"])
def test_every_beginning_of_a_request_line_may_begin_one(line: bytes) -> None:
    assert all(may_begin_start_line(line[:cut], request=True) for cut in range(1, len(line)))
    assert not may_begin_start_line(b"<" + line, request=True)


def test_every_beginning_of_a_status_line_may_begin_one() -> None:
    line = b"HTTP/1.1 200 OK"
    assert all(may_begin_start_line(line[:cut], request=False) for cut in range(1, len(line)))
    assert not may_begin_start_line(b"HTML", request=False)


def test_spans_are_the_places_of_the_lines() -> None:
    section = b"GET / HTTP/1.1\r\nHost: a\r\nX:b\r\n\r\n"
    head = parse_head(section, 1000, request=True, fields_max=10)
    assert [(line.name, line.value) for line in head.fields] == [("Host", "a"), ("X", "b")]
    for line, text in zip(head.fields, (b"Host: a", b"X:b"), strict=True):
        assert section[line.span.start - 1000 : line.span.end - 1000] == text
        assert line.span.space is Space.STREAM
    assert head.anomalies == []
    assert head.value("host") == "a"
    assert head.value("x") is None


def test_a_line_read_twice_is_the_same_line_elsewhere() -> None:
    first = parse_head(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, request=True, fields_max=10)
    second = parse_head(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 500, request=True, fields_max=10)
    assert (second.fields[0].name, second.fields[0].value) == (first.fields[0].name, first.fields[0].value)
    assert second.fields[0].span.start == first.fields[0].span.start + 500


def test_an_odd_line_is_odd_every_time() -> None:
    for _ in range(3):
        head = parse_head(b"GET / HTTP/1.1\r\nHost: a\r\nBad : x\r\n\r\n", 0, request=True, fields_max=10)
        assert [anomaly.kind for anomaly in head.anomalies] == [A.SPACE_BEFORE_COLON]


def test_field_lines_end_at_the_empty_line() -> None:
    anomalies: list[Anomaly] = []
    fields, _ = parse_fields(b"A: 1\r\n\r\nB: 2\r\n", 0, 0, anomalies, fields_max=10)
    assert [line.name for line in fields] == ["A"]


@pytest.mark.parametrize("value", [b"a\xe4b", b"a\tb", b"\xff"])
def test_a_value_may_hold_tabs_and_bytes_over_127(value: bytes) -> None:
    anomalies: list[Anomaly] = []
    fields, _ = parse_fields(b"X: " + value + b"\r\n\r\n", 0, 0, anomalies, fields_max=10)
    assert fields[0].value == value.decode("latin-1")
    assert anomalies == []


def test_a_fold_moves_into_what_decides_about_framing() -> None:
    section = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/related;\r\n boundary=x\r\n\r\n"
    head = parse_head(section, 0, request=False, fields_max=10)
    assert head.value("content-type") == "multipart/related; boundary=x"
    assert [anomaly.kind for anomaly in head.anomalies] == [A.FOLDED]


def test_a_fold_in_mime_is_no_oddity() -> None:
    anomalies: list[Anomaly] = []
    parse_fields(b"A: 1\r\n 2\r\n\r\n", 0, 0, anomalies, fields_max=10, space=Space.CONTENT)
    assert anomalies == []
