"""The common message, read at once: well-formed, whole in one view, with a short text of known length or no content.

Theory of operation:

1. A capture of small messages is made of these. Everything that is odd, long, coded, chunked, cut or cannot be told
   from its own bytes is left to the general reader: `read_quickly` says None and has done nothing.
2. What it makes is what the general reader makes, value by value. Which of the two reads a message depends on how the
   stream is cut, so every test that a cut leaves no trace compares them.
3. Field lines and the index are made when they are asked for: most messages are looked at by start-line, label and
   content alone.
4. A sender writes the same header section again and again. What a section says is remembered by its bytes.
"""

from __future__ import annotations

import re

from wsdtrace.http.choice import NO_LABEL, Label, held_bound, label_of
from wsdtrace.http.head import Start, parse_fields, parse_request_line, parse_status_line
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import Meter, View
from wsdtrace.http.sync import Side
from wsdtrace.http.values import make_stamp, maker
from wsdtrace.records import (
    Content,
    ContentPiece,
    FieldLine,
    HttpMessage,
    MessageEnd,
    RequestLine,
    SegmentIndex,
    Stamp,
    StatusLine,
)

SECTION_MAX = 8 * 1024
"""Bytes of a header section that is read at once; what the field sends is under 2 KiB."""
SHARED_MAX = 64 * 1024
"""Bytes of a view that a message may keep alive for the sake of its index."""
DIGITS_MAX = 7
"""Digits of a Content-Length that is read at once: held contents have fewer bytes."""

SECTIONS_MAX = 1024
"""Header sections remembered; each sender has one for each operation and length. When full they are forgotten
together."""
REMEMBERED_MAX = 1024
"""Bytes of a header section that is remembered: all of them together have at most 1 MiB."""

_CLEAN = re.compile(rb"[^\r\n]++\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t -~\x80-\xff]*+\r\n)*+\r\n")
"""A header section without anything odd in its field lines (RFC 9112 §5, RFC 9110 §5.5)."""
_KNOWN = re.compile(
    rb"\n(content-length|content-type|content-encoding|transfer-encoding|host):[\t ]*+([^\r]*)", re.IGNORECASE
)


class _Section:
    """What a header section says that is read at once."""

    __slots__ = ("_values", "bytes", "label", "length", "lines", "start")

    def __init__(self, section: bytes, start: RequestLine | StatusLine, length: int | None, label: Label) -> None:
        self.bytes = section
        self.start = start
        self.length = length
        """Content-Length; None without one."""
        self.label = label
        self.lines = section.count(b"\n")
        self._values: dict[str, str] | None = None

    def fields(self, at: int) -> tuple[FieldLine, ...]:
        """Its field lines, where it stands at stream offset `at`."""
        return parse_fields(self.bytes, self.bytes.index(b"\n") + 1, at, [], fields_max=self.lines)[0]

    def value(self, name: str) -> str | None:
        """Value of the first field line called `name`."""
        if self._values is None:
            self._values = {line.name.lower(): line.value for line in reversed(self.fields(0))}
        return self._values.get(name.lower())


_sections: dict[tuple[Side, bytes], _Section | None] = {}


class QuickMessage(HttpMessage):
    """A message whose field lines, index and place in the file are made when they are first asked for.

    A slot that was never filled is looked up by `__getattr__`, which fills it.
    """

    __slots__ = ("_section", "_view")

    _section: _Section
    _view: View

    @property
    def section(self) -> object:
        return self._section

    def field(self, name: str) -> str | None:
        return self._section.value(name)

    def __getattr__(self, name: str) -> tuple[FieldLine, ...] | SegmentIndex | int | None:
        value: tuple[FieldLine, ...] | SegmentIndex | int | None
        if name == "fields":
            value = self._section.fields(self.stream_start)
        elif name == "index":
            value = _index(self._view, self.stream_start, self.stream_end)
        elif name in ("file_start", "file_end"):
            files = self.index.file_offset if self.index is not None else None
            value = -1 if files is None else int(files.min() if name == "file_start" else files.max())
        else:
            raise AttributeError(name)
        object.__setattr__(self, name, value)
        return value


_make_content = maker(
    Content, "length", "announced", "media_type", "parameters", "data", "parts", "is_multipart", "closed", "coding",
    "missing", "pieces", "probe", "ref",
)  # fmt: skip
_make_piece = maker(ContentPiece, "content_start", "stream_start", "length")
_make_message = maker(
    QuickMessage, "connection", "direction", "sender", "receiver", "start", "content", "first", "head_end", "last",
    "ended", "stream_start", "stream_end", "anomalies", "trailers", "exact", "base_seq", "content_exact", "_section",
    "_view",
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
    data = view.data
    blank = data.find(b"\r\n\r\n", begin, begin + SECTION_MAX)
    if blank < 0:
        return None
    section = _read_section(data[begin : blank + 4], side)
    if section is None or section.lines > wire.limits.fields:
        return None
    if side is Side.SERVER and method in ("HEAD", "CONNECT"):
        return None
    stop = blank + 4 + (section.length or 0)
    if stop > len(data) or not _may_hold(wire, section.label, section.length or 0):
        return None
    return _message(view, begin, blank + 4, stop, wire, section)


def _read_section(data: bytes, side: Side) -> _Section | None:
    """What a header section says; None when the general reader has to read it."""
    try:
        return _sections[side, data]
    except KeyError:
        pass
    start = _start_line(data, side)
    body = None
    if start is not None and _CLEAN.fullmatch(data) is not None:
        body = _body(_KNOWN.findall(data), side, start)
    section = None if start is None or body is None else _Section(data, start, *body)
    if len(data) <= REMEMBERED_MAX:
        if len(_sections) >= SECTIONS_MAX:
            _sections.clear()
        _sections[side, data] = section
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


def _may_hold(wire: Wire, label: Label, length: int) -> bool:
    """The content is one that is held, and fits."""
    bound = held_bound(label.media_type, wire.limits)
    return bound is not None and length <= bound and length <= wire.budget.left and wire.tap is None


def _message(
    view: View, begin: int, content_at: int, stop: int, wire: Wire, section: _Section
) -> tuple[QuickMessage, int]:
    """The message `view.data[begin:stop]`, whose content begins at `content_at`."""
    data, origin = view.data, view.start
    length, label = section.length, section.label
    size = stop - content_at
    wire.budget.take(size)
    first = head_end = last = view.stamp(origin + begin)
    if view.row(origin + stop - 1) != view.row(origin + begin):
        head_end = _reached(view, first, origin + begin, origin + content_at)
        last = _reached(view, head_end, origin + content_at, origin + stop) if size else head_end
    content = _make_content(
        size, length, label.media_type, label.parameters, data[content_at:stop], (), False, True, None, 0,
        (_make_piece(0, origin + content_at, size),) if size else (), None, None,
    )  # fmt: skip
    message = _make_message(
        wire.connection, wire.direction, wire.sender, wire.receiver, section.start, content, first, head_end, last,
        MessageEnd.NO_CONTENT if length is None else MessageEnd.LENGTH, origin + begin, origin + stop, (), (), True,
        wire.base_seq, True, section, view,
    )  # fmt: skip
    if len(data) > SHARED_MAX:
        object.__setattr__(message, "index", _index(view, origin + begin, origin + stop))
        object.__setattr__(message, "_view", None)
    return message, origin + stop


def _reached(view: View, before: Stamp, low: int, high: int) -> Stamp:
    """The latest frame among bytes `low:high` and those before them."""
    frame, time_ns, _, _ = view.reach(low, high)
    return make_stamp(frame, time_ns, view.kind) if frame > before.number else before


def _index(view: View, low: int, high: int) -> SegmentIndex | None:
    meter = Meter(view, low)
    meter.keep(view, low, high)
    return meter.index()
