"""The seed corpus: the conversations and messages of the case captures, as programs and documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fuzz.program import Kind, Program, Record, write
from wsdtrace.capture import open_capture
from wsdtrace.errors import CaptureError
from wsdtrace.net import Net
from wsdtrace.records import Datagram, Direction, Gap, NetEvent, StreamChunk, StreamEnd, StreamEnded

CAPTURES = Path(__file__).resolve().parent.parent / "captures"
LONGEST_RECORD = 3000
"""Of a longer one (an image) the beginning and the end are kept."""


def events_of(path: Path) -> list[NetEvent]:
    """What is in a capture, with the bytes copied."""
    net = Net()
    found: list[NetEvent] = []
    with open_capture(path) as source:
        for batch in source.batches():
            found += [_owned(event) for event in net.feed(batch)]
    return [*found, *net.close()]


def _owned(event: NetEvent) -> NetEvent:
    """The event with bytes of its own, which outlive the window."""
    if isinstance(event, StreamChunk):
        return StreamChunk(event.connection, event.direction, event.offset, bytes(event.data), event.index)
    return event


def programs(path: Path) -> Iterator[Program]:
    """Each connection of a capture, and its datagrams."""
    conversations: dict[int, list[Record]] = {}
    datagrams: list[Record] = []
    for event in events_of(path):
        if isinstance(event, Datagram):
            datagrams.append(Record(Kind.DATAGRAM, bytes(event.data)))
            continue
        connection = getattr(event, "connection", None)
        if connection is None:
            continue
        record = _record(event)
        if record is None:
            continue
        told = conversations.setdefault(connection, [])
        if told and told[-1].kind is record.kind and record.kind in (Kind.CLIENT, Kind.SERVER):
            told[-1] = Record(record.kind, told[-1].data + record.data)
        else:
            told.append(record)
    for told in conversations.values():
        short = [Record(r.kind, _shortened(r.data)) for r in told]
        for start in range(0, len(short), 4):
            yield Program([], short[start : start + 4])
    for start in range(0, min(len(datagrams), 24), 4):
        yield Program([], datagrams[start : start + 4])


def _record(event: NetEvent) -> Record | None:
    if isinstance(event, StreamChunk):
        return Record(Kind.CLIENT if event.direction is Direction.FROM_ORIGINATOR else Kind.SERVER, bytes(event.data))
    if isinstance(event, Gap):
        return Record(Kind.CLIENT_GAP if event.direction is Direction.FROM_ORIGINATOR else Kind.SERVER_GAP, b"hole")
    if isinstance(event, StreamEnded):
        if event.how is StreamEnd.RST:
            return Record(Kind.RESET)
        return Record(Kind.CLIENT_END if event.direction is Direction.FROM_ORIGINATOR else Kind.SERVER_END)
    return None


def _shortened(data: bytes) -> bytes:
    if len(data) <= LONGEST_RECORD:
        return data
    return data[: LONGEST_RECORD - 500] + data[-500:]


def documents(path: Path) -> Iterator[bytes]:
    """The XML documents of a capture."""
    for program in programs(path):
        for record in program.records:
            start = record.data.find(b"<?xml")
            start = record.data.find(b"<soap") if start < 0 else start
            end = record.data.rfind(b"Envelope>")
            if 0 <= start < end:
                yield record.data[start : end + 9]


def seeds(door: str) -> list[bytes]:
    """The corpus of a door, without repetitions."""
    found: dict[bytes, None] = {}
    for path in sorted(CAPTURES.glob("*/capture.*")):
        try:
            made = documents(path) if door == "envelope" else (write(program) for program in programs(path))
            found.update(dict.fromkeys(made))
        except CaptureError:
            continue
    return list(found)
