"""What messages of one sender have in common, so that what depends on nothing else is decided once.

Theory of operation: a client polls with the same words again and again. Messages that were read from their texts alone
(`soap.template`), behind the same header section, are *alike*: they have one `Likeness`, and whatever was found out
about one of them holds for the others, except what depends on

1. when, where and between whom they were sent;
2. MessageID and RelatesTo;
3. the texts in the body that a plan of the typed message reads (numbers, times, names).

All other bytes are the same, with the start-line, every field line, the length of the content and the violations of the
schema. Such a message is whole, exact, well-formed and no multipart; and what made it alike costs no look at its bytes.
"""

from __future__ import annotations

from wsdtrace.records import HttpMessage
from wsdtrace.soap import Envelope
from wsdtrace.wsd import Decoded

MAX_LIKENESSES = 1024
"""Likenesses remembered; each sender has one for each operation and length. When full they are forgotten together."""


class Likeness:
    """Of messages that are alike; it is compared by identity."""

    __slots__ = ()


_known: dict[tuple[object, object, str | None, str | None], Likeness] = {}


def likeness_of(http: HttpMessage, envelope: Envelope, decoded: Decoded) -> Likeness | None:
    """What a message shares with others; None where that is not known."""
    section, template = http.section, envelope.template
    if section is None or template is None or not (decoded.by_plan or envelope.fault is not None):
        return None
    headers = envelope.headers
    key = section, template, headers.action, headers.to
    found = _known.get(key)
    if found is None:
        if len(_known) >= MAX_LIKENESSES:
            _known.clear()
        found = _known[key] = Likeness()
    return found
