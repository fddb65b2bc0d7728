"""A message in the hands of somebody who looks at it, changes it, holds it or answers it: hooks of the library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.proxy.places import Message
from wsdtrace.soap import Envelope
from wsdtrace.wsd import Decoded, decode_message

Hook = Callable[["Intercepted"], Awaitable[None] | None]
"""Gets a message; may be a coroutine function, which holds the message as long as it takes."""


@dataclass(slots=True)
class Intercepted:
    """A whole message on its way. Setting `content` changes it; `answer` answers a request in the server's place."""

    operation: str | None
    is_request: bool
    content: bytes
    """Without transfer coding."""
    charset: str | None = None
    status: int | None = None
    """Of a response."""
    reply: bytes | None = field(default=None, init=False)
    """The whole answer, where there is one."""
    dropped: bool = field(default=False, init=False)

    @property
    def envelope(self) -> Envelope:
        """The content as an envelope. Multipart contents are none."""
        return Message(self.content, self.charset).envelope

    @property
    def decoded(self) -> Decoded:
        """The content as a typed message."""
        return decode_message(self.envelope)

    def answer(self, content: bytes, *, status: int = 200, content_type: str = "application/soap+xml") -> None:
        """Answer a request; the server never sees it."""
        head = f"HTTP/1.1 {status} Intercepted\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n"
        self.reply = head.encode("latin-1", "replace") + b"Connection: close\r\n\r\n" + content

    def drop(self) -> None:
        """Cut the client off at this point."""
        self.dropped = True


class Hooks:
    """Who wants to see which messages."""

    def __init__(self) -> None:
        self._request: list[tuple[str, Hook]] = []
        self._response: list[tuple[str, Hook]] = []

    def add(self, hook: Hook, operation: str, *, request: bool) -> None:
        """Somebody wants to see the requests, or responses, of an operation; `*` stands for every one."""
        (self._request if request else self._response).append((operation, hook))

    def __bool__(self) -> bool:
        return bool(self._request or self._response)

    def wants(self, operation: str | None, *, request: bool) -> bool:
        """Somebody wants to see this message."""
        return any(self._of(operation, request))

    def _of(self, operation: str | None, request: bool) -> list[Hook]:
        hooks = self._request if request else self._response
        return [hook for wanted, hook in hooks if wanted in ("*", operation)]

    async def call(self, message: Intercepted) -> None:
        """Show a message to everybody who wants to see it, one after another."""
        for hook in self._of(message.operation, message.is_request):
            waiting = hook(message)
            if waiting is not None:
                await waiting
            if message.reply is not None or message.dropped:
                return
