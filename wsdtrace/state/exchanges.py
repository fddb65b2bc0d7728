"""Pairs messages into exchanges: HTTP exchanges become WSD exchanges, datagrams join their request.

Theory of operation: an HTTP exchange is listed when one of its messages is SOAP or its server is known as WSD. A UDP
request, its repeats (same MessageID) and all its answers (RelatesTo) are one exchange. Memories of MessageIDs are
bounded.
"""

from __future__ import annotations

from collections import OrderedDict

from wsdtrace.records import BROKEN_OFF, Endpoint, HttpExchange
from wsdtrace.state.addresses import comparable
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange, Transport

MATCHES = frozenset({"ProbeMatches", "ResolveMatches"})
"""Bodies that answer a search."""

MAX_COPIES = 1_000
"""Copies and answers kept of one datagram exchange: Windows sends up to 14, and a large network has some hundred
devices."""
UNCOUNTED = "copies_uncounted"
"""The anomaly that says so when there were more."""

MAX_MESSAGE_IDS = 100_000
"""MessageIDs remembered: a day of a device that is polled once a second."""


class MessageIds:
    """MessageID → the exchange in which it was seen first; the least recently seen is dropped."""

    def __init__(self, limit: int = MAX_MESSAGE_IDS) -> None:
        self._limit = limit
        self._seen: OrderedDict[str, Exchange] = OrderedDict()
        self.evicted = 0

    def get(self, message_id: str | None) -> Exchange | None:
        return None if message_id is None else self._seen.get(message_id)

    def remember(self, message_id: str, exchange: Exchange) -> None:
        self._seen.setdefault(message_id, exchange)
        self._seen.move_to_end(message_id)
        if len(self._seen) > self._limit:
            self._seen.popitem(last=False)
            self.evicted += 1


def open_exchange(http: HttpExchange, request: Message | None) -> Exchange:
    """The exchange as its request tells it."""
    exchange = Exchange(
        transport=Transport.HTTP,
        client_endpoint=http.client,
        server_endpoint=http.server,
        connection=http.connection,
        request=request,
        handshake=http.handshake,
    )
    if request is not None:
        exchange.operation = request.operation
    return exchange


def is_copy(outer: Exchange, inner: Exchange) -> bool:
    """`inner` forwards `outer`: same message on its way through a proxy, on another connection to another server.

    A client that repeats a message sends it to the same server: that is a resend. An outer exchange that has ended
    cannot be waiting for the inner one.
    """
    return (
        not outer.ended
        and outer.transport is inner.transport is Transport.HTTP
        and outer.connection != inner.connection
        and outer.server_endpoint != inner.server_endpoint
        and outer.request is not None
        and inner.request is not None
        and outer.request.action == inner.request.action
    )


def was_canceled(exchange: Exchange) -> bool | None:
    """A CancelJob for the exchange's job was acknowledged before; None: one was sent, and its answer is not known.

    An answer that is still to come counts as not known: the device may have stopped because of the request.
    """
    job = exchange.job
    if job is None:
        return False
    if job.canceled is not None:
        return True
    cancels = (e for e in job.exchanges if e.operation == "CancelJob" and e is not exchange)
    return None if any(_answer_unknown(e) for e in cancels) else False


def _answer_unknown(exchange: Exchange) -> bool:
    """What the device answered is not, or not wholly, in the capture so far."""
    response = exchange.response
    if response is not None:
        return not response.complete and response.fault is None
    return not exchange.ended or exchange.abandoned not in BROKEN_OFF


class DatagramBook:
    """UDP exchanges by the MessageID of their request."""

    def __init__(self, limit: int = MAX_MESSAGE_IDS) -> None:
        self._limit = limit
        self._open: OrderedDict[str, Exchange] = OrderedDict()

    def place(self, message: Message) -> tuple[Exchange, bool]:
        """The exchange that a datagram belongs to, and whether the datagram is a repeat of its request."""
        known = self._open.get(comparable(message.message_id)) if message.message_id else None
        if known is not None and known.request is not None and _same_words(known.request, message):
            if len(known.repeats) < MAX_COPIES:
                known.repeats = (*known.repeats, message.first)
            else:
                _uncounted(known)
            return known, True
        asked = self._open.get(comparable(message.relates_to)) if message.relates_to else None
        if asked is not None:
            message.role = Role.RESPONSE
            if any(a.message_id == message.message_id and a.sender == message.sender for a in asked.answers):
                return asked, True
            if len(asked.answers) < MAX_COPIES:
                asked.answers = (*asked.answers, message)
            else:
                _uncounted(asked)
            if asked.response is None:
                asked.response = message
            return asked, False
        exchange = self._new(message)
        return exchange, False

    def _new(self, message: Message) -> Exchange:
        # A match without RelatesTo is an answer all the same; to what, nobody can tell.
        is_answer = message.relates_to is not None or message.body_local in MATCHES
        if is_answer:
            message.role = Role.RESPONSE
        client, server = (message.receiver, message.sender) if is_answer else (message.sender, message.receiver)
        exchange = Exchange(transport=Transport.UDP, client_endpoint=client, server_endpoint=server)
        if is_answer:
            exchange.response = message
            exchange.answers = (message,)
        else:
            exchange.request = message
        exchange.operation = message.operation
        key = message.relates_to if is_answer else message.message_id
        if key:
            self._open[comparable(key)] = exchange
            if len(self._open) > self._limit:
                self._open.popitem(last=False)
        return exchange


def _uncounted(exchange: Exchange) -> None:
    """Say once that there were more copies or answers than are kept."""
    if UNCOUNTED not in exchange.anomalies:
        exchange.anomalies = (*exchange.anomalies, UNCOUNTED)


def _same_words(first: Message, second: Message) -> bool:
    """SOAP-over-UDP §4.2 repeats a message unchanged; on several interfaces or address families its bytes are the same,
    too."""
    return first.content_bytes == second.content_bytes and first.action == second.action


def is_multicast(endpoint: Endpoint) -> bool:
    """The address is a multicast group."""
    head = endpoint.address.split(".", 1)[0]
    if ":" in endpoint.address:
        return endpoint.address.lower().startswith("ff")
    return head.isdigit() and 224 <= int(head) <= 239  # RFC 5771
