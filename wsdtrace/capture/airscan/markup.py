"""XML as sane-airscan's trace prints it → XML again, line by line.

Theory of operation: the driver prints a parsed document anew, one element a line, two blanks a level, and drops what
it takes for decoration. What it drops is put back where it can be known:

1. Texts and attribute values stand there without escapes (`&amp;` is `&`): they are escaped again.
2. Declarations of default namespaces (`xmlns="…"`) are gone. The names of SOAP and WS-Addressing have one namespace,
   the child of Body has that of the Action, metadata has that of its section's Dialect. An element whose namespace
   cannot be known so is counted: nothing should be concluded from its absence.
3. A comment at the top level is printed like an element called `comment`; it says nothing and goes.

Lines stay lines, so that evidence can name them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

SOAP_12 = b"http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = b"http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY = b"http://schemas.xmlsoap.org/ws/2005/04/discovery"

HEADER_BLOCKS = {
    b"Action": ADDRESSING, b"MessageID": ADDRESSING, b"To": ADDRESSING, b"From": ADDRESSING, b"ReplyTo": ADDRESSING,
    b"FaultTo": ADDRESSING, b"RelatesTo": ADDRESSING, b"AppSequence": DISCOVERY,
}  # fmt: skip

MAX_TEXT_LINES = 1000
"""Lines of one text: a reason or a description has a handful; behind so many the closing tag is taken for lost."""

_OPEN = re.compile(rb'( *)<([^\s<>/!?"=]+)((?: [^\s=<>"]+="[^"]*")*)(?:(/)>|>(.*))')
_CLOSE = re.compile(rb" *</([^\s<>]+)>")
_ATTRIBUTE = re.compile(rb' ([^\s=<>"]+)="([^"]*)"')


class Row(NamedTuple):
    """A line of the document, and where it stood in the log."""

    data: bytes
    line: int
    """0-based."""


class Printed(NamedTuple):
    """A document that was read."""

    rows: list[Row]
    stop: int
    """Line behind it, 0-based."""
    whole: bool
    """The root was closed."""
    strays: int
    """Elements whose namespace is not known."""


class _Level(NamedTuple):
    """An element that is open."""

    name: bytes
    local: bytes
    has_default: bool
    """A default namespace holds inside."""
    dialect: bytes


def is_markup(line: bytes) -> bool:
    """A document may begin with this line."""
    return _OPEN.fullmatch(line) is not None


class _Reader:
    """Reads one document."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._levels: list[_Level] = []
        self._action = b""
        self.rows: list[Row] = []
        self.strays = 0

    def read(self, start: int, bound: int) -> tuple[int, bool]:
        """The line behind the document, and whether its root was closed."""
        at = start
        while at < bound:
            line = self._lines[at]
            closing = _CLOSE.fullmatch(line)
            if closing is not None:
                if not self._levels or self._levels[-1].name != closing[1]:
                    return at, False
                self._levels.pop()
                self.rows.append(Row(line, at))
                at += 1
            else:
                opening = _OPEN.fullmatch(line)
                if opening is None:
                    return at, False
                stop = self._element(opening, at, bound)
                if stop is None:
                    return at, False
                at = stop
            if not self._levels and self.rows:
                return at, True
        return at, False

    def _element(self, match: re.Match[bytes], at: int, bound: int) -> int | None:
        """Take an element's line or lines; returns the line behind, None where its text has no end."""
        indent, name, attributes, empty, tail = match.groups()
        texts, stop = [], at + 1
        if tail:
            end = b"</" + name + b">"
            texts = [tail]
            while not texts[-1].endswith(end):
                if stop >= bound or len(texts) > MAX_TEXT_LINES:
                    return None
                texts.append(self._lines[stop])
                stop += 1
            texts[-1] = texts[-1][: -len(end)]
        if not self._levels and name == b"comment":
            return stop
        local = name.rpartition(b":")[2]
        namespace = self._namespace(name, local)
        added = b' xmlns="' + namespace + b'"' if namespace else b""
        opened = indent + b"<" + name + added + _escaped(attributes)
        if local == b"Action" and len(texts) == 1 and not self._action:
            self._action = texts[0].strip()
        if empty:
            self.rows.append(Row(opened + b"/>", at))
        elif not texts:
            self.rows.append(Row(opened + b">", at))
            default = bool(namespace) or (bool(self._levels) and self._levels[-1].has_default)
            dialect = dict(_ATTRIBUTE.findall(attributes)).get(b"Dialect", b"")
            self._levels.append(_Level(name, local, default, dialect))
        else:
            escaped = [_text(text) for text in texts]
            escaped[0] = opened + b">" + escaped[0]
            escaped[-1] += b"</" + name + b">"
            self.rows.extend(Row(text, at + i) for i, text in enumerate(escaped))
        return stop

    def _namespace(self, name: bytes, local: bytes) -> bytes:
        """The default namespace that has to be declared here; empty where none has."""
        if b":" in name:
            return b""
        if not self._levels:
            return SOAP_12 if name == b"Envelope" else b""
        above = self._levels[-1]
        if above.local == b"Header" and len(self._levels) == 2:
            known = HEADER_BLOCKS.get(local, b"")
        elif above.local == b"Body" and len(self._levels) == 2 and local != b"Fault":
            known = self._action.rpartition(b"/")[0]
        elif above.local == b"MetadataSection":
            known = above.dialect.rpartition(b"/")[0]
        else:
            known = b""
        if not known and not above.has_default:
            self.strays += 1
        return known.translate(None, b'"<&>')


def _text(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _escaped(attributes: bytes) -> bytes:
    if b"&" not in attributes and b"<" not in attributes:
        return attributes
    return _ATTRIBUTE.sub(lambda m: b" " + m[1] + b'="' + _text(m[2]) + b'"', attributes)


def read_printed(lines: Sequence[bytes], start: int, bound: int) -> Printed:
    """The document that is printed from line `start` on, at most up to line `bound`.

    Args:
        lines: of the log, without their ends.
        start: 0-based; `is_markup` holds for it.
        bound: line behind which nothing belongs to it.
    """
    reader = _Reader(lines)
    stop, whole = reader.read(start, bound)
    return Printed(reader.rows, stop, whole, reader.strays)
