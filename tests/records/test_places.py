"""Places: how they are written, and that nobody can change them."""

from dataclasses import FrozenInstanceError, is_dataclass

import pytest

from wsdtrace import records
from wsdtrace.records import Direction, Endpoint, Stamp


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        pytest.param(Endpoint("192.0.2.5", 5357), "192.0.2.5:5357", id="IPv4"),
        pytest.param(Endpoint("fe80::1", 5357), "[fe80::1]:5357", id="IPv6"),
    ],
)
def test_an_endpoint_is_written_as_in_a_uri(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text


def test_the_reverse_of_a_direction_is_the_other_one() -> None:
    assert {direction.reverse for direction in Direction} == set(Direction)
    assert Direction.FROM_ORIGINATOR.reverse is Direction.FROM_RESPONDER


def test_values_are_frozen() -> None:
    mutable = {"HttpExchange", "PathFacts"}  # filled while they go on
    for kind in vars(records).values():
        if isinstance(kind, type) and is_dataclass(kind) and kind.__name__ not in mutable:
            assert vars(kind)["__dataclass_params__"].frozen, kind.__name__
            assert "__slots__" in vars(kind), kind.__name__
    with pytest.raises(FrozenInstanceError):
        Stamp(1, 1).number = 2  # type: ignore[misc]  # what the test is about
