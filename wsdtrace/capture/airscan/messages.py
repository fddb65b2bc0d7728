"""Sections of a trace's log, and files of its archive → recorded messages (door 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from wsdtrace.capture.airscan.log import Body, PrintedPart, Query, Section
from wsdtrace.capture.airscan.tar import Member
from wsdtrace.dataclass import dataclass
from wsdtrace.records import (
    I64,
    ConnectionId,
    Direction,
    Gap,
    GapReason,
    LocatorKind,
    MessageEnd,
    RecordedMessage,
    SegmentIndex,
    Stamp,
    StreamChunk,
)

PIECE: Final = 1024 * 1024
"""Bytes of an archive that are read at a time."""

_BOUNDARY: Final = re.compile(rb'boundary="?([^";\s]{1,200})', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Log:
    """One log of a trace, and where it stands among them."""

    path: str
    first_number: int
    """Number of its first line; the lines of all logs of a trace are counted on."""
    lines: int
    first_byte: int
    """Where it begins, in bytes of all logs together."""
    starts: I64
    """(lines + 1,) where each line begins, in bytes of the log."""
    members: Mapping[str, Member]
    """Files of its archive."""

    def number(self, line: int) -> int:
        """1-based number of a 0-based line."""
        return self.first_number + line

    def byte(self, line: int) -> int:
        """Where a 0-based line begins, in bytes of all logs together."""
        return self.first_byte + int(self.starts[min(line, len(self.starts) - 1)])

    def stamp(self, line: int, time_ns: int) -> Stamp:
        """A line, as a place in the source."""
        return Stamp(self.number(line), time_ns, LocatorKind.LOG_LINE)


class _Piece(NamedTuple):
    """Bytes of a content that came from somewhere, or bytes that did not (`data` is None)."""

    data: bytes | None
    lines: tuple[tuple[int, int], ...]
    """(offset in `data`, line)."""
    lost: int = 0


class _Writer:
    """Puts one recorded message together."""

    def __init__(self, log: Log, connection: ConnectionId, direction: Direction, section: Section) -> None:
        self._log = log
        self._connection = connection
        self._direction = direction
        self._record = log.byte(section.line)

    def chunk(self, offset: int, data: bytes, lines: tuple[tuple[int, int], ...], time_ns: int) -> StreamChunk:
        """Bytes at a stream offset, and the lines that have them."""
        starts, numbers = np.array(lines, dtype=np.int64).T
        index = SegmentIndex(
            offset + starts,
            numbers + self._log.first_number,
            np.full(len(lines), time_ns, dtype=np.int64),
            np.full(len(lines), self._record, dtype=np.int64),
            LocatorKind.LOG_LINE,
        )
        return StreamChunk(self._connection, self._direction, offset, data, index)

    def head(self, start: bytes, section: Section, time_ns: int) -> StreamChunk:
        """The header section."""
        data, lines = bytearray(), []
        for i, line in enumerate((start, *section.fields, b"")):
            lines.append((len(data), section.line + i))
            data += line.replace(b"\r", b" ") + b"\r\n"
        return self.chunk(0, bytes(data), tuple(lines), time_ns)

    def stream(self, at: int, pieces: Callable[[], Iterator[_Piece]], time_ns: int) -> Iterator[StreamChunk | Gap]:
        """The content, at the stream offsets from `at` on."""
        for piece in pieces():
            if piece.data:
                yield self.chunk(at, piece.data, piece.lines, time_ns)
                at += len(piece.data)
            if piece.lost:
                stamp = Stamp(self._log.first_number, time_ns, LocatorKind.LOG_LINE)
                yield Gap(self._connection, self._direction, at, piece.lost, GapReason.NOT_CAPTURED, stamp)
                at += piece.lost


def request_of(query: Query, log: Log, exchange: ConnectionId, target: bytes, shift_ns: int) -> RecordedMessage:
    """The request of a query, in a log whose time begins `shift_ns` after that of the trace."""
    section, asked_ns = query.request, query.asked_ns + shift_ns
    writer = _Writer(log, exchange, Direction.FROM_ORIGINATOR, section)
    lines = section.body.rows
    last = log.stamp(lines[-1].line if lines else section.blank, asked_ns)
    head = writer.head(query.method + b" " + target + b" HTTP/1.1", section, asked_ns)
    return _message(writer, head, section, partial(_text, section.body, section.announced), last)


def response_of(query: Query, log: Log, exchange: ConnectionId, shift_ns: int) -> RecordedMessage | None:
    """The response of a query, in a log whose time begins `shift_ns` after that of the trace."""
    section = query.response
    if section is None:
        return None
    writer = _Writer(log, exchange, Direction.FROM_RESPONDER, section)
    ended_ns = query.ended_ns + shift_ns
    begun = ended_ns if query.answered_ns is None else query.answered_ns + shift_ns
    head = writer.head(b"HTTP/1.1 " + query.status.rjust(3, b"0") + b" " + query.reason, section, begun)
    body, last = section.body, log.stamp(query.ended_line, ended_ns)
    member = _member(body, log)
    if body.saved is not None and (member is not None or not query.parts):
        pieces: Callable[[], Iterator[_Piece]] = partial(_saved, body, member)
        return _message(writer, head, section, pieces, last, exact=member is not None)
    if query.parts:
        return _message(writer, head, section, partial(_multipart, section, query.parts, log), last)
    return _message(writer, head, section, partial(_text, body, section.announced), last)


def is_saved(query: Query) -> bool:
    """Something of the response is in the archive."""
    section = query.response
    return section is not None and (section.body.saved is not None or any(p.body.saved for p in query.parts))


def missing_files(query: Query, log: Log) -> int:
    """Files of the archive that the response refers to and that are not there, or not whole."""
    section = query.response
    if section is None:
        return 0
    bodies = [section.body, *(part.body for part in query.parts)]
    wanted = [(body, _member(body, log)) for body in bodies if body.saved is not None]
    return sum(1 for body, member in wanted if member is None or member.there < body.size)


def _message(
    writer: _Writer,
    head: StreamChunk,
    section: Section,
    pieces: Callable[[], Iterator[_Piece]],
    last: Stamp,
    *,
    exact: bool = False,
) -> RecordedMessage:
    body = section.body
    if body.is_empty:
        ended = MessageEnd.NO_CONTENT
    elif body.lost or body.strays:
        ended = MessageEnd.CUT_RECORD
    else:
        ended = MessageEnd.LENGTH
    content = partial(writer.stream, len(head.data), pieces, last.time_ns)
    return RecordedMessage(head, content, section.announced, exact, ended, last)


def _text(body: Body, announced: int | None) -> Iterator[_Piece]:
    """A content that stands in the log."""
    data, lines = bytearray(), []
    for row in body.rows:
        lines.append((len(data), row.line))
        data += row.data + b"\n"
    if data:
        yield _Piece(bytes(data), tuple(lines))
    if body.lost:
        # Of a document that is not there the length is known; behind one that is cut, that something is missing.
        yield _Piece(None, (), 1 if data else max(announced or 1, 1))


def _saved(body: Body, member: Member | None) -> Iterator[_Piece]:
    """A content that is a file of the archive."""
    lines = ((0, body.line),)
    if member is None:
        if body.size:
            yield _Piece(None, (), body.size)
        return
    left = min(member.there, body.size)
    missing = body.size - left
    with open(member.path, "rb") as file:
        file.seek(member.offset)
        while left:
            data = file.read(min(PIECE, left))
            if not data:  # the archive became shorter since its headers were read
                break
            left -= len(data)
            yield _Piece(data, lines)
    if missing + left:
        yield _Piece(None, (), missing + left)


def _multipart(section: Section, parts: list[PrintedPart], log: Log) -> Iterator[_Piece]:
    """A multipart whose own bytes are not there, from its parts."""
    found = next((m for line in section.fields if (m := _BOUNDARY.search(line)) is not None), None)
    delimiter = b"--" + (found[1] if found is not None else b"part")
    for part in parts:
        head = delimiter + b"\r\nContent-Type: " + part.content_type + b"\r\n\r\n"
        yield _Piece(head, ((0, part.line),))
        if part.body.saved is not None:
            yield from _saved(part.body, _member(part.body, log))
        else:
            yield from _text(part.body, None)
        yield _Piece(b"\r\n", ((0, part.line),))
    yield _Piece(delimiter + b"--\r\n", ((0, parts[-1].line),))


def _member(body: Body, log: Log) -> Member | None:
    """The file of the archive that has a content."""
    return None if body.saved is None else log.members.get(body.saved.decode("latin-1"))
