"""Door 3: HTTP messages, their contents and parts, and the exchanges that they make."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records.places import Anomaly, ConnectionId, Direction, Endpoint, Span, Stamp
from wsdtrace.records.streams import SegmentIndex


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field line (RFC 9112 §5), decoded as ISO-8859-1 so that nothing is lost."""

    name: str
    """As on the wire; compare with `.lower()`."""
    value: str
    """Without leading and trailing white space; obsolete folds joined by one space."""
    span: Span


@dataclass(frozen=True, slots=True)
class RequestLine:
    """RFC 9112 §3."""

    method: str
    target: str
    version: str
    """`HTTP/1.1`, as on the wire."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """RFC 9112 §4."""

    version: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class ContentRef:
    """Where a content that was not held can be read again. Fixed size, whatever the content's.

    Reading walks the records that begin in `file_start..file_end` with the same reassembler and reader.
    """

    originator: Endpoint
    responder: Endpoint
    direction: Direction
    message_start: int
    """Stream offset of the start-line of the message."""
    message_end: int
    base_seq: int
    """TCP sequence number of stream offset 0 of this direction, modulo 2**32; -1 for a source without TCP."""
    file_start: int
    file_end: int
    """Where the records of the first and of the last of the message's frames in the file begin, in bytes of the
    uncompressed source: every frame of it begins in `file_start..file_end`, both included."""
    part: int
    """0-based part of the multipart content; -1 for the whole content."""
    length: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What was kept of a content that streamed through: enough for the image rules."""

    length: int
    head: bytes
    """Up to the first 64 KiB."""
    tail: bytes
    """Up to the last 64 KiB (overlaps `head` when shorter)."""
    sha256: str | None
    """Hex; only when digests were asked for and nothing is missing."""
    missing: int
    """Bytes lost in gaps."""


@dataclass(frozen=True, slots=True)
class Part:
    """One body part of a multipart/related content."""

    index: int
    fields: tuple[FieldLine, ...]
    content_id: str | None
    """Without angle brackets."""
    content_type: str | None
    data: bytes | None
    """The bytes of the root part (held); None for a part that streamed through."""
    probe: Probe
    ref: ContentRef | None
    complete: bool
    """Its closing delimiter was seen, and no byte of it is missing."""
    content_start: int
    """Offset of its first byte in the message's content."""
    first: Stamp
    last: Stamp


@dataclass(frozen=True, slots=True)
class ContentPiece:
    """A run of content bytes that is also a run of stream bytes (chunked coding makes many)."""

    content_start: int
    stream_start: int
    length: int


@dataclass(frozen=True, slots=True)
class Content:
    """The content of one message (RFC 9110 §6.4): held when small or SOAP, else a reference."""

    length: int
    """Bytes received, after transfer coding, before content coding."""
    announced: int | None
    """Content-Length, when that frames the message."""
    media_type: str | None
    """Lower-case type/subtype of Content-Type; None when absent or unreadable."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Parameters of Content-Type, names in lower case, quotes removed, in order."""
    data: bytes | None = None
    """The content after content coding (gzip), when held and no byte is missing in it; a content with a hole or a
    cut end keeps what precedes it."""
    parts: tuple[Part, ...] = ()
    is_multipart: bool = False
    closed: bool = True
    """Multipart: the closing delimiter was seen. Other contents: True."""
    coding: str | None = None
    """Content-Encoding that was removed from `data`, or None."""
    missing: int = 0
    """Bytes lost in gaps."""
    pieces: tuple[ContentPiece, ...] = ()
    """Content → stream, for contents without content coding; of a chunked content that streams through, its
    beginning."""
    probe: Probe | None = None
    """What was kept of a content without parts that streamed through or outgrew the bound of held contents."""
    ref: ContentRef | None = None
    """Where that content can be read again."""


class MessageEnd(StrEnum):
    """How the end of a message was found."""

    LENGTH = "content-length"
    CHUNKED = "last chunk"
    NO_CONTENT = "no content"
    CLOSE = "connection closed"
    """until-close framing, ended as it should"""
    CUT_CLOSE = "closed before the announced end"
    CUT_RESET = "reset before the announced end"
    CUT_GAP = "bytes missing"
    CUT_CAPTURE = "capture ended"
    CUT_MALFORMED = "framing unreadable"
    """the sender's own framing cannot be followed (a malformed chunk size)"""
    CUT_LIMIT = "given up at a bound"
    CUT_RECORD = "not written down in full"
    """a client's own trace lacks what it received"""


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """One HTTP/1.x message with everything that a rule may want to point at."""

    connection: ConnectionId
    direction: Direction
    sender: Endpoint
    receiver: Endpoint
    start: RequestLine | StatusLine | None
    """None when the start-line cannot be read as either."""
    fields: tuple[FieldLine, ...]
    content: Content
    first: Stamp
    """Frame and time of the first byte."""
    head_end: Stamp
    """… of the end of the header section."""
    last: Stamp
    """… of the last byte, or of what ended it."""
    ended: MessageEnd
    stream_start: int
    stream_end: int
    anomalies: tuple[Anomaly, ...] = ()
    trailers: tuple[FieldLine, ...] = ()
    exact: bool = True
    """False when the source re-wrote start-line, field lines or framing (a client's own trace)."""
    index: SegmentIndex | None = None
    """Segments of the message's held bytes, for evidence; None for sources without frames."""
    file_start: int = -1
    """Where the records of the first and of the last of its frames in the file begin, in bytes of the uncompressed
    source; -1 for a source that is no file of frames."""
    file_end: int = -1
    base_seq: int = -1
    """TCP sequence number of stream offset 0 of its direction, modulo 2**32; -1 for a source without TCP."""

    content_exact: bool = True
    """False when the source re-wrote the content."""

    @property
    def complete(self) -> bool:
        """Every byte of it is in the capture."""
        return self.content.missing == 0 and self.ended in _WHOLE

    @property
    def octets(self) -> bytes | None:
        """`content.data`."""
        return self.content.data

    @property
    def status(self) -> int | None:
        return self.start.status if isinstance(self.start, StatusLine) else None

    @property
    def section(self) -> object | None:
        """The same for messages with the same bytes in their header section; None where nobody compared them."""
        return None

    def field(self, name: str) -> str | None:
        """Value of the first field line called `name` (any letter case), or None."""
        wanted = name.lower()
        return next((line.value for line in self.fields if line.name.lower() == wanted), None)


_WHOLE = frozenset({MessageEnd.LENGTH, MessageEnd.CHUNKED, MessageEnd.NO_CONTENT, MessageEnd.CLOSE})


CUT_OFF = frozenset({MessageEnd.CUT_CLOSE, MessageEnd.CUT_RESET})
"""The connection of the message ended before it did."""


class Abandoned(StrEnum):
    """Why an exchange has no (whole) final response."""

    CLOSED = "connection closed"
    RESET = "connection reset"
    GAP = "bytes missing"
    ONE_SIDED = "other direction not captured"
    CAPTURE_END = "capture ended"
    LIMIT = "given up at a bound"
    MALFORMED = "framing unreadable"
    UNRECORDED = "answer not written down"
    """the client gave the exchange up, and its trace keeps nothing of what came"""


BROKEN_OFF = frozenset({Abandoned.CLOSED, Abandoned.RESET})
"""The connection ended first."""
LACKING = frozenset({Abandoned.GAP, Abandoned.LIMIT, Abandoned.UNRECORDED})
"""Bytes of it are missing in what was read."""


@dataclass(slots=True)
class HttpExchange:
    """Request, interim responses and final response, or what is missing of them. Filled while it goes on."""

    connection: ConnectionId
    client: Endpoint
    server: Endpoint
    request: HttpMessage | None = None
    interim: Sequence[HttpMessage] = ()
    response: HttpMessage | None = None
    response_head: Stamp | None = None
    """Where the final response's header section ended, before the response is complete."""
    abandoned: Abandoned | None = None
    handshake: bool = True
    """The connection's start is in the capture."""
    client_said: str | None = None
    """Why the client gave it up, in its own words (a client's own trace)."""


class HttpEventKind(StrEnum):
    """Steps in the life of an `HttpExchange`, in this order."""

    REQUEST = "request complete"
    RESPONSE_HEAD = "response header section complete"
    ENDED = "exchange ended"


@dataclass(frozen=True, slots=True)
class HttpEvent:
    """Something happened to an exchange; events leave the room in the order of `stamp`."""

    kind: HttpEventKind
    exchange: HttpExchange
    stamp: Stamp


class NotHttpKind(StrEnum):
    """What a stream is that does not speak HTTP."""

    TLS = "TLS"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NotHttp:
    """A stream whose first bytes are no HTTP message."""

    connection: ConnectionId
    originator: Endpoint
    responder: Endpoint
    kind: NotHttpKind
    stamp: Stamp
