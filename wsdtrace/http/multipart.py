"""A multipart content → parts, as it streams by (RFC 2046 §5.1, RFC 2387): the root part is held, others probed.

Theory of operation:

1. Bytes come in feeds of any size. What cannot be decided yet is *carried*: a delimiter line, or the headers of a part.
2. A delimiter is looked for as `--boundary` by one `bytes.find`; what precedes and follows it is judged only where it
   was found.
3. A delimiter must begin a line. One that does not is still a delimiter when the rest of its line is right and the
   boundary is long enough not to occur by chance (seen: Xerox WorkCentre 3025 leaves out the CRLF behind the image).
4. Line ends may be LF alone; that is said once. White space behind the boundary is allowed by the grammar.
5. Positions are content offsets; a hole counts, so that positions behind it are true.
6. A part that is a multipart itself is a part like any other: its own delimiters are bytes.

States: (guess →) preamble → part head → body → part head … → epilogue. Each takes data[low:high], whose first byte is
content offset `_base`, and returns how far it got, or `~position` when it needs more than is there.
"""

from __future__ import annotations

import re

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.http.content import Closing, Gathered, HeldSink, SinkContext, StampOf
from wsdtrace.http.media import Parameters, parameter
from wsdtrace.http.parts import OpenPart, bare_id, judge_root, read_part_head, unterminated
from wsdtrace.http.place import Place, Trail
from wsdtrace.http.scan import find_in
from wsdtrace.records import Extents, Part, Space

LOOSE_BOUNDARY_MIN = 8
"""Characters that a boundary must have to count where it begins no line: by chance once in 2**64 bytes."""
PADDING_MAX = 256
"""White space between boundary and line end that is looked at."""
BOUNDARY_MAX = 200
"""Characters of a guessed boundary; RFC 2046 §5.1.1 allows 70."""
SEAM = 4 * 1024
"""Bytes of a feed that are joined to what was carried: more than a delimiter line."""
GUESS_MAX = 8 * 1024
"""Bytes in which a boundary is guessed when the parameter is missing."""

_TAIL = re.compile(rb"(--)|[ \t]{0,%d}(\r?\n)" % PADDING_MAX)
_TAIL_OPEN = re.compile(rb"-?|[ \t]{0,%d}\r?" % PADDING_MAX)
_BLANK = re.compile(rb"\n\r?\n")
_BLANK_FIRST = re.compile(rb"\r?\n")
_GUESS = re.compile(rb"--([^\r\n]{1,%d})\r?\n" % BOUNDARY_MAX)
_MIME_FIELD = b"content-"


class MultipartSink:
    """Cuts a multipart content into its parts."""

    __slots__ = (
        "_at", "_base", "_boundary", "_carry", "_closed", "_context", "_detached", "_hole", "_is_related",
        "_line_ends_said",
        "_needle", "_part", "_parts", "_preface", "_scanned", "_start", "_state", "_trail",
    )  # fmt: skip

    def __init__(self, context: SinkContext, media_type: str, parameters: Parameters) -> None:
        """Read with the parameters of the Content-Type."""
        boundary, start = parameter(parameters, "boundary"), parameter(parameters, "start")
        self._context = context
        self._is_related = media_type == "multipart/related"
        self._boundary = boundary.encode("latin-1", "replace") if boundary else b""
        self._needle = b"--" + self._boundary
        self._start = bare_id(start) if start is not None and self._is_related else None
        self._state = MultipartSink._until_delimiter if boundary else MultipartSink._guess
        self._preface: HeldSink | None = HeldSink(context, context.limits.held_content)
        """What stands before the first delimiter; without any, it is the content (it may be plain SOAP)."""
        self._trail = Trail()
        self._carry = b""
        self._base = 0
        """Content offset of the first byte that is not decided."""
        self._at = 0
        """Content offset of the next byte."""
        self._hole = -1
        """Content offset behind the last hole: what stands before it is unknown."""
        self._scanned = 0
        """Bytes from `_base` on that were searched in vain, so that they are not searched with every feed."""
        self._part: OpenPart | None = None
        self._parts: list[OpenPart] = []
        """Parts that are over."""
        self._closed = False
        self._line_ends_said = False
        self._detached = False
        """An empty line stood between the delimiter and the headers of the part at hand."""
        if not boundary:
            self._say(HttpAnomaly.BOUNDARY_MISSING, b"", 0, 0)

    # -- the sink's side

    def feed(self, data: bytes, low: int, high: int, place: Place | None) -> None:
        self._trail.begin(place, self._at)
        self._at += high - low
        carry = self._carry
        if carry and high - low > 2 * SEAM:
            # only the seam is joined: a copy of a large feed costs more than reading it
            seam = carry + data[low : low + SEAM]
            carry = seam[self._read(seam, 0, len(seam)) :]
            low += SEAM
            if len(carry) <= SEAM:  # what is undecided lies in this feed
                low -= len(carry)
                carry = b""
        if carry:
            data = carry + data[low:high]
            low, high = 0, len(data)
        self._carry = data[self._read(data, low, high) : high]
        self._trail.settle(self._base, self._at)

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> int:
        """Let bytes pass in which no delimiter begins; those before one, and the last ones, have to be fed."""
        part, needle, carry = self._part, self._needle, self._carry
        stop = high - SEAM
        is_body = part is not None and not part.is_held and self._state is MultipartSink._until_delimiter
        if not is_body or stop <= low or len(self._boundary) < LOOSE_BOUNDARY_MIN:
            return 0
        if needle in carry + extents.join(low, low + len(needle)):
            return 0
        hit = find_in(extents, needle, low, high)
        if hit >= 0:
            stop = hit - SEAM
        if stop <= low:
            return 0
        self._flush()
        assert part is not None
        part.skim(extents, low, stop, stamp)
        self._at += stop - low
        self._base = self._at
        self._trail.settle(self._base, self._at)
        return stop - low

    def _read(self, data: bytes, low: int, high: int) -> int:
        """Read `data[low:high]`, whose first byte is content offset `_base`; returns where it is undecided."""
        while low < high:
            position = self._state(self, data, low, high)
            stop = position if position >= 0 else ~position
            self._base += stop - low
            low = stop
            if position < 0:
                break
        return low

    def gap(self, count: int) -> None:
        """A hole: what was carried belongs to what goes on; positions behind it stay true."""
        self._flush()
        self._at += count
        self._base = self._hole = self._at
        self._trail.begin(None, self._at)
        if self._part is not None:
            self._part.gap(count)
        elif self._preface is not None:
            self._preface.gap(count)

    def _flush(self) -> None:
        """Nothing follows the carried bytes: they belong to what is open."""
        carry, self._carry = self._carry, b""
        self._scanned = 0
        self._trail.begin(None, self._at)
        if not carry:
            return
        if self._state is MultipartSink._part_head:
            self._context.anomalies.append(unterminated(carry, self._base))
            self._open_part(carry, 0, len(carry))
        else:
            self._emit(carry, 0, len(carry))
        self._base += len(carry)

    def finish(self, closing: Closing) -> Gathered:
        self._flush()
        self._close_part(complete=False)
        if not self._parts and self._preface is not None:
            if self._boundary and closing.whole:  # else the delimiter may stand in what is missing
                self._say(HttpAnomaly.BOUNDARY_ABSENT, self._boundary, 0, 0)
            return self._preface.finish(closing)._replace(is_multipart=True, closed=False)
        parts: tuple[Part, ...] = tuple(part.part(closing) for part in self._parts)
        self._context.anomalies += judge_root(parts, self._start)
        return Gathered(parts=parts, is_multipart=True, closed=self._closed)

    def _say(self, kind: HttpAnomaly, text: bytes, start: int, end: int) -> None:
        self._context.anomalies.append(odd(kind, found(text), start, end, Space.CONTENT))

    # -- states

    def _guess(self, data: bytes, low: int, high: int) -> int:
        """No boundary parameter: the first line that begins with two hyphens is the delimiter."""
        bound = min(high, low + GUESS_MAX)
        line = low + self._scanned
        while line < bound:
            if data[line] == 0x2D:
                match = _GUESS.match(data, line, bound)
                if match is not None:
                    self._boundary = match[1].rstrip(b" \t").removesuffix(b"--")
                    self._needle = b"--" + self._boundary
                    self._scanned = 0
                    self._state = MultipartSink._until_delimiter
                    return low
            end = data.find(b"\n", line, bound)
            if end < 0:
                break
            line = end + 1
            self._scanned = line - low
        if bound - low < GUESS_MAX:
            return ~low
        self._scanned = 0
        self._state = MultipartSink._opaque
        return low

    def _opaque(self, data: bytes, low: int, high: int) -> int:
        """No delimiter will be found, or none counts any more."""
        self._emit(data, low, high)
        return high

    def _until_delimiter(self, data: bytes, low: int, high: int) -> int:
        """The preamble or the body of a part: hand bytes on up to the next delimiter."""
        needle = self._needle
        position = data.find(needle, low, high)
        if position < 0:
            # a delimiter may have begun: CR LF and all but one byte of the needle
            return self._emit_before(data, low, high - len(needle) - 1)
        after = position + len(needle)
        tail = _TAIL.match(data, after, high)
        if tail is None and _TAIL_OPEN.fullmatch(data, after, high) is not None:
            return self._emit_before(data, low, position - 2)
        stop = self._line_start(data, low, position)
        if tail is None or (stop is None and len(self._boundary) < LOOSE_BOUNDARY_MIN):
            self._emit(data, low, position + 1)
            return position + 1
        if stop is None:
            stop = position
            at = self._base + position - low
            self._say(HttpAnomaly.DELIMITER_INLINE, data[max(low, position - 2) : after], at, at + len(needle))
        self._emit(data, low, stop)
        self._delimiter(data, low, position, tail, stop)
        return tail.end()

    def _emit_before(self, data: bytes, low: int, stop: int) -> int:
        """Hand on what cannot belong to a delimiter any more; the rest is carried."""
        if stop <= low:
            return ~low
        self._emit(data, low, stop)
        return ~stop

    def _line_start(self, data: bytes, low: int, position: int) -> int | None:
        """Where the line end before a delimiter begins; None when the delimiter does not begin a line."""
        if position == low:
            begun = self._part.length if self._part is not None else self._base
            return position if not begun or self._hole == self._base else None
        if data[position - 1] != 0x0A:
            return None
        return position - 2 if position - 2 >= low and data[position - 2] == 0x0D else position - 1

    def _delimiter(self, data: bytes, low: int, position: int, tail: re.Match[bytes], stop: int) -> None:
        """A delimiter line is complete: it begins, with its line end, at `stop`."""
        at = self._base + stop - low
        end = self._base + tail.end() - low
        if position - stop == 1 or tail[2] == b"\n":
            self._say_line_ends(data[stop : tail.end()], at, end)
        self._close_part(complete=True)
        if self._preface is not None:
            self._preface.drop()
            self._preface = None
        self._keep(at, end)
        if tail[1] is not None:
            self._closed = True
            self._state = MultipartSink._opaque  # the epilogue
        elif len(self._parts) >= self._context.limits.parts:
            self._say(HttpAnomaly.LIMIT, b"more than %d parts" % len(self._parts), at, end)
            self._state = MultipartSink._opaque
        else:
            self._state = MultipartSink._part_head
            self._detached = False

    def _say_line_ends(self, text: bytes, at: int, end: int) -> None:
        if not self._line_ends_said:
            self._line_ends_said = True
            self._say(HttpAnomaly.MIME_LINE_ENDS, text, at, end)

    def _part_head(self, data: bytes, low: int, high: int) -> int:
        """Read the headers of a part up to the empty line."""
        blank = _BLANK_FIRST.match(data, low, high)
        if blank is not None:
            return self._blank_head(data, low, high, blank.end())
        bound = self._context.limits.part_head
        end = _BLANK.search(data, max(low, low + self._scanned - 2), min(high, low + bound))
        self._scanned = high - low
        if end is None and high - low < bound:
            return ~low
        self._scanned = 0
        stop = end.end() if end is not None else low + bound
        delimiter = data.find(b"\n" + self._needle, low, stop)
        if delimiter >= 0:
            stop = delimiter + 1
        if end is None or delimiter >= 0:
            self._context.anomalies.append(unterminated(data[low:stop], self._base))
        self._open_part(data, low, stop)
        return stop

    def _blank_head(self, data: bytes, low: int, high: int, stop: int) -> int:
        """An empty line follows the delimiter: no headers, or they come behind it (the documentation's own sample)."""
        if not self._detached:
            after = data[stop : min(high, stop + len(_MIME_FIELD))].lower()
            if len(after) < len(_MIME_FIELD) and _MIME_FIELD.startswith(after):
                return ~low
            if after == _MIME_FIELD:
                self._say(HttpAnomaly.PART_HEAD_DETACHED, data[low:stop], self._base, self._base + stop - low)
                self._detached = True
                return stop
        self._open_part(data, low, stop)
        return stop

    def _open_part(self, data: bytes, low: int, stop: int) -> None:
        """The headers of a part are `data[low:stop]`; its body begins behind them."""
        at, body = self._base, self._base + stop - low
        fields, odds = read_part_head(data[low:stop], at, self._context.limits.fields)
        for anomaly in odds:
            if anomaly.kind is HttpAnomaly.MIME_LINE_ENDS:
                self._say_line_ends(data[low:stop], at, body)
            else:
                self._context.anomalies.append(anomaly)
        self._keep(at, body)
        self._part = OpenPart(len(self._parts), fields, body, self._start, self._context)
        if self._is_related and self._part.content_id is None:
            self._say(HttpAnomaly.CONTENT_ID_MISSING, b"", at, body)
        self._state = MultipartSink._until_delimiter

    def _close_part(self, *, complete: bool) -> None:
        if self._part is not None:
            self._part.seal(complete=complete)
            self._parts.append(self._part)
            self._part = None

    # -- bytes

    def _keep(self, low: int, high: int) -> None:
        self._trail.keep(low, high, self._context.meter, self._context.pieces)

    def _emit(self, data: bytes, low: int, stop: int) -> None:
        """`data[low:stop]`, from content offset `_base` on, belongs to what is open; the epilogue to nothing."""
        if stop <= low:
            return
        at, end = self._base, self._base + stop - low
        part = self._part
        if part is not None:
            if part.is_held:
                self._keep(at, min(end, part.content_start + self._context.limits.held_content))
            part.feed(data, low, stop, self._trail.stamp(at), self._trail.stamp(end - 1))
        elif self._preface is not None:
            self._keep(at, min(end, self._context.limits.held_content))
            self._preface.feed(data, low, stop, None)
