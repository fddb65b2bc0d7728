"""A message again, with another MessageID and another RelatesTo: recognised by the bytes around them, and not cut.

Theory of operation: a client that polls says the same again and again, and so does a device whose state does not
change. Such a message is as long as the earlier one, and all bytes but those of two texts are the same, so everything
that was read from the earlier one holds for it.
"""

from __future__ import annotations

import re

from wsdtrace.soap.addressing import MessageHeaders
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.template import cut

_ID = re.compile(rb"[!-%'-;=?-~]+")
"""What stands for itself in XML and has no white space: printable octets without `&`, `<` and `>`."""
_AT = MessageHeaders._fields.index("message_id")
"""RelatesTo is the field behind it."""

Span = tuple[int, int]


class Mold:
    """What a message that was read from its texts is without its MessageID and RelatesTo."""

    __slots__ = ("_first", "_headers", "_is_turned", "_kept", "_second", "_shared", "_size")

    def __init__(self, envelope: Envelope, message_id: Span, relates_to: Span) -> None:
        """Take the example.

        Args:
            envelope: the example.
            message_id: where in its data that text is.
            relates_to: as above; an empty span at the end of the data where there is none.
        """
        data, headers = envelope.data, tuple(envelope.headers)
        self._size = len(data)
        self._is_turned = relates_to < message_id
        self._first, self._second = sorted((message_id, relates_to))
        self._kept = data[: self._first[0]], data[self._first[1] : self._second[0]], data[self._second[1] :]
        self._headers = headers[:_AT], headers[_AT + 2 :]
        self._shared = envelope.charset, envelope.version, envelope.fault, envelope.condition, envelope.template

    def cast(self, data: bytes) -> Envelope | None:
        """The envelope of a message that differs from the example in these two texts alone; None for any other."""
        if len(data) != self._size:
            return None
        (start, end), (low, high) = self._first, self._second
        before, between, behind = self._kept
        if data[:start] != before or data[end:low] != between or data[high:] != behind:
            return None
        one, other = data[start:end], data[low:high]
        if _ID.fullmatch(one + other) is None:
            return None
        texts: tuple[str | None, ...] = (one.decode(), other.decode() or None)
        front, rear = self._headers
        if self._is_turned:
            texts = texts[::-1]
        headers = tuple.__new__(MessageHeaders, (*front, *texts, *rear))  # what `_make` does, in half the time
        charset, version, fault, condition, template = self._shared
        return Envelope(data, charset, version, headers, None, fault, condition, template)


def mold_of(envelope: Envelope) -> Mold | None:
    """The mold of a message that was read from its texts; None where its two texts cannot be found among them."""
    data, headers = envelope.data, envelope.headers
    runs = cut(data)
    if runs is None or envelope.template is None or headers.message_id is None:
        return None
    asked = _span(data, runs[1], headers.message_id)
    nowhere = len(data), len(data)
    related = nowhere if headers.relates_to is None else _span(data, runs[1], headers.relates_to)
    return None if asked is None or related is None else Mold(envelope, asked, related)


def _span(data: bytes, texts: list[str], text: str) -> Span | None:
    """Where the one run with this text is; None where it is not the only one."""
    octets = text.encode()
    run = b">" + octets + b"<"
    if _ID.fullmatch(octets) is None or texts.count(text) != 1 or data.count(run) != 1:
        return None
    at = data.index(run) + 1
    return at, at + len(octets)
