"""Door 2: bytes of connections in order, what is missing of them, and datagrams."""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records.extents import Extents
from wsdtrace.records.frames import I64
from wsdtrace.records.places import Anomaly, ConnectionId, Direction, Endpoint, LocatorKind, Stamp


@dataclass(frozen=True, slots=True)
class SegmentIndex:
    """Which frame brought which bytes: k rows in stream order."""

    offset: I64
    """(k,) stream offset of the first byte that row j contributes."""
    frame: I64
    """(k,) number of the frame (or log line, record) that brought it."""
    time_ns: I64
    """(k,) its time."""
    file_offset: I64
    """(k,) byte offset of its record in the source."""
    kind: LocatorKind = LocatorKind.FRAME
    """What `frame` counts."""

    def row(self, offset: int) -> int:
        """Row of the segment that holds the byte at stream `offset` (clamped to the index)."""
        return max(int(self.offset.searchsorted(offset, side="right")) - 1, 0)

    def stamp(self, offset: int) -> Stamp:
        """Frame and time of the byte at stream `offset`."""
        j = self.row(offset)
        return Stamp(int(self.frame[j]), int(self.time_ns[j]), self.kind)


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """A connection was seen for the first time."""

    connection: ConnectionId
    originator: Endpoint
    responder: Endpoint
    stamp: Stamp
    handshake: bool
    """A SYN or a SYN/ACK of it is in the capture, so stream offset 0 is its first byte."""


class StreamChunk:
    """Consecutive bytes of one direction, in order and without a hole; its edges carry no meaning.

    Chunks of one connection arrive in capture order over *both* directions: a run ends where the other
    direction brings data, so that a reader sees a request before the response that followed it.
    """

    __slots__ = ("_data", "base_seq", "connection", "direction", "extents", "index", "offset")

    def __init__(
        self,
        connection: ConnectionId,
        direction: Direction,
        offset: int,
        data: bytes | memoryview | Extents,
        index: SegmentIndex,
        base_seq: int = -1,
    ) -> None:
        self.connection = connection
        self.direction = direction
        self.offset = offset
        """Stream offset of the first byte."""
        self.extents = data if isinstance(data, Extents) else None
        """Where the bytes lie, as long as the batch is valid; None when they are here."""
        self._data = None if isinstance(data, Extents) else data
        self.index = index
        self.base_seq = base_seq
        """TCP sequence number of stream offset 0 of this direction, for `ContentRef`; -1 for a source without TCP."""

    @property
    def data(self) -> bytes | memoryview:
        """The bytes; not borrowed. What lies in extents is joined when it is first asked for."""
        if self._data is None:
            assert self.extents is not None
            self._data = self.extents.join(0, len(self.extents))
        return self._data

    @property
    def size(self) -> int:
        """How many bytes."""
        return len(self.extents) if self.extents is not None else len(self.data)

    @property
    def last_frame(self) -> int:
        """Number of the latest frame that contributed: the order in which chunks leave `net`."""
        return int(self.index.frame.max())

    def __repr__(self) -> str:
        arrow = "→" if self.direction is Direction.FROM_ORIGINATOR else "←"
        return f"StreamChunk({self.connection}{arrow} {self.offset}+{self.size})"


class GapReason(StrEnum):
    """Why bytes of a stream are missing."""

    NOT_CAPTURED = "not captured"
    """the peer acknowledged or the connection ended, and the bytes never came"""
    SNAPPED = "cut by the snap length"
    LIMIT = "dropped at one of our bounds"


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes of a stream that the capture does not hold; the stream goes on behind it."""

    connection: ConnectionId
    direction: Direction
    offset: int
    length: int
    """Bytes missing; 0 when unknown (the hole is at the end of what was seen)."""
    reason: GapReason
    stamp: Stamp
    """The frame at which it was given up."""


@dataclass(frozen=True, slots=True)
class AckAhead:
    """Bytes of a direction are acknowledged that were not seen until then: they come late, or are missing. Told once
    for each connection: its frames are not all there, or not in their order."""

    connection: ConnectionId
    direction: Direction
    stamp: Stamp
    """The frame that acknowledges them."""


class Keys(StrEnum):
    """Where the keys of encrypted connections are."""

    NONE = "none"
    IN_FILE = "in the capture"
    """but nothing is installed that uses them"""
    USED = "used"


class StreamEnd(StrEnum):
    """How one direction ended."""

    FIN = "FIN"
    RST = "RST"
    REUSED = "4-tuple reused"
    EVICTED = "evicted at a bound"
    CAPTURE_END = "end of capture"


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """No more bytes will come in this direction. RST ends both directions, one event each."""

    connection: ConnectionId
    direction: Direction
    how: StreamEnd
    stamp: Stamp
    seen: bool = True
    """A frame of this direction is in the capture, with data or without; False: only the other direction was
    captured."""


@dataclass(frozen=True, slots=True)
class ConnectionRefused:
    """A SYN that was answered by RST, or never (then `answered` is False and it was repeated or 3 s passed)."""

    connection: ConnectionId
    originator: Endpoint
    responder: Endpoint
    stamp: Stamp
    answered: bool
    confirmed: bool = True
    """Another frame says the same: answer, SYN again, or its sender's reset. Else the answer may be missing."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram, whole (fragments are joined)."""

    source: Endpoint
    destination: Endpoint
    data: bytes
    stamp: Stamp
    interface: int = 0
    complete: bool = True
    """False when the snap length cut it."""
    exact: bool = True
    """False when the source re-wrote it (a client's own trace)."""


@dataclass(frozen=True, slots=True)
class NetAnomaly:
    """An oddity below the stream: overlap with different bytes, time going backwards, a bound that bit."""

    anomaly: Anomaly
    stamp: Stamp
    connection: ConnectionId | None = None
