"""A message under construction: header section, content on the way to its sink → `HttpMessage` when it ends."""

from __future__ import annotations

from functools import partial
from itertools import accumulate

from wsdtrace.http.anomalies import HttpAnomaly, odd
from wsdtrace.http.choice import NO_LABEL, choose_sink, read_label
from wsdtrace.http.content import NO_CONTENT, Closing, Sink, SinkContext, StampOf
from wsdtrace.http.digest import Digests
from wsdtrace.http.framing import Frame, Framing
from wsdtrace.http.head import Head, parse_fields
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.meter import Meter, View
from wsdtrace.http.place import Pieces, Place
from wsdtrace.http.taker import Tap
from wsdtrace.records import (
    Anomaly,
    ConnectionId,
    Content,
    ContentPiece,
    ContentRef,
    Direction,
    Endpoint,
    Extents,
    FieldLine,
    HttpMessage,
    MessageEnd,
    Stamp,
)

_WHOLE = frozenset({MessageEnd.LENGTH, MessageEnd.CHUNKED, MessageEnd.NO_CONTENT, MessageEnd.CLOSE})


class Wire:
    """What all messages of one direction share."""

    __slots__ = (
        "base_seq", "budget", "connection", "digests", "direction", "limits", "originator", "receiver", "responder",
        "sender", "tap",
    )  # fmt: skip

    def __init__(
        self,
        connection: ConnectionId,
        ends: tuple[Endpoint, Endpoint],
        direction: Direction,
        limits: HttpLimits,
        budget: Budget,
        *,
        digests: Digests | None = None,
        tap: Tap | None = None,
    ) -> None:
        """Describe one direction.

        Args:
            connection: the connection.
            ends: originator and responder.
            direction: which way it flows.
            limits: bounds.
            budget: what may be held, over all connections.
            digests: make the digests of what streams through.
            tap: is asked who takes the bytes of contents as they pass.
        """
        self.connection = connection
        self.originator, self.responder = ends
        self.direction = direction
        self.limits = limits
        self.budget = budget
        self.digests = digests
        self.tap = tap
        self.base_seq = -1
        """Sequence number of stream offset 0; -1 for a source without TCP."""
        self.sender, self.receiver = ends if direction is Direction.FROM_ORIGINATOR else ends[::-1]


_FEW_BYTES = 256
"""Bytes of the wire for each run of content, up to which the runs are copied one by one."""


class OpenMessage:
    """A message that goes on: from the first byte of its start-line to its end."""

    __slots__ = (
        "_announced", "_coding", "_context", "_head_end", "_label", "_sink", "_stop", "_wire", "content_start", "head",
        "is_chunked", "meter", "missing", "received", "trailers",
    )  # fmt: skip

    def __init__(self, wire: Wire, view: View, start: int) -> None:
        """A message begins at stream offset `start` of `view`."""
        self._wire = wire
        self.meter = Meter(view, start)
        self.head: Head | None = None
        self._head_end: Stamp | None = None
        self._announced: int | None = None
        self._sink: Sink = NO_CONTENT
        self._context: SinkContext | None = None
        self._coding: str | None = None
        self.content_start = start
        """Stream offset behind the header section."""
        self.is_chunked = False
        self.received = 0
        """Bytes of content so far."""
        self.missing = 0
        """Bytes of content lost in gaps so far."""
        self.trailers: tuple[FieldLine, ...] = ()
        self._label = NO_LABEL
        self._stop = start

    @property
    def start(self) -> int:
        """Stream offset of the start-line."""
        return self.meter.start

    def read_head(self, head: Head, stop: int) -> Stamp:
        """The header section is read and ends at stream offset `stop`; returns where that became true."""
        self.head = head
        self._label = read_label(head)
        self.content_start = stop
        self._head_end = self.meter.reached
        return self._head_end

    def open_content(self, frame: Frame) -> None:
        """The framing is decided: choose a sink when there is a content."""
        self._announced = frame.length
        if frame.framing in (Framing.NONE, Framing.TUNNEL):
            return
        assert self.head is not None
        wire = self._wire
        self.is_chunked = frame.framing is Framing.CHUNKED
        pieces = Pieces(wire.limits.pieces) if self.is_chunked else None
        tap = None if wire.tap is None else partial(wire.tap, self.start)
        context = SinkContext(wire.limits, wire.budget, self.meter, wire.digests, [], tap, pieces)
        self._context = context
        self._sink, self._coding = choose_sink(self.head, self._label, context)

    @property
    def charged(self) -> int:
        """Bytes of the budget that it holds."""
        return self._context.charged if self._context is not None else 0

    # -- content

    def run(self, view: View, position: int, count: int) -> None:
        """`count` bytes of content stand at stream offset `position`."""
        at = self.received + self.missing
        low = position - view.start
        self._sink.feed(view.data, low, low + count, Place(view, [at], [position], at + count))
        self.received += count

    def skim(self, extents: Extents, low: int, high: int, stamp: StampOf) -> int:
        """Let content `low:high` pass where it lies; returns how much did. The caller accounts for it in the meter."""
        taken = self._sink.skim(extents, low, high, stamp)
        self.received += taken
        return taken

    def runs(self, view: View, runs: list[tuple[int, int]]) -> None:
        """Runs of content, as ranges of the view's data, follow one another."""
        if len(runs) == 1:
            low, high = runs[0]
            self.run(view, view.start + low, high - low)
            return
        at, start = self.received + self.missing, view.start
        # a copy of a few bytes is cheaper than a view of them
        data = view.data if len(runs) * _FEW_BYTES > len(view.data) else memoryview(view.data)
        joined = b"".join([data[low:high] for low, high in runs])
        *contents, end = accumulate([high - low for low, high in runs], initial=at)
        self._sink.feed(joined, 0, len(joined), Place(view, contents, [start + low for low, _ in runs], end))
        self.received += len(joined)

    def gap(self, count: int) -> None:
        """Bytes of content are missing."""
        self.missing += count
        if count:
            self._sink.gap(count)

    def read_trailers(self, section: bytes, at: int) -> None:
        """The trailer section, which begins at stream offset `at`, is read."""
        assert self.head is not None
        anomalies, bound = self.head.anomalies, self._wire.limits.fields
        if section != b"\r\n":
            self.trailers, _ = parse_fields(section, 0, at, anomalies, fields_max=bound)

    def say(self, anomaly: Anomaly) -> None:
        """Something is odd about its framing."""
        assert self.head is not None
        self.head.anomalies.append(anomaly)

    # -- the end

    def end(self, ended: MessageEnd, stop: int, by: Stamp | None) -> HttpMessage:
        """The message ends at stream offset `stop`: by its own bytes, or by something else at stamp `by`."""
        head, meter, wire = self.head, self.meter, self._wire
        assert head is not None
        last = by or meter.reached
        self._stop = stop
        return HttpMessage(
            wire.connection,
            wire.direction,
            wire.sender,
            wire.receiver,
            head.start,
            head.fields,
            self._content(ended, last),
            meter.first,
            self._head_end or last,
            last,
            ended,
            meter.start,
            stop,
            self._anomalies(head),
            self.trailers,
            index=meter.index(),
            file_start=meter.file_start,
            file_end=meter.file_end,
            base_seq=wire.base_seq,
        )

    def _content(self, ended: MessageEnd, last: Stamp) -> Content:
        whole = ended in _WHOLE and not self.missing
        gathered = self._sink.finish(Closing(whole, self.meter.first, last, self._ref))
        label = self._label
        return Content(
            self.received,
            self._announced,
            label.media_type,
            label.parameters,
            gathered.data,
            gathered.parts,
            gathered.is_multipart,
            gathered.closed,
            self._coding,
            self.missing,
            self._pieces(),
            gathered.probe,
            gathered.ref,
        )

    def _ref(self, part: int, length: int) -> ContentRef:
        """Where the content of a part can be read again."""
        wire, meter = self._wire, self.meter
        return ContentRef(
            originator=wire.originator,
            responder=wire.responder,
            direction=wire.direction,
            message_start=meter.start,
            message_end=self._stop,
            base_seq=wire.base_seq,
            file_start=meter.file_start,
            file_end=meter.file_end,
            part=part,
            length=length,
        )

    def _pieces(self) -> tuple[ContentPiece, ...]:
        context = self._context
        if context is None or self._coding is not None:
            return ()
        if context.pieces is None:
            length = self.received + self.missing
            return (ContentPiece(0, self.content_start, length),) if length else ()
        if context.pieces.full:
            at = self.content_start
            detail = f"over {self._wire.limits.pieces} chunks: the place of the later ones is not kept"
            context.anomalies.append(odd(HttpAnomaly.LIMIT, detail, at, at))
        return context.pieces.pieces()

    def _anomalies(self, head: Head) -> tuple[Anomaly, ...]:
        """Those of the header section and the framing, then those of the content: two orders that do not mix."""
        anomalies = head.anomalies
        if self._context is not None and self._context.anomalies:
            anomalies = anomalies + self._context.anomalies
        bound = self._wire.limits.anomalies
        if len(anomalies) <= bound:
            return tuple(anomalies)
        return (*anomalies[:bound], Anomaly(HttpAnomaly.LIMIT, f"{len(anomalies) - bound} more anomalies", None))
