"""The common message, read at once: well-formed, whole in one view, with a short text of known length or no content.

Theory of operation:

1. A capture of small messages is made of these. Everything that is odd, long, coded, chunked, cut or cannot be told
   from its own bytes is left to the general reader: `read_quickly` says None and has done nothing.
2. What it makes is what the general reader makes, value by value. Which of the two reads a message depends on how the
   stream is cut, so every test that a cut leaves no trace compares them.
3. Its values are made when they are asked for: of most messages nobody asks for more than octets and stamps.
4. A sender writes the same header section again and again. What a section says is remembered by its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from wsdtrace.http.choice import NO_LABEL, Label, held_bound, label_of
from wsdtrace.http.content import WHOLE
from wsdtrace.http.head import Start, parse_fields, parse_request_line, parse_status_line
from wsdtrace.http.limits import HttpLimits
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import Meter, View
from wsdtrace.http.sync import Side
from wsdtrace.http.values import make_stamp, maker
from wsdtrace.records import (
    I64,
    Content,
    ContentPiece,
    FieldLine,
    HttpMessage,
    MessageEnd,
    RequestLine,
    SegmentIndex,
    Stamp,
    StatusLine,
    Turn,
)

SECTION_MAX = 8 * 1024
"""Bytes of a header section that is read at once; what the field sends is under 2 KiB."""
SHARED_MAX = 64 * 1024
"""Bytes of a view that a message may keep alive for the sake of its index."""
DIGITS_MAX = 7
"""Digits of a Content-Length that is read at once: held contents have fewer bytes."""

SECTIONS_MAX = 1024
"""Header sections remembered of requests, and of responses; each sender has one for each operation and length. When
full they are forgotten together."""
REMEMBERED_MAX = 1024
"""Bytes of a header section that is remembered: all of them together have at most 2 MiB."""

_CLEAN = re.compile(rb"[^\r\n]++\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t -~\x80-\xff]*+\r\n)*+\r\n")
"""A header section without anything odd in its field lines (RFC 9112 §5, RFC 9110 §5.5)."""
_KNOWN = re.compile(
    rb"\n(content-length|content-type|content-encoding|transfer-encoding|host):[\t ]*+([^\r]*)", re.IGNORECASE
)


class _Section:
    """What a header section says that is read at once."""

    __slots__ = ("_bound", "_limits", "_values", "bytes", "label", "length", "lines", "start")

    def __init__(self, section: bytes, start: RequestLine | StatusLine, length: int | None, label: Label) -> None:
        self.bytes = section
        self.start = start
        self.length = length
        """Content-Length; None without one."""
        self.label = label
        self.lines = section.count(b"\n")
        self._values: dict[str, str] | None = None
        self._limits: HttpLimits | None = None
        self._bound = -1

    def fits(self, wire: Wire) -> bool:
        """The content is one that is held, and there is room for it."""
        if wire.limits is not self._limits:
            bound = held_bound(self.label.media_type, wire.limits)
            self._limits, self._bound = wire.limits, -1 if bound is None else bound
        return (self.length or 0) <= min(self._bound, wire.budget.left) and wire.tap is None

    def fields(self, at: int) -> tuple[FieldLine, ...]:
        """Its field lines, where it stands at stream offset `at`."""
        return parse_fields(self.bytes, self.bytes.index(b"\n") + 1, at, [], fields_max=self.lines)[0]

    def value(self, name: str) -> str | None:
        """Value of the first field line called `name`."""
        if self._values is None:
            self._values = {line.name.lower(): line.value for line in reversed(self.fields(0))}
        return self._values.get(name.lower())


_requests: dict[bytes, _Section | None] = {}
_responses: dict[bytes, _Section | None] = {}


class QuickMessage(HttpMessage):
    """A message whose values are made when they are first asked for, but for its place and its octets.

    A slot that was never filled is looked up by `__getattr__`, which fills it.
    """

    __slots__ = ("_octets", "_section", "_source")

    _octets: bytes
    _section: _Section
    _source: View | Turn

    @property
    def section(self) -> object:
        return self._section

    @property
    def octets(self) -> bytes:
        return self._octets

    @property
    def complete(self) -> bool:
        return True

    @property
    def method(self) -> str | None:
        """Of a request."""
        start = self._section.start
        return start.method if isinstance(start, RequestLine) else None

    def field(self, name: str) -> str | None:
        return self._section.value(name)

    def __getattr__(self, name: str) -> object:
        make = _LATE.get(name)
        if make is None:
            raise AttributeError(name)
        value = make(self)
        object.__setattr__(self, name, value)
        return value


def _content(message: QuickMessage) -> Content:
    octets, section = message.octets, message._section
    size, label = len(octets), section.label
    pieces = (_make_piece(0, message.stream_end - size, size),) if size else ()
    return _make_content(
        size, section.length, label.media_type, label.parameters, octets, (), False, True, None, 0, pieces, None, None
    )


def _ended(message: QuickMessage) -> MessageEnd:
    return MessageEnd.NO_CONTENT if message._section.length is None else MessageEnd.LENGTH


def _index(message: QuickMessage) -> SegmentIndex | None:
    source = message._source
    view = source if isinstance(source, View) else View.of_turn(source)
    meter = Meter(view, message.stream_start)
    meter.keep(view, message.stream_start, message.stream_end)
    return meter.index()


def _file(message: QuickMessage, edge: Callable[[I64], int]) -> int:
    return -1 if message.index is None else int(edge(message.index.file_offset))


_LATE: dict[str, Callable[[QuickMessage], object]] = {
    "start": lambda message: message._section.start,
    "fields": lambda message: message._section.fields(message.stream_start),
    "content": _content,
    "ended": _ended,
    "anomalies": lambda _: (),
    "trailers": lambda _: (),
    "exact": lambda _: True,
    "content_exact": lambda _: True,
    "index": _index,
    "file_start": lambda message: _file(message, np.min),
    "file_end": lambda message: _file(message, np.max),
}
"""What is made late, by slot."""

_make_content = maker(
    Content, "length", "announced", "media_type", "parameters", "data", "parts", "is_multipart", "closed", "coding",
    "missing", "pieces", "probe", "ref",
)  # fmt: skip
_make_piece = maker(ContentPiece, "content_start", "stream_start", "length")
_make_message = maker(
    QuickMessage, "connection", "direction", "sender", "receiver", "first", "head_end", "last", "stream_start",
    "stream_end", "base_seq", "_octets", "_section", "_source",
)  # fmt: skip


def read_quickly(view: View, begin: int, wire: Wire, side: Side, method: str | None) -> tuple[QuickMessage, int] | None:
    """The message that begins at `view.data[begin]`, when it is a common one.

    Args:
        view: a view in which it lies whole.
        begin: where in its data the start-line begins.
        wire: what the messages of the direction share.
        side: who sends it.
        method: for a response: method of the request that it answers, None when unknown.

    Returns:
        The message and the stream offset behind it; None when the general reader has to read it.
    """
    if wire.tap is not None and wire.tap(view.start + begin, WHOLE) is not None:
        return None  # somebody takes the bytes of its content
    found = _find(view.data, begin, wire, side, method)
    if found is None:
        return None
    section, content_at, stop = found
    octets = view.data[content_at:stop]
    wire.budget.take(len(octets))
    origin = view.start
    stamps = _stamps(view, origin + begin, origin + content_at, origin + stop)
    message = _make_message(
        wire.connection, wire.direction, wire.sender, wire.receiver, *stamps, origin + begin, origin + stop,
        wire.base_seq, octets, section, view,
    )  # fmt: skip
    if len(view.data) > SHARED_MAX:
        object.__setattr__(message, "index", _index(message))
        object.__setattr__(message, "_source", None)
    return message, origin + stop


def read_turn(turn: Turn, wire: Wire, side: Side, method: str | None) -> QuickMessage | None:
    """The message that is all that a side of a connection says, when it is a common one; arguments as above."""
    data, rows = turn.data, turn.rows
    found = _find(data, 0, wire, side, method)
    if found is None or found[2] != len(data):
        return None
    section, content_at, stop = found
    octets = data[content_at:]
    wire.budget.take(len(octets))
    if len(rows) == 1:
        stamp = make_stamp(rows[0][1], rows[0][2])
        stamps = stamp, stamp, stamp
    else:
        stamps = _stamps(View.of_turn(turn), 0, content_at, stop)
    return _make_message(
        wire.connection, turn.direction, wire.sender, wire.receiver, *stamps, 0, stop, turn.base_seq, octets, section,
        turn,
    )  # fmt: skip


def _find(data: bytes, begin: int, wire: Wire, side: Side, method: str | None) -> tuple[_Section, int, int] | None:
    """What the header section at `data[begin]` says, where the content begins, and where it ends."""
    blank = data.find(b"\r\n\r\n", begin, begin + SECTION_MAX)
    if blank < 0:
        return None
    section = _read_section(data[begin : blank + 4], side)
    if section is None or section.lines > wire.limits.fields:
        return None
    if side is Side.SERVER and method in ("HEAD", "CONNECT"):
        return None
    stop = blank + 4 + (section.length or 0)
    if stop > len(data) or not section.fits(wire):
        return None
    return section, blank + 4, stop


def _read_section(data: bytes, side: Side) -> _Section | None:
    """What a header section says; None when the general reader has to read it."""
    known = _requests if side is Side.CLIENT else _responses
    try:
        return known[data]
    except KeyError:
        pass
    start = _start_line(data, side)
    body = None
    if start is not None and _CLEAN.fullmatch(data) is not None:
        body = _body(_KNOWN.findall(data), side, start)
    section = None if start is None or body is None else _Section(data, start, *body)
    if len(data) <= REMEMBERED_MAX:
        if len(known) >= SECTIONS_MAX:
            known.clear()
        known[data] = section
    return section


def _start_line(section: bytes, side: Side) -> Start:
    """The start-line, when it is well-formed and leaves the framing to Content-Length."""
    line = section[: section.find(b"\r")]
    start: Start
    if side is Side.CLIENT:
        start, odd = parse_request_line(line)
        return start if odd is None else None
    start, odd = parse_status_line(line)
    if odd is not None or start is None or start.status < 200 or start.status in (204, 304):
        return None
    return start


def _body(
    lines: list[tuple[bytes, bytes]], side: Side, start: RequestLine | StatusLine
) -> tuple[int | None, Label] | None:
    """Content-Length (None without one) and label; None when anything else decides, or a field is repeated."""
    known = {name.lower(): value for name, value in lines}
    if len(known) != len(lines) or b"transfer-encoding" in known or b"content-encoding" in known:
        return None
    if side is Side.CLIENT and b"host" not in known and start.version == "HTTP/1.1":
        return None
    digits = known.get(b"content-length")
    if digits is None:
        return (None, NO_LABEL) if side is Side.CLIENT and b"content-type" not in known else None
    if not digits.isdigit() or len(digits) > DIGITS_MAX:
        return None
    value = known.get(b"content-type")
    if value is None:
        return int(digits), NO_LABEL
    label = label_of(value.rstrip(b" \t").decode("latin-1"))
    return (int(digits), label) if label.media_type is not None else None


def _stamps(view: View, begin: int, content_at: int, stop: int) -> tuple[Stamp, Stamp, Stamp]:
    """Of the first byte, of the end of the header section and of the last byte; places are stream offsets."""
    first = view.stamp(begin)
    if view.row(stop - 1) == view.row(begin):
        return first, first, first
    head_end = _reached(view, first, begin, content_at)
    return first, head_end, _reached(view, head_end, content_at, stop) if stop > content_at else head_end


def _reached(view: View, before: Stamp, low: int, high: int) -> Stamp:
    """The latest frame among bytes `low:high` and those before them."""
    frame, time_ns, _, _ = view.reach(low, high)
    return make_stamp(frame, time_ns, view.kind) if frame > before.number else before
