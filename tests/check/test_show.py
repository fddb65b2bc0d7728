"""Lines of evidence: labels, places, excerpts without secrets."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.check.finding import Evidence, FaultOf, Precision
from wsdtrace.check.show import is_displaced, seconds
from wsdtrace.records import ConnectionId, Content, Direction, Endpoint, HttpMessage, MessageEnd, Stamp
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Connection, Exchange, Transport


@pytest.mark.parametrize(
    ("ns", "text"),
    [(0, "0.0 s"), (86_800_000_000, "86.8 s"), (60_000_000_000, "60.0 s"), (4000 * 10**9, "4000 s")],
)
def test_durations_are_for_people(ns: int, text: str) -> None:
    assert seconds(ns) == text


def evidence_of(text: str, code: str) -> list[Evidence]:
    return next(f for f in scenario.check(text).findings if f.code == code).evidence


def test_request_and_response_point_in_their_direction() -> None:
    request, response = evidence_of("CreateScanJob -> Fault ClientErrorInvalidArgs", "WSD330")
    assert (request.arrow, request.label) == ("→", "CreateScanJobRequest")
    assert (response.arrow, response.label) == ("←", "Fault")
    assert request.stamp.number < response.stamp.number


def test_an_excerpt_marks_the_bytes_meant() -> None:
    (line,) = evidence_of("< replace </soap:Body> </soap:Bod\nGetScannerElements -> ok", "WSD201")
    assert line.precision is Precision.BYTE
    assert line.excerpt is not None
    assert line.caret is not None


def test_an_excerpt_holds_no_secret() -> None:
    text = "< replace </wscn:JobToken> </wscn:JobToke>\nCreateScanJob -> JobId=1 JobToken=verysecret"
    for line in evidence_of(text, "WSD201"):
        assert "verysecret" not in (line.excerpt or "")
        assert "verysecret" not in line.detail


def test_whose_message_it_was_decides_whose_fault_it_is() -> None:
    text = "{} drop wsa:MessageID\nGetScannerElements -> ok"
    for arrow, whose in ((">", FaultOf.CLIENT), ("<", FaultOf.DEVICE)):
        found = next(f for f in scenario.check(text.format(arrow)).findings if f.code == "WSD301")
        assert found.fault_of is whose


CLIENT, SERVER, FRAME = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.9", 80), Stamp(3, 3)


@pytest.mark.parametrize(
    ("ahead", "handshake", "starts_at", "expected"),
    [
        pytest.param(None, True, 400, False, id="frames in order"),
        pytest.param(FRAME, True, 0, False, id="the only exchange"),
        pytest.param(FRAME, True, 400, True, id="one of several"),
        pytest.param(FRAME, False, 0, True, id="on an older connection"),
        pytest.param(FRAME, True, None, True, id="released, so that nobody knows"),
    ],
)
def test_an_answer_may_belong_to_another_request(
    ahead: Stamp | None, handshake: bool, starts_at: int | None, expected: bool
) -> None:
    connection = Connection(ConnectionId(1), CLIENT, SERVER, FRAME, handshake, ahead=ahead)
    message = _asked(starts_at)
    exchange = Exchange(Transport.HTTP, CLIENT, SERVER, connection.id, request=message, handshake=handshake)
    assert is_displaced(exchange, connection) is expected


def _asked(starts_at: int | None) -> Message:
    """A request that begins at a stream offset; None: one that was released."""
    request = Message(Role.REQUEST, CLIENT, SERVER, FRAME, FRAME, 0, complete=True)
    if starts_at is not None:
        request.http = HttpMessage(
            ConnectionId(1), Direction.FROM_ORIGINATOR, CLIENT, SERVER, None, (), Content(0, None, None), FRAME,
            FRAME, FRAME, MessageEnd.NO_CONTENT, starts_at, starts_at + 100,
        )  # fmt: skip
    return request
