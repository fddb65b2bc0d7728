"""WSD302, 306–309: MessageID, ReplyTo and To."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Inconclusive, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, request_line, response_line, sender_of, subject
from wsdtrace.check.violations import short
from wsdtrace.state.addresses import comparable, url_endpoint
from wsdtrace.state.events import MessageSeen
from wsdtrace.state.message import Role
from wsdtrace.state.model import Toward, Transport
from wsdtrace.state.outcomes import DeviceAsked, MessageIdReused


def _is_enveloped(event: MessageSeen) -> bool:
    """A WSD message with an envelope."""
    message = event.message
    return event.exchange.is_wsd and message.envelope is not None and message.envelope.version is not None


@rule("WSD302", "message-id-reused", Severity.WARNING, on=MessageIdReused, source="A04")
def message_id_reused(event: MessageIdReused) -> Iterator[Verdict]:
    """A message has the MessageID of a different message.

    Why:
        Receivers drop what they take for a repeat, and answers are joined to the wrong request. An equal message
        that comes again, over UDP or over HTTP, is a retransmission and no reuse; neither is what a proxy passes
        on.

    Bad:
        GetScannerElements MessageID=urn:uuid:1 -> ok
        GetActiveJobs MessageID=urn:uuid:1 -> ok

    Good:
        GetScannerElements MessageID=urn:uuid:1 -> ok
        GetScannerElements MessageID=urn:uuid:1 -> ok
    """
    exchange, message, former = event.exchange, event.message, event.former
    if former is exchange:
        fact = "MessageID of the response is that of its request"
        lines = exchange_lines(exchange, asked=f"MessageID {message.message_id}")
    else:
        fact = f"{message.role.value} with the MessageID of a different message"
        lines = (
            *(request_line(former) if message.role is Role.REQUEST else response_line(former)),
            message_line(exchange, message, f"MessageID {message.message_id}"),
        )
    yield Objection(
        f"{subject(exchange)}: {fact}",
        lines,
        fault_of=sender_of(exchange, message),
        expected="a MessageID of its own",
    )


ANONYMOUS = frozenset({
    "schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
    "schemas.xmlsoap.org/ws/2003/03/addressing/role/anonymous",
    "www.w3.org/2005/08/addressing/anonymous",
})  # fmt: skip
"""Addresses that mean *where the message came from*, without scheme (documentation defect A2 spells it https)."""


def is_anonymous(address: str | None) -> bool:
    """The address means the other end of the connection."""
    return address is not None and address.strip().partition("://")[2] in ANONYMOUS


def _asks_over_http(event: MessageSeen) -> bool:
    exchange = event.exchange
    return (
        _is_enveloped(event)
        and exchange.transport is Transport.HTTP
        and exchange.toward is Toward.DEVICE
        and event.message.role is Role.REQUEST
    )


@rule(
    "WSD306",
    "reply-to-not-anonymous",
    Severity.WARNING,
    on=MessageSeen,
    when=_asks_over_http,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED, Need.SOAP_12),
    fault_of=FaultOf.CLIENT,
    alike=Alike.VERDICT,
    source=("A06", "DPWS 2006/02 R0031"),
)
def reply_to_not_anonymous(event: MessageSeen) -> Iterator[Verdict]:
    """ReplyTo of a request is not the anonymous address.

    Why:
        The answer comes on the same connection; a device has to refuse another wish with
        InvalidMessageInformationHeader (seen: the documentation's own sample of Subscribe).

    Bad:
        GetScannerElements ReplyTo=http://192.0.2.10:5358/reply -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    assert message.envelope is not None
    reply_to = message.envelope.headers.reply_to
    address = None if reply_to is None else reply_to.address
    if address and not is_anonymous(address):
        yield Objection(
            short(f"{subject(exchange)}: ReplyTo is {address}, expected the anonymous address"),
            (message_line(exchange, message, f"ReplyTo {address}"),),
            expected="no ReplyTo, or the anonymous one",
            fold="reply",
        )


@rule(
    "WSD307",
    "to-wrong",
    Severity.WARNING,
    on=DeviceAsked,
    fault_of=FaultOf.CLIENT,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED),
    source="field failure 40",
)
def to_wrong(event: DeviceAsked) -> Iterator[Verdict]:
    """To of a Get is not the endpoint address of the device, or names another host and port than the connection's.

    Why:
        A device is addressed by the endpoint address that it announces, a urn:uuid, wherever it may be reached;
        with its URL in To some devices answer DestinationUnreachable (seen: Kyocera M2040dn). Behind a proxy that
        names itself nothing else is possible: then it is only worth knowing.

    Bad:
        Hello
        Get To=http://192.0.2.100:5357/device -> Fault wsa:DestinationUnreachable

    Good:
        Hello
        Get -> ok
    """
    exchange, to = event.exchange, event.to
    named = {_plain(endpoint) for endpoint in event.endpoints}
    url = url_endpoint(to)
    if _plain(to) in named:
        return
    if named:
        fact = f"To is {to}, not the endpoint address of the device"
    elif url is not None and url != exchange.server_endpoint:
        fact = f"To names {url}, the connection goes to {exchange.server_endpoint}"
    elif exchange.fault is not None and exchange.fault.subcode == "DestinationUnreachable":
        fact = f"To is {to}, and the device says DestinationUnreachable"
    else:
        yield Inconclusive("no message of the capture tells the endpoint address of the device")
        return
    yield Objection(
        short(f"{subject(exchange)}: {fact}"),
        exchange_lines(exchange, asked=f"To {to}"),
        severity=Severity.INFO if exchange.copied_by is not None else None,
        expected=" or ".join(event.endpoints) or "the endpoint address of the device",
        fold="to",
    )


def _plain(address: str) -> str:
    """An address in a form that can be compared: UUIDs come with and without urn."""
    text = comparable(address.strip())
    return text.removeprefix("urn:") if text.startswith("urn:uuid:") else text


def _answers_over_http(event: MessageSeen) -> bool:
    return (
        _is_enveloped(event)
        and event.exchange.transport is Transport.HTTP
        and event.message.role is Role.RESPONSE
        and event.message.envelope is not None
        and bool(event.message.envelope.headers.to)
    )


@rule(
    "WSD308",
    "response-to-not-anonymous",
    Severity.INFO,
    on=MessageSeen,
    when=_answers_over_http,
    alike=Alike.VERDICT,
    source="A07",
)
def response_to_not_anonymous(event: MessageSeen) -> Iterator[Verdict]:
    """To of a response is not the anonymous address.

    Why:
        The answer goes to where the request came from, which is what anonymous means; no To at all says the same.

    Bad:
        GetScannerElements -> To=urn:uuid:client

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    assert message.envelope is not None
    to = message.envelope.headers.to
    if not is_anonymous(to):
        yield Objection(
            short(f"{subject(exchange)}: To of the response is {to}"),
            (message_line(exchange, message, f"To {to}"),),
            fault_of=sender_of(exchange, message),
            expected="the anonymous address",
            fold="to",
        )


UUIDS = ("urn:uuid:", "uuid:")


def _is_no_uuid(event: MessageSeen) -> bool:
    message_id = event.message.message_id or ""
    return not message_id.startswith(UUIDS) and not message_id[:9].lower().startswith(UUIDS)


@rule(
    "WSD309",
    "message-id-form",
    Severity.INFO,
    on=MessageSeen,
    when=lambda event: _is_enveloped(event) and bool(event.message.message_id),
    trace_of=_is_no_uuid,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED),
    alike=Alike.SUBJECT,
    source="A08",
)
def message_id_form(event: MessageSeen) -> Iterator[Verdict]:
    """A MessageID is no urn:uuid.

    Why:
        It has to be a URI that nobody else makes; a number or a name is soon used twice. The form without `urn:`
        passes: it is in the specification's samples, and devices send it.

    Bad:
        GetScannerElements MessageID=17 -> ok

    Good:
        GetScannerElements MessageID=uuid:5a8d2c1e-0000-1000-8000-000000000001 -> ok
    """
    exchange, message = event.exchange, event.message
    if _is_no_uuid(event):
        yield Objection(
            short(f"{subject(exchange)}: {message.role.value} with MessageID {message.message_id!r}"),
            (message_line(exchange, message, f"MessageID {message.message_id}"),),
            fault_of=sender_of(exchange, message),
            expected="urn:uuid:…",
            fold=message.role.value,
        )
