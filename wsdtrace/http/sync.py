"""What a connection speaks, and where the next message begins: judged by bytes, never by ports.

Both searches depend on the bytes alone and not on how they are cut: each verdict belongs to a certain byte.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from wsdtrace.http.head import is_start_line


class Side(Enum):
    """Which end of the conversation sends: the one that asks, or the one that answers."""

    CLIENT = "client"
    SERVER = "server"


class Opening(Enum):
    """What the first bytes of a direction are."""

    REQUEST = "request-line"
    RESPONSE = "status-line"
    TLS = "TLS record"
    MISFIT = "nothing we know"


TLS_RECORD_MAX = 2**14 + 2048
"""RFC 5246 §6.2.3: length of an encrypted record."""
_TLS_TYPES = frozenset({20, 21, 22, 23})
_TLS_HEADER = 5
_TEXT = re.compile(rb"[\t\r -~\x80-\xff]*")


def classify(data: bytes | bytearray, bound: int) -> Opening | None:
    """Judge the first bytes of a direction; None while more are needed.

    Args:
        data: the direction's bytes so far.
        bound: bytes in which a start-line must end.
    """
    start = len(data) - len(data.lstrip(b"\r\n"))
    if start == len(data):
        return None if start < bound else Opening.MISFIT
    if data[start] in _TLS_TYPES:
        return _tls(data[start : start + _TLS_HEADER])
    match = _TEXT.match(data, start, bound)
    assert match is not None  # the pattern matches nothing too
    end = match.end()
    if end >= bound or (end < len(data) and data[end] != 0x0A):
        return Opening.MISFIT
    if end == len(data):
        return None
    line = bytes(data[start:end]).removesuffix(b"\r")
    if is_start_line(line, request=False):
        return Opening.RESPONSE
    if is_start_line(line, request=True):
        return Opening.REQUEST
    return Opening.MISFIT


def _tls(header: bytes | bytearray) -> Opening | None:
    """A record header: type, version 3.x, length."""
    if len(header) > 1 and header[1] != 3:
        return Opening.MISFIT
    if len(header) > 2 and header[2] > 4:
        return Opening.MISFIT
    if len(header) < _TLS_HEADER:
        return None
    return Opening.TLS if 0 < int.from_bytes(header[3:5], "big") <= TLS_RECORD_MAX else Opening.MISFIT


class StartLine(NamedTuple):
    """Where a start-line was found."""

    position: int
    side: Side


ANCHOR = b"HTTP/1."
ANCHOR_SPAN = len(ANCHOR) + 6
"""Bytes from the anchor on that decide what it is: version digit, space, three digits and one more."""
_STATUS_AFTER = re.compile(rb"HTTP/1\.[01] [1-9][0-9]{2}[ \r\n]")
_REQUEST_AFTER = re.compile(rb"HTTP/1\.[01]\r?\n")
_KNOWN_METHOD = re.compile(
    rb"(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|TRACE|PATCH|NOTIFY|SUBSCRIBE|UNSUBSCRIBE|M-SEARCH) [!-~\x80-\xff]+ $"
)
_ANY_METHOD = re.compile(rb"[A-Z][A-Z-]{2,19} [!-~\x80-\xff]+ $")


def find_start_line(window: bytes, start: int, bound: int, side: Side | None) -> tuple[StartLine | None, int]:
    """Search the next plausible start-line, strictly read.

    Args:
        window: the bytes.
        start: where an anchor may begin.
        bound: bytes of a start-line at most.
        side: whose start-line is wanted; None: either's.

    Returns:
        The start-line, and (when None) where an anchor has to be searched again once there are more bytes.
    """
    position = window.find(ANCHOR, start)
    while position >= 0:
        if side is not Side.CLIENT and _STATUS_AFTER.match(window, position):
            return StartLine(position, Side.SERVER), position
        if side is not Side.SERVER and _REQUEST_AFTER.match(window, position):
            begin = _request_start(window, position, bound)
            if begin >= 0:
                return StartLine(begin, Side.CLIENT), position
        if len(window) - position < ANCHOR_SPAN and window.find(b"\n", position) < 0:
            return None, position
        position = window.find(ANCHOR, position + 1)
    return None, max(start, len(window) - len(ANCHOR) + 1)


def _request_start(window: bytes, anchor: int, bound: int) -> int:
    """Where the request-line with its version at `anchor` begins; -1 when what precedes is no method and target."""
    low = max(window.rfind(b"\n", max(0, anchor - bound), anchor) + 1, anchor - bound, 0)
    text = window[low:anchor]
    known = _KNOWN_METHOD.search(text)
    if known is not None:
        return low + known.start()
    match = _ANY_METHOD.match(text)
    return low if match is not None else -1
