"""Frames of one message, read again → `records.Transfer`: when its bytes came, which came again.

Theory of operation: a report asks for this about a few messages, long after they were read. So nothing of it is kept
during the first pass; the caller reads the file range of the message's `ContentRef` again, and here the TCP headers of
that connection are looked at by column. Only plain packets count: a fragment or an extension header on the way of a
scanned page was never seen (captures/), and its bytes would count as late ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from wsdtrace.net import address
from wsdtrace.net.columns import gather_u16
from wsdtrace.net.ip import U64, read_ip
from wsdtrace.net.link import locate_ip
from wsdtrace.net.transport import ACK, RST, SYN, TCP, read_tcp, seq_diff
from wsdtrace.records import I64, ContentRef, Direction, Endpoint, FrameBatch, Transfer

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

BINS: Final = 80
"""Bins of a transfer: a drawing of 500 pixels shows no more."""

MAX_FRAMES: Final = 2_000_000
"""Frames of one transfer that are looked at: a page of 3 GB. Of a longer one the beginning is told."""

MAX_HOLES: Final = 10_000
"""Holes of one transfer that are remembered: twice what a window of 8 MB and every second segment lost make. Bytes that
fill a forgotten one count as sent again only."""

MAX_SHUT: Final = 200
"""Times at which the window was shut that are told one by one; later ones are added to the last."""

_WINDOW_AT: Final = 14
"""Offset of the window in the TCP header (RFC 9293 §3.1)."""
_MASK: Final = (1 << 32) - 1


def transfer_of(batches: Iterable[FrameBatch], ref: ContentRef) -> Transfer | None:
    """How the bytes of a content's message came.

    Args:
        batches: the frames of `ref.file_start..ref.file_end`, both included.
        ref: whose message; of a source with TCP (`base_seq` is not -1).

    Returns:
        None where no frame of the message is among them.
    """
    ends = (ref.originator, ref.responder)
    sender, receiver = ends if ref.direction is Direction.FROM_ORIGINATOR else ends[::-1]
    first = (ref.base_seq + ref.message_start) & _MASK
    size = ref.message_end - ref.message_start
    times, starts, lengths, wtimes, windows = ([np.empty(0, dtype=np.int64)] for _ in range(5))
    seen = 0
    for batch in batches:
        if not len(batch) or seen > MAX_FRAMES:
            continue
        time_ns, rel, length, wtime, window = _columns(batch, sender, receiver, first)
        mine = (length > 0) & (rel + length > 0) & (rel < size)
        times.append(time_ns[mine])
        starts.append(rel[mine])
        lengths.append(length[mine])
        wtimes.append(wtime)
        windows.append(window)
        seen += int(mine.sum())
    time_ns, start, length = np.concatenate(times), np.concatenate(starts), np.concatenate(lengths)
    if not len(time_ns):
        return None
    begin = np.maximum(start, 0)
    end = np.minimum(start + length, size)
    before = np.concatenate([[0], np.maximum.accumulate(end)[:-1]])
    ahead = np.maximum(end - np.maximum(before, begin), 0)
    again = np.maximum(end - begin, 0) - ahead
    fresh = ahead + _filling(begin, end, before)
    origin, last = int(time_ns.min()), int(time_ns.max())
    bin_ns = max(-(-(last - origin + 1) // BINS), 1)
    at = (time_ns - origin) // bin_ns
    count = int(at.max()) + 1
    return Transfer(
        origin, bin_ns, _summed(at, fresh, count), _summed(at, again, count),
        _shut(np.concatenate(wtimes), np.concatenate(windows), origin, last), len(time_ns),
    )  # fmt: skip


def _filling(begin: I64, end: I64, before: I64) -> I64:
    """(n,) bytes of each segment that fill a hole. Only segments that do not continue the ones before them are walked
    one by one; a network that loses nothing has none."""
    filled = np.zeros(len(begin), dtype=np.int64)
    holes: list[tuple[int, int]] = []
    for row in np.flatnonzero(begin != before).tolist():
        low, high, edge = int(begin[row]), int(end[row]), int(before[row])
        if low > edge:
            if len(holes) < MAX_HOLES:
                holes.append((edge, low))
            continue
        left: list[tuple[int, int]] = []
        for start, stop in holes:
            if stop <= low or start >= high:
                left.append((start, stop))
                continue
            filled[row] += min(stop, high) - max(start, low)
            left += [(a, b) for a, b in ((start, low), (high, stop)) if a < b]
        holes = left
    return filled


def _columns(batch: FrameBatch, sender: Endpoint, receiver: Endpoint, first: int) -> tuple[I64, I64, I64, I64, I64]:
    """Of the sender's segments times, starts relative to sequence number `first`, and lengths; of the receiver's times
    and windows."""
    packets = read_ip(batch.buffer, locate_ip(batch)).plain
    segments, _ = read_tcp(batch.buffer, packets, np.flatnonzero(packets.protocol == TCP), 0)
    at = segments.packet
    origins = (packets.source_high[at], packets.source_low[at], segments.source)
    targets = (packets.destination_high[at], packets.destination_low[at], segments.destination)
    forth = _is(origins, sender) & _is(targets, receiver)
    back = _is(origins, receiver) & _is(targets, sender)
    back &= ((segments.flags & ACK) != 0) & ((segments.flags & (SYN | RST)) == 0)
    window = gather_u16(batch.buffer, packets.start[at[back]] + _WINDOW_AT)
    times = batch.time_ns[segments.row]
    relative = seq_diff(segments.seq[forth], np.full(int(forth.sum()), first, dtype=np.int64))
    return times[forth], relative, segments.length[forth], times[back], window


def _is(columns: tuple[U64, U64, I64], endpoint: Endpoint) -> Mask:
    """(n,) whether address halves and port are those of an endpoint."""
    high, low, port = address.words(endpoint)
    same: Mask = (columns[0] == high) & (columns[1] == low) & (columns[2] == port)
    return same


def _summed(at: I64, values: I64, count: int) -> tuple[int, ...]:
    return tuple(np.bincount(at, weights=values, minlength=count).astype(np.int64).tolist())


def _shut(time_ns: I64, window: I64, origin: int, last: int) -> tuple[tuple[int, int], ...]:
    """When the window was 0, cut to the transfer."""
    found: list[tuple[int, int]] = []
    since: int | None = None
    changes = np.flatnonzero(np.diff(np.concatenate([[1], (window != 0).astype(np.int64)])))
    for row in changes.tolist():
        now = min(max(int(time_ns[row]), origin), last)
        if int(window[row]) == 0:
            since = now
        elif since is not None:
            found.append((since, now))
            since = None
    if since is not None:
        found.append((since, last))
    found = [(begin, end) for begin, end in found if end > begin]
    if len(found) > MAX_SHUT:
        rest = sum(end - begin for begin, end in found[MAX_SHUT - 1 :])
        begin = found[MAX_SHUT - 1][0]
        found = [*found[: MAX_SHUT - 1], (begin, begin + rest)]
    return tuple(found)
