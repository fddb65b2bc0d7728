"""Contents → files while a capture is read for the first time, so that its pages need not be read again.

Theory of operation:

1. What a page is called, and whether a part of a message is a page at all, is known when the capture has ended. Until
   then each part that streams through goes to a file without a name, in a folder of its own beside the place of the
   pages.
2. What was written is hashed beside the reading, by a thread that looks at the finished file: the digest is that of the
   file.
3. A part that is short, one of too many at once, or one whose file cannot be written has no copy. Its page is read
   again, as if nobody had tried; whatever is wrong is told then.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, Final

from wsdtrace.closing import Closing
from wsdtrace.dataclass import dataclass

if TYPE_CHECKING:
    from wsdtrace.http import Taker
    from wsdtrace.records import ConnectionId, Direction, Extents
    from wsdtrace.state.model import Image

LEAST_BYTES: Final = 256 * 1024
"""Shorter contents are read again: that costs less than a file that may not be wanted."""
MAX_OPEN: Final = 16
"""Contents that are copied at the same time: each has a file open, and at first `LEAST_BYTES` in memory."""

PIECE_BYTES: Final = 1024 * 1024
"""Bytes that are hashed at a time: the fewer pieces, the less often the thread waits for the interpreter."""

_Key = tuple["ConnectionId | None", "Direction", int, int]
"""Connection, direction, stream offset of the message, part."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A content in a file."""

    path: str
    length: int
    sha256: str


class Copies(Closing):
    """The copies of one reading; their files are gone when it is closed, but for those that got a name.

    Args:
        folder: where the pages will go; it need not be there.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._open: dict[_Key, _Copy] = {}
        self._done: dict[_Key, Future[Copied]] = {}
        self._numbers = itertools.count(1)
        self._beside = ThreadPoolExecutor(max_workers=1)

    # -- while the capture is read

    def tap(self, connection: ConnectionId, direction: Direction, start: int, part: int) -> Taker | None:
        """Who takes a part of the message that begins at stream offset `start`; nobody takes a content as a whole."""
        if part < 0 or len(self._open) >= MAX_OPEN:
            return None
        key = connection, direction, start, part
        copy = self._open[key] = _Copy(self, key)
        return copy

    def create(self) -> BinaryIO:
        """A new file.

        Raises:
            OSError: it cannot be made.
        """
        if self._own is None:
            self._own = tempfile.TemporaryDirectory(prefix=".wsdtrace-", dir=_nearest(self._folder))
        return open(os.path.join(self._own.name, str(next(self._numbers))), "xb")

    def ended(self, key: _Key, path: str | None) -> None:
        """A copy is whole, in a file that is closed; without one it was given up."""
        del self._open[key]
        if path is not None:
            self._done[key] = self._beside.submit(_hashed, path)

    # -- when the capture has ended

    def of(self, image: Image) -> Copied | None:
        """The copy of an image; None where there is none."""
        ref = image.ref
        if ref is None:
            return None
        done = self._done.get((image.exchange.connection, ref.direction, ref.message_start, ref.part))
        if done is None:
            return None
        try:
            return done.result()
        except OSError:  # the file cannot be read; the capture can
            return None

    def close(self) -> None:
        self._beside.shutdown(cancel_futures=True)
        for copy in list(self._open.values()):
            copy.give_up()
        if self._own is not None:
            self._own.cleanup()


class _Copy:
    """One content on its way to a file."""

    __slots__ = ("_copies", "_file", "_given_up", "_key", "_waiting")

    def __init__(self, copies: Copies, key: _Key) -> None:
        self._copies = copies
        self._key = key
        self._waiting = bytearray()
        """Its beginning, until it is long enough for a file."""
        self._file: BinaryIO | None = None
        self._given_up = False

    def take(self, data: bytes, low: int, high: int) -> None:
        if self._file is None and len(self._waiting) + high - low < LEAST_BYTES:
            self._waiting += data[low:high]
        else:
            self._write([memoryview(data)[low:high]])

    def skim(self, extents: Extents, low: int, high: int) -> None:
        self._write(extents.pieces(low, high))

    def _write(self, pieces: Iterable[memoryview]) -> None:
        if self._given_up:
            return
        try:
            if self._file is None:
                self._file = self._copies.create()
                self._file.write(self._waiting)
                self._waiting = bytearray()
            self._file.writelines(pieces)
        except OSError:
            # Not told: who saves the page writes to the same place, and tells what is wrong there.
            self.give_up()

    def end(self) -> None:
        if self._given_up:
            return
        if self._file is None:
            self.give_up()
            return
        try:
            self._file.close()
        except OSError:  # as above
            self.give_up()
        else:
            self._copies.ended(self._key, self._file.name)

    def give_up(self) -> None:
        """There is no copy."""
        self._given_up = True
        self._waiting = bytearray()
        self._copies.ended(self._key, None)
        if self._file is not None:
            with contextlib.suppress(OSError):  # what waits in its buffer may not fit either
                self._file.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._file.name)


def _hashed(path: str) -> Copied:
    """Read a file that is whole."""
    digest, length, buffer = sha256(), 0, memoryview(bytearray(PIECE_BYTES))
    with open(path, "rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
            length += count
    return Copied(path, length, digest.hexdigest())


def _nearest(folder: str) -> str:
    """The folder, or that of those above it which is there: what is made there can be moved to it."""
    folder = os.path.abspath(folder)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder
