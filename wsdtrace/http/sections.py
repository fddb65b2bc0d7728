"""Header and trailer sections, collected over views of any size, each up to its bound and searched once."""

from __future__ import annotations

from enum import Enum

from wsdtrace.http.head import is_start_line, may_begin_start_line
from wsdtrace.http.limits import HttpLimits
from wsdtrace.http.meter import View


class Collected(Enum):
    """How far a section is."""

    MORE = "goes on in the next view"
    WHOLE = "whole"
    LIMIT = "over its bound"
    EXCESS = "its first line is no start-line"


class HeaderSection:
    """The header section of one message."""

    __slots__ = ("_bound", "_buffer", "_is_request", "_line_bound", "_line_read", "_scanned", "data", "start", "views")

    def __init__(self, start: int, limits: HttpLimits, *, is_request: bool) -> None:
        """A section whose first byte is at stream offset `start`."""
        self.start = start
        self._bound = limits.header_section
        self._line_bound = limits.start_line
        self._is_request = is_request
        self._buffer = bytearray()
        """The section so far, when it does not lie in one view."""
        self._scanned = 0
        """Bytes of it that were searched for its end."""
        self._line_read = False
        """Its first line was judged."""
        self.views: list[View] = []
        """The views before the current one that the first line lies in: to be read again if it is no start-line."""
        self.data = b""
        """The section, once it is whole or over its bound."""

    def feed(self, view: View, position: int) -> Collected:
        """Read on at stream offset `position` of `view`."""
        source: bytes | bytearray = view.data
        begin = self.start - view.start
        if begin < 0:
            low = position - view.start
            self._buffer += view.data[low : low + self._bound - len(self._buffer)]
            source, begin = self._buffer, 0
        bound = min(len(source), begin + self._bound)
        end = _section_end(source, begin + self._scanned, bound)
        if not self._line_read:
            verdict = self._first_line(source, begin)
            if verdict is False:
                return Collected.EXCESS
            if verdict is None:
                self.views.append(view)
                return self._wait(source, begin)
            self._line_read = True
            self.views.clear()
        if end < 0 and bound - begin < self._bound:
            self._scanned = max(bound - begin - 2, 0)
            return self._wait(source, begin)
        self.data = bytes(source[begin : end if end >= 0 else bound])
        return Collected.WHOLE if end >= 0 else Collected.LIMIT

    def _wait(self, source: bytes | bytearray, begin: int) -> Collected:
        """The view ends inside the section: keep its bytes."""
        if not self._buffer:
            self._buffer += source[begin:]
        return Collected.MORE

    def _first_line(self, source: bytes | bytearray, begin: int) -> bool | None:
        """Is the first line meant as a start-line? None: it is not complete."""
        bound = min(len(source), begin + self._line_bound)
        end = source.find(b"\n", begin, bound)
        if end < 0:
            return None if bound - begin < self._line_bound else False
        line = bytes(source[begin:end]).removesuffix(b"\r")
        return is_start_line(line, request=self._is_request)

    @property
    def so_far(self) -> bytes:
        """The section as far as it came, when it was cut."""
        return bytes(self._buffer)

    @property
    def is_excess(self) -> bool:
        """It was cut in its first line, and that cannot become a start-line."""
        return not self._line_read and not may_begin_start_line(self.so_far, request=self._is_request)


class TrailerSection:
    """The trailer section behind the last chunk: field lines and an empty line, most often that alone."""

    __slots__ = ("_bound", "_buffer", "_line")

    def __init__(self, limits: HttpLimits) -> None:
        self._bound = limits.trailer_section
        self._buffer = bytearray()
        self._line = 0
        """Where its last line begins."""

    def feed(self, view: View, position: int) -> tuple[int, Collected]:
        """Read on at stream offset `position` of `view`; returns how far was read too."""
        data, low = view.data, position - view.start
        while low < len(data):
            room = self._bound - len(self._buffer)
            end = data.find(b"\n", low, low + room)
            stop = min(len(data), low + room) if end < 0 else end + 1
            self._buffer += data[low:stop]
            low = stop
            if end >= 0:
                if self._buffer[self._line :] in _EMPTY_LINES:
                    return view.start + low, Collected.WHOLE
                self._line = len(self._buffer)
            if len(self._buffer) >= self._bound:
                return view.start + low, Collected.LIMIT
        return view.end, Collected.MORE

    @property
    def so_far(self) -> bytes:
        """The section as far as it came."""
        return bytes(self._buffer)


_EMPTY_LINES = (bytearray(b"\n"), bytearray(b"\r\n"))


def _section_end(source: bytes | bytearray, begin: int, bound: int) -> int:
    """Where the first empty line of `source[begin:bound]` ends; -1 without one."""
    end = source.find(b"\n\r\n", begin, bound)
    plain = source.find(b"\n\n", begin, end + 1 if end >= 0 else bound)
    if plain >= 0:
        return plain + 2
    return end + 3 if end >= 0 else -1
