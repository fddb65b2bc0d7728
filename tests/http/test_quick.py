"""What is read at once is what the general reader reads; what is not common is left to it."""

import pytest

from tests.http.talk import CLIENT, CONNECTION, SERVER, Talk, chunk, get, ok, pieces, plain, post, run
from wsdtrace.http import HttpLimits, quick
from wsdtrace.http.limits import Budget
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import View
from wsdtrace.http.quick import SHARED_MAX, QuickMessage, read_quickly
from wsdtrace.http.sync import Side
from wsdtrace.records import Direction, HttpMessage

XML = b"Content-Type: application/soap+xml; charset=utf-8"


def read(
    data: bytes, side: Side, *, limits: HttpLimits | None = None, method: str | None = "POST"
) -> HttpMessage | None:
    chosen = limits or HttpLimits()
    direction = Direction.FROM_ORIGINATOR if side is Side.CLIENT else Direction.FROM_RESPONDER
    wire = Wire(CONNECTION, (CLIENT, SERVER), direction, chosen, Budget(chosen.held_total))
    got = read_quickly(View(chunk(direction, 0, b"__" + data, 1, 2)), 2, wire, side, method)
    return got[0] if got is not None else None


COMMON = [
    pytest.param(post(b"<a/>", XML), Side.CLIENT, id="SOAP request"),
    pytest.param(get(), Side.CLIENT, id="request without content"),
    pytest.param(b"GET / HTTP/1.0\r\n\r\n", Side.CLIENT, id="HTTP/1.0"),
    pytest.param(ok(b"<a/>", XML), Side.SERVER, id="SOAP response"),
    pytest.param(ok(b"", status=b"202 Accepted"), Side.SERVER, id="empty response"),
    pytest.param(ok(b"x", b"content-TYPE:text/html ", b"X-Empty:"), Side.SERVER, id="letter case and white space"),
    pytest.param(ok(b"<a/>", XML) + ok(b"next"), Side.SERVER, id="another follows"),
]


@pytest.mark.parametrize(("data", "side"), COMMON)
def test_a_common_message_is_read_at_once_and_equals_the_general_one(data: bytes, side: Side) -> None:
    assert type(read(data, side)) is QuickMessage
    talk = Talk().client(data) if side is Side.CLIENT else Talk().client(get()).server(data)
    at_once, general = run(talk.end().events), run(pieces(talk.events, 1))
    assert plain(at_once.output) == plain(general.output)
    exchange = general.exchanges[0]
    message = exchange.request if side is Side.CLIENT else exchange.response
    assert type(message) is HttpMessage


UNCOMMON = [
    pytest.param(post(b"<a/>", XML)[:-1], Side.CLIENT, id="cut"),
    pytest.param(post(b"<a/>", b"SOAPAction"), Side.CLIENT, id="odd line"),
    pytest.param(post(b"<a/>", b"X: y", b" z"), Side.CLIENT, id="fold"),
    pytest.param(post(b"<a/>", b"Content-Length: 4"), Side.CLIENT, id="length twice"),
    pytest.param(post(b"<a/>", b"Transfer-Encoding: chunked"), Side.CLIENT, id="chunked"),
    pytest.param(post(b"<a/>", b"Content-Encoding: gzip"), Side.CLIENT, id="coded"),
    pytest.param(post(b"<a/>", b"Content-Type: image/jpeg"), Side.CLIENT, id="image"),
    pytest.param(post(b"<a/>", b"Content-Type: multipart/related; boundary=x"), Side.CLIENT, id="multipart"),
    pytest.param(post(b"<a/>", b"Content-Type: xml"), Side.CLIENT, id="unreadable label"),
    pytest.param(post(b"<a/>").replace(b"\r\n", b"\n"), Side.CLIENT, id="LF alone"),
    pytest.param(b"GET / HTTP/1.1\r\n\r\n", Side.CLIENT, id="no Host"),
    pytest.param(b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", Side.CLIENT, id="absolute-form"),
    pytest.param(b"HTTP/1.1 200 OK\r\n\r\nx", Side.SERVER, id="until close"),
    pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", Side.SERVER, id="interim"),
    pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", Side.SERVER, id="204"),
    pytest.param(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Side.SERVER, id="304"),
    pytest.param(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", Side.SERVER, id="no space behind the status"),
    pytest.param(ok(b"x").replace(b": 1", b": +1"), Side.SERVER, id="malformed length"),
]


@pytest.mark.parametrize(("data", "side"), UNCOMMON)
def test_what_is_not_common_is_left(data: bytes, side: Side) -> None:
    assert read(data, side) is None


@pytest.mark.parametrize("method", ["HEAD", "CONNECT"])
def test_responses_to_methods_that_decide_about_the_framing_are_left(method: str) -> None:
    assert read(ok(b"x"), Side.SERVER, method=method) is None


@pytest.mark.parametrize(
    "limits",
    [HttpLimits(held_content=3), HttpLimits(held_total=3), HttpLimits(fields=2)],
    ids=["content", "total", "fields"],
)
def test_what_a_bound_cuts_is_left(limits: HttpLimits) -> None:
    assert read(post(b"<a/>", XML), Side.CLIENT, limits=limits) is None


def test_field_lines_are_made_when_they_are_asked_for() -> None:
    message = read(post(b"<a/>", XML), Side.CLIENT)
    assert message is not None
    assert message.field("content-type") == "application/soap+xml; charset=utf-8"
    assert message.fields is message.fields
    assert message.fields[0].span.start == 2 + len(b"POST /scan HTTP/1.1\r\n")
    with pytest.raises(AttributeError):
        _ = message.nothing  # type: ignore[attr-defined]  # that it is not there is the point


def test_a_message_in_a_large_view_does_not_keep_it() -> None:
    message = read(ok(b"<a/>", XML) + bytes(SHARED_MAX), Side.SERVER)
    assert isinstance(message, QuickMessage)
    assert message.index is not None
    assert message._source is None


def test_a_header_section_that_was_seen_before_says_the_same_at_another_place() -> None:
    data = post(b"<a/>", XML, b"X-Twice: one", b"X-Twice: two")
    first, second = read(data, Side.CLIENT), run(Talk().client(data + data).end().events).exchanges[1].request
    assert first is not None
    assert second is not None
    assert [(line.name, line.value) for line in second.fields] == [(line.name, line.value) for line in first.fields]
    assert second.fields[0].span.start - second.stream_start == first.fields[0].span.start - first.stream_start
    assert first.field("x-twice") == second.field("X-Twice") == "one"
    assert first.field("nothing") is None


def test_the_same_bytes_mean_another_thing_of_the_other_side() -> None:
    data = ok(b"<a/>", XML)
    assert read(data, Side.SERVER) is not None
    assert read(data, Side.CLIENT) is None
    assert read(data, Side.SERVER) is not None


def test_header_sections_are_remembered_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "SECTIONS_MAX", 4)
    monkeypatch.setattr(quick, "_requests", {})
    for number in range(10):
        assert read(post(b"<a/>", XML, b"X-Number: %d" % number), Side.CLIENT) is not None
        assert len(quick._requests) <= 4
    assert read(post(b"<a/>", XML, b"X-Long: " + b"y" * quick.REMEMBERED_MAX), Side.CLIENT) is not None
    assert max(map(len, quick._requests)) <= quick.REMEMBERED_MAX
