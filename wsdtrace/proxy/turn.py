"""A request on its way through the proxy, and what becomes of it."""

from __future__ import annotations

from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.http.framing import Frame
from wsdtrace.http.head import Head
from wsdtrace.proxy.faults import Injection


@dataclass(slots=True)
class Held:
    """A message, or its head where the content passes."""

    raw: bytes
    """Header section as it came."""
    head: Head
    frame: Frame
    charset: str | None
    body: list[bytes] = field(default_factory=list)
    """As it came; only while held."""
    pieces: list[bytes] = field(default_factory=list)
    """Content of a held message, in pieces."""
    size: int = 0

    @property
    def content(self) -> bytes:
        """Content of a held message."""
        return b"".join(self.pieces)

    @property
    def whole(self) -> bytes:
        """A held message as it came."""
        return b"".join((self.raw, *self.body))


@dataclass(slots=True)
class Turn:
    """One request and its answer."""

    method: str
    operation: str | None
    message_id: str | None = None
    request: Held | None = None
    response: Held | None = None
    answer: bytes | None = None
    """The proxy answers itself with these bytes."""
    continued: bool = False
    """The proxy has said `100 Continue`."""
    interim: bool = False
    """A 1xx response is being read."""
    holds: bool = False
    """The response is held."""
    bulk: bool = False
    """The response is an image, or has one."""
    injection: Injection | None = None
    """The fault that is injected into this exchange."""
    delay: float = 0.0
    """Seconds that the response waits."""
    cut_after: int | None = None
    """Bytes of the response's body after which the client is cut off."""
    sent: int = 0
    """Bytes of the response's body that were sent."""
    repeat: bool = False
    """The event is sent twice."""
    drop: bool = False
    """The client is cut off at this point."""
