"""What a capture lost is held against nobody: rules that would accuse are inconclusive."""

from __future__ import annotations

import pytest

from tests.check.rules.verdict import judged, verdict

JOB = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
GET = "GetScannerElements -> ok\n"
WRONG = "urn:uuid:00000000-0000-4000-8000-00000000000f"
DENIED = "CancelJob JobId=9 -> Fault ClientErrorJobIdNotFound\n"


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        pytest.param(f"GetScannerElements -> ok RelatesTo={WRONG}\n", "WSD303", "fired", id="RelatesTo"),
        pytest.param(
            f"tcp: gap 100\n{GET}GetScannerElements -> ok RelatesTo={WRONG}\n",
            "WSD303",
            "inconclusive",
            id="RelatesTo behind a hole",
        ),
        pytest.param(DENIED, "WSD607", "fired", id="unknown job"),
        pytest.param(f"tcp: no handshake\n{DENIED}", "WSD607", "inconclusive", id="unknown job, mid-connection"),
        pytest.param(
            f"tcp: gap 100\n{GET}wait 60s\ntcp: new connection\n{DENIED}",
            "WSD607",
            "inconclusive",
            id="unknown job, a hole",
        ),
    ],
)
def test_a_hole_makes_a_rule_inconclusive(text: str, code: str, expected: str) -> None:
    assert verdict(text, code) == expected


def test_an_action_that_the_snap_length_cut_is_not_unknown() -> None:
    assert verdict("tcp: snap 420\nGetScannerElements -> ok\n", "WSD304") in ("inconclusive", "no subject")


def test_a_match_of_a_device_that_answers_as_asked_may_answer_what_is_missing() -> None:
    right = "Probe -> ProbeMatches\nwait 10s\n"
    wrong = f"Probe -> ProbeMatches RelatesTo={WRONG}\nwait 10s\nProbe -> nothing\n"
    assert verdict(wrong, "WSD403") == "fired"
    assert verdict(right + wrong, "WSD403") != "fired"


def test_a_device_denies_a_job_because_its_time_was_over() -> None:
    text = (
        "CreateScanJob -> JobId=1 JobToken=t\nwait 70s\n"
        "RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorJobIdNotFound\n"
    )
    causes = [f.code for f in judged(text).findings if f.caused_by is None and f.severity.value != "info"]
    assert causes == ["WSD603"]
