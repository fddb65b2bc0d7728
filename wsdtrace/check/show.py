"""Exchanges and messages → lines of evidence: the vocabulary in which rules point at the capture."""

from __future__ import annotations

from wsdtrace.check.finding import Evidence, FaultOf, Precision
from wsdtrace.evidence import excerpt, locate
from wsdtrace.http import HttpAnomaly, root_part
from wsdtrace.records import Anomaly, Space, Span, Stamp
from wsdtrace.soap.private import redactions
from wsdtrace.state.addresses import comparable
from wsdtrace.state.events import ExchangeEnded, MessageSeen
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Connection, Exchange, Subscription, Toward

NS_PER_S = 10**9
REDACTED = "‹redacted›"


def seconds(ns: int) -> str:
    """A duration for people: tenths of a second, whole seconds from 1000 on."""
    value = ns / NS_PER_S
    return f"{value:.0f} s" if value >= 1000 else f"{value:.1f} s"  # four digits are enough


def label_of(message: Message, exchange: Exchange) -> str:
    """What a message is, in the words of the specification, else in those of HTTP."""
    if message.fault is not None:
        return "Fault"
    if message.body_local:
        return message.body_local
    if message.status is not None and not message.is_soap:
        return f"HTTP {message.status}"
    kind = "Request" if message.role is Role.REQUEST else "Response"
    return f"{exchange.operation}{kind}" if exchange.operation else kind.lower()


def message_line(
    exchange: Exchange, message: Message, detail: str = "", *, at: Stamp | None = None, path: str | None = None
) -> Evidence:
    """A message of an exchange."""
    return Evidence(
        stamp=at or message.first,
        role=message.role.value,
        label=label_of(message, exchange),
        detail=detail,
        exchange=exchange,
        path=path,
    )


def request_line(exchange: Exchange, detail: str = "") -> tuple[Evidence, ...]:
    """The request of an exchange; nothing when it was not captured."""
    return () if exchange.request is None else (message_line(exchange, exchange.request, detail),)


def response_line(exchange: Exchange, detail: str = "") -> tuple[Evidence, ...]:
    """The response of an exchange; nothing when none came."""
    return () if exchange.response is None else (message_line(exchange, exchange.response, detail),)


def exchange_lines(exchange: Exchange, asked: str = "", answered: str = "") -> tuple[Evidence, ...]:
    """Request and response, as far as they were captured."""
    return (*request_line(exchange, asked), *response_line(exchange, answered))


def frame_line(stamp: Stamp, label: str, detail: str = "") -> Evidence:
    """A frame without a message."""
    return Evidence(stamp=stamp, role="frame", label=label, detail=detail, precision=Precision.FRAME)


def quoted(
    exchange: Exchange, message: Message, span: Span | None, detail: str = "", path: str | None = None
) -> Evidence:
    """A message with the bytes of `span` shown and marked; secrets around them are masked."""
    http = message.http
    if span is None or message.xml is None or span.space is not Space.XML:
        stamp = message.first if http is None else locate(http, span).stamp
        return message_line(exchange, message, detail, at=stamp, path=path)
    start = 0
    if http is not None and http.content.is_multipart:
        root = root_part(http.content)
        start = root.content_start if root is not None else 0
    place = None if http is None else locate(http, span, start)
    text, caret = excerpt(masked(message), span.start, span.end)
    return Evidence(
        stamp=message.first if place is None else place.stamp,
        role=message.role.value,
        label=label_of(message, exchange),
        detail=detail,
        exchange=exchange,
        path=path,
        precision=Precision.BYTE if place is None or place.exact else Precision.MESSAGE,
        excerpt=text,
        caret=caret,
    )


def masked(message: Message) -> bytes:
    """The XML of a message with its secrets replaced by as many asterisks: offsets stay true."""
    data = message.xml or b""
    if message.envelope is None:
        return data
    spans = redactions(message.envelope)
    if not spans:
        return data
    copy = bytearray(data)
    for span in spans:
        copy[span.start : span.end] = b"*" * (span.end - span.start)
    return bytes(copy)


def grant_lines(subscription: Subscription | None) -> tuple[Evidence, ...]:
    """How a subscription was granted, and how it ended if it did."""
    if subscription is None:
        return ()
    terms = "" if subscription.expires_ns is None else f"for {seconds(subscription.expires_ns)}"
    lines = response_line(subscription.creation, terms)
    if subscription.ended is not None and subscription.ended_by is not None:
        lines = (*lines, frame_line(subscription.ended, subscription.ended_by.value))
    return lines


def is_cut_short(event: ExchangeEnded) -> bool:
    """Something is missing at the end of the exchange: the trace of every way to end early."""
    response = event.exchange.response
    return event.exchange.abandoned is not None or response is None or not response.complete


def of_kind(message: Message, *kinds: str) -> list[Anomaly]:
    """Anomalies of the message and its envelope whose kind is among `kinds`, in order."""
    found: list[Anomaly] = []
    if message.http is not None:
        found.extend(a for a in message.http.anomalies if a.kind in kinds)
    if message.envelope is not None:
        found.extend(a for a in message.envelope.anomalies if a.kind in kinds)
    return found


def has_anomalies(event: MessageSeen) -> bool:
    """A decoder saw something odd in the message: the trace of what `of_kind` finds."""
    message = event.message
    http, envelope = message.http, message.envelope
    return bool((http is not None and http.anomalies) or (envelope is not None and envelope.anomalies))


def is_held_in_part(message: Message) -> bool:
    """One of our own bounds kept less of the message than came."""
    return message.http is not None and any(a.kind == HttpAnomaly.LIMIT for a in message.http.anomalies)


BEGAN_BEFORE = "the connection began before the capture: where the answer's bytes begin is not known"


def is_first_of_older(exchange: Exchange) -> bool:
    """Its request is the first that the capture shows of a connection that began before."""
    request = exchange.request
    http = None if request is None else request.http
    return not exchange.handshake and http is not None and http.stream_start == 0


def answers_another(exchange: Exchange) -> bool:
    """RelatesTo of its response is there, and not the MessageID of its request."""
    request, response = exchange.request, exchange.response
    answered = None if response is None else response.relates_to
    asked = None if request is None else request.message_id
    return answered is not None and answered != asked and comparable(answered) != comparable(asked or "")


def is_displaced(exchange: Exchange, connection: Connection | None) -> bool:
    """Frames of its connection are out of order, and there are other exchanges to which its answer may belong; of a
    message that was released nobody knows."""
    if connection is None or connection.ahead is None:
        return False
    messages = (exchange.request, exchange.response)
    is_only = all(m is None or (m.http is not None and m.http.stream_start == 0) for m in messages)
    return not exchange.handshake or not is_only


def sender_of(exchange: Exchange, message: Message) -> FaultOf:
    """Who wrote a message."""
    by_client = (message.role is Role.REQUEST) == (exchange.toward is Toward.DEVICE)
    return FaultOf.CLIENT if by_client else FaultOf.DEVICE


def server_of(exchange: Exchange) -> FaultOf:
    """Who has to answer in an exchange."""
    return FaultOf.DEVICE if exchange.toward is Toward.DEVICE else FaultOf.CLIENT


def subject(exchange: Exchange) -> str:
    """How a message names an exchange."""
    if exchange.operation:
        return exchange.operation
    request = exchange.request
    if request is not None and request.http is not None:
        method = getattr(request.http.start, "method", None)
        if method:
            return f"{method} {getattr(request.http.start, 'target', '')}"[:60]
    return "exchange"
