"""The bytes of a message → its envelope: version, headers, body, fault, and what is odd about it.

Theory of operation:

1. What precedes the Header (XML declaration, start tag of the Envelope with its bindings) is the same in all messages
   of a sender. It is looked at once and remembered (`_Opening`): an ordinary one has UTF-8, no document type
   declaration and only namespaces that are no alias, so the message needs no further look at these things.
2. Everything else goes the thorough way (`xml.parse`, then `_look`), which finds and places what is odd.
3. What cannot be parsed at all still is an envelope: one without root.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from wsdtrace.records import Anomaly
from wsdtrace.soap.addressing import NO_HEADERS, MessageHeaders, read_headers
from wsdtrace.soap.anomalies import SoapAnomaly
from wsdtrace.soap.fault import Fault, is_fault, read_fault
from wsdtrace.soap.look import has_unbound_names, look
from wsdtrace.soap.namespaces import SOAP11, SOAP12, NamespaceKind, canonical, family_tag, split
from wsdtrace.soap.tree import attributes_of
from wsdtrace.soap.version import SoapVersion
from wsdtrace.soap.vocabulary import HEADER_BLOCKS, holds_names
from wsdtrace.soap.xml import MAX_DOCUMENT, Document, QName, XmlError, parse, parse_clean

_ENVELOPE = f"{{{SOAP12}}}Envelope"
_HEADER = f"{{{SOAP12}}}Header"
_BODY = f"{{{SOAP12}}}Body"
_FAULT = f"{{{SOAP12}}}Fault"


@dataclass(frozen=True, slots=True)
class Condition:
    """How well a document could be read."""

    well_formed: bool = True
    error: XmlError | None = None
    reliable_until: int | None = None
    has_dtd: bool = False
    anomalies: tuple[Anomaly, ...] = ()


_SOUND = Condition()


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """One SOAP message, as far as it can be read."""

    data: bytes
    """The document as it came."""
    charset: str | None
    """What the Content-Type said of it."""
    root: etree._Element | None
    """Of a message that is not well-formed: what recovery could make of it."""
    version: SoapVersion | None
    """By the namespace of the Envelope (or of a bare Fault); None: no envelope."""
    headers: MessageHeaders
    body: etree._Element | None
    body_child: etree._Element | None
    """The first element in the Body; of a message without Envelope, a bare Fault."""
    fault: Fault | None
    condition: Condition

    @property
    def well_formed(self) -> bool:
        """It is XML 1.0; an unbound prefix does not change that."""
        return self.condition.well_formed

    @property
    def error(self) -> XmlError | None:
        return self.condition.error

    @property
    def reliable_until(self) -> int | None:
        """Byte up to which the tree is what was sent: absence behind it proves nothing. None: all of it."""
        return self.condition.reliable_until

    @property
    def has_dtd(self) -> bool:
        return self.condition.has_dtd

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        return self.condition.anomalies

    @property
    def body_name(self) -> QName | None:
        """Name of the first element in the Body; its prefix is kept in the local part where it has no binding."""
        if self.body_child is None:
            return None
        uri, local = split(str(self.body_child.tag))
        return QName(uri or None, local)

    def document(self) -> Document:
        """The document parsed again, with what is needed to point at its bytes."""
        return parse(self.data, self.charset)


def read_envelope(data: bytes, charset: str | None = None) -> Envelope:
    """Read a message. Never raises.

    Args:
        data: the document: a whole content, or the root part of a multipart one.
        charset: the charset parameter of its Content-Type.
    """
    if len(data) <= MAX_DOCUMENT and (charset is None or charset in _UTF8):
        end = data.find(b">", data.find(b"?>") + 2 if data[:5] == b"<?xml" else 0) + 1
        opening = data[:end]
        ordinary = _openings.get(opening)
        if ordinary is None:
            ordinary = _remember(opening)
        if ordinary and data.find(b"xmlns", end) < 0:
            root = parse_clean(data)
            if root is not None and root.tag == _ENVELOPE:
                envelope = _ordinary(data, charset, root)
                if envelope is not None:
                    return envelope
    return _thorough(data, charset)


_UTF8 = frozenset({"utf-8", "UTF-8", "utf8", "UTF8", "us-ascii"})


def _ordinary(data: bytes, charset: str | None, root: etree._Element) -> Envelope | None:
    """An envelope of SOAP 1.2 whose names are all bound and current; None where something asks for a closer look."""
    headers, body = NO_HEADERS, None
    for child in root:
        tag = child.tag
        if tag == _BODY and body is None:
            body = child
        elif tag == _HEADER and headers is NO_HEADERS and body is None:
            headers = read_headers(child)
        else:
            return None
    if body is None or len(body) > 1 or any("encodingStyle" in key for key in attributes_of(body)):
        return None
    for block in headers.reference_parameters:
        if not isinstance(block.tag, str) or split(block.tag)[1] in HEADER_BLOCKS:
            return None
    child: etree._Element | None = body[0] if len(body) else None
    if child is None or child.tag != _FAULT:
        if child is not None and family_tag(child.tag) != child.tag:
            return None
        if child is not None and (
            canonical(split(child.tag)[0]).kind is None or (holds_names(child.tag) and has_unbound_names(root))
        ):
            return None
        return Envelope(data, charset, root, SoapVersion.SOAP_12, headers, body, child, None, _SOUND)
    fault = read_fault(child, SoapVersion.SOAP_12)
    if fault.problems:
        return None
    return Envelope(data, charset, root, SoapVersion.SOAP_12, headers, body, child, fault, _SOUND)


def _thorough(data: bytes, charset: str | None) -> Envelope:
    """Read a message about which something may be odd."""
    document = parse(data, charset)
    root = document.root
    version, header, body, child = _parts(root)
    fault = read_fault(child, version) if child is not None and is_fault(child) else None
    headers = read_headers(header)
    anomalies = document.anomalies
    if root is not None:
        anomalies += look(document, root, version, header, body, child, fault)
    reliable = document.offset(document.reliable) if document.reliable is not None else None
    condition = Condition(document.well_formed, document.error, reliable, document.has_dtd, anomalies)
    return Envelope(data, charset, root, version, headers, body, child, fault, condition)


_Part = etree._Element | None


def _parts(root: _Part) -> tuple[SoapVersion | None, _Part, _Part, _Part]:
    """Version, Header, Body and first body element of a tree of any kind."""
    if root is None:
        return None, None, None, None
    version = version_of(str(root.tag))
    if family_tag(str(root.tag)) != _ENVELOPE:
        return (version, None, None, root) if is_fault(root) else (None, None, None, None)
    header = body = None
    for part in root.iter(etree.Element):
        # Recovery may have put Header and Body elsewhere than directly below the Envelope.
        tag = family_tag(str(part.tag))
        if tag == _BODY:
            body = part
            break
        if tag == _HEADER and header is None:
            header = part
    child = next((c for c in body if isinstance(c.tag, str)), None) if body is not None else None
    return version, header, body, child


def version_of(tag: str) -> SoapVersion | None:
    """The version that a name of SOAP belongs to, its aliases included."""
    known = canonical(split(family_tag(tag) if tag[:1] != "{" else tag)[0])
    return {SOAP12: SoapVersion.SOAP_12, SOAP11: SoapVersion.SOAP_11}.get(known.uri)


# The openings of messages: bytes up to the end of the first start tag.

MAX_OPENINGS = 1024
"""Openings remembered; each sender has a handful. When full they are forgotten together."""
_openings: dict[bytes, bool] = {}
_OPENING = re.compile(
    rb"""(?:<\?xml\ version=["']1\.[0-9]["'](?:\ encoding=["'](?i:utf-8)["'])?(?:\ standalone=["'](?:yes|no)["'])?\s*\?>\s*)?
    <(?:[A-Za-z_][\w.-]*:)?Envelope(?:\s+xmlns(?::[A-Za-z_][\w.-]*)?\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*\s*>""",
    re.VERBOSE,
)
_BINDING = re.compile(rb"""xmlns(?::[\w.-]+)?\s*=\s*["']([^"']*)["']""")


def _remember(opening: bytes) -> bool:
    """Whether an opening is ordinary."""
    ordinary = _OPENING.fullmatch(opening) is not None and all(
        canonical(uri.decode("utf-8", "replace")).kind is not NamespaceKind.ALIAS for uri in _BINDING.findall(opening)
    )
    if len(_openings) >= MAX_OPENINGS:
        _openings.clear()
    if len(opening) <= 65_536:
        _openings[opening] = ordinary
    return ordinary


__all__ = ["Condition", "Envelope", "QName", "SoapAnomaly", "read_envelope", "version_of"]
