"""One connection of a client, and the one to the server that it stands for: bytes pass, messages are seen.

Theory of operation: two tasks. One reads requests and sends them on; one reads responses and sends them back, in the
order of the requests. A piece of a message that nobody has to look at is sent on as it came. Requests whose content is
XML are held until they are whole (their operation decides what is done with the exchange), and so are responses that
may carry addresses; images never. The end of one side, or its breaking off, is passed on to the other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from wsdtrace.http.framing import Frame, Framing
from wsdtrace.http.head import Head
from wsdtrace.http.media import is_bulk, is_xml
from wsdtrace.proxy.admission import Refused, admit
from wsdtrace.proxy.bulk import Bulk
from wsdtrace.proxy.handler import Handler
from wsdtrace.proxy.heads import media_type_of, plain_answer
from wsdtrace.proxy.messages import MessageReader, Piece, PieceKind, end_of_section, method_of, status_of
from wsdtrace.proxy.record import Leg
from wsdtrace.proxy.turn import Held, Turn
from wsdtrace.proxy.wire import Pipe
from wsdtrace.records import Direction

BULK_FROM = 256 * 1024
"""Bytes of a body from which on it is worth a thread: less is here with two reads."""
UP, DOWN = Direction.FROM_ORIGINATOR, Direction.FROM_RESPONDER


class _GoneError(Exception):
    """Internal: one side can be sent nothing more."""


class Relay:
    """One client connection."""

    def __init__(self, handler: Handler, client: Pipe) -> None:
        self._handler = handler
        self._limits = handler.limits
        self._client = client
        self._server: Pipe | None = None
        self._inner: Leg | None = None
        self._outer = handler.open_outer(client.peer, client.local)
        self._requests = MessageReader(request=True)
        self._responses = MessageReader(request=False)
        self._turns: deque[Turn] = deque()
        self._out: list[bytes] = []
        """What goes down next: pieces of one read leave in one write, as they came."""
        self._signal = asyncio.Event()
        self._asking_ended = False
        self._turn: Turn | None = None
        self._holding = False
        self._served = 0
        self._since = asyncio.get_running_loop().time()

    async def run(self) -> None:
        """Until both sides are done."""
        up, down = asyncio.create_task(self._up()), asyncio.create_task(self._down())
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if not _failed(up) and not _failed(down):
                # A client that is told the end has some time to end as well.
                await asyncio.wait({up, down}, timeout=self._limits.linger_seconds if down.done() else None)
            if _failed(up) or _failed(down):
                self._break()
        finally:
            for task in (up, down):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, _GoneError, ConnectionError):
                    await task
            self._close()

    @property
    def is_idle(self) -> bool:
        """Nothing was asked yet that has not been answered."""
        return self._turn is None and not self._turns

    # -- requests ------------------------------------------------------------------------------

    async def _up(self) -> None:
        try:
            while data := await self._asked():
                self._outer.data(UP, data)
                await self._handler.record.room()
                for piece in self._requests.feed(data):
                    await self._request_piece(piece)
        except TimeoutError:
            await self._shed(Refused(408, "Request Timeout", "no whole request came in time"))
        except Refused as refused:
            await self._shed(refused)
        else:
            for piece in self._requests.end():
                await self._request_piece(piece)
            self._pass_on_end()
        self._asking_ended = True
        self._signal.set()

    async def _asked(self) -> bytes:
        """The next bytes of the client, in time where it must not take its time."""
        waiting_for_head = self._turn is None and (not self._requests.is_between or not self._served)
        if not waiting_for_head and not self._holding:
            self._since = asyncio.get_running_loop().time()
            data = await self._client.read()
            self._since = asyncio.get_running_loop().time()
            return data
        seconds = self._limits.hold_seconds if self._holding else self._limits.head_seconds
        async with asyncio.timeout_at(self._since + seconds):
            return await self._client.read()

    def _pass_on_end(self) -> None:
        if self._client.reset:
            self._outer.reset(UP)
            raise _GoneError
        self._outer.end(UP)
        if self._server is not None and self._inner is not None:
            self._inner.end(UP)
            self._server.end()

    async def _request_piece(self, piece: Piece) -> None:
        match piece.kind:
            case PieceKind.HEAD:
                assert piece.head is not None
                assert piece.frame is not None
                await self._request_head(piece, piece.head, piece.frame)
            case PieceKind.BODY | PieceKind.END if self._turn is not None:
                await self._request_body(self._turn, piece)
            case PieceKind.LOST if self._served and not self._handler.rewrites:
                await self._send_up(piece.raw)
            case PieceKind.LOST:
                raise Refused(400, "Bad Request", "this is no HTTP request")

    async def _request_head(self, piece: Piece, head: Head, frame: Frame) -> None:
        if self._handler.rewrites:
            admit(head, self._handler.is_own_name)
        self._served += 1
        kind, charset = media_type_of(head)
        turn = self._turn = Turn(method_of(head) or "", None)
        turn.request = Held(piece.raw, head, frame, charset)
        self._holding = (
            self._handler.looks
            and frame.framing in (Framing.LENGTH, Framing.CHUNKED)
            and (kind is None or is_xml(kind))
            and head.value("content-encoding") is None
            and (frame.length or 0) <= self._limits.held_content
        )
        while len(self._turns) >= self._limits.pending:
            await asyncio.sleep(0.01)
        if not self._holding:
            await self._send_up(self._handler.head_up(turn.request), turn)
        elif "100-continue" in (_field(head, "expect") or "").lower():
            if self._turns:
                return  # an answer is under way; a client sends its content without being told, after a while
            turn.continued = True
            self._handler.note_continue(turn)
            self._out.append(b"HTTP/1.1 100 Continue\r\n\r\n")
            await self._flush()

    async def _request_body(self, turn: Turn, piece: Piece) -> None:
        request = turn.request
        assert request is not None
        if self._holding:
            request.body.append(piece.raw)
            request.pieces.append(piece.content)
            request.size += len(piece.raw)
            if request.size > self._limits.held_content + self._limits.held_content // 2:
                self._holding = False
                self._handler.note_unread(turn, "request")
                await self._send_up(b"".join((self._handler.head_up(request), *request.body)), turn)
                request.body.clear()
        elif piece.raw:
            await self._send_up(piece.raw)
        if piece.kind is PieceKind.END:
            self._turn = None
            if self._holding:
                self._holding = False
                await self._request_done(turn)

    async def _request_done(self, turn: Turn) -> None:
        """A held request is whole: it is sent on as it is to be, or answered here."""
        sent = await self._handler.request(turn, self._client, self._reach)
        if turn.drop:
            await self._drop()
        elif turn.answer is not None:
            self._turns.append(turn)
            self._signal.set()
        else:
            await self._send_up(sent, turn)
            if turn.repeat:
                self._handler.repeat(sent)

    async def _reach(self) -> str:
        """The address of the proxy as the server sees it; empty where the server cannot be reached."""
        if self._server is None and not await self._connect():
            return ""
        return "" if self._server is None else self._server.local.address

    async def _send_up(self, data: bytes, turn: Turn | None = None) -> None:
        """To the server; the connection to it is made with the first request."""
        if self._server is None and not await self._connect():
            if turn is not None:
                self._handler.note_unreachable(self._client.peer)
                turn.answer = plain_answer(502, "Bad Gateway", self._handler.unreachable())
                self._turns.append(turn)
                self._signal.set()
            raise Refused(0, "", "")
        assert self._server is not None
        assert self._inner is not None
        if turn is not None:
            self._turns.append(turn)
            self._signal.set()
        self._inner.data(UP, data)
        if not await self._server.write(data):
            self._signal.set()  # what it still has to say is passed on; the end comes with it

    async def _connect(self) -> bool:
        server = await self._handler.connect(self._signal.set)
        if server is None:
            return False
        self._server = server
        self._inner = self._handler.open_inner(server.local, server.peer)
        return True

    # -- responses -----------------------------------------------------------------------------

    async def _down(self) -> None:
        """Answers in the order of the requests, then the end."""
        while True:
            if self._turns:
                turn = self._turns[0]
                if not await self._answer(turn):
                    break
                self._turns.popleft()
                self._handler.done()
            elif self._server is not None and self._server.has_data:
                data = await self._server.read()
                await self._pass_down(data)  # nobody asked
            elif self._is_over():
                break
            else:
                self._signal.clear()
                await self._signal.wait()
        self._end_down()

    def _is_over(self) -> bool:
        """Nothing can come any more."""
        if self._server is not None:
            return self._server.ended
        return self._asking_ended

    async def _answer(self, turn: Turn) -> bool:
        """Send one answer; False when the server ended before it was whole."""
        if turn.answer is not None:
            await self._send_down(turn.answer)
            await self._flush()
            return b"connection: close" not in turn.answer[:1024].lower()
        server = self._server
        assert server is not None
        pieces = self._responses.more(turn.method)
        while True:
            if await self._response_pieces(turn, pieces):
                return True
            if self._may_hurry(turn, server) and await self._hurry(server):
                pieces = self._responses.more(turn.method)
                continue
            data = await server.read()
            if not data:
                if await self._response_pieces(turn, self._responses.end()):
                    return True
                await self._release(turn)  # it ended in the middle of a response
                await self._flush()
                return False
            if self._inner is not None:
                self._inner.data(DOWN, data)
            pieces = self._responses.feed(data, turn.method)

    def _may_hurry(self, turn: Turn, server: Pipe) -> bool:
        """Nobody has to look at the rest of the body, which is long."""
        left, pool = self._responses.left, self._handler.record.pool
        return (
            left is not None
            and left >= BULK_FROM
            and turn.response is not None
            and (turn.bulk or turn.response.frame.length is not None)
            and not (turn.holds or turn.interim or server.has_data or server.ended or self._client.closed)
            and turn.cut_after is None
            and server.is_plain
            and self._client.is_plain
            and pool.has_seats
        )

    async def _hurry(self, server: Pipe) -> bool:
        """Let the body in hand pass beside the loop; False when the server has to be read for what comes next."""
        record, inner, outer = self._handler.record, self._inner, self._outer
        assert inner is not None
        server.pause()
        await self._client.written()
        source, sink = server.lend(), self._client.lend()
        if source is None or sink is None:
            for each in (source, sink):
                if each is not None:
                    each.close()
            server.resume()
            return False

        def seen(data: memoryview, size: int) -> None:
            inner.data(DOWN, data, pooled=True)
            outer.data(DOWN, data[:size], pooled=True)

        with record.pool.seat():
            passed = await self._handler.in_thread(
                Bulk(source, sink, record.pool, extent=self._responses.skip, seen=seen, done=record.give_back)
            )
        server.reset |= passed.broken
        server.resume()
        if passed.gone:
            self._client.reset = True
            raise _GoneError
        return not (passed.ended or passed.broken)

    async def _response_pieces(self, turn: Turn, pieces: list[Piece]) -> bool:
        """Send pieces of one read; True when the final response is whole."""
        whole = False
        for piece in pieces:
            whole = await self._response_piece(turn, piece)
        await self._flush()
        return whole

    async def _response_piece(self, turn: Turn, piece: Piece) -> bool:
        """Send a piece, or hold it; True when the final response is whole."""
        if piece.kind is PieceKind.HEAD:
            assert piece.head is not None
            assert piece.frame is not None
            status = status_of(piece.head) or 0
            turn.interim = status < 200 and status != 101
            if turn.interim:
                if not (turn.continued and status == 100):
                    await self._send_down(piece.raw)
                return False
            kind, charset = media_type_of(piece.head)
            turn.response = Held(piece.raw, piece.head, piece.frame, charset)
            turn.bulk = is_bulk(kind) or (kind or "").startswith("multipart/")
            turn.holds = self._handler.holds(turn)
            self._handler.responding(turn, kind)
            if turn.delay:
                await self._flush()
                await asyncio.sleep(turn.delay)
            if not turn.holds:
                await self._send_response(turn, piece.raw, head=True)
            return False
        if turn.interim:
            turn.interim = piece.kind is not PieceKind.END
            return False
        if piece.kind is PieceKind.LOST:
            await self._release(turn)
            await self._send_down(piece.raw)
            return False
        response = turn.response
        if turn.holds and response is not None:
            response.body.append(piece.raw)
            response.pieces.append(piece.content)
            response.size += len(piece.raw)
            if response.size > self._handler.bound_of(turn):
                self._handler.note_unread(turn, "response")
                await self._release(turn)
        elif piece.raw:
            await self._send_response(turn, piece.raw)
        if piece.kind is not PieceKind.END:
            return False
        if turn.holds:
            turn.holds = False
            whole = await self._handler.response(turn, self._client.local.address)
            if turn.drop:
                await self._drop()
            start = end_of_section(whole, 0)
            await self._send_response(turn, whole[:start], head=True)
            await self._send_response(turn, whole[start:])
        return True

    async def _release(self, turn: Turn) -> None:
        """Send what was held, as it came."""
        if turn.holds and turn.response is not None:
            turn.holds = False
            await self._send_response(turn, b"".join((turn.response.raw, *turn.response.body)))
            turn.response.body.clear()

    async def _send_response(self, turn: Turn, data: bytes, *, head: bool = False) -> None:
        """Send a part of a response, as far as an injected fault lets it."""
        if turn.cut_after is None or head:
            await self._send_down(data)
            return
        rest = turn.cut_after - turn.sent
        turn.sent += len(data)
        if len(data) < rest:
            await self._send_down(data)
            return
        await self._send_down(data[:rest])
        await self._drop()

    async def _drop(self) -> None:
        """Close on the client, and break off what the server still sends: an injected fault."""
        await self._flush()
        self._outer.end(DOWN)
        self._client.close()
        if self._server is not None and self._inner is not None:
            self._inner.reset(UP)
            self._server.break_off()
        raise _GoneError

    async def _pass_down(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.data(DOWN, data)
        await self._send_down(data)
        await self._flush()

    async def _send_down(self, data: bytes) -> None:
        """Down to the client, with the next flush."""
        if data:
            self._out.append(data)

    async def _flush(self) -> None:
        """Send what was put together."""
        if not self._out:
            return
        data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        self._outer.data(DOWN, data)
        if not await self._client.write(data):
            raise _GoneError
        await self._handler.record.room()

    # -- ends ----------------------------------------------------------------------------------

    def _end_down(self) -> None:
        """The server sends no more."""
        if self._server is not None and self._inner is not None:
            if self._server.reset:
                self._inner.reset(DOWN)
                self._outer.reset(DOWN)
                self._client.break_off()
                return
            if self._server.ended:
                self._inner.end(DOWN)
        self._outer.end(DOWN)
        self._client.end(final=True)
        if self._server is not None and self._server.ended and self._asking_ended:
            self._client.close()

    async def _shed(self, refused: Refused) -> None:
        """Refuse what the client sends; answers that are under way are still given."""
        if refused.status:
            self._handler.note_refused(self._client.peer, refused)
            turn = Turn("", None)
            turn.answer = plain_answer(refused.status, refused.reason, refused.text)
            self._turns.append(turn)
        self._signal.set()

    def _break(self) -> None:
        """One side is gone: the other one is broken off."""
        if self._client.reset:
            self._outer.reset(UP)
        if self._server is not None and self._inner is not None:
            self._inner.reset(UP)
            self._server.break_off()

    def _close(self) -> None:
        self._client.close()
        if self._server is not None:
            self._server.close()


def _failed(task: asyncio.Task[None]) -> bool:
    """The task found one side gone; a mistake of ours is raised where the task is awaited."""
    return task.done() and not task.cancelled() and task.exception() is not None


def _field(head: Head, name: str) -> str | None:
    return next((line.value for line in head.fields if line.name.lower() == name), None)
