"""A whole connection with one common exchange → that exchange, without a reader for each direction and a pairing.

Theory of operation: `read_quickly` reads each side at once. Where both sides are one common message and nothing else,
the exchange and its stamps are what `Pairing` makes of them; anything else is left to the readers, event by event.
"""

from __future__ import annotations

from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.message import Wire
from wsdtrace.http.meter import View
from wsdtrace.http.quick import SECTION_MAX, QuickMessage, read_quickly
from wsdtrace.http.sync import Side
from wsdtrace.records import (
    ConnectionId,
    Direction,
    Endpoint,
    HttpExchange,
    RequestLine,
    Turn,
    WholeConnection,
    WholeExchange,
)

_NOBODY = Endpoint("", 0)


class WholeReader:
    """Reads whole connections."""

    def __init__(self, limits: HttpLimits, budget: Budget) -> None:
        self._budget = budget
        self._asks, self._answers = (
            Wire(ConnectionId(0), (_NOBODY, _NOBODY), direction, limits, budget) for direction in Direction
        )
        self._able = min(limits.start_line, limits.opening) >= SECTION_MAX
        """What is read at once has a start-line that tells who the client is."""

    def read(self, whole: WholeConnection) -> WholeExchange | None:
        """Its one exchange; None when it has to be read event by event."""
        if not self._able:
            return None
        originator, responder = whole.originator, whole.responder
        request = self._message(self._asks, whole, whole.asked, originator, responder, Side.CLIENT, None)
        if request is None:
            return None
        assert isinstance(request.start, RequestLine)
        method = request.start.method
        response = self._message(self._answers, whole, whole.answered, responder, originator, Side.SERVER, method)
        self._budget.give(request.content.length)
        if response is None:
            return None
        self._budget.give(response.content.length)
        exchange = HttpExchange(
            whole.connection,
            originator,
            responder,
            request=request,
            response=response,
            response_head=response.head_end,
        )
        asked = request.last
        head = response.head_end if response.head_end.number > asked.number else asked
        ended = response.last if response.last.number > head.number else head
        return WholeExchange(whole, exchange, asked, head, ended)

    def _message(
        self,
        wire: Wire,
        whole: WholeConnection,
        turn: Turn,
        sender: Endpoint,
        receiver: Endpoint,
        side: Side,
        method: str | None,
    ) -> QuickMessage | None:
        """The one message of a side."""
        wire.connection, wire.sender, wire.receiver, wire.base_seq = whole.connection, sender, receiver, turn.base_seq
        read = read_quickly(View.of_turn(turn), 0, wire, side, method)
        if read is None:
            return None
        message, stop = read
        if stop == len(turn.data):
            return message
        self._budget.give(message.content.length)
        return None
