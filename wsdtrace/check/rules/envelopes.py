"""WSD213, 215, 216: what an envelope may not be or hold, whatever its body says."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import FaultOf, Objection, Severity
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import has_anomalies, is_held_in_part, message_line, of_kind, quoted, sender_of, subject
from wsdtrace.check.violations import short
from wsdtrace.soap import SoapAnomaly
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.state.events import MessageSeen
from wsdtrace.state.message import Message

MAX_ENVELOPE_BYTES = 32_767
"""DPWS 2006/02, MAX_ENVELOPE_SIZE (R0003, R0026): Windows closes the connection on larger ones."""

MAX_URI_BYTES = 2048
"""DPWS 2006/02, MAX_URI_SIZE (R0025, R0027)."""


def _is_text_envelope(event: MessageSeen) -> bool:
    message = event.message
    return event.exchange.is_wsd and message.is_soap and not (message.http and message.http.content.is_multipart)


@rule(
    "WSD213",
    "envelope-too-large",
    Severity.WARNING,
    on=MessageSeen,
    when=_is_text_envelope,
    needs=(Need.EXACT_BYTES,),
    alike=Alike.VERDICT,
    source="A11",
)
def envelope_too_large(event: MessageSeen) -> Iterator[Verdict]:
    """A text envelope is larger than 32,767 octets.

    Why:
        Devices and clients need not read more, and Windows closes the connection. Envelopes in a multipart are
        exempt.

    Bad:
        < raw HTTP/1.1 200 OK\\r\\n
        < raw Content-Type: application/soap+xml\\r\\nContent-Length: 40103\\r\\n\\r\\n
        < raw <soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body/>
        < raw <!--<40000 x x>--></soap:Envelope>
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    size = _size(message)
    if size > MAX_ENVELOPE_BYTES:
        yield Objection(
            f"{subject(exchange)}: envelope of {size} octets, expected at most {MAX_ENVELOPE_BYTES}",
            (message_line(exchange, message, f"{size} octets"),),
            fault_of=sender_of(exchange, message),
            expected=f"at most {MAX_ENVELOPE_BYTES} octets",
            fold=message.role.value,
        )


def _size(message: Message) -> int:
    """Octets of the envelope, as far as they came; of one too large to be held, of the content."""
    held = len(message.xml) if message.xml else 0
    return max(held, message.content_bytes) if not held or is_held_in_part(message) else held


@rule(
    "WSD215",
    "encoding-style",
    Severity.INFO,
    on=MessageSeen,
    trace_of=has_anomalies,
    when=lambda event: event.exchange.is_wsd and event.message.envelope is not None,
    alike=Alike.TRACE,
    source=("A10", "SOAP 1.2 part 1 §5.1.1"),
    fault_of=FaultOf.UNKNOWN,
)
def encoding_style(event: MessageSeen) -> Iterator[Verdict]:
    """encodingStyle stands on Envelope, Header or Body, where SOAP 1.2 does not allow it.

    Why:
        The samples of the documentation have it, with a namespace of 2002. Receivers that keep to the standard
        answer with a Sender fault; those that were seen ignore it.

    Bad:
        > replace <soap:Body> "<soap:Body soap:encodingStyle='http://www.w3.org/2002/12/soap-encoding'>"
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    for anomaly in of_kind(event.message, SoapAnomaly.ENCODING_STYLE):
        yield Objection(
            short(f"{subject(event.exchange)} {event.message.role.value}: {anomaly.detail}"),
            (quoted(event.exchange, event.message, anomaly.span),),
            fault_of=sender_of(event.exchange, event.message),
            expected="no encodingStyle",
            fold=event.message.role.value,
        )


_BREAKS = bytes.maketrans(b"<>\"'", b"    ")
"""What ends a URI in a document, made white space: bytes.split is ten times as fast as a pattern."""


def _longest_uri(message: Message) -> int:
    """Octets of the longest URI: of the headers, and of bodies that hold addresses (those of WS-Scan hold none).

    RelatesTo is the other side's.
    """
    envelope, decoded = message.envelope, message.decoded
    if envelope is None or message.xml is None:
        return 0
    headers = envelope.headers
    texts = (headers.to, headers.action, headers.message_id)
    longest = max(len(text.encode()) for text in (*texts, "") if text is not None)
    if decoded is not None and decoded.message is not None and decoded.message.family == SCAN:
        return longest
    words = message.xml.translate(_BREAKS).split()
    other = (headers.relates_to or "").encode()
    return max(longest, *(len(word) for word in words if b":" in word[:16] and word != other), 0)


def _may_hold_long_uri(event: MessageSeen) -> bool:
    return event.message.xml is not None and len(event.message.xml) > MAX_URI_BYTES


@rule(
    "WSD216",
    "uri-too-long",
    Severity.WARNING,
    on=MessageSeen,
    when=lambda event: event.exchange.is_wsd and event.message.xml is not None,
    trace_of=_may_hold_long_uri,
    alike=Alike.TRACE,
    source="A12",
)
def uri_too_long(event: MessageSeen) -> Iterator[Verdict]:
    """A URI is longer than 2048 octets.

    Why:
        Devices and clients need not handle longer ones (DPWS MAX_URI_SIZE); an address that is cut leads nowhere.

    Bad:
        < raw HTTP/1.1 200 OK\\r\\n
        < raw Content-Type: application/soap+xml\\r\\nContent-Length: 2295\\r\\n\\r\\n
        < raw <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
        < raw \\nxmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header>
        < raw <a:MessageID>urn:<2100 x a></a:MessageID></s:Header><s:Body/></s:Envelope>
        GetScannerElements -> ok

    Good:
        GetScannerElements -> ok
    """
    exchange, message = event.exchange, event.message
    length = _longest_uri(message)
    if length > MAX_URI_BYTES:
        yield Objection(
            f"{subject(exchange)} {message.role.value}: a URI of {length} octets, expected at most {MAX_URI_BYTES}",
            (message_line(exchange, message, f"URI of {length} octets"),),
            fault_of=sender_of(exchange, message),
            expected=f"at most {MAX_URI_BYTES} octets",
            fold=message.role.value,
        )
