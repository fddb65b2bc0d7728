"""Connections of a scenario on a `PcapngWriter`: which one an exchange uses, and how its bytes become frames."""

from __future__ import annotations

from typing import BinaryIO

from wsdtrace.capture import PcapngWriter, SyntheticConnection, cut
from wsdtrace.capture.packets import Buffer, Ip
from wsdtrace.capture.synthetic import MSS, SEGMENT_NS
from wsdtrace.dataclass import dataclass
from wsdtrace.records import Direction, Endpoint, FrameNumber, StreamEnd
from wsdtrace.scenario.hosts import Host
from wsdtrace.scenario.model import Tcp

HANDSHAKE_NS = 1_000_000
"""From the SYN to the first byte."""
SETTLE_NS = 1_000_000
"""After the last segment of a message."""


class Recorder(PcapngWriter):
    """A writer that can be deaf to what one host sends."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.deaf_to: str | None = None
        """Address whose packets are not captured."""

    def packet(self, t_ns: int, ip: Ip, *pieces: Buffer, interface: int = 0, snap: int | None = None) -> FrameNumber:
        if ip.source == self.deaf_to:
            return FrameNumber(self.frames)
        return super().packet(t_ns, ip, *pieces, interface=interface, snap=snap)


@dataclass(slots=True, eq=False)
class Line:
    """One open connection."""

    connection: SyntheticConnection
    owner: Host
    """Who opened it."""
    client: Endpoint
    server: Endpoint
    one_sided: bool
    busy: bool = False
    """An answer is still to come."""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Transmission:
    """How one message travels."""

    gap: int = 0
    gap_from: int = 0
    """Offset in the data from which on a gap may lie."""
    retransmit: bool = False
    reorder: bool = False
    until_ns: int | None = None


class Wire:
    """All connections of a scenario."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.lines: list[Line] = []

    def line(self, t_ns: int, owner: Host, client: str, server: Endpoint, tcp: Tcp) -> tuple[Line, int]:
        """The connection for an exchange, and the time at which it can begin."""
        special = tcp.new or not tcp.handshake or tcp.only_requests or tcp.snap is not None
        if not special:
            for line in self.lines:
                idle = line.is_open and not line.busy and line.owner is owner
                if idle and line.server == server and line.client.address == client:
                    return line, t_ns
        return self._open(t_ns, owner, Endpoint(client, owner.port()), server, tcp)

    def _open(self, t_ns: int, owner: Host, client: Endpoint, server: Endpoint, tcp: Tcp) -> tuple[Line, int]:
        self.recorder.deaf_to = server.address if tcp.only_requests else None
        connection = self.recorder.connect(t_ns, client, server, handshake=tcp.handshake, snap=tcp.snap)
        self.recorder.deaf_to = None
        line = Line(connection, owner, client, server, tcp.only_requests)
        self.lines.append(line)
        return line, t_ns + (HANDSHAKE_NS if tcp.handshake else 0)

    def refuse(self, t_ns: int, owner: Host, client: str, server: Endpoint, *, answered: bool) -> None:
        """A connection that does not come about."""
        self.recorder.refuse(t_ns, Endpoint(client, owner.port()), server, answered=answered)

    def send(self, line: Line, t_ns: int, direction: Direction, data: bytes, how: Transmission) -> int:
        """Send bytes; the time behind the last of them."""
        if not data:
            return t_ns
        plan = segments_of(len(data), how)
        self.recorder.deaf_to = line.server.address if line.one_sided else None
        line.connection.send(t_ns, direction, data, plan=plan, until_ns=how.until_ns)
        self.recorder.deaf_to = None
        last_ns = t_ns + max(len(plan) - 1, 0) * SEGMENT_NS
        return max(last_ns, how.until_ns or 0) + SETTLE_NS

    def close(self, line: Line, t_ns: int, first: Direction, how: StreamEnd = StreamEnd.FIN) -> int:
        """End both directions; the time behind that."""
        if not line.is_open:
            return t_ns
        line.is_open = False
        self.recorder.deaf_to = line.server.address if line.one_sided else None
        line.connection.close(t_ns, first, how)
        if how is StreamEnd.FIN:
            line.connection.close(t_ns + SETTLE_NS, first.reverse)
        self.recorder.deaf_to = None
        return t_ns + 2 * SETTLE_NS


def segments_of(length: int, how: Transmission) -> list[range]:
    """The segments, as the capture shall show them."""
    size = MSS
    if (how.retransmit or how.reorder) and length > 2:
        size = min(MSS, -(-length // 3))
    lost = []
    if how.gap:
        content = length - how.gap_from
        start = how.gap_from + max(content - how.gap, 0) // 2
        lost.append(range(start, min(start + how.gap, length)))
    plan = cut(length, size, lost)
    middle = len(plan) // 2
    if how.retransmit and plan:
        plan.insert(min(middle + 1, len(plan)), plan[middle])
    if how.reorder and len(plan) > 1:
        plan[middle - 1], plan[middle] = plan[middle], plan[middle - 1]
    return plan
