"""The tables of the job automaton are total, closed and agree with each other."""

from __future__ import annotations

import pytest

from wsdtrace.state.machine import END_OF_FAULT, FINAL_OUTCOME, NEXT_STATES, can_become, is_known
from wsdtrace.wsd.values import JobState


def test_every_state_of_the_vocabulary_has_a_row() -> None:
    assert {str(s) for s in JobState} == {s for s in NEXT_STATES if s is not None}


def test_every_next_state_has_a_row() -> None:
    assert set().union(*NEXT_STATES.values()) <= {s for s in NEXT_STATES if s is not None}


def test_final_states_lead_nowhere() -> None:
    assert {s for s, after in NEXT_STATES.items() if not after} == set(FINAL_OUTCOME)


@pytest.mark.parametrize(
    ("before", "after", "possible"),
    [
        pytest.param("Pending", "Completed", True, id="over Processing"),
        pytest.param("Processing", "Pending", True, id="over ProcessingStopped"),
        pytest.param("Processing", "Processing", True, id="stays"),
        pytest.param("Processing", "Started", False, id="never starts again"),
        pytest.param("Terminating", "Completed", False, id="terminating never completes"),
        pytest.param("Completed", "Processing", False, id="final"),
    ],
)
def test_paths_between_states(before: str, after: str, possible: bool) -> None:
    assert can_become(before, after) is possible


def test_a_vendors_state_is_not_known() -> None:
    assert not is_known("acme:Warming")
    assert is_known("Pending-Held")


def test_faults_that_end_a_job_are_of_the_table() -> None:
    assert "ClientErrorNoImagesAvailable" in END_OF_FAULT
    assert "ClientErrorInvalidJobToken" not in END_OF_FAULT
