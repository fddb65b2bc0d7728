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

from wsdtrace.http.anomalies import HttpAnomaly, found, odd
from wsdtrace.http.bulk import Bulk
from wsdtrace.http.chunked import ChunkReader, ChunkState
from wsdtrace.http.equalchunks import find_equal_chunks
from wsdtrace.http.framing import Framing, body_framing
from wsdtrace.http.head import Head, parse_head
from wsdtrace.http.listener import Listener
from wsdtrace.http.message import OpenMessage, Wire
from wsdtrace.http.meter import View
from wsdtrace.http.quick import read_quickly
from wsdtrace.http.search import StartLineSearch
from wsdtrace.http.sections import Collected, HeaderSection, TrailerSection
from wsdtrace.http.sync import Side
from wsdtrace.records import CUT_OFF, Abandoned, Anomaly, MessageEnd, Stamp, StreamEnd

STEP = 16 * 1024
"""Bytes of a bulk that are joined to be read, at first: the header sections before an image have 2 KiB."""

State = Callable[["Reader", View, int], int]


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
        self._header: HeaderSection | None = None
        self._trailer_section: TrailerSection | None = None
        self._remaining = 0
        self._chunks: ChunkReader | None = None
        self._search: StartLineSearch | None = None
        self._state: State = Reader._between
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
                position = self._state(self, view, position)
            if self._message is not None:
                self._message.meter.cover(view, end)
                self._message.meter.settle()
            if not todo:
                return
            view, position = todo.popleft()

    def feed_bulk(self, bulk: Bulk) -> None:
        """Read consecutive bytes that nobody has joined; those of a content that streams through stay so."""
        position, step = bulk.start, STEP
        while position < bulk.end:
            taken = self._skim(bulk, position)
            if taken:
                position, step = position + taken, STEP
                continue
            stop = min(position + step, bulk.end)
            self.feed(bulk.view(position, stop))
            position, step = stop, 4 * step

    def _skim(self, bulk: Bulk, position: int) -> int:
        """Let content pass from stream offset `position` on; returns how many bytes of the stream did."""
        message = self._message
        if message is None:
            return 0
        stop = position
        if self._state is Reader._length:
            low = position - bulk.start
            high = low + min(self._remaining - 1, bulk.end - position)  # its end is read
            taken = message.skim(bulk.extents, low, high, lambda at: bulk.stamp(bulk.start + at))
            self._remaining -= taken
            stop += taken
        elif self._state is Reader._chunked and self._chunks is not None and self._chunks.left:
            stop = self._skim_chunks(bulk, position, message, self._chunks)
        message.meter.cover(bulk, stop)
        return stop - position

    @staticmethod
    def _skim_chunks(bulk: Bulk, position: int, message: OpenMessage, chunks: ChunkReader) -> int:
        """Let the data of chunks pass that are all of one size; returns the stream offset behind it."""
        equal = find_equal_chunks(bulk, position, chunks.left)
        extents = equal.extents
        taken = message.skim(extents, 0, len(extents), lambda at: bulk.stamp(equal.stream(at)))
        if not taken:
            return position
        chunks.passed(equal.left(taken))
        return equal.stream(taken - 1) + 1

    def gap(self, offset: int, length: int, stamp: Stamp) -> None:
        """Bytes are missing at stream `offset`; length 0: everything from there on, as far as is known."""
        state, message = self._state, self._message
        if state in (Reader._tunnel, Reader._deaf):
            return
        if message is not None and self._gap_in_content(message, offset, length, stamp):
            return
        if message is not None and not self._drop_excess(message, offset, stamp):
            if state is Reader._length:
                message.gap(self._remaining)
            self._cut(MessageEnd.CUT_GAP, offset, stamp)
        self._notes.clear()
        self._lost(Abandoned.GAP)

    def _gap_in_content(self, message: OpenMessage, offset: int, length: int, stamp: Stamp) -> bool:
        """A hole inside a content: does its framing survive?"""
        if self._state is Reader._close:
            message.gap(length)
            return True
        if self._state is Reader._length and length <= self._remaining:
            message.gap(length)
            self._remaining -= length
            if not self._remaining and length:
                self._finish(MessageEnd.LENGTH, offset + length, stamp)
            return True
        if self._state is Reader._chunked:
            assert self._chunks is not None
            if self._chunks.gap(length):
                message.gap(length)
                return True
        return False

    def end(self, how: StreamEnd, offset: int, stamp: Stamp) -> None:
        """No more bytes will come; `offset` is the end of the stream."""
        message = self._message
        if message is not None and not self._drop_excess(message, offset, stamp):
            is_close = self._state is Reader._close and how in (StreamEnd.FIN, StreamEnd.REUSED)
            self._cut(MessageEnd.CLOSE if is_close else _CUT[how], offset, stamp)
        elif self._search is not None:
            self._say_stray(self._search, offset, stamp)
        self._state = Reader._deaf

    def _drop_excess(self, message: OpenMessage, offset: int, stamp: Stamp) -> bool:
        """The first line of the message at hand is cut: are these bytes no beginning of a message at all?"""
        header = self._header
        if header is None or not header.is_excess:
            return False
        self._message = self._header = None
        self._listener.stray(odd(HttpAnomaly.EXCESS_BYTES, found(header.so_far), message.start, offset), stamp)
        return True

    def _cut(self, ended: MessageEnd, offset: int, stamp: Stamp) -> None:
        """The message at hand ends at stream offset `offset` because of what happened to the stream."""
        message = self._message
        assert message is not None
        is_senders = ended in CUT_OFF
        if self._header is not None:
            section = self._header.so_far
            head = self._parse(section, message.start, whole=False)
            if is_senders:
                head.anomalies.append(odd(HttpAnomaly.HEADER_UNTERMINATED, found(section[-32:]), message.start, offset))
            self._listener.head_read(self._side(), head.start, message.read_head(head, offset))
        elif self._trailer_section is not None:
            # the last chunk was seen: the content is whole, only the empty line behind it is not there
            section = self._trailer_section.so_far
            message.read_trailers(section, offset - len(section))
            if is_senders:
                kind = HttpAnomaly.LAST_CHUNK_UNTERMINATED
                message.say(odd(kind, found(section), offset - len(section), offset))
            ended = MessageEnd.CHUNKED
        self._finish(ended, offset, stamp)

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
            start = view.start + index
            self._message = OpenMessage(self._wire, view, start)
            self._header = HeaderSection(start, self._limits, is_request=self.side is Side.CLIENT)
            self._state = Reader._heading
        return view.start + index

    def _quick(self, view: View, index: int) -> int | None:
        """Read a common message at once; None when it is none."""
        side, listener = self._side(), self._listener
        method = listener.answered_method() if side is Side.SERVER else None
        read = read_quickly(view, index, self._wire, side, method)
        if read is None:
            return None
        message, stop = read
        listener.head_read(side, message.start, message.head_end)
        listener.message_read(side, message, message.last, message.content.length)
        return stop

    def _heading(self, view: View, position: int) -> int:
        """Collect the header section; its first line has to be a start-line."""
        message, header = self._message, self._header
        assert message is not None
        assert header is not None
        collected = header.feed(view, position)
        if collected is Collected.EXCESS:
            return self._excess(view, header)
        stop = view.end if collected is Collected.MORE else message.start + len(header.data)
        message.meter.keep(view, max(message.start, view.start), stop)
        if collected is not Collected.MORE:
            self._header = None
            message.meter.cover(view, stop)
            self._section(message, header.data, stop, complete=collected is Collected.WHOLE)
        return stop

    def _side(self) -> Side:
        """The side, where it is known: a message is read only then."""
        assert self.side is not None
        return self.side

    def _parse(self, section: bytes, at: int, *, whole: bool) -> Head:
        request, fields_max = self.side is Side.CLIENT, self._limits.fields
        head = parse_head(section, at, request=request, fields_max=fields_max, whole=whole)
        if self._notes:
            head.anomalies[:0] = self._notes
            self._notes = []
        return head

    def _section(self, message: OpenMessage, section: bytes, stop: int, *, complete: bool) -> None:
        """The header section is `section`; it ends at stream offset `stop`."""
        head = self._parse(section, message.start, whole=complete)
        stamp = message.read_head(head, stop)
        side = self._side()
        if not complete:
            text = f"header section over {len(section)} bytes"
            head.anomalies.append(odd(HttpAnomaly.LIMIT, text, message.start, stop))
            self._listener.head_read(side, head.start, stamp)
            self._finish(MessageEnd.CUT_LIMIT, stop, None)
            self._lost(Abandoned.LIMIT)
            return
        method = self._listener.answered_method() if side is Side.SERVER else None
        frame = body_framing(head, is_request=side is Side.CLIENT, request_method=method)
        self._listener.head_read(side, head.start, stamp)
        message.open_content(frame)
        framing = frame.framing
        if framing is Framing.LENGTH:
            assert frame.length is not None
            self._remaining = frame.length
            self._state = Reader._length
        elif framing is Framing.CHUNKED:
            self._chunks = ChunkReader(head.anomalies, self._limits.chunk_line)
            self._state = Reader._chunked
        elif framing is Framing.CLOSE:
            self._state = Reader._close
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
            self._trailer_section = TrailerSection(self._limits)
            self._state = Reader._trailer
        elif chunks.state is ChunkState.BROKEN:
            self._done(view, MessageEnd.CUT_MALFORMED, stop)
            self._lost(Abandoned.MALFORMED)
        return stop

    def _trailer(self, view: View, position: int) -> int:
        """Collect the trailer section."""
        message, trailer = self._message, self._trailer_section
        assert message is not None
        assert trailer is not None
        stop, collected = trailer.feed(view, position)
        if collected is Collected.MORE:
            return stop
        section = trailer.so_far
        at = stop - len(section)
        message.read_trailers(section, at)
        if collected is Collected.LIMIT:
            message.say(odd(HttpAnomaly.LIMIT, f"trailer section over {len(section)} bytes", at, stop))
        self._done(view, MessageEnd.CHUNKED, stop)
        if collected is Collected.LIMIT:
            self._lost(Abandoned.LIMIT)
        return stop

    def _tunnel(self, view: View, position: int) -> int:  # noqa: ARG002 - the shape of a state
        return view.end

    def _deaf(self, view: View, position: int) -> int:  # noqa: ARG002 - the shape of a state
        return view.end

    def open_tunnel(self) -> None:
        """No more HTTP follows."""
        self._state = Reader._tunnel
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
        self._message = self._header = self._trailer_section = None
        self._state = Reader._between
        whole = message.end(ended, stop, by)
        self._listener.message_read(side, whole, whole.last, message.charged)

    # -- excess bytes, lost framing

    def _excess(self, view: View, header: HeaderSection) -> int:
        """The first line at hand is no start-line: read it again, searching."""
        self._message = self._header = None
        self._listener.sync_lost(self._side(), Abandoned.MALFORMED)
        self._begin_search(HttpAnomaly.EXCESS_BYTES)
        return self._rewind([*header.views, view], header.start)

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
        self._state = Reader._searching

    def _searching(self, view: View, position: int) -> int:
        """Search the next plausible start-line."""
        search = self._search
        assert search is not None
        hit = search.feed(view, position, self.side)
        if hit is not None:
            self._search = None
            self._state = Reader._between
            if self.side is None:
                self._listener.side_found(self._wire.direction, hit.side)
            skipped = search.skipped(hit.position)
            if skipped is not None:
                self._notes.append(skipped)
            return self._rewind([*search.views, view], hit.position)
        if view.end >= search.stop:
            self._say_stray(search, search.stop, view.stamp(search.stop - 1))
            self._state = Reader._deaf
            self._search = None
        return view.end

    def _say_stray(self, search: StartLineSearch, end: int, stamp: Stamp) -> None:
        skipped = search.skipped(end)
        if skipped is not None:
            self._listener.stray(skipped, stamp)


_CUT = {
    StreamEnd.FIN: MessageEnd.CUT_CLOSE,
    StreamEnd.RST: MessageEnd.CUT_RESET,
    StreamEnd.REUSED: MessageEnd.CUT_CLOSE,
    StreamEnd.EVICTED: MessageEnd.CUT_LIMIT,
    StreamEnd.CAPTURE_END: MessageEnd.CUT_CAPTURE,
}
