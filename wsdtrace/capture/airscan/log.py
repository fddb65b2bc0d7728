"""The log of sane-airscan's trace → what it says of queries and datagrams, by line.

Theory of operation: the driver writes two kinds of text into one file. Messages stand on lines with a time since its
start (`00:00:00.001: Test: HTTP POST http://…`). When a query is over it is dumped as a whole: a line of 30 `=`, the
request, `Status:` or `Error:`, and the response. A dump says what was said; the messages before it say when.

1. A dump belongs to the oldest query of that method and address, or to the one whose request was as long as the dump
   says, where several are under way (a CancelJob overtakes the RetrieveImage that it cancels).
2. A content stands in the dump as text, or as the name of a file in the archive. XML that the driver could not parse
   leaves an empty line and nothing else.
3. Nothing is refused. What follows no pattern is passed over up to the next line that does.

The format is the same in all releases (0.9.1 to 0.99.37): parts of a multipart came with 0.99.0, and dumps of raw bytes
(`hexdump`, lines that begin with `<` or `>` and an offset) with 0.99.19; those are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from wsdtrace.capture.airscan.markup import Row, is_markup, read_printed
from wsdtrace.dataclass import dataclass

SEPARATOR = b"=" * 30
MS = 1_000_000

_SAID = re.compile(rb"(\d\d{1,3}):(\d\d):(\d\d)\.(\d{3}): (.*)", re.DOTALL)
_QUERY = re.compile(rb"HTTP ([A-Z]+) (\S+)")
_HEADERS = re.compile(rb"HTTP ([A-Z]+) (\S+): got response headers \((\d+)\)")
_TRYING = re.compile(rb"HTTP trying (\S+)")
_SENT = re.compile(rb"HTTP (\d{1,12}) bytes sent")
_RECEIVED = re.compile(rb"HTTP \d{1,12} bytes received")
_PROBE = re.compile(rb"probe sent: (\S+?)->(\S+)")
_DATAGRAM = re.compile(rb"\d{1,9} bytes received: (\S+?)->(\S+)")
_REQUEST = re.compile(rb"([A-Z]+) (\S+)")
_STATUS = re.compile(rb"Status: (\d{1,3}) ?(.*)", re.DOTALL)
_ERROR = re.compile(rb"Error: (.*)", re.DOTALL)
_PART = re.compile(rb"===== Part \d+ =====")
_SAVED = re.compile(rb"(\d{1,15}) bytes of data saved as (\S+)")
_FIELD = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:.*", re.DOTALL)
_CONTENT_TYPE = re.compile(rb"content-type:[ \t]*([^;\s]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,15})\s*", re.IGNORECASE)

_TEXTS = (b"text/", b"application/xml", b"application/soap+xml", b"application/xop+xml")
"""Media types that the driver prints into the log; everything else goes to the archive."""


@dataclass(frozen=True, slots=True)
class Body:
    """A content, as the log has it."""

    rows: tuple[Row, ...] = ()
    """Its text."""
    saved: bytes | None = None
    """Or its name in the archive."""
    size: int = 0
    """And its size there."""
    line: int = 0
    """Where that stands."""
    lost: bool = False
    """There was one, and the log does not have it, or not all of it."""
    cut: bool = False
    """The log ends in it."""
    strays: int = 0
    """Elements whose namespace the log does not tell."""

    @property
    def is_empty(self) -> bool:
        return not (self.rows or self.saved is not None or self.lost)


NOTHING = Body()


@dataclass(frozen=True, slots=True)
class Section:
    """A start-line and its field lines, and the content behind them."""

    line: int
    start: bytes
    fields: tuple[bytes, ...]
    body: Body
    media_type: bytes = b""
    announced: int | None = None

    @property
    def blank(self) -> int:
        """The line of the empty line behind the field lines."""
        return self.line + 1 + len(self.fields)


@dataclass(frozen=True, slots=True)
class PrintedPart:
    """One part of a multipart, as the log has it."""

    line: int
    content_type: bytes
    body: Body


@dataclass(slots=True)
class Query:
    """An HTTP exchange of the driver."""

    request: Section
    method: bytes
    url: bytes
    asked_ns: int
    asked_line: int
    """Where the log says that it began; where its dump begins, when it does not say."""
    ended_ns: int
    ended_line: int
    response: Section | None = None
    status: bytes = b""
    reason: bytes = b""
    answered_ns: int | None = None
    """When its header section had come."""
    error: bytes | None = None
    parts: list[PrintedPart] = field(default_factory=list)
    tried: bytes = b""
    """Address and port that were connected to."""
    sent: int | None = None
    """Bytes sent; None when the log does not say."""
    received: bool = True
    """Something may have come back."""
    cut: bool = False
    """The log ends in its dump."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A datagram that was sent or received."""

    source: bytes
    destination: bytes
    rows: tuple[Row, ...]
    time_ns: int
    line: int


@dataclass(slots=True)
class _Pending:
    """A query that is under way."""

    time_ns: int
    line: int
    tried: bytes = b""
    sent: int = 0
    received: bool = False
    answered_ns: int | None = None


def is_log(head: bytes) -> bool:
    """The first bytes of a file are those of such a log."""
    lines = [line.rstrip(b"\r") for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    first = next((line for line in lines if line.strip()), b"")
    if _SAID.fullmatch(first) is None and first != SEPARATOR:
        return False
    text = b"\n".join(lines)
    return any(mark in text for mark in (b": device created", b"zeroconf", b": HTTP ", b"WSDD: ", b"DEVICE_STM_")) or (
        re.search(rb"^={30}\n(?:POST|GET|PUT|DELETE) https?://", text, re.MULTILINE) is not None
    )


def read_log(lines: Sequence[bytes]) -> Iterator[Query | Heard]:
    """What the lines of a log say, in the order in which it is over."""
    return _LogReader(lines).read()


class _LogReader:
    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._end = len(lines)
        self._now = 0
        self._pending: dict[tuple[bytes, bytes], list[_Pending]] = {}
        self._latest: _Pending | None = None

    def read(self) -> Iterator[Query | Heard]:
        at = 0
        while at < self._end:
            line = self._lines[at]
            said = _SAID.fullmatch(line)
            if said is not None:
                at, heard = self._said(said, at)
                if heard is not None:
                    yield heard
            elif line == SEPARATOR:
                at, query = self._dump(at)
                if query is not None:
                    yield query
            else:
                at += 1

    # -- messages

    def _said(self, match: re.Match[bytes], at: int) -> tuple[int, Heard | None]:
        """A message: time, name, text."""
        hours, minutes, seconds, millis = (int(match[i]) for i in range(1, 5))
        self._now = (((hours * 60 + minutes) * 60 + seconds) * 1000 + millis) * MS
        text = match[5]
        place = text.find(b"HTTP ")
        if place >= 0 and text[:place].endswith(b": "):
            self._transfer(text[place:], at)
            return at + 1, None
        found = _PROBE.search(text) or _DATAGRAM.search(text)
        if found is None or not text.endswith(found[0]):
            return at + 1, None
        body, stop = self._body(at + 1, b"application/xml", None)
        return stop, Heard(found[1], found[2], body.rows, self._now, at) if body.rows else None

    def _transfer(self, text: bytes, at: int) -> None:
        """A message about the transport of a query."""
        if (found := _QUERY.fullmatch(text)) is not None:
            self._latest = _Pending(self._now, at)
            self._pending.setdefault((found[1], found[2]), []).append(self._latest)
        elif (found := _HEADERS.fullmatch(text)) is not None:
            for pending in self._pending.get((found[1], found[2]), ()):
                if pending.answered_ns is None:
                    pending.answered_ns = self._now
                    break
        elif _RECEIVED.fullmatch(text) is not None:
            # The line does not say which of several queries is meant.
            for waiting in self._pending.values():
                for pending in waiting:
                    pending.received = True
        elif self._latest is not None and (found := _SENT.fullmatch(text)) is not None:
            self._latest.sent += int(found[1])
        elif self._latest is not None and (found := _TRYING.fullmatch(text)) is not None:
            self._latest.tried = found[1]

    # -- dumps

    def _dump(self, at: int) -> tuple[int, Query | None]:
        """A query that is over; `at` is its first line."""
        start = _REQUEST.fullmatch(self._lines[at + 1]) if at + 1 < self._end else None
        if start is None:
            return at + 1, None
        request, stop = self._section(at + 1)
        pending = self._take(start, request)
        query = Query(
            request, start[1], start[2], self._now, at, self._now, stop,
        )  # fmt: skip
        if pending is not None:
            query.asked_ns, query.asked_line, query.answered_ns = pending.time_ns, pending.line, pending.answered_ns
            query.tried, query.sent, query.received = pending.tried, pending.sent, pending.received
        outcome = self._lines[stop] if stop < self._end else b""
        if (status := _STATUS.fullmatch(outcome)) is not None:
            query.status, query.reason = status[1], status[2]
            query.response, stop = self._section(stop)
            stop = self._parts(query, stop)
        elif (error := _ERROR.fullmatch(outcome)) is not None:
            query.error = error[1]
            stop += 1
        else:
            query.cut = True
        query.ended_line = stop - 1
        return stop, query

    def _take(self, start: re.Match[bytes], request: Section) -> _Pending | None:
        """The query that is over."""
        key = (start[1], start[2])
        waiting = self._pending.get(key)
        if not waiting:
            return None
        chosen = waiting[0]
        if len(waiting) > 1:
            size = _size(start, request)
            chosen = next((pending for pending in waiting if pending.sent == size), chosen)
        waiting.remove(chosen)
        if not waiting:
            del self._pending[key]
        if chosen is self._latest:
            self._latest = None
        return chosen

    def _section(self, at: int) -> tuple[Section, int]:
        """A start-line, field lines and a content."""
        stop = at + 1
        while stop < self._end and self._lines[stop] and _FIELD.fullmatch(self._lines[stop]) is not None:
            if self._lines[stop].startswith((b"Status: ", b"Error: ")):
                break
            stop += 1
        fields = tuple(self._lines[at + 1 : stop])
        media_type, announced = b"", None
        for line in fields:
            if (found := _CONTENT_TYPE.match(line)) is not None:
                media_type = found[1].lower()
            elif (found := _LENGTH.fullmatch(line)) is not None:
                announced = int(found[1])
        body = NOTHING
        if stop < self._end and not self._lines[stop]:
            body, stop = self._body(stop + 1, media_type, announced)
        elif stop >= self._end:
            body = Body(lost=announced != 0, cut=True)
        return Section(at, self._lines[at], fields, body, media_type, announced), stop

    def _parts(self, query: Query, at: int) -> int:
        """The parts of a multipart."""
        while at < self._end and _PART.fullmatch(self._lines[at]) is not None:
            line, at, content_type = at, at + 1, b""
            if at < self._end and (found := _CONTENT_TYPE.match(self._lines[at])) is not None:
                content_type = self._lines[at].partition(b":")[2].strip()
                body, at = self._body(at + 1, found[1].lower(), None)
            else:
                body = NOTHING
            query.parts.append(PrintedPart(line, content_type, body))
        return at

    def _body(self, at: int, media_type: bytes, announced: int | None) -> tuple[Body, int]:
        """The content that begins at line `at`, and the line behind it and its empty line."""
        if at >= self._end:
            return Body(lost=bool(announced), cut=True), at
        line = self._lines[at]
        saved = _SAVED.fullmatch(line)
        if saved is not None:
            return Body(saved=saved[2], size=int(saved[1]), line=at), self._behind(at + 1)
        if self._is_next(at):
            return NOTHING, at
        is_text = media_type.startswith(_TEXTS)
        if not line:
            is_lost = is_text and b"xml" in media_type and announced != 0 and self._is_next(at + 1)
            return (Body(lost=True, line=at), at + 1) if is_lost else (NOTHING, at)
        if b"xml" in media_type and is_markup(line):
            printed = read_printed(self._lines, at, self._end)
            stop = printed.stop if printed.whole else self._next(printed.stop)
            cut = not printed.whole and stop >= self._end
            body = Body(tuple(printed.rows), line=at, lost=not printed.whole, cut=cut, strays=printed.strays)
            return body, self._behind(stop)
        stop = self._next(at)
        rows = tuple(Row(text, at + i) for i, text in enumerate(self._lines[at:stop]))
        while rows and not rows[-1].data:
            rows = rows[:-1]
        return Body(rows, line=at, cut=stop >= self._end and bool(self._lines[-1])), stop

    def _behind(self, at: int) -> int:
        """The line behind the empty line that ends a content."""
        return at + 1 if at < self._end and not self._lines[at] else at

    def _next(self, at: int) -> int:
        """The next line that cannot belong to a text."""
        while at < self._end and not self._is_next(at):
            at += 1
        return at

    def _is_next(self, at: int) -> bool:
        """A message, the outcome of a query, a part, or the next dump begins here; or the log ends."""
        if at >= self._end:
            return True
        line = self._lines[at]
        return (
            line == SEPARATOR
            or _SAID.fullmatch(line) is not None
            or _STATUS.fullmatch(line) is not None
            or _ERROR.fullmatch(line) is not None
            or _PART.fullmatch(line) is not None
        )


def _size(start: re.Match[bytes], request: Section) -> int:
    """Bytes of the request on the wire."""
    path = re.sub(rb"^[a-z]+://[^/]*", b"", start[2]) or b"/"
    head = len(start[1]) + len(path) + len(b"  HTTP/1.1\r\n") + sum(len(line) + 2 for line in request.fields) + 2
    return head + (request.announced or 0)
