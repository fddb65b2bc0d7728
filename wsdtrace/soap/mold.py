"""A message again, with a few other texts: recognised by the bytes around them, and not cut.

Theory of operation: a client that polls says the same again and again, and so does a device whose state does not
change. Such a message is as long as the earlier one, and all bytes are the same but those of two texts, MessageID and
RelatesTo; a device that tells its clock has a third one. So all that was read from the earlier message holds for it,
but for what comes from these texts.

1. MessageID and RelatesTo may differ from the start.
2. A text of the body may once it did: in a message of the same template, as long and at the same place.
3. What a text of the body means is for whoever types the body: the envelope has its texts.
"""

from __future__ import annotations

import re

from wsdtrace.soap.addressing import MessageHeaders
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.template import Template, spans_of

MAX_VALUES = 4
"""Texts of the body that may differ: a clock and three more. A message in which more do is read from its texts."""

_PLAIN = re.compile(rb"[!-%'-;=?-~]*")
"""What stands for itself in XML and has no white space: printable octets without `&`, `<` and `>`."""
_IDS = frozenset({MessageHeaders._fields.index("message_id"), MessageHeaders._fields.index("relates_to")})


class Mold:
    """What a message that was read from its texts is without those that may differ."""

    __slots__ = ("_headers", "_ids", "_pieces", "_rest", "_runs", "_shared", "_size", "_template", "_texts", "values")

    def __init__(self, example: Envelope, template: Template, texts: list[str], earlier: Mold | None) -> None:
        """Take the example.

        Args:
            example: it has this template and these texts.
            template: as above.
            texts: as above.
            earlier: of the message before it.
        """
        data = example.data
        self._template, self._texts = template, texts
        self._ids = [(place, run) for place, run in template.free if place in _IDS]
        self.values = frozenset[int]() if earlier is None else earlier._values(template, texts)
        """Texts of the body that may differ."""
        self._runs = sorted({run for _, run in self._ids} | self.values)
        self._size = len(data)
        self._pieces: list[tuple[int, int, bytes]] = []  # where a text is, and what is between it and the one before
        spans, at = spans_of(data), 0
        for start, end in [spans[run] for run in self._runs]:
            self._pieces.append((start, end, data[at:start]))
            at = end
        self._rest = data[at:]
        self._headers = list(example.headers)
        self._shared = example.charset, example.version, example.fault, example.condition

    def _values(self, template: Template, texts: list[str]) -> frozenset[int]:
        """The texts of the body that may differ in the mold of the next message that was no cast of this one."""
        if template is not self._template:
            return frozenset()
        pairs = list(zip(self._texts, texts, strict=True))
        differing = {run for run, (one, other) in enumerate(pairs) if one != other}
        values = self.values | differing - {run for _, run in self._ids}
        in_place = all(len(one.encode()) == len(other.encode()) for one, other in pairs)
        of_body = values.isdisjoint(run for _, run in template.free)
        return values if in_place and of_body and len(values) <= MAX_VALUES else frozenset()

    def cast(self, data: bytes) -> Envelope | None:
        """The envelope of a message that differs from the example in these texts alone; None for any other."""
        if len(data) != self._size:
            return None
        found: list[bytes] = []
        at = 0
        for start, end, before in self._pieces:
            if data[at:start] != before:
                return None
            found.append(data[start:end])
            at = end
        if data[at:] != self._rest or _PLAIN.fullmatch(b"".join(found)) is None:
            return None
        texts, headers = self._texts.copy(), self._headers.copy()
        for run, text in zip(self._runs, found, strict=True):
            texts[run] = text.decode()
        for place, run in self._ids:
            headers[place] = texts[run]
        made = tuple.__new__(MessageHeaders, headers)  # what `_make` does, in half the time
        charset, version, fault, condition = self._shared
        return Envelope(data, charset, version, made, None, fault, condition, self._template, texts)


def mold_of(envelope: Envelope, earlier: Mold | None = None) -> Mold | None:
    """The mold of a message; None where it was not read from its texts.

    Args:
        envelope: the message.
        earlier: the mold of a message that this one was no cast of.
    """
    template, texts = envelope.template, envelope.texts
    return None if template is None or texts is None else Mold(envelope, template, texts, earlier)
