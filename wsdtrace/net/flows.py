"""Segments of a batch → whose they are, and which stretches of them go on plainly.

Theory of operation: a connection's key is its unordered pair of endpoints. Keys are hashed by column, equal hashes are
grouped, and the grouping is compared with the keys themselves, so a collision costs time and nothing else.

The segments of each connection are then cut into *items*: a segment with which something may happen (a SYN, FIN or
reset, a cut frame, a sequence number that does not follow) is one by itself; the stretch between two such segments is
one, and *plain* when nothing but bytes in order can happen in it. What depends on the connection's state is left to
check at the start of an item: the sequence number that each direction goes on with, and the first acknowledgements.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wsdtrace.dataclass import dataclass
from wsdtrace.net.columns import take
from wsdtrace.net.ip import Packets
from wsdtrace.net.transport import ACK, CONTROL, JOINED, Segments, seq_diff
from wsdtrace.records import I64

Key = tuple[int, int, int, int, int]
"""Of a connection: the lower endpoint's address halves, the higher one's, and version and ports packed."""
Bools = NDArray[np.bool_]
_U64 = NDArray[np.uint64]
_MIXERS: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63)
"""Odd 64-bit constants with mixed bits (golden ratio and xxHash's primes)."""
_MASK: Final = 0xFFFFFFFF
NONE: Final = -1
"""In place of a sequence number: there is none."""


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
    keys: list[Key]
    """g keys."""


def group_by_connection(segments: Segments, packets: Packets) -> Grouped:
    """Tell which segments belong together."""
    words, side = _words(segments, packets)
    changes = np.zeros(len(segments), dtype=np.bool_)
    for word in words:
        changes[1:] |= word[1:] != word[:-1]
    changes[0] = True
    heads = np.flatnonzero(changes)  # segments seldom come alone, so that few are left to sort
    of_head, first = _group_words([word[heads] for word in words])
    by_appearance = np.argsort(first)
    number = np.empty(len(first), dtype=np.int64)
    number[by_appearance] = np.arange(len(first))
    first = heads[first[by_appearance]]
    keys = _keys([word[first].tolist() for word in words])
    return Grouped(np.repeat(number[of_head], np.diff(heads, append=len(segments))), side, keys)


def _group_words(words: list[_U64]) -> tuple[I64, I64]:
    """The group of each row of words, and the first row of each group."""
    mixed = np.zeros(len(words[0]), dtype=np.uint64)
    for word, factor in zip(words, _MIXERS, strict=False):
        mixed ^= word
        mixed *= np.uint64(factor)
        mixed ^= mixed >> np.uint64(29)
    _, first, group = np.unique(mixed, return_index=True, return_inverse=True)
    if any((word[first][group] != word).any() for word in words):
        return _group_exactly(words)
    return group, first


def _group_exactly(words: list[_U64]) -> tuple[I64, I64]:
    """Groups and their first rows without a hash, for words whose hashes collide."""
    order = np.lexsort(words)
    change = np.zeros(len(order), dtype=np.bool_)
    for word in words:
        change[1:] |= word[order][1:] != word[order][:-1]
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(change)
    return group, np.unique(group, return_index=True)[1]


def _words(segments: Segments, packets: Packets) -> tuple[list[_U64], I64]:
    """What tells connections apart, as columns, and who sent each segment; of IPv4 the two ends, address and port."""
    at: I64 | slice = segments.packet
    if len(segments) == len(packets) and (segments.packet[1:] > segments.packet[:-1]).all():
        at = slice(None)  # all as they stand; packets joined from fragments stand behind the others
    a_low, b_low = packets.source_low[at], packets.destination_low[at]
    a_port, b_port = segments.source.astype(np.uint64), segments.destination.astype(np.uint64)
    if (packets.version == 4).all():
        a, b = a_low << np.uint64(16) | a_port, b_low << np.uint64(16) | b_port
        return [np.minimum(a, b), np.maximum(a, b)], (a > b).astype(np.int64)
    a_high, b_high = packets.source_high[at], packets.destination_high[at]
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


def _keys(words: list[list[int]]) -> list[Key]:
    """The keys whose words these are."""
    if len(words) == 5:
        return list(zip(*words, strict=True))
    ends = zip(*words, strict=True)
    return [make_key(4, (0, a >> 16, a & 0xFFFF), (0, b >> 16, b & 0xFFFF)) for a, b in ends]


@dataclass(slots=True)
class Items:
    """What is to be done with the segments of a batch: k items in the order of their first segment.

    `order` holds the n segments by connection, then by frame; items and runs are ranges of it.
    """

    order: I64
    """(n,) index of the segment."""
    group: I64
    """(k,) group of item i."""
    start: I64
    """(k,) its first segment in `order`."""
    stop: I64
    """(k,) behind its last."""
    plain: Bools
    """(k,) nothing but bytes in order can happen in it."""
    seen: Bools
    """(k, 2) each side sent a segment of it."""
    next_seq: I64
    """(k, 2) sequence number that each side goes on with; `NONE` when it sends no data."""
    ack: I64
    """(k, 2) highest number that each side acknowledges before the other sends data in it; `NONE` for no such one."""
    runs: I64
    """(k + 1,) item i has the runs `runs[i]` … `runs[i + 1]`."""
    run_start: I64
    """(r,) first segment of a run in `data`."""
    run_stop: I64
    """(r,) behind its last."""
    run_side: I64
    """(r,) who sent it."""
    data: I64
    """(d,) index of the segments with data that are in plain items, in the order of the items."""


def cut_into_items(segments: Segments, grouped: Grouped) -> Items:
    """Cut the segments of each connection at those with which something may happen."""
    order = _stable_order(grouped.group, len(grouped.keys))
    group, side, seq, ack, flags, length, have, place = (
        column if order is None else column[order]
        for column in (
            grouped.group, grouped.side, segments.seq, segments.ack, segments.flags, segments.length, segments.have,
            segments.place,
        )
    )  # fmt: skip
    if order is None:
        order = np.arange(len(group))
    after = (seq + length) & _MASK
    has_data = length > 0
    data = np.flatnonzero(has_data)
    odd = (flags & CONTROL) != 0
    odd |= have < length
    odd |= place >= JOINED
    odd[_not_following(data, group * 2 + side, seq, after, 2 * len(grouped.keys))] = True

    begins = odd.copy()
    begins[1:] |= odd[:-1]
    begins[1:] |= group[1:] != group[:-1]
    begins[0] = True
    start = np.flatnonzero(begins)
    sizes = np.diff(start, append=len(group))
    item = np.repeat(np.arange(len(start)), sizes)
    plain = ~odd[start]

    # An acknowledgement is compared with the data that the other side sent before it in the item, else by the caller.
    opposite = _last_of_other_side(has_data, side)
    inside = opposite >= np.repeat(start, sizes)
    acknowledges = (flags & ACK) != 0
    checked = np.flatnonzero(acknowledges & inside)
    beyond = checked[seq_diff(ack[checked], after[opposite[checked]]) > 0]
    plain[item[beyond]] = False

    of_side = item * 2 + side
    count = len(start)
    seen = np.logical_or.reduceat(np.stack([side == 0, side == 1], axis=1), start)
    heads = data[_changes(of_side[data])][::-1]
    next_seq = np.full(2 * count, NONE)
    next_seq[of_side[heads]] = seq[heads]  # the last assignment stays: the first segment's
    lead = np.flatnonzero(acknowledges & ~inside)
    lead = lead[_changes(of_side[lead], ack[lead])]
    highest = _highest(of_side[lead], ack[lead], 2 * count)

    by_frame = np.argsort(segments.row[order[start]], kind="stable")
    data, run_start, run_stop, run_side, runs = _runs(order, has_data & plain[item], item, side, by_frame)
    return Items(
        order=order,
        group=group[start][by_frame],
        start=start[by_frame],
        stop=np.append(start[1:], len(segments))[by_frame],
        plain=plain[by_frame],
        seen=seen[by_frame],
        next_seq=next_seq.reshape(-1, 2)[by_frame],
        ack=highest.reshape(-1, 2)[by_frame],
        runs=runs,
        run_start=run_start,
        run_stop=run_stop,
        run_side=run_side,
        data=data,
    )


def _stable_order(numbers: I64, count: int) -> I64 | None:
    """(n,) order that sorts small numbers, below `count`, and keeps equal ones in place; None where they are sorted."""
    if (numbers[1:] >= numbers[:-1]).all():
        return None
    small = numbers.astype(np.uint16) if count <= 1 << 16 else numbers  # sorted by radix, ten times as fast
    order: I64 = np.argsort(small, kind="stable")
    return order


def _not_following(data: I64, flow: I64, seq: I64, after: I64, flows: int) -> I64:
    """Which of the segments `data` do not start where the segment with data before them in their flow ended."""
    flow, seq, after = take(flow, data), take(seq, data), take(after, data)
    by_flow = _stable_order(flow, flows)
    if by_flow is not None:
        data, flow, seq, after = data[by_flow], flow[by_flow], seq[by_flow], after[by_flow]
    breaks = after[:-1] != seq[1:]
    breaks &= flow[:-1] == flow[1:]
    odd: I64 = data[1:][breaks]
    return odd


def _changes(*columns: I64) -> Bools:
    """(n,) rows in which any of the columns is not what it was in the row before."""
    changes = np.zeros(len(columns[0]), dtype=np.bool_)
    changes[:1] = True
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return changes


def _last_of_other_side(wanted: Bools, side: I64) -> I64:
    """(n,) for each row the last `wanted` row before it that the other side sent, in any group; -1 for none."""
    position = np.arange(len(side))
    last = [np.maximum.accumulate(np.where(wanted & (side == s), position, -1)) for s in (0, 1)]
    return np.where(side == 0, last[1], last[0])


def _highest(where: I64, ack: I64, count: int) -> I64:
    """(count,) the highest of the sequence numbers `ack` at each place; `NONE` where there is none."""
    reference = np.full(count, NONE)
    reference[where[::-1]] = ack[::-1]
    ahead = np.zeros(count, dtype=np.int64)
    np.maximum.at(ahead, where, seq_diff(ack, reference[where]))
    return np.where(reference == NONE, NONE, (reference + ahead) & _MASK)


def _runs(order: I64, wanted: Bools, item: I64, side: I64, by_frame: I64) -> tuple[I64, I64, I64, I64, I64]:
    """Runs of data in items: their segments, starts, stops, sides, and the first run of each item, in frame order."""
    rank = np.empty(len(by_frame), dtype=np.int64)
    rank[by_frame] = np.arange(len(by_frame))
    data = np.flatnonzero(wanted)
    data = data[np.argsort(rank[item[data]], kind="stable")]
    of_item = rank[item[data]]
    starts = np.flatnonzero(np.diff(of_item * 2 + side[data], prepend=-1))
    runs = np.searchsorted(of_item[starts], np.arange(len(by_frame) + 1))
    return order[data], starts, np.append(starts[1:], len(data)), side[data[starts]], runs
