"""An event that comes twice: sent on a connection of its own, its answer read and dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from wsdtrace.proxy.messages import MessageReader, PieceKind
from wsdtrace.proxy.record import Leg
from wsdtrace.proxy.wire import Pipe
from wsdtrace.records import Direction, Endpoint

ANSWER_SECONDS: Final = 10.0
"""For the answer to a repeated event."""


class Sink(Protocol):
    """The server that gets the event, as its listener knows it."""

    async def connect(self, ready: Callable[[], None]) -> Pipe | None:
        """A connection to it."""

    def open_inner(self, local: Endpoint, peer: Endpoint) -> Leg:
        """That connection in the record."""

    def say(self, text: str) -> None:
        """A line for people."""


async def send_again(sink: Sink, data: bytes) -> None:
    """Send a request once more, as the proxy's own doing."""
    server = await sink.connect(lambda: None)
    if server is None:
        return
    leg = sink.open_inner(server.local, server.peer)
    reader = MessageReader(request=False)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            leg.data(Direction.FROM_ORIGINATOR, data)
            await server.write(data)
            while answer := await server.read():
                leg.data(Direction.FROM_RESPONDER, answer)
                if any(piece.kind is PieceKind.END for piece in reader.feed(answer, "POST")):
                    break
    except TimeoutError:
        sink.say("the repeated event was not answered")
    finally:
        leg.end(Direction.FROM_ORIGINATOR)
        server.close()
