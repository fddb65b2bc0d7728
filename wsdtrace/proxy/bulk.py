"""A long body on its way: its bytes pass from one socket into the other in big pieces, beside the event loop.

Theory of operation: asyncio gives each read new memory and copies what a socket does not take at once; for a page of
20 MB that is most of what relaying costs. So while nobody has to look at a body, a thread has both sockets: it reads
into blocks of a `Pool` and sends from them, and waits in the kernel. The blocks go to the record, which gives them back
when their bytes are written down. When there is none, the record is behind, and the relay waits for it.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from wsdtrace.dataclass import dataclass

BLOCK_BYTES: Final = 256 * 1024
"""Bytes of a block: what a socket of Linux holds for a fast peer, within the cache of a processor."""
LEAST_READ: Final = 64 * 1024
"""A block with less room than that is full."""
BLOCKS: Final = 112
"""Blocks of all bodies together: 28 MiB, of which a page of 20 MB uses less than three quarters, so that it passes at
the speed of the network."""
LINGER_ZERO: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset."""
WAIT_SECONDS: Final = 3600.0
"""The kernel is asked again after that; a scan may take longer, and nothing comes of it."""


class Pool:
    """Blocks of memory that are used again and again; kept, because new memory costs more than copying does.

    Args:
        blocks: how many there may be.
        short: called when three quarters of them are in use: somebody waits soon.
    """

    def __init__(self, blocks: int = BLOCKS, short: Callable[[], None] = lambda: None) -> None:
        self._most = blocks
        self._made = 0
        self._free: list[bytearray] = []
        self._short = short
        self._changed = threading.Condition()
        self._seated = 0

    @property
    def is_used(self) -> bool:
        """Some blocks are in use."""
        return self._made > len(self._free)

    @property
    def is_short(self) -> bool:
        """Three quarters of the blocks are in use."""
        return (self._made - len(self._free)) * 4 >= self._most * 3

    @property
    def is_busy(self) -> bool:
        """A body passes."""
        return self._seated > 0

    @property
    def has_seats(self) -> bool:
        """One body more may pass. Each holds a block while its receiver is slow; half of all are left to the others."""
        return self._seated < self._most // 2

    @contextmanager
    def seat(self) -> Iterator[None]:
        """One body passes."""
        self._seated += 1
        try:
            yield
        finally:
            self._seated -= 1

    def take(self, wanted: Callable[[], bool]) -> bytearray | None:
        """A block, as soon as there is one; None when it is not wanted any more."""
        with self._changed:
            while not self._free and self._made >= self._most and wanted():
                self._changed.wait()
            if not wanted():
                return None
            if not self._free:
                self._made += 1
                self._free.append(bytearray(BLOCK_BYTES))
            block = self._free.pop()
        if self.is_short:
            self._short()
        return block

    def give(self, block: bytearray) -> None:
        """A block is not needed any more."""
        with self._changed:
            self._free.append(block)
            self._changed.notify()

    def wake(self) -> None:
        """Ask everybody who waits whether a block is still wanted."""
        with self._changed:
            self._changed.notify_all()


@dataclass(slots=True)
class Passed:
    """How a body came to its end, or was left."""

    ended: bool = False
    """The sender sends no more."""
    broken: bool = False
    """The sender's connection broke."""
    gone: bool = False
    """The receiver's connection broke."""


class Bulk:
    """One body that passes.

    Args:
        source: where it comes from; of its own for this thread, as `sink` is.
        sink: where it goes.
        pool: of blocks.
        extent: tells how many of these bytes belong to the body; fewer than all when it has ended.
        seen: told all bytes that came, and how many of them go on.
        done: told of a block whose bytes were all seen.
    """

    def __init__(
        self,
        source: socket.socket,
        sink: socket.socket,
        pool: Pool,
        *,
        extent: Callable[[memoryview], tuple[int, bool]],
        seen: Callable[[memoryview, int], None],
        done: Callable[[bytearray], None],
    ) -> None:
        self._source, self._sink = source, sink
        self._pool = pool
        self._extent, self._seen, self._done = extent, seen, done
        self._stopped = False
        for each in (source, sink):
            each.settimeout(WAIT_SECONDS)

    def stop(self) -> None:
        """From another thread: `run` returns soon. The receiver's connection is ended by that, the sender's broken."""
        self._stopped = True
        self._pool.wake()
        with suppress(OSError):  # it is closed already
            self._source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        for each in (self._source, self._sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def run(self) -> Passed:
        """Until the body, or one of the connections, has ended."""
        passed = Passed()
        more = True
        try:
            while more and (block := self._pool.take(lambda: not self._stopped)) is not None:
                try:
                    more = self._fill(memoryview(block), passed)
                finally:
                    self._done(block)
        finally:
            self._source.close()
            self._sink.close()
        return passed

    def _fill(self, block: memoryview, passed: Passed) -> bool:
        """Pass bytes on until a block is full; False when there are no more."""
        at = 0
        while len(block) - at >= LEAST_READ:
            try:
                count = self._source.recv_into(block[at:])
            except TimeoutError:
                continue
            except OSError:
                passed.broken = True
                return False
            if not count:
                passed.ended = True
                return False
            data = block[at : at + count]
            at += count
            size, more = self._extent(data)
            self._seen(data, size)
            try:
                self._send(data[:size])
            except OSError:
                passed.gone = True
                return False
            if not more:
                return False
        return not self._stopped

    def _send(self, data: memoryview) -> None:
        """Send all of it, however long the peer takes."""
        while data:
            try:
                data = data[self._sink.send(data) :]
            except TimeoutError:
                continue
