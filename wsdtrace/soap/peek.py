"""The bytes of a message → what an index of messages needs, by byte search and without parsing.

It answers only where the bytes can mean one thing: an element of a name stands once, its text is plain. Anything else
(a CDATA section, a character reference, UTF-16, a name that stands twice) is None, and whoever must know parses.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_PEEK = 16 * 1024
"""Bytes from the start in which headers are looked for: five times the longest header section seen."""
MAX_TEXT = 2048
"""Longest text that is taken: the bound of DPWS R0025 for a URI."""


class Peek(NamedTuple):
    """What stands in a message; None where it is absent or not certain."""

    action: str | None
    message_id: str | None
    relates_to: str | None
    body: str | None
    """Local name of the first element in the Body."""
    is_fault: bool
    certain: bool
    """Each None above means absence."""


NOTHING = Peek(None, None, None, None, False, False)


def peek(data: bytes) -> Peek:
    """Look for action, MessageID, RelatesTo and the body element of one envelope."""
    at = data.find(b"Body")
    if at < 0:
        return NOTHING
    # The end tag of the Header is the last `</` before the Body's start tag; texts before it are headers.
    action = _text(data, b"Action>", at)
    message_id = _text(data, b"MessageID>", at)
    relates_to = _text(data, b"RelatesTo", at)
    start = data.find(b"<", at)
    body = _name(data, start + 1) if start > 0 else None
    certain = "" not in (action, message_id, relates_to) and data.find(b"<!", 0, at) < 0
    return Peek(action or None, message_id or None, relates_to or None, body, body == "Fault", certain)


def _text(data: bytes, name: bytes, limit: int) -> str | None:
    """Text of the first element whose start tag ends like `name`; "" where it is not certain, None where there is
    none.
    """
    at = data.find(name, 0, limit)
    if at < 0:
        return None
    start = at + len(name)
    if name[-1:] != b">":
        start = data.find(b">", start, limit) + 1
    end = data.find(b"<", start, start + MAX_TEXT)
    if end < 0 or data[end + 1 : end + 2] != b"/" or start == 0:
        return ""
    text = data[start:end]
    if b"&" in text:
        return ""
    return text.decode("utf-8", "replace").strip()


def _name(data: bytes, start: int) -> str | None:
    """Local name of the start tag that begins at `start`; None for an end tag or anything else."""
    end = start + 1
    stop = min(len(data), start + 128)
    while end < stop and data[end] not in b" \t\r\n/>":
        end += 1
    name = data[start:end]
    if not name or name[:1] in b"/!?":
        return None
    return name.rpartition(b":")[2].decode("utf-8", "replace")
