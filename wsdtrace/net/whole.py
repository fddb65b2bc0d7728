"""Connections that begin and end inside one batch: told from its columns, without an object for each of their parts.

Theory of operation: the items of such a connection (see `flows`) are a SYN, its answer, one plain item in which the
originator speaks and then the other, a FIN of each, and perhaps a plain item without data. Where numbers and times
leave nothing to decide, `Connection` would tell five events and forget all but its end; here one event stands for them,
and what late segments need is kept in a `Past`. Any other connection passes through `Connection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from wsdtrace.net.address import endpoint
from wsdtrace.net.connection import Connection
from wsdtrace.net.flows import NONE, Bools, Items, Key
from wsdtrace.net.transport import ACK, CONTROL, FIN, SYN, Segments, seq_diff
from wsdtrace.records import (
    I64,
    ConnectionId,
    Direction,
    Endpoint,
    FrameBatch,
    Stamp,
    WholeConnection,
)

if TYPE_CHECKING:
    from wsdtrace.net.runs import Runs

Pair = tuple[int, int]
"""A number for each side."""

_MASK: Final = 0xFFFFFFFF
_ORIGINATOR: Final = Direction.FROM_ORIGINATOR
_RESPONDER: Final = Direction.FROM_RESPONDER
_ITEMS: Final = 5
"""Items of such a connection; the acknowledgement of the last FIN may be a sixth."""


class Past:
    """A connection that was told as a whole: enough to know its late segments."""

    __slots__ = ("_asks", "_bases", "_sizes", "ends", "id", "key")

    over: Final = True

    def __init__(
        self, number: ConnectionId, key: Key, ends: tuple[Endpoint, Endpoint], asks: int, bases: Pair, sizes: Pair
    ) -> None:
        """Args: ends, bases, sizes: by side, endpoints, first sequence numbers and bytes sent; asks: who began."""
        self.id = number
        self.key = key
        self.ends = ends
        self._asks, self._bases, self._sizes = asks, bases, sizes

    def connection(self, overhead: int) -> Connection:
        """The connection, as if its segments had been taken one by one."""
        ended = Connection(self.key, self.ends, self.id, overhead)
        ended.tape.originator = self._asks
        ended.restore(self._bases, self._sizes)
        return ended


class Wholes:
    """The whole connections of a batch."""

    def __init__(
        self,
        batch: FrameBatch,
        segments: Segments,
        items: Items,
        side: I64,
        fresh: Bools,
        now_ns: I64,
        runs: Runs,
        syn_timeout_ns: int,
    ) -> None:
        """Find them.

        Args:
            batch: where they may be.
            segments: its segments.
            items: that these are cut into.
            side: (n,) who sent each segment.
            fresh: (g,) of this connection nothing is known before the batch.
            now_ns: (frames of the batch,) capture time at each.
            runs: its runs of data.
            syn_timeout_ns: after which a SYN counts as unanswered.
        """
        self.at: dict[int, int] = {}
        """Group → its number among the whole ones."""
        self.inside: Bools = np.zeros(len(items.start), dtype=np.bool_)
        """(k,) which items are of a whole connection."""
        self.begins = ~self.inside
        """(k,) which items are no continuation of one."""
        count = np.bincount(items.group, minlength=len(fresh))
        some = np.flatnonzero(fresh & (count >= _ITEMS) & (count <= _ITEMS + 1))
        if not len(some):
            return
        by_group = np.argsort(items.group, kind="stable")
        first = (np.cumsum(count) - count)[some]
        item = by_group[first[:, None] + np.arange(_ITEMS)]
        sixth = np.where(count[some] > _ITEMS, by_group[np.minimum(first + _ITEMS, len(by_group) - 1)], item[:, 0])
        talk, one_by_one = item[:, 2], item[:, [0, 1, 3, 4]]
        segment = items.order[items.start[one_by_one]]
        flags, seq, ack = segments.flags[segment], segments.seq[segment], segments.ack[segment]
        who = side[segment]
        run = np.minimum(items.runs[talk], max(len(items.run_start) - 2, 0))

        whole = (items.stop[one_by_one] - items.start[one_by_one] == 1).all(axis=1)
        whole &= items.plain[talk] & (items.runs[talk + 1] - items.runs[talk] == 2)
        whole &= (segments.length[segment] == 0).all(axis=1) & (who[:, 0] != who[:, 1]) & (who[:, 2] != who[:, 3])
        whole &= (flags[:, 0] & (CONTROL | ACK) == SYN) & (flags[:, 1] & (CONTROL | ACK) == SYN | ACK)
        whole &= (flags[:, 2] & (CONTROL | ACK) == FIN | ACK) & (flags[:, 3] & CONTROL == FIN)
        whole &= (sixth == item[:, 0]) | (items.plain[sixth] & (items.runs[sixth + 1] == items.runs[sixth]))
        now = now_ns[segments.row[segment]]
        whole &= now[:, 1] - now[:, 0] < syn_timeout_ns
        if not whole.any() or len(items.run_start) < 2:
            return

        # Numbers, by side: where each stream begins, what is said in it, and where it ends.
        asks = who[:, 0]
        base = (np.where((asks == 0)[:, None], seq[:, :2], seq[:, 1::-1]) + 1) & _MASK
        sent = np.append(0, np.cumsum(segments.length[items.data]))
        both = np.stack([run, run + 1], axis=1)
        said = sent[items.run_stop[both]] - sent[items.run_start[both]]
        size = np.where((asks == 0)[:, None], said, said[:, ::-1])
        end = (base + size) & _MASK
        every, other = np.arange(len(some)), who[:, 3]
        whole &= (ack[:, 1] == (seq[:, 0] + 1) & _MASK) & (items.run_side[run] == asks)
        whole &= (items.next_seq[talk] == base).all(axis=1)
        acked = items.ack[talk]
        whole &= ((acked == NONE) | (seq_diff(acked, base[:, ::-1]) <= 0)).all(axis=1)
        whole &= (seq[:, 2] == end[every, who[:, 2]]) & (seq[:, 3] == end[every, other])
        whole &= seq_diff(ack[:, 2], end[every, other]) <= 0
        whole &= _is_letter(batch, segments.place[items.data[items.run_start[run]]])

        kept = np.flatnonzero(whole)
        self.inside[item[kept]] = self.inside[sixth[kept]] = True
        self.begins = ~self.inside
        self.begins[item[kept, 0]] = True
        self.at = {group: j for j, group in enumerate(some[kept].tolist())}
        # By connection: rows of the SYN, of its answer and of both FINs; who asks and who closes; pairs by side.
        row = segments.row[segment[kept]]
        self._answered = row[:, 1].tolist()
        self._stamps = [
            list(map(Stamp, (at + batch.first_number).tolist(), batch.time_ns[at].tolist()))
            for at in (row[:, 0], row[:, 2], row[:, 3])
        ]
        self._asks = asks[kept].tolist()
        self._closer = [_ORIGINATOR if first else _RESPONDER for first in (who[kept, 2] == asks[kept]).tolist()]
        self._bases: list[Pair] = list(zip(*base[kept].T.tolist(), strict=True))
        self._sizes: list[Pair] = list(zip(*size[kept].T.tolist(), strict=True))
        by_role = np.where(asks[kept, None] == 0, base[kept], base[kept, ::-1])
        self._turns = runs.turns(run[kept].tolist(), by_role)

    def tell(self, group: int, key: Key, number: ConnectionId) -> tuple[int, WholeConnection, Past]:
        """The row at which a connection was open, its one event, and what is kept of it."""
        j = self.at[group]
        asks = self._asks[j]
        version, ports = key[4] >> 32, key[4]
        ends = (
            endpoint(version, key[0], key[1], ports >> 16 & 0xFFFF),
            endpoint(version, key[2], key[3], ports & 0xFFFF),
        )
        opened, closed, last = self._stamps
        event = WholeConnection(
            number, ends if asks == 0 else ends[::-1], self._turns[j], opened[j], self._closer[j], closed[j], last[j]
        )
        return self._answered[j], event, Past(number, key, ends, asks, self._bases[j], self._sizes[j])


def _is_letter(batch: FrameBatch, place: I64) -> Bools:
    """(n,) the octet at each place is a capital letter, as a method begins with one; a TLS record does not."""
    octet = np.frombuffer(batch.buffer, dtype=np.uint8)[place]
    return (octet >= ord("A")) & (octet <= ord("Z"))
