"""HTTP messages that say again what an earlier one said, with other MessageIDs: read by comparing bytes.

Theory of operation: behind the same header section stands mostly the same content, but for MessageID, RelatesTo and
perhaps the device's clock (`soap.mold`). Such messages are *twins*, which are alike (`state.likeness`). A `Message` of
a twin takes over what was found out about the earlier one; what its body says is equal, or typed by the plan that the
earlier one was typed by. Where the contents behind a section differ each time in more, the section is given up.
"""

from __future__ import annotations

from dataclasses import replace

from wsdtrace.records import HttpMessage
from wsdtrace.soap import Envelope
from wsdtrace.soap.mold import Mold, mold_of
from wsdtrace.state.message import Message
from wsdtrace.wsd import Decoded, decode_message

MAX_SECTIONS = 1024
"""Header sections remembered; as many as `http` does. When full they are forgotten together."""
PATIENCE = 4
"""Contents in a row that are no twins, after which a section is given up: comparing and learning in vain costs a third
of reading."""


class _Known:
    """What is known of the contents behind a header section."""

    __slots__ = ("example", "mold", "patience")

    def __init__(self) -> None:
        self.example: Message | None = None
        """The last message that was no twin, released; None where the next one may be an example."""
        self.mold: Mold | None = None
        """Of that message."""
        self.patience = PATIENCE


_known: dict[object, _Known] = {}


def twin_of(http: HttpMessage) -> Message | None:
    """The message that an HTTP message carries, when it is a twin of an earlier one."""
    known = _known.get(http.section)
    if known is None or known.mold is None or known.example is None:
        return None
    octets = http.octets
    envelope = None if octets is None else known.mold.cast(octets)
    decoded = None if envelope is None else _typed(envelope, known.mold, known.example)
    if octets is None or envelope is None or decoded is None:
        known.patience -= 1
        known.example = None
        return None
    known.patience = PATIENCE
    example, headers = known.example, envelope.headers
    return Message(
        example.role, http.sender, http.receiver, http.first, http.last, len(octets), True, True, example.status,
        http.head_end, True, example.labelled_soap, True, example.operation, example.action, headers.message_id,
        headers.relates_to, example.body_local, example.fault, http, None, envelope, decoded, octets,
        example.likeness,
    )  # fmt: skip


def _typed(cast: Envelope, mold: Mold, example: Message) -> Decoded | None:
    """What the body of a cast says; None where that is not sure to be like the example's."""
    if not mold.values:
        return example.decoded
    decoded = decode_message(cast)
    return decoded if decoded.by_plan else None


def remember(message: Message) -> None:
    """Learn what the twins of a message that has a likeness are."""
    http, envelope = message.http, message.envelope
    assert http is not None
    assert envelope is not None
    known = _known.get(http.section)
    if known is None:
        if len(_known) >= MAX_SECTIONS:
            _known.clear()
        known = _known[http.section] = _Known()
    if known.patience > 0 and known.example is None:
        known.mold = mold_of(envelope, known.mold)
        known.example = replace(message, http=None, envelope=None, xml=None)
