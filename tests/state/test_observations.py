"""Numbers of announcements beside those that cannot have been overtaken."""

from __future__ import annotations

import pytest

from wsdtrace.state.observations import Order


@pytest.mark.parametrize(
    ("value", "settled", "expected"),
    [
        pytest.param(1, 2, True, id="lower"),
        pytest.param(2, 2, False, id="equal"),
        pytest.param(3, 2, False, id="higher"),
        pytest.param(None, 2, False, id="nothing is said"),
        pytest.param(1, None, False, id="nothing is settled"),
    ],
)
def test_a_number_is_backwards_below_the_settled_one(value: int | None, settled: int | None, expected: bool) -> None:
    assert Order(value, settled).is_backwards is expected
