"""Whose answer a response is, where bytes are missing."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from wsdtrace.records import ConnectionId, Endpoint, Stamp
from wsdtrace.state.message import Message
from wsdtrace.state.model import Connection, Exchange, Transport
from wsdtrace.state.pairing import asked_by

CLIENT, DEVICE = Endpoint("192.0.2.1", 40_000), Endpoint("192.0.2.2", 80)
CONNECTION = ConnectionId(1)


def message(**facts: Any) -> Message:
    return Mock(spec=Message, **{"message_id": None, "relates_to": None, "operation": None} | facts)


def exchange(message_id: str | None, connection: int = CONNECTION, operation: str | None = None) -> Exchange:
    asked = None if message_id is None else message(message_id=message_id)
    return Exchange(Transport.HTTP, CLIENT, DEVICE, ConnectionId(connection), request=asked, operation=operation)


def connection(*, gaps: int = 1, relates: bool | None = True, handshake: bool = True) -> Connection:
    return Connection(CONNECTION, CLIENT, DEVICE, Stamp(1, 0), handshake, gaps=gaps, relates=relates)


@pytest.mark.parametrize(
    ("named", "known"),
    [
        pytest.param("a", connection(), id="it names its request"),
        pytest.param(None, connection(), id="it names none"),
        pytest.param("b", connection(gaps=0), id="nothing is missing"),
        pytest.param("x", connection(relates=False), id="a device that names other ones"),
        pytest.param("x", connection(gaps=0, relates=False, handshake=False), id="such a one, begun before"),
    ],
)
def test_the_order_decides(named: str | None, known: Connection) -> None:
    turn = exchange("a")
    waiting = {1: exchange("b")}
    assert asked_by(turn, message(relates_to=named), known, waiting) is turn
    assert len(waiting) == 1


def test_behind_a_hole_the_named_request_is_answered_and_waits_no_longer() -> None:
    waiting = {1: exchange("b", connection=2), 2: exchange("b"), 3: exchange("c")}
    named = waiting[2]
    assert asked_by(exchange("a"), message(relates_to="b"), connection(relates=False), waiting) is named
    assert list(waiting) == [1, 3]


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(connection(), id="behind a hole"),
        pytest.param(connection(relates=None), id="before anything is known of the device"),
        pytest.param(connection(gaps=0, relates=None, handshake=False), id="the first of an older connection"),
    ],
)
def test_an_answer_to_a_request_that_is_missing_stands_alone(known: Connection) -> None:
    assert asked_by(exchange("a"), message(relates_to="lost"), known, {}) is None


def test_behind_a_hole_an_answer_of_another_operation_stands_alone() -> None:
    asked, answer = exchange("a", operation="RetrieveImage"), message(operation="GetActiveJobs")
    assert asked_by(asked, answer, connection(), {}) is None
    assert asked_by(asked, answer, connection(gaps=0), {}) is asked


def test_an_answer_without_request_takes_none_away() -> None:
    alone = exchange(None)
    assert asked_by(alone, message(relates_to="lost"), connection(), {}) is alone


@pytest.mark.parametrize(
    ("named", "known", "learnt"),
    [
        pytest.param("a", connection(gaps=0, relates=None), True, id="it names its request"),
        pytest.param("x", connection(gaps=0, relates=None), False, id="it names another"),
        pytest.param("x", connection(relates=None), None, id="another, behind a hole"),
        pytest.param("x", connection(gaps=0), True, id="another for once"),
    ],
)
def test_a_connection_learns_whether_its_device_names_requests(
    named: str, known: Connection, learnt: bool | None
) -> None:
    asked_by(exchange("a"), message(relates_to=named), known, {})
    assert known.relates is learnt
