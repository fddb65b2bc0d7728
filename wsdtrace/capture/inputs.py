"""A path → bytes in order: files, pipes, standard input; gzip and Zstandard recognised by their first bytes.

The only place of the package that opens a capture. Once open, nothing raises: a read that fails ends the input
and leaves its reason in `failure`.
"""

from __future__ import annotations

import gzip
import importlib
import io
import os
import select
import stat
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, cast

from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.closing import Closing
from wsdtrace.errors import CaptureError, CapturePermissionError, MissingExtra

STDIN: Final = "-"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_DEFLATE: Final = 8
Failure = tuple[CaptureAnomaly, str]
"""What is wrong with an input, and the words for it."""
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
MAX_ZSTD_WINDOW: Final = 128 * 1024 * 1024
"""Bytes of memory that a Zstandard file may ask for; `zstd --long` asks for that much, everything else for 8 MiB."""
ZSTD: Final = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
"""The module that unpacks it: Python's own, or the same for older ones (an extra)."""
STALL_SECONDS: Final = 0.05
"""Silence of a pipe after which what it brought is handed on: short for a person, long for a program that writes."""


class _Rejoined(io.RawIOBase):
    """A stream with bytes put back in front that were already taken from it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]  # the stub says a Buffer
        if self._head:
            n = min(len(self._head), len(target))
            target[:n] = self._head[:n]
            self._head = self._head[n:]
            return n
        read_into = getattr(self._rest, "readinto1", None) or cast("io.RawIOBase", self._rest).readinto
        return read_into(target) or 0


def _descriptor(file: BinaryIO) -> int | None:
    """The file descriptor of a pipe; None for what has none (bytes in memory)."""
    try:
        return file.fileno()
    except OSError:
        return None


def _is_silent(pipe: int) -> bool:
    """Nothing comes for `STALL_SECONDS`, so that what came must not wait for it."""
    try:
        return not select.select([pipe], [], [], STALL_SECONDS)[0]
    except (OSError, ValueError):  # Windows can wait for sockets only; a descriptor may be too large for select
        return False


class Input(Closing):
    """One opened source of bytes."""

    def __init__(
        self,
        name: str,
        stream: BinaryIO,
        file: BinaryIO,
        *,
        seekable: bool,
        size: int | None,
        packing: str | None,
        silent: Callable[[], bool] | None = None,
    ) -> None:
        """An input that reads `stream`, which unpacks or is `file`; use `open_input`.

        `packing` is the format that it unpacks, if it does.
        `silent` says that what was brought must not wait for more; a pipe says it by its descriptor.
        """
        self.name = name
        self.seekable = seekable
        """Ranges of it can be read again, from a path."""
        self.file_size = size
        """Bytes of the file on disk; None when that is unknown. Of a compressed one, its size as it is."""
        self.compressed = packing is not None
        self.failure: Failure | None = None
        """Why the input ended before its end."""
        self.ended = False
        """Nothing more can be read."""
        self._packing = packing
        self._stream = stream
        self._file = file
        raw = cast("io.RawIOBase", stream)
        self._read_into: Callable[[memoryview], int | None] = getattr(stream, "readinto1", None) or raw.readinto
        pipe = None if seekable or packing else _descriptor(file)
        self._silent = silent if silent is not None else partial(_is_silent, pipe) if pipe is not None else None

    def fill(self, target: memoryview) -> int:
        """Read until `target` is full, the input ends, or a pipe has nothing more to give for a moment.

        Returns:
            the bytes read, at least one unless the input ended.
        """
        filled = 0
        while filled < len(target) and not self.ended:
            if filled and self._silent is not None and self._silent():
                break
            count = self._read(target[filled:])
            self.ended = not count
            filled += count
        return filled

    def take(self, at_least: int, at_most: int) -> bytes:
        """The first bytes: some of a pipe that is silent after `at_least`, less only of a shorter input."""
        buffer = bytearray(at_most)
        count = 0
        while count < at_least and not self.ended:
            count += self.fill(memoryview(buffer)[count:])
        return bytes(buffer[:count])

    def _read(self, target: memoryview) -> int:
        """One read; 0 at the end, and after a failure, which is kept."""
        try:
            # One read at a time: a longer one would lose what precedes a failure.
            return self._read_into(target) or 0
        except EOFError:
            self.failure = CaptureAnomaly.COMPRESSION, f"the {self._packing} stream ends early"
        except _damages() as error:
            self.failure = CaptureAnomaly.COMPRESSION, f"the {self._packing} stream is corrupt: {error}"
        except OSError as error:
            self.failure = CaptureAnomaly.UNREADABLE, f"reading failed: {error.strerror or error}"
        return 0

    def seek(self, position: int) -> None:
        """Go to a byte of a seekable input."""
        self._stream.seek(position)

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._stream is not self._file:
            self._stream.close()
        if self.name != STDIN:
            self._file.close()


def open_input(path: str | Path) -> Input:
    """Open a capture for reading from its start.

    Raises:
        CapturePermissionError: it may not be read.
        CaptureError: it is not there, or a directory.
    """
    name = str(path)
    if name == STDIN:
        # What its buffer holds cannot be waited for, so it is read without one where it can be.
        stream: BinaryIO = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
        regular, size = False, None
    else:
        stream = open_file(name)
        status = os.fstat(stream.fileno())
        regular = stat.S_ISREG(status.st_mode)
        size = status.st_size if regular else None
    return _recognise(name, stream, regular=regular, size=size)


def open_file(name: str) -> BinaryIO:
    """Open a file or a named pipe for reading, unbuffered.

    Raises:
        CapturePermissionError: it may not be read.
        CaptureError: it is not there, or a directory.
    """
    try:
        return cast(BinaryIO, open(name, "rb", buffering=0))
    except PermissionError:
        raise CapturePermissionError(f"{name}: permission denied; run as a user that may read it") from None
    except FileNotFoundError:
        raise CaptureError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise CaptureError(f"{name}: is a directory, expected a capture file") from None
    except (OSError, ValueError) as error:
        raise CaptureError(f"{name}: cannot be opened: {error}") from None


def open_stream(name: str, stream: BinaryIO, *, silent: Callable[[], bool] | None = None) -> Input:
    """An input that some program is still delivering; never compressed.

    Args:
        name: what it is called in reports and errors.
        stream: unbuffered.
        silent: there is nothing to read for now; a pipe needs none.
    """
    return Input(name, stream, stream, seekable=False, size=None, packing=None, silent=silent)


def input_of(name: str, data: bytes) -> Input:
    """An input that is in memory: plain or compressed, not seekable."""
    return _recognise(name, io.BytesIO(data), regular=False, size=len(data))


def _recognise(name: str, stream: BinaryIO, *, regular: bool, size: int | None) -> Input:
    source = Input(name, stream, stream, seekable=regular, size=size, packing=None)
    taken = source.take(len(_ZSTD_MAGIC), len(_ZSTD_MAGIC))
    if source.failure is not None:
        stream.close()
        raise CaptureError(f"{name}: {source.failure[1]}")
    if regular:
        stream.seek(0)
        whole = stream
    else:
        whole = cast(BinaryIO, _Rejoined(taken, stream))
    if taken == _ZSTD_MAGIC:
        return Input(name, _unzstd(name, whole), stream, seekable=False, size=size, packing="Zstandard")
    if taken[:2] == _GZIP_MAGIC and taken[2:3] == bytes([_DEFLATE]):
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=whole, mode="rb"))
        return Input(name, unpacked, stream, seekable=False, size=size, packing="gzip")
    return Input(name, whole, stream, seekable=regular, size=size, packing=None)


def _unzstd(name: str, stream: BinaryIO) -> BinaryIO:
    """What a Zstandard stream holds, all its frames. One that is cut raises, as gzip's does."""
    try:
        zstd = importlib.import_module(ZSTD)
    except ImportError:
        stream.close()
        raise MissingExtra(f"{name}: reading Zstandard", "zst") from None
    window = {zstd.DecompressionParameter.window_log_max: MAX_ZSTD_WINDOW.bit_length() - 1}
    return cast(BinaryIO, zstd.ZstdFile(stream, options=window))


def _damages() -> tuple[type[Exception], ...]:
    """What a damaged stream raises; of Zstandard where it is loaded, because else none is open."""
    module = sys.modules.get(ZSTD)
    return (zlib.error, gzip.BadGzipFile) if module is None else (zlib.error, gzip.BadGzipFile, module.ZstdError)
