"""The bytes of a message → what an index of messages needs, by byte search and without parsing.

It answers only where the bytes can mean one thing. Anything else (a character reference, a CDATA section, a comment,
UTF-16, an envelope without Header) makes the answer uncertain, and whoever must know parses.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_PEEK = 16 * 1024
"""Bytes that are looked at: five times what stands before the Body in the longest message seen."""


class Peek(NamedTuple):
    """What stands in a message; None where it is absent or not certain."""

    action: str | None
    message_id: str | None
    relates_to: str | None
    body: str | None
    """Local name of the first element in the Body."""
    is_fault: bool
    certain: bool
    """Each None above means absence, and each text is what a parser would say."""


NOTHING = Peek(None, None, None, None, False, False)

MAX_NAMES = 1024
"""Start tags remembered with their local names; when full they are forgotten together."""
_names: dict[str, str | None] = {}
_new = tuple.__new__


def peek(data: bytes) -> Peek:
    """Look for action, MessageID, RelatesTo and the body element of one envelope."""
    # `str.partition` is the cheapest search there is: no index is made, and no function of ours is called between.
    try:
        text = (data if len(data) <= MAX_PEEK else data[:MAX_PEEK]).decode()
    except UnicodeDecodeError:
        text = data[:MAX_PEEK].decode("utf-8", "replace")
    header = text.partition("Header>")[2]
    header, found, body = header.partition(":Body>")
    if not found:
        header, body = _seldom(text)
    action = message_id = relates_to = None
    _, found, rest = header.partition("Action>")
    if found:
        action = rest.partition("<")[0].strip()
    _, found, rest = header.partition("MessageID>")
    if found:
        message_id = rest.partition("<")[0].strip()
    _, found, rest = header.partition("RelatesTo>")
    if found:
        relates_to = rest.partition("<")[0].strip()
    elif "RelatesTo" in header:
        relates_to = header.partition("RelatesTo")[2].partition(">")[2].partition("<")[0].strip()
    tag = body.partition(">")[0]
    name = _names[tag] if tag in _names else _name(tag)
    certain = "!" not in header and "&" not in header and header != ""
    return _new(Peek, (action, message_id, relates_to, name, name == "Fault", certain))


def _seldom(text: str) -> tuple[str, str]:
    """Header and Body of a message whose Body has attributes; without Header or prefix, nothing of the header."""
    header, found, rest = text.partition("Header>")[2].partition(":Body ")
    if found:
        return header, rest.partition(">")[2]
    _, found, rest = text.partition("Body")
    return "", rest.partition(">")[2]


def _name(tag: str) -> str | None:
    """Local name of the start tag that ends a text without `>`; None for an end tag or none. Remembered."""
    words = tag.rpartition("<")[2].rstrip("/").split(None, 1)
    name = words[0].rpartition(":")[2] if words and tag.count("<") == 1 and words[0][:1] not in "/!?" else None
    if len(_names) >= MAX_NAMES:
        _names.clear()
    if len(tag) <= 256:  # longer ones would only fill the table
        _names[tag] = name
    return name
