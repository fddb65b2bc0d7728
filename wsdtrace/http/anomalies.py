"""What an HTTP/1.x or MIME reader may find odd: the kinds of `records.Anomaly` of this room.

A kind states what was seen. Whether the specification forbids it is a fact about the kind, kept here as sets beside
the names, so that a rule asks `anomaly.kind in FORBIDDEN` and needs no list of its own.
"""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.records import Anomaly, Space, Span

FOUND_MAX = 64
"""Bytes of the wire that an anomaly quotes: one line of a report."""


class HttpAnomaly(StrEnum):
    """Kinds of oddities; the value is what stands in a report."""

    # Start-line (RFC 9112 §3, §4)
    START_LINE = "malformed start-line"
    VERSION = "unsupported version"
    REASON_SPACE_MISSING = "no space after the status code"
    ABSOLUTE_TARGET = "target in absolute form"
    EMPTY_LINE_BEFORE = "empty line before the start-line"

    # Field lines (RFC 9112 §5, RFC 9110 §5)
    COLON_MISSING = "field line without colon"
    SPACE_BEFORE_COLON = "white space before the colon"
    FIELD_NAME = "invalid field name"
    FIELD_VALUE = "control character in a field value"
    FOLDED = "obsolete line folding"
    SPACE_BEFORE_FIRST_FIELD = "white space before the first field line"
    BARE_LF = "line ends in LF alone"
    BARE_CR = "CR inside a line"
    HOST_MISSING = "Host missing"
    HOST_REPEATED = "Host repeated"
    HEADER_UNTERMINATED = "header section without end"

    # Framing (RFC 9112 §6, §7)
    LENGTH_MALFORMED = "malformed Content-Length"
    LENGTH_CONFLICT = "conflicting Content-Length values"
    LENGTH_REPEATED = "Content-Length repeated"
    LENGTH_AND_CODING = "Transfer-Encoding and Content-Length together"
    LENGTH_FORBIDDEN = "Content-Length where none may be"
    CODING_FORBIDDEN = "Transfer-Encoding where none may be"
    CODING_UNKNOWN = "unknown transfer coding"
    CODING_NOT_FINAL = "chunked is not the final transfer coding"
    CHUNK_SIZE = "malformed chunk size"
    CHUNK_SIZE_PADDED = "white space after the chunk size"
    CHUNK_END = "no line end after chunk data"
    CHUNK_EXTENSION = "chunk extension"
    LAST_CHUNK_UNTERMINATED = "no empty line after the last chunk"
    EXCESS_BYTES = "bytes that belong to no message"

    # Content coding (RFC 9110 §8.4)
    CONTENT_CODING_UNKNOWN = "unknown content coding"
    CONTENT_CODING_BROKEN = "content coding cannot be decoded"

    # Order of messages
    RESYNCHRONISED = "resynchronised at a start-line"

    # MIME (RFC 2046 §5.1, RFC 2387)
    MIME_TYPE = "malformed media type"
    BOUNDARY_MISSING = "boundary parameter missing"
    BOUNDARY_ABSENT = "no delimiter with the announced boundary"
    DELIMITER_INLINE = "delimiter does not begin a line"
    MIME_LINE_ENDS = "LF where CRLF belongs around parts"
    PART_HEAD_DETACHED = "empty line between delimiter and part headers"
    PART_HEAD_UNTERMINATED = "part headers without end"
    PART_HEAD_LINE = "malformed part header line"
    CONTENT_ID_MISSING = "part without Content-ID"
    ROOT_NOT_FIRST = "root part is not the first"
    ROOT_ABSENT = "start parameter names no part"

    # Ours
    LIMIT = "limit"


FORBIDDEN = frozenset(
    {
        HttpAnomaly.START_LINE,
        HttpAnomaly.REASON_SPACE_MISSING,  # RFC 9112 §4: "A server MUST send the space"
        HttpAnomaly.COLON_MISSING,
        HttpAnomaly.SPACE_BEFORE_COLON,  # RFC 9112 §5.1
        HttpAnomaly.FIELD_NAME,
        HttpAnomaly.FIELD_VALUE,  # RFC 9110 §5.5
        HttpAnomaly.FOLDED,  # RFC 9112 §5.2: "A sender MUST NOT generate"
        HttpAnomaly.SPACE_BEFORE_FIRST_FIELD,  # RFC 9112 §2.2
        HttpAnomaly.BARE_LF,  # RFC 9112 §2.1: lines end in CRLF; §2.2 only lets recipients bear it
        HttpAnomaly.BARE_CR,  # RFC 9112 §2.2: "A sender MUST NOT generate a bare CR"
        HttpAnomaly.HOST_MISSING,  # RFC 9112 §3.2
        HttpAnomaly.HOST_REPEATED,  # RFC 9112 §3.2
        HttpAnomaly.LENGTH_MALFORMED,
        HttpAnomaly.LENGTH_CONFLICT,
        HttpAnomaly.LENGTH_AND_CODING,  # RFC 9112 §6.2: "A sender MUST NOT send"
        HttpAnomaly.LENGTH_FORBIDDEN,  # RFC 9110 §8.6
        HttpAnomaly.CODING_FORBIDDEN,  # RFC 9112 §6.1
        HttpAnomaly.CODING_NOT_FINAL,  # RFC 9112 §6.1
        HttpAnomaly.CHUNK_SIZE,
        HttpAnomaly.CHUNK_SIZE_PADDED,
        HttpAnomaly.CHUNK_END,
        HttpAnomaly.LAST_CHUNK_UNTERMINATED,
        HttpAnomaly.EXCESS_BYTES,  # RFC 9112 §6.3: the length does not fit what was sent
    }
)
"""Kinds that RFC 9112 (or RFC 9110 for the same octets) forbids the sender; the others are merely noteworthy."""

MIME_BOUNDARY = frozenset({HttpAnomaly.BOUNDARY_MISSING, HttpAnomaly.BOUNDARY_ABSENT, HttpAnomaly.DELIMITER_INLINE})
"""Kinds that say that the boundary of a multipart content is malformed."""


def found(data: bytes | bytearray | memoryview) -> str:
    """What stands on the wire, cut for quoting; ISO-8859-1, so every byte survives."""
    text = bytes(data[: FOUND_MAX + 1])
    return text[:FOUND_MAX].decode("latin-1") + ("…" if len(text) > FOUND_MAX else "")


def odd(kind: HttpAnomaly, detail: str, start: int, end: int, space: Space = Space.STREAM) -> Anomaly:
    """An anomaly at bytes `start:end` of a space."""
    return Anomaly(kind, detail, Span(space, start, end))
