"""Exchanges that a client left: when they are told, and what of the answer had come."""

from __future__ import annotations

import pytest

from tests.state.played import played
from wsdtrace.records import MessageEnd
from wsdtrace.state.events import Event, ExchangeEnded
from wsdtrace.state.outcomes import ClientLeft, CutAnswer

CREATED = "CreateScanJob -> JobId=1 JobToken=t\n"
LEFT = f"{CREATED}http: reset 300\nRetrieveImage -> image\n"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(LEFT, 1, id="a reset in the middle of a page"),
        pytest.param(f"{CREATED}RetrieveImage -> image\n", 0, id="a whole page"),
        pytest.param("http: reset 300\nGetScannerElements -> ok\n", 0, id="an exchange of no job"),
        pytest.param(f"{CREATED}http: cut 300\nRetrieveImage -> image\n", 0, id="the device closed"),
        pytest.param(f"{CREATED}CancelJob JobId=1 -> ok\nhttp: reset 300\nRetrieveImage -> image\n", 0, id="canceled"),
        pytest.param(f"tcp: no handshake\n{LEFT}", 0, id="on an older connection"),
    ],
)
def test_who_left(text: str, count: int) -> None:
    assert len(played(text, ClientLeft)) == count


def test_what_had_come_is_told_although_the_message_is_gone() -> None:
    (left,) = played(LEFT, ClientLeft)
    assert isinstance(left.cut, CutAnswer)
    assert left.cut.announced is not None
    assert (left.cut.how, left.cut.announced - left.cut.received) == (MessageEnd.CUT_RESET, 300)
    assert left.exchange.response is not None
    assert left.exchange.response.http is None


def test_it_waits_until_holes_would_be_certain() -> None:
    told = played(f"{LEFT}wait 1s\nGetScannerElements -> ok\nwait 3s\nGetActiveJobs -> none\n", Event)
    kinds = [event.exchange.operation if isinstance(event, ExchangeEnded) else type(event) for event in told]
    assert kinds.index("GetScannerElements") < kinds.index(ClientLeft) < kinds.index("GetActiveJobs")
