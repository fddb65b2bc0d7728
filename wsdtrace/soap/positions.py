"""Where elements stand in the bytes of a document: what lxml does not keep, by a second scan.

Only documents with something to point at are scanned: with expat (0.1 ms for 10 KB), or in a third of that time tag by
tag, where a document is known to be well-formed and has nothing but tags and texts. Elements are numbered in document
order, which is the order of `root.iter()`, so an element of the tree and a row of the scan are the same up to the first
error, or up to `MAX_ROWS`.
"""

from __future__ import annotations

import re
from dataclasses import field
from pyexpat import ExpatError, ParserCreate
from typing import Final
from xml.parsers.expat import ErrorString

from lxml import etree

from wsdtrace.dataclass import dataclass

MAX_ROWS: Final = 100_000
"""Elements of one document whose places are known (25 MB): 50 times the longest message seen. What is said of a later
one points at the whole message, and whether the rest is well-formed is left to libxml2."""


class _Full(Exception):
    """There are as many rows as there may be."""


@dataclass(frozen=True, slots=True)
class ScanError:
    """Why and where expat stopped."""

    line: int
    column: int
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class PrefixUse:
    """A name with a prefix that nothing binds."""

    prefix: str
    name: str
    start: int
    """Offset of the prefix."""


@dataclass(slots=True)
class Positions:
    """Rows of n elements in document order; offsets count bytes of the scanned text."""

    text: bytes
    names: list[str] = field(default_factory=list)
    """Names as written, with prefix."""
    starts: list[int] = field(default_factory=list)
    """Offset of the `<` of the start tag."""
    ends: list[int] = field(default_factory=list)
    """Offset behind the end tag; -1: not seen before the error."""
    error: ScanError | None = None
    cut: int | None = None
    """Offset of the first element that has no row because there are `MAX_ROWS`; None: the scan was not cut short."""
    unbound_uses: list[PrefixUse] = field(default_factory=list)

    def unbound(self, limit: int) -> list[PrefixUse]:
        """The first use of each prefix without a binding, at most `limit`."""
        return self.unbound_uses[:limit]

    def content(self, row: int) -> tuple[int, int]:
        """Range between start tag and end tag (to the end of what was read where there is no end tag)."""
        start = _tag_end(self.text, self.starts[row])
        if self.text[start - 2 : start] == b"/>":
            return start, start
        end = self.ends[row]
        if end < 0:
            limit = self.error.offset if self.error else len(self.text)
            following = self.text.find(b"<", start, limit)
            return start, max(start, following if following >= 0 else limit)
        return start, max(start, self.text.rfind(b"</", start, end))

    def element(self, row: int) -> tuple[int, int]:
        """Range of the whole element."""
        end = self.ends[row]
        return self.starts[row], end if end >= 0 else len(self.text)

    def start_tag(self, row: int) -> tuple[int, int]:
        """Range of the start tag."""
        return self.starts[row], _tag_end(self.text, self.starts[row])

    def row_of(self, element: etree._Element) -> int | None:
        """The row of an element of the tree that was parsed from the same text."""
        root = element.getroottree().getroot()
        for row, other in enumerate(root.iter(etree.Element)):
            if other is element:
                return row if row < len(self.starts) else None
        return None

    def at_line(self, text: bytes, line: int, column: int) -> int:
        """Offset of a 1-based line and column (as libxml2 counts)."""
        start = 0
        for _ in range(line - 1):
            newline = text.find(b"\n", start)
            if newline < 0:
                break
            start = newline + 1
        return min(start + max(column - 1, 0), len(text))


_ANY_TAG = re.compile(rb"""<(/?[^\s/>]+)[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_SLASH = ord("/")


def is_plain(text: bytes) -> bool:
    """A well-formed text has nothing but tags and texts behind its XML declaration: each `<` begins a tag."""
    return b"<!" not in text and text.find(b"<?", 1) < 0


def scan_plain(text: bytes) -> Positions:
    """Scan UTF-8 `text` that is well-formed and plain: what `scan` gives, but for prefixes that are not bound."""
    found = Positions(text)
    names, starts, ends = found.names, found.starts, found.ends
    open_rows: list[int] = []
    for tag in _ANY_TAG.finditer(text, text.find(b"?>") + 2 if text.startswith(b"<?") else 0):
        start, end = tag.span()
        if text[start + 1] == _SLASH:
            ends[open_rows.pop()] = end
            continue
        if len(starts) >= MAX_ROWS:
            found.cut = start
            break
        is_empty = text[end - 2] == _SLASH
        if not is_empty:
            open_rows.append(len(starts))
        names.append(tag[1].decode())
        starts.append(start)
        ends.append(end if is_empty else -1)
    return found


_MISMATCH = 7  # XML_ERROR_TAG_MISMATCH of expat
_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")


def _tag_end(text: bytes, start: int) -> int:
    match = _TAG.match(text, start)
    return match.end() if match else len(text)


def scan(text: bytes) -> Positions:
    """Scan UTF-8 `text`. Never raises: an error or `MAX_ROWS` ends the scan, and the result says so."""
    found = Positions(text)
    parser = ParserCreate("utf-8")
    parser.ordered_attributes = True
    open_rows: list[int] = []
    bound: list[frozenset[str]] = [frozenset({"xml", "xmlns"})]
    reported: set[str] = set()

    def check(name: str, offset: int, scope: frozenset[str]) -> None:
        prefix, colon, _ = name.partition(":")
        if colon and prefix not in scope and prefix not in reported:
            reported.add(prefix)
            at = text.find(prefix.encode() + b":", offset)
            found.unbound_uses.append(PrefixUse(prefix, name, max(at, offset)))

    def start(name: str, attributes: list[str]) -> None:
        offset = parser.CurrentByteIndex
        if len(found.starts) >= MAX_ROWS:
            found.cut = offset
            raise _Full
        open_rows.append(len(found.starts))
        found.names.append(name)
        found.starts.append(offset)
        found.ends.append(-1)
        scope = bound[-1]
        declared = [key[6:] for key in attributes[::2] if key.startswith("xmlns:")]
        if declared:
            scope |= frozenset(declared)
        bound.append(scope)
        if ":" in name:
            check(name, offset, scope)
        for key in attributes[::2]:
            if ":" in key and not key.startswith("xmlns:"):
                check(key, offset, scope)

    def end(_name: str) -> None:
        offset = parser.CurrentByteIndex
        row = open_rows.pop()
        bound.pop()
        opened = _tag_end(text, found.starts[row])
        # For an empty-element tag expat gives no place of an end tag.
        found.ends[row] = opened if text[opened - 2 : opened] == b"/>" else _tag_end(text, offset)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    # With a default handler expat does not expand internal entities; external ones it never fetches.
    parser.DefaultHandler = lambda _data: None
    try:
        parser.Parse(text, True)
    except _Full:
        pass  # `cut` says so; expat forgets its handlers, and reads to the end of the megabyte at most
    except ExpatError as error:
        offset = max(parser.ErrorByteIndex, 0)
        reason = ErrorString(error.code)
        if error.code == _MISMATCH and open_rows:
            written = re.match(rb"[^>\s<]{0,80}", text[offset:])
            found_name = written[0].decode("utf-8", "replace") if written else ""
            reason = f"end tag </{found_name}> where </{found.names[open_rows[-1]]}> belongs"
        found.error = ScanError(error.lineno, error.offset + 1, min(offset, len(text)), reason)
    return found
