"""Exchanges and their contents are those of tshark with out-of-order reassembly: recordings, and lossy captures."""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path
from shutil import which
from typing import NamedTuple

import pytest

from tests.generated import generate
from tests.shared import SHARED, needs_shared
from wsdtrace.capture import open_capture
from wsdtrace.http import HttpRoom
from wsdtrace.net import Net
from wsdtrace.records import (
    ConnectionId,
    Direction,
    HttpEvent,
    HttpEventKind,
    HttpMessage,
    NetEvent,
    RequestLine,
    StatusLine,
    StreamChunk,
)

RECORDINGS = sorted(SHARED.glob("data/captures/*.pcap*"))
needs_tshark = pytest.mark.skipif(which("tshark") is None, reason="tshark is not installed")


class Heard(NamedTuple):
    """What one reader makes of a capture."""

    talks: Counter[tuple[tuple[str, ...], tuple[str, ...]]]
    """Methods and status codes of each connection, in order."""
    contents: Counter[str]
    """sha256 of each content that is not empty."""


def of_tshark(path: Path, folder: Path) -> Heard:
    fields = [word for name in ("tcp.stream", "http.request.method", "http.response.code") for word in ("-e", name)]
    command = ["tshark", "-r", str(path), "-o", "tcp.reassemble_out_of_order:TRUE", "-Y", "http", "-T", "fields"]
    command += [*fields, "--export-objects", f"http,{folder}"]
    talks: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for line in subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines():
        stream, methods, codes = line.split("\t")
        talks[stream][0].extend(filter(None, methods.split(",")))
        talks[stream][1].extend(filter(None, codes.split(",")))
    contents = Counter(sha256(file.read_bytes()).hexdigest() for file in folder.iterdir())
    return Heard(Counter((tuple(m), tuple(c)) for m, c in talks.values() if m or c), contents)


def of_wsdtrace(path: Path) -> tuple[Heard, int]:
    """The same of our own, of complete messages alone; and how many are incomplete."""
    net, room = Net(), HttpRoom()
    streams: dict[tuple[ConnectionId, Direction], bytearray] = defaultdict(bytearray)
    ended: list[HttpEvent] = []

    def take(events: list[NetEvent]) -> None:
        for event in events:
            if isinstance(event, StreamChunk):
                stream = streams[event.connection, event.direction]
                stream += bytes(event.offset - len(stream)) + event.data  # a hole is zeros
            ended.extend(e for e in room.feed(event) if isinstance(e, HttpEvent) and e.kind is HttpEventKind.ENDED)

    with open_capture(path) as source:
        for batch in source.batches():
            take(net.feed(batch))
        take(net.close())
    talks: dict[ConnectionId, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    contents: Counter[str] = Counter()
    incomplete = 0
    for event in ended:
        exchange = event.exchange
        for message in (exchange.request, *exchange.interim, exchange.response):
            if message is None or not message.complete:
                incomplete += message is not None
                continue
            start = message.start
            methods, codes = talks[message.connection]
            if isinstance(start, RequestLine):
                methods.append(start.method)
            elif isinstance(start, StatusLine):
                codes.append(str(start.status))
            content = content_of(message, streams[message.connection, message.direction])
            if content:
                contents[sha256(content).hexdigest()] += 1
    return Heard(Counter((tuple(m), tuple(c)) for m, c in talks.values()), contents), incomplete


def content_of(message: HttpMessage, stream: bytearray) -> bytes:
    """The content of a message, from its bytes on the wire."""
    head, _, body = bytes(stream[message.stream_start : message.stream_end]).partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return body
    content = bytearray()
    while body:
        line, _, rest = body.partition(b"\r\n")
        size = int(line.split(b";")[0], 16)
        content += rest[:size]
        body = rest[size + 2 :] if size else b""
    return bytes(content)


@needs_tshark
def test_a_reordered_capture_has_the_exchanges_and_contents_of_tshark(tmp_path: Path) -> None:
    made = generate(
        tmp_path, "images", 0.5, "--reorder", "0.02", "--duplicate", "0.02", "--page", "60000", "--seed", "3"
    )
    ours, incomplete = of_wsdtrace(made.path)
    (tmp_path / "objects").mkdir()
    assert ours == of_tshark(made.path, tmp_path / "objects")
    assert incomplete == 0
    assert ours.talks.total() == made.exchanges


@needs_tshark
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_lossy_capture_has_the_exchanges_and_contents_of_tshark_as_far_as_they_are_whole(
    seed: int, tmp_path: Path
) -> None:
    rough = ("--reorder", "0.02", "--duplicate", "0.02", "--lose", "0.01", "--page", "60000")
    made = generate(tmp_path, "mixed", 1.5, *rough, "--seed", str(seed))
    ours, incomplete = of_wsdtrace(made.path)
    (tmp_path / "objects").mkdir()
    theirs = of_tshark(made.path, tmp_path / "objects")
    assert incomplete == sum(1 for missing in made.missing if missing)
    assert ours.contents - theirs.contents == Counter()
    assert (theirs.contents - ours.contents).total() <= incomplete
    whole = Counter({talk: count for talk, count in ours.talks.items() if talk[1]})
    assert whole - theirs.talks == Counter()


@needs_tshark
@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_a_recording_has_the_exchanges_and_contents_of_tshark(path: Path, tmp_path: Path) -> None:
    ours, incomplete = of_wsdtrace(path)
    theirs = of_tshark(path, tmp_path)
    assert ours.contents - theirs.contents == Counter()
    assert (theirs.contents - ours.contents).total() <= incomplete
    if not incomplete:
        assert ours.talks == theirs.talks
