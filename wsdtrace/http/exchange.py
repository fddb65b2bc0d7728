"""Messages of both directions of a connection → exchanges (RFC 9112 §9.3): requests and responses pair in order.

Theory of operation:

1. An exchange begins with the header section of its request and waits in a queue; a final response belongs to the
   oldest that waits.
2. Its events leave in the order request, response head, end. What comes early waits: a server may answer before the
   request is over, and a capture may show a response before the last frame of its request. The stamp is where both
   had come.
3. A response without a waiting request waits for one only while every byte of the client from the start of the
   connection is there; one that follows it, a hole or the end of the stream settles that there is none.
4. After a hole between responses, a request that had to wait may have been answered inside it. A client that does not
   pipeline sends the next request after the answer: so the next request ends the doubtful exchange.
5. Every exchange ends once: with its response, or abandoned for a reason.
"""

from __future__ import annotations

from collections import deque

from wsdtrace.http.head import Head
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.sync import Side
from wsdtrace.records import (
    Abandoned,
    Anomaly,
    ConnectionId,
    Endpoint,
    HttpEvent,
    HttpEventKind,
    HttpExchange,
    HttpMessage,
    MessageEnd,
    NetAnomaly,
    NotHttp,
    RequestLine,
    Stamp,
    StatusLine,
    StreamEnd,
)

HttpOutput = HttpEvent | NotHttp | NetAnomaly
"""What leaves the room; a `NetAnomaly` tells of bytes that belong to no message."""


class _Open:
    """An exchange that goes on."""

    __slots__ = (
        "charged",
        "doubtful",
        "exchange",
        "head_read",
        "head_told",
        "method",
        "over",
        "request_told",
        "told",
        "waits",
    )

    def __init__(self, exchange: HttpExchange, method: str | None) -> None:
        self.exchange = exchange
        self.method = method
        self.waits = True
        """Its request is not over, or (response without request) may still come."""
        self.request_told = False
        self.head_read = False
        self.head_told = False
        self.over = False
        """Nothing more of it will come."""
        self.told = False
        self.doubtful: Abandoned | None = None
        """Why its response may have been lost."""
        self.charged = 0


class Pairing:
    """The exchanges of one connection."""

    def __init__(
        self,
        connection: ConnectionId,
        client: Endpoint,
        server: Endpoint,
        *,
        handshake: bool,
        limits: HttpLimits,
        budget: Budget,
        out: list[HttpOutput],
    ) -> None:
        self._connection = connection
        self._client = client
        self._server = server
        self._handshake = handshake
        self._limits = limits
        self._budget = budget
        self._out = out
        self._now: Stamp | None = None
        self._pending: deque[_Open] = deque()
        """Exchanges whose final response is not over, oldest first."""
        self._given_up: deque[str | None] = deque()
        """Methods of requests that were given up at the bound: their responses come first, and have no request."""
        self._requesting: _Open | None = None
        self._answering: _Open | None = None
        self._orphan: _Open | None = None
        """An exchange with a response that waits for its request."""
        self._interim: list[HttpMessage] = []
        """Interim responses that no request waits for."""
        self._client_whole = handshake
        """Every byte of the client so far is in the capture."""
        self._client_closed = False
        self._server_end: Abandoned | None = None

    # -- requests

    def request_head(self, head: Head) -> None:
        """The header section of a request was read."""
        method = head.start.method if isinstance(head.start, RequestLine) else None
        orphan, self._orphan = self._orphan, None
        if orphan is not None:
            self._requesting = orphan
            return
        while self._pending and self._pending[0].doubtful:
            left = self._pending.popleft()
            self._abandon(left, left.doubtful or Abandoned.GAP)
        fresh = _Open(self._exchange(), method)
        self._requesting = fresh
        self._pending.append(fresh)

    def request_over(self, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A request is over."""
        self._advance(stamp)
        asked, self._requesting = self._requesting, None
        assert asked is not None
        asked.exchange.request = message
        asked.charged += charged
        asked.waits = False
        if self._server_end is not None and asked in self._pending:
            self._pending.remove(asked)
            self._abandon(asked, self._server_end)
        self._tell(asked)
        if len(self._pending) > self._limits.pending:
            left = self._pending.popleft()
            self._given_up.append(left.method)
            self._abandon(left, Abandoned.LIMIT)

    def requests_lost(self) -> None:
        """Whole requests may be missing."""
        self._client_whole = False
        self._settle()

    def requests_ended(self, how: StreamEnd, stamp: Stamp) -> None:
        """The client sends no more."""
        self._advance(stamp)
        self._client_closed = how is StreamEnd.FIN
        self._client_whole = False
        self._settle()

    def _settle(self) -> None:
        """The response that waits for its request has none."""
        orphan, self._orphan = self._orphan, None
        if orphan is not None:
            orphan.waits = False
            self._tell(orphan)

    # -- responses

    def answered_method(self) -> str | None:
        """Method of the request that the next response answers."""
        if self._given_up:
            return self._given_up[0]
        return self._pending[0].method if self._pending else None

    def response_head(self, head: Head, stamp: Stamp) -> None:
        """The header section of a response was read."""
        if _is_interim(head.start):
            return
        self._advance(stamp)
        self._settle()
        answered = self._answered()
        answered.exchange.interim += self._interim
        self._interim = []
        answered.exchange.response_head = stamp
        answered.head_read = True
        self._answering = answered
        self._tell(answered)

    def _answered(self) -> _Open:
        """The exchange that the response at hand belongs to."""
        if self._pending and not self._given_up:
            answered = self._pending[0]
            answered.doubtful = None
            return answered
        answered = _Open(self._exchange(), None)
        if self._given_up:
            self._given_up.popleft()
            answered.waits = False
        elif self._client_whole:
            self._orphan = answered
        else:
            answered.waits = False
        return answered

    def response_over(self, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A response is over."""
        self._advance(stamp)
        if _is_interim(message.start):
            self._budget.give(charged)
            (self._pending[0].exchange.interim if self._pending else self._interim).append(message)
            return
        answered, self._answering = self._answering, None
        assert answered is not None
        answered.exchange.response = message
        answered.charged += charged
        answered.over = True
        if not message.complete:
            answered.exchange.abandoned = _ABANDONED.get(message.ended, Abandoned.GAP)
        if self._pending and self._pending[0] is answered:
            self._pending.popleft()
        self._tell(answered)

    def responses_lost(self, why: Abandoned) -> None:
        """Whole responses may be missing: of the requests that wait, only the last may still be answered."""
        while len(self._pending) > 1 and not self._pending[0].waits:
            self._abandon(self._pending.popleft(), why)
        if self._pending:
            self._pending[0].doubtful = why

    def responses_ended(self, how: StreamEnd, stamp: Stamp, *, seen: bool) -> None:
        """The server sends no more; `seen`: a frame of it is in the capture."""
        self._advance(stamp)
        reason = _ENDED[how]
        if not seen:
            reason = Abandoned.ONE_SIDED
        elif how is StreamEnd.CAPTURE_END and self._client_closed:
            reason = Abandoned.CLOSED  # the client gave up: nobody half-closes and waits in this field
        self._server_end = reason
        waiting = [left for left in self._pending if left.waits]
        for left in self._pending:
            if not left.waits:
                self._abandon(left, left.doubtful if left.doubtful and seen else reason)
        self._pending = deque(waiting)

    def stray(self, anomaly: Anomaly, stamp: Stamp) -> None:
        """Bytes that belong to no message."""
        self._advance(stamp)
        assert self._now is not None
        self._out.append(NetAnomaly(anomaly, self._now, self._connection))

    # -- events

    def _exchange(self) -> HttpExchange:
        return HttpExchange(self._connection, self._client, self._server, handshake=self._handshake)

    def _advance(self, stamp: Stamp) -> None:
        """Events never go back: the stamp of an event is the latest frame of all that led to it."""
        if self._now is None or stamp.number > self._now.number:
            self._now = stamp

    def _abandon(self, left: _Open, reason: Abandoned) -> None:
        left.exchange.abandoned = reason
        left.over = True
        self._tell(left)

    def _tell(self, one: _Open) -> None:
        """Send the events of an exchange that hold by now, in their order."""
        if one.waits:
            return
        exchange = one.exchange
        assert self._now is not None
        if exchange.request is not None and not one.request_told:
            one.request_told = True
            self._out.append(HttpEvent(HttpEventKind.REQUEST, exchange, self._now))
        if one.head_read and not one.head_told:
            one.head_told = True
            self._out.append(HttpEvent(HttpEventKind.RESPONSE_HEAD, exchange, self._now))
        if one.over and not one.told:
            one.told = True
            self._budget.give(one.charged)
            self._out.append(HttpEvent(HttpEventKind.ENDED, exchange, self._now))

    # -- the listener of both readers

    def head_read(self, side: Side, head: Head, stamp: Stamp) -> None:
        """A header section was read."""
        if side is Side.CLIENT:
            self.request_head(head)
        else:
            self.response_head(head, stamp)

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A message is over."""
        if side is Side.CLIENT:
            self.request_over(message, stamp, charged)
        else:
            self.response_over(message, stamp, charged)

    def sync_lost(self, side: Side, why: Abandoned) -> None:
        """Whole messages may be missing, or unreadable."""
        if side is Side.CLIENT:
            self.requests_lost()
        else:
            self.responses_lost(why)


def _is_interim(start: object) -> bool:
    """RFC 9110 §15.2; 101 ends the exchange, because no other response follows it."""
    return isinstance(start, StatusLine) and 100 <= start.status < 200 and start.status != 101


_ABANDONED = {
    MessageEnd.CUT_CLOSE: Abandoned.CLOSED,
    MessageEnd.CUT_RESET: Abandoned.RESET,
    MessageEnd.CUT_GAP: Abandoned.GAP,
    MessageEnd.CUT_CAPTURE: Abandoned.CAPTURE_END,
    MessageEnd.CUT_LIMIT: Abandoned.LIMIT,
    MessageEnd.CUT_MALFORMED: Abandoned.MALFORMED,
}
_ENDED = {
    StreamEnd.FIN: Abandoned.CLOSED,
    StreamEnd.RST: Abandoned.RESET,
    StreamEnd.REUSED: Abandoned.CLOSED,
    StreamEnd.EVICTED: Abandoned.LIMIT,
    StreamEnd.CAPTURE_END: Abandoned.CAPTURE_END,
}
