"""Which request a response answers, where bytes of the connection are missing.

Theory of operation: HTTP answers requests in order, so the nth response belongs to the nth request, and that is how the
messages come here. Where a whole request or response is in a hole, or before the beginning of the capture, every pair
behind it would be wrong; there the RelatesTo of the response decides, and where it has none its operation. A device
that named another MessageID while nothing was missing is not believed.
"""

from __future__ import annotations

from collections.abc import MutableMapping

from wsdtrace.state.addresses import comparable
from wsdtrace.state.message import Message
from wsdtrace.state.model import Connection, Exchange


def asked_by(
    exchange: Exchange, response: Message, connection: Connection, waiting: MutableMapping[int, Exchange]
) -> Exchange | None:
    """The exchange that a response ends.

    Args:
        exchange: whose turn it is.
        response: read on the same connection.
        connection: what is remembered of it; learns whether the device names MessageIDs.
        waiting: open exchanges of all connections, by any key; the one that is returned is taken out.

    Returns:
        `exchange` itself as long as nothing speaks against it; None when the request is not in the capture.
    """
    asked = exchange.request
    if response.relates_to and asked is not None and response.relates_to == asked.message_id:
        connection.relates = True
        response.relates_to = asked.message_id  # one text of both: there are as many as exchanges
        return exchange
    told = _message_id(exchange)
    named = None if response.relates_to is None else comparable(response.relates_to)
    if named and named == told:
        connection.relates = True
        return exchange
    is_whole = not connection.gaps
    other_named, believed = bool(named and told), connection.relates is not False
    if other_named and is_whole and connection.relates is None:
        connection.relates = False
    if is_whole and connection.handshake:
        return exchange
    for key, other in waiting.items():
        if named and other.connection == connection.id and _message_id(other) == named:
            del waiting[key]
            return other
    if asked is None:
        return exchange
    return None if (other_named and believed) or _answers_another(exchange, response) else exchange


def _message_id(exchange: Exchange) -> str | None:
    known = None if exchange.request is None else exchange.request.message_id
    return None if known is None else comparable(known)


def _answers_another(exchange: Exchange, response: Message) -> bool:
    """The response belongs to another operation than the request."""
    return None not in (exchange.operation, response.operation) and exchange.operation != response.operation
