"""The colours of the figures and of the HTML report: mid-tones that are told apart on white and on black.

A code host strips styles, a notebook has a theme that a figure does not know. So figures are drawn in `currentColor`,
which is the text's, and in these hues, each of which has a contrast of at least 3:1 (WCAG 2.2, 1.4.11) against white
and against the dark backgrounds in use (`#0d1117`, `#111111`). No colour carries a meaning alone: a letter, a word or
a shape stands beside it.
"""

from __future__ import annotations

from wsdtrace.check.finding import Severity

SLATE = "#7a828e"
BLUE = "#3d7fe0"
GREEN = "#2a9648"
AMBER = "#b5780f"
RED = "#dd4444"
VIOLET = "#9a63e8"
TEAL = "#1793a0"

SEVERITIES = {Severity.ERROR: "#d04040", Severity.WARNING: "#9f6a0d", Severity.INFO: "#3874cc"}
"""A little darker: a white letter on them has the contrast of text, 4.5:1 (WCAG 2.2, 1.4.3)."""

STATES = {
    "created": SLATE,
    "Created": SLATE,
    "Pending": SLATE,
    "Creating": SLATE,
    "Started": BLUE,
    "Processing": BLUE,
    "Canceled": AMBER,
    "canceled": AMBER,
    "Terminating": AMBER,
    "Aborted": RED,
    "aborted": RED,
    "orphaned": RED,
    "Completed": GREEN,
    "completed": GREEN,
}
"""By job state (WS-Scan, JobState) or our word for what followed from the messages."""


def state_color(state: str) -> str:
    """The colour of a job's state; a page on its way is part of processing."""
    return STATES.get(state, BLUE if state.startswith("page ") else SLATE)
