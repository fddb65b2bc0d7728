"""Segments → which connection each belongs to, and which connections go on plainly.

Theory of operation: a connection's key is its unordered pair of endpoints. Keys are hashed by column, equal hashes are
grouped, and the grouping is compared with the keys themselves, so a collision costs time and nothing else.

A connection's segments in a batch are *plain* when nothing but bytes in order happens: then its runs are joined without
a look at single segments. The check is by column over all connections of the batch (`plain_groups`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wsdtrace.net.ip import Packets
from wsdtrace.net.transport import CONTROL, JOINED, Segments, seq_diff
from wsdtrace.records import I64

Key = tuple[int, int, int, int, int]
"""Of a connection: the lower endpoint's address halves, the higher one's, and version and ports packed."""
_U64 = NDArray[np.uint64]
_MIXERS: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63)
"""Odd 64-bit constants with mixed bits (golden ratio and xxHash's primes)."""


def make_key(version: int, low: tuple[int, int, int], high: tuple[int, int, int]) -> Key:
    """Key of a pair of endpoints, each (address high half, low half, port), `low` being the lesser."""
    return (*low[:2], *high[:2], version << 32 | low[2] << 16 | high[2])


@dataclass(slots=True)
class Grouped:
    """The segments of a batch by connection: g groups, numbered by no meaning."""

    group: I64
    """(n,) group of segment i."""
    side: I64
    """(n,) 0 when segment i was sent by the key's lower endpoint."""
    first: I64
    """(g,) first segment of each group."""
    last: I64
    """(g,) its last segment."""
    keys: list[Key]
    """g keys."""


def group_by_connection(segments: Segments, packets: Packets) -> Grouped:
    """Tell which segments belong together."""
    at = segments.packet
    words, side = _words(segments, packets, at)
    mixed = np.zeros(len(at), dtype=np.uint64)
    for word, factor in zip(words, _MIXERS, strict=True):
        mixed ^= word
        mixed *= np.uint64(factor)
        mixed ^= mixed >> np.uint64(29)
    _, first, group = np.unique(mixed, return_index=True, return_inverse=True)
    if any((word[first][group] != word).any() for word in words):
        order = np.lexsort(words)
        change = np.zeros(len(order), dtype=np.int64)
        for word in words:
            change[1:] |= word[order][1:] != word[order][:-1]
        group = np.empty(len(order), dtype=np.int64)
        group[order] = np.cumsum(change)
        _, first = np.unique(group, return_index=True)
    last = np.zeros(len(first), dtype=np.int64)
    last[group] = np.arange(len(group))  # the last assignment to an index stays
    keys = list(zip(*(word[first].tolist() for word in words), strict=True))
    return Grouped(group, side, first, last, keys)


def _words(segments: Segments, packets: Packets, at: I64) -> tuple[list[_U64], I64]:
    """The five columns of the keys, and who sent each segment."""
    a_high, a_low = packets.source_high[at], packets.source_low[at]
    b_high, b_low = packets.destination_high[at], packets.destination_low[at]
    a_port, b_port = segments.source.astype(np.uint64), segments.destination.astype(np.uint64)
    above = (a_high > b_high) | ((a_high == b_high) & ((a_low > b_low) | ((a_low == b_low) & (a_port > b_port))))
    ports = (
        (packets.version[at].astype(np.uint64) << np.uint64(32))
        | (np.where(above, b_port, a_port) << np.uint64(16))
        | np.where(above, a_port, b_port)
    )
    words = [
        np.where(above, b_high, a_high),
        np.where(above, b_low, a_low),
        np.where(above, a_high, b_high),
        np.where(above, a_low, b_low),
        ports,
    ]
    return words, above.astype(np.int64)


@dataclass(slots=True)
class Expected:
    """What the connections of a batch expect; row `2 * group + side` is one direction."""

    next_seq: I64
    """Sequence number of its next byte."""
    ready: NDArray[np.bool_]
    """The direction goes on at `next_seq`: started, not ended, nothing held behind a hole."""
    unseen: NDArray[np.bool_]
    """No frame of it was seen before this batch."""


@dataclass(slots=True)
class Runs:
    """Runs of segments with data of the plain connections: r runs over d segments, by connection, then frame."""

    segment: I64
    """(d,) index of the segment."""
    start: I64
    """(r,) first of `segment` of the run."""
    stop: I64
    """(r,) behind its last."""


def plain_groups(
    segments: Segments, grouped: Grouped, expected: Expected, allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(g,) which `allowed` groups hold nothing but data in order and acknowledgements of bytes that were seen."""
    plain = allowed.copy()
    flow = grouped.group * 2 + grouped.side
    odd = ((segments.flags & CONTROL) != 0) | (segments.have < segments.length) | (segments.place >= JOINED)
    plain[grouped.group[odd]] = False
    data = np.flatnonzero(segments.length > 0)
    plain[grouped.group[data[~expected.ready[flow[data]]]]] = False
    order = data[np.argsort(flow[data], kind="stable")]
    after = (segments.seq + segments.length) & 0xFFFFFFFF
    if len(order):
        want = np.empty(len(order), dtype=np.int64)
        want[1:] = after[order[:-1]]
        begins = np.ones(len(order), dtype=np.bool_)
        begins[1:] = flow[order[1:]] != flow[order[:-1]]
        want[begins] = expected.next_seq[flow[order[begins]]]
        plain[grouped.group[order[segments.seq[order] != want]]] = False
    plain[_acknowledged_unseen(segments, grouped, expected, after)] = False
    return plain


def _acknowledged_unseen(segments: Segments, grouped: Grouped, expected: Expected, after: I64) -> I64:
    """Groups in which a segment acknowledges bytes that no frame before it brought."""
    n = len(segments)
    order = np.argsort(grouped.group, kind="stable")
    group, side = grouped.group[order], grouped.side[order]
    # For each segment: the last one of the other direction before it in its group, or none.
    position = np.arange(n)
    last = [np.maximum.accumulate(np.where(side == s, position, -1)) for s in (0, 1)]
    opposite = np.where(side == 0, last[1], last[0])
    begins = np.zeros(len(grouped.keys), dtype=np.int64)
    begins[group[::-1]] = position[::-1]
    inside = opposite >= begins[group]
    other = group * 2 + (1 - side)
    seen_until = np.where(inside, after[order][opposite], expected.next_seq[other])
    beyond = seq_diff(segments.ack[order], seen_until) > 0
    beyond &= inside | ~expected.unseen[other]
    beyond &= (segments.flags[order] & 0x10) != 0
    return group[beyond]


def data_runs(segments: Segments, grouped: Grouped, plain: NDArray[np.bool_]) -> Runs:
    """The runs of the plain connections; a run ends where the other direction brings data."""
    data = np.flatnonzero((segments.length > 0) & plain[grouped.group])
    data = data[np.argsort(grouped.group[data], kind="stable")]
    flow = grouped.group[data] * 2 + grouped.side[data]
    start = np.flatnonzero(np.diff(flow, prepend=-1)).astype(np.int64)
    return Runs(data, start, np.append(start[1:], len(data)))
