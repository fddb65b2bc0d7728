"""The hints: what explains why a device works with one client and not with another."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import finding, judged, verdict
from wsdtrace.check.finding import Severity

OTHER = "> replace soap: s:\n> replace xmlns:soap xmlns:s\n"
DONE = "CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image\n"


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        pytest.param(
            f"{OTHER}GetScannerElements -> Fault InvalidArgs\nGetScannerElements -> ok",
            "WSD901",
            "fired",
            id="prefixes",
        ),
        pytest.param(
            "GetScannerElements -> Fault InvalidArgs\nGetScannerElements -> ok", "WSD901", "no subject", id="equal"
        ),
        pytest.param(
            f"{DONE}wait 59s\nCreateScanJob -> Fault ServerErrorNotAcceptingJobs", "WSD902", "fired", id="rest"
        ),
        pytest.param(
            f"{DONE}wait 61s\nCreateScanJob -> Fault ServerErrorNotAcceptingJobs", "WSD902", "no subject", id="late"
        ),
        pytest.param(
            f"{DONE}wait 5s\nclient B: GetJobElements JobId=1 -> JobState=Processing\nclose\nwait 1s\n"
            "client B: GetJobElements JobId=1 -> JobState=Completed",
            "WSD903",
            "fired",
            id="held",
        ),
        pytest.param(DONE, "WSD904", "fired", id="private"),
        pytest.param("GetActiveJobs -> none", "WSD904", "no subject", id="nothing private"),
    ],
)
def test_hints(text: str, code: str, expected: str) -> None:
    assert verdict(text, code) == expected


def test_no_hint_is_louder_than_info() -> None:
    trace = judged(f"{DONE}wait 5s\nCreateScanJob -> Fault ServerErrorNotAcceptingJobs", "WSD9")
    assert {f.severity for f in trace.findings} == {Severity.INFO}
    assert {f.code for f in trace.findings} == {"WSD902", "WSD904"}


def test_a_hint_about_prefixes_names_them() -> None:
    found = finding(f"{OTHER}GetScannerElements -> Fault InvalidArgs\nGetScannerElements -> ok", "WSD901")
    assert "s, wsa, wscn" in found.message
    assert "soap, wsa, wscn" in found.message
