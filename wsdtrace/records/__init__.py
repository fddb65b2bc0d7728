"""The currencies: what one room hands to the next, and nothing else.

Three doors lead in, each for a source that really knows that much:

1. *frames*: `FrameBatch`, columns over one borrowed buffer (pcap, pcapng, live interfaces);
2. *bytes*: `StreamChunk`, `Gap`, `StreamEnded`, `Datagram` (decrypted streams, the proxy);
3. *HTTP messages*: `RecordedRequest`, `RecordedEnd`, `Datagram` (a client's own trace).

Rules for whoever edits this package:

1. Values are frozen; nothing here computes more than an index look-up, opens anything or has an opinion.
2. Times are int64 nanoseconds since the Unix epoch, UTC. Offsets count from 0, frame numbers from 1.
3. A currency holds what the next room needs and no back-reference to the room that made it.
"""

from __future__ import annotations

from wsdtrace.records.extents import Extents
from wsdtrace.records.frames import (
    I64,
    U16,
    U32,
    FrameBatch,
)
from wsdtrace.records.messages import (
    BROKEN_OFF,
    CUT_OFF,
    LACKING,
    Abandoned,
    Content,
    ContentPiece,
    ContentRef,
    FieldLine,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    HttpMessage,
    MessageEnd,
    NotHttp,
    NotHttpKind,
    Part,
    Probe,
    RequestLine,
    StatusLine,
)
from wsdtrace.records.paths import PathFacts
from wsdtrace.records.places import (
    Anomaly,
    ConnectionId,
    Direction,
    Endpoint,
    ExchangeId,
    FrameNumber,
    LocatorKind,
    Space,
    Span,
    Stamp,
)
from wsdtrace.records.recorded import RecordedEnd, RecordedMessage, RecordedRequest
from wsdtrace.records.streams import (
    AckAhead,
    ConnectionOpened,
    ConnectionRefused,
    Datagram,
    Gap,
    GapReason,
    Keys,
    NetAnomaly,
    SegmentIndex,
    StreamChunk,
    StreamEnd,
    StreamEnded,
)
from wsdtrace.records.transfers import Transfer
from wsdtrace.records.whole import NetEvent, Row, Turn, WholeConnection, WholeExchange

__all__ = [
    "BROKEN_OFF",
    "CUT_OFF",
    "I64",
    "LACKING",
    "U16",
    "U32",
    "Abandoned",
    "AckAhead",
    "Anomaly",
    "ConnectionId",
    "ConnectionOpened",
    "ConnectionRefused",
    "Content",
    "ContentPiece",
    "ContentRef",
    "Datagram",
    "Direction",
    "Endpoint",
    "ExchangeId",
    "Extents",
    "FieldLine",
    "FrameBatch",
    "FrameNumber",
    "Gap",
    "GapReason",
    "HttpEvent",
    "HttpEventKind",
    "HttpExchange",
    "HttpMessage",
    "Keys",
    "LocatorKind",
    "MessageEnd",
    "NetAnomaly",
    "NetEvent",
    "NotHttp",
    "NotHttpKind",
    "Part",
    "PathFacts",
    "Probe",
    "RecordedEnd",
    "RecordedMessage",
    "RecordedRequest",
    "RequestLine",
    "Row",
    "SegmentIndex",
    "Space",
    "Span",
    "Stamp",
    "StatusLine",
    "StreamChunk",
    "StreamEnd",
    "StreamEnded",
    "Transfer",
    "Turn",
    "WholeConnection",
    "WholeExchange",
]
