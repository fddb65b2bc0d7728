"""Tables of the scan job's automaton: which states there are, how they follow each other, what ends a job.

Sources: jobstate.md, jobcompletedstate.md, figure 13 of WSD Scan Service Definition 1.0 (rows J06–J11); where they
disagree every spelling is accepted (doc-defects D5): `Held` and `Pending-Held`, `Creating`, `ProcessingStopped`.
"""

from __future__ import annotations

from wsdtrace.state.joblife import JobEnd, Outcome

FINAL_OUTCOME: dict[str, Outcome] = {
    "Aborted": Outcome.ABORTED,
    "Canceled": Outcome.CANCELED,
    "Completed": Outcome.COMPLETED,
}
"""Final states (activejobs.md, jobendstateevent.md) and what they mean for the job."""

END_OF_FAULT: dict[str, JobEnd] = {
    "ClientErrorNoImagesAvailable": JobEnd.NO_IMAGES,
    "ClientErrorJobIdNotFound": JobEnd.DENIED,
    "ClientErrorJobCanceled": JobEnd.CANCEL,
    "ClientErrorJobCancelled": JobEnd.CANCEL,
}
"""Faults to RetrieveImage that end the job for its client (retrieveimagerequest.md; doc-defects D8 for the two
spellings)."""

NEXT_STATES: dict[str | None, frozenset[str]] = {
    None: frozenset(
        {
            "Started",
            "Creating",
            "Pending",
            "Held",
            "Pending-Held",
            "Processing",
            "ProcessingStopped",
            "Terminating",
            "Aborted",
            "Canceled",
            "Completed",
        }
    ),
    "Started": frozenset({"Creating", "Pending", "Terminating"}),
    "Creating": frozenset({"Started", "Pending", "Terminating"}),
    "Pending": frozenset({"Processing", "Held", "Pending-Held", "Terminating"}),
    "Held": frozenset({"Processing", "Pending", "Terminating"}),
    "Pending-Held": frozenset({"Processing", "Pending", "Terminating"}),
    "Processing": frozenset({"ProcessingStopped", "Completed", "Terminating"}),
    "ProcessingStopped": frozenset({"Pending", "Processing", "Terminating"}),
    "Terminating": frozenset({"Aborted", "Canceled"}),
    "Aborted": frozenset(),
    "Canceled": frozenset(),
    "Completed": frozenset(),
}
"""State → states that may follow directly; None is *not seen yet*. Every state has a row, final ones an empty one."""


def can_become(before: str, after: str) -> bool:
    """There is a path between two states of the table, over any number of states that were not seen; a state's own is
    one."""
    reached, front = {before}, {before}
    while front:
        front = set().union(*(NEXT_STATES.get(state, frozenset()) for state in front)) - reached
        reached |= front
    return after in reached


def is_known(state: str) -> bool:
    """The table has this state; a vendor's own has no row."""
    return state in NEXT_STATES
