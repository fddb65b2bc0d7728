"""Net events of connections that speak TLS → net events with what was decrypted in the place of what was sent.

Theory of operation: our own reassembly finds the connections, tshark tells frame by frame what it could decrypt. Of a
connection that begins with a TLS handshake the bytes are withheld; the decrypted ones go on instead, in their own
offsets, with the number and time of the frame that completed their record. Nothing else changes: plain connections,
datagrams, openings and ends pass as they came.

1. Both sides are in capture order, window by window.
2. A connection of which nothing could be decrypted shows its first bytes at its end, so that it is told as TLS.
3. A hole in what was sent is a hole of unknown length in what was decrypted.
4. What was decrypted is kept in a temporary file, so that a page can be read again without another run.
5. HTTP is not dissected, so what was decrypted are data (`data.data`), in the frame that completes their TLS record.
   `-z follow` would need a run for each connection. Segments out of order are put in order first; else tshark loses
   records.
"""

from __future__ import annotations

import tempfile
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from struct import Struct
from typing import IO, Final, NamedTuple

import numpy as np

from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.capture.remarks import Secrets
from wsdtrace.capture.tshark import Tshark, endpoint_of, keylog_settings
from wsdtrace.errors import CaptureError
from wsdtrace.records import (
    Anomaly,
    ConnectionId,
    ConnectionOpened,
    ContentRef,
    Direction,
    Endpoint,
    FrameBatch,
    Gap,
    NetEvent,
    SegmentIndex,
    StreamChunk,
    StreamEnded,
)

SHOWN: Final = 16
"""Bytes of a connection without keys that go on: enough to recognise TLS (RFC 8446 §5.1: 5 bytes of a record)."""
MAX_KEPT: Final = 4 * 1024**3
"""Bytes of decrypted streams that are kept on disk for the second reading: a day of scanning."""
FIELDS: Final = ("ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "data.data")
_SETTINGS: Final = ("-o", "tcp.reassemble_out_of_order:TRUE", "--disable-protocol", "http")
_HANDSHAKE: Final = 0x16
_MAJOR: Final = 0x03

_RECORD: Final = Struct("<qqqqqi")
"""Connection, direction, offset in the stream, frame, time, length of the data behind it."""


class Decrypted(NamedTuple):
    """What one frame brought of one direction."""

    frame: int
    source: Endpoint
    destination: Endpoint
    data: bytes


def decrypted_of(frame: int, fields: Sequence[str]) -> Decrypted | None:
    """What tshark says of a frame in `FIELDS`; None where it decrypted nothing, or says something else."""
    source, source6, source_port, target, target6, target_port, data = fields
    if not data:
        return None
    try:
        ends = endpoint_of(source or source6, source_port), endpoint_of(target or target6, target_port)
        return Decrypted(frame, *ends, bytes.fromhex(data.replace(",", "").replace(":", "")))
    except ValueError:
        return None


class _Opened:
    """One connection that goes on."""

    __slots__ = ("ends", "first", "is_tls", "offsets", "over", "rows")

    def __init__(self, ends: tuple[Endpoint, Endpoint]) -> None:
        self.ends = ends
        """Originator and responder."""
        self.is_tls: bool | None = None
        """None until its first bytes were seen."""
        self.offsets = [0, 0]
        """Decrypted bytes of each direction so far."""
        self.rows: deque[Decrypted] = deque()
        """What was decrypted and is not told yet."""
        self.first: list[StreamChunk | None] = [None, None]
        """The beginning of each direction as it was sent, until something is decrypted."""
        self.over: set[Direction] = set()


class Decryption:
    """Decrypts one capture while it is read; also reads contents of it again.

    Args:
        tshark: a run that is asked for `FIELDS`.
        secrets: what the capture itself is known to hold, by the time of the call.
    """

    def __init__(self, tshark: Tshark, secrets: Callable[[], Iterable[Secrets]]) -> None:
        self.decrypted = 0
        """Bytes so far."""
        self.left_out = 0
        """Bytes of them that are not kept, because of `MAX_KEPT`."""
        self._tshark = tshark
        self._secrets = secrets
        self._shown: set[Secrets] = set()
        self._at: dict[tuple[Endpoint, Endpoint], list[tuple[int, ConnectionId]]] = {}
        """(originator, responder) → (frame of the opening, connection) of connections that go on, in order."""
        self._open: dict[ConnectionId, _Opened] = {}
        self._ends: dict[ConnectionId, tuple[Endpoint, Endpoint]] = {}
        """Originator and responder of connections of which something was decrypted."""
        self._kept: IO[bytes] = tempfile.TemporaryFile(prefix="wsdtrace-")  # noqa: SIM115 - goes with this object
        weakref.finalize(self, self._kept.close)
        self._size = 0

    def feed(self, events: Iterable[NetEvent], batch: FrameBatch) -> list[NetEvent]:
        """The events of one window of frames, with decrypted bytes for encrypted ones."""
        out: list[NetEvent] = []
        events = list(events)
        for event in events:
            if isinstance(event, ConnectionOpened):
                self._opened(event)
        self._take(batch)
        for event in events:
            self._pass(event, batch, out)
        for connection, opened in self._open.items():
            if opened.is_tls and opened.rows:
                self._tell(connection, opened, None, batch, out)
        return out

    def end(self, events: Iterable[NetEvent]) -> list[NetEvent]:
        """The events of the end of the capture."""
        out: list[NetEvent] = []
        for event in events:
            self._pass(event, None, out)
        return out

    def closing(self) -> list[Anomaly]:
        """What is to be told when the capture has ended."""
        told = []
        if self._tshark.failure is not None:
            told.append(Anomaly(CaptureAnomaly.DECRYPTION, self._tshark.failure))
        if self.left_out:
            detail = f"{self.left_out} decrypted bytes beyond {MAX_KEPT} are not kept: their pages cannot be saved"
            told.append(Anomaly(CaptureAnomaly.LIMIT_REACHED, detail))
        return told

    def close(self) -> None:
        """End tshark; what was decrypted stays until nobody can ask for it."""
        self._tshark.close()

    # -- rows

    def _take(self, batch: FrameBatch) -> None:
        """Give the connections what was decrypted in the frames of a window."""
        fresh = [secret for secret in self._secrets() if secret not in self._shown]
        self._shown.update(fresh)
        for at, fields in self._tshark.ask(batch, fresh):
            row = decrypted_of(batch.first_number + at, fields)
            opened = None if row is None else self._connection(row)
            if row is not None and opened is not None:
                opened.rows.append(row)

    def _connection(self, row: Decrypted) -> _Opened | None:
        """The connection that a frame belongs to: the latest of its four-tuple that was open by then."""
        known = self._at.get((row.source, row.destination)) or self._at.get((row.destination, row.source))
        found = next((connection for frame, connection in reversed(known or ()) if frame <= row.frame), None)
        return None if found is None else self._open.get(found)

    def _opened(self, event: ConnectionOpened) -> None:
        ends = (event.originator, event.responder)
        self._open[event.connection] = _Opened(ends)
        self._at.setdefault(ends, []).append((event.stamp.number, event.connection))

    def _closed(self, connection: ConnectionId, opened: _Opened) -> None:
        """Both directions are over: nothing more comes of it."""
        del self._open[connection]
        here = self._at.get(opened.ends, [])
        here[:] = [entry for entry in here if entry[1] != connection]
        if not here:
            self._at.pop(opened.ends, None)

    # -- events

    def _pass(self, event: NetEvent, batch: FrameBatch | None, out: list[NetEvent]) -> None:
        if not isinstance(event, StreamChunk | Gap | StreamEnded):
            out.append(event)
            return
        opened = self._open.get(event.connection)
        if opened is None:
            out.append(event)
        elif isinstance(event, StreamChunk):
            self._chunk(event, opened, batch, out)
        elif isinstance(event, Gap):
            if opened.is_tls:
                self._tell(event.connection, opened, event.stamp.number, batch, out)
                at = opened.offsets[event.direction]
                event = Gap(event.connection, event.direction, at, 0, event.reason, event.stamp)
            out.append(event)
        else:
            if opened.is_tls:
                self._tell(event.connection, opened, event.stamp.number, batch, out)
                self._show(opened, event.direction, out)
            out.append(event)
            opened.over.add(event.direction)
            if len(opened.over) == len(Direction):
                self._closed(event.connection, opened)

    def _chunk(self, chunk: StreamChunk, opened: _Opened, batch: FrameBatch | None, out: list[NetEvent]) -> None:
        if opened.is_tls is None:
            opened.is_tls = not chunk.offset and _is_handshake(chunk.data)
        if not opened.is_tls:
            out.append(chunk)
            return
        if not chunk.offset and not any(opened.offsets):
            opened.first[chunk.direction] = _beginning(chunk)
        self._tell(chunk.connection, opened, chunk.last_frame, batch, out)

    def _show(self, opened: _Opened, direction: Direction, out: list[NetEvent]) -> None:
        """Nothing was decrypted: how the connection began says what it is."""
        first = opened.first[direction]
        if first is not None and not any(opened.offsets):
            out.append(first)
        opened.first[direction] = None

    def _tell(
        self, connection: ConnectionId, opened: _Opened, upto: int | None, batch: FrameBatch | None, out: list[NetEvent]
    ) -> None:
        """Tell what was decrypted up to a frame (None: all that is known)."""
        while opened.rows and batch is not None and (upto is None or opened.rows[0].frame <= upto):
            row = opened.rows.popleft()
            direction = Direction(row.source != opened.ends[0])
            time_ns = int(batch.time_ns[row.frame - batch.first_number])
            at = opened.offsets[direction]
            place = self._keep(connection, direction, at, row, time_ns)
            out.append(_chunk_of(connection, direction, at, row.frame, time_ns, place, row.data))
            opened.offsets[direction] += len(row.data)
            opened.first = [None, None]
            self.decrypted += len(row.data)
            self._ends[connection] = opened.ends

    # -- the second reading

    def _keep(self, connection: ConnectionId, direction: Direction, at: int, row: Decrypted, time_ns: int) -> int:
        """Write it down; returns where, -1 beyond the bound."""
        if self._size + len(row.data) > MAX_KEPT:
            self.left_out += len(row.data)
            return -1
        place = self._size
        head = _RECORD.pack(connection, direction, at, row.frame, time_ns, len(row.data))
        self._kept.seek(place)
        self._size += self._kept.write(head) + self._kept.write(row.data)
        return place

    def again(self, ref: ContentRef) -> Iterator[StreamChunk]:
        """What brought a message, once more.

        Raises:
            CaptureError: it was not kept.
        """
        if ref.file_start < 0:
            raise CaptureError(f"only the first {MAX_KEPT} bytes that were decrypted can be read again")
        place = ref.file_start
        while place <= ref.file_end:
            self._kept.seek(place)
            head = self._kept.read(_RECORD.size)
            if len(head) < _RECORD.size:
                return
            number, direction, at, frame, time_ns, length = _RECORD.unpack(head)
            connection = ConnectionId(number)
            if direction == ref.direction and self._ends[connection] == (ref.originator, ref.responder):
                data = self._kept.read(length)
                yield _chunk_of(connection, Direction(direction), at, frame, time_ns, place, data)
            place += _RECORD.size + length


def decrypt(keylog: str | None, secrets: Callable[[], Iterable[Secrets]]) -> Decryption:
    """Begin to decrypt a capture.

    Args:
        keylog: TLS keys (SSLKEYLOGFILE); None: only those in the capture itself.
        secrets: those, by the time of the call.

    Raises:
        MissingExtra: pyshark is not installed.
        CaptureError: tshark or the key log is not there.
    """
    keys = [] if keylog is None else keylog_settings(keylog)
    return Decryption(Tshark(FIELDS, [*_SETTINGS, *keys], "reading TLS"), secrets)


def _is_handshake(data: bytes | memoryview) -> bool:
    """The first bytes of a stream are a TLS record with a handshake."""
    return len(data) >= 2 and data[0] == _HANDSHAKE and data[1] == _MAJOR


def _beginning(chunk: StreamChunk) -> StreamChunk:
    data = bytes(chunk.data[:SHOWN])
    return StreamChunk(chunk.connection, chunk.direction, 0, data, chunk.index, chunk.base_seq)


def _chunk_of(
    connection: ConnectionId, direction: Direction, at: int, frame: int, time_ns: int, place: int, data: bytes
) -> StreamChunk:
    offset, number, time, file_offset = np.array([[at], [frame], [time_ns], [place]], dtype=np.int64)
    return StreamChunk(connection, direction, at, data, SegmentIndex(offset, number, time, file_offset))
