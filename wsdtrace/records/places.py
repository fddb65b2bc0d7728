"""Where something is: ids, endpoints, spans, stamps; and the anomaly, which is something odd at a place."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NewType

from wsdtrace.dataclass import dataclass

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

    @property
    def order(self) -> tuple[int, int]:
        """Compares places of one source: frames and records by number. A log tells a request when its answer came,
        and several logs of one program each count their own lines, so lines compare by time."""
        if self.kind is LocatorKind.LOG_LINE:
            return self.time_ns, self.number
        return self.number, self.time_ns
