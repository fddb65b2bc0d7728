"""Changes of a job's state that no notification told."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state import unreported
from wsdtrace.state.events import Event
from wsdtrace.state.observations import StateUnreported

ASKED = "Subscribe events=JobStatusEvent -> ok\n"
JOB = "CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image\n"
POLL = "GetJobElements JobId=1 -> JobState="
TOLD = "JobStatusEvent JobId=1 JobState="
LATER = "wait 6s\nGetScannerElements Name=wscn:ScannerStatus -> ok"


def states(text: str) -> list[str]:
    """States that nobody was told of."""
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return [e.state for e in seen if isinstance(e, StateUnreported)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{ASKED}{JOB}{POLL}Completed\n{LATER}", ["Completed"], id="never told"),
        pytest.param(f"{ASKED}{JOB}{TOLD}Completed -> accepted\n{POLL}Completed\n{LATER}", [], id="told before"),
        pytest.param(
            f"{ASKED}{JOB}{POLL}Completed\nwait 4s\n{TOLD}Completed -> accepted\n{LATER}", [], id="just after"
        ),
        pytest.param(f"{ASKED}{JOB}{POLL}Completed\nwait 6s\n{TOLD}Completed -> accepted\n", ["Completed"], id="later"),
        pytest.param(
            f"{ASKED}{JOB}{POLL}Processing\n{TOLD}Completed -> accepted\n{LATER}", ["Processing"], id="another state"
        ),
        pytest.param(f"{JOB}{POLL}Completed\n{LATER}", [], id="nobody asked"),
        pytest.param(f"Subscribe -> ok\n{JOB}{POLL}Completed\n{LATER}", [], id="asked for other events"),
        pytest.param(f"{JOB}{ASKED}{POLL}Completed\n{LATER}", [], id="asked when the job was there"),
        pytest.param(f"{ASKED}{JOB}{POLL}Completed\nUnsubscribe -> ok\n{LATER}", [], id="asked no longer"),
        pytest.param(f"{ASKED}{JOB}{POLL}Started\n{LATER}", [], id="a state for a moment"),
        pytest.param(f"{ASKED}{JOB}{POLL}Completed\n{POLL}Completed\n{LATER}", ["Completed"], id="polled twice"),
        pytest.param(
            f"{ASKED}{JOB}{POLL}Completed\nwait 3s\nGetActiveJobs -> none", [], id="the capture ends too early"
        ),
        pytest.param(
            f"{ASKED}{JOB}JobEndStateEvent JobId=1 -> accepted\n{POLL}Completed\n{LATER}", [], id="told as the end"
        ),
    ],
)
def test_a_state_that_is_polled_should_have_been_told(text: str, expected: list[str]) -> None:
    assert states(text) == expected


def test_waiting_changes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unreported, "MAX_WAITING", 1)
    assert states(f"{ASKED}{JOB}{POLL}Processing\n{POLL}Completed\n{LATER}") == ["Completed"]
