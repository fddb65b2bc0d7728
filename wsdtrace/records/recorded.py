"""Door 3: what a program wrote down of the HTTP messages that it exchanged, before HTTP is read out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.records.messages import Abandoned, MessageEnd
from wsdtrace.records.places import ConnectionId, Endpoint, Stamp
from wsdtrace.records.streams import Gap, StreamChunk


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """One message: its header section, and its content without framing and transfer coding."""

    head: StreamChunk
    """Start-line to empty line, with CRLF, from stream offset 0 on: put together from what was written down."""
    content: Callable[[], Iterator[StreamChunk | Gap]]
    """The content in pieces, at the stream offsets behind `head`; a `Gap` where the source lacks bytes. May be asked
    for again."""
    announced: int | None
    """What Content-Length says."""
    exact: bool
    """The content is what was on the wire; False: the program re-wrote it."""
    ended: MessageEnd
    last: Stamp | None = None
    """Where what was written down of it ends; None: with the content."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request went out; `exchange` numbers the exchanges of the source."""

    exchange: ConnectionId
    client: Endpoint
    server: Endpoint
    message: RecordedMessage
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class RecordedEnd:
    """The exchange is over: with a response, or given up."""

    exchange: ConnectionId
    message: RecordedMessage | None
    stamp: Stamp
    abandoned: Abandoned | None = None
    client_said: str | None = None
    """Why the client gave it up, in its own words."""
