"""What a relay asks about its messages: the rewriting, the injected faults and the notes of one listener."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

from wsdtrace.capture.notes import Note
from wsdtrace.http.framing import Framing
from wsdtrace.http.media import is_xml
from wsdtrace.proxy.admission import Connections, Refused
from wsdtrace.proxy.again import send_again
from wsdtrace.proxy.bulk import Bulk, Passed
from wsdtrace.proxy.damage import (
    ACCEPTED,
    corrupted,
    fault_answer,
    status_answer,
    truncated,
    unrelated,
    with_token,
)
from wsdtrace.proxy.faults import Faults
from wsdtrace.proxy.heads import HeadEdit, edited, framed, target_edit, value_edits
from wsdtrace.proxy.intercept import Hooks, Intercepted
from wsdtrace.proxy.limits import ProxyLimits
from wsdtrace.proxy.messages import status_of
from wsdtrace.proxy.places import Message
from wsdtrace.proxy.record import Leg, Record, Side
from wsdtrace.proxy.rewrite import Rewriter, Rewritten, Ways
from wsdtrace.proxy.routes import Server, parse_url
from wsdtrace.proxy.turn import Held, Turn
from wsdtrace.proxy.wire import Pipe, reason_of
from wsdtrace.records import Endpoint, RequestLine
from wsdtrace.soap.positions import MAX_ROWS
from wsdtrace.wsd import operation_of

STALE_TOKEN = "wsdtrace-stale-token"  # noqa: S105 - it opens nothing
"""The JobToken that no device has granted."""
UNKNOWN_MIDDLE = 1024
"""Bytes after which a response is cut in the middle, where its length is not known before."""
ADDRESSED = frozenset({"Get", "GetMetadata", "Probe", "Resolve", "Subscribe", "Renew", "GetStatus"})
"""Operations whose answers may carry addresses of the device."""


class Session(Ways, Protocol):
    """The proxy, as its listeners know it."""

    record: Record
    limits: ProxyLimits
    rewrites: bool
    scheme: str
    faults: Faults
    hooks: Hooks
    connections: Connections

    def say(self, text: str) -> None:
        """A line for people."""

    def is_own_name(self, host: str) -> bool:
        """A Host by which the proxy may be called."""

    async def connect(self, server: Server, ready: Callable[[], None]) -> Pipe:
        """A connection to a server."""

    async def in_thread(self, bulk: Bulk) -> Passed:
        """Pass a body in a thread."""

    def beside(self, work: Coroutine[None, None, None]) -> None:
        """Do something beside the relays."""


class Handler:
    """One listener: the server that it stands for, and which of its sides is the client.

    Args:
        proxy: the session.
        server: where requests go.
        sink: the server is a client's event sink: requests come from the device.
    """

    def __init__(self, proxy: Session, server: Server, *, sink: bool) -> None:
        self._proxy = proxy
        self.server = server
        self.sink = sink
        self.record: Record = proxy.record
        self.limits: ProxyLimits = proxy.limits
        self.rewrites = proxy.rewrites
        self._rewriter = Rewriter(proxy, proxy.scheme)
        self._why = ""
        self._said_foreign = False

    @property
    def looks(self) -> bool:
        """Somebody wants to know the messages."""
        return self.rewrites or bool(self._proxy.faults) or bool(self._proxy.hooks)

    def say(self, text: str) -> None:
        """A line for people."""
        self._proxy.say(text)

    # -- the record ----------------------------------------------------------------------------

    def open_outer(self, peer: Endpoint, local: Endpoint) -> Leg:
        """The leg on which requests come."""
        return self.record.open(Side.DEVICE if self.sink else Side.CLIENT, peer, local)

    def open_inner(self, local: Endpoint, peer: Endpoint) -> Leg:
        """The leg on which they go on."""
        return self.record.open(Side.CLIENT if self.sink else Side.DEVICE, local, peer)

    def note_injected(self, turn: Turn, what: str) -> None:
        """The proxy does something itself to an exchange."""
        facts = {"what": what, "message_id": turn.message_id, "operation": turn.operation}
        self.record.note(Note("injected", f"injected: {what}", facts))

    def done(self) -> None:
        """An exchange is over: what waits is written, so that the record is whole up to here."""
        self.record.ended()

    async def in_thread(self, bulk: Bulk) -> Passed:
        """Pass a body in a thread."""
        return await self._proxy.in_thread(bulk)

    def note_continue(self, turn: Turn) -> None:
        """The proxy answered `Expect` itself, because it has to see the content before it can send the head."""
        self.record.note(Note("answered", f"100 Continue to {turn.operation or turn.method} is of the proxy"))

    def note_unread(self, turn: Turn, what: str) -> None:
        """A message was too long to be held."""
        self.record.note(Note("unread", f"{turn.operation or turn.method}: {what} is too long to be rewritten"))

    def note_refused(self, peer: Endpoint, refused: Refused) -> None:
        """A request was not served."""
        self._proxy.connections.tell(peer.address, refused.text)
        self._note_answer(peer, refused.status, f"{refused.status} {refused.reason}: {refused.text}")

    def note_unreachable(self, peer: Endpoint) -> None:
        """A request is answered here, because the server cannot be reached."""
        self._note_answer(peer, 502, f"502 Bad Gateway: {self.unreachable()}")

    def _note_answer(self, peer: Endpoint, status: int, text: str) -> None:
        facts = {"what": f"{status} of its own", "client": str(peer), "status": status}
        self.record.note(Note("answered", f"the proxy answers {peer} itself: {text}", facts))

    # -- the server ----------------------------------------------------------------------------

    def is_own_name(self, host: str) -> bool:
        """A Host by which the proxy may be called."""
        return self._proxy.is_own_name(host)

    async def connect(self, ready: Callable[[], None]) -> Pipe | None:
        """A connection to the server; None where it cannot be reached (`unreachable` says why)."""
        try:
            async with asyncio.timeout(self.limits.connect_seconds):
                return await self._proxy.connect(self.server, ready)
        except TimeoutError:
            self._why = f"no answer in {self.limits.connect_seconds:g} s"
        except OSError as error:
            self._why = reason_of(error)
        self._proxy.say(f"{self.unreachable()}")
        return None

    def unreachable(self) -> str:
        """Why the server could not be reached last."""
        if self.sink:
            return f"event sink {self.server.url} cannot be reached: {self._why}"
        advice = "is it on, and is this its URL? `wsdtrace discover` lists scanners"
        return f"device {self.server.url} cannot be reached: {self._why} ({advice})"

    # -- messages ------------------------------------------------------------------------------

    def head_up(self, request: Held) -> bytes:
        """The head of a request as the server is to see it."""
        return edited(request.raw, self._head_edits(request)) if self.rewrites else request.raw

    def _head_edits(self, request: Held) -> list[HeadEdit]:
        edits = value_edits(request.raw, request.head, "host", self.server.authority)
        start = request.head.start
        url = parse_url(start.target) if isinstance(start, RequestLine) and "://" in start.target else None
        target = None if url is None else target_edit(request.raw, request.head, f"{self.server.url}{url.rest}")
        return [*edits, target] if target is not None else edits

    async def request(self, turn: Turn, client: Pipe, reach: Callable[[], Awaitable[str]]) -> bytes:
        """A whole request as the server is to get it.

        Args:
            turn: the request; told here what becomes of it.
            client: who asks.
            reach: address of the proxy as the server sees it.
        """
        request = turn.request
        assert request is not None
        message = Message(request.content, request.charset)
        turn.operation = operation_of(message.envelope)
        turn.message_id = message.envelope.headers.message_id
        content = await self._shown(turn, request, message.data)
        content = self._inject(turn, Message(content, request.charset))
        if turn.answer is not None or turn.drop:
            return b""
        changed = content is not message.data
        if changed:
            message = Message(content, request.charset)
        if not self.rewrites:
            return framed(request.raw, request.head, request.frame, content) if changed else request.whole
        if self.sink:
            address = await reach()
            done = await self._rewriter.to_client(message, proxy=address)
        else:
            proxy = await reach() if turn.operation == "Subscribe" else ""
            done = await self._rewriter.to_device(message, client=client.peer.address, proxy=proxy)
        self._tell(turn, "request", done)
        edits = self._head_edits(request)
        if done.data is message.data and not changed:
            return edited(request.raw, edits) + b"".join(request.body)
        return framed(request.raw, request.head, request.frame, done.data, edits)

    async def _shown(self, turn: Turn, held: Held, content: bytes) -> bytes:
        """The content as the hooks leave it; what else they did is in the turn."""
        hooks, asked = self._proxy.hooks, held is turn.request
        if not hooks.wants(turn.operation, request=asked):
            return content
        status = None if asked else status_of(held.head)
        seen = Intercepted(turn.operation, asked, content, held.charset, status)
        await hooks.call(seen)
        what = "request" if asked else "response"
        if seen.dropped:
            turn.drop = True
            self.note_injected(turn, f"drop by a hook into {turn.operation} {what}")
        elif seen.reply is not None and asked:
            turn.answer = seen.reply
            self.note_injected(turn, f"answer by a hook into {turn.operation}")
        elif seen.content is not content:
            self.note_injected(turn, f"change by a hook into {turn.operation} {what}")
        return seen.content

    def _inject(self, turn: Turn, message: Message) -> bytes:
        """Choose the fault of an exchange and do what is done to its request."""
        faults = self._proxy.faults
        injection = None if turn.answer or turn.drop else faults.choose(turn.operation, event=self.sink)
        if injection is None:
            return message.data
        turn.injection = injection
        self.note_injected(turn, injection.text)
        match injection.kind:
            case "delay":
                turn.delay = float(injection.value)
            case "drop" if injection.value == "before":
                turn.drop = True
            case "drop" if injection.value != "middle":
                turn.cut_after = injection.number
            case "fault":
                turn.answer = fault_answer(injection.value, turn.message_id, faults.chance)
            case "status":
                turn.answer = status_answer(injection.number)
            case "swallow":
                turn.answer = ACCEPTED
            case "duplicate":
                turn.repeat = True
            case "stale-token":
                return with_token(message, injection.value or STALE_TOKEN)
        return message.data

    def responding(self, turn: Turn, kind: str | None) -> None:
        """The head of a response is there, with its media type: where it is cut, now that its length is known."""
        self._look_at(turn, kind)
        if turn.injection is not None and turn.injection.kind == "drop" and turn.injection.value == "middle":
            length = turn.response.frame.length if turn.response is not None else None
            turn.cut_after = (length or 2 * UNKNOWN_MIDDLE) // 2

    def _look_at(self, turn: Turn, kind: str | None) -> None:
        """Say it once when SOAP is answered by something else: then it is no WSD device, or this is not its URL."""
        response = turn.response
        speaks = kind is None or is_xml(kind) or kind.startswith("multipart/")
        if turn.operation is None or self.sink or self._said_foreign or response is None or speaks:
            return
        self._said_foreign = True
        what = f"{self.server.url} answered {turn.operation} with {status_of(response.head)} and {kind}, not with SOAP"
        self._proxy.say(f"{what}: is it a WSD scanner, and is this its URL? `wsdtrace discover` lists scanners")

    def holds(self, turn: Turn) -> bool:
        """The response is to be held until it is whole."""
        response = turn.response
        assert response is not None
        addressed = self.rewrites and not self.sink and not turn.bulk and turn.operation in ADDRESSED
        return (
            (addressed or self._is_damaged(turn))
            and response.frame.framing is not Framing.TUNNEL
            and response.head.value("content-encoding") is None
            and (response.frame.length or 0) <= self.bound_of(turn)
        )

    def _is_damaged(self, turn: Turn) -> bool:
        """Somebody changes the content of the response, of whatever kind it is."""
        kinds = ("truncate", "corrupt", "relates-to")
        injected = turn.injection is not None and turn.injection.kind in kinds
        return injected or self._proxy.hooks.wants(turn.operation, request=False)

    def bound_of(self, turn: Turn) -> int:
        """Bytes of a response that are held at most."""
        if self._is_damaged(turn):
            return self.limits.injected_content
        return self.limits.held_content + self.limits.held_content // 2

    def repeat(self, sent: bytes) -> None:
        """Send an event once more, beside the connection on which it came."""
        self._proxy.beside(send_again(self, sent))

    async def response(self, turn: Turn, proxy: str) -> bytes:
        """A whole held response as the client is to get it.

        Args:
            turn: the exchange.
            proxy: address of the proxy as the client reaches it.
        """
        response = turn.response
        assert response is not None
        original = content = response.content
        if self.rewrites and not self.sink and turn.operation in ADDRESSED:
            done = await self._rewriter.to_client(Message(content, response.charset), proxy=proxy)
            self._tell(turn, "response", done)
            content = done.data
        content = self._damaged(turn, response, await self._shown(turn, response, content))
        if content == original:
            return response.whole
        return framed(response.raw, response.head, response.frame, content)

    def _damaged(self, turn: Turn, response: Held, content: bytes) -> bytes:
        """The content with the injected fault in it."""
        injection, chance = turn.injection, self._proxy.faults.chance
        if injection is None:
            return content
        match injection.kind:
            case "truncate":
                return truncated(content, response.head, injection.number)
            case "corrupt":
                return corrupted(content, response.head, injection.number, chance)
            case "relates-to":
                return unrelated(content, response.head, response.charset, chance)
        return content

    def _tell(self, turn: Turn, what: str, done: Rewritten) -> None:
        """What was rewritten stands in the record; the original does anyway, on the other leg."""
        name = f"{turn.operation or turn.method} {what}"
        if done.changes:
            changes = "; ".join(f"{element} {old} → {new}" for element, old, new in done.changes)
            self.record.note(Note("rewritten", f"{name}: {changes}", {"message_id": turn.message_id}))
        if done.beyond:
            what = f"{name}: addresses behind element {MAX_ROWS:,} stay as they are"
            self.record.note(Note("kept", what))
            self._proxy.say(what)
        for element, address in done.refused:
            self.record.note(Note("kept", f"{name}: {element} {address} stays: its host may not be reached"))
            self._proxy.say(f"{name}: {element} {address} is not of the device; it stays as it is (--allow HOST)")
