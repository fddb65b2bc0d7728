"""Denials of jobs that nobody granted: they wait until a hole in the capture would be certain."""

from __future__ import annotations

import pytest

from tests.state.played import played
from wsdtrace.state import settling
from wsdtrace.state.events import JobUnknown

DENIED = "CancelJob JobId={} -> Fault ClientErrorJobIdNotFound\n"
HOLE = "tcp: new connection\ntcp: gap 100\nGetScannerElements -> ok\n"


@pytest.mark.parametrize(
    ("text", "blind"),
    [
        pytest.param(DENIED.format(9), [False], id="whole"),
        pytest.param(DENIED.format(9) + HOLE, [True], id="a hole that is known just after it"),
        pytest.param(DENIED.format(9) + "wait 5s\n" + HOLE, [False], id="a hole of a later time"),
        pytest.param(DENIED.format(9) + DENIED.format(8), [False, False], id="two of them"),
    ],
)
def test_a_denial_is_settled_when_holes_before_it_are_known(text: str, blind: list[bool]) -> None:
    assert [event.blind for event in played(text, JobUnknown)] == blind


def test_denials_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MAX_WAITING", 2)
    text = "".join(DENIED.format(number) for number in range(5, 10))
    assert [event.job_id for event in played(text, JobUnknown)] == [5, 6, 7, 8, 9]
