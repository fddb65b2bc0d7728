"""Chunked transfer coding → runs of content (RFC 9112 §7.1), tolerant and incremental.

Tolerated and said: extensions, LF-only line ends, white space behind the size, a missing line end behind the data
when the next size line follows at once. Anything else has lost the framing: `broken` is set and the caller
resynchronises.
"""

from __future__ import annotations

import re
from enum import Enum

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.records import Anomaly

SIZE_DIGITS_MAX = 15
"""Hexadecimal digits of a chunk size that fit in 60 bits."""
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,%d})([ \t]*)(;.*)?" % SIZE_DIGITS_MAX, re.DOTALL)


class ChunkState(Enum):
    """Where in the coding the reader stands."""

    SIZE = "chunk-size line"
    DATA = "chunk-data"
    DATA_END = "line end after chunk-data"
    LAST = "trailer section"
    BROKEN = "framing lost"


class ChunkReader:
    """Removes the chunked coding of one content."""

    __slots__ = (
        "_anomalies",
        "_bare_lf_said",
        "_extension_said",
        "_line",
        "_line_at",
        "_line_max",
        "_remaining",
        "state",
    )

    def __init__(self, anomalies: list[Anomaly], line_max: int) -> None:
        self.state = ChunkState.SIZE
        self._anomalies = anomalies
        self._line_max = line_max
        self._remaining = 0
        self._line = b""
        """Carried beginning of a chunk-size line, or the CR of a line end."""
        self._line_at = 0
        self._bare_lf_said = False
        self._extension_said = False

    def step(self, data: bytes, position: int, at: int) -> tuple[int, int]:
        """Read one run.

        Args:
            data: the bytes.
            position: where in them to go on.
            at: stream offset of `data[0]`.

        Returns:
            How far was read, and the length of the run of content that ends there (0: only framing was read).
        """
        if self.state is ChunkState.DATA_END:
            position = self._data_end(data, position, at)
        if self.state is ChunkState.SIZE:
            position = self._size_line(data, position, at)
        if self.state is ChunkState.DATA:
            count = min(self._remaining, len(data) - position)
            self._remaining -= count
            if not self._remaining:
                self.state = ChunkState.DATA_END
            return position + count, count
        return position, 0

    def gap(self, count: int) -> bool:
        """A hole of `count` bytes; False when the framing is lost in it."""
        if self.state is not ChunkState.DATA or count > self._remaining:
            return False
        self._remaining -= count
        if not self._remaining:
            self.state = ChunkState.DATA_END
        return True

    def _data_end(self, data: bytes, position: int, at: int) -> int:
        """The line end behind chunk-data."""
        if position >= len(data):
            return position
        byte = data[position]
        if byte == 0x0A:
            if not self._line:
                self._say_bare_lf(at + position, b"")
            self._line = b""
            self.state = ChunkState.SIZE
            return position + 1
        if byte == 0x0D and not self._line:
            self._line = b"\r"
            return self._data_end(data, position + 1, at)
        self._say(HttpAnomaly.CHUNK_END, data[position : position + 16], at + position, at + position + 1)
        is_size = not self._line and byte in b"0123456789abcdefABCDEF"
        self._line = b""
        self.state = ChunkState.SIZE if is_size else ChunkState.BROKEN
        return position

    def _size_line(self, data: bytes, position: int, at: int) -> int:
        """`chunk-size [ chunk-ext ] CRLF`."""
        if not self._line:
            self._line_at = at + position
        room = self._line_max - len(self._line)
        end = data.find(b"\n", position, position + room)
        if end < 0:
            stop = min(len(data), position + room)
            self._line += data[position:stop]
            if len(self._line) >= self._line_max:
                self._break(self._line)
            return stop
        line = self._line + data[position:end]
        self._line = b""
        stop = at + end + 1
        if line[-1:] == b"\r":
            line = line[:-1]
        else:
            self._say_bare_lf(stop - 1, line)
        match = _SIZE.fullmatch(line)
        if match is None:
            self._break(line)
            return end + 1
        size, padding, extension = match.groups()
        if extension is not None:
            if not self._extension_said:
                self._extension_said = True
                self._say(HttpAnomaly.CHUNK_EXTENSION, line, self._line_at, stop)
        elif padding:
            self._say(HttpAnomaly.CHUNK_SIZE_PADDED, line, self._line_at, stop)
        self._remaining = int(size, 16)
        self.state = ChunkState.DATA if self._remaining else ChunkState.LAST
        return end + 1

    def _break(self, line: bytes) -> None:
        self._say(HttpAnomaly.CHUNK_SIZE, line, self._line_at, self._line_at + len(line))
        self.state = ChunkState.BROKEN

    def _say_bare_lf(self, at: int, line: bytes) -> None:
        if not self._bare_lf_said:
            self._bare_lf_said = True
            self._say(HttpAnomaly.BARE_LF, line, at, at + 1)

    def _say(self, kind: HttpAnomaly, text: bytes, start: int, end: int) -> None:
        self._anomalies.append(odd(kind, found(text), start, end))
