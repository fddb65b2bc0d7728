"""A search in bytes that lie in pieces of a window, without joining them.

Theory of operation: a window holds a stream in the payloads of its frames, with headers and other traffic between them.
The window is searched as it is, since what is sought seldom stands in a header, and a hit counts only inside one piece.
What stands across an edge is sought at the edges alone, and only at those where two octets meet that do so in what is
sought: few are left to compare.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from wsdtrace.records import Extents


def find_in(extents: Extents, needle: bytes, low: int, high: int) -> int:
    """Where the first `needle` in bytes `low:high` begins; -1 without one.

    Args:
        extents: the bytes.
        needle: at least 2 bytes.
        low: where it may begin.
        high: where it has to end.
    """
    if high - low < len(needle):
        return -1
    inside = _inside(extents, needle, low, high)
    across = _across(extents, needle, low, high if inside < 0 else inside + len(needle) - 1)
    return inside if across < 0 else across


def _inside(extents: Extents, needle: bytes, low: int, high: int) -> int:
    """The first one that lies in one piece."""
    window, begin, at = extents.window, extents.begin, extents.at
    first, last = extents.piece(low), extents.piece(high - 1)
    start, stop = int(begin[first]) + low - int(at[first]), int(begin[last]) + high - int(at[last])
    while (hit := window.find(needle, start, stop)) >= 0:
        piece = int(begin.searchsorted(hit, side="right")) - 1
        position = int(at[piece]) + hit - int(begin[piece])
        if position + len(needle) <= at[piece + 1]:
            return position
        if piece + 1 == len(begin):
            break
        start = int(begin[piece + 1])  # what begins behind the hit does not end in this piece either
    return -1


def _across(extents: Extents, needle: bytes, low: int, high: int) -> int:
    """The first one that lies in several pieces."""
    if high - low < len(needle):
        return -1
    first, stop = extents.piece(low) + 1, extents.piece(high - 1) + 1
    octets = np.frombuffer(extents.window, dtype=np.uint8)
    behind = octets[extents.begin[first:stop]]
    seconds, pairs = _pairs(needle)
    some = np.flatnonzero(seconds[behind])  # one octet is enough to rule most edges out
    before = some + first - 1
    ahead = octets[extents.begin[before] + extents.at[before + 1] - extents.at[before] - 1]
    likely = some[pairs[ahead, behind[some]]]
    reach = len(needle) - 1
    for edge in likely.tolist():
        at = int(extents.at[first + edge])
        begin = max(at - reach, low)
        hit = extents.join(begin, min(at + reach, high)).find(needle)
        if hit >= 0:
            return begin + hit
    return -1


@lru_cache(maxsize=8)
def _pairs(needle: bytes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(256,) which octets follow another in `needle`, and (256, 256) which follow which."""
    pairs = np.zeros((256, 256), dtype=np.bool_)
    pairs[list(needle[:-1]), list(needle[1:])] = True
    seconds = np.zeros(256, dtype=np.bool_)
    seconds[list(needle[1:])] = True
    return seconds, pairs
