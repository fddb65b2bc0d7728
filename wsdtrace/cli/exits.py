"""Exit codes: one for each input, and the one that a run over several inputs ends with."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsdtrace.report.trace import Trace


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    """nothing at or above `--fail-on`"""
    FINDINGS = 1
    USAGE = 2
    """usage, configuration, output not writable"""
    UNREADABLE = 3
    """an input cannot be read, or is no capture"""
    DAMAGED = 4
    """too damaged to judge"""
    NO_WSD = 5
    """no WSD traffic, or encrypted traffic only"""
    INTERNAL = 70
    """a mistake of ours (sysexits.h EX_SOFTWARE)"""
    INTERRUPTED = 130
    """128 + SIGINT"""


PRECEDENCE = (
    Exit.INTERRUPTED,
    Exit.INTERNAL,
    Exit.USAGE,
    Exit.UNREADABLE,
    Exit.FINDINGS,
    Exit.DAMAGED,
    Exit.NO_WSD,
    Exit.OK,
)
"""Worst first; no order of the numbers."""

FAIL_ON = {"error": 0, "warning": 1, "never": -1}
"""`--fail-on`: the highest rank of severity that fails."""


def worst(codes: Iterable[Exit]) -> Exit:
    """The code of a run over several inputs."""
    return min(codes, key=PRECEDENCE.index, default=Exit.OK)


def exit_of(trace: Trace, *, fail_on: str = "error", allow_empty: bool = False, allow_gaps: bool = False) -> Exit:
    """The code of one input. Causes count, consequences do not.

    Args:
        trace: the judged input.
        fail_on: a key of `FAIL_ON`.
        allow_empty: no WSD traffic is fine.
        allow_gaps: a capture too damaged to judge is fine.
    """
    codes = [Exit.OK]
    if trace.internal_errors:
        codes.append(Exit.INTERNAL)
    if any(f.is_cause and f.severity.rank <= FAIL_ON[fail_on] for f in trace.findings):
        codes.append(Exit.FINDINGS)
    if trace.undecidable and not allow_gaps:
        codes.append(Exit.DAMAGED)
    if not trace.wsd_seen and not allow_empty:
        codes.append(Exit.NO_WSD)
    return worst(codes)
