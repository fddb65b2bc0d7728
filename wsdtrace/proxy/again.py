"""An event that comes twice: sent on a connection of its own, its answer read and dropped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from wsdtrace.proxy.messages import MessageReader, PieceKind
from wsdtrace.records import Direction

if TYPE_CHECKING:
    from wsdtrace.proxy.handler import Handler

ANSWER_SECONDS: Final = 10.0
"""For the answer to a repeated event."""


async def send_again(handler: Handler, data: bytes) -> None:
    """Send a request once more, as the proxy's own doing."""
    server = await handler.connect(lambda: None)
    if server is None:
        return
    leg = handler.open_inner(server.local, server.peer)
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
        handler.say("the repeated event was not answered")
    finally:
        leg.end(Direction.FROM_ORIGINATOR)
        server.close()
