"""How fast streams become exchanges: small exchanges a second, and bytes of images a second, in `HttpRoom` alone.

The processor time of this process is measured, the best of ROUNDS rounds. A loop of a million additions is timed
beside it, so that numbers of different machines can be compared.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable

import numpy as np

from wsdtrace.http import HttpOutput, HttpRoom
from wsdtrace.records import (
    ConnectionId,
    ConnectionOpened,
    Direction,
    Endpoint,
    NetEvent,
    SegmentIndex,
    Stamp,
    StreamChunk,
)

ROUNDS = 5
EXCHANGES = 5000
"""Small exchanges of one round."""
IMAGE_BYTES = 256 * 1024 * 1024
"""Bytes of the image of one round."""
WINDOW = 4 * 1024 * 1024
"""Bytes of a chunk: a window of frames."""
SEGMENT = 1460
CHUNK = 8192
"""Bytes of a chunk of the chunked coding, as devices send them."""
BOUNDARY = b"--4aa7d814-adc1-47a2-8e1c-07585b9892a4"
OPENED = ConnectionOpened(ConnectionId(0), Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 80), Stamp(1, 0), True)


def chunk(direction: Direction, offset: int, data: bytes, frame: int) -> StreamChunk:
    """A chunk in segments of the size of a frame."""
    rows = max(1, len(data) // SEGMENT)
    at = offset + np.arange(rows, dtype=np.int64) * SEGMENT
    frames = frame + np.arange(rows, dtype=np.int64)
    return StreamChunk(ConnectionId(0), direction, offset, data, SegmentIndex(at, frames, frames * 1000, frames * 1500))


def small_exchanges() -> list[NetEvent]:
    """Requests and responses of 1.2 KB, as WS-Scan has them."""
    envelope = b"<soap:Envelope>" + b"x" * 1100 + b"</soap:Envelope>"
    label = b"Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(envelope)
    request = b"POST /WSScan HTTP/1.1\r\nHost: 192.0.2.2\r\nUser-Agent: WSDAPI\r\n" + label + envelope
    response = b"HTTP/1.1 200 OK\r\nServer: device\r\nConnection: keep-alive\r\n" + label + envelope
    events: list[NetEvent] = []
    for number in range(EXCHANGES):
        events.append(chunk(Direction.FROM_ORIGINATOR, number * len(request), request, number * 2 + 2))
        events.append(chunk(Direction.FROM_RESPONDER, number * len(response), response, number * 2 + 3))
    return events


def image(*, chunked: bool) -> Iterable[NetEvent]:
    """An MTOM response with one image, with Content-Length or chunked."""
    pixels = random.Random(1).randbytes(WINDOW)
    begin = BOUNDARY + b"\r\nContent-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n<xml/>\r\n" + BOUNDARY
    begin += b"\r\nContent-Type: image/jpeg\r\nContent-ID: <image>\r\n\r\n"
    end = b"\r\n" + BOUNDARY + b"--\r\n"
    size = len(begin) + IMAGE_BYTES + len(end)
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % size
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/related; boundary="
        + BOUNDARY[2:]
        + b"\r\n"
        + framing
        + b"\r\n\r\n"
    )
    pieces = [begin, *[pixels] * (IMAGE_BYTES // WINDOW), end]
    if chunked:
        coded = in_chunks(pixels)
        pieces = [in_chunks(begin), *[coded] * (IMAGE_BYTES // WINDOW), in_chunks(end) + b"0\r\n\r\n"]
    yield chunk(Direction.FROM_ORIGINATOR, 0, b"GET / HTTP/1.1\r\nHost: 192.0.2.2\r\n\r\n", 2)
    offset = 0
    for number, data in enumerate([head, *pieces]):
        yield chunk(Direction.FROM_RESPONDER, offset, data, 3 + number * (WINDOW // SEGMENT + 2))
        offset += len(data)


def in_chunks(data: bytes) -> bytes:
    """The chunked coding of `data`, without the last chunk."""
    parts = (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def seconds(events: list[NetEvent], expected: int, *, digests: bool = False) -> float:
    """Processor time to read the events, best of ROUNDS; they have to give `expected` outputs."""
    best = float("inf")
    for _ in range(ROUNDS):
        room = HttpRoom(digests=digests)
        output: list[HttpOutput] = room.feed(OPENED)
        started = time.process_time()
        for event in events:
            output += room.feed(event)
        best = min(best, time.process_time() - started)
        if len(output) != expected:
            raise SystemExit(f"{len(output)} outputs, expected {expected}")
    return best


def loop_seconds() -> float:
    """Processor time of a million additions, best of ROUNDS."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        total = 0
        for number in range(1_000_000):
            total += number
        best = min(best, time.process_time() - started)
    return best


def measure(tell: Callable[[str], None] = print) -> None:
    """Measure and tell all."""
    tell(f"{loop_seconds():8.3f} s     a million additions")
    took = seconds(small_exchanges(), 3 * EXCHANGES)
    tell(f"{EXCHANGES / took:8.0f} /s    exchanges of two messages of 1.2 KB")
    for name, chunked, digests in (
        ("image with Content-Length", False, False),
        (f"image in chunks of {CHUNK} bytes", True, False),
        ("image with Content-Length, with its sha256", False, True),
    ):
        took = seconds(list(image(chunked=chunked)), 3, digests=digests)
        tell(f"{IMAGE_BYTES / took / 1e9:8.2f} GB/s  {name}")


if __name__ == "__main__":
    measure()
