"""A multipart content → parts, as it streams by (RFC 2046 §5.1, RFC 2387): the root part is held, others probed.

Theory of operation:

1. Bytes come in feeds of any size. What cannot be decided yet is *carried*: at most a delimiter line, or the headers
   of a part.
2. A delimiter is looked for as `--boundary` by one `bytes.find`; what precedes and follows it is judged only where it
   was found.
3. A delimiter must begin a line. One that does not is still a delimiter when the rest of its line is right and the
   boundary is long enough not to occur by chance (seen: Xerox WorkCentre 3025 leaves out the CRLF behind the image).
4. Line ends may be LF alone; that is said once. White space behind the boundary is allowed by the grammar.
5. Positions are content offsets; a hole counts, so that positions behind it are true.
"""

from __future__ import annotations

import re

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.http.content import Closing, Gathered, HeldSink, ProbeSink, SinkContext
from wsdtrace.http.head import parse_fields
from wsdtrace.http.media import is_bulk, is_xml, parameter, parse_media_type
from wsdtrace.http.meter import Trail, View
from wsdtrace.records import Content, FieldLine, Part, Space, Stamp

LOOSE_BOUNDARY_MIN = 8
"""Characters a boundary must have to count where it does not begin a line: 2**-64 by chance per byte."""
PADDING_MAX = 256
"""White space between boundary and line end that is looked at."""
BOUNDARY_MAX = 200
"""Characters of a guessed boundary; RFC 2046 allows 70."""
PREAMBLE_MAX = 64 * 1024
"""Bytes in which a boundary is guessed when the parameter is missing."""

_TAIL = re.compile(rb"(--)|[ \t]{0,%d}(\r?\n)" % PADDING_MAX)
_TAIL_OPEN = re.compile(rb"-?|[ \t]{0,%d}\r?" % PADDING_MAX)
_BLANK = re.compile(rb"\n\r?\n")
_BLANK_FIRST = re.compile(rb"\r?\n")
_GUESS = re.compile(rb"(?:^|\n)--([^\r\n]{1,%d})\r?\n" % BOUNDARY_MAX)
_MIME_FIELD = b"content-"


class _OpenPart:
    """A part that goes on."""

    __slots__ = (
        "content_id",
        "content_start",
        "content_type",
        "fields",
        "first",
        "held",
        "index",
        "last",
        "length",
        "missing",
        "sink",
    )

    def __init__(self, index: int, fields: tuple[FieldLine, ...], content_start: int) -> None:
        self.index = index
        self.fields = fields
        self.content_start = content_start
        values = {line.name.lower(): line.value for line in reversed(fields)}
        content_id = values.get("content-id")
        self.content_id = _bare_id(content_id) if content_id is not None else None
        self.content_type = values.get("content-type")
        self.first: Stamp | None = None
        self.last: Stamp | None = None
        self.length = 0
        self.missing = 0
        self.held: HeldSink | None = None
        self.sink: HeldSink | ProbeSink


def _bare_id(value: str) -> str:
    """A Content-ID without white space and angle brackets (the documentation's sample has a space before `>`)."""
    return value.strip().removeprefix("<").removesuffix(">").strip()


def root_part(content: Content) -> Part | None:
    """The root part: the one that `start` names, else the first (RFC 2387 §3.2)."""
    start = parameter(content.parameters, "start")
    if start is not None:
        wanted = _bare_id(start)
        for part in content.parts:
            if part.content_id == wanted:
                return part
    return content.parts[0] if content.parts else None


class MultipartSink:
    """Cuts a multipart content into its parts."""

    __slots__ = (
        "_at", "_base", "_boundary", "_carry", "_closed", "_context", "_detached", "_fallback", "_hole",
        "_line_ends_said", "_needle", "_part", "_parts", "_start", "_state", "_trail",
    )  # fmt: skip

    def __init__(self, context: SinkContext, boundary: str | None, start: str | None) -> None:
        self._context = context
        self._boundary = boundary
        self._needle = b"--" + boundary.encode("latin-1", "replace") if boundary else b""
        self._start = _bare_id(start) if start is not None else None
        self._state = self._preamble if boundary else self._guess
        self._fallback: HeldSink | None = HeldSink(context, context.limits.held_content)
        """What a content without any delimiter is kept in: it may be plain SOAP."""
        self._trail = Trail()
        self._carry = b""
        self._base = 0
        """Content offset of the first carried byte."""
        self._at = 0
        """Content offset of the next byte."""
        self._part: _OpenPart | None = None
        self._parts: list[tuple[_OpenPart, bool]] = []
        self._closed = False
        self._line_ends_said = False
        self._detached = False
        self._hole = -1
        """Content offset behind the last hole: what stands before it is unknown."""
        if not boundary:
            context.say(odd(HttpAnomaly.BOUNDARY_MISSING, "", 0, 0, Space.CONTENT))

    # -- the sink's side

    def feed(self, data: bytes, low: int, high: int, view: View | None) -> None:
        self._trail.begin(view, view.start + low if view is not None else 0, self._at)
        self._at += high - low
        carry = self._carry
        if carry:
            data = carry + data[low:high]
            low, high = 0, len(data)
        self._run(data, low, high)

    def _run(self, data: bytes, low: int, high: int) -> None:
        """Read `data[low:high]`, whose first byte is content offset `_base`, as far as can be decided."""
        while low < high:
            position = self._state(data, low, high)
            if position < 0:  # undecided from `~position` on
                self._base += ~position - low
                low = ~position
                break
            self._base += position - low
            low = position
        self._carry = data[low:high]
        self._trail.settle(self._base, self._at)

    def gap(self, count: int) -> None:
        """A hole: what was carried belongs to what goes on; positions behind it stay true."""
        self._flush()
        self._trail.begin(None, 0, self._at)
        self._at += count
        self._base = self._hole = self._at
        part = self._part
        if part is not None:
            part.missing += count
            part.sink.gap(count)
        elif self._fallback is not None:
            self._fallback.gap(count)

    def _flush(self) -> None:
        """Nothing more follows the carried bytes: they belong to what is open."""
        carry, self._carry = self._carry, b""
        self._trail.begin(None, 0, self._at)
        if not carry:
            return
        if self._part is None and self._state == self._part_head:
            self._context.say(
                odd(
                    HttpAnomaly.PART_HEAD_UNTERMINATED, found(carry), self._base, self._base + len(carry), Space.CONTENT
                )
            )
            self._open_part(carry, 0, len(carry))
        elif self._part is not None:
            self._emit(carry, 0, len(carry))
        else:
            self._emit_fallback(carry, 0, len(carry))
        self._base += len(carry)

    def finish(self, closing: Closing) -> Gathered:
        self._flush()
        if self._part is not None:
            self._close_part(complete=False)
        if not self._parts and self._fallback is not None:
            if self._needle:
                self._context.say(odd(HttpAnomaly.BOUNDARY_ABSENT, self._boundary or "", 0, self._at, Space.CONTENT))
            return self._fallback.finish(closing)._replace(is_multipart=True, closed=False)
        parts = tuple(self._finished(part, complete, closing) for part, complete in self._parts)
        self._judge_root(parts)
        return Gathered(parts=parts, is_multipart=True, closed=self._closed)

    def _judge_root(self, parts: tuple[Part, ...]) -> None:
        wanted = self._start
        if wanted is None or not parts or parts[0].content_id == wanted:
            return
        named = next((part for part in parts if part.content_id == wanted), None)
        kind = HttpAnomaly.ROOT_ABSENT if named is None else HttpAnomaly.ROOT_NOT_FIRST
        at = parts[0].content_start if named is None else named.content_start
        self._context.say(odd(kind, wanted[:64], at, at, Space.CONTENT))

    @staticmethod
    def _finished(part: _OpenPart, complete: bool, closing: Closing) -> Part:
        probe = part.sink.probe()
        return Part(
            index=part.index,
            fields=part.fields,
            content_id=part.content_id,
            content_type=part.content_type,
            data=part.held.held() if part.held is not None else None,
            probe=probe,
            ref=closing.ref(part.index, probe.length),
            complete=complete and not part.missing,
            content_start=part.content_start,
            first=part.first or closing.first,
            last=part.last or closing.last,
        )

    # -- states: each takes data[low:high], returns how far it got, or ~position when it needs more than is there

    def _guess(self, data: bytes, low: int, high: int) -> int:
        """No boundary parameter: the first line that begins with two hyphens is the delimiter."""
        match = _GUESS.search(data, low, min(high, low + PREAMBLE_MAX))
        if match is None:
            if high - low < PREAMBLE_MAX:
                return ~low
            self._needle, self._state = b"", self._opaque
            return low
        boundary = match[1].rstrip(b" \t").removesuffix(b"--")
        self._needle = b"--" + boundary
        self._boundary = boundary.decode("latin-1")
        self._state = self._preamble
        return low

    def _opaque(self, data: bytes, low: int, high: int) -> int:
        """No delimiter will be found: everything goes to the fallback."""
        self._emit_fallback(data, low, high)
        return high

    def _preamble(self, data: bytes, low: int, high: int) -> int:
        return self._until_delimiter(data, low, high)

    def _body(self, data: bytes, low: int, high: int) -> int:
        return self._until_delimiter(data, low, high)

    def _until_delimiter(self, data: bytes, low: int, high: int) -> int:
        """Hand bytes on up to the next delimiter."""
        needle = self._needle
        position = data.find(needle, low, high)
        if position < 0:
            # a delimiter may have begun: CR LF and all but one byte of the needle
            safe = high - len(needle) - 1
            if safe <= low:
                return ~low
            self._emit(data, low, safe)
            return ~safe
        after = position + len(needle)
        tail = _TAIL.match(data, after, high)
        if tail is None and _TAIL_OPEN.fullmatch(data, after, high) is not None:
            return self._hold_from(data, low, position)
        stop = self._line_start(data, low, position)
        loose = stop is None and len(needle) - 2 >= LOOSE_BOUNDARY_MIN
        if tail is None or (stop is None and not loose):
            self._emit(data, low, position + 1)
            return position + 1
        if stop is None:
            stop = position
            at = self._base + position - low
            self._context.say(
                odd(
                    HttpAnomaly.DELIMITER_INLINE,
                    found(data[max(low, position - 8) : after]),
                    at,
                    at + len(needle),
                    Space.CONTENT,
                )
            )
        self._emit(data, low, stop)
        self._delimiter(data, low, position, tail, stop)
        return tail.end()

    def _hold_from(self, data: bytes, low: int, position: int) -> int:
        """A delimiter whose line is not over: hand on what precedes it, carry the rest."""
        safe = position - 2
        if safe <= low:
            return ~low
        self._emit(data, low, safe)
        return ~safe

    def _line_start(self, data: bytes, low: int, position: int) -> int | None:
        """Where the line end before a delimiter begins; None when the delimiter does not begin a line."""
        if position == low:
            part = self._part
            begun = part.length if part is not None else self._base
            return position if not begun or self._hole == self._base else None
        if data[position - 1] != 0x0A:
            return None
        if position - 2 >= low and data[position - 2] == 0x0D:
            return position - 2
        return position - 1

    def _delimiter(self, data: bytes, low: int, position: int, tail: re.Match[bytes], stop: int) -> None:
        """A delimiter line is complete."""
        at = self._base + stop - low
        end = self._base + tail.end() - low
        if position - stop == 1 or tail[2] == b"\n":
            self._say_line_ends(data[stop : tail.end()], at, end)
        if self._part is not None:
            self._close_part(complete=True)
        self._fallback = None
        self._context.meter.keep(self._trail.rows(at, end))
        if tail[1] is not None:
            self._closed = True
            self._state = self._epilogue
        elif len(self._parts) >= self._context.limits.parts:
            self._context.say(odd(HttpAnomaly.LIMIT, f"more than {len(self._parts)} parts", at, end, Space.CONTENT))
            self._state = self._epilogue
        else:
            self._state = self._part_head
            self._detached = False

    def _say_line_ends(self, text: bytes, at: int, end: int) -> None:
        if not self._line_ends_said:
            self._line_ends_said = True
            self._context.say(odd(HttpAnomaly.MIME_LINE_ENDS, found(text), at, end, Space.CONTENT))

    def _part_head(self, data: bytes, low: int, high: int) -> int:
        """Read the headers of a part up to the empty line."""
        blank = _BLANK_FIRST.match(data, low, high)
        if blank is not None and not self._detached:
            # the documentation's own sample has an empty line before the headers
            after = data[blank.end() : min(high, blank.end() + len(_MIME_FIELD))].lower()
            if not after or (len(after) < len(_MIME_FIELD) and _MIME_FIELD.startswith(after)):
                return ~low
            if after == _MIME_FIELD:
                at = self._base
                self._context.say(odd(HttpAnomaly.PART_HEAD_DETACHED, "", at, at + blank.end() - low, Space.CONTENT))
                self._detached = True
                return blank.end()
        if blank is not None:
            self._open_part(data, low, blank.end())
            return blank.end()
        bound = self._context.limits.part_head
        end = _BLANK.search(data, low, min(high, low + bound))
        if end is not None:
            stop = self._before_delimiter(data, low, end.end())
            self._open_part(data, low, stop)
            return stop
        if high - low < bound:
            return ~low
        stop = low + bound
        at = self._base
        self._context.say(odd(HttpAnomaly.PART_HEAD_UNTERMINATED, found(data[low:stop]), at, at + bound, Space.CONTENT))
        self._open_part(data, low, stop)
        return stop

    def _before_delimiter(self, data: bytes, low: int, stop: int) -> int:
        """Where the part headers `data[low:stop]` end: earlier when a delimiter stands among them."""
        position = data.find(b"\n" + self._needle, low, stop)
        if position < 0:
            return stop
        at = self._base
        text = found(data[low : position + 1])
        self._context.say(odd(HttpAnomaly.PART_HEAD_UNTERMINATED, text, at, at + position + 1 - low, Space.CONTENT))
        return position + 1

    def _open_part(self, data: bytes, low: int, stop: int) -> None:
        """The headers of a part are `data[low:stop]`; its body begins behind them."""
        at = self._base
        section = data[low:stop]
        said = len(self._context.anomalies)
        fields, _ = parse_fields(
            section, 0, at, self._context.anomalies, fields_max=self._context.limits.fields, space=Space.CONTENT
        )
        self._translate(said)
        part = _OpenPart(len(self._parts), fields, at + stop - low)
        self._context.meter.keep(self._trail.rows(at, at + stop - low))
        media_type = parse_media_type(part.content_type)[0] if part.content_type is not None else None
        named = self._start is not None and part.content_id == self._start
        if named or is_xml(media_type) or (part.index == 0 and not is_bulk(media_type)):
            part.held = HeldSink(self._context, self._context.limits.held_content, part.index)
            part.sink = part.held
        else:
            part.sink = ProbeSink(self._context, part.index)
        if part.content_id is None:
            self._context.say(odd(HttpAnomaly.CONTENT_ID_MISSING, "", at, at + stop - low, Space.CONTENT))
        self._part = part
        self._state = self._body

    def _translate(self, said: int) -> None:
        """Part headers are MIME, not HTTP: their line ends and lines have kinds of their own."""
        anomalies = self._context.anomalies
        fresh, anomalies[said:] = anomalies[said:], []
        for anomaly in fresh:
            if anomaly.kind is HttpAnomaly.BARE_LF:
                assert anomaly.span is not None
                self._say_line_ends(anomaly.detail.encode("latin-1", "replace"), anomaly.span.start, anomaly.span.end)
            else:
                self._context.say(
                    odd(HttpAnomaly.PART_HEAD_LINE, anomaly.detail, anomaly.span.start, anomaly.span.end, Space.CONTENT)
                    if anomaly.span is not None
                    else anomaly
                )

    def _epilogue(self, data: bytes, low: int, high: int) -> int:  # noqa: ARG002 - the shape of a state
        return high

    # -- parts

    def _emit(self, data: bytes, low: int, stop: int) -> None:
        """`data[low:stop]`, at content offset `_base`, belongs to what is open."""
        if stop <= low:
            return
        part = self._part
        if part is None:
            self._emit_fallback(data, low, stop)
            return
        at = self._base
        if part.first is None:
            part.first = self._trail.stamp(at)
        part.last = self._trail.stamp(at + stop - low - 1)
        if part.held is not None:
            self._context.meter.keep(self._trail.rows(at, at + stop - low))
        part.length += stop - low
        part.sink.feed(data, low, stop, None)

    def _emit_fallback(self, data: bytes, low: int, stop: int) -> None:
        """`data[low:stop]` stands before the first delimiter: the preamble, or all of it."""
        if self._fallback is None:
            return
        at = self._base
        kept = min(at + stop - low, self._context.limits.held_content)
        self._context.meter.keep(self._trail.rows(at, kept))
        self._fallback.feed(data, low, stop, None)

    def _close_part(self, *, complete: bool) -> None:
        assert self._part is not None
        self._parts.append((self._part, complete))
        self._part = None
