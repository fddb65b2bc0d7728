"""A whole connection with one common exchange → that exchange, without a reader for each direction and a pairing.

Theory of operation: `read_turn` reads each side at once. Where both sides are one common message and nothing else,
the exchange and its stamps are what `Pairing` makes of them; anything else is left to the readers, event by event.
"""

from __future__ import annotations

from wsdtrace.http.limits import Budget, HttpLimits
from wsdtrace.http.message import Wire
from wsdtrace.http.quick import SECTION_MAX, read_turn
from wsdtrace.http.sync import Side
from wsdtrace.records import (
    ConnectionId,
    Direction,
    Endpoint,
    HttpExchange,
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
        asks, answers, budget = self._asks, self._answers, self._budget
        asks.connection = answers.connection = whole.connection
        asks.sender = answers.receiver = originator
        asks.receiver = answers.sender = responder
        left = budget.left
        request = read_turn(whole.asked, asks, Side.CLIENT, None)
        if request is None:
            return None
        response = read_turn(whole.answered, answers, Side.SERVER, request.method)
        budget.left = left
        if response is None:
            return None
        asked, head, ended = request.last, response.head_end, response.last
        if head.number <= asked.number:
            head = asked
        if ended.number <= head.number:
            ended = head
        exchange = HttpExchange(
            whole.connection, originator, responder, request, response=response, response_head=response.head_end
        )
        return WholeExchange(whole, exchange, asked, head, ended)
