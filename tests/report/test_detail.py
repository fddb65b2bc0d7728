"""One exchange and one job in full."""

from tests.report.traces import CLIENT, DEVICE, Story, at, orphaned_job
from wsdtrace.records import (
    Anomaly,
    ConnectionId,
    Content,
    Direction,
    FieldLine,
    HttpMessage,
    MessageEnd,
    Part,
    Probe,
    RequestLine,
    Space,
    Span,
    Stamp,
    StatusLine,
)
from wsdtrace.report.detail import MAX_FIELDS, write_exchange, write_job
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Exchange

NOWHERE = Span(Space.STREAM, 0, 0)


def shown(trace: Trace, exchange: Exchange, look: Look = Look()) -> list[str]:  # noqa: B008  # a frozen value
    page = Page(look, Redactor(trace, show=look.show_secrets))
    write_exchange(page, trace, exchange)
    return str(page).splitlines()


def http(
    start: RequestLine | StatusLine | None,
    stamp: Stamp,
    fields: dict[str, str],
    *,
    data: bytes | None = None,
    parts: tuple[Part, ...] = (),
    anomalies: tuple[Anomaly, ...] = (),
) -> HttpMessage:
    to_device = isinstance(start, RequestLine)
    return HttpMessage(
        ConnectionId(0),
        Direction.FROM_ORIGINATOR if to_device else Direction.FROM_RESPONDER,
        CLIENT if to_device else DEVICE,
        DEVICE if to_device else CLIENT,
        start,
        tuple(FieldLine(name, value, NOWHERE) for name, value in fields.items()),
        Content(len(data or b""), None, None, data=data, parts=parts, is_multipart=bool(parts)),
        stamp,
        stamp,
        stamp,
        MessageEnd.LENGTH,
        0,
        0,
        anomalies,
    )


def retrieve() -> tuple[Trace, Exchange]:
    story = Story()
    story.capture("x.pcap")
    story.device(model="ScanStation 9")
    story.client("WSDAPI")
    exchange = story.exchange("RetrieveImage", (2.0, 20), (7.31, 24))
    image = story.image(exchange, None, 1)
    image.content_id = "page@x"
    assert exchange.request
    assert exchange.response
    exchange.request.xml = b"<Envelope><Body><JobToken>tok-4711</JobToken></Body></Envelope>"
    exchange.request.http = http(
        RequestLine("POST", "/scan", "HTTP/1.1"),
        at(2.0, 20),
        {"Host": "192.0.2.20:5357", "Authorization": "Basic c2VjcmV0"},
    )
    root = Part(
        0,
        (),
        "root@x",
        "application/xop+xml",
        b"<r/>",
        Probe(4, b"<r/>", b"<r/>", None, 0),
        None,
        True,
        0,
        at(7, 22),
        at(7, 22),
    )
    page = Part(
        1, (), "page@x", "image/jpeg", None, Probe(900, b"", b"", None, 9), None, False, 9, at(7, 22), at(7.3, 24)
    )
    exchange.response.http = http(
        StatusLine("HTTP/1.1", 200, "OK"),
        at(7.31, 24),
        {"Content-Type": "multipart/related"},
        parts=(root, page),
        anomalies=(Anomaly("mtom_unterminated", "no closing delimiter"),),
    )
    exchange.response.xml = b"<r/>"
    return story.trace, exchange


def test_an_exchange_in_full() -> None:
    assert shown(*retrieve()) == [
        "exchange 1  RetrieveImage",
        "  client 1  192.0.2.10:49152  WSDAPI → device 1  192.0.2.20:5357  ScanStation 9",
        "  http · #20–24 · answered after 5.3 s",
        "",
        "→ request  #20  00:02.000  1.2 kB",
        "  POST /scan HTTP/1.1",
        "  Host: 192.0.2.20:5357",
        "  Authorization: ‹redacted›",
        "",
        "  <Envelope>",
        "    <Body>",
        "      <JobToken>‹redacted›</JobToken>",
        "    </Body>",
        "  </Envelope>",
        "",
        "← response  #24  00:07.310  1.2 kB",
        "  HTTP/1.1 200 OK",
        "  Content-Type: multipart/related",
        "",
        "  <r/>",
        "",
        "  part  content type         content id  bytes  frames  what",
        "     0  application/xop+xml  root@x          4  #22     root part",
        "     1  image/jpeg           page@x        900  #22–24  page 1  jfif 2480×3508 ✖ incomplete",
        "  odd  mtom_unterminated: no closing delimiter",
    ]


def test_with_show_secrets_nothing_is_hidden() -> None:
    trace, exchange = retrieve()
    text = "\n".join(shown(trace, exchange, Look(show_secrets=True)))
    assert "<JobToken>tok-4711</JobToken>" in text
    assert "Basic c2VjcmV0" in text


def test_without_an_answer_the_reason_is_told() -> None:
    story = Story()
    exchange = story.exchange("CancelJob", (1.0, 1), None)
    assert shown(story.trace, exchange)[-1] == "✖ no response: none was captured"


def test_a_message_that_was_not_kept_is_summed_up() -> None:
    trace = orphaned_job()
    lines = shown(trace, trace.exchanges[0])
    assert "  Action      urn:action/CreateScanJob" in lines
    assert "  RelatesTo   urn:uuid:17" in lines
    assert "E WSD601 job-orphaned   job 1: nothing for 86.8 s after page 1, limit 60 s" in lines


def test_a_content_that_is_no_xml_is_shown_as_text() -> None:
    story = Story()
    exchange = story.exchange(None, (1.0, 1), (1.1, 2))
    assert exchange.response
    exchange.response.http = http(
        StatusLine("HTTP/1.1", 404, "Not Found"), at(1.1, 2), {}, data=b"<html>\x1b[2J\r\nno</html>"
    )
    assert shown(story.trace, exchange)[-3:] == ["", "  <html>␛[2J", "  no</html>"]


def test_a_header_section_without_end_is_bounded() -> None:
    story = Story()
    exchange = story.exchange(None, (1.0, 1), None)
    assert exchange.request
    exchange.request.http = http(None, at(1, 1), {f"X-{i}": "y" for i in range(MAX_FIELDS + 5)})
    lines = shown(story.trace, exchange)
    assert "  start-line that cannot be read" in lines
    assert "  … 5 more field lines" in lines


def test_a_job_in_full() -> None:
    trace = orphaned_job()
    job = trace.jobs[0]
    job.token = "tok-4711"
    job.last_activity_was = "RetrieveImageResponse"
    page = Page(Look(), Redactor(trace))
    write_job(page, trace, job)
    assert str(page).splitlines() == [
        "job 1  Created ▸ Processing ▸ ✖ no end seen  1 page",
        "  device            1  ScanStation 9",
        "  input source      ADF",
        "  job token         ‹redacted›",
        "  last activity     00:07.310  RetrieveImageResponse",
        "",
        "  00:02.114  Created                 inferred",
        "  00:02.114  Processing              inferred",
        "",
        "id  time       frames     operation      answer  job     took   bytes  notes",
        " 1  00:02.101  #17–18  →  CreateScanJob  200     1    13.0 ms  1.2 kB",
        " 2  00:02.200  #20–24  →  RetrieveImage  200     1      5.1 s  1.2 kB  1 image",
        "",
        "  page  format     pixels  bytes  exchange",
        "     1  jfif    2480×3508  1,234         2",
        "",
        "E WSD601 job-orphaned   job 1: nothing for 86.8 s after page 1, limit 60 s",
        "next: wsdtrace rule WSD601",
    ]
