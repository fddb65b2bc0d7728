"""A TCP connection as it would look on the wire, made from what its applications say."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final
from zlib import crc32

from wsdtrace.capture import packets
from wsdtrace.records import Direction, Endpoint, FrameNumber, StreamEnd

if TYPE_CHECKING:
    from wsdtrace.capture.writer import PcapngWriter

MSS: Final = 1448
"""Bytes of data in a segment on Ethernet, with time stamps: what captures of Linux and Windows hosts show."""
STEP_NS: Final = 1_000
"""Between the steps of a handshake, and from a segment to its acknowledgement."""
SEGMENT_NS: Final = 12_000
"""Between segments, unless told: 1500 bytes at 1 Gb/s."""
_ACK_EVERY: Final = 2
"""Segments per acknowledgement (RFC 9293 §3.8.6.3)."""
_SYN_OPTIONS: Final = b"\x02\x04\x05\xb4\x01\x03\x03\x07"
"""Maximum segment size 1460; window scale 7."""
_FIN, _SYN, _RST, _PSH, _ACK = 0x01, 0x02, 0x04, 0x08, 0x10
_MASK: Final = 0xFFFFFFFF


def cut(length: int, mss: int = MSS, lost: Iterable[range] = ()) -> list[range]:
    """The segments of `length` bytes, in order: at most `mss` bytes each, without the `lost` bytes.

    A plan for `SyntheticConnection.send` is made from it: drop, repeat or shuffle its entries.
    """
    plan: list[range] = []
    position = 0
    for hole in sorted((*lost, range(length, length)), key=lambda each: each.start):
        plan += [range(at, min(at + mss, hole.start)) for at in range(position, hole.start, mss)]
        position = max(position, hole.stop)
    return plan


class SyntheticConnection:
    """One TCP connection of a `PcapngWriter`; made by `PcapngWriter.connect`."""

    def __init__(
        self,
        writer: PcapngWriter,
        t_ns: int,
        client: Endpoint,
        server: Endpoint,
        *,
        mss: int,
        handshake: bool,
        interface: int,
        first_seq: tuple[int, int] | None,
        snap: int | None,
    ) -> None:
        """See `PcapngWriter.connect`."""
        self._writer = writer
        self._ends = (client, server)
        self._mss = mss
        self._interface = interface
        self._snap = snap
        self._identification = [0, 0]
        seqs = first_seq or (crc32(f"{client}>{server}@{t_ns}".encode()), crc32(f"{server}>{client}@{t_ns}".encode()))
        self._seq = [seq + 1 & _MASK for seq in seqs]
        """Next sequence number of each direction."""
        self._ack = [self._seq[1], self._seq[0]]
        """Next sequence number that each side expects of the other."""
        if handshake:
            self.ask(t_ns)
            self._segment(t_ns + STEP_NS, 1, self._seq[1] - 1, _SYN | _ACK, options=_SYN_OPTIONS)
            self._segment(t_ns + 2 * STEP_NS, 0, self._seq[0], _ACK)

    def ask(self, t_ns: int) -> FrameNumber:
        """The client's SYN."""
        return self._segment(t_ns, 0, self._seq[0] - 1, _SYN, options=_SYN_OPTIONS)

    def decline(self, t_ns: int) -> FrameNumber:
        """The server's reset in answer to the SYN."""
        return self._segment(t_ns + STEP_NS, 1, 0, _RST | _ACK)

    def send(
        self,
        t_ns: int,
        direction: Direction,
        data: packets.Buffer,
        *,
        until_ns: int | None = None,
        lost: Iterable[range] = (),
        plan: Sequence[range] | None = None,
        acknowledge: bool = True,
    ) -> list[FrameNumber]:
        """Data, cut into segments that the peer acknowledges.

        Args:
            t_ns: time of the first segment.
            direction: who sends.
            data: the next bytes of that direction.
            until_ns: time of the last segment; `SEGMENT_NS` apart when None.
            lost: ranges of `data` that the capture lacks: the sequence advances and the peer acknowledges them.
            plan: the segments in the order of the capture, as ranges of `data`; `cut(len(data))` when None. What
                no entry covers is lost, what two cover is retransmitted. Not together with `lost`.
            acknowledge: write the peer's acknowledgements.

        Returns:
            the numbers of the segments' frames, in the order of the plan.
        """
        segments = cut(len(data), self._mss, lost) if plan is None else list(plan)
        step = SEGMENT_NS if until_ns is None or len(segments) < 2 else max(0, until_ns - t_ns) // (len(segments) - 1)
        base, numbers = self._seq[direction], []
        peer = None if plan is None and not lost else _Received(segments, len(data))
        for i, piece in enumerate(segments):
            at_ns = t_ns + i * step
            is_last = i == len(segments) - 1
            if is_last and until_ns is not None and i:
                at_ns = max(t_ns, until_ns)
            flags = _ACK | (_PSH if piece.stop == len(data) else 0)
            numbers.append(
                self._segment(at_ns, direction, base + piece.start, flags, data=data[piece.start : piece.stop])
            )
            self._ack[1 - direction] = base + (piece.stop if peer is None else peer.add(piece)) & _MASK
            if acknowledge and (is_last or i % _ACK_EVERY == 1):
                self._segment(at_ns + STEP_NS, 1 - direction, self._seq[1 - direction], _ACK)
        self._seq[direction] = self._ack[1 - direction] = base + len(data) & _MASK
        if acknowledge and not segments and data:
            self._segment(t_ns + STEP_NS, 1 - direction, self._seq[1 - direction], _ACK)
        return numbers

    def keep_alive(self, t_ns: int, direction: Direction) -> FrameNumber:
        """A probe with one old octet (RFC 9293 §3.8.4), and its answer."""
        number = self._segment(t_ns, direction, self._seq[direction] - 1, _ACK, data=b"\0")
        self._segment(t_ns + STEP_NS, 1 - direction, self._seq[1 - direction], _ACK)
        return number

    def close(
        self, t_ns: int, direction: Direction, how: StreamEnd = StreamEnd.FIN, *, acknowledge: bool = True
    ) -> FrameNumber:
        """End a direction by FIN, which the peer acknowledges, or both by RST.

        Args:
            t_ns: its time.
            direction: who ends.
            how: FIN or RST.
            acknowledge: write the peer's acknowledgement of a FIN.
        """
        if how is StreamEnd.RST:
            return self._segment(t_ns, direction, self._seq[direction], _RST | _ACK)
        number = self._segment(t_ns, direction, self._seq[direction], _FIN | _ACK)
        self._seq[direction] = self._ack[1 - direction] = self._seq[direction] + 1 & _MASK
        if acknowledge:
            self._segment(t_ns + STEP_NS, 1 - direction, self._seq[1 - direction], _ACK)
        return number

    def _segment(
        self, t_ns: int, side: int, seq: int, flags: int, *, data: packets.Buffer = b"", options: bytes = b""
    ) -> FrameNumber:
        source, destination = self._ends[side], self._ends[1 - side]
        ack = self._ack[side] if flags & _ACK else 0
        header = packets.tcp_header(source, destination, data, seq=seq & _MASK, ack=ack, flags=flags, options=options)
        self._identification[side] += 1
        ip = packets.Ip(source.address, destination.address, packets.TCP, self._identification[side])
        pieces = ip.header(len(header) + len(data)), header, data
        return self._writer.packet(t_ns, ip, *pieces, interface=self._interface, snap=self._snap)


class _Received:
    """How far a receiver came without a hole, where bytes that no segment carries count as received."""

    def __init__(self, plan: Sequence[range], length: int) -> None:
        self._edges = sorted({0, length, *(piece.start for piece in plan), *(piece.stop for piece in plan)})
        depth = [0] * len(self._edges)
        for piece in plan:
            depth[self._at(piece.start)] += 1
            depth[self._at(piece.stop)] -= 1
        self._missing = [carried > 0 for carried in accumulate(depth)]
        """For each stretch between two edges: a segment carries it, and has not arrived."""
        self._first = 0

    def add(self, piece: range) -> int:
        """A segment arrived; returns the offset of the first byte that did not."""
        for i in range(self._at(piece.start), self._at(piece.stop)):
            self._missing[i] = False
        while self._first < len(self._edges) - 1 and not self._missing[self._first]:
            self._first += 1
        return self._edges[self._first]

    def _at(self, offset: int) -> int:
        return bisect_left(self._edges, offset)
