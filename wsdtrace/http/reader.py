"""One direction of a connection → HTTP messages: a passive reader that never stops at what is wrong.

Theory of operation:

1. A state is a method that takes a `View` and a stream offset in it and returns how far it read. `feed` calls states
   until the view is read. Nothing depends on where a view begins or ends.
2. Between messages, empty lines are skipped. The first line decides whether a message begins; if it does not, the bytes
   are excess, and the next plausible start-line is searched. So after a hole that took the framing with it, and in the
   middle of a connection.
3. The header section is read as a whole, its framing decided by RFC 9112 §6.3, and the content handed to a sink run by
   run.
4. A message ends where its framing says, or where the stream does; then it is given to the listener, whole or not.

States: between → heading → (length | chunked → trailer | until close) → between; heading → searching → between; tunnel
and deaf are final.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.http.chunked import ChunkReader, ChunkState
from wsdtrace.http.framing import Framing, body_framing
from wsdtrace.http.head import Head, is_start_line, may_begin_start_line, parse_fields, parse_head
from wsdtrace.http.message import OpenMessage, Wire
from wsdtrace.http.meter import View
from wsdtrace.http.quick import read_quickly
from wsdtrace.http.search import StartLineSearch
from wsdtrace.http.sync import Side
from wsdtrace.records import Abandoned, Anomaly, Direction, HttpMessage, MessageEnd, Stamp, StreamEnd

State = Callable[[View, int], int]


class Listener(Protocol):
    """Who is told what a reader reads."""

    def answered_method(self) -> str | None:
        """Method of the request that the response at hand answers; None when unknown."""

    def head_read(self, side: Side, head: Head, stamp: Stamp) -> None:
        """A header section is complete."""

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A message is over; `charged` bytes of the budget are held by it."""

    def sync_lost(self, side: Side, why: Abandoned) -> None:
        """Whole messages may be missing here, or unreadable."""

    def side_found(self, direction: Direction, side: Side) -> None:
        """A search without knowing the side found a start-line."""

    def stray(self, anomaly: Anomaly, stamp: Stamp) -> None:
        """Bytes belong to no message, and none follows."""

    def tunnel_opened(self) -> None:
        """No more HTTP follows in either direction."""


class Reader:
    """Reads one direction. `side` is None until it is known who the client is; then it searches."""

    def __init__(self, wire: Wire, side: Side | None, listener: Listener) -> None:
        self.side = side
        self._wire = wire
        self._limits = wire.limits
        self._listener = listener
        self._todo: deque[tuple[View, int]] = deque()
        self._notes: list[Anomaly] = []
        """What was odd before the message that comes next."""
        self._message: OpenMessage | None = None
        self._buffer = bytearray()
        """The header or trailer section so far, when it does not lie in one view."""
        self._scanned = 0
        """Bytes of the header section that were searched for its end."""
        self._line_read = False
        """The first line of the message at hand was judged."""
        self._line_views: list[View] = []
        """The views before the current one that the first line lies in: they are read again if it is no start-line."""
        self._remaining = 0
        self._chunks: ChunkReader | None = None
        self._search: StartLineSearch | None = None
        self._state: State = self._between
        if side is None:
            self._begin_search(HttpAnomaly.RESYNCHRONISED)

    # -- what comes in

    def feed(self, view: View) -> None:
        """Read consecutive bytes."""
        todo = self._todo
        position = view.start
        while True:
            end = view.end
            while position < end:
                position = self._state(view, position)
            if self._message is not None:
                self._message.meter.cover(view, end)
                self._message.meter.settle()
            if not todo:
                return
            view, position = todo.popleft()

    def gap(self, offset: int, length: int, stamp: Stamp) -> None:
        """Bytes are missing at stream `offset`; length 0: everything from there on, as far as is known."""
        state, message = self._state, self._message
        if state in (self._tunnel, self._deaf):
            return
        if message is not None and self._gap_in_content(message, offset, length, stamp):
            return
        if message is not None and not self._drop_excess(message, offset, stamp):
            if state == self._length:
                message.gap(self._remaining)
            self._finish(MessageEnd.CUT_GAP, offset, stamp)
        self._notes.clear()
        self._lost(Abandoned.GAP)

    def _gap_in_content(self, message: OpenMessage, offset: int, length: int, stamp: Stamp) -> bool:
        """A hole inside a content: does its framing survive?"""
        if self._state == self._close:
            message.gap(length)
            return True
        if self._state == self._length and length <= self._remaining:
            message.gap(length)
            self._remaining -= length
            if not self._remaining and length:
                self._finish(MessageEnd.LENGTH, offset + length, stamp)
            return True
        if self._state == self._chunked:
            assert self._chunks is not None
            if self._chunks.gap(length):
                message.gap(length)
                return True
        return False

    def end(self, how: StreamEnd, offset: int, stamp: Stamp) -> None:
        """No more bytes will come; `offset` is the end of the stream."""
        message = self._message
        if message is not None and not self._drop_excess(message, offset, stamp):
            self._finish(self._end_by(how, offset), offset, stamp)
        elif self._search is not None:
            self._say_stray(self._search, offset, stamp)
        self._state = self._deaf

    def _drop_excess(self, message: OpenMessage, offset: int, stamp: Stamp) -> bool:
        """The first line of the message at hand is cut: are these bytes no beginning of a message at all?"""
        if self._state != self._heading or self._line_read:
            return False
        line = bytes(self._buffer)
        if may_begin_start_line(line, request=self.side is Side.CLIENT):
            return False
        self._message = None
        self._forget_head()
        self._listener.stray(odd(HttpAnomaly.EXCESS_BYTES, found(line), message.start, offset), stamp)
        return True

    def _end_by(self, how: StreamEnd, offset: int) -> MessageEnd:
        """How the message at hand ended when its stream ended at `offset`."""
        if self._state == self._close and how in (StreamEnd.FIN, StreamEnd.REUSED):
            return MessageEnd.CLOSE
        if self._state == self._trailer:
            # the last chunk was seen: the content is whole, only the empty line behind it is not there
            start = offset - len(self._buffer)
            self._read_trailers(start)
            text = found(self._buffer)
            self._message_head().anomalies.append(odd(HttpAnomaly.LAST_CHUNK_UNTERMINATED, text, start, offset))
            return MessageEnd.CHUNKED
        return _CUT[how]

    # -- the header section

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
            if not self._notes:
                stop = self._quick(view, index)
                if stop is not None:
                    return stop
            self._message = OpenMessage(self._wire, view, view.start + index)
            self._state = self._heading
        return view.start + index

    def _quick(self, view: View, index: int) -> int | None:
        """Read a common message at once; None when it is none."""
        side, listener = self._side(), self._listener
        method = listener.answered_method() if side is Side.SERVER else None
        read = read_quickly(view, index, self._wire, side, method)
        if read is None:
            return None
        message, stop = read
        listener.head_read(side, Head(message.start, (), []), message.head_end)
        listener.message_read(side, message, message.last, message.content.length)
        return stop

    def _heading(self, view: View, position: int) -> int:
        """Collect the header section; its first line has to be a start-line."""
        message = self._message
        assert message is not None
        limit = self._limits.header_section
        source: bytes | bytearray = view.data
        begin = message.start - view.start
        if begin < 0:
            low = position - view.start
            self._buffer += view.data[low : low + limit - len(self._buffer)]
            source, begin = self._buffer, 0
        bound = min(len(source), begin + limit)
        end = _section_end(source, begin + self._scanned, bound)
        if not self._line_read:
            verdict = self._first_line(source, begin)
            if verdict is None:
                self._line_views.append(view)
                return self._wait(view, begin)
            if not verdict:
                return self._excess(view, message.start)
            self._line_read = True
            self._line_views.clear()
        if end < 0 and bound - begin < limit:
            self._scanned = max(bound - begin - 2, 0)
            return self._wait(view, begin)
        size = (end if end >= 0 else bound) - begin
        section = bytes(source[begin : begin + size])
        stop = message.start + size
        self._forget_head()
        message.meter.cover(view, stop)
        message.meter.keep(view, max(message.start, view.start), stop)
        self._section(message, section, stop, complete=end >= 0)
        return stop

    def _wait(self, view: View, begin: int) -> int:
        """The view ends inside the header section: keep its bytes."""
        message = self._message
        assert message is not None
        if not self._buffer:
            self._buffer += view.data[begin:]
        message.meter.keep(view, max(message.start, view.start), view.end)
        return view.end

    def _forget_head(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._line_read = False
        self._line_views.clear()

    def _first_line(self, source: bytes | bytearray, begin: int) -> bool | None:
        """Can the first line be a start-line? None: it is not complete."""
        bound = min(len(source), begin + self._limits.start_line)
        end = source.find(b"\n", begin, bound)
        if end < 0:
            return None if bound - begin < self._limits.start_line else False
        line = bytes(source[begin:end]).removesuffix(b"\r")
        return is_start_line(line, request=self.side is Side.CLIENT)

    def _side(self) -> Side:
        """The side, where it is known: a message is read only then."""
        assert self.side is not None
        return self.side

    def _parse(self, section: bytes, at: int) -> Head:
        head = parse_head(section, at, request=self.side is Side.CLIENT, fields_max=self._limits.fields)
        if self._notes:
            head.anomalies[:0] = self._notes
            self._notes = []
        return head

    def _section(self, message: OpenMessage, section: bytes, stop: int, *, complete: bool) -> None:
        """The header section is `section`; it ends at stream offset `stop`."""
        head = self._parse(section if complete else _whole_lines(section), message.start)
        stamp = message.read_head(head, stop)
        side = self._side()
        if not complete:
            text = f"header section over {len(section)} bytes"
            head.anomalies.append(odd(HttpAnomaly.LIMIT, text, message.start, stop))
            self._listener.head_read(side, head, stamp)
            self._finish(MessageEnd.CUT_LIMIT, stop, None)
            self._lost(Abandoned.LIMIT)
            return
        method = self._listener.answered_method() if side is Side.SERVER else None
        frame = body_framing(head, is_request=side is Side.CLIENT, request_method=method)
        self._listener.head_read(side, head, stamp)
        message.open_content(frame)
        framing = frame.framing
        if framing is Framing.LENGTH:
            assert frame.length is not None
            self._remaining = frame.length
            self._state = self._length
        elif framing is Framing.CHUNKED:
            self._chunks = ChunkReader(head.anomalies, self._limits.chunk_line)
            self._state = self._chunked
        elif framing is Framing.CLOSE:
            self._state = self._close
        else:
            self._finish(MessageEnd.NO_CONTENT if frame.length is None else MessageEnd.LENGTH, stop, None)
            if framing is Framing.TUNNEL:
                self._listener.tunnel_opened()

    # -- content

    def _length(self, view: View, position: int) -> int:
        count = min(self._remaining, view.end - position)
        assert self._message is not None
        self._message.run(view, position, count)
        self._remaining -= count
        position += count
        if not self._remaining:
            self._done(view, MessageEnd.LENGTH, position)
        return position

    def _close(self, view: View, position: int) -> int:
        assert self._message is not None
        self._message.run(view, position, view.end - position)
        return view.end

    def _chunked(self, view: View, position: int) -> int:
        chunks, message = self._chunks, self._message
        assert chunks is not None
        assert message is not None
        stop, runs = chunks.runs(view.data, position - view.start, view.start)
        stop += view.start
        if runs:
            message.runs(view, runs)
        if chunks.state is ChunkState.LAST:
            self._state = self._trailer
        elif chunks.state is ChunkState.BROKEN:
            self._done(view, MessageEnd.CUT_MALFORMED, stop)
            self._lost(Abandoned.MALFORMED)
        return stop

    def _trailer(self, view: View, position: int) -> int:
        """The trailer section: field lines up to an empty line, bounded; most often the empty line alone."""
        data, low = view.data, position - view.start
        room = self._limits.trailer_section - len(self._buffer)
        line = self._scanned
        end = data.find(b"\n", low, low + room)
        stop = min(len(data), low + room) if end < 0 else end + 1
        self._buffer += data[low:stop]
        full = len(self._buffer) >= self._limits.trailer_section
        stop += view.start
        if end < 0 and not full:
            return stop
        self._scanned = len(self._buffer)
        if bytes(self._buffer[line:]) in (b"\n", b"\r\n"):
            self._read_trailers(stop - len(self._buffer))
            self._done(view, MessageEnd.CHUNKED, stop)
        elif full:
            at = stop - len(self._buffer)
            text = f"trailer section over {self._limits.trailer_section} bytes"
            self._message_head().anomalies.append(odd(HttpAnomaly.LIMIT, text, at, stop))
            self._read_trailers(at)
            self._done(view, MessageEnd.CHUNKED, stop)
            self._lost(Abandoned.LIMIT)
        return stop

    def _message_head(self) -> Head:
        assert self._message is not None
        assert self._message.head is not None
        return self._message.head

    def _read_trailers(self, at: int) -> None:
        """The buffered trailer section begins at stream offset `at`."""
        if len(self._buffer) <= 2:
            if self._buffer == b"\n":
                self._message_head().anomalies.append(odd(HttpAnomaly.BARE_LF, "", at, at + 1))
            return
        assert self._message is not None
        anomalies = self._message_head().anomalies
        bound = self._limits.fields
        self._message.trailers, _ = parse_fields(bytes(self._buffer), 0, at, anomalies, fields_max=bound)

    def _tunnel(self, view: View, position: int) -> int:  # noqa: ARG002 - the shape of a state
        return view.end

    def _deaf(self, view: View, position: int) -> int:  # noqa: ARG002 - the shape of a state
        return view.end

    def open_tunnel(self) -> None:
        """No more HTTP follows."""
        self._state = self._tunnel
        self._search = None

    # -- the end of a message

    def _done(self, view: View, ended: MessageEnd, stop: int) -> None:
        """The message ends by its own bytes at stream offset `stop` of `view`."""
        assert self._message is not None
        meter = self._message.meter
        meter.cover(view, stop)
        meter.keep(view, stop - 1, stop)
        self._finish(ended, stop, None)

    def _finish(self, ended: MessageEnd, stop: int, by: Stamp | None) -> None:
        """The message at hand ends at stream offset `stop`, by its own bytes or by something else at stamp `by`."""
        message = self._message
        assert message is not None
        side = self._side()
        if message.head is None:
            section = bytes(self._buffer)
            self._forget_head()
            head = self._parse(_whole_lines(section), message.start)
            head.anomalies.append(odd(HttpAnomaly.HEADER_UNTERMINATED, found(section[-32:]), message.start, stop))
            self._listener.head_read(side, head, message.read_head(head, stop))
        self._message = None
        self._buffer = bytearray()
        self._scanned = 0
        self._state = self._between
        whole = message.end(ended, stop, by)
        self._listener.message_read(side, whole, whole.last, message.charged)

    # -- excess bytes, lost framing

    def _excess(self, view: View, start: int) -> int:
        """The first line at hand is no start-line: read it again, searching."""
        views = [*self._line_views, view]
        self._message = None
        self._forget_head()
        self._listener.sync_lost(self._side(), Abandoned.MALFORMED)
        self._begin_search(HttpAnomaly.EXCESS_BYTES)
        return self._rewind(views, start)

    def _rewind(self, views: list[View], start: int) -> int:
        """Go on reading at stream offset `start` of one of `views`; the last of them is being read."""
        last = views[-1]
        if start >= last.start:
            return start
        for view in reversed(views):
            if view.end > start:
                self._todo.appendleft((view, max(start, view.start)))
        return last.end

    def _lost(self, why: Abandoned) -> None:
        """The framing is lost here: search the next start-line."""
        if self.side is not None:
            self._listener.sync_lost(self.side, why)
        self._begin_search(HttpAnomaly.RESYNCHRONISED)

    def _begin_search(self, kind: HttpAnomaly) -> None:
        self._search = StartLineSearch(kind, self._limits)
        self._state = self._searching

    def _searching(self, view: View, position: int) -> int:
        """Search the next plausible start-line."""
        search = self._search
        assert search is not None
        hit = search.feed(view, position, self.side)
        if hit is not None:
            self._search = None
            self._state = self._between
            if self.side is None:
                self._listener.side_found(self._wire.direction, hit.side)
            skipped = search.skipped(hit.position)
            if skipped is not None:
                self._notes.append(skipped)
            return self._rewind([*search.views, view], hit.position)
        if view.end >= search.stop:
            self._say_stray(search, search.stop, view.stamp(search.stop - 1))
            self._state = self._deaf
            self._search = None
        return view.end

    def _say_stray(self, search: StartLineSearch, end: int, stamp: Stamp) -> None:
        skipped = search.skipped(end)
        if skipped is not None:
            self._listener.stray(skipped, stamp)


def _whole_lines(section: bytes) -> bytes:
    """A header section without the line in which it was cut; its start-line stays, cut or not."""
    return section[: section.rfind(b"\n") + 1] or section


def _section_end(source: bytes | bytearray, begin: int, bound: int) -> int:
    """Where the first empty line of `source[begin:bound]` ends; -1 without one."""
    end = source.find(b"\n\r\n", begin, bound)
    plain = source.find(b"\n\n", begin, end + 1 if end >= 0 else bound)
    if plain >= 0:
        return plain + 2
    return end + 3 if end >= 0 else -1


_CUT = {
    StreamEnd.FIN: MessageEnd.CUT_CLOSE,
    StreamEnd.RST: MessageEnd.CUT_RESET,
    StreamEnd.REUSED: MessageEnd.CUT_CLOSE,
    StreamEnd.EVICTED: MessageEnd.CUT_LIMIT,
    StreamEnd.CAPTURE_END: MessageEnd.CUT_CAPTURE,
}
