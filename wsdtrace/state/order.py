"""The facts of a window, of all connections, in the order in which they became true.

Theory of operation: facts are sorted by frame. An exchange that had a connection of its own is one fact as long as
nothing else happened between the first and the last frame of that connection; then nobody can tell the difference.
Else it is taken apart into the six facts that it stands for.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from wsdtrace.records import (
    AckAhead,
    ConnectionOpened,
    ConnectionRefused,
    Datagram,
    Gap,
    HttpEvent,
    HttpEventKind,
    NetAnomaly,
    NotHttp,
    StreamEnded,
    WholeExchange,
)

Fact = (
    HttpEvent
    | WholeExchange
    | NotHttp
    | Datagram
    | ConnectionOpened
    | Gap
    | AckAhead
    | StreamEnded
    | ConnectionRefused
    | NetAnomaly
)
"""What the tracker is told."""

_RANK = {HttpEventKind.REQUEST: 2, HttpEventKind.RESPONSE_HEAD: 3, HttpEventKind.ENDED: 4}


def _order(fact: Fact) -> tuple[int, int]:
    """Capture order; at the same frame openings first, then requests, then answers."""
    if isinstance(fact, HttpEvent):
        return fact.stamp.number, _RANK[fact.kind]
    return fact.stamp.number, 0 if isinstance(fact, ConnectionOpened | WholeExchange) else 1


def in_order(facts: list[Fact]) -> list[Fact]:
    """Sorted by where they became true. A hole is certain only later than what waited behind it was sent; it comes
    before all that its connection told after it, so that nobody judges that as if nothing were missing."""
    if any(isinstance(fact, Gap) for fact in facts):
        return _with_gaps(_unfolded(facts, facts))
    ordered = sorted(facts, key=_order)
    crossed = _crossed(ordered)
    return sorted(_unfolded(ordered, crossed), key=_order) if crossed else ordered


def _crossed(ordered: Iterable[Fact]) -> list[Fact]:
    """Those of which one begins before another has ended."""
    found: list[Fact] = []
    reached, last = -1, None
    for fact in ordered:
        number = fact.stamp.number
        if number <= reached and last is not None:
            found += last, fact
        end = fact.last.number if isinstance(fact, WholeExchange) else number
        if end >= reached:
            reached, last = end, fact
    return found


def _unfolded(facts: Iterable[Fact], which: Iterable[Fact]) -> list[Fact]:
    """The facts, with the whole exchanges among `which` taken apart."""
    apart = {id(fact) for fact in which if isinstance(fact, WholeExchange)}
    found: list[Fact] = []
    for fact in facts:
        if id(fact) in apart and isinstance(fact, WholeExchange):
            found += fact.facts()
        else:
            found.append(fact)
    return found


def _with_gaps(facts: list[Fact]) -> list[Fact]:
    earliest: dict[int, int] = {}
    keyed: list[tuple[tuple[int, int], int, Fact]] = []
    for position in range(len(facts) - 1, -1, -1):
        fact = facts[position]
        number, rank = _order(fact)
        if isinstance(fact, HttpEvent):
            connection = fact.exchange.connection
            earliest[connection] = min(number, earliest.get(connection, number))
        elif isinstance(fact, Gap):
            number = min(number, earliest.get(fact.connection, number))
        keyed.append(((number, rank), position, fact))
    keyed.sort(key=itemgetter(0, 1))
    return [fact for _, _, fact in keyed]
