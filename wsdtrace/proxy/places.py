"""Where in the bytes of a message its addresses stand, by the message's declaration; and the bytes with other ones.

Theory of operation: the body is walked together with its declared type; a text counts when its field is in the table
below (`ADDRESSES`), wherever the message has it and whatever prefixes and encoding it uses. Offsets come from a second
scan of the bytes, so nothing else of the message changes. What is no well-formed envelope has no places.

A message with the markup of an earlier one (`soap.template`) has its addresses in the same text runs: which, stands in
a plan beside the template, and such a message is neither walked nor scanned.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape, unescape

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.soap.envelope import Envelope, read_envelope
from wsdtrace.soap.namespaces import EVENTING, SCAN, WSA, family_tag
from wsdtrace.soap.schema.declare import Element, Kind, Shape, shape
from wsdtrace.soap.tree import elements_of, rows_of, tag_of
from wsdtrace.soap.xml import Document
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.discovery import Bye, Hello, ProbeMatch, ResolveMatch
from wsdtrace.wsd.metadata import MetadataSection, ThisDevice, ThisModel

ADDRESSES: frozenset[tuple[type[Element], str]] = frozenset(
    {
        (EndpointReference, "address"),
        (Hello, "x_addrs"),
        (Bye, "x_addrs"),
        (ProbeMatch, "x_addrs"),
        (ResolveMatch, "x_addrs"),
        (ThisModel, "presentation_url"),
        (MetadataSection, "location"),
    }
)
"""Fields that say where something can be reached. A field of a URI that is no address (a type, a dialect, an action) is
not among them, nor is what a vendor links to."""

NAME = "FriendlyName"
"""The one text that is no address and yet counts: what a person calls the device."""
_SINKS = frozenset({f"{{{EVENTING}}}NotifyTo", f"{{{EVENTING}}}EndTo"})
_TO, _RELATES_TO = f"{{{WSA}}}To", f"{{{WSA}}}RelatesTo"
_JOB_TOKEN = f"{{{SCAN}}}JobToken"
_PLAN = "addresses of the proxy"
"""Key of the plan beside a template: (number of the text run, what its words are) in the order of the message."""
_RUN = re.compile(rb">([^<]+)<")
_ENTITIES = {"&quot;": '"', "&apos;": "'"}


class What(NamedTuple):
    """What a place is."""

    name: str
    """Local name of the element that holds it: `XAddrs`, `Address`, `To` …"""
    sink: bool = False
    """In NotifyTo or EndTo: where a client wants its events."""


@dataclass(frozen=True, slots=True)
class Place:
    """A text of the message that can be exchanged."""

    what: What
    start: int
    """Offset in the document's UTF-8 text."""
    end: int
    text: str
    """As a reader understands it; surrounding white space is not part of it."""


class Message:
    """One envelope with its places.

    Args:
        data: the document as it came.
        charset: what the Content-Type says.
    """

    def __init__(self, data: bytes, charset: str | None = None) -> None:
        self.data = data
        self.envelope: Envelope = read_envelope(data, charset)
        self._document: Document | None = None
        self._rows: dict[etree._Element, int] = {}
        self._contents: list[tuple[int, int]] = []
        self._blank = False
        """A text that may be an address is white space: it has no place, and in the next such message it may have."""
        self.beyond = False
        """An address stands behind the elements whose places are known (`soap.positions.MAX_ROWS`)."""

    @property
    def is_sound(self) -> bool:
        """Well-formed and an envelope: its places are certain."""
        envelope = self.envelope
        known = envelope.template is not None
        return known or (envelope.well_formed and envelope.root is not None and not envelope.has_dtd)

    def addresses(self) -> list[Place]:
        """The addresses of header and body; a list of them (XAddrs) gives one place each."""
        if not self.is_sound:
            return []
        template = self.envelope.template
        if template is None:
            return self._found()
        spans = [found.span(1) for found in _RUN.finditer(self.data)]
        plan: list[tuple[int, What]] | None = template.plans.get(_PLAN)
        if plan is None:
            found = self._found()
            if not self._blank:
                runs = {bisect_right(spans, (place.start, len(self.data))) - 1: place.what for place in found}
                template.plans[_PLAN] = list(runs.items())
            return found
        return [place for run, what in plan for place in self._in_run(*spans[run], what)]

    def _in_run(self, start: int, end: int, what: What) -> Iterator[Place]:
        return _whole(self.data, start, end, what) if what.name == NAME else _words(self.data, start, end, what)

    def _found(self) -> list[Place]:
        """The addresses, looked for in the tree."""
        found = [p for block in self._headers() if family_tag(tag_of(block)) == _TO for p in self._words(block, "To")]
        child = self.envelope.body_child
        declared = decode_message(self.envelope).message
        if child is not None and declared is not None and declared.type is not None:
            found += self._walk(child, shape(declared.type), sink=False)
        return found

    def relates_to(self) -> Place | None:
        """The text of RelatesTo."""
        return self._first(block for block in self._headers() if family_tag(tag_of(block)) == _RELATES_TO)

    def job_token(self) -> Place | None:
        """The text of the first JobToken of the body."""
        body = self.envelope.body
        if not self.is_sound or body is None:
            return None
        return self._first(e for e in body.iter(etree.Element) if family_tag(tag_of(e)) == _JOB_TOKEN)

    def texts(self) -> Iterator[Place]:
        """Every text of the body that is not empty."""
        body = self.envelope.body
        if self.is_sound and body is not None:
            for element in body.iter(etree.Element):
                if len(element) == 0 and (element.text or "").strip():
                    yield from self._words(element, tag_of(element).rpartition("}")[2])

    def exchanged(self, edits: Iterable[tuple[Place, str]]) -> bytes:
        """The message with other texts at some places; everything else stays as it came."""
        known = self.envelope.template is not None  # UTF-8 without a byte order mark
        codec = "utf-8" if known else self._scanned().codec
        out = bytearray()
        position = 0
        for place, text in sorted(edits, key=lambda edit: edit[0].start):
            start, end = place.start, place.end
            if not known:
                start, end = self._scanned().offset(start), self._scanned().offset(end)
            out += self.data[position:start]
            out += escape(text).encode(codec, "xmlcharrefreplace")
            position = end
        return bytes(out + self.data[position:])

    def _headers(self) -> list[etree._Element]:
        root = self.envelope.root
        if not self.is_sound or root is None:
            return []
        header = next((part for part in elements_of(root) if tag_of(part).endswith("}Header")), None)
        return [] if header is None else list(elements_of(header))

    def _walk(self, element: etree._Element, kind: Shape, *, sink: bool) -> Iterator[Place]:
        """The addresses below an element of a declared type."""
        fields = {field.tag: field for field in kind.children if field.spec.kind is Kind.CHILD}
        for child in elements_of(element):
            field = fields.get(family_tag(tag_of(child)))
            if field is None:
                continue
            inside = sink or field.tag in _SINKS
            if (kind.cls, field.python) == (ThisDevice, "friendly_name"):
                yield from self._whole(child, NAME)
            elif isinstance(field.type, Shape):
                yield from self._walk(child, field.type, sink=inside)
            elif (kind.cls, field.python) in ADDRESSES:
                yield from self._words(child, field.local, sink=inside)

    def _first(self, elements: Iterable[etree._Element]) -> Place | None:
        for element in elements:
            for place in self._words(element, tag_of(element).rpartition("}")[2]):
                return place
        return None

    def _whole(self, element: etree._Element, name: str) -> Iterator[Place]:
        """The text of an element as one place."""
        span = self._content(element)
        return iter(()) if span is None else _whole(self._scanned().text, *span, What(name))

    def _words(self, element: etree._Element, name: str, *, sink: bool = False) -> Iterator[Place]:
        """The words of an element's text."""
        span = self._content(element)
        return iter(()) if span is None else _words(self._scanned().text, *span, What(name, sink))

    def _content(self, element: etree._Element) -> tuple[int, int] | None:
        """Where an element's text stands; None where that is not one place."""
        document = self._scanned()
        row = self._rows.get(element)
        if row is None or row >= len(self._contents):
            self.beyond = True
            return None
        start, end = self._contents[row]
        self._blank |= start < end and not document.text[start:end].strip()
        return None if b"<" in document.text[start:end] else (start, end)  # CDATA, a comment

    def _scanned(self) -> Document:
        if self._document is None:
            sites = self.envelope.sites
            self._document = sites.document
            self._rows = rows_of(self.envelope.root)
            positions = sites.positions
            self._contents = [positions.content(row) for row in range(len(positions.starts))]
        return self._document


def _whole(text: bytes, start: int, end: int, what: What) -> Iterator[Place]:
    """A range of a text without the white space around it as one place."""
    words = list(_words(text, start, end, what))
    if words:
        start, end = words[0].start, words[-1].end
        yield Place(what, start, end, unescape(text[start:end].decode("utf-8", "replace"), _ENTITIES))


def _words(text: bytes, start: int, end: int, what: What) -> Iterator[Place]:
    """The words in a range of a text."""
    at = start
    for word in text[start:end].split():
        at = text.index(word, at)
        yield Place(what, at, at + len(word), unescape(word.decode("utf-8", "replace"), _ENTITIES))
        at += len(word)
