"""MessageIDs that come again: in an equal message, which is a repeat, or in another one, which should have its own.

Theory of operation: every sender's MessageIDs are remembered with a digest of the message. An equal message is a
retransmission, over HTTP as over UDP; what a proxy forwards is no second message; and a host that says the same on
several addresses (with other XAddrs on each) is several senders. Only whole messages are compared.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from wsdtrace.state.events import Event, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange
from wsdtrace.state.outcomes import MessageIdReused

MAX_MESSAGE_IDS = 100_000
"""MessageIDs remembered: a day of a device that is polled once a second."""


class MessageIdBook(Listener):
    """(sender's address, MessageID) → digest of the message and its exchange; the least recently seen is dropped."""

    def __init__(self, limit: int = MAX_MESSAGE_IDS) -> None:
        self._limit = limit
        self._seen: OrderedDict[tuple[str, str], tuple[int, Exchange]] = OrderedDict()

    def ears(self) -> Mapping[type[Event], Ear]:
        return {MessageSeen: self._heard}

    def _heard(self, event: MessageSeen) -> Iterator[Event]:
        exchange, message = event.exchange, event.message
        if not message.message_id or not message.xml or not message.complete or _is_forwarded(exchange, message):
            return
        asked = exchange.request
        if message.role is Role.RESPONSE and asked is not None and asked.message_id == message.message_id:
            yield MessageIdReused(event.stamp, exchange, message, exchange)
            return
        key = message.sender.address, message.message_id
        digest = hash(message.xml)
        former = self._seen.get(key)
        if former is None:
            self._seen[key] = digest, exchange
            if len(self._seen) > self._limit:
                self._seen.popitem(last=False)
            return
        self._seen.move_to_end(key)
        if former[0] != digest and former[1] is not exchange:
            yield MessageIdReused(event.stamp, exchange, message, former[1])


def _is_forwarded(exchange: Exchange, message: Message) -> bool:
    """The message stands in the capture a second time because a proxy passed it on."""
    if message.role is Role.REQUEST:
        return exchange.copy_of is not None
    return exchange.copied_by is not None
