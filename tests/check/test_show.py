"""Lines of evidence: labels, places, excerpts without secrets."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.check.finding import Evidence, FaultOf, Precision
from wsdtrace.check.show import seconds


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
