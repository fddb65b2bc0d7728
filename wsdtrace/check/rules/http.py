"""WSD1: HTTP and the connection beneath the messages."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import (
    BEGAN_BEFORE,
    exchange_lines,
    frame_line,
    is_cut_short,
    is_displaced,
    is_first_of_older,
    message_line,
    quoted,
    request_line,
    seconds,
    sender_of,
    server_of,
    subject,
)
from wsdtrace.check.violations import short
from wsdtrace.http import FORBIDDEN, HttpAnomaly
from wsdtrace.records import BROKEN_OFF, Abandoned, Anomaly, MessageEnd
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.leaving import cut_of, was_left
from wsdtrace.state.message import Message
from wsdtrace.state.model import Toward
from wsdtrace.state.observations import AddressRefused
from wsdtrace.state.outcomes import AnswerTimed, ClientLeft, CutAnswer, StrayBytes

PATIENCE_NS = 5 * 10**9
"""A client that closes the connection sooner than this gave up on its own account: the shortest time-out seen in a
client is 5 s (sane-airscan's for protocol requests is 20 s)."""

CANCEL_UNKNOWN = "an acknowledged CancelJob for its job may have come first"

SOAP_12_TYPE = "application/soap+xml"
XOP_TYPE = "application/xop+xml"


def _is_over(event: ExchangeEnded | ClientLeft) -> bool:
    """A WSD exchange over a connection has ended, and what is missing before its end is known."""
    if not event.exchange.is_wsd or event.connection is None:
        return False
    return isinstance(event, ClientLeft) or not was_left(event)


def _was_asked(event: ExchangeEnded | ClientLeft) -> bool:
    """A whole request went out over a connection."""
    request = event.exchange.request
    return request is not None and request.complete and _is_over(event)


def _cut(event: ExchangeEnded | ClientLeft) -> CutAnswer | None:
    return event.cut if isinstance(event, ClientLeft) else cut_of(event.exchange)


def _who_left(event: ExchangeEnded | ClientLeft) -> FaultOf:
    """The client, when it closed first and had not waited since it last heard something; else whoever had to answer."""
    exchange, connection = event.exchange, event.connection
    request = exchange.request
    if connection is None or connection.first_end is None or request is None:
        return server_of(exchange)
    by_client = connection.first_end_by == exchange.client_endpoint
    heard = request if exchange.response is None else exchange.response
    waited = connection.first_end.time_ns - heard.last.time_ns
    if by_client and waited < PATIENCE_NS:
        return FaultOf.CLIENT if exchange.toward is Toward.DEVICE else FaultOf.DEVICE
    return server_of(exchange)


def _may_be_canceled(event: ExchangeEnded | ClientLeft) -> bool:
    """A CancelJob for the job has no known answer, or may be in a hole, and the client left."""
    exchange = event.exchange
    if exchange.cancel_seen is not False:
        return exchange.cancel_seen is None
    job = exchange.job
    return job is not None and job.blind and _who_left(event) is FaultOf.CLIENT


@rule(
    "WSD101",
    "request-unanswered",
    Severity.ERROR,
    on=(ExchangeEnded, ClientLeft),
    trace_of=is_cut_short,
    when=_was_asked,
    needs=(Need.BOTH_DIRECTIONS, Need.NO_GAP),
    alike=Alike.TRACE,
    source=("T05", "field failure 20"),
)
def request_unanswered(event: ExchangeEnded | ClientLeft) -> Iterator[Verdict]:
    """A request got no response, and the connection was closed or the client gave up.

    Why:
        The client cannot know whether the device did what it was asked. Most clients report an I/O error. Where
        an acknowledged CancelJob came first, closing is how a client ends a transfer: then it is only worth
        knowing.

    Bad:
        GetScannerElements -> close

    Good:
        GetScannerElements -> ok
    """
    exchange = event.exchange
    if exchange.response is not None or exchange.abandoned not in BROKEN_OFF:
        return
    request = exchange.request
    assert request is not None
    if is_first_of_older(exchange):
        yield Inconclusive(BEGAN_BEFORE)
        return
    if _may_be_canceled(event):
        yield Inconclusive(CANCEL_UNKNOWN)
        return
    end = event.connection.first_end if event.connection is not None else None
    if is_displaced(event.exchange, event.connection) or (end is not None and end.time_ns < request.last.time_ns):
        yield Inconclusive("frames of the connection are not in their order: its answer may stand elsewhere")
        return
    waited = f" for {seconds(end.time_ns - request.last.time_ns)}" if end is not None else ""
    yield Objection(
        f"{subject(exchange)}: no answer{waited}, then the {exchange.abandoned.value}",
        request_line(exchange),
        severity=Severity.INFO if exchange.cancel_seen else None,
        fault_of=_who_left(event),
        expected="a response",
    )


@rule(
    "WSD102",
    "response-incomplete",
    Severity.ERROR,
    on=(ExchangeEnded, ClientLeft),
    trace_of=is_cut_short,
    when=lambda event: event.exchange.response is not None and _is_over(event),
    needs=(Need.BOTH_DIRECTIONS, Need.NO_GAP),
    alike=Alike.TRACE,
    source=("I15", "field failure 7"),
)
def response_incomplete(event: ExchangeEnded | ClientLeft) -> Iterator[Verdict]:
    """The connection was closed or reset before the announced end of the response.

    Why:
        Part of the answer is lost, of a page most of it. Where an acknowledged CancelJob came first, the client
        ends the transfer of a page that nobody wants any more.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        http: cut 500
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    exchange = event.exchange
    cut = _cut(event)
    if cut is None:
        return
    if _may_be_canceled(event):
        yield Inconclusive(CANCEL_UNKNOWN)
        return
    came = f"{cut.received}{f' of {cut.announced}' if cut.announced is not None else ''} bytes"
    yield Objection(
        f"{subject(exchange)}: {cut.how.value}, after {came} of content",
        exchange_lines(exchange, answered=came),
        severity=Severity.INFO if exchange.cancel_seen else None,
        fault_of=_who_left(event),
        expected="the whole content",
    )


def _has_error_status(event: ExchangeEnded) -> bool:
    response = event.exchange.response
    return event.exchange.is_wsd and response is not None and (response.status or 0) >= 400  # RFC 9110 §15


@rule(
    "WSD103",
    "http-error-not-soap",
    Severity.ERROR,
    on=ExchangeEnded,
    when=_has_error_status,
    alike=Alike.VERDICT,
    source=("F09", "field failure 13", "field failure 16"),
)
def http_error_not_soap(event: ExchangeEnded) -> Iterator[Verdict]:
    """An HTTP error whose content is no SOAP message.

    Why:
        The web server of the device refused, not its scan service: a wrong path, a service that is switched off,
        a crash. A fault would have said what is wrong.

    Bad:
        CreateScanJob -> HTTP 500 text/html <h1>Internal error</h1>

    Good:
        CreateScanJob -> Fault ServerErrorNotAcceptingJobs
    """
    exchange = event.exchange
    response = exchange.response
    if response is None or response.http is None or response.is_soap or response.labelled_soap:
        return
    kind = response.http.content.media_type or "no media type"
    yield Objection(
        f"{subject(exchange)}: HTTP {response.status} with {kind}, not a SOAP fault",
        exchange_lines(exchange, answered=kind),
        fault_of=server_of(exchange),
        expected="a SOAP fault",
    )


def _is_enveloped(event: MessageSeen) -> bool:
    message = event.message
    return (
        event.exchange.is_wsd
        and message.http is not None
        and message.envelope is not None
        and message.envelope.version is not None
    )


@rule(
    "WSD105",
    "content-type-wrong",
    Severity.WARNING,
    on=MessageSeen,
    when=_is_enveloped,
    alike=Alike.VERDICT,
    source="A09",
)
def content_type_wrong(event: MessageSeen) -> Iterator[Verdict]:
    """A SOAP message is not labelled as one, or a multipart lacks what XOP needs.

    Why:
        SOAP 1.2 is application/soap+xml; a message with attachments is multipart/related whose type is
        application/xop+xml. Clients choose their parser by it.

    Bad:
        http: type text/html
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    assert message.http is not None
    content = message.http.content
    wrong = _wrong_type(message)
    if wrong is not None:
        yield Objection(
            short(f"{subject(exchange)}: {message.role.value} with SOAP is labelled {wrong}"),
            (message_line(exchange, message, detail=f"Content-Type {content.media_type or 'missing'}"),),
            fault_of=sender_of(exchange, message),
            expected=f"{SOAP_12_TYPE}, or multipart/related; type={XOP_TYPE}",
            fold=f"{message.role.value} {wrong}",
        )


def _wrong_type(message: Message) -> str | None:
    assert message.http is not None
    content = message.http.content
    if content.is_multipart:
        inner = dict(content.parameters).get("type", "").lower()
        return None if inner == XOP_TYPE else f"multipart/related; type={inner or 'missing'}"
    if content.media_type == SOAP_12_TYPE:
        return None
    return content.media_type or "nothing"


@rule(
    "WSD106",
    "connection-reset",
    Severity.WARNING,
    on=(ExchangeEnded, ClientLeft),
    trace_of=is_cut_short,
    when=_is_over,
    needs=(Need.BOTH_DIRECTIONS, Need.NO_GAP),
    fault_of=FaultOf.UNKNOWN,
    alike=Alike.TRACE,
    source="RFC 9293 §3.5.2",
)
def connection_reset(event: ExchangeEnded | ClientLeft) -> Iterator[Verdict]:
    """A RST came while an exchange was open.

    Why:
        One side threw the connection away: a crash, a firewall in between, or a program that ended without
        closing. What was under way is lost.

    Bad:
        GetScannerElements -> reset

    Good:
        GetScannerElements -> ok
    """
    exchange, cut = event.exchange, _cut(event)
    by_reset = exchange.abandoned is Abandoned.RESET or (cut is not None and cut.how is MessageEnd.CUT_RESET)
    if by_reset and _may_be_canceled(event):
        yield Inconclusive(CANCEL_UNKNOWN)
    elif by_reset and not exchange.cancel_seen:
        yield Objection(f"{subject(exchange)}: the connection was reset while it was open", exchange_lines(exchange))


def _has_bytes(event: MessageSeen | StrayBytes) -> bool:
    if isinstance(event, StrayBytes):
        return event.connection.carries_wsd
    return event.exchange.is_wsd and event.message.http is not None


def _has_odd_bytes(event: MessageSeen | StrayBytes) -> bool:
    return isinstance(event, StrayBytes) or (event.message.http is not None and bool(event.message.http.anomalies))


@rule(
    "WSD104",
    "http-malformed",
    Severity.ERROR,
    on=(MessageSeen, StrayBytes),
    trace_of=_has_odd_bytes,
    when=_has_bytes,
    needs=(Need.EXACT_FRAMING, Need.EXACT_BYTES, Need.NO_GAP),
    fault_of=FaultOf.UNKNOWN,
    alike=Alike.TRACE,
    source=("RFC 9112", "field failure 31"),
)
def http_malformed(event: MessageSeen | StrayBytes) -> Iterator[Verdict]:
    """A start-line, field line, chunk or length that RFC 9112 does not allow.

    Why:
        HTTP libraries refuse such messages or, worse, read another one out of them; a proxy in between ends the
        connection (seen: a line `SOAPAction` without a colon, which mitmproxy does not let through).

    Bad:
        > line SOAPAction
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    if isinstance(event, StrayBytes):
        yield Objection(
            short(f"bytes that belong to no HTTP message: {event.anomaly.detail!r}"),
            (frame_line(event.stamp, "stray bytes", event.anomaly.detail),),
            expected="an HTTP message",
            fold="stray",
        )
        return
    exchange, message = event.exchange, event.message
    assert message.http is not None
    for anomaly in message.http.anomalies:
        if anomaly.kind in FORBIDDEN:
            found = _without_value(anomaly)
            what = f" {found!r}" if found else ""
            yield Objection(
                short(f"{subject(exchange)} {message.role.value}: {anomaly.kind}{what}"),
                (quoted(exchange, message, anomaly.span, detail=found),),
                fault_of=sender_of(exchange, message),
                expected="HTTP/1.1 as RFC 9112 has it",
                fold=f"{message.role.value} {anomaly.kind}",
            )


ABOUT_FIELDS = frozenset({
    HttpAnomaly.SPACE_BEFORE_COLON, HttpAnomaly.FIELD_NAME, HttpAnomaly.FIELD_VALUE, HttpAnomaly.FOLDED,
    HttpAnomaly.SPACE_BEFORE_FIRST_FIELD, HttpAnomaly.HOST_REPEATED,
})  # fmt: skip
"""Kinds that quote a field line."""


def _without_value(anomaly: Anomaly) -> str:
    """What was found; of a field line the name alone, since its value may be a password."""
    return anomaly.detail.partition(":")[0] if anomaly.kind in ABOUT_FIELDS else anomaly.detail


@rule(
    "WSD107",
    "slow-answer",
    Severity.INFO,
    on=AnswerTimed,
    when=lambda event: event.exchange.is_wsd,
    trace_of=lambda event: event.waited_ns > event.limit_ns,
    source=("T05", "T06"),
)
def slow_answer(event: AnswerTimed) -> Iterator[Verdict]:
    """The answer came later than is usual for its operation.

    Why:
        The device has 60 s for the beginning of a RetrieveImageResponse (its envelope; the image behind it may take
        as long as it takes), and should answer everything else at once; 5 s is what the shortest time-out of a
        client allows. Other limits can be set for each operation.

    Bad:
        GetScannerElements -> ok after 5.1s

    Good:
        GetScannerElements -> ok after 4.9s
    """
    exchange = event.exchange
    if event.waited_ns > event.limit_ns:
        yield Objection(
            f"{subject(exchange)}: answered after {seconds(event.waited_ns)}, limit {seconds(event.limit_ns)}",
            exchange_lines(exchange, answered=f"{seconds(event.waited_ns)} after the request"),
            fault_of=server_of(exchange),
            expected=f"an answer within {seconds(event.limit_ns)}",
            fold="slow",
        )


@rule("WSD108", "xaddr-refused", Severity.WARNING, on=AddressRefused, source=("D10", "field failure 17"))
def xaddr_refused(event: AddressRefused) -> Iterator[Verdict]:
    """A connection to an announced address of a device is refused, or never answered.

    Why:
        The device says where it can be reached and cannot be reached there: a port that is closed, an address of
        another network (seen: HP 135w announces both). Clients give up, or wait for a minute before they try the
        next address.

    Bad:
        Hello
        Get -> refused

    Good:
        Hello
        Get -> ok
    """
    how = "refused" if event.answered else "never answered"
    yield Objection(
        short(f"{event.responder}: connection {how}, though the device announces {event.xaddr}"),
        (
            *request_line(event.announcement, f"announces {event.xaddr}"),
            frame_line(event.stamp, "connection attempt", f"{event.originator} → {event.responder}"),
        ),
        expected="a connection",
        fold=str(event.responder),
    )
