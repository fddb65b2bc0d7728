"""One direction of a connection → HTTP messages: a passive reader that never stops at what is wrong.

Theory of operation:

1. A state is a method that takes a `View` and a stream offset in it and returns how far it read. `feed` calls states
   until the view is read. Nothing depends on where a view begins or ends.
2. Between messages, empty lines are skipped. The first line decides whether a message begins; if it does not, the
   bytes are excess, and the next plausible start-line is searched. So after a hole that took the framing with it, and
   in the middle of a connection.
3. The header section is read as a whole, its framing decided by RFC 9112 §6.3, and the content handed to a sink run
   by run.
4. A message ends where its framing says, or where the stream does; then it is given to the listener, whole or not.

States: between → heading → (length | chunked → trailer | until close) → between; heading → searching → between;
tunnel and deaf are final.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.http.choice import choose_sink
from wsdtrace.http.chunked import ChunkReader, ChunkState
from wsdtrace.http.content import Closing, NoContent, Pieces, Sink, SinkContext
from wsdtrace.http.framing import Framing, body_framing
from wsdtrace.http.head import Head, is_start_line, parse_fields, parse_head
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.media import parse_media_type
from wsdtrace.http.meter import Meter, View
from wsdtrace.http.sync import Side, find_start_line
from wsdtrace.records import (
    Anomaly,
    ConnectionId,
    Content,
    ContentRef,
    Direction,
    Endpoint,
    FieldLine,
    HttpMessage,
    MessageEnd,
    Stamp,
    StreamEnd,
)

State = Callable[[View, int], int]


class Listener(Protocol):
    """Who is told what a reader reads."""

    def answered_method(self) -> str | None:
        """Method of the request that the response at hand answers; None when unknown."""

    def head_read(self, side: Side, head: Head, stamp: Stamp) -> None:
        """A header section is complete."""

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A message is over; `charged` bytes of the budget are held by it."""

    def sync_lost(self, side: Side) -> None:
        """Whole messages may be missing here."""

    def side_found(self, direction: Direction, side: Side) -> None:
        """A search without knowing the side found a start-line."""

    def stray(self, anomaly: Anomaly, stamp: Stamp) -> None:
        """Bytes belong to no message, and none follows."""

    def tunnel_opened(self) -> None:
        """No more HTTP follows in either direction."""


class Wire:
    """What does not change while a direction is read."""

    __slots__ = (
        "base_seq",
        "connection",
        "digests",
        "direction",
        "limits",
        "originator",
        "receiver",
        "responder",
        "sender",
    )

    def __init__(
        self,
        connection: ConnectionId,
        originator: Endpoint,
        responder: Endpoint,
        direction: Direction,
        limits: HttpLimits,
        *,
        digests: bool,
        base_seq: int = -1,
    ) -> None:
        self.connection = connection
        self.originator = originator
        self.responder = responder
        self.direction = direction
        self.limits = limits
        self.digests = digests
        self.base_seq = base_seq
        forward = direction is Direction.FROM_ORIGINATOR
        self.sender, self.receiver = (originator, responder) if forward else (responder, originator)


class Reader:
    """Reads one direction. `side` is None until it is known who the client is."""

    def __init__(
        self, wire: Wire, side: Side | None, budget: Budget, listener: Listener, *, searching: bool = False
    ) -> None:
        self.side = side
        self._wire = wire
        self._limits = wire.limits
        self._budget = budget
        self._listener = listener
        self._state: State = self._between
        self._todo: deque[tuple[View, int]] = deque()
        self._views: deque[View] = deque()
        """Views that may have to be read again: since the start-line at hand, or of the search window."""
        self._notes: list[Anomaly] = []
        """What was odd before the message that comes next."""
        self._meter: Meter | None = None
        self._reset()
        if searching:
            self._search(0, HttpAnomaly.RESYNCHRONISED)

    def _reset(self) -> None:
        """Forget the message at hand."""
        self._buffer = bytearray()
        self._scanned = 0
        self._line_read = False
        self._head: Head | None = None
        self._head_end: Stamp | None = None
        self._framing = Framing.NONE
        self._announced: int | None = None
        self._remaining = 0
        self._received = 0
        self._missing = 0
        self._context: SinkContext | None = None
        self._sink: Sink = _NO_CONTENT
        self._chunks: ChunkReader | None = None
        self._trailers: tuple[FieldLine, ...] = ()
        self._coding: str | None = None
        self._pieces: Pieces | None = None

    # -- what comes in

    def feed(self, view: View) -> None:
        """Read consecutive bytes."""
        self._todo.append((view, view.start))
        while self._todo:
            view, position = self._todo.popleft()
            while position < view.end:
                position = self._state(view, position)
            if self._meter is not None:
                self._meter.cover(view, view.end)

    def gap(self, offset: int, length: int, stamp: Stamp) -> None:
        """Bytes are missing at stream `offset`; length 0: everything from there on, as far as is known."""
        state = self._state
        if state == self._length and length <= self._remaining:
            self._lose(length)
            self._remaining -= length
            if not self._remaining and length:
                self._finish(MessageEnd.LENGTH, offset + length, stamp)
            return
        if state == self._close:
            self._lose(length)
            return
        if state == self._chunked:
            assert self._chunks is not None
            if self._chunks.gap(length):
                self._lose(length)
                return
        if state in (self._tunnel, self._deaf):
            return
        if state == self._length:
            self._lose(self._remaining)
        if self._meter is not None:
            self._finish(MessageEnd.CUT_GAP, offset, stamp)
        self._notes.clear()
        if state != self._searching:
            self._listener.sync_lost(self._side())
        self._search(offset + length, HttpAnomaly.RESYNCHRONISED)

    def _lose(self, count: int) -> None:
        self._missing += count
        if count:
            self._sink.gap(count)

    def end(self, how: StreamEnd, offset: int, stamp: Stamp) -> None:
        """No more bytes will come; `offset` is the end of the stream."""
        if self._meter is not None:
            self._finish(self._end_by(how), offset, stamp)
        elif self._state == self._searching:
            self._say_stray(offset, stamp)
        self._state = self._deaf

    def _end_by(self, how: StreamEnd) -> MessageEnd:
        """How the message at hand ended when its stream ended."""
        if self._state == self._close and how in (StreamEnd.FIN, StreamEnd.REUSED):
            return MessageEnd.CLOSE
        if self._state == self._trailer:
            # the last chunk was seen: the content is whole, only the empty line behind it is not there
            self._note_unterminated()
            return MessageEnd.CHUNKED
        return _CUT[how]

    # -- between messages

    def _between(self, view: View, position: int) -> int:
        data = view.data
        begin = index = position - view.start
        size = len(data)
        while index < size and data[index] in b"\r\n":
            index += 1
        if index > begin and not self._notes:
            # RFC 9112 §2.2: ignore at least one empty line before a request-line
            self._notes.append(odd(HttpAnomaly.EMPTY_LINE_BEFORE, "", position, position + 1))
        if index < size:
            self._meter = Meter(view, view.start + index)
            self._state = self._heading
        return view.start + index

    def _heading(self, view: View, position: int) -> int:
        """Collect the header section; its first line has to be a start-line."""
        meter = self._meter
        assert meter is not None
        limit = self._limits.header_section
        begin = meter.start - view.start
        source: bytes | bytearray = view.data
        if begin < 0:
            self._buffer += view.data[position - view.start : position - view.start + limit - len(self._buffer)]
            source, begin = self._buffer, 0
        if not self._line_read:
            verdict = self._first_line(source, begin)
            if verdict is None:
                return self._wait(view, begin)
            if not verdict:
                return self._excess(view)
            self._line_read = True
            self._views.clear()
        bound = min(len(source), begin + limit)
        scan = begin + self._scanned
        end = source.find(b"\n\r\n", scan, bound)
        plain = source.find(b"\n\n", scan, end + 1 if end >= 0 else bound)
        if plain >= 0:
            end = plain + 2
        elif end >= 0:
            end += 3
        if end < 0 and bound - begin < limit:
            self._scanned = max(bound - begin - 2, 0)
            return self._wait(view, begin)
        stop = meter.start + (end if end >= 0 else bound) - begin
        section = bytes(source[begin : stop - meter.start + begin])
        self._buffer = bytearray()
        meter.cover(view, stop)
        self._section(view, section, stop, complete=end >= 0)
        return stop

    def _wait(self, view: View, begin: int) -> int:
        """The view ends inside the header section: keep its bytes, and while it may be excess, the view."""
        if not self._line_read:
            self._views.append(view)
        if not self._buffer:
            self._buffer += view.data[begin:]
            assert self._meter is not None
            self._keep_rows(view, self._meter.start, view.end)
        return view.end

    def _keep_rows(self, view: View, low: int, high: int) -> None:
        assert self._meter is not None
        self._meter.keep(view.rows(max(low, view.start), min(high, view.end)))

    def _first_line(self, source: bytes | bytearray, begin: int) -> bool | None:
        """Can the first line be a start-line? None: it is not complete."""
        bound = min(len(source), begin + self._limits.start_line)
        end = source.find(b"\n", begin, bound)
        if end < 0:
            return None if bound - begin < self._limits.start_line else False
        line = bytes(source[begin:end]).removesuffix(b"\r")
        return is_start_line(line, request=self._side() is Side.CLIENT)

    def _side(self) -> Side:
        return self.side or Side.CLIENT

    def _section(self, view: View, section: bytes, stop: int, *, complete: bool) -> None:
        """The header section is `section`; it ends at stream offset `stop`."""
        meter = self._meter
        assert meter is not None
        head = parse_head(section, meter.start, request=self.side is Side.CLIENT, fields_max=self._limits.fields)
        if self._notes:
            head.anomalies[:0] = self._notes
            self._notes = []
        self._head = head
        self._keep_rows(view, meter.start, stop)
        reached = self._head_end = meter.reached
        if not complete:
            head.anomalies.append(
                odd(HttpAnomaly.LIMIT, f"header section over {len(section)} bytes", meter.start, stop)
            )
            self._listener.head_read(self._side(), head, reached)
            self._finish(MessageEnd.CUT_LIMIT, stop, None)
            self._lost(stop)
            return
        method = self._listener.answered_method() if self.side is Side.SERVER else None
        framing, length = body_framing(head, method)
        self._framing = framing
        self._announced = length
        self._listener.head_read(self._side(), head, reached)
        if framing is Framing.NONE:
            self._finish(MessageEnd.NO_CONTENT if length is None else MessageEnd.LENGTH, stop, None)
        elif framing is Framing.TUNNEL:
            self._finish(MessageEnd.NO_CONTENT, stop, None)
            self._listener.tunnel_opened()
        else:
            self._open_content(head, meter)
            if framing is Framing.LENGTH:
                assert length is not None
                self._remaining = length
                self._state = self._length
            elif framing is Framing.CHUNKED:
                self._chunks = ChunkReader(head.anomalies, self._limits.chunk_line)
                self._state = self._chunked
            else:
                self._state = self._close

    def _open_content(self, head: Head, meter: Meter) -> None:
        context = SinkContext(self._limits, self._budget, meter, self._wire.digests, head.anomalies)
        self._context = context
        self._sink, self._coding = choose_sink(head, context)
        self._pieces = Pieces(self._limits.pieces)

    # -- content

    def _run(self, view: View, position: int, count: int) -> None:
        """Hand `count` bytes of content to the sink."""
        low = position - view.start
        assert self._pieces is not None
        self._pieces.add(self._received + self._missing, position, count)
        self._received += count
        self._sink.feed(view.data, low, low + count, view)

    def _length(self, view: View, position: int) -> int:
        count = min(self._remaining, view.end - position)
        self._run(view, position, count)
        self._remaining -= count
        position += count
        if not self._remaining:
            self._done(view, MessageEnd.LENGTH, position)
        return position

    def _close(self, view: View, position: int) -> int:
        self._run(view, position, view.end - position)
        return view.end

    def _chunked(self, view: View, position: int) -> int:
        chunks = self._chunks
        assert chunks is not None
        stop, count = chunks.step(view.data, position - view.start, view.start)
        stop += view.start
        if count:
            self._run(view, stop - count, count)
        if chunks.state is ChunkState.LAST:
            self._state = self._trailer
        elif chunks.state is ChunkState.BROKEN:
            self._done(view, MessageEnd.CUT_MALFORMED, stop)
            self._lost(stop)
        return stop

    def _trailer(self, view: View, position: int) -> int:
        """The trailer section: field lines up to an empty line, bounded; most often the empty line alone."""
        data = view.data
        end = data.find(b"\n", position - view.start)
        stop = len(data) if end < 0 else end + 1
        self._buffer += data[position - view.start : stop]
        if end < 0 and len(self._buffer) < self._limits.trailer_section:
            return view.end
        return self._trailer_line(view, view.start + stop)

    def _trailer_line(self, view: View, stop: int) -> int:
        """A line of the trailer section is complete, or the section is too long."""
        section = self._buffer
        line_begin = section.rfind(b"\n", 0, len(section) - 1) + 1
        line = bytes(section[line_begin:])
        head = self._head
        assert head is not None
        at = stop - len(section)
        if line in (b"\n", b"\r\n"):
            self._trailers, _ = parse_fields(bytes(section), 0, at, head.anomalies, fields_max=self._limits.fields)
            self._done(view, MessageEnd.CHUNKED, stop)
            return stop
        if len(section) >= self._limits.trailer_section:
            head.anomalies.append(odd(HttpAnomaly.LIMIT, f"trailer section over {len(section)} bytes", at, stop))
            self._trailers, _ = parse_fields(bytes(section), 0, at, head.anomalies, fields_max=self._limits.fields)
            self._done(view, MessageEnd.CHUNKED, stop)
            self._lost(stop)
        return stop

    def _note_unterminated(self) -> None:
        head = self._head
        assert head is not None
        assert self._meter is not None
        at = self._meter.covered
        section = bytes(self._buffer)
        self._trailers, _ = parse_fields(section, 0, at - len(section), head.anomalies, fields_max=self._limits.fields)
        head.anomalies.append(odd(HttpAnomaly.LAST_CHUNK_UNTERMINATED, found(section), at - len(section), at))

    def _tunnel(self, view: View, position: int) -> int:  # noqa: ARG002 - the shape of a state
        return view.end

    def _deaf(self, view: View, position: int) -> int:  # noqa: ARG002 - the shape of a state
        return view.end

    def open_tunnel(self) -> None:
        """No more HTTP follows."""
        self._state = self._tunnel

    # -- the end of a message

    def _done(self, view: View, ended: MessageEnd, stop: int) -> None:
        assert self._meter is not None
        self._meter.cover(view, stop)
        self._keep_rows(view, stop - 1, stop)
        self._finish(ended, stop, None)

    def _finish(self, ended: MessageEnd, stop: int, by: Stamp | None) -> None:
        """The message at hand ends at stream offset `stop`, by its own bytes or by something else at stamp `by`."""
        meter = self._meter
        assert meter is not None
        wire = self._wire
        if self._head is None:
            self._cut_head(meter)
        head = self._head
        assert head is not None
        last = by or meter.reached
        self._state = self._between
        message = HttpMessage(
            connection=wire.connection,
            direction=wire.direction,
            sender=wire.sender,
            receiver=wire.receiver,
            start=head.start,
            fields=head.fields,
            content=self._content(head, ended, meter, stop, last),
            first=meter.first,
            head_end=self._head_end or last,
            last=last,
            ended=ended,
            stream_start=meter.start,
            stream_end=stop,
            anomalies=self._bounded(head.anomalies),
            trailers=self._trailers,
            index=meter.index(),
        )
        charged = self._context.charged if self._context is not None else 0
        self._meter = None
        self._reset()
        self._listener.message_read(self._side(), message, last, charged)

    def _cut_head(self, meter: Meter) -> None:
        """The stream ended inside the header section: keep the field lines that are whole."""
        section = bytes(self._buffer)
        whole = section[: section.rfind(b"\n") + 1] or section
        self._head = parse_head(whole, meter.start, request=self.side is Side.CLIENT, fields_max=self._limits.fields)
        self._head.anomalies[:0] = self._notes
        self._notes = []
        self._views.clear()
        self._listener.head_read(self._side(), self._head, meter.reached)

    def _bounded(self, anomalies: list[Anomaly]) -> tuple[Anomaly, ...]:
        bound = self._limits.anomalies
        if len(anomalies) <= bound:
            return tuple(anomalies)
        return (*anomalies[:bound], Anomaly(HttpAnomaly.LIMIT, f"{len(anomalies) - bound} more anomalies", None))

    def _content(self, head: Head, ended: MessageEnd, meter: Meter, stop: int, last: Stamp) -> Content:
        value = head.value("content-type")
        media_type, parameters = parse_media_type(value) if value is not None else (None, ())
        whole = ended in _WHOLE and not self._missing
        gathered = self._sink.finish(
            Closing(whole, meter.first, last, lambda part, size: self._ref(part, size, meter, stop))
        )
        pieces = self._pieces
        if pieces is not None and pieces.full:
            head.anomalies.append(
                odd(HttpAnomaly.LIMIT, "chunks beyond the bound have no place in the stream", stop, stop)
            )
        return Content(
            length=self._received,
            announced=self._announced,
            media_type=media_type,
            parameters=parameters,
            data=gathered.data,
            parts=gathered.parts,
            is_multipart=gathered.is_multipart,
            closed=gathered.closed,
            coding=self._coding,
            missing=self._missing,
            pieces=pieces.pieces() if pieces is not None and self._coding is None else (),
            probe=gathered.probe,
            ref=gathered.ref,
        )

    def _ref(self, part: int, length: int, meter: Meter, stop: int) -> ContentRef:
        wire = self._wire
        return ContentRef(
            originator=wire.originator,
            responder=wire.responder,
            direction=wire.direction,
            message_start=meter.start,
            message_end=stop,
            base_seq=wire.base_seq,
            file_start=meter.file_start,
            file_end=meter.file_end,
            part=part,
            length=length,
        )

    # -- excess bytes, lost framing

    def _excess(self, view: View) -> int:
        """The first line at hand is no start-line: read it again, searching."""
        meter = self._meter
        assert meter is not None
        start = meter.start
        self._meter = None
        self._reset()
        views = [*self._views, view]
        self._search(start, HttpAnomaly.EXCESS_BYTES)
        return self._rewind(views, start)

    def _rewind(self, views: list[View], start: int) -> int:
        """Go on reading at stream offset `start` of the first of `views`; the last of them is being read."""
        views = [view for view in views if view.end > start]
        last = views[-1]
        if start >= last.start:
            return start
        for view in reversed(views):
            self._todo.appendleft((view, max(start, view.start)))
        return last.end

    def _lost(self, at: int) -> None:
        """The framing is lost at stream offset `at`: search the next start-line."""
        self._listener.sync_lost(self._side())
        self._search(at, HttpAnomaly.RESYNCHRONISED)

    def _search(self, at: int, kind: HttpAnomaly) -> None:
        self._lost_at = at
        self._lost_kind = kind
        self._lost_text = b""
        self._window = b""
        self._resume = 0
        self._views.clear()
        self._state = self._searching

    def _searching(self, view: View, position: int) -> int:
        """Search the next plausible start-line; hold no more than one start-line."""
        data = view.data[position - view.start :] if position > view.start else view.data
        window = self._window + data if self._window else data
        base = view.end - len(window)
        bound = self._limits.start_line
        if len(self._lost_text) < _QUOTE:
            self._lost_text += data[:_QUOTE]
        hit, resume = find_start_line(window, self._resume, bound, self.side)
        if hit is not None:
            start = base + hit.position
            if self.side is None:
                self._listener.side_found(self._wire.direction, hit.side)
            if start > self._lost_at or self._lost_kind is not HttpAnomaly.RESYNCHRONISED:
                self._notes.append(odd(self._lost_kind, found(self._lost_text), self._lost_at, start))
            views = [*self._views, view]
            self._views.clear()
            self._window = b""
            self._state = self._between
            return self._rewind(views, start)
        low = max(0, resume - bound)
        self._window = window[low:]
        self._resume = resume - low
        self._views.append(view)
        while self._views and self._views[0].end <= base + low:
            self._views.popleft()
        if view.end - self._lost_at > self._limits.resync:
            self._say_stray(view.end, view.stamp(view.end - 1))
            self._state = self._deaf
        return view.end

    def _say_stray(self, end: int, stamp: Stamp) -> None:
        if end > self._lost_at:
            self._listener.stray(odd(self._lost_kind, found(self._lost_text), self._lost_at, end), stamp)


_NO_CONTENT = NoContent()
_QUOTE = 80
_CUT = {
    StreamEnd.FIN: MessageEnd.CUT_CLOSE,
    StreamEnd.RST: MessageEnd.CUT_RESET,
    StreamEnd.REUSED: MessageEnd.CUT_CLOSE,
    StreamEnd.EVICTED: MessageEnd.CUT_LIMIT,
    StreamEnd.CAPTURE_END: MessageEnd.CUT_CAPTURE,
}
_WHOLE = frozenset({MessageEnd.LENGTH, MessageEnd.CHUNKED, MessageEnd.NO_CONTENT, MessageEnd.CLOSE})
