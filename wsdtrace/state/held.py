"""What the messages of an event hold: by that most listeners and rules are spared most events."""

from __future__ import annotations

from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.message import Message

Held = tuple[type, ...]
"""Types of typed values: `Fault` of a fault, `NoneType` of a message that is missing or was not typed."""

HOLDERS: frozenset[type[Event]] = frozenset({MessageSeen, ExchangeEnded})
"""Events about messages."""


def held_by(event: Event) -> Held:
    """What an event holds, as far as it is about messages: that of its message, or those of request and response."""
    if isinstance(event, MessageSeen):
        return (_held(event.message),)
    if isinstance(event, ExchangeEnded):
        exchange = event.exchange
        return _held(exchange.request), _held(exchange.response)
    return ()


def _held(message: Message | None) -> type:
    return type(None if message is None or message.decoded is None else message.decoded.value)
