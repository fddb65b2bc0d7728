"""Which request a response answers, where bytes of the connection are missing.

Theory of operation: HTTP answers requests in order, so the nth response belongs to the nth request, and that is how the
messages come here. Where a whole request or response is in a hole, every pair behind it would be wrong; there the
RelatesTo of the response decides. A device that never names the MessageID of a request is not believed.
"""

from __future__ import annotations

from collections.abc import MutableMapping

from wsdtrace.state.model import Connection, Exchange, Message


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
    named, asked = response.relates_to, exchange.request
    if not named:
        return exchange
    if asked is not None and asked.message_id == named:
        connection.relates = True
        return exchange
    if not connection.gaps:
        return exchange
    for key, other in waiting.items():
        if other.connection == connection.id and other.request is not None and other.request.message_id == named:
            del waiting[key]
            return other
    if asked is not None and asked.message_id and connection.relates:
        return None
    return exchange
