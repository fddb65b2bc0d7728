"""One TCP connection of either end: bytes in, bytes out, each noted for the capture as it comes or goes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol

from wsdtrace.records import Direction, Endpoint

PIECE = 64 * 1024
"""Bytes that are handed to the system at once: so the capture shows when a slow reader took which."""
SEND_TIMEOUT_S = 60.0
"""A peer that takes nothing for so long has vanished."""


class Witness(Protocol):
    """Who notes what a connection carries."""

    def data(self, direction: Direction, data: bytes) -> None:
        """Bytes were sent or received."""

    def end(self, direction: Direction) -> None:
        """A direction ended by FIN."""

    def reset(self, direction: Direction) -> None:
        """A direction ended both by RST."""


class Gone(Exception):
    """The peer is not there any more, or takes nothing."""


def endpoint_of(name: object) -> Endpoint:
    """An address of the socket layer."""
    assert isinstance(name, tuple)
    return Endpoint(str(name[0]).partition("%")[0], int(name[1]))


class Pipe:
    """A connection with a buffer of what was read too far.

    Args:
        reader: of the connection.
        writer: of the connection.
        sends: the direction of what is written here.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        sends: Direction,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._sends = sends
        self._witness: Witness | None = None
        self._buffer = bytearray()
        self._ended = False
        self._closed = False
        self.own = endpoint_of(writer.get_extra_info("sockname"))
        self.peer = endpoint_of(writer.get_extra_info("peername"))

    def attach(self, witness: Witness | None) -> None:
        """Let somebody note what comes and goes, with what came and was not taken."""
        self._witness = witness
        if witness is not None and self._buffer:
            witness.data(self._sends.reverse, bytes(self._buffer))
        if witness is not None and self._ended:
            witness.end(self._sends.reverse)

    async def peek(self) -> bytes:
        """The first bytes, which are not taken; none where the peer ends at once."""
        if not self._buffer:
            await self._fill()
        return bytes(self._buffer)

    async def until(self, mark: bytes, limit: int) -> bytes | None:
        """Bytes up to and with `mark`; None where the peer ends, or there are more than `limit` without it."""
        start = 0
        while (found := self._buffer.find(mark, start)) < 0:
            start = max(0, len(self._buffer) - len(mark) + 1)
            if len(self._buffer) > limit or not await self._fill():
                return None
        return self._take(found + len(mark))

    async def exactly(self, count: int) -> bytes | None:
        """So many bytes; None where the peer ends before."""
        while len(self._buffer) < count:
            if not await self._fill():
                return None
        return self._take(count)

    async def rest(self, limit: int) -> bytes:
        """All bytes until the peer ends, at most about `limit`."""
        while len(self._buffer) <= limit and await self._fill():
            pass
        return self._take(len(self._buffer))

    @property
    def is_over(self) -> bool:
        """The peer has ended it, or broke it."""
        return self._ended or self._reader.at_eof() or self._writer.is_closing()

    @property
    def pending(self) -> bytes:
        """What was received and not taken."""
        return bytes(self._buffer)

    def _take(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def _fill(self) -> bool:
        if self._ended:
            return False
        try:
            data = await self._reader.read(PIECE)
        except OSError:
            self._ended = self._closed = True
            if self._witness is not None:
                self._witness.reset(self._sends.reverse)
            return False
        if not data:
            self._ended = True
            if self._witness is not None:
                self._witness.end(self._sends.reverse)
            return False
        if self._witness is not None:
            self._witness.data(self._sends.reverse, data)
        self._buffer += data
        return True

    async def send(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            Gone: the peer takes no more.
        """
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            if self._closed or self._writer.is_closing():
                raise Gone
            self._writer.write(piece)
            if self._witness is not None:
                self._witness.data(self._sends, piece)
            try:
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await self._writer.drain()
            except (OSError, TimeoutError) as error:
                raise Gone from error

    async def gone(self) -> None:
        """Wait until the peer ends; what it still sends stays in the buffer, up to a piece."""
        while len(self._buffer) < PIECE and await self._fill():
            pass

    async def close(self) -> None:
        """End it by FIN."""
        if not self._closed:
            self._closed = True
            if self._witness is not None:
                self._witness.end(self._sends)
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()

    def reset(self) -> None:
        """End it by RST."""
        if not self._closed:
            self._closed = True
            if self._witness is not None:
                self._witness.reset(self._sends)
        _linger_nothing(self._writer)
        self._writer.transport.abort()


def _linger_nothing(writer: asyncio.StreamWriter) -> None:
    """Make the system send RST where it would send FIN (SO_LINGER of zero)."""
    import socket  # noqa: PLC0415  # only a scanner that is told to be rude needs it
    import struct  # noqa: PLC0415

    connection = writer.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
