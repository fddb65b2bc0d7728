"""The bytes of a message → its envelope: version, headers, body, fault, and what is odd about it.

Theory of operation:

1. A message with the markup of earlier ones is read from its texts (`template`); its tree is made when asked for.
2. What precedes the Header (XML declaration, start tag of the Envelope with its bindings) is the same in all messages
   of a sender. It is looked at once and remembered: an ordinary one has UTF-8, no document type declaration and only
   namespaces that are no alias, so the message needs no further look at these things (`_ordinary`).
3. Everything else goes the thorough way (`xml.parse`, then `look`), which finds and places what is odd.
4. What cannot be parsed at all still is an envelope: one without root.
"""

from __future__ import annotations

import re

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Anomaly
from wsdtrace.soap.addressing import NO_HEADERS, MessageHeaders, read_headers
from wsdtrace.soap.anomalies import SoapAnomaly
from wsdtrace.soap.fault import Fault, is_fault, read_fault
from wsdtrace.soap.look import has_unbound_names, look
from wsdtrace.soap.namespaces import SOAP11, SOAP12, NamespaceKind, canonical, family_tag, split
from wsdtrace.soap.parts import Parts, name_of, parts_of
from wsdtrace.soap.sites import Sites
from wsdtrace.soap.template import Template, cut, find, is_second, learn
from wsdtrace.soap.tree import attributes_of
from wsdtrace.soap.version import SoapVersion
from wsdtrace.soap.vocabulary import HEADER_BLOCKS, holds_names
from wsdtrace.soap.xml import MAX_DOCUMENT, QName, XmlError, clean_document, parse, parse_clean

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


SOUND = Condition()
_SOAP_12 = SoapVersion.SOAP_12


class Envelope:
    """One SOAP message, as far as it can be read. Nothing of it changes; its tree may be made when first asked for."""

    __slots__ = (
        "_parts", "_sites", "charset", "condition", "data", "fault", "headers", "template", "texts", "version",
    )  # fmt: skip

    def __init__(
        self,
        data: bytes,
        charset: str | None,
        version: SoapVersion | None,
        headers: MessageHeaders,
        parts: Parts | None,
        fault: Fault | None = None,
        condition: Condition = SOUND,
        template: Template | None = None,
        texts: list[str] | None = None,
        sites: Sites | None = None,
    ) -> None:
        self.data = data
        """The document as it came."""
        self.charset = charset
        """What the Content-Type said of it."""
        self.version = version
        """By the namespace of the Envelope (or of a bare Fault); None: no envelope."""
        self.headers = headers
        self.fault = fault
        self.condition = condition
        self.template = template
        """What it has in common with messages of the same markup, where that is known."""
        self.texts = texts
        """Its text runs, where it has a template."""
        self._parts = parts
        self._sites = sites

    def _made(self) -> Parts:
        if self._parts is None:
            self._parts = parts_of(parse_clean(self.data))
        return self._parts

    @property
    def root(self) -> etree._Element | None:
        """Of a message that is not well-formed: what recovery could make of it."""
        return self._made().root

    @property
    def body(self) -> etree._Element | None:
        return self._made().body

    @property
    def body_child(self) -> etree._Element | None:
        """The first element in the Body; of a message without Envelope, a bare Fault."""
        return self._made().child

    @property
    def body_name(self) -> QName | None:
        """Name of the first element in the Body; its prefix is kept in the local part where it has no binding."""
        if self.template is not None:
            return self.template.body_name
        child = self._made().child
        return None if child is None else name_of(child)

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
    def sites(self) -> Sites:
        """Where everything in it stands."""
        if self._sites is None:
            self._sites = Sites(clean_document(self.data, self.root))
        return self._sites

    def __repr__(self) -> str:
        return f"<Envelope {self.body_name} {len(self.data)} bytes>"


def read_envelope(data: bytes, charset: str | None = None) -> Envelope:
    """Read a message. Never raises.

    Args:
        data: the document: a whole content, or the root part of a multipart one.
        charset: the charset parameter of its Content-Type.
    """
    if data[:1] != b"<" or len(data) > MAX_DOCUMENT or (charset is not None and charset not in _UTF8):
        return _thorough(data, charset)
    runs = cut(data)
    if runs is None:
        return _ordinary(data, charset) or _thorough(data, charset)
    key, texts = runs
    template = find(key)
    if template is not None:
        headers = template.read(texts)
        if headers is not None:
            return Envelope(data, charset, _SOAP_12, headers, None, template.fault, SOUND, template, texts)
    envelope = _ordinary(data, charset)
    if envelope is None:
        return _thorough(data, charset)
    if template is None and is_second(key):
        learn(key, texts, envelope)
    return envelope


_UTF8 = frozenset({"utf-8", "UTF-8", "utf8", "UTF8", "us-ascii"})


def _ordinary(data: bytes, charset: str | None) -> Envelope | None:
    """An envelope of SOAP 1.2 whose names are all bound and current; None where something asks for a closer look."""
    end = data.find(b">", data.find(b"?>") + 2 if data[:5] == b"<?xml" else 0) + 1
    opening = data[:end]
    ordinary = _openings.get(opening)
    if ordinary is None:
        ordinary = _remember(opening)
    if not ordinary or data.find(b"xmlns", end) >= 0:
        return None
    root = parse_clean(data)
    if root is None or root.tag != _ENVELOPE:
        return None
    headers, body = NO_HEADERS, None
    for part in root:
        tag = part.tag
        if tag == _BODY and body is None:
            body = part
        elif tag == _HEADER and headers is NO_HEADERS and body is None:
            headers = read_headers(part)
        else:
            return None
    if body is None or len(body) > 1 or any("encodingStyle" in key for key in attributes_of(body)):
        return None
    for block in headers.reference_parameters:
        if not isinstance(block.tag, str) or split(block.tag)[1] in HEADER_BLOCKS:
            return None
    child = next(iter(body), None)
    parts = Parts(root, body, child)
    if child is None:
        return Envelope(data, charset, _SOAP_12, headers, parts)
    if child.tag == _FAULT:
        fault = read_fault(child, SoapVersion.SOAP_12)
        return None if fault.problems else Envelope(data, charset, _SOAP_12, headers, parts, fault=fault)
    current = family_tag(child.tag) == child.tag and canonical(split(child.tag)[0]).kind is not None
    if not current or (holds_names(child.tag) and has_unbound_names(root)):
        return None
    return Envelope(data, charset, _SOAP_12, headers, parts)


def _thorough(data: bytes, charset: str | None) -> Envelope:
    """Read a message about which something may be odd."""
    document = parse(data, charset)
    root = document.root
    version = version_of(str(root.tag)) if root is not None else None
    parts = parts_of(root)
    fault = read_fault(parts.child, version) if parts.child is not None and is_fault(parts.child) else None
    headers = read_headers(parts.header)
    anomalies, sites = document.anomalies, Sites(document)
    if root is not None:
        anomalies += look(sites, parts, version, fault)
    reliable = document.offset(document.reliable) if document.reliable is not None else None
    condition = Condition(document.well_formed, document.error, reliable, document.has_dtd, anomalies)
    return Envelope(data, charset, version, headers, parts, fault=fault, condition=condition, sites=sites)


def version_of(tag: str) -> SoapVersion | None:
    """The version that a name of SOAP belongs to, its aliases included."""
    known = canonical(split(family_tag(tag) if tag[:1] != "{" else tag)[0])
    return {SOAP12: SoapVersion.SOAP_12, SOAP11: SoapVersion.SOAP_11}.get(known.uri)


# The openings of messages: bytes up to the end of the first start tag.

MAX_OPENINGS = 1024
"""Openings remembered; each sender has a handful. When full they are forgotten together."""
_openings: dict[bytes, bool] = {}
_OPENING = re.compile(
    rb"""(?:<\?xml\ version=["']1\.[0-9]["']
    (?:\ encoding=["'](?i:utf-8)["'])?(?:\ standalone=["'](?:yes|no)["'])?\s*\?>\s*)?
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
