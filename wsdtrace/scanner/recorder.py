"""What the ends themselves write down: their connections and datagrams as a capture; no sniffer, no root.

Each end hands over what it sends and receives; a connection of which both ends write here is written once, by the end
that came first. Frames are stamped by the clock of the ends and never go back in time.
"""

from __future__ import annotations

from typing import BinaryIO

from wsdtrace.capture import PcapngWriter, SyntheticConnection
from wsdtrace.capture.synthetic import MSS, SEGMENT_NS
from wsdtrace.records import Direction, Endpoint, StreamEnd
from wsdtrace.scanner.clock import Clock

GAP_NS = 2_000
"""Least time between two things that are written: more than the steps of a segment and its acknowledgement."""
HANDSHAKE_NS = 4_000


class Track:
    """A connection as one of its ends writes it down."""

    def __init__(self, recorder: Recorder, key: tuple[Endpoint, Endpoint]) -> None:
        self._recorder = recorder
        self._key = key
        self._open = {Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER}
        self._connection = recorder.connection(*key)

    def data(self, direction: Direction, data: bytes) -> None:
        """Bytes were sent or received."""
        if direction in self._open:
            t_ns = self._recorder.stamp(-(-len(data) // MSS) * SEGMENT_NS)
            self._connection.send(t_ns, direction, data)

    def end(self, direction: Direction) -> None:
        """A direction ended by FIN."""
        if direction in self._open:
            self._open.discard(direction)
            self._connection.close(self._recorder.stamp(), direction)
            self._forget()

    def reset(self, direction: Direction) -> None:
        """Both directions ended by RST."""
        if direction in self._open:
            self._open.clear()
            self._connection.close(self._recorder.stamp(), direction, StreamEnd.RST)
            self._forget()

    def _forget(self) -> None:
        if not self._open:
            self._recorder.forget(self._key)


class Recorder:
    """Writes the capture.

    Args:
        file: open for writing; neither opened nor closed here.
        clock: of the ends.
        comment: on the capture as a whole.
    """

    def __init__(self, file: BinaryIO, clock: Clock, comment: str = "") -> None:
        self._writer = PcapngWriter(file, ["loopback"], comment=comment)
        self._clock = clock
        self._last_ns = 0
        self._tracks: dict[tuple[Endpoint, Endpoint], Track] = {}
        self._senders: set[Endpoint] = set()

    @property
    def frames(self) -> int:
        """Frames written so far."""
        return self._writer.frames

    def stamp(self, lasts_ns: int = 0) -> int:
        """The time of what is written now, which lasts so long."""
        t_ns = max(self._clock.now_ns(), self._last_ns + GAP_NS)
        self._last_ns = t_ns + lasts_ns
        return t_ns

    def connection(self, client: Endpoint, server: Endpoint) -> SyntheticConnection:
        """A new connection."""
        return self._writer.connect(self.stamp(HANDSHAKE_NS), client, server)

    def track(self, client: Endpoint, server: Endpoint) -> Track | None:
        """The end that calls first writes a connection down; for the other one it is None."""
        key = client, server
        if key in self._tracks:
            return None
        track = self._tracks[key] = Track(self, key)
        return track

    def forget(self, key: tuple[Endpoint, Endpoint]) -> None:
        """The connection is over."""
        self._tracks.pop(key, None)

    def refused(self, client: Endpoint, server: Endpoint) -> None:
        """A connection did not come about."""
        self._writer.refuse(self.stamp(HANDSHAKE_NS), client, server)

    def sent(self, source: Endpoint, destination: Endpoint, data: bytes) -> None:
        """A datagram of one of the ends."""
        self._senders.add(source)
        self._writer.datagram(self.stamp(), source, destination, data)

    def received(self, source: Endpoint, destination: Endpoint, data: bytes) -> None:
        """A datagram that one of the ends got; nothing where its sender wrote it down."""
        if source not in self._senders:
            self._writer.datagram(self.stamp(), source, destination, data)

    def comment(self, text: str) -> None:
        """Put a comment on the frame that is written next."""
        self._writer.comment(text)
