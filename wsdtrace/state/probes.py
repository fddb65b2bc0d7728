"""Searches over UDP: who asked from where, how often, who answered when, and whether answers could have been seen.

Theory of operation: a request and its copies (same MessageID, on whatever interface and address family) are one
search; its time runs from the last copy. A match that relates to nothing in the capture is held against the searches
that were sent from where it went to: if their time is over and its sender answered none of them, nor any other search
of the capture, its RelatesTo is wrong. Whether silence means anything depends on whether unicast traffic to the prober
is in the capture at all; that may become clear only later, so a search without an answer waits for it, at most until
the capture ends.
"""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Datagram, Endpoint, Stamp
from wsdtrace.state.discovery import wanted_types
from wsdtrace.state.events import Event, MessageRepeated, MessageSeen
from wsdtrace.state.exchanges import MATCHES, is_multicast
from wsdtrace.state.listener import NEVER_NS, Ear, Listener
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Exchange, Transport
from wsdtrace.state.observations import MatchSeen, MatchUnrelated, ProbeSettled

MATCH_WINDOW_NS = 4 * 10**9
"""How long Windows waits for matches after the last copy of a Probe (WSDAPI troubleshooting, field-failures.md)."""

MAX_SEARCHES = 10_000
"""Searches remembered: at the busiest seen (sane-airscan, 9 Probes/s) those of 18 minutes."""
MAX_ADDRESSES = 100_000
"""Addresses whose unicast traffic is known to be visible: a /16 network with every address in use fits."""
MAX_STRAYS = 64
"""Matches that relate to nothing, held against one search. A device sends one to three."""

SEARCHES = frozenset({"Probe", "Resolve"})


@dataclass(slots=True, eq=False)
class _Search:
    """A Probe or Resolve with its copies."""

    exchange: Exchange
    key: tuple[str, ...]
    """What is searched for."""
    askers: dict[Endpoint, None]
    last: Stamp
    """Its last copy."""
    answered: bool = False
    answered_by: set[str] = field(default_factory=set)
    strays: list[Exchange] = field(default_factory=list)
    settled: bool = False

    @property
    def deadline_ns(self) -> int:
        return self.last.time_ns + MATCH_WINDOW_NS


class ProbeBook(Listener):
    """All searches of a capture."""

    def __init__(self) -> None:
        self._searches: OrderedDict[int, _Search] = OrderedDict()
        self._asked_from: dict[Endpoint, dict[int, _Search]] = {}
        self._timers: list[tuple[int, int, _Search]] = []
        self._order = itertools.count()
        self._answered: OrderedDict[tuple[Endpoint, tuple[str, ...]], int] = OrderedDict()
        self._visible: set[str] = set()
        self._right: set[str] = set()
        """Who once answered as asked: another match of his answers what the capture does not hold."""
        self._waiting: dict[int, _Search] = {}
        self._waiting_at: dict[str, list[_Search]] = {}
        self._ready: list[_Search] = []

    def ears(self) -> Iterable[Ear]:
        return Ear(MessageSeen, self._seen), Ear(MessageRepeated, self._repeated)

    def received(self, datagram: Datagram) -> None:
        """Any datagram: unicast ones show that their receiver's traffic is in the capture."""
        address = datagram.destination.address
        if address not in self._visible and not is_multicast(datagram.destination):
            self._note_visible(address)

    def _note_visible(self, address: str) -> None:
        if len(self._visible) < MAX_ADDRESSES:
            self._visible.add(address)
            self._ready += self._waiting_at.pop(address, ())

    # -- messages -----------------------------------------------------------------------------

    def _seen(self, event: MessageSeen) -> Iterable[Event]:
        message = event.message
        if event.exchange.transport is not Transport.HTTP:
            return self._datagram(event.exchange, message, event.stamp)
        if message.role is Role.RESPONSE and message.receiver.address not in self._visible:
            self._note_visible(message.receiver.address)
        return self._flush() if self._ready else ()

    def _datagram(self, exchange: Exchange, message: Message, stamp: Stamp) -> Iterator[Event]:
        if message.role is Role.REQUEST and message.body_local in SEARCHES:
            self._asked(exchange, message)
        elif message.body_local in MATCHES or message.fault is not None:
            yield from self._answers(exchange, message, stamp)
        yield from self._flush()

    def _repeated(self, event: MessageRepeated) -> Iterable[Event]:
        search = self._searches.get(id(event.exchange))
        if search is not None and event.message.role is Role.REQUEST:
            self._copied(search, event.message)
        return ()

    def _asked(self, exchange: Exchange, message: Message) -> None:
        search = _Search(exchange, (message.body_local or "", *wanted_types(message)), {}, message.first)
        self._searches[id(exchange)] = search
        self._copied(search, message)
        if len(self._searches) > MAX_SEARCHES:
            _, gone = self._searches.popitem(last=False)
            self._forget(gone)

    def _copied(self, search: _Search, message: Message) -> None:
        search.last = message.first
        search.settled = False
        search.askers.setdefault(message.sender)
        self._asked_from.setdefault(message.sender, {})[id(search.exchange)] = search
        self._waiting.pop(id(search.exchange), None)
        heapq.heappush(self._timers, (search.deadline_ns, next(self._order), search))
        self.due_ns = self._timers[0][0]

    def _forget(self, search: _Search) -> None:
        search.settled = True
        for asker in search.askers:
            here = self._asked_from.get(asker, {})
            here.pop(id(search.exchange), None)
            if not here:
                self._asked_from.pop(asker, None)
        self._waiting.pop(id(search.exchange), None)

    def _answers(self, exchange: Exchange, message: Message, stamp: Stamp) -> Iterator[Event]:
        search = self._searches.get(id(exchange))
        if search is None and message.body_local not in MATCHES:
            # A bare Fault names no request; one that goes to where a search came from can answer nothing else.
            search = next(reversed(self._asked_from.get(message.receiver, {}).values()), None)
        if search is None:
            yield from self._strays(exchange, message, stamp)
            return
        since_ns = message.first.time_ns - search.last.time_ns
        yield MatchSeen(stamp, search.exchange, message, since_ns, tuple(search.askers))
        if message.fault is None:
            search.answered_by.add(message.sender.address)
            if len(self._right) < MAX_ADDRESSES:
                self._right.add(message.sender.address)
            if since_ns <= MATCH_WINDOW_NS:
                search.answered = True
                for asker in search.askers:
                    self._answered[asker, search.key] = message.first.time_ns
                while len(self._answered) > MAX_SEARCHES:
                    self._answered.popitem(last=False)

    def _strays(self, exchange: Exchange, message: Message, stamp: Stamp) -> Iterator[Event]:
        if message.body_local not in MATCHES:
            return
        yield MatchSeen(stamp, exchange, message, None, ())
        for search in self._asked_from.get(message.receiver, {}).values():
            if not search.settled and len(search.strays) < MAX_STRAYS and _fits(search, message):
                search.strays.append(exchange)

    # -- time ---------------------------------------------------------------------------------

    def advance(self, now_ns: int) -> Iterator[Event]:
        while self._timers and self._timers[0][0] < now_ns:
            deadline_ns, _, search = heapq.heappop(self._timers)
            if deadline_ns == search.deadline_ns and not search.settled:
                yield from self._settle(search)
        self.due_ns = self._timers[0][0] if self._timers else NEVER_NS

    def _settle(self, search: _Search) -> Iterator[Event]:
        search.settled = True
        place = _deadline_of(search)
        yield from self._unrelated(search, place)
        if search.key[0] != "Probe":
            return
        answered = search.answered or any(
            self._answered.get((asker, search.key), -NEVER_NS) >= search.exchange.first.time_ns - MATCH_WINDOW_NS
            for asker in search.askers
        )
        if answered or self._is_visible(search):
            yield ProbeSettled(place, search.exchange, answered, visible=True)
            return
        self._waiting[id(search.exchange)] = search
        for asker in search.askers:
            self._waiting_at.setdefault(asker.address, []).append(search)

    def _unrelated(self, search: _Search, place: Stamp) -> Iterator[Event]:
        for stray in search.strays:
            message = stray.response or stray.request
            if message is None:
                continue
            if message.sender.address in search.answered_by or message.sender.address in self._right:
                continue
            yield MatchUnrelated(place, search.exchange, stray)
            for other in self._asked_from.get(message.receiver, {}).values():
                if other is not search and stray in other.strays:
                    other.strays.remove(stray)
        search.strays.clear()

    def _is_visible(self, search: _Search) -> bool:
        return any(asker.address in self._visible for asker in search.askers)

    def _flush(self) -> Iterator[Event]:
        """Unanswered Probes of probers that have just become visible."""
        for search in self._ready:
            if self._waiting.pop(id(search.exchange), None) is not None:
                yield ProbeSettled(_deadline_of(search), search.exchange, answered=False, visible=True)
        self._ready.clear()

    def close(self, end: Stamp) -> Iterator[Event]:  # noqa: ARG002  # their deadlines have passed
        yield from self._flush()
        for search in self._waiting.values():
            yield ProbeSettled(_deadline_of(search), search.exchange, answered=False, visible=False)
        self._waiting.clear()


def _deadline_of(search: _Search) -> Stamp:
    return Stamp(search.last.number, search.deadline_ns, search.last.kind)


def _fits(search: _Search, message: Message) -> bool:
    """The message would answer the search."""
    return message.body_local == f"{search.key[0]}Matches"
