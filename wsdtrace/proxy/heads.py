"""A header section with other values in a few places; every other byte stays as it came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from wsdtrace.http.framing import Frame, Framing
from wsdtrace.http.head import Head
from wsdtrace.http.media import parse_media_type
from wsdtrace.records import FieldLine, RequestLine


class HeadEdit(NamedTuple):
    """Another text for a range of a header section."""

    start: int
    end: int
    text: bytes


def edited(raw: bytes, edits: Iterable[HeadEdit]) -> bytes:
    """The section with its edits."""
    out, position = bytearray(), 0
    for edit in sorted(edits):
        out += raw[position : edit.start] + edit.text
        position = edit.end
    return bytes(out + raw[position:])


def leading(raw: bytes) -> int:
    """Bytes of empty lines before the start-line: spans of the fields count from behind them."""
    return len(raw) - len(raw.lstrip(b"\r\n"))


def value_edits(raw: bytes, head: Head, name: str, value: str) -> list[HeadEdit]:
    """Another value for every field line called `name`."""
    at = leading(raw)
    edits = []
    for line in head.fields:
        if line.name.lower() == name:
            start, end = _value_of(raw, line, at)
            edits.append(HeadEdit(start, end, value.encode("latin-1", "replace")))
    return edits


def _value_of(raw: bytes, line: FieldLine, at: int) -> tuple[int, int]:
    """Range of a field line's value without the white space around it."""
    start, end = at + line.span.start, at + line.span.end
    start = raw.index(b":", start, end) + 1
    while start < end and raw[start : start + 1] in b" \t":
        start += 1
    while end > start and raw[end - 1 : end] in b" \t\r":
        end -= 1
    return start, end


def target_edit(raw: bytes, head: Head, target: str) -> HeadEdit | None:
    """Another request-target."""
    if not isinstance(head.start, RequestLine):
        return None
    start = raw.find(head.start.target.encode("latin-1"), leading(raw))
    return HeadEdit(start, start + len(head.start.target), target.encode("latin-1", "replace"))


def framed(raw: bytes, head: Head, frame: Frame, content: bytes, edits: Iterable[HeadEdit] = ()) -> bytes:
    """A message with another content, framed as it was: by length, in one chunk, or until close."""
    edits = list(edits)
    if frame.framing is Framing.CHUNKED:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content) if content else b"0\r\n\r\n"
        return edited(raw, edits) + body
    edits += value_edits(raw, head, "content-length", str(len(content)))
    return edited(raw, edits) + content


def media_type_of(head: Head) -> tuple[str | None, str | None]:
    """Media type in lower case, and its charset."""
    kind, parameters = parse_media_type(head.value("content-type") or "")
    return kind, dict(parameters).get("charset")


def plain_answer(status: int, reason: str, text: str = "", *, close: bool = True) -> bytes:
    """A response of our own, without SOAP."""
    body = text.encode()
    kind = "Content-Type: text/plain; charset=utf-8\r\n" if body else ""
    end = "Connection: close\r\n" if close else ""
    return f"HTTP/1.1 {status} {reason}\r\n{kind}Content-Length: {len(body)}\r\n{end}\r\n".encode() + body
