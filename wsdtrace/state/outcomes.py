"""What requests and tickets came to, seen over several exchanges. Facts only, as in `events`."""

from __future__ import annotations

from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Anomaly, MessageEnd
from wsdtrace.state.events import Event
from wsdtrace.state.message import Message
from wsdtrace.state.model import Connection, Exchange


@dataclass(frozen=True, slots=True)
class StrayBytes(Event):
    """Bytes of a connection belong to no HTTP message, and none follows."""

    anomaly: Anomaly
    connection: Connection


@dataclass(frozen=True, slots=True)
class AnswerTimed(Event):
    """A request has its answer."""

    exchange: Exchange
    waited_ns: int
    """From the last byte of the request to the end of the answer's envelope."""
    limit_ns: int
    """What is usual for the operation."""


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """An answer whose connection ended before it did."""

    how: MessageEnd
    received: int
    """Bytes of its content that came."""
    announced: int | None
    """Bytes that its header section said; None where it said nothing."""


@dataclass(frozen=True, slots=True)
class ClientLeft(Event):
    """A client left an exchange of its job before the end, and no CancelJob was seen before; that bytes before it are
    missing would be known by now. `stamp` is the end of the exchange."""

    exchange: Exchange
    connection: Connection
    cut: CutAnswer | None
    """None where no answer had begun."""


@dataclass(frozen=True, slots=True)
class RefusalsRepeated(Event):
    """A client was refused the same way again and again; told when it stopped, succeeded, or the capture ended."""

    reason: str
    """Subcode of the fault, or the HTTP status."""
    first: Exchange
    last: Exchange
    count: int
    succeeded: Exchange | None
    """What was granted in the end; None where nothing was."""


@dataclass(frozen=True, slots=True)
class ErrorRecovered(Event):
    """What a device refused with ServerErrorInternalError, it then did when it was asked the same again."""

    refused: Exchange
    succeeded: Exchange


@dataclass(frozen=True, slots=True)
class MessageIdReused(Event):
    """A message has the MessageID of another one from the same sender, or of the request that it answers."""

    exchange: Exchange
    message: Message
    former: Exchange
    """That holds the other message."""


@dataclass(frozen=True, slots=True)
class DeviceAsked(Event):
    """A device itself was asked for its metadata, and the exchange has ended."""

    exchange: Exchange
    to: str
    """The header of the request."""
    endpoints: tuple[str, ...]
    """Endpoint addresses that were announced for this socket, or that the answer tells; empty where nobody told any."""


class Basis(StrEnum):
    """Why a device should have accepted a ticket."""

    VALIDATED = "the device found the ticket valid"
    DEFAULT = "the ticket is the device's own default"


@dataclass(frozen=True, slots=True)
class TicketRefused(Event):
    """CreateScanJob was refused for its ticket, which the device should have accepted."""

    exchange: Exchange
    basis: Basis
    proof: Exchange
    """In which the device said so."""
