"""Whose answer a response is, where bytes are missing."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from wsdtrace.records import ConnectionId, Endpoint, Stamp
from wsdtrace.state.model import Connection, Exchange, Message, Transport
from wsdtrace.state.pairing import asked_by

CLIENT, DEVICE = Endpoint("192.0.2.1", 40_000), Endpoint("192.0.2.2", 80)
CONNECTION = ConnectionId(1)


def message(**facts: Any) -> Message:
    return Mock(spec=Message, **{"message_id": None, "relates_to": None} | facts)


def exchange(message_id: str | None, connection: int = CONNECTION) -> Exchange:
    asked = None if message_id is None else message(message_id=message_id)
    return Exchange(Transport.HTTP, CLIENT, DEVICE, ConnectionId(connection), request=asked)


def connection(*, gaps: int = 1, relates: bool = True) -> Connection:
    return Connection(CONNECTION, CLIENT, DEVICE, Stamp(1, 0), True, gaps=gaps, relates=relates)


@pytest.mark.parametrize(
    ("named", "gaps", "relates"),
    [
        pytest.param("a", 1, True, id="it names its request"),
        pytest.param(None, 1, True, id="it names none"),
        pytest.param("b", 0, True, id="nothing is missing"),
        pytest.param("x", 1, False, id="a device that never names one that was asked"),
    ],
)
def test_the_order_decides(named: str | None, gaps: int, relates: bool) -> None:
    turn = exchange("a")
    waiting = {1: exchange("b")}
    assert asked_by(turn, message(relates_to=named), connection(gaps=gaps, relates=relates), waiting) is turn
    assert len(waiting) == 1


def test_behind_a_hole_the_named_request_is_answered_and_waits_no_longer() -> None:
    waiting = {1: exchange("b", connection=2), 2: exchange("b"), 3: exchange("c")}
    named = waiting[2]
    assert asked_by(exchange("a"), message(relates_to="b"), connection(relates=False), waiting) is named
    assert list(waiting) == [1, 3]


def test_an_answer_to_a_request_that_is_missing_stands_alone() -> None:
    assert asked_by(exchange("a"), message(relates_to="lost"), connection(), {}) is None


def test_an_answer_without_request_takes_none_away() -> None:
    alone = exchange(None)
    assert asked_by(alone, message(relates_to="lost"), connection(), {}) is alone


def test_a_connection_learns_that_its_device_names_requests() -> None:
    known = connection(gaps=0, relates=False)
    asked_by(exchange("a"), message(relates_to="a"), known, {})
    assert known.relates
