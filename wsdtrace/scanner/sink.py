"""Where a client takes events: a server of its own, which answers each with 202 and hands it on."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import field
from typing import Self

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Direction, Endpoint
from wsdtrace.scanner.http import BadMessage, read_request
from wsdtrace.scanner.pipe import PIECE, Gone, Pipe, endpoint_of
from wsdtrace.scanner.recorder import Recorder
from wsdtrace.soap import read_envelope
from wsdtrace.soap.envelope import Envelope
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import decode_message, operation_of

MAX_WAITING = 1024
"""Events that nobody took yet."""
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
"""WS-Eventing's notifications are one-way; WSDAPI answers so."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An event that came."""

    name: str
    value: Element | None
    envelope: Envelope


@dataclass(slots=True, eq=False)
class EventSink:
    """A server for events; `async with EventSink() as sink:`."""

    host: str = "127.0.0.1"
    recorder: Recorder | None = None
    answer: bytes = ACCEPTED
    """What each event is answered with; nothing closes the connection instead."""
    identifier: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")
    """Reference parameter by which events find their subscription."""
    port: int = 0
    notices: asyncio.Queue[Notice] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, self.host, self.port, limit=PIECE)
        self.port = endpoint_of(self._server.sockets[0].getsockname()).port
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """NotifyTo of a subscription."""
        return f"http://{Endpoint(self.host, self.port)}/sink"

    async def next(self, name: str | None = None) -> Notice:
        """The next event (of a name; others before it are passed over)."""
        while True:
            notice = await self.notices.get()
            if name in (None, notice.name):
                return notice

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._served(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.close())  # also where it was cancelled before it began

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pipe = Pipe(reader, writer, Direction.FROM_RESPONDER)
        if self.recorder is not None:
            pipe.attach(self.recorder.track(pipe.peer, pipe.own))
        try:
            while (request := await read_request(pipe)) is not None:
                envelope = read_envelope(request.content, None)
                value = decode_message(envelope).value
                typed = value if isinstance(value, Element) else None
                if not self.answer:
                    return
                await pipe.send(self.answer)
                if not self.notices.full():
                    self.notices.put_nowait(Notice(operation_of(envelope) or "", typed, envelope))
        except (BadMessage, Gone):
            return
        finally:
            await pipe.close()
