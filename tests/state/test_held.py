"""What events hold, while their messages are held."""

from __future__ import annotations

from types import NoneType

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.records import Anomaly, Stamp
from wsdtrace.soap import Fault
from wsdtrace.state.events import Event, ExchangeEnded, SourceDamaged
from wsdtrace.state.held import HOLDERS, Held, held_by
from wsdtrace.wsd.scan import CancelJobRequest, CancelJobResponse, CreateScanJobRequest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "CancelJob JobId=1 -> ok",
            [(CancelJobRequest,), (CancelJobResponse,), (CancelJobRequest, CancelJobResponse)],
            id="request and response",
        ),
        pytest.param(
            "CreateScanJob -> Fault ServerErrorNotAcceptingJobs",
            [(CreateScanJobRequest,), (Fault,), (CreateScanJobRequest, Fault)],
            id="a fault",
        ),
        pytest.param(
            "CancelJob JobId=1 -> HTTP 500",
            [(CancelJobRequest,), (NoneType,), (CancelJobRequest, NoneType)],
            id="an answer without a message",
        ),
        pytest.param(
            "CancelJob JobId=1 -> close",
            [(CancelJobRequest,), (CancelJobRequest, NoneType)],
            id="no answer",
        ),
    ],
)
def test_an_event_holds_what_its_messages_were_typed_as(text: str, expected: list[Held]) -> None:
    found: list[Held] = []

    def hear(event: Event) -> None:
        if type(event) in HOLDERS:
            found.append(held_by(event))

    assert scenario.check(text, Options(on_event=hear)).internal_errors == []
    assert found == expected


def test_what_is_about_no_message_holds_nothing() -> None:
    assert held_by(SourceDamaged(Stamp(1, 0), Anomaly("odd", "odd"))) == ()
    assert ExchangeEnded in HOLDERS
