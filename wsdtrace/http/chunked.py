"""Chunked transfer coding → runs of content (RFC 9112 §7.1), tolerant and incremental.

Tolerated and said: extensions, LF-only line ends, white space behind the size, a missing line end behind the data
when the next size line follows at once. Anything else has lost the framing: `broken` is set and the caller
resynchronises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.records import Anomaly

SIZE_DIGITS_MAX = 15
"""Hexadecimal digits of a chunk size that fit in 60 bits."""
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,%d})([ \t]*)(;.*)?" % SIZE_DIGITS_MAX, re.DOTALL)


_SMALL = b"|".join(rb"[%c%c]\r\n[\s\S]{%d}\r\n" % (*b"%x%X" % (size, size), size) for size in range(1, 16))
_ONE_SMALL = re.compile(_SMALL)
_SOME_SMALL = re.compile(rb"(?:%b){4,}+" % _SMALL)
"""Chunks of 1 to 15 bytes as the grammar has them, which are read together: one by one they cost 50 times as much a
byte as content does."""
_BEFORE, _BEHIND, _AROUND = len(b"1\r\n"), len(b"\r\n"), len(b"1\r\n\r\n")
_HEX = b"0123456789ABCDEFabcdef"


def _small_runs(data: bytes, position: int, stop: int) -> Iterable[tuple[int, int]]:
    """The contents of chunks that are all of them as `_SOME_SMALL` has it."""
    each = _AROUND + int(data[position : position + 1], 16)
    sizes = data[position:stop:each]
    if sizes.count(sizes[:1]) == len(sizes):  # they are of one size: then each begins where it is looked for
        return zip(range(position + _BEFORE, stop, each), range(position + each - _BEHIND, stop, each), strict=True)
    spans = map(re.Match.span, _ONE_SMALL.finditer(data, position, stop))
    return [(low + _BEFORE, high - _BEHIND) for low, high in spans]


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

    def runs(self, data: bytes, position: int, at: int) -> tuple[int, list[tuple[int, int]]]:
        """Read as far as the coding goes.

        Args:
            data: the bytes.
            position: where in them to go on.
            at: stream offset of `data[0]`.

        Returns:
            How far was read, and the runs of content, as ranges of `data`.
        """
        runs: list[tuple[int, int]] = []
        size = len(data)
        while position < size:
            state = self.state
            if state is ChunkState.DATA:
                stop = min(position + self._remaining, size)
                runs.append((position, stop))
                self._remaining -= stop - position
                position = stop
                if not self._remaining:
                    self.state = ChunkState.DATA_END
            elif state is ChunkState.DATA_END:
                if not self._line and data.startswith(b"\r\n", position):
                    self.state = ChunkState.SIZE
                    position += 2
                else:
                    position = self._data_end(data, position, at)
            elif state is ChunkState.SIZE:
                small = None if self._line else _SOME_SMALL.match(data, position)
                if small is None:
                    position = self._size_line(data, position, at)
                    continue
                runs += _small_runs(data, position, small.end())
                position = small.end()
            else:
                break
        return position, runs

    @property
    def left(self) -> int:
        """Bytes that are left of the chunk-data at hand."""
        return self._remaining if self.state is ChunkState.DATA else 0

    def passed(self, left: int) -> None:
        """Chunk-data was read elsewhere, and `left` bytes are left of the chunk at hand."""
        self._remaining = left
        self.state = ChunkState.DATA if left else ChunkState.DATA_END

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
        byte = data[position]
        if byte == 0x0A:
            if not self._line:
                self._say_bare_lf(at + position, b"")
            self._line = b""
            self.state = ChunkState.SIZE
            return position + 1
        if byte == 0x0D and not self._line:
            self._line = b"\r"
            return position + 1
        self._say(HttpAnomaly.CHUNK_END, data[position : position + 1], at + position, at + position + 1)
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
        if len(line) < SIZE_DIGITS_MAX and line.isalnum() and line.strip(_HEX) == b"":
            self._remaining = int(line, 16)
            self.state = ChunkState.DATA if self._remaining else ChunkState.LAST
            return end + 1
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
