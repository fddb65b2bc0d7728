"""Bytes of an XML document → a tree, whatever the bytes are.

Theory of operation:

1. The text is brought to UTF-8 (`text`); offsets in it are mapped back to offsets in the bytes that came
   (`Document.offset`). A byte order mark is believed first, then the first four bytes, then the charset of the
   Content-Type (RFC 7303 §3).
2. lxml parses it, locked down: no entity is expanded, no network, libxml2's own limits (256 levels, 10 MB a text
   node). A document type declaration is overwritten with spaces before, so that there is nothing to expand; that it
   was there is told.
3. What lxml refuses is judged by expat, which knows byte offsets and nothing of namespaces. If expat refuses it too
   it is not well-formed: parsed again with recovery, and reliable up to expat's offset. If not, it is well-formed XML
   that breaks Namespaces in XML (an unbound prefix) or one of the limits, and says so. Behind the last element whose
   place expat may note, libxml2's word counts.
4. Nothing raises, and nothing is slower than linear: each step reads the document once.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Anomaly, Space, Span
from wsdtrace.soap.anomalies import SoapAnomaly
from wsdtrace.soap.positions import MAX_ROWS, Positions, ScanError, is_plain, scan, scan_plain

MAX_DOCUMENT = 16 * 1024 * 1024
"""Bytes of one XML document that are looked at: 500 times the largest envelope DPWS allows (32,767 octets)."""
MAX_NAMESPACE_ANOMALIES = 16
"""Unbound prefixes told for one document: the seventeenth says nothing that the first sixteen did not."""

_LIMIT_CODES = frozenset(
    {114, 3, 2}
)  # libxml2: XML_ERR_RESOURCE_LIMIT, and the two that mean "out of memory" by choice
_UNBOUND = 201  # XML_NS_ERR_UNDEFINED_NAMESPACE


class QName(NamedTuple):
    """A name of Namespaces in XML: a namespace and a local part."""

    namespace: str | None
    """None: in no namespace, or its prefix has no binding."""
    local: str

    def __str__(self) -> str:
        return f"{{{self.namespace}}}{self.local}" if self.namespace else self.local


@dataclass(frozen=True, slots=True)
class XmlError:
    """Where and why a document is not well-formed."""

    line: int
    """1-based."""
    column: int
    """1-based, in characters of the line."""
    offset: int
    """0-based byte of the document."""
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document, or as much of it as could be parsed."""

    data: bytes
    """As it came."""
    text: bytes
    """The same in UTF-8 and without byte order mark; `data` itself where it is that already."""
    codec: str
    """Codec of `data`."""
    root: etree._Element | None
    well_formed: bool
    error: XmlError | None
    has_dtd: bool
    reliable: int | None
    """Offset in `text` up to which the tree is what the sender wrote; None: all of it."""
    anomalies: tuple[Anomaly, ...]

    def offset(self, position: int) -> int:
        """The byte of `data` at which `position` of `text` stands."""
        if self.text is self.data:
            return position
        mark = len(self.data) - len(_without_mark(self.data))
        if self.codec in ("utf-8", "ascii"):
            return mark + position
        return mark + len(self.text[:position].decode("utf-8", "replace").encode(self.codec, "replace"))

    def span(self, start: int, end: int) -> Span:
        """A range of `text` as a span of the document's bytes."""
        return Span(Space.XML, self.offset(start), self.offset(end))

    def positions(self) -> Positions:
        """Where each element stands; scans the document."""
        if self.well_formed and self.reliable is None and is_plain(self.text):
            return scan_plain(self.text)
        return scan(self.text)


def _parser(*, recover: bool = False) -> etree.XMLParser:
    """A locked-down parser; one of its own for each document of the slow way, so that its error log holds that only."""
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,  # they say nothing to a receiver, and would cut a text in two
        remove_pis=True,
        collect_ids=False,
    )


_quick = _parser()

_SURROGATE = re.compile(rb"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*5(?:529[6-9]|5[3-9]\d\d|[67]\d{3}));")
"""A reference to a surrogate (D800 to DFFF; the decimal form may take a few neighbours along, of private use): libxml2
recovers from it by keeping it, and lxml then raises wherever the text is read."""


def _blank(found: re.Match[bytes]) -> bytes:
    """Question marks in its place, so that places stay what they are."""
    return b"?" * len(found[0])


def parse_clean(data: bytes) -> etree._Element | None:
    """The root of a document known to be in UTF-8 and without document type declaration; None where `parse` must
    look.
    """
    try:
        return etree.fromstring(data, _quick)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def clean_document(data: bytes, root: etree._Element | None) -> Document:
    """The document of which `parse_clean` read the tree."""
    return Document(data, data, "utf-8", root, True, None, False, None, ())


def parse(data: bytes, charset: str | None = None) -> Document:
    """Parse the bytes of one document.

    Args:
        data: the document.
        charset: what the Content-Type says; ignored where the bytes themselves say something else.
    """
    anomalies: list[Anomaly] = []
    kept = data
    if len(data) > MAX_DOCUMENT:
        kept = data[:MAX_DOCUMENT]
        detail = f"document of {len(data)} bytes, the first {MAX_DOCUMENT} are read"
        anomalies.append(Anomaly(SoapAnomaly.TOO_LARGE, detail, Span(Space.XML, MAX_DOCUMENT, len(data))))
    text, codec = _to_utf8(kept, charset)
    start, end = _doctype(text)
    original = text
    if end > start:
        text = text[:start] + b" " * (end - start) + text[end:]
    document = Document(data, original, codec, None, False, None, end > start, 0, ())
    if end > start:
        declaration = original[start:end].decode("utf-8", "replace")
        anomalies.append(Anomaly(SoapAnomaly.DTD, declaration[:200], document.span(start, end)))
    try:
        root = etree.fromstring(text, _parser())
        reliable = document.offset(len(original)) if kept is not data else None
        return Document(data, original, codec, root, True, None, document.has_dtd, reliable, tuple(anomalies))
    except (etree.XMLSyntaxError, ValueError, AssertionError):  # lxml asserts on an empty document
        pass
    recovering = _parser(recover=True)
    try:
        root = etree.fromstring(_SURROGATE.sub(_blank, text), recovering)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        root = None
    positions = scan(original)
    at = positions.error
    if positions.cut is not None:
        detail = f"more than {MAX_ROWS} elements, the places of later ones are not known"
        anomalies.append(Anomaly(SoapAnomaly.TOO_LARGE, detail, document.span(positions.cut, len(original))))
        at = _refused(recovering, positions)
    if at is not None:
        error = XmlError(at.line, at.column, document.offset(at.offset), at.reason)
        where = document.span(at.offset, min(at.offset + 1, len(original)))
        anomalies.append(
            Anomaly(SoapAnomaly.NOT_WELL_FORMED, f"{at.reason} at line {at.line}, column {at.column}", where)
        )
        anomalies += _unbound(document, positions)
        return Document(data, original, codec, root, False, error, document.has_dtd, at.offset, tuple(anomalies))
    reliable = None
    for entry in recovering.error_log:
        if entry.type in _LIMIT_CODES:
            reliable = positions.at_line(original, entry.line, entry.column)
            detail = entry.message.partition(", use ")[0]  # what libxml2 proposes to programmers
            anomalies.append(Anomaly(SoapAnomaly.TOO_DEEP, detail, document.span(reliable, len(original))))
            break
    unbound = _unbound(document, positions)
    anomalies += unbound
    if not unbound and reliable is None and not document.has_dtd:
        # Well-formed, and against Namespaces in XML in another way: a binding of `xml`, an empty one, a URI with
        # spaces.
        reasons = [entry.message for entry in recovering.error_log]
        anomalies.append(Anomaly(SoapAnomaly.NAMESPACE_INVALID, reasons[0] if reasons else "not namespace-well-formed"))
    return Document(data, original, codec, root, True, None, document.has_dtd, reliable, tuple(anomalies))


def _refused(parser: etree.XMLParser, positions: Positions) -> ScanError | None:
    """Where libxml2 says that the document is not well-formed; None: not as far as it read."""
    for entry in parser.error_log:
        if entry.type in _LIMIT_CODES:
            break
        if entry.level == etree.ErrorLevels.FATAL:  # what breaks Namespaces in XML only is less
            offset = positions.at_line(positions.text, entry.line, entry.column)
            return ScanError(entry.line, entry.column, offset, entry.message)
    return None


def _unbound(document: Document, positions: Positions) -> list[Anomaly]:
    """One anomaly for each prefix without a binding in the name of an element or attribute; each prefix once."""
    return [
        Anomaly(
            SoapAnomaly.PREFIX_UNBOUND,
            f"prefix {use.prefix!r} of {use.name!r} is not bound",
            document.span(use.start, use.start + len(use.prefix.encode())),
        )
        for use in positions.unbound(MAX_NAMESPACE_ANOMALIES)
    ]


def _without_mark(data: bytes) -> bytes:
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(mark):
            return data[len(mark) :]
    return data


_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def _to_utf8(data: bytes, charset: str | None) -> tuple[bytes, str]:
    """The document in UTF-8 without byte order mark, and the codec it came in."""
    body = _without_mark(data)
    if data.startswith(codecs.BOM_UTF16_LE) or body[:2] == b"<\0":
        codec = "utf-16-le"
    elif data.startswith(codecs.BOM_UTF16_BE) or body[:2] == b"\0<":
        codec = "utf-16-be"
    elif data.startswith(codecs.BOM_UTF8):
        codec = "utf-8"
    else:
        declared = _DECLARED.match(body.lstrip())
        codec = _known(charset) or _known(declared[1].decode() if declared else None) or "utf-8"
    if codec in ("utf-8", "ascii"):
        return body, "utf-8"
    return body.decode(codec, "replace").encode("utf-8", "replace"), codec


def _known(charset: str | None) -> str | None:
    """Python's name of a character set, where it has one in which `<` is one byte `<`."""
    if not charset:
        return None
    try:
        codec = codecs.lookup(charset.strip("\"' "))
        return codec.name if "<".encode(codec.name) == b"<" and codec._is_text_encoding else None
    except (LookupError, UnicodeError, ValueError, TypeError):
        return None


_PROLOG = re.compile(rb"\s*(?:<\?[^>]*\?>\s*|<!--(?:[^-]|-[^-])*-->\s*)*")
_TOKEN = re.compile(rb"""<!--(?:[^-]|-[^-])*-->|<\?(?:[^?]|\?[^>])*\?>|"[^"]*"|'[^']*'|[\[\]>]""")


def _doctype(text: bytes) -> tuple[int, int]:
    """Range of the document type declaration; empty where there is none. An unfinished one reaches to the end."""
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    if text[start : start + 9].upper() != b"<!DOCTYPE":
        return 0, 0
    depth = 0
    for token in _TOKEN.finditer(text, start + 9):
        mark = token[0]
        if mark == b"[":
            depth += 1
        elif mark == b"]":
            depth -= 1
        elif mark == b">" and depth <= 0:
            return start, token.end()
    return start, len(text)
