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
    header, found, body = text.partition("Header>")[2].partition(":Body>")
    tag = body.partition(">")[0]
    name = _names[tag] if tag in _names else _name(tag)
    if name is None:  # an empty Body, or `:Body>` was its end tag
        header, name = _seldom(text)
    _, found, rest = header.partition("Action>")
    action = (rest.partition("<")[0].strip() or _attributed(header, "Action")) if found else None
    _, found, rest = header.partition("MessageID>")
    message_id = (rest.partition("<")[0].strip() or _attributed(header, "MessageID")) if found else None
    _, found, rest = header.partition("RelatesTo>")
    relates_to = (rest.partition("<")[0].strip() or _attributed(header, "RelatesTo")) if found else None
    certain = "!" not in header and "&" not in header and header != ""
    return _new(Peek, (action, message_id, relates_to, name, name == "Fault", certain))


def _attributed(header: str, name: str) -> str:
    """Text of an element whose start tag has attributes, so that only its end tag looks like `name>`."""
    return header.partition(name)[2].partition(">")[2].partition("<")[0].strip()


def _seldom(text: str) -> tuple[str, str | None]:
    """Header and body element of a message whose Body is empty, has attributes or no prefix, or that has no Header."""
    header, found, rest = text.partition("Header>")[2].partition("Body")
    if not found:
        header, (_, found, rest) = "", text.partition("Body")
    return header, _name(rest.partition(">")[2].partition(">")[0])


def _name(tag: str) -> str | None:
    """Local name of the start tag in a text that ends before its `>`; None for an end tag or none. Remembered."""
    start, bracket, inner = tag.partition("<")
    words = inner.rstrip("/").split(None, 1)
    plain = words and bracket and not start.strip() and inner[:1] not in "/!?"
    name = words[0].rpartition(":")[2] if plain else None
    if len(_names) >= MAX_NAMES:
        _names.clear()
    if len(tag) <= 256:  # longer ones would only fill the table
        _names[tag] = name
    return name
