"""Which sink takes which content."""

import pytest

from tests.http.talk import chunk
from wsdtrace.http.anomalies import HttpAnomaly
from wsdtrace.http.choice import choose_sink, read_label
from wsdtrace.http.coding import DecodingSink
from wsdtrace.http.content import HeldSink, ProbeSink, SinkContext
from wsdtrace.http.head import parse_head
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.meter import Meter, View
from wsdtrace.http.multipart import MultipartSink
from wsdtrace.records import Direction

ROWS = [
    pytest.param("", HeldSink, id="unlabelled"),
    pytest.param("Content-Type: application/soap+xml; charset=utf-8", HeldSink, id="SOAP"),
    pytest.param("Content-Type: text/html", HeldSink, id="HTML"),
    pytest.param("Content-Type: image/jpeg", ProbeSink, id="image"),
    pytest.param("Content-Type: application/octet-stream", ProbeSink, id="octets"),
    pytest.param("Content-Type: multipart/related; boundary=x", MultipartSink, id="multipart"),
    pytest.param("Content-Type: multipart/mixed", MultipartSink, id="any multipart"),
    pytest.param("Content-Type: application/soap+xml\r\nContent-Encoding: gzip", DecodingSink, id="coded"),
    pytest.param("Content-Type: image/jpeg\r\nContent-Encoding: br", HeldSink, id="coded unreadably"),
]


def context() -> SinkContext:
    view = View(chunk(Direction.FROM_ORIGINATOR, 0, b"x", 1))
    return SinkContext(HttpLimits(), Budget(100), Meter(view, 0), digests=None, anomalies=[], tap=None)


@pytest.mark.parametrize(("lines", "sink"), ROWS)
def test_a_sink_is_chosen_by_the_header_section(lines: str, sink: type) -> None:
    head = parse_head(f"HTTP/1.1 200 OK\r\n{lines}\r\n\r\n".encode(), 0, request=False, fields_max=10)
    assert type(choose_sink(head, read_label(head), context())[0]) is sink


def test_a_media_type_that_cannot_be_read_is_said() -> None:
    head = parse_head(b"HTTP/1.1 200 OK\r\nContent-Type: xml\r\n\r\n", 0, request=False, fields_max=10)
    shared = context()
    assert isinstance(choose_sink(head, read_label(head), shared)[0], HeldSink)
    assert [anomaly.kind for anomaly in shared.anomalies] == [HttpAnomaly.MIME_TYPE]
