"""A path → bytes in order: regular files, pipes, standard input, and gzip recognised by its first bytes.

The only place of the package that opens a capture. Once open, nothing raises: a read that fails ends the input
and leaves its reason in `failure`.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.errors import CaptureError, CapturePermissionError

STDIN: Final = "-"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_DEFLATE: Final = 8


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


class Input:
    """One opened source of bytes."""

    def __init__(
        self, name: str, stream: BinaryIO, file: BinaryIO, *, seekable: bool, size: int | None, compressed: bool
    ) -> None:
        """An input that reads `stream`, which unpacks or is `file`; use `open_input`."""
        self.name = name
        self.seekable = seekable
        """Ranges of it can be read again, from a path."""
        self.file_size = size
        """Bytes of the file on disk; None when that is unknown. For gzip, of the compressed file."""
        self.compressed = compressed
        self.failure: tuple[CaptureAnomaly, str] | None = None
        """Why the input ended before its end."""
        self._stream = stream
        self._file = file

    def fill(self, target: memoryview) -> int:
        """Read until `target` is full or the input ends; returns the bytes read."""
        filled = 0
        while filled < len(target) and self.failure is None:
            try:
                count = cast("io.RawIOBase", self._stream).readinto(target[filled:]) or 0
            except EOFError:
                self.failure = CaptureAnomaly.COMPRESSION, "the gzip stream ends early"
                break
            except (zlib.error, gzip.BadGzipFile) as error:
                self.failure = CaptureAnomaly.COMPRESSION, f"the gzip stream is corrupt: {error}"
                break
            except OSError as error:
                self.failure = CaptureAnomaly.UNREADABLE, f"reading failed: {error.strerror or error}"
                break
            if not count:
                break
            filled += count
        return filled

    def seek(self, position: int) -> None:
        """Go to a byte of a seekable input."""
        self._stream.seek(position)

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self._stream.close()
        if self._file is not sys.stdin.buffer:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_input(path: str | Path) -> Input:
    """Open a capture for reading from its start.

    Raises:
        CapturePermissionError: it may not be read.
        CaptureError: it is not there, or a directory.
    """
    name = str(path)
    if name == STDIN:
        stream: BinaryIO = sys.stdin.buffer
        regular, size = False, None
    else:
        try:
            stream = open(name, "rb", buffering=0)  # noqa: SIM115 - the Input owns it
            status = os.fstat(stream.fileno())
        except PermissionError:
            raise CapturePermissionError(f"{name}: permission denied; run as a user that may read it") from None
        except FileNotFoundError:
            raise CaptureError(f"{name}: no such file") from None
        except IsADirectoryError:
            raise CaptureError(f"{name}: is a directory, expected a capture file") from None
        except (OSError, ValueError) as error:
            raise CaptureError(f"{name}: cannot be opened: {error}") from None
        regular = stat.S_ISREG(status.st_mode)
        size = status.st_size if regular else None
    return _recognise(name, stream, regular=regular, size=size)


def input_of(name: str, data: bytes) -> Input:
    """An input that is in memory: plain or gzip, not seekable."""
    return _recognise(name, io.BytesIO(data), regular=False, size=len(data))


def _recognise(name: str, stream: BinaryIO, *, regular: bool, size: int | None) -> Input:
    source = Input(name, stream, stream, seekable=regular, size=size, compressed=False)
    head = bytearray(3)
    count = source.fill(memoryview(head))
    if source.failure is not None:
        stream.close()
        raise CaptureError(f"{name}: {source.failure[1]}")
    taken = bytes(head[:count])
    if regular:
        stream.seek(0)
        whole = stream
    else:
        whole = cast(BinaryIO, _Rejoined(taken, stream))
    if taken[:2] == _GZIP_MAGIC and taken[2:] == bytes([_DEFLATE]):
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=whole, mode="rb"))
        return Input(name, unpacked, stream, seekable=False, size=size, compressed=True)
    return Input(name, whole, stream, seekable=regular, size=size, compressed=False)
