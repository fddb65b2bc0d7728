"""One end of a TCP connection as the relay uses it: chunks as they came, back-pressure, half-close, reset.

`asyncio.StreamReader` copies every byte twice and has no way to tell a reset from an end; a `Pipe` hands on the very
`bytes` that the socket gave.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections import deque
from collections.abc import Callable
from typing import cast

from wsdtrace.proxy.bulk import LINGER_ZERO
from wsdtrace.records import Endpoint

MAX_WAITING = 512 * 1024
"""Bytes of one direction that wait to be read or written: two reads of asyncio, so that neither side runs dry."""


class Pipe(asyncio.Protocol):
    """A connection. Reads and writes in order; nothing is held beyond `MAX_WAITING` in either direction.

    Args:
        opened: called once the connection is there.
        ready: called whenever there is something to read, an end included.
    """

    def __init__(self, opened: Callable[[Pipe], None] | None = None, ready: Callable[[], None] | None = None) -> None:
        self.local = self.peer = Endpoint("", 0)
        self.ended = False
        """The peer will send no more."""
        self.closed = False
        """Nothing can be sent any more."""
        self.reset = False
        """The connection broke instead of ending."""
        self._opened = opened
        self._ready = ready
        self._chunks: deque[bytes] = deque()
        self._waiting = 0
        self._paused = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._stuck = False
        self._is_tls = False
        self._transport: asyncio.Transport | None = None
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # -- what asyncio calls --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._is_tls = transport.get_extra_info("ssl_object") is not None
        self._transport.set_write_buffer_limits(high=MAX_WAITING)
        self.local = endpoint_of(transport.get_extra_info("sockname"))
        self.peer = endpoint_of(transport.get_extra_info("peername"))
        if self._opened is not None:
            self._opened(self)

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._waiting += len(data)
        if self._waiting > MAX_WAITING:
            self.pause()
        self._wake()

    def eof_received(self) -> bool:
        self.ended = True
        self._wake()
        return not self._is_tls  # the other direction stays open: half-close, which TLS does not have

    def connection_lost(self, exc: Exception | None) -> None:
        self.reset = self.reset or exc is not None
        self.ended = self.closed = True
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)
        if not self._gone.done():
            self._gone.set_result(None)
        self._wake()

    def pause_writing(self) -> None:
        self._stuck = True

    def resume_writing(self) -> None:
        self._stuck = False
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
        if self._ready is not None:
            self._ready()

    # -- what the relay calls ------------------------------------------------------------------

    @property
    def has_data(self) -> bool:
        """`read` would give bytes at once."""
        return bool(self._chunks)

    @property
    def is_ready(self) -> bool:
        """`read` would return at once."""
        return bool(self._chunks) or self.ended

    async def read(self) -> bytes:
        """The next bytes as they came; empty at the end."""
        while not self._chunks:
            if self.ended:
                return b""
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        data = self._chunks.popleft()
        self._waiting -= len(data)
        if self._paused and self._waiting <= MAX_WAITING // 2:
            self.resume()
        return data

    async def write(self, data: bytes) -> bool:
        """Send, and wait while the peer is slow; False when the connection is gone."""
        if self.closed or self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(data)
        if self._stuck:
            await self._written()
        return not self.closed

    async def _written(self) -> None:
        while self._stuck and not self.closed:
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer

    @property
    def is_plain(self) -> bool:
        """Its bytes are those of an open socket."""
        return not self._is_tls and not self.closed

    async def written(self) -> None:
        """Until all that was to be sent is with the kernel, or the connection is gone."""
        if self._transport is not None and not self.closed:
            self._transport.set_write_buffer_limits(high=0)
            await self._written()
            self._transport.set_write_buffer_limits(high=MAX_WAITING)

    def lend(self) -> socket.socket | None:
        """Its socket once more, for somebody who reads (after `pause`) or writes (after `written`) in its place."""
        if self._transport is None or self.closed or self._transport.is_closing():
            return None
        lent: socket.socket = self._transport.get_extra_info("socket").dup()
        return lent

    def pause(self) -> None:
        """Read nothing: somebody else does."""
        if not self._paused and self._transport is not None and not self.closed:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._paused and self._transport is not None and not self.closed and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    @property
    def certificate(self) -> bytes | None:
        """What the peer showed, in DER; None without TLS."""
        shown = None if self._transport is None else self._transport.get_extra_info("ssl_object")
        found: bytes | None = None if shown is None else shown.getpeercert(True)
        return found

    def end(self, *, final: bool = False) -> None:
        """Send nothing more; what was written still goes out.

        Args:
            final: nothing more is wanted either; TLS, which cannot end one direction, is ended then.
        """
        if self._transport is None or self.closed:
            return
        if self._transport.can_write_eof():
            try:
                self._transport.write_eof()
            except OSError:  # the peer was faster: it is gone already
                self.closed = True
        elif final:
            self._transport.close()

    def close(self) -> None:
        """End both directions; what was written still goes out."""
        if self._transport is not None:
            self._transport.close()

    def break_off(self) -> None:
        """Reset the connection; what was not sent yet is lost."""
        if self._transport is None:
            return
        found = self._transport.get_extra_info("socket")
        if found is not None and not self.closed:
            try:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            except OSError:  # closed in this moment
                self.closed = True
        self.reset = True
        self._transport.abort()

    async def wait_closed(self) -> None:
        """Until the socket is given back."""
        await self._gone


def endpoint_of(name: object) -> Endpoint:
    """What `getsockname` and `getpeername` tell; the zone of a link-local address is left out."""
    if isinstance(name, tuple) and len(name) >= 2:
        return Endpoint(str(name[0]).partition("%")[0].removeprefix("::ffff:"), int(name[1]))
    return Endpoint("", 0)


def reason_of(error: OSError) -> str:
    """Why a connection or a listener failed, in the words of the system and without ours (asyncio repeats the address).

    Of a failed TLS handshake: what OpenSSL says, without the place in its source.
    """
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}"
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
