"""Which findings are consequences of which: one fact, one finding.

A consequence stays in the report, beneath its cause, and counts neither for the verdict nor for the exit code. A row
says: findings with this code are caused by the earliest finding with one of those codes that concerns the same exchange
(or the same job, or the same connection's exchanges).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from wsdtrace.check.finding import Finding
from wsdtrace.dataclass import dataclass


class Bond(StrEnum):
    """What cause and consequence have in common."""

    EXCHANGE = "the same exchange"
    JOB = "the same job"


@dataclass(frozen=True, slots=True)
class Cause:
    """A row of the table."""

    codes: tuple[str, ...]
    bond: Bond


_BROKEN_ANSWER = (
    "WSD101",
    "WSD102",
    "WSD103",
    "WSD104",
    "WSD106",
    "WSD201",
    "WSD203",
    "WSD204",
    "WSD220",
    "WSD222",
    "WSD328",
)

CAUSES: dict[str, tuple[Cause, ...]] = {
    # A client that cannot read the answer leaves the job, and what it then asks comes late or never.
    "WSD601": (Cause((*_BROKEN_ANSWER, "WSD223", "WSD711", "WSD710"), Bond.JOB), Cause(("WSD603", "WSD604"), Bond.JOB)),
    "WSD602": (Cause(_BROKEN_ANSWER, Bond.JOB),),
    "WSD106": (Cause(("WSD101", "WSD102"), Bond.EXCHANGE),),
    "WSD105": (Cause(("WSD201", "WSD203"), Bond.EXCHANGE),),
    "WSD222": (Cause(("WSD102", "WSD220"), Bond.EXCHANGE),),
    "WSD223": (Cause(("WSD102", "WSD220", "WSD222"), Bond.EXCHANGE),),
    "WSD711": (Cause(("WSD102", "WSD222"), Bond.EXCHANGE),),
    "WSD305": (Cause(("WSD204", "WSD205", "WSD206"), Bond.EXCHANGE),),
    # A fault whose prefix is unbound has no subcode that could be looked up.
    "WSD322": (Cause(("WSD202",), Bond.EXCHANGE),),
    "WSD320": (Cause(("WSD201", "WSD202", "WSD204"), Bond.EXCHANGE),),
    "WSD304": (Cause(("WSD206",), Bond.EXCHANGE),),
    # The first of several addresses is dead because it is.
    "WSD405": (Cause(("WSD108",), Bond.EXCHANGE),),
    # No part has the name that the Include gives, so no Include has the name of the part.
    "WSD224": (Cause(("WSD223",), Bond.EXCHANGE),),
    "WSD713": (Cause(("WSD102", "WSD220", "WSD221", "WSD222", "WSD223", "WSD225"), Bond.EXCHANGE),),
    "WSD712": (Cause(("WSD710", "WSD711"), Bond.EXCHANGE),),
    # The device does not enforce what the client broke.
    "WSD605": (Cause(("WSD603", "WSD604"), Bond.JOB),),
    "WSD625": (Cause(("WSD601", "WSD602"), Bond.JOB),),
    # A Probe whose answer came late, went astray or is a fault has no answer in time.
    "WSD401": (Cause(("WSD101", "WSD402", "WSD403", "WSD413"), Bond.EXCHANGE),),
    # What is wrong with the answer to a notification is that it was not delivered.
    **{code: (Cause(("WSD507",), Bond.EXCHANGE),) for code in ("WSD101", "WSD103", "WSD328")},
    # A press whose job lacks the identifier, or was refused for its token, is answered wrongly.
    "WSD508": (Cause(("WSD511", "WSD510"), Bond.EXCHANGE),),
    # The device denies a job because of the pair that was sent, or because its time was over.
    "WSD608": (Cause(("WSD610",), Bond.EXCHANGE), Cause(("WSD603", "WSD604"), Bond.JOB)),
}


def link(findings: Iterable[Finding]) -> None:
    """Set `caused_by` on every consequence. Chains are followed to their first cause; there are no cycles."""
    by_code: dict[str, list[Finding]] = {}
    ordered = list(findings)
    for finding in ordered:
        by_code.setdefault(finding.code, []).append(finding)
    for finding in ordered:
        cause = _cause_of(finding, by_code)
        if cause is not None:
            finding.caused_by = cause
    for finding in ordered:
        root = finding.caused_by
        seen = {id(finding)}
        while root is not None and root.caused_by is not None and id(root) not in seen:
            seen.add(id(root))
            root = root.caused_by
        finding.caused_by = root


def _cause_of(finding: Finding, by_code: dict[str, list[Finding]]) -> Finding | None:
    for row in CAUSES.get(finding.code, ()):
        for code in row.codes:
            for candidate in by_code.get(code, ()):
                if candidate is not finding and _bound(candidate, finding, row.bond):
                    return candidate
    return None


def _bound(cause: Finding, effect: Finding, bond: Bond) -> bool:
    if bond is Bond.JOB:
        if effect.job is None:
            return False
        return cause.job is effect.job or any(x.job is effect.job for x in cause.exchanges)
    return any(x in effect.exchanges for x in cause.exchanges)
