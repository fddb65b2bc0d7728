"""The lines that say how the next exchange travels (`tcp: gap 100`), as one table: form, effect and meaning.

In a form, a word in capitals is an argument: a number, or for TYPE, ADDRESS and NAME a text. Parsing and the
documentation of the notation are both made from this table.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.scenario.words import Word


class Channel(StrEnum):
    """What a line before an exchange is about."""

    TCP = "tcp"
    HTTP = "http"
    MIME = "mime"
    IMAGE = "image"
    UDP = "udp"


TEXT_ARGUMENTS = frozenset({"TYPE", "ADDRESS", "NAME"})
"""Arguments that are no numbers."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that can be said about how an exchange travels."""

    channel: Channel
    form: str
    fields: tuple[str, ...]
    """Fields of the channel's part of `Manner`, one for each argument; or the one that gets `value`."""
    meaning: str
    value: Any = True
    """Set where the form has no argument."""

    def match(self, words: Sequence[Word]) -> dict[str, Any] | None:
        """The fields that these words set, or None when they say something else."""
        forms = self.form.split()
        rest = forms[-1] == "TYPE"
        if len(words) != len(forms) and not (rest and len(words) >= len(forms)):
            return None
        found: list[Any] = []
        for number, form in enumerate(forms):
            text = words[number].text
            if not form.isupper():
                if form != text:
                    return None
            elif form in TEXT_ARGUMENTS:
                found.append(" ".join(w.text for w in words[number:]) if rest else text)
            elif text.isascii() and text.isdigit():
                found.append(int(text))
            else:
                return None
        return dict(zip(self.fields, found or [self.value], strict=True))


PHRASES: tuple[Phrase, ...] = (
    Phrase(Channel.TCP, "new connection", ("new",), "a connection of its own, although one is open and idle"),
    Phrase(
        Channel.TCP,
        "same connection",
        ("same",),
        "of an indented line: on the connection whose answer is still to come (pipelined)",
    ),
    Phrase(
        Channel.TCP,
        "no handshake",
        ("handshake",),
        "the capture does not hold the SYN and the SYN/ACK of its connection",
        value=False,
    ),
    Phrase(Channel.TCP, "only requests", ("only_requests",), "the capture holds one direction of its connection"),
    Phrase(Channel.TCP, "snap BYTES", ("snap",), "its frames are cut to BYTES by the snap length"),
    Phrase(Channel.TCP, "gap BYTES", ("gap",), "BYTES in the middle of the answer are not in the capture"),
    Phrase(
        Channel.TCP,
        "gap BYTES in the request",
        ("request_gap",),
        "BYTES in the middle of the request are not in the capture",
    ),
    Phrase(Channel.TCP, "retransmit", ("retransmit",), "one segment of the answer comes twice"),
    Phrase(Channel.TCP, "reorder", ("reorder",), "two segments of the answer come in the wrong order"),
    Phrase(Channel.HTTP, "status STATUS", ("status",), "the answer has this status, whatever it holds"),
    Phrase(Channel.HTTP, "type TYPE", ("type",), "the answer is labelled so"),
    Phrase(
        Channel.HTTP,
        "chunked",
        ("chunk",),
        "the answer has the chunked transfer coding, in chunks of 500 bytes",
        value=500,
    ),
    Phrase(Channel.HTTP, "chunked BYTES", ("chunk",), "the same, in chunks of BYTES"),
    Phrase(Channel.HTTP, "until close", ("until_close",), "the answer ends where the connection does"),
    Phrase(Channel.HTTP, "cut BYTES", ("cut",), "the connection is closed before the last BYTES of the answer"),
    Phrase(Channel.HTTP, "reset BYTES", ("reset",), "the connection is reset before the last BYTES of the answer"),
    Phrase(Channel.HTTP, "gzip", ("gzip",), "the answer has the content coding gzip"),
    Phrase(Channel.HTTP, "continue", ("interim",), "a response 100 Continue comes first"),
    Phrase(Channel.HTTP, "1.0", ("version_10",), "the answer is HTTP/1.0, and the connection closes behind it"),
    Phrase(
        Channel.HTTP,
        "pause BYTES",
        ("pause",),
        "what is indented happens when BYTES of the answer's content have come, else before the answer",
    ),
    Phrase(Channel.MIME, "lf", ("lf",), "LF alone ends the lines of the part headers and delimiters"),
    Phrase(Channel.MIME, "no closing delimiter", ("closing",), "the last part is not terminated", value=False),
    Phrase(
        Channel.MIME,
        "no line end before the last delimiter",
        ("line_end_before_last",),
        "the closing delimiter does not begin a line",
        value=False,
    ),
    Phrase(Channel.MIME, "no boundary", ("boundary",), "Content-Type has no boundary parameter", value=False),
    Phrase(Channel.MIME, "root last", ("root_last",), "the envelope stands behind the image"),
    Phrase(Channel.MIME, "extra part", ("extra",), "one more part, to which nothing refers"),
    Phrase(Channel.MIME, "encoding NAME", ("encoding",), "Content-Transfer-Encoding of the image part"),
    Phrase(Channel.IMAGE, "cut BYTES", ("cut",), "the image lacks its last BYTES; the message is whole"),
    Phrase(Channel.IMAGE, "trailing BYTES", ("trailing",), "BYTES zeros behind the end of the image"),
    Phrase(Channel.IMAGE, "size PIXELS PIXELS", ("width", "height"), "width and height of the image"),
    Phrase(Channel.UDP, "repeat", ("repeat",), "every datagram comes twice, 100 ms apart", value=2),
    Phrase(Channel.UDP, "repeat TIMES", ("repeat",), "every datagram comes so often"),
    Phrase(Channel.UDP, "to ADDRESS PORT", ("to", "to_port"), "the answer goes there instead of to who asked"),
)


def match_phrase(channel: Channel, words: Sequence[Word]) -> dict[str, Any] | None:
    """What a line of this channel sets, or None when it says nothing that is known."""
    for phrase in PHRASES:
        if phrase.channel is channel and (found := phrase.match(words)) is not None:
            return found
    return None


def forms_of(channel: Channel) -> list[str]:
    """All that can be said about a channel."""
    return [phrase.form for phrase in PHRASES if phrase.channel is channel]
