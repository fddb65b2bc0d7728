"""How long answers take: to the end of the envelope, once for each answer."""

import pytest

from tests.state.played import played
from wsdtrace.state.latency import ENVELOPE_OF_IMAGE_NS, USUAL_NS, AnswerLimits
from wsdtrace.state.outcomes import AnswerTimed

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "seconds", "limit_ns"),
    [
        pytest.param("GetScannerElements -> ok after 4.9s", [4.9], USUAL_NS, id="one answer"),
        pytest.param("GetScannerElements -> ok after 1s over 3s", [4.0], USUAL_NS, id="until its last byte"),
        pytest.param("GetScannerElements -> close", [], USUAL_NS, id="none came"),
        pytest.param("http: cut 10\nGetScannerElements -> ok after 1s", [], USUAL_NS, id="half of one came"),
        pytest.param("CreateScanJob -> Fault InvalidArgs after 2s", [2.0], USUAL_NS, id="a fault is an answer"),
        pytest.param("through P: GetScannerElements -> ok after 2s", [2.0], USUAL_NS, id="a proxy's copy is not timed"),
    ],
)
def test_the_time_of_an_answer(text: str, seconds: list[float], limit_ns: int) -> None:
    timed = played(text, AnswerTimed)
    assert [event.waited_ns / SECOND for event in timed] == pytest.approx(seconds, abs=0.1)
    assert {event.limit_ns for event in timed} <= {limit_ns}


def test_of_an_image_only_the_envelope_is_timed() -> None:
    text = "CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image after 2s over 30s"
    (timed,) = [event for event in played(text, AnswerTimed) if event.exchange.operation == "RetrieveImage"]
    assert 2 * SECOND <= timed.waited_ns < 20 * SECOND
    assert timed.limit_ns == ENVELOPE_OF_IMAGE_NS


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        pytest.param("RetrieveImage", ENVELOPE_OF_IMAGE_NS, id="with a limit of its own"),
        pytest.param("CreateScanJob", 1_500_000_000, id="changed"),
        pytest.param("CancelJob", USUAL_NS, id="the usual one"),
        pytest.param(None, USUAL_NS, id="of what is no operation"),
    ],
)
def test_limits_by_operation(operation: str | None, expected: int) -> None:
    assert AnswerLimits().changed({"CreateScanJob": 1.5}).of(operation) == expected
