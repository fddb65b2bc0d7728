"""Places of a trace → what stands there, read again from its source: contents, messages, transfers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from wsdtrace.http import read_message, read_recorded_content
from wsdtrace.net import Net, transfer_of
from wsdtrace.records import ConnectionId, ContentRef, Datagram, HttpMessage, NetEvent, RequestLine, Stamp, Transfer
from wsdtrace.state.message import Message
from wsdtrace.state.reading import read_datagram, read_http

if TYPE_CHECKING:
    from wsdtrace.capture import Through
    from wsdtrace.capture.airscan import AirscanSource


def read_record_again(source: AirscanSource, ref: ContentRef) -> Iterator[bytes]:
    """The bytes of a content that a client's trace refers to."""
    recorded = source.recorded(ref)
    if recorded is not None:
        yield from read_recorded_content(recorded, ref)


def events_again(source: Through, ref: ContentRef, *, compact: bool = False) -> Iterator[NetEvent]:
    """What brought a message, from its part of the file, through the same reassembler; what was decrypted, from where
    that is kept. With `compact`, each event has to be looked at before the next one is asked for."""
    decrypted = source.again(ref)
    if decrypted is not None:
        yield from decrypted
        return
    net = Net.resume(ref.originator, ref.responder, ref.direction, ref.base_seq, ref.message_start, compact=compact)
    for batch in source.window(ref.file_start, ref.file_end + 1):
        yield from net.feed(batch)
    yield from net.close()


def message_again(source: Through, message: Message, asked: Message | None) -> Message | None:
    """A message that was released, parsed again; None where the file no longer holds it."""
    ref = message.place
    if ref is None:
        return _datagram_again(source, message)
    method = None
    if asked is not None and asked.place is not None and not message.content_bytes:  # an answer to HEAD, perhaps
        request = read_message(events_again(source, asked.place), asked.place, ConnectionId(0), whole=asked.complete)
        method = request.start.method if request is not None and isinstance(request.start, RequestLine) else None
    http = read_message(events_again(source, ref), ref, ConnectionId(0), whole=message.complete, method=method)
    if http is None:
        return None
    # What ended it (a FIN) may stand outside of what was read again.
    return read_http(http if http.last == message.last else _ended_at(http, message.last), message.role)


def _ended_at(http: HttpMessage, last: Stamp) -> HttpMessage:
    """The same with another end, and all its values made."""
    values = {field.name: getattr(http, field.name) for field in fields(HttpMessage)}
    return HttpMessage(**{**values, "last": last})


def _datagram_again(source: Through, message: Message) -> Message | None:
    """A datagram is found by the number of its frame; one whose fragments begin before a checkpoint, from the one
    ahead of it."""
    for ahead in range(2):
        net = Net()
        for batch in source.upto(message.first.number, ahead=ahead):
            for event in net.feed(batch):
                if isinstance(event, Datagram) and event.stamp == message.first and event.source == message.sender:
                    read = read_datagram(event)
                    return None if read is None else replace(read, role=message.role)
    return None


def transfer(source: Through, ref: ContentRef) -> Transfer | None:
    """When the bytes of a content's message came, from the frames that brought them; None for a source without TCP."""
    if ref.base_seq < 0:
        return None
    return transfer_of(source.window(ref.file_start, ref.file_end + 1), ref)
