"""A recording ↔ the turns of its conversation: `turns_of` takes it apart, `written` makes a capture of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wsdtrace.capture import PcapngWriter, open_capture
from wsdtrace.http import HttpRoom
from wsdtrace.net import Net
from wsdtrace.records import (
    Direction,
    Endpoint,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    HttpMessage,
    NetEvent,
    StreamChunk,
    StreamEnd,
)

SECOND = 10**9
ACTION = re.compile(rb"Action[^>]*>\s*[^<]*/([A-Za-z]+)\s*<")
"""Whose last part is the operation."""
UP, DOWN = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange: the bytes of its messages without transfer coding, and when they were sent."""

    operation: str
    request: bytes
    response: bytes | None
    asked_ns: int
    answered_ns: int
    done_ns: int
    cut: bool = False
    """The device closes before the announced end."""

    def answer(self, old: bytes, new: bytes, count: int = -1) -> Turn | None:
        """With text of the response replaced; None where it does not stand there."""
        if self.response is None or old not in self.response:
            return None
        return replace(self, response=relength(self.response.replace(old, new, count)))

    def ask(self, old: bytes, new: bytes, count: int = -1) -> Turn | None:
        """With text of the request replaced."""
        return replace(self, request=relength(self.request.replace(old, new, count))) if old in self.request else None


Turns = list[Turn]


def relength(message: bytes) -> bytes:
    """A message whose Content-Length fits its content."""
    head, _, content = message.partition(b"\r\n\r\n")
    fields = [
        line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-length:", b"transfer-encoding:"))
    ]
    fields.append(b"Content-Length: %d" % len(content))
    return b"\r\n".join(fields) + b"\r\n\r\n" + content


def unchunked(message: bytes) -> bytes:
    """A message without chunked transfer coding."""
    head, _, rest = message.partition(b"\r\n\r\n")
    if b"chunked" not in head.lower():
        return relength(message)
    content = bytearray()
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        content += rest[:length]
        rest = rest[length + 2 :]
    return relength(head + b"\r\n\r\n" + bytes(content))


def exchanges_of(path: Path) -> Iterator[tuple[HttpExchange, bytes, bytes]]:
    """The exchanges of a recording that were answered, with the bytes of request and response as they were sent."""
    streams: dict[tuple[int, Direction], bytearray] = {}
    ended: list[HttpExchange] = []
    room, net = HttpRoom(), Net()

    def take(events: list[NetEvent]) -> None:
        for event in events:
            if isinstance(event, StreamChunk):
                streams.setdefault((event.connection, event.direction), bytearray()).extend(event.data)
            told = [e for e in room.feed(event) if isinstance(e, HttpEvent)]
            ended.extend(e.exchange for e in told if e.kind is HttpEventKind.ENDED)

    with open_capture(path) as source:
        for batch in source.batches():
            take(net.feed(batch))
        take(net.close())

    def raw(message: HttpMessage) -> bytes:
        return bytes(streams[message.connection, message.direction][message.stream_start : message.stream_end])

    for exchange in ended:
        if exchange.request is not None and exchange.response is not None:
            yield exchange, raw(exchange.request), raw(exchange.response)


def turns_of(path: Path) -> Turns:
    """The conversation of a recording, in order."""
    turns = []
    for exchange, request, response in exchanges_of(path):
        asked, answered = exchange.request, exchange.response
        if b"Envelope" in request and asked is not None and answered is not None:
            operation = ACTION.search(request)
            turns.append(
                Turn(
                    operation[1].decode() if operation else "?",
                    unchunked(request),
                    unchunked(response),
                    asked.first.time_ns,
                    answered.first.time_ns,
                    answered.last.time_ns,
                )
            )
    return sorted(turns, key=lambda t: t.asked_ns)


def written(turns: Turns) -> bytes:
    """The conversation as a capture: a connection for each exchange."""
    out = io.BytesIO()
    writer = PcapngWriter(out)
    for number, turn in enumerate(turns):
        client, server = Endpoint("192.0.2.10", 50_000 + number), Endpoint("192.0.2.20", 5357)
        connection = writer.connect(turn.asked_ns - 300_000, client, server)
        connection.send(turn.asked_ns, UP, turn.request)
        if turn.response is not None:
            connection.send(turn.answered_ns, DOWN, turn.response, until_ns=max(turn.done_ns, turn.answered_ns))
        end = max(turn.done_ns, turn.answered_ns) + 100_000
        connection.close(end, DOWN, StreamEnd.FIN)
        connection.close(end + 100_000, UP, StreamEnd.FIN)
    return out.getvalue()


def later(turns: Turns, since: int, seconds: float) -> Turns:
    """The turns from `since` on come later."""
    shift = int(seconds * SECOND)
    return [
        t
        if i < since
        else replace(t, asked_ns=t.asked_ns + shift, answered_ns=t.answered_ns + shift, done_ns=t.done_ns + shift)
        for i, t in enumerate(turns)
    ]


def put(turns: Turns, at: int, turn: Turn | None) -> Turns | None:
    """The conversation with one turn exchanged."""
    return None if turn is None else [*turns[:at], turn, *turns[at + 1 :]]
