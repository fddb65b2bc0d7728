"""MessageIDs that come again: in an equal message, which is a repeat, or in another one, which should have its own.

Theory of operation: every sender's MessageIDs are remembered with a digest of the message. An equal message is a
retransmission, over HTTP as over UDP; what a proxy forwards is no second message; and a host that says the same on
several addresses (with other XAddrs on each) is several senders. Only whole messages are compared.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from wsdtrace.state.events import Event, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Role
from wsdtrace.state.model import Exchange
from wsdtrace.state.outcomes import MessageIdReused

MAX_MESSAGE_IDS = 100_000
"""MessageIDs remembered: a day of a device that is polled once a second."""


class MessageIdBook(Listener):
    """(sender's address, MessageID) → digest of the message and its exchange; the least recently seen is dropped."""

    def __init__(self, limit: int = MAX_MESSAGE_IDS) -> None:
        self._limit = limit
        self._seen: OrderedDict[tuple[str, str], tuple[int, Exchange]] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (Ear(MessageSeen, self._heard),)

    def _heard(self, event: MessageSeen) -> Iterable[Event]:
        exchange, message = event.exchange, event.message
        message_id, xml = message.message_id, message.xml
        if not message_id or not xml or not message.complete:
            return ()
        if message.role is Role.REQUEST:
            if exchange.copy_of is not None:
                return ()  # it stands in the capture a second time because a proxy passed it on
        elif exchange.copied_by is not None:
            return ()  # likewise
        elif exchange.request is not None and exchange.request.message_id == message_id:
            return (MessageIdReused(event.stamp, exchange, message, exchange),)
        key = message.sender.address, message_id
        this = hash(xml), exchange
        former = self._seen.setdefault(key, this)
        if former is this:
            if len(self._seen) > self._limit:
                self._seen.popitem(last=False)
            return ()
        self._seen.move_to_end(key)
        if former[0] == this[0] or former[1] is exchange:
            return ()
        return (MessageIdReused(event.stamp, exchange, message, former[1]),)
