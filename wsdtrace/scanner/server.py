"""A virtual scanner on sockets: takes connections, answers, sends its notifications, and says who it is.

One task for each connection and one for each event sink; the device between them is plain Python. What a connection
may cost is bounded; what comes in is hostile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import field
from typing import BinaryIO, Self

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Direction, Endpoint
from wsdtrace.scanner import remote
from wsdtrace.scanner.clock import NS, Clock
from wsdtrace.scanner.device import Device
from wsdtrace.scanner.discovery import MAX_DELAY_S, Discovery
from wsdtrace.scanner.http import BadMessage, HttpMessage, read_request
from wsdtrace.scanner.notifier import Notifier
from wsdtrace.scanner.outcome import Asked, Said
from wsdtrace.scanner.persona import DEFAULT, Persona, persona
from wsdtrace.scanner.pipe import PIECE, Gone, Pipe, endpoint_of
from wsdtrace.scanner.profile import Addresses
from wsdtrace.scanner.recorder import Recorder, Track
from wsdtrace.scanner.speech import Outgoing, Speech
from wsdtrace.soap import read_envelope
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import decode_message, operation_of
from wsdtrace.wsd.eventing import EndStatus

logger = logging.getLogger(__name__)

IDLE_S = 90.0
"""A connection on which nobody asks for so long is closed; clients keep theirs for 60 s (WSDAPI)."""
MAX_CONNECTIONS = 64
"""At once; a home router's clients fit, and 64 requests of a megabyte fit in memory."""


@dataclass(slots=True, eq=False)
class VirtualScanner:
    """One scanner on this machine; `async with VirtualScanner(…) as scanner:`.

    Args:
        who: a persona, or the name of one.
        host: address to listen at; several with commas between them.
        port: 0 for a free one.
        clock: its own where None.
        recorder: where both ends write what they exchange; None: nowhere.
        record: a file to write a record of its own to, instead.
    """

    who: Persona | str = DEFAULT
    host: str = "127.0.0.1"
    port: int = 0
    clock: Clock = field(default_factory=Clock)
    recorder: Recorder | None = None
    record: BinaryIO | None = None
    endpoint: str | None = None
    """`urn:uuid:…`; made from the persona's name where None, so that it stays the same."""
    announce: bool = False
    """Be found by WS-Discovery: Hello, Bye, and answers to Probe and Resolve."""
    delay_s: float = MAX_DELAY_S
    """Most that an answer to a multicast waits."""
    device: Device = field(init=False)
    speech: Speech = field(init=False)
    notifier: Notifier = field(init=False)
    presences: list[Discovery] = field(default_factory=list)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    on_exchange: Callable[[str, str, int, str], None] | None = None
    """Called with operation, peer, HTTP status and subcode of the fault (empty: none) of each answer."""

    def __post_init__(self) -> None:
        if isinstance(self.who, str):
            self.who = persona(self.who)
        if self.record is not None and self.recorder is None:
            self.recorder = Recorder(self.record, self.clock, f"as seen by the virtual scanner {self.who.name}")
        self.device = Device(self.who, self.clock, self.endpoint)
        self.speech = Speech(self.who, max(1, self.clock.now_ns() // NS))
        self.notifier = Notifier(self.device, self.speech, self.recorder, lambda: self.addresses)
        self.device.notify = self.notifier.put

    # -- life ---------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        try:
            for host in self.hosts:
                server = await asyncio.start_server(self._accepted, host, self.port, limit=PIECE)
                self._servers.append(server)
                self.port = endpoint_of(server.sockets[0].getsockname()).port
            if self.announce:
                await self._announce()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _announce(self) -> None:
        """Be present on every interface where it listens."""
        for host in self.hosts:
            at = Addresses(f"http://{Endpoint(host.partition('%')[0], self.port)}", self.device.endpoint)
            presence = Discovery(self.device, self.speech, at, host, self.recorder, self.delay_s)
            self.presences.append(presence)
            await presence.start()

    async def __aexit__(self, *_: object) -> None:
        for presence in self.presences:
            await presence.stop()
        await self.notifier.close(EndStatus.SOURCE_SHUTTING_DOWN)
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def hosts(self) -> list[str]:
        """Addresses at which it listens."""
        return self.host.split(",")

    @property
    def addresses(self) -> Addresses:
        """Where it is, at its first address."""
        return Addresses(f"http://{Endpoint(self.hosts[0], self.port)}", self.device.endpoint)

    # -- connections --------------------------------------------------------------------------

    @property
    def connections(self) -> int:
        """That are open now."""
        return len(self._tasks)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._served(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.close())  # also where it was cancelled before it began

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its last."""
        pipe = Pipe(reader, writer, Direction.FROM_RESPONDER)
        try:
            async with asyncio.timeout(IDLE_S):
                first = await pipe.peek()
            if not first.startswith(f"POST {remote.PATH}".encode()):
                pipe.attach(self._witness(pipe))
            await self._serve(pipe)
        except TimeoutError:
            logger.debug("%s said nothing", pipe.peer)
        except Gone:
            logger.debug("%s vanished", pipe.peer)
        finally:
            self.device.connection_closed()
            await pipe.close()

    def _witness(self, pipe: Pipe) -> Track | None:
        return None if self.recorder is None else self.recorder.track(pipe.peer, pipe.own)

    async def _serve(self, pipe: Pipe) -> None:
        """Answer one request after the other."""
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    request = await read_request(pipe)
            except TimeoutError:
                return
            except BadMessage as error:
                await pipe.send(self.speech.plain(error.status, str(error)))
                return
            if request is None or not await self._answer(pipe, request):
                return

    async def _answer(self, pipe: Pipe, request: HttpMessage) -> bool:
        """Answer one request; False where the connection ends behind it."""
        method, target, _ = request.start.split(" ")
        if target.startswith(remote.PATH):
            status, text = remote.answer(request, pipe.peer.address, pipe.own.address, self.device.panel)
            await pipe.send(self.speech.plain(status, text))
            return False
        if method != "POST":
            await pipe.send(self.speech.plain(405, "only POST is answered"))
            return False
        known = {self.addresses.device, self.addresses.service, self.addresses.manager}
        if target not in {url.removeprefix(self.addresses.base) for url in known}:
            await pipe.send(self.speech.plain(404, "nothing is here"))
            return False
        asked = await self._asked(pipe, request)
        if asked is None:
            await pipe.send(self.speech.plain(400, "no SOAP envelope that can be read"))
            return False
        outcome, facts = await self.device.handle(asked)
        outgoing = self.speech.answer(asked, outcome, facts, Addresses(asked.base, self.device.endpoint))
        if self.on_exchange is not None:
            status = int(outgoing.data[9:12]) if outgoing.data[9:12].isdigit() else 0
            self.on_exchange(asked.operation, pipe.peer.address, status, outgoing.fault)
        sent = outcome.sent if isinstance(outcome, Said) else None
        try:
            await self._say(pipe, outgoing)
        except Gone:
            if sent is not None:
                sent(False)
            raise
        if sent is not None:
            sent(outgoing.whole)
        return not (outgoing.close or request.wants_close)

    async def _asked(self, pipe: Pipe, request: HttpMessage) -> Asked | None:
        media = request.get("Content-Type") or ""
        charset = media.partition("charset=")[2].partition(";")[0].strip(' "') or None
        envelope = await asyncio.to_thread(read_envelope, request.content, charset)
        if not envelope.well_formed or envelope.version is None or envelope.body is None:
            return None
        operation = operation_of(envelope)
        value = decode_message(envelope).value
        typed = value if isinstance(value, Element) else None
        host = str(pipe.own)
        return Asked(operation or envelope.headers.action or "", typed, envelope, pipe.peer.address, f"http://{host}")

    async def _say(self, pipe: Pipe, outgoing: Outgoing) -> None:
        """Send an answer as it is to be sent."""
        if outgoing.after_ns:
            await self.clock.sleep(outgoing.after_ns / NS)
        if outgoing.over_ns:
            pieces = 20
            size = -(-len(outgoing.data) // pieces)
            for at in range(0, len(outgoing.data), size):
                await pipe.send(outgoing.data[at : at + size])
                await self.clock.sleep(outgoing.over_ns / NS / pieces)
        else:
            await pipe.send(outgoing.data)
        if outgoing.reset:
            pipe.reset()
