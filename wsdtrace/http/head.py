"""Header section → start-line, field lines and what is odd about them (RFC 9112 §2.2–§5).

Theory of operation:

1. A section is cut at LF; a CR before it belongs to the line end. LF alone ends a line too, and is said once per
   message.
2. A line keeps its place in the stream. Its text is decoded as ISO-8859-1, so nothing is lost.
3. Nothing is refused: a line without colon becomes a field line with an empty value, a fold is joined to the line
   before.
4. What decides about framing is read from lines that have a colon only.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache
from typing import NamedTuple

from wsdtrace.dataclass import dataclass
from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.http.values import make_field_line, make_span
from wsdtrace.records import Anomaly, FieldLine, RequestLine, Space, Span, StatusLine

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST = re.compile(rb"(" + _TOKEN + rb") ([!-~\x80-\xff]+) (HTTP/[0-9]\.[0-9])")
_STATUS = re.compile(rb"(HTTP/[0-9]\.[0-9]) ([1-9][0-9]{2})( ?)([\t -~\x80-\xff]*)")
# RFC 9112 §3: a recipient MAY parse on white-space-delimited word boundaries
_LOOSE_REQUEST = re.compile(rb"[ \t]*([A-Z-]+)[ \t]+(\S(?:.*\S)?)[ \t]+((?i:HTTP)/[0-9.]+)\s*", re.DOTALL)
_LOOSE_STATUS = re.compile(rb"\s*((?i:HTTP)(?:/[0-9.]+)?)[ \t]+([0-9]{3})(?![0-9])[ \t]*(.*)", re.DOTALL)
_STATUS_LIKE = re.compile(rb"(?i:HTTP)/?[0-9. \t]")
_REQUEST_LIKE = re.compile(rb"[!-~\x80-\xff].*HTTP/[0-9]\.[0-9][ \t]*", re.DOTALL)
_STATUS_BEGINNING = re.compile(rb"(?i:H(?:T(?:T(?:P(?:[/ \t].*)?)?)?)?)", re.DOTALL)
_REQUEST_BEGINNING = re.compile(rb"[A-Z-]+(?:[ \t].*)?", re.DOTALL)
_NAME = re.compile(_TOKEN)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

_FRAMING = frozenset({
    "content-length", "transfer-encoding", "content-type", "content-encoding", "host", "connection",
})  # fmt: skip


Start = RequestLine | StatusLine | None
"""A start-line; None when it can be read as neither."""
Known = dict[str, list[tuple[str, Span]]]
"""Values and places of the field lines that decide about framing and content, by lower-case name."""


LINES_CACHED = 256
"""Start-lines that are remembered; one of 8 KiB at most each."""


@dataclass(slots=True)
class Head:
    """A header section that was read."""

    start: Start
    fields: tuple[FieldLine, ...]
    anomalies: list[Anomaly]
    known: Known = field(default_factory=dict)
    """Values of the field lines that decide about framing and content, by lower-case name."""

    def value(self, name: str) -> str | None:
        """First value of a field that decides about framing or content."""
        values = self.known.get(name)
        return values[0][0] if values else None


@lru_cache(LINES_CACHED)
def parse_request_line(line: bytes) -> tuple[RequestLine | None, HttpAnomaly | None]:
    """A request-line without its line end; None when it is none even for a lenient reader."""
    match = _REQUEST.fullmatch(line)
    if match is not None:
        target = match[2].decode("latin-1")
        kind = None
        if match[3] not in _VERSIONS:
            kind = HttpAnomaly.VERSION
        elif target[0] != "/" and "://" in target:
            kind = HttpAnomaly.ABSOLUTE_TARGET
        return RequestLine(match[1].decode("ascii"), target, match[3].decode("ascii")), kind
    match = _LOOSE_REQUEST.fullmatch(line)
    if match is None:
        return None, HttpAnomaly.START_LINE
    method, target_bytes, version = match.groups()
    return (
        RequestLine(method.decode("ascii"), target_bytes.decode("latin-1"), version.decode("ascii")),
        HttpAnomaly.START_LINE,
    )


@lru_cache(LINES_CACHED)
def parse_status_line(line: bytes) -> tuple[StatusLine | None, HttpAnomaly | None]:
    """A status-line without its line end; None when it has no status code where one belongs."""
    match = _STATUS.fullmatch(line)
    if match is not None and (match[3] or not match[4]):
        kind = None
        if match[1] not in _VERSIONS:
            kind = HttpAnomaly.VERSION
        elif not match[3]:
            kind = HttpAnomaly.REASON_SPACE_MISSING
        return StatusLine(match[1].decode("ascii"), int(match[2]), match[4].decode("latin-1")), kind
    match = _LOOSE_STATUS.fullmatch(line)
    if match is None:
        return None, HttpAnomaly.START_LINE
    version, status, reason = match.groups()
    return StatusLine(version.decode("ascii"), int(status), reason.decode("latin-1")), HttpAnomaly.START_LINE


_VERSIONS = frozenset({b"HTTP/1.1", b"HTTP/1.0"})


def is_start_line(line: bytes, *, request: bool) -> bool:
    """The line (without its end) is meant as a start-line of that side, whether or not it can be read."""
    if request:
        return parse_request_line(line)[0] is not None or _REQUEST_LIKE.fullmatch(line) is not None
    return _STATUS_LIKE.match(line) is not None


def may_begin_start_line(line: bytes, *, request: bool) -> bool:
    """A line that was cut can be the beginning of a start-line of that side."""
    pattern = _REQUEST_BEGINNING if request else _STATUS_BEGINNING
    return pattern.fullmatch(line) is not None


def parse_head(section: bytes, at: int, *, request: bool, fields_max: int, whole: bool = True) -> Head:
    """Read a header section.

    Args:
        section: from the start-line to the end of the empty line, or as far as the section goes.
        at: stream offset of its first byte.
        request: the sender is the client.
        fields_max: field lines that are kept.
        whole: False when the section was cut. Then its last line is read only if it is the start-line, and what is not
            there is not held against the sender.
    """
    if not whole:
        section = section[: section.rfind(b"\n") + 1] or section
    end = section.find(b"\n")
    anomalies: list[Anomaly] = []
    line = section[:end] if end >= 0 else section
    if line[-1:] == b"\r":
        line = line[:-1]
    elif end >= 0:
        anomalies.append(odd(HttpAnomaly.BARE_LF, found(line), at, at + end + 1))
    start: Start
    start, kind = parse_request_line(line) if request else parse_status_line(line)
    if kind is not None and (whole or end >= 0):
        anomalies.append(odd(kind, found(line), at, at + len(line)))
    fields: tuple[FieldLine, ...] = ()
    known: Known = {}
    if end >= 0:
        fields, known = parse_fields(section, end + 1, at, anomalies, fields_max=fields_max)
    if request and start is not None and whole:
        _check_host(start, known, at, len(line), anomalies)
    return Head(start, fields, anomalies, known)


def _check_host(
    start: RequestLine | StatusLine,
    known: Known,
    at: int,
    size: int,
    anomalies: list[Anomaly],
) -> None:
    """RFC 9112 §3.2: exactly one Host in a request of HTTP/1.1."""
    hosts = known.get("host", ())
    if not hosts and start.version == "HTTP/1.1":
        anomalies.append(odd(HttpAnomaly.HOST_MISSING, "", at, at + size))
    elif len(hosts) > 1:
        value, span = hosts[1]
        anomalies.append(Anomaly(HttpAnomaly.HOST_REPEATED, value, span))


def parse_fields(
    section: bytes, position: int, at: int, anomalies: list[Anomaly], *, fields_max: int, space: Space = Space.STREAM
) -> tuple[tuple[FieldLine, ...], Known]:
    """Read the field lines of a header, trailer or part section.

    Args:
        section: the section; reading stops at its first empty line or its end.
        position: where in it the first field line begins.
        at: offset of `section[0]` in `space`.
        anomalies: gets what is odd.
        fields_max: field lines that are kept.
        space: what the spans count.
    """
    fields: list[FieldLine] = []
    known: Known = {}
    position = _read_known_lines(section, position, at, fields, known, fields_max, space)
    bare_lf_said = any(anomaly.kind is HttpAnomaly.BARE_LF for anomaly in anomalies)
    size = len(section)
    while position < size:
        end = section.find(b"\n", position)
        stop = size if end < 0 else end
        line = section[position:stop]
        here = at + position
        position = stop + 1
        if line[-1:] == b"\r":
            line = line[:-1]
        elif end >= 0 and not bare_lf_said:
            bare_lf_said = True
            anomalies.append(odd(HttpAnomaly.BARE_LF, found(line), here, at + stop + 1, space))
        if not line:
            break
        span = make_span(space, here, here + len(line))
        if line[0] in b" \t":
            _fold(line, span, fields, known, anomalies)
            continue
        if len(fields) >= fields_max:
            anomalies.append(Anomaly(HttpAnomaly.LIMIT, f"more than {fields_max} field lines", span))
            break
        text = _LINES.get(line) or _read_line(line, span, anomalies)
        fields.append(make_field_line(text.name, text.value, span))
        if text.known is not None:
            known.setdefault(text.known, []).append((text.value, span))
    return tuple(fields), known


def _read_known_lines(
    section: bytes, position: int, at: int, fields: list[FieldLine], known: Known, fields_max: int, space: Space
) -> int:
    """Read field lines as long as they are well-formed and were seen before; returns where they end.

    Nothing here that `parse_fields` would not do: it is its loop for the common case, at a third of the time.
    """
    for line in section[position:].split(b"\r\n", fields_max)[:fields_max]:
        text = _LINES.get(line)
        if text is None:
            break
        size = len(line)
        start = at + position
        span = make_span(space, start, start + size)
        fields.append(make_field_line(text.name, text.value, span))
        if text.known is not None:
            known.setdefault(text.known, []).append((text.value, span))
        position += size + 2
    return position


class _LineText(NamedTuple):
    """What a field line says, wherever it stands."""

    name: str
    value: str
    known: str | None
    """Lower-case name when it decides about framing or content."""


_LINES: dict[bytes, _LineText] = {}
"""Field lines without anything odd that were read lately; the same ones come with every message."""
_LINES_MAX = 4096
_LINE_MAX = 256
"""Bytes of a line that is remembered: the memory is bounded by 4096 * 256 bytes and what Python adds."""


def _read_line(line: bytes, span: Span, anomalies: list[Anomaly]) -> _LineText:
    """Read one field line (without its line end) that is no fold."""
    said = len(anomalies)
    raw_name, colon, raw_value = line.partition(b":")
    if not colon:
        anomalies.append(Anomaly(HttpAnomaly.COLON_MISSING, found(line), span))
        return _LineText(line.decode("latin-1").strip(" \t"), "", None)
    if _NAME.fullmatch(raw_name) is None:
        stripped = raw_name.rstrip(b" \t")
        kind = HttpAnomaly.FIELD_NAME if _NAME.fullmatch(stripped) is None else HttpAnomaly.SPACE_BEFORE_COLON
        anomalies.append(Anomaly(kind, found(line), span))
        raw_name = stripped
    _check_value(raw_value, line, span, anomalies)
    name = raw_name.decode("latin-1")
    lower = name.lower()
    text = _LineText(name, raw_value.strip(b" \t").decode("latin-1"), lower if lower in _FRAMING else None)
    if len(anomalies) == said and len(line) <= _LINE_MAX:
        if len(_LINES) >= _LINES_MAX:
            _LINES.clear()
        _LINES[line] = text
    return text


def _check_value(raw: bytes, line: bytes, span: Span, anomalies: list[Anomaly]) -> None:
    """RFC 9110 §5.5: CR, LF and NUL are dangerous, other control characters invalid."""
    control = _CONTROL.search(raw)
    if control is not None:
        kind = HttpAnomaly.BARE_CR if control[0] == b"\r" else HttpAnomaly.FIELD_VALUE
        anomalies.append(Anomaly(kind, found(line), span))


def _fold(line: bytes, span: Span, fields: list[FieldLine], known: Known, anomalies: list[Anomaly]) -> None:
    """Join a folded line to the field line before it (RFC 9112 §5.2)."""
    if not fields:
        anomalies.append(Anomaly(HttpAnomaly.SPACE_BEFORE_FIRST_FIELD, found(line), span))
        return
    if span.space is Space.STREAM:  # in MIME a fold is allowed (RFC 5322 §2.2.3)
        anomalies.append(Anomaly(HttpAnomaly.FOLDED, found(line), span))
    last = fields[-1]
    text = line.decode("latin-1").strip(" \t")
    value = f"{last.value} {text}" if last.value and text else last.value or text
    fields[-1] = FieldLine(last.name, value, Span(span.space, last.span.start, span.end))
    values = known.get(last.name.lower())
    if values and values[-1][1].start == last.span.start:
        values[-1] = (value, fields[-1].span)
