"""Messages of both directions of a connection → exchanges (RFC 9112 §9.3): requests and responses pair in order.

Theory of operation:

1. An exchange begins with the header section of its request and waits in a queue; a final response belongs to the
   oldest that waits.
2. Its events leave in the order request, response head, end. What comes early waits: a server may answer before the
   request is over, and a capture may show a response before the last frame of its request. The stamp is where both
   had come.
3. A response without a waiting request waits for one only while nothing of the client is known to be missing; the
   end of the stream settles that there is none.
4. After a hole, order alone would shift the pairs: a response in the hole, or a request, is one of which nobody knows.
   A hole is told late, when messages behind it have come on the other side. A client that does not pipeline sends the
   next request after the answer, so frames decide: a response belongs to the last request before it.
5. After a hole between responses, a request that had to wait may have been answered inside it: the next request ends
   the doubtful exchange.
6. Every exchange ends once: with its response, or abandoned for a reason.
"""

from __future__ import annotations

from collections import deque

from wsdtrace.http.head import Start
from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.sync import Side
from wsdtrace.http.values import make_event
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
    WholeExchange,
)

HttpOutput = HttpEvent | WholeExchange | NotHttp | NetAnomaly
"""What leaves the room; a `WholeExchange` stands for three events, a `NetAnomaly` for bytes that belong to no
message."""


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
        "place",
        "request_told",
        "told",
        "waits",
    )

    def __init__(self, exchange: HttpExchange, method: str | None, place: int) -> None:
        self.exchange = exchange
        self.method = method
        self.place = place
        """Frame of the header section that it began with."""
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
        self._orphans: deque[_Open] = deque()
        """Exchanges with a response that wait for their request, oldest first."""
        self._interim: list[HttpMessage] = []
        """Interim responses that no request waits for."""
        self._client_whole = handshake
        """Every byte of the client so far is in the capture, or since a request behind the last hole."""
        self._client_closed = False
        self._server_end: Abandoned | None = None

    # -- requests

    def request_head(self, start: Start, stamp: Stamp) -> None:
        """The header section of a request was read."""
        method = start.method if isinstance(start, RequestLine) else None
        if not self._client_whole:
            while self._orphans and self._orphans[0].place < stamp.number:
                self._leave_alone(self._orphans.popleft())
        self._client_whole = True
        if self._orphans:
            self._requesting = self._orphans.popleft()
            return
        while self._pending and self._pending[0].doubtful:
            left = self._pending.popleft()
            self._abandon(left, left.doubtful or Abandoned.GAP)
        fresh = _Open(self._exchange(), method, stamp.number)
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

    def requests_ended(self, how: StreamEnd, stamp: Stamp) -> None:
        """The client sends no more."""
        self._advance(stamp)
        self._client_closed = how is StreamEnd.FIN
        self._client_whole = False
        while self._orphans:
            self._leave_alone(self._orphans.popleft())

    def _leave_alone(self, orphan: _Open) -> None:
        """The response that waits for its request has none."""
        orphan.waits = False
        self._tell(orphan)

    # -- responses

    def answered_method(self) -> str | None:
        """Method of the request that the next response answers."""
        if self._given_up:
            return self._given_up[0]
        return self._pending[0].method if self._pending else None

    def response_head(self, start: Start, stamp: Stamp) -> None:
        """The header section of a response was read."""
        if _is_interim(start):
            return
        self._advance(stamp)
        answered = self._answered(stamp.number)
        answered.exchange.interim = (*answered.exchange.interim, *self._interim)
        self._interim = []
        answered.exchange.response_head = stamp
        answered.head_read = True
        self._answering = answered
        self._tell(answered)

    def _answered(self, place: int) -> _Open:
        """The exchange that the response whose header section ends in frame `place` belongs to."""
        if self._pending and not self._given_up and self._asked_before(place):
            answered = self._pending[0]
            answered.doubtful = None
            return answered
        answered = _Open(self._exchange(), None, place)
        if self._given_up:
            self._given_up.popleft()
            answered.waits = False
        elif self._client_whole and not self._pending:
            self._orphans.append(answered)
            if len(self._orphans) > self._limits.pending:
                self._leave_alone(self._orphans.popleft())
        else:
            answered.waits = False
        return answered

    def _asked_before(self, place: int) -> bool:
        """Leave the exchanges whose responses a hole took; whether one remains that was asked before `place`."""
        pending = self._pending
        if not pending[0].doubtful:
            return True
        while len(pending) > 1 and pending[1].place < place and not pending[0].waits:
            left = pending.popleft()
            self._abandon(left, left.doubtful or Abandoned.GAP)
        for later in pending:
            later.doubtful = None
        return pending[0].place <= place

    def response_over(self, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A response is over."""
        self._advance(stamp)
        if _is_interim(message.start):
            self._budget.give(charged)
            if self._pending:
                exchange = self._pending[0].exchange
                exchange.interim = (*exchange.interim, message)
            else:
                self._interim.append(message)
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
        """Whole responses may be missing: those of any request that waits."""
        for left in self._pending:
            left.doubtful = why

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
            self._out.append(make_event(HttpEventKind.REQUEST, exchange, self._now))
        if one.head_read and not one.head_told:
            one.head_told = True
            self._out.append(make_event(HttpEventKind.RESPONSE_HEAD, exchange, self._now))
        if one.over and not one.told:
            one.told = True
            self._budget.give(one.charged)
            self._out.append(make_event(HttpEventKind.ENDED, exchange, self._now))

    # -- the listener of both readers

    def head_read(self, side: Side, start: Start, stamp: Stamp) -> None:
        """A header section was read."""
        if side is Side.CLIENT:
            self.request_head(start, stamp)
        else:
            self.response_head(start, stamp)

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
