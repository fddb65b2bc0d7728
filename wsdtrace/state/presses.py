"""From the button at the device to the job: which ScanAvailableEvent was answered, and whether identifier and token
were right.

Theory of operation: a press counts when its notification was accepted by the sink; from then on its client has a
minute to send CreateScanJob with its ScanIdentifier. Where the answer may have gone unseen (a readable part of the
traffic is missing, or client and device also talk TLS) silence proves nothing. A DestinationToken is judged by the
subscription that granted it: it is replaced when that subscription was, and the later one granted another token for
the same ClientContext.
"""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Abandoned, Stamp
from wsdtrace.state.events import (
    ConnectionEncrypted,
    ConnectionFailed,
    Event,
    EventSeen,
    ExchangeEnded,
    MessageSeen,
    SubscriptionGranted,
)
from wsdtrace.state.listener import NEVER_NS, Ear, Listener
from wsdtrace.state.message import Role
from wsdtrace.state.model import Device, DeviceEvent, Exchange, Subscription, SubscriptionEndedBy
from wsdtrace.state.observations import (
    DestinationTokenUsed,
    PressAnswered,
    PressSettled,
    ScanIdentifierReused,
    ScanIdentifierUsed,
    SinkRefused,
    TokenStanding,
)
from wsdtrace.state.scanwords import grant_of, ticket_facts, value_of
from wsdtrace.state.subscriptions import SubscriptionBook
from wsdtrace.wsd.scan import CreateScanJobRequest

PRESS_LIMIT_NS = 60 * 10**9
"""A minute, as for all that a client has to do next (createscanjobresponse.md); no page says how long for this."""

MAX_PRESSES = 1_000
"""Presses that wait for their job."""
MAX_TOKENS = 100_000
"""Tokens and scan identifiers remembered: those of MAX_SUBSCRIPTIONS subscriptions with one destination each."""
MAX_ALIKE = 16
"""Grants of one token remembered: real devices count theirs from 1, so several have the same."""
MAX_PEERS = 100_000
"""Pairs of addresses that are known to talk TLS."""


@dataclass(slots=True, eq=False)
class _Press:
    """A ScanAvailableEvent that waits for its job."""

    event: DeviceEvent
    deadline_ns: int
    delivered: bool | None = None
    """Its sink accepted it; None while it has not answered."""
    answer: Exchange | None = None
    beside: Exchange | None = None
    blind: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    """A token as it was granted."""

    subscription: Subscription
    context: str | None


class PressBook(Listener):
    """All push scans of a capture."""

    def __init__(self, subscriptions: SubscriptionBook) -> None:
        self._subscriptions = subscriptions
        self._waiting: OrderedDict[str, _Press] = OrderedDict()
        self._timers: list[tuple[int, int, str, _Press]] = []
        self._order = itertools.count()
        self._tokens: OrderedDict[str, list[_Token]] = OrderedDict()
        """By its text; of several devices, which may turn out to be one (tokens alone are no key)."""
        self._successors: OrderedDict[int, tuple[Subscription, Subscription]] = OrderedDict()
        """By id of the first, which is kept with it so that the id stays its own."""
        self._created: OrderedDict[tuple[int, str], Exchange] = OrderedDict()
        self._encrypted: OrderedDict[frozenset[str], None] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(EventSeen, self._pressed),
            Ear(MessageSeen, self._asked, operations=frozenset({"CreateScanJob"})),
            Ear(ExchangeEnded, self._ended),
            Ear(SubscriptionGranted, self._granted),
            Ear(ConnectionEncrypted, self._hidden),
            Ear(ConnectionFailed, self._failed),
        )

    # -- the press ----------------------------------------------------------------------------

    def _pressed(self, event: EventSeen) -> Iterable[Event]:
        press, request = event.event, event.exchange.request
        if press.name == "ScanAvailableEvent" and press.scan_identifier and request is not None:
            former = self._waiting.get(press.scan_identifier)
            if former is None or former.answer is None:
                due_ns = request.last.time_ns + PRESS_LIMIT_NS
                waiting = _Press(press, due_ns)
                self._waiting[press.scan_identifier] = waiting
                heapq.heappush(self._timers, (due_ns, next(self._order), press.scan_identifier, waiting))
                self.due_ns = self._timers[0][0]
                if len(self._waiting) > MAX_PRESSES:
                    self._waiting.popitem(last=False)
        return ()

    def _asked(self, event: MessageSeen) -> Iterator[Event]:
        exchange = event.exchange
        if not self._waiting or exchange.operation != "CreateScanJob" or event.message.role is not Role.REQUEST:
            return
        value = value_of(event.message)
        identifier = value.scan_identifier if isinstance(value, CreateScanJobRequest) else None
        press = self._waiting.get(identifier or "")
        if press is not None and press.answer is None:
            press.answer = exchange
            facts = ticket_facts(event.message, None)
            yield PressAnswered(event.stamp, press.event, exchange, facts.input_source)
        elif not identifier:
            for waiting in self._waiting.values():
                same_client = waiting.event.exchange.client is exchange.client
                if same_client and _root(waiting.event.exchange.device) is _root(exchange.device):
                    waiting.beside = waiting.beside or exchange

    def _hidden(self, event: ConnectionEncrypted) -> Iterable[Event]:
        peers = frozenset((event.connection.originator.address, event.connection.responder.address))
        self._encrypted[peers] = None
        if len(self._encrypted) > MAX_PEERS:
            self._encrypted.popitem(last=False)
        return ()

    def _failed(self, event: ConnectionFailed) -> Iterator[Event]:
        here = self._subscriptions.at_sink(event.responder)
        if here:
            yield SinkRefused(event.stamp, event.originator, event.responder, event.answered, here[-1])

    def advance(self, now_ns: int) -> Iterator[Event]:
        while self._timers and self._timers[0][0] < now_ns:
            due_ns, _, identifier, press = heapq.heappop(self._timers)
            if self._waiting.get(identifier) is press:
                del self._waiting[identifier]
                yield from self._settle(press, due_ns)
        self.due_ns = self._timers[0][0] if self._timers else NEVER_NS

    def _settle(self, press: _Press, due_ns: int) -> Iterator[Event]:
        exchange = press.event.exchange
        if press.delivered or press.answer is not None:
            place = Stamp(exchange.last.number, due_ns, exchange.last.kind)
            yield PressSettled(place, press.event, exchange, press.answer, press.beside, self._why_hidden(press))

    def _why_hidden(self, press: _Press) -> str | None:
        exchange = press.event.exchange
        if press.blind:
            return "part of the traffic with the device is missing"
        if frozenset((exchange.client_endpoint.address, exchange.server_endpoint.address)) in self._encrypted:
            return "client and device talk TLS, too"
        return None

    def close(self, end: Stamp) -> Iterator[Event]:
        """Answered presses are settled; of the others the capture ends too early to say."""
        for press in self._waiting.values():
            if press.answer is not None:
                yield PressSettled(end, press.event, press.event.exchange, press.answer, None, None)
            elif press.delivered:
                missing = (press.deadline_ns - end.time_ns) / 10**9
                yield PressSettled(
                    end,
                    press.event,
                    press.event.exchange,
                    None,
                    press.beside,
                    f"the capture ends {missing:.1f} s early",
                )
        self._waiting.clear()

    # -- tokens and identifiers ---------------------------------------------------------------

    def _granted(self, event: SubscriptionGranted) -> Iterable[Event]:
        subscription = event.subscription
        for former in event.replaced:
            self._successors[id(former)] = former, subscription
        for destination in subscription.destinations:
            if destination.token:
                alike = self._tokens.setdefault(destination.token, [])
                alike.append(_Token(subscription, destination.context))
                del alike[:-MAX_ALIKE]
                self._tokens.move_to_end(destination.token)
        for memory in (self._successors, self._tokens):
            while len(memory) > MAX_TOKENS:
                memory.popitem(last=False)
        return ()

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange = event.exchange
        if self._waiting and exchange.abandoned in (Abandoned.GAP, Abandoned.LIMIT, Abandoned.ONE_SIDED):
            for press in self._waiting.values():
                press.blind |= _root(press.event.exchange.device) is _root(exchange.device)
        if exchange.operation == "ScanAvailableEvent":
            self._delivered(exchange)
        elif exchange.operation == "CreateScanJob" and exchange.copy_of is None:
            return self._created_with(exchange, event.stamp)
        return ()

    def _delivered(self, exchange: Exchange) -> None:
        for press in reversed(self._waiting.values()):
            if press.event.exchange is exchange:
                status = exchange.response.status if exchange.response is not None else None
                press.delivered = status is not None and status < 300 and exchange.fault is None
                return

    def _created_with(self, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        value = value_of(exchange.request)
        if not isinstance(value, CreateScanJobRequest):
            return
        accepted = grant_of(exchange.response) is not None
        granted = False
        if value.destination_token:
            used = self._token(exchange, stamp, value, accepted)
            granted = used.standing in (TokenStanding.GRANTED, TokenStanding.REPLACED)
            yield used
        if value.scan_identifier:
            known = self._subscriptions.answered_by(exchange) is not None
            refused = exchange.fault is not None and exchange.fault.subcode == "ClientErrorInvalidScanIdentifier"
            yield ScanIdentifierUsed(stamp, exchange, value.scan_identifier, known, granted, refused)
        if value.scan_identifier and accepted:
            key = (_number(exchange.device), value.scan_identifier)
            first = self._created.setdefault(key, exchange)
            if first is not exchange:
                yield ScanIdentifierReused(stamp, exchange, first, value.scan_identifier)
            if len(self._created) > MAX_TOKENS:
                self._created.popitem(last=False)

    def _token(
        self, exchange: Exchange, stamp: Stamp, value: CreateScanJobRequest, accepted: bool
    ) -> DestinationTokenUsed:
        alike = self._tokens.get(value.destination_token or "", ())
        known = next((t for t in reversed(alike) if _root(t.subscription.device) is _root(exchange.device)), None)
        if known is not None:
            later = self._replacement(known, value.destination_token)
            standing = TokenStanding.GRANTED if later is None else TokenStanding.REPLACED
            return DestinationTokenUsed(stamp, exchange, standing, known.subscription, later, accepted)
        event = self._subscriptions.answered_by(exchange)
        asked = event.subscription if event is not None else None
        known_all = asked is not None and bool(asked.destinations) and all(d.token for d in asked.destinations)
        standing = TokenStanding.NEVER if known_all else TokenStanding.UNKNOWN
        return DestinationTokenUsed(stamp, exchange, standing, asked, None, accepted)

    def _replacement(self, token: _Token, text: str | None) -> Subscription | None:
        """The latest subscription in place of the token's, where it granted another one for the same ClientContext."""
        latest = token.subscription
        # Each step leads to a later subscription, so there is no circle.
        while latest.ended_by is SubscriptionEndedBy.REPLACED and id(latest) in self._successors:
            latest = self._successors[id(latest)][1]
        if latest is token.subscription:
            return None
        # The next one need not walk the whole way again.
        self._successors[id(token.subscription)] = token.subscription, latest
        others = [d.token for d in latest.destinations if d.context == token.context and d.token]
        return latest if others and text not in others else None


def _root(device: Device | None) -> Device | None:
    return None if device is None else device.root


def _number(device: Device | None) -> int:
    return 0 if device is None else device.root.id
