"""The order of facts: by frame, with exchanges on a connection of their own as one fact where nobody can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.http.talk import CLIENT, SERVER, stamp
from tests.http.test_whole import turn
from wsdtrace.records import (
    ConnectionId,
    Datagram,
    Direction,
    Gap,
    GapReason,
    HttpExchange,
    WholeConnection,
    WholeExchange,
)
from wsdtrace.state.order import Fact, in_order

NUMBERS = st.lists(st.integers(1, 40), min_size=6, max_size=6, unique=True).map(sorted)


def whole(connection: int, numbers: list[int]) -> WholeExchange:
    """An exchange whose six facts became true at these frames."""
    opened, asked, head, ended, first, last = map(stamp, numbers)
    turns = turn(Direction.FROM_ORIGINATOR, b"a", 1), turn(Direction.FROM_RESPONDER, b"b", 2)
    number = ConnectionId(connection)
    lived = WholeConnection(number, (CLIENT, SERVER), turns, opened, Direction.FROM_RESPONDER, first, last)
    return WholeExchange(lived, HttpExchange(number, CLIENT, SERVER), asked, head, ended)


def datagram(number: int) -> Datagram:
    return Datagram(CLIENT, SERVER, b"", stamp(number))


def unfolded(facts: list[Fact]) -> list[object]:
    """Facts one by one, comparable."""
    found: list[object] = []
    for fact in facts:
        found += map(repr, fact.facts() if isinstance(fact, WholeExchange) else [fact])
    return found


def one_by_one(facts: list[Fact]) -> list[object]:
    """The order in which nothing is one fact."""
    apart: list[Fact] = []
    for fact in facts:
        apart += fact.facts() if isinstance(fact, WholeExchange) else [fact]
    return unfolded(in_order(apart))


@pytest.mark.parametrize(
    ("facts", "together"),
    [
        pytest.param([whole(0, [1, 4, 5, 6, 7, 8])], 1, id="alone"),
        pytest.param([whole(1, [9, 10, 11, 12, 13, 14]), whole(0, [1, 4, 5, 6, 7, 8])], 2, id="in turn"),
        pytest.param([whole(0, [1, 4, 5, 6, 7, 9]), whole(1, [8, 10, 11, 12, 13, 14])], 0, id="the next begins early"),
        pytest.param([whole(0, [1, 4, 5, 6, 7, 20]), whole(1, [8, 9, 10, 11, 12, 13])], 0, id="one within another"),
        pytest.param([whole(0, [1, 4, 5, 6, 7, 8]), datagram(9), datagram(9)], 1, id="something else behind it"),
        pytest.param([whole(0, [1, 4, 5, 6, 7, 8]), datagram(5)], 0, id="something else in between"),
        pytest.param([whole(0, [1, 4, 5, 6, 7, 8]), datagram(8)], 0, id="at its last frame"),
        pytest.param([datagram(1), whole(0, [2, 4, 5, 6, 7, 8])], 1, id="before it"),
        pytest.param(
            [whole(0, [1, 4, 5, 6, 7, 8]), Gap(ConnectionId(3), Direction(0), 0, 1, GapReason.NOT_CAPTURED, stamp(9))],
            0,
            id="a hole somewhere",
        ),
    ],
)
def test_what_nothing_crosses_stays_one_fact(facts: list[Fact], together: int) -> None:
    ordered = in_order(facts)
    assert sum(isinstance(fact, WholeExchange) for fact in ordered) == together
    assert unfolded(ordered) == one_by_one(facts)


@given(st.lists(NUMBERS, max_size=6), st.lists(st.integers(1, 40), max_size=3))
def test_the_order_is_that_of_single_facts(lives: list[list[int]], others: list[int]) -> None:
    facts: list[Fact] = [whole(connection, numbers) for connection, numbers in enumerate(lives)]
    facts.sort(key=lambda fact: fact.stamp.number)
    facts += map(datagram, others)
    numbers = [fact.stamp.number for fact in facts] + [n for life in lives for n in life[1:]]
    if len(set(numbers)) == len(numbers):
        assert unfolded(in_order(facts)) == one_by_one(facts)
