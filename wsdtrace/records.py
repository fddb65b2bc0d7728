"""The currencies: what one room hands to the next, and nothing else.

Three doors lead in, each for a source that really knows that much:

1. *frames*: `FrameBatch`, columns over one borrowed buffer (pcap, pcapng, live interfaces);
2. *bytes*: `StreamChunk`, `Gap`, `StreamEnded`, `Datagram` (decrypted streams, the proxy);
3. *HTTP messages*: `HttpMessage` (a client's own trace).

Rules for whoever edits this file:

1. Values are frozen; nothing here computes more than an index look-up, opens anything or has an opinion.
2. Times are int64 nanoseconds since the Unix epoch, UTC. Offsets count from 0, frame numbers from 1.
3. A currency holds what the next room needs and no back-reference to the room that made it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NewType

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]

FrameNumber = NewType("FrameNumber", int)
"""1-based position of a frame in the capture; equal to Wireshark's number."""
ConnectionId = NewType("ConnectionId", int)
"""0-based order of a connection's first frame. A reused 4-tuple is a new connection."""
ExchangeId = NewType("ExchangeId", int)
"""1-based, by the last frame of the exchange's first complete or abandoned message."""


class Direction(IntEnum):
    """Which way bytes of a connection flow (a *flow* is one direction)."""

    FROM_ORIGINATOR = 0
    FROM_RESPONDER = 1

    @property
    def reverse(self) -> Direction:
        """The other direction."""
        return Direction(1 - self)


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """An IP address and a port, as they stand in the packet."""

    address: str
    """Textual, compressed (RFC 5952) for IPv6, without zone."""
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Space(StrEnum):
    """What the offsets of a `Span` count."""

    STREAM = "stream"
    """bytes of one direction of a connection, from its first byte seen"""
    CONTENT = "content"
    """bytes of a message's content, after transfer coding is removed (RFC 9110 §6.4)"""
    XML = "xml"
    """bytes of an XML document (the content, or the root part of a multipart)"""
    FILE = "file"
    """bytes of a capture file"""


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of bytes in one space."""

    space: Space
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something odd that a decoder saw. A fact without severity: only a rule turns it into a finding."""

    kind: str
    """A member of the deciding room's `StrEnum` of kinds."""
    detail: str
    """What was found, ready to be quoted; raw text of the capture, so every renderer escapes it."""
    span: Span | None = None


class LocatorKind(StrEnum):
    """What the number of a `Stamp` counts."""

    FRAME = "frame"
    LOG_LINE = "log_line"
    RECORD = "record"


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A place in the source with its time: where something was seen."""

    number: int
    """1-based: a frame number, a log line or a record of a proxy, see `kind`."""
    time_ns: int
    kind: LocatorKind = LocatorKind.FRAME


# ---------------------------------------------------------------------------------------------
# Door 1: frames


@dataclass(frozen=True, slots=True)
class FrameBatch:
    """Columns over the frames of one window of a capture; n frames, row i is frame `first_number + i`."""

    buffer: memoryview
    """Borrowed: valid until the next batch is asked for. Frame i is `buffer[offset[i] : offset[i] +
    captured_len[i]]`."""
    offset: I64
    """(n,) byte offset of frame i in `buffer`."""
    file_offset: I64
    """(n,) byte offset of frame i's record (pcap record header, pcapng block) in the uncompressed source."""
    captured_len: U32
    """(n,) bytes of frame i that the capture holds."""
    wire_len: U32
    """(n,) bytes frame i had on the wire; larger than `captured_len` when the snap length cut it."""
    time_ns: I64
    """(n,) capture time."""
    interface: U16
    """(n,) capture interface, counted over the whole source."""
    link_type: U16
    """(n,) LINKTYPE_ value of frame i (https://www.tcpdump.org/linktypes.html)."""
    first_number: int
    """1-based number of row 0."""
    anomalies: tuple[Anomaly, ...] = ()
    """What the reader saw while it read this window (spans in FILE space)."""

    def __len__(self) -> int:
        return len(self.offset)


# ---------------------------------------------------------------------------------------------
# Door 2: bytes


@dataclass(frozen=True, slots=True)
class SegmentIndex:
    """Which frame brought which bytes: k rows in stream order."""

    offset: I64
    """(k,) stream offset of the first byte that row j contributes."""
    frame: I64
    """(k,) number of the frame (or log line, record) that brought it."""
    time_ns: I64
    """(k,) its time."""
    file_offset: I64
    """(k,) byte offset of its record in the source."""

    def row(self, offset: int) -> int:
        """Row of the segment that holds the byte at stream `offset` (clamped to the index)."""
        return max(int(np.searchsorted(self.offset, offset, side="right")) - 1, 0)

    def stamp(self, offset: int) -> Stamp:
        """Frame and time of the byte at stream `offset`."""
        j = self.row(offset)
        return Stamp(int(self.frame[j]), int(self.time_ns[j]))


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """A connection was seen for the first time."""

    connection: ConnectionId
    originator: Endpoint
    responder: Endpoint
    stamp: Stamp
    handshake: bool
    """A SYN or a SYN/ACK of it is in the capture, so stream offset 0 is its first byte."""


class StreamChunk:
    """Consecutive bytes of one direction, in order and without a hole; its edges carry no meaning.

    Chunks of one connection arrive in capture order over *both* directions: a run ends where the other
    direction brings data, so that a reader sees a request before the response that followed it.
    """

    __slots__ = ("base_seq", "connection", "data", "direction", "index", "offset")

    def __init__(
        self,
        connection: ConnectionId,
        direction: Direction,
        offset: int,
        data: bytes | memoryview,
        index: SegmentIndex,
        base_seq: int = -1,
    ) -> None:
        self.connection = connection
        self.direction = direction
        self.offset = offset
        """Stream offset of the first byte."""
        self.data = data
        """The bytes; not borrowed."""
        self.index = index
        self.base_seq = base_seq
        """TCP sequence number of stream offset 0 of this direction, for `ContentRef`; -1 for a source without TCP."""

    @property
    def last_frame(self) -> int:
        """Number of the latest frame that contributed: the order in which chunks leave `net`."""
        return int(self.index.frame.max())

    def __repr__(self) -> str:
        arrow = "→" if self.direction is Direction.FROM_ORIGINATOR else "←"
        return f"StreamChunk({self.connection}{arrow} {self.offset}+{len(self.data)})"


class GapReason(StrEnum):
    """Why bytes of a stream are missing."""

    NOT_CAPTURED = "not captured"
    """the peer acknowledged or the connection ended, and the bytes never came"""
    SNAPPED = "cut by the snap length"
    LIMIT = "dropped at one of our bounds"


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes of a stream that the capture does not hold; the stream goes on behind it."""

    connection: ConnectionId
    direction: Direction
    offset: int
    length: int
    """Bytes missing; 0 when unknown (the hole is at the end of what was seen)."""
    reason: GapReason
    stamp: Stamp
    """The frame at which it was given up."""


class StreamEnd(StrEnum):
    """How one direction ended."""

    FIN = "FIN"
    RST = "RST"
    REUSED = "4-tuple reused"
    EVICTED = "evicted at a bound"
    CAPTURE_END = "end of capture"


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """No more bytes will come in this direction. RST ends both directions, one event each."""

    connection: ConnectionId
    direction: Direction
    how: StreamEnd
    stamp: Stamp
    seen: bool = True
    """A frame of this direction is in the capture, with data or without; False: only the other direction was
    captured."""


@dataclass(frozen=True, slots=True)
class ConnectionRefused:
    """A SYN that was answered by RST, or never (then `answered` is False and it was repeated or 3 s passed)."""

    connection: ConnectionId
    originator: Endpoint
    responder: Endpoint
    stamp: Stamp
    answered: bool


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram, whole (fragments are joined)."""

    source: Endpoint
    destination: Endpoint
    data: bytes
    stamp: Stamp
    interface: int = 0
    complete: bool = True
    """False when the snap length cut it."""


@dataclass(frozen=True, slots=True)
class NetAnomaly:
    """An oddity below the stream: overlap with different bytes, time going backwards, a bound that bit."""

    anomaly: Anomaly
    stamp: Stamp
    connection: ConnectionId | None = None


NetEvent = ConnectionOpened | StreamChunk | Gap | StreamEnded | ConnectionRefused | Datagram | NetAnomaly


# ---------------------------------------------------------------------------------------------
# Door 3: HTTP messages


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

    Reading walks `file_start:file_end` of the source with the same reassembler and reader.
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
    """File range that holds every frame of the message, in bytes of the uncompressed source."""
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
    """False when the source re-wrote the message (a client's own trace)."""
    index: SegmentIndex | None = None
    """Segments of the message's held bytes, for evidence; None for sources without frames."""

    @property
    def complete(self) -> bool:
        """Every byte of it is in the capture."""
        return self.content.missing == 0 and self.ended in _WHOLE

    @property
    def status(self) -> int | None:
        return self.start.status if isinstance(self.start, StatusLine) else None

    def field(self, name: str) -> str | None:
        """Value of the first field line called `name` (any letter case), or None."""
        wanted = name.lower()
        return next((line.value for line in self.fields if line.name.lower() == wanted), None)


_WHOLE = frozenset({MessageEnd.LENGTH, MessageEnd.CHUNKED, MessageEnd.NO_CONTENT, MessageEnd.CLOSE})


class Abandoned(StrEnum):
    """Why an exchange has no (whole) final response."""

    CLOSED = "connection closed"
    RESET = "connection reset"
    GAP = "bytes missing"
    ONE_SIDED = "other direction not captured"
    CAPTURE_END = "capture ended"
    LIMIT = "given up at a bound"
    MALFORMED = "framing unreadable"


@dataclass(slots=True)
class HttpExchange:
    """Request, interim responses and final response, or what is missing of them. Filled while it goes on."""

    connection: ConnectionId
    client: Endpoint
    server: Endpoint
    request: HttpMessage | None = None
    interim: list[HttpMessage] = field(default_factory=list)
    response: HttpMessage | None = None
    response_head: Stamp | None = None
    """Where the final response's header section ended, before the response is complete."""
    abandoned: Abandoned | None = None
    handshake: bool = True
    """The connection's start is in the capture."""


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
