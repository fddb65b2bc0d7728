"""A capture of plain HTTP → the same conversations in TLS, and the keys. The TLS is OpenSSL's."""

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path

from wsdtrace.capture import PcapngWriter, SyntheticConnection, open_capture_bytes
from wsdtrace.net import Net
from wsdtrace.proxy.certificate import own_context
from wsdtrace.records import ConnectionOpened, Datagram, Direction, NetEvent, StreamChunk, StreamEnded

UP, DOWN = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER


class _Ends:
    """Client and server of one connection, in memory; what they send is written as segments."""

    def __init__(self, client: ssl.SSLContext, server: ssl.SSLContext, connection: SyntheticConnection) -> None:
        self._to_client, self._to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._sent = {UP: ssl.MemoryBIO(), DOWN: ssl.MemoryBIO()}
        self._ends = {
            UP: client.wrap_bio(self._to_client, self._sent[UP]),
            DOWN: server.wrap_bio(self._to_server, self._sent[DOWN], server_side=True),
        }
        self._connection = connection

    def shake_hands(self, time_ns: int) -> None:
        for _ in range(4):
            for direction, end in self._ends.items():
                with contextlib.suppress(ssl.SSLWantReadError):  # the other end is next
                    end.do_handshake()
                self._pass(time_ns, direction)

    def say(self, time_ns: int, direction: Direction, data: bytes) -> None:
        self._ends[direction].write(data)
        self._pass(time_ns, direction)
        other = self._ends[DOWN if direction is UP else UP]
        try:
            while other.read(1 << 16):
                pass
        except ssl.SSLWantReadError:
            return

    def _pass(self, time_ns: int, direction: Direction) -> None:
        data = self._sent[direction].read()
        if data:
            self._connection.send(time_ns, direction, data)
            (self._to_server if direction is UP else self._to_client).write(data)

    def close(self, time_ns: int) -> None:
        self._connection.close(time_ns, UP)


def in_tls(capture: bytes, folder: Path) -> tuple[str, str]:
    """Paths of the capture and of its key log; a connection ends when its first direction does."""
    target, keylog = folder / "tls.pcapng", folder / "tls.keylog"
    server, _ = own_context(folder)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.keylog_filename = str(keylog)
    with target.open("wb") as file:
        writer = PcapngWriter(file)
        ends: dict[int, _Ends] = {}
        for event in _events(capture):
            if isinstance(event, ConnectionOpened):
                connection = writer.connect(event.stamp.time_ns, event.originator, event.responder)
                ends[event.connection] = _Ends(client, server, connection)
                ends[event.connection].shake_hands(event.stamp.time_ns)
            elif isinstance(event, StreamChunk):
                ends[event.connection].say(int(event.index.time_ns.max()), event.direction, bytes(event.data))
            elif isinstance(event, StreamEnded) and event.connection in ends:
                ends.pop(event.connection).close(event.stamp.time_ns)
            elif isinstance(event, Datagram):
                writer.datagram(event.stamp.time_ns, event.source, event.destination, event.data)
    return str(target), str(keylog)


def _events(capture: bytes) -> list[NetEvent]:
    net, found = Net(), list[NetEvent]()
    with open_capture_bytes(capture, "x") as source:
        for batch in source.batches():
            found += net.feed(batch)
    found += net.close()
    return sorted(found, key=lambda e: e.last_frame if isinstance(e, StreamChunk) else e.stamp.number)
