"""A message keeps what is of fixed size."""

from __future__ import annotations

from tests.state.played import played
from wsdtrace.state.events import ExchangeEnded


def test_a_released_message_keeps_what_is_of_fixed_size() -> None:
    (ended,) = played("GetScannerElements -> ok", ExchangeEnded)
    answer = ended.exchange.response
    assert answer is not None
    released = (answer.http, answer.datagram, answer.envelope, answer.decoded, answer.xml, answer.likeness)
    assert released == (None,) * 6
    assert (answer.operation, answer.status, answer.complete) == ("GetScannerElements", 200, True)
    assert answer.message_id is not None
