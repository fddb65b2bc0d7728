"""What both directions of one connection bring, in capture order: runs of bytes, and the events that end them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from wsdtrace.records import ConnectionId, Direction, NetEvent, SegmentIndex, Stamp, StreamChunk

if TYPE_CHECKING:
    from wsdtrace.net.limits import NetAnomalyKind
    from wsdtrace.net.outbox import Outbox

_FROM_ORIGINATOR: Final = Direction.FROM_ORIGINATOR
_FROM_RESPONDER: Final = Direction.FROM_RESPONDER


class Where(NamedTuple):
    """The frame that brought bytes."""

    frame: int
    time_ns: int
    file_offset: int


class Tape:
    """The open run of a connection, and whose bytes are whose."""

    __slots__ = ("_base_seq", "_index", "_parts", "_row", "_side", "id", "listed", "originator")

    def __init__(self, number: ConnectionId) -> None:
        self.id = number
        self.originator = 0
        """The side that opened the connection."""
        self.listed = False
        """It is in `Outbox.running`."""
        self._side = -1
        self._row = 0
        self._base_seq = 0
        self._parts: list[bytes | memoryview] = []
        self._index: list[tuple[int, int, int, int]] = []

    def direction(self, side: int) -> Direction:
        """The direction of what a side sends."""
        return _FROM_ORIGINATOR if side == self.originator else _FROM_RESPONDER

    def add(self, side: int, base_seq: int, offset: int, data: bytes | memoryview, where: Where, out: Outbox) -> None:
        """The next bytes of a side, at stream `offset`; views must live until the batch ends."""
        if self._side != side:
            self.flush(out)
            self._side, self._base_seq = side, base_seq
            if not self.listed:
                self.listed = True
                out.running.append(self)
        self._row = out.row
        self._parts.append(data)
        self._index.append((offset, *where))

    def emit(self, event: NetEvent, out: Outbox) -> None:
        """Something else happened: the open run ends before it."""
        self.flush(out)
        out.emit(event)

    def anomaly(self, kind: NetAnomalyKind, detail: str, stamp: Stamp, out: Outbox) -> None:
        """Something odd happened to the connection: the open run ends before it."""
        self.flush(out)
        out.anomaly(kind, detail, stamp, self.id)

    def flush(self, out: Outbox) -> None:
        """End the open run, if there is one."""
        side = self._side
        if side < 0:
            return
        parts = self._parts
        data = bytes(parts[0]) if len(parts) == 1 else b"".join(parts)
        index = SegmentIndex(*np.array(self._index, dtype=np.int64).T.copy())
        chunk = StreamChunk(self.id, self.direction(side), self._index[0][0], data, index, self._base_seq)
        out.put(self._row, chunk)
        self._side, self._parts, self._index = -1, [], []
