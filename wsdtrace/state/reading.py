"""HttpMessage or Datagram → Message: finds the XML in it and has it read.

Theory of operation: what is labelled as SOAP is read as SOAP whatever it holds, so that rules can object; what is not
labelled is read when its first bytes look like an envelope. A multipart's XML is its root part: the one that `start`
names, else the first (RFC 2387 §3.2).
"""

from __future__ import annotations

from wsdtrace.http import root_part
from wsdtrace.records import Content, Datagram, HttpMessage
from wsdtrace.soap import Fault, peek, read_envelope
from wsdtrace.state.likeness import likeness_of
from wsdtrace.state.message import FaultSummary, Message, Role
from wsdtrace.state.twins import remember, twin_of
from wsdtrace.wsd import decode_message, lookup_action, operation_of

SOAP_MEDIA_TYPES = frozenset({"application/soap+xml", "text/xml", "application/xml", "application/xop+xml"})
"""Media types that announce an envelope: SOAP 1.2, SOAP 1.1 and what devices use in their place."""

MAX_TEXT = 2048
"""Characters kept of a fault's reason or detail: four times the longest URI that DPWS allows devices to handle."""


SNIFF = 2048
"""Octets in which an unlabelled content has to show that it is SOAP: the longest run of namespace declarations seen
before the name of the envelope is 900 octets (Windows' ProbeMatches)."""


def looks_like_soap(data: bytes) -> bool:
    """The first octets are XML of a SOAP envelope, or of a bare fault as some printers send it over UDP."""
    head = data[:SNIFF]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:4]:
        head = head.replace(b"\x00", b"")[2:]
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and (b"Envelope" in head or b"Fault" in head)


def xml_of(content: Content) -> tuple[bytes | None, str | None, bool]:
    """The XML document of a content, its charset and whether the content is labelled as SOAP."""
    labelled = content.media_type in SOAP_MEDIA_TYPES or content.is_multipart
    if content.is_multipart:
        part = root_part(content)
        if part is None:
            return None, None, labelled
        charset = _charset(part.content_type or "")
        return part.data, charset, labelled
    charset = dict(content.parameters).get("charset")
    data = content.data
    if data and not labelled and not looks_like_soap(data):
        data = None
    return data, charset, labelled


def _charset(content_type: str) -> str | None:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"') or None
    return None


def read_http(message: HttpMessage, role: Role) -> Message:
    """The SOAP message that an HTTP message carries, or what came in its place."""
    twin = None if message.section is None else twin_of(message)
    if twin is not None:
        return twin
    xml, charset, labelled = xml_of(message.content)
    read = Message(
        role=role,
        sender=message.sender,
        receiver=message.receiver,
        first=message.first,
        last=message.last,
        content_bytes=message.content.length,
        complete=message.complete,
        exact=message.content_exact,
        status=message.status,
        head_end=message.head_end,
        labelled_soap=labelled,
        http=message,
    )
    if xml:
        _fill(read, xml, charset)
    if read.likeness is not None:
        remember(read)
    return read


def read_datagram(datagram: Datagram) -> Message | None:
    """The SOAP message in a datagram, or None when it holds no XML."""
    if not looks_like_soap(datagram.data):
        return None
    read = Message(
        role=Role.REQUEST,
        sender=datagram.source,
        receiver=datagram.destination,
        first=datagram.stamp,
        last=datagram.stamp,
        content_bytes=len(datagram.data),
        complete=datagram.complete,
        exact=datagram.exact,
        labelled_soap=True,
        datagram=datagram,
    )
    _fill(read, datagram.data, None)
    return read


def _fill(read: Message, xml: bytes, charset: str | None) -> None:
    envelope = read_envelope(xml, charset)
    headers = envelope.headers
    read.xml = xml
    read.envelope = envelope
    read.well_formed = envelope.well_formed and envelope.reliable_until is None  # else a bound of ours ended the tree
    read.is_soap = read.labelled_soap or envelope.version is not None
    read.action = headers.action
    read.message_id = headers.message_id
    read.relates_to = headers.relates_to
    read.body_local = envelope.body_name.local if envelope.body_name else None
    read.operation = operation_of(envelope)
    if not envelope.well_formed and read.action is None:
        _guess(read, xml)
    if envelope.fault is not None:
        read.fault = summarise(envelope.fault)
    read.decoded = decode_message(envelope)
    if read.http is not None:
        read.likeness = likeness_of(read.http, envelope, read.decoded)


def _guess(read: Message, xml: bytes) -> None:
    """What the bytes say of a message of which no parser makes a tree (seen: iSpy's Probe, whose bindings are lost)."""
    seen = peek(xml)
    known = lookup_action(seen.action) if seen.action else None
    if known is not None:
        read.action, read.operation = seen.action, known.operation
        read.message_id = read.message_id or seen.message_id
        read.relates_to = read.relates_to or seen.relates_to


def summarise(fault: Fault) -> FaultSummary:
    """A fault in fixed size."""
    subcode = fault.subcodes[0] if fault.subcodes else None
    return FaultSummary(
        code=fault.code.local if fault.code else None,
        subcode=subcode.local if subcode else None,
        subcode_ns=subcode.namespace if subcode else None,
        subcode_raw=subcode.raw if subcode else None,
        reason=_short(fault.reason),
        detail=_short(fault.detail_text),
    )


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
