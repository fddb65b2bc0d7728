"""What a program wrote down of its HTTP (door 3) → HTTP events: the messages are read, framed as they were told.

Theory of operation: a recorded message has a header section and a content, and no framing to be followed: where it
ends is told. So there is nothing to synchronise and nobody to find; the header section and the sinks of contents are
those of every other message. What is odd about the header section is the program's doing, and not repeated.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

from wsdtrace.http.digest import Digests
from wsdtrace.http.framing import Frame, Framing
from wsdtrace.http.head import parse_head
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.message import OpenMessage, Wire
from wsdtrace.http.meter import View
from wsdtrace.http.taker import TakenPieces
from wsdtrace.http.values import make_event
from wsdtrace.records import (
    Abandoned,
    ConnectionId,
    ContentRef,
    Direction,
    Gap,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    HttpMessage,
    MessageEnd,
    RecordedEnd,
    RecordedMessage,
    RecordedRequest,
    Stamp,
)


class RecordRoom:
    """Reads the recorded exchanges of one source.

    Args:
        limits: bounds.
        digests: compute the sha256 of contents that stream through.
    """

    def __init__(self, limits: HttpLimits | None = None, *, digests: bool = False) -> None:
        self._limits = limits or HttpLimits()
        self._digests = Digests() if digests else None
        self._budget = Budget(self._limits.held_total)
        self._open: dict[ConnectionId, HttpExchange] = {}

    def feed(self, record: RecordedRequest | RecordedEnd) -> list[HttpEvent]:
        """Take one record; returns what became known by it, in order."""
        if isinstance(record, RecordedRequest):
            return self._requested(record)
        exchange = self._open.pop(record.exchange, None)
        return [] if exchange is None else self._ended(exchange, record)

    def close(self, stamp: Stamp) -> list[HttpEvent]:
        """The source is over: what goes on is cut there."""
        waiting, self._open = list(self._open.values()), {}
        for exchange in waiting:
            exchange.abandoned = Abandoned.CAPTURE_END
        return [make_event(HttpEventKind.ENDED, exchange, stamp) for exchange in waiting]

    def _requested(self, record: RecordedRequest) -> list[HttpEvent]:
        exchange = HttpExchange(record.exchange, record.client, record.server)
        exchange.request = self._read(record.message, exchange, Direction.FROM_ORIGINATOR)
        self._open[record.exchange] = exchange
        return [make_event(HttpEventKind.REQUEST, exchange, record.stamp)]

    def _ended(self, exchange: HttpExchange, record: RecordedEnd) -> list[HttpEvent]:
        exchange.abandoned, exchange.client_said = record.abandoned, record.client_said
        told: list[HttpEvent] = []
        if record.message is not None:
            exchange.response = self._read(record.message, exchange, Direction.FROM_RESPONDER)
            exchange.response_head = exchange.response.head_end
            told.append(make_event(HttpEventKind.RESPONSE_HEAD, exchange, record.stamp))
        told.append(make_event(HttpEventKind.ENDED, exchange, record.stamp))
        return told

    def _read(self, recorded: RecordedMessage, exchange: HttpExchange, direction: Direction) -> HttpMessage:
        ends = (exchange.client, exchange.server)
        wire = Wire(exchange.connection, ends, direction, self._limits, self._budget, digests=self._digests)
        message, charged = read_recorded(recorded, wire)
        self._budget.give(charged)
        return message


def read_recorded(recorded: RecordedMessage, wire: Wire) -> tuple[HttpMessage, int]:
    """The message, and the bytes of the budget that it holds."""
    steps = _steps(recorded, wire)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            message, charged = end.value
            return message, charged


def _steps(recorded: RecordedMessage, wire: Wire) -> Generator[None, None, tuple[HttpMessage, int]]:
    """Read a message, with a stop behind each piece of its content."""
    view = View(recorded.head)
    is_request = wire.direction is Direction.FROM_ORIGINATOR
    message = OpenMessage(wire, view, 0)
    head = parse_head(view.data, 0, request=is_request, fields_max=wire.limits.fields, whole=True)
    head.anomalies.clear()
    if not recorded.exact:
        head.known.pop("content-encoding", None)  # it is text by now, whatever it was
    message.meter.keep(view, 0, view.end)
    message.meter.cover(view, view.end)
    message.read_head(head, view.end)
    has_content = recorded.ended is not MessageEnd.NO_CONTENT
    message.open_content(Frame(Framing.LENGTH if has_content else Framing.NONE, recorded.announced))
    stop = view.end
    for piece in recorded.content():
        if isinstance(piece, Gap):
            message.gap(piece.length)
            stop += piece.length
            continue
        view = View(piece)
        message.run(view, view.start, len(view.data))
        message.meter.cover(view, view.end)
        message.meter.settle()
        stop = view.end
        yield
    read = message.end(recorded.ended, stop, recorded.last)
    content = read.content
    if not recorded.exact and recorded.announced is not None:
        content = replace(content, length=max(recorded.announced - content.missing, 0))
    return replace(read, content=content, exact=False, content_exact=recorded.exact), message.charged


def read_recorded_content(recorded: RecordedMessage, ref: ContentRef) -> Iterator[bytes]:
    """The bytes of a content (or of a part of it) again, piece by piece."""
    limits = HttpLimits()
    pieces = TakenPieces(ref.part)
    ends = (ref.originator, ref.responder)
    wire = Wire(ConnectionId(0), ends, ref.direction, limits, Budget(limits.held_total), tap=pieces.tap)
    for _ in _steps(recorded, wire):
        yield from pieces.taken()
    yield from pieces.taken()
