"""XML as it was on the wire, indented for reading: bytes of a document → lines.

Theory of operation: the text is cut into tags and texts and laid out again; nothing is parsed, so prefixes, quotes and
order are those of the sender, and a document that is not well-formed is shown all the same. Only white space between
tags is not kept. Texts of elements that hold a secret are replaced here, by position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.report.redact import REDACTED, secret_elements

MAX_LINES = 2000
"""Lines of one document that are shown: GetScannerElementsResponse of a large device has 900."""

MAX_DEPTH = 40
"""Levels that are indented further; WS-Scan has 14."""

# A tag never reaches past the next `<`, so each piece is read once whatever the text is.
_PIECE = re.compile(
    r"""(?P<aside><!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z))
      | (?P<close></[^<>]*>)
      | (?P<open><[^<>/!?"'](?:[^<>"']|"[^"<]*"|'[^'<]*')*+>)
      | (?P<text>[^<]+)
      | (?P<odd><[^<]*)""",
    re.VERBOSE | re.DOTALL,
)

_ATTRIBUTE = re.compile(r"""\s+(?=[^\s=<>"']+\s*=\s*["'])""")
"""The white space before an attribute."""

_NAME = re.compile(r"<(?:[^\s:/>]*:)?([^\s/>]+)")


@dataclass(frozen=True, slots=True)
class XmlLine:
    """One line: markup before, the text of an element, markup behind."""

    depth: int
    before: str
    text: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str


def xml_lines(data: bytes, *, show_secrets: bool = False) -> Iterator[XmlLine]:
    """The lines of a document.

    Args:
        data: UTF-8 or, with a byte order mark or by its zeros, UTF-16.
        show_secrets: do not replace the text of elements that hold secrets.

    Yields:
        at most `MAX_LINES` lines; a last one says when there would be more.
    """
    lines = _layout(_pieces(_decoded(data), show_secrets))
    for number, line in enumerate(lines):
        if number == MAX_LINES:
            yield XmlLine(0, f"… more than {MAX_LINES:,} lines; the rest is left out")
            return
        yield line


def split_tag(tag: str, room: int) -> list[str]:
    """A start tag in pieces, one for each attribute, where it is longer than `room`; else whole."""
    if len(tag) <= room or not tag.startswith("<") or tag.startswith(("<!", "<?", "</")):
        return [tag]
    return _ATTRIBUTE.split(tag)


def _layout(pieces: Iterator[_Piece]) -> Iterator[XmlLine]:
    """An element with nothing but text on one line, everything else on lines of its own."""
    depth = 0
    waiting: list[_Piece] = []
    for piece in pieces:
        if waiting and piece.kind == "close":
            text = "".join(p.text for p in waiting[1:])
            yield XmlLine(_level(depth), waiting[0].text, text, piece.text)
            waiting = []
            continue
        if waiting and piece.kind == "text":
            waiting.append(piece)
            continue
        if waiting:
            yield from (XmlLine(_level(depth + bool(i)), *_as_line(p)) for i, p in enumerate(waiting))
            waiting = []
            depth += 1
        if piece.kind == "open" and not piece.text.endswith("/>"):
            waiting = [piece]
            continue
        if piece.kind == "close":
            depth = max(depth - 1, 0)
        yield XmlLine(_level(depth), *_as_line(piece))
    for i, piece in enumerate(waiting):
        yield XmlLine(_level(depth + bool(i)), *_as_line(piece))


def _pieces(text: str, show_secrets: bool) -> Iterator[_Piece]:
    """Tags and texts in order; white space between tags is left out, secrets are replaced."""
    secret = ""
    for found in _PIECE.finditer(text):
        kind = found.lastgroup or "odd"
        piece = found.group()
        if kind == "open" and not secret and not piece.endswith("/>"):
            secret = _local(piece) if _local(piece) in secret_elements() and not show_secrets else ""
        elif secret:
            if kind == "close" and _local(piece.replace("/", "", 1)) == secret:
                secret = ""
            elif piece.strip():
                # Whatever stands in it, markup too: the whole content is the secret.
                yield _Piece("text", REDACTED)
                continue
        if kind != "text":
            yield _Piece("text" if piece.startswith("<![CDATA[") else kind, piece)
        elif piece.strip():
            yield _Piece("text", piece)


def _as_line(piece: _Piece) -> tuple[str, str]:
    return ("", piece.text.strip()) if piece.kind == "text" else (piece.text, "")


def _local(tag: str) -> str:
    found = _NAME.match(tag)
    return found[1] if found else ""


def _level(depth: int) -> int:
    return min(depth, MAX_DEPTH)


def _decoded(data: bytes) -> str:
    if data[:2] == b"\xff\xfe" or data[1:2] == b"\0":
        return data.decode("utf-16-le", "replace").removeprefix("\ufeff")
    if data[:2] == b"\xfe\xff" or data[:1] == b"\0":
        return data.decode("utf-16-be", "replace").removeprefix("\ufeff")
    return data.decode("utf-8", "replace").removeprefix("\ufeff")
