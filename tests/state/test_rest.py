"""Devices after their jobs: rest, and connections that hold them."""

from __future__ import annotations

import pytest

from wsdtrace import scenario
from wsdtrace.pipeline import Options
from wsdtrace.state import rest
from wsdtrace.state.events import Event
from wsdtrace.state.observations import JobHeld, RefusedAtRest

DONE = "CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image\n"
BUSY = "CreateScanJob -> Fault ServerErrorNotAcceptingJobs\n"


def said(text: str) -> list[Event]:
    seen: list[Event] = []
    scenario.check(text, Options(on_event=seen.append))
    return seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{DONE}wait 20s\n{BUSY}", [20], id="at rest"),
        pytest.param(f"{DONE}wait 59s\n{BUSY}", [59], id="just within a minute"),
        pytest.param(f"{DONE}wait 61s\n{BUSY}", [], id="later"),
        pytest.param(BUSY, [], id="no job before it"),
        pytest.param(f"{DONE}CreateScanJob -> Fault InvalidArgs", [], id="refused for another reason"),
        pytest.param(f"{DONE}CreateScanJob -> ok\nwait 5s\n{BUSY}", [], id="busy with another job"),
        pytest.param(f"{DONE}device 2: {BUSY}", [], id="another device"),
        pytest.param(f"{DONE}wait 5s\n{BUSY}wait 5s\n{BUSY}", [5, 10], id="again and again"),
    ],
)
def test_a_refusal_is_put_beside_the_end_of_the_last_job(text: str, expected: list[int]) -> None:
    assert [e.since_ns // 10**9 for e in said(text) if isinstance(e, RefusedAtRest)] == expected


STATUS = "client B: GetScannerElements Name=wscn:ScannerStatus -> ScannerState"
JOB = "client B: GetJobElements JobId=1 -> JobState"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{DONE}wait 5s\n{STATUS}=Processing\nclose\nwait 1s\n{STATUS}=Idle", 1, id="the scanner's state"),
        pytest.param(f"{DONE}wait 5s\n{JOB}=Processing\nclose\nwait 1s\n{JOB}=Completed", 1, id="the job's state"),
        pytest.param(f"{DONE}wait 5s\nclient B: {BUSY}close\nwait 1s\nclient B: CreateScanJob -> ok", 1, id="a job"),
        pytest.param(f"{DONE}wait 5s\n{STATUS}=Processing\nwait 5s\n{STATUS}=Idle", 0, id="free while it is open"),
        pytest.param(f"{DONE}wait 5s\n{STATUS}=Idle\nclose\nwait 1s\n{STATUS}=Idle", 0, id="never busy"),
        pytest.param(f"{DONE}{STATUS}=Processing\nclose\nwait 1s\n{STATUS}=Idle", 0, id="just finishing"),
        pytest.param(f"{DONE}{STATUS}=Processing\nwait 5s\nclose\n{STATUS}=Idle", 1, id="seen to be busy at first"),
        pytest.param(f"{DONE}{STATUS}=Processing\nwait 11s\nclose\n{STATUS}=Idle", 0, id="seen to be busy long before"),
        pytest.param(
            f"{DONE}wait 5s\n{STATUS}=Processing\nclose\nwait 1s\n{STATUS}=Processing\nwait 1s\n{STATUS}=Idle",
            0,
            id="busy without it, too",
        ),
        pytest.param(
            f"{DONE}wait 5s\n{STATUS}=Processing\nclose\nwait 11s\n{STATUS}=Idle", 0, id="seen to be free much later"
        ),
        pytest.param(
            "CreateScanJob -> JobId=1 JobToken=t\nCancelJob JobId=1 -> ok\nwait 5s\n"
            f"{STATUS}=Processing\nclose\nwait 1s\n{STATUS}=Idle",
            0,
            id="a job that delivered nothing",
        ),
    ],
)
def test_a_connection_holds_a_device_that_is_busy_until_it_closes(text: str, expected: int) -> None:
    assert sum(isinstance(e, JobHeld) for e in said(text)) == expected


def test_devices_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "MAX_DEVICES", 1)
    other = "device 2: CreateScanJob -> ok\ndevice 2: RetrieveImage -> image\n"
    assert [e for e in said(f"{DONE}{other}wait 5s\n{BUSY}") if isinstance(e, RefusedAtRest)] == []
