"""What rules found of one event holds for those that are alike, so that most of them are asked once.

Theory of operation: a client polls with the same words again and again, and each time most rules would look at what
they have seen before. A rule says how much of its judgement follows from what such events share (`Alike`); what it has
nothing to say to is a *precedent*, and counted as if it had been asked each time. Two events of a type are alike when
they have the same key:

1. the likenesses of the message and of the request that it answers, or of both messages of an exchange: all that
   `state.likeness` says they share;
2. of the exchange `is_wsd`, `toward`, `operation` and `abandoned`. It goes over HTTP and has its request; an exchange
   that ended has its response and its connection, too, and of that both directions without a hole.

Rules for whoever edits this file:

1. A key has all that a rule may look at which says that it is alike; nothing else about the event is shared. What
   rules look at is watched by `tests/check/test_precedents.py`: a new fact goes into the key and into that test.
2. What is not certain has no key, and every rule is asked.
3. Only silence is remembered. A rule that objects, raises or lacks what it needs is asked about each event.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen

Key = tuple[Hashable, ...]

MAX_PRECEDENTS = 2048
"""Keys remembered of one type of event: two for each likeness that is remembered. When full they are forgotten
together."""


def _of_message(event: MessageSeen) -> Key | None:
    likeness, exchange = event.message.likeness, event.exchange
    request = exchange.request
    if likeness is None or request is None:
        return None
    asked = request.likeness
    if asked is None:
        return None
    return likeness, asked, exchange.operation, exchange.toward, exchange.is_wsd, exchange.abandoned


def _of_exchange(event: ExchangeEnded) -> Key | None:
    exchange, connection = event.exchange, event.connection
    request, response = exchange.request, exchange.response
    if request is None or response is None or connection is None:
        return None
    asked, answered = request.likeness, response.likeness
    if asked is None or answered is None:
        return None
    if connection.one_sided or connection.gaps or connection.snapped is not None:
        return None
    return answered, asked, exchange.operation, exchange.toward, exchange.is_wsd, exchange.abandoned


KEYS: dict[type[Event], Callable[[Any], Key | None]] = {MessageSeen: _of_message, ExchangeEnded: _of_exchange}
"""Type of event → what is equal for events that are alike; None for one that is like no other."""
