"""WSD606, WSD617–623, WSD628–629: states contradict each other only where their order is certain."""

from __future__ import annotations

import pytest

from wsdtrace import scenario

ADF = "CreateScanJob source=ADF -> JobId=1 JobToken=t\n"
MINE = {"WSD606", "WSD617", "WSD618", "WSD619", "WSD620", "WSD621", "WSD622", "WSD623", "WSD628", "WSD629"}


def asked(*states: str) -> str:
    return ADF + "".join(f"GetJobElements JobId=1 -> state={state}\n" for state in states)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(asked("Pending", "Processing", "Completed"), set(), id="as it should be"),
        pytest.param(asked("Pending", "Completed"), set(), id="a state that was not seen"),
        pytest.param(asked("Processing", "Pending"), set(), id="stopped in between"),
        pytest.param(asked("Terminating", "Processing"), {"WSD617"}, id="no way back"),
        pytest.param(asked("Completed", "Completed"), set(), id="final twice"),
        pytest.param(asked("Completed", "Aborted"), {"WSD618"}, id="another final state"),
        pytest.param(asked("acme:Warming", "Started"), set(), id="a vendor's state may lead anywhere"),
        pytest.param(asked("Processing reason=JobScanning"), set(), id="scanning while processing"),
        pytest.param(asked("Pending reason=JobScanning"), {"WSD619"}, id="scanning while pending"),
        pytest.param(asked("Completed reason=JobTimedOut"), {"WSD619"}, id="completed by a time-out"),
        pytest.param(ADF + "wait 63s\nGetJobElements JobId=1 -> state=Processing", set(), id="a little grace"),
        pytest.param(ADF + "wait 70s\nGetJobElements JobId=1 -> state=Processing", {"WSD606"}, id="not aborted"),
        pytest.param(
            ADF + "CancelJob JobId=1 -> ok\nGetJobElements JobId=1 -> state=Terminating",
            set(),
            id="ending after a cancel",
        ),
    ],
)
def test_what_states_say(text: str, codes: set[str]) -> None:
    assert {f.code for f in scenario.check(text).findings} & MINE == codes
