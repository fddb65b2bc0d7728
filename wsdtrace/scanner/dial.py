"""Opening a connection, and noting it: also the one that is refused."""

from __future__ import annotations

import asyncio
import socket

from wsdtrace.records import Direction, Endpoint
from wsdtrace.scanner.pipe import PIECE, Pipe, endpoint_of
from wsdtrace.scanner.recorder import Recorder

CONNECT_S = 5.0
"""On a local network nobody takes longer."""


async def dial(host: str, port: int, recorder: Recorder | None = None) -> Pipe:
    """Connect to an IP address.

    Args:
        host: the address; a zone behind `%` is kept.
        port: where.
        recorder: who notes it; None: nobody.

    Raises:
        OSError: nobody takes the connection.
        TimeoutError: nobody answers.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, place = found[0]
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        async with asyncio.timeout(CONNECT_S):
            await loop.sock_connect(connection, place)
        reader, writer = await asyncio.open_connection(sock=connection, limit=PIECE)
    except OSError as error:
        if recorder is not None and isinstance(error, ConnectionRefusedError):
            # The system has forgotten the port that it took; the capture gets one that nobody has.
            mine = "::1" if family == socket.AF_INET6 else "127.0.0.1"
            recorder.refused(Endpoint(mine, _UNKNOWN_PORT), Endpoint(endpoint_of(place).address, port))
        connection.close()
        raise
    pipe = Pipe(reader, writer, Direction.FROM_ORIGINATOR)
    if recorder is not None:
        pipe.attach(recorder.track(pipe.own, pipe.peer))
    return pipe


_UNKNOWN_PORT = 1
