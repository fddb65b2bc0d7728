"""What a rule says: an `Objection` or `Inconclusive`; and what a person reads: a `Finding` with its evidence.

Theory of operation: a rule yields objections; the checker gives each its code, name, severity and source, folds equal
ones, links consequences to their cause and so makes findings. Text in here comes partly from the capture: every
renderer escapes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.state.model import Exchange, Job


class Severity(StrEnum):
    """How bad: conventions 39."""

    ERROR = "error"
    """a MUST is broken or data is lost"""
    WARNING = "warning"
    """a SHOULD is broken, or interoperability is known to suffer"""
    INFO = "info"
    """worth seeing"""

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANK[self]


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class FaultOf(StrEnum):
    """Whose fault it is."""

    DEVICE = "device"
    CLIENT = "client"
    NETWORK = "network"
    CAPTURE = "capture"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exactly evidence points."""

    BYTE = "byte"
    """`excerpt` and `caret` are the bytes meant"""
    MESSAGE = "message"
    """somewhere in this message"""
    FRAME = "frame"
    """this frame, no message"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line beneath a finding: a place in the capture and what is to be seen there."""

    stamp: Stamp
    role: str
    """`request`, `response`, `event`, `frame`, `absence`"""
    label: str
    """What it is: `CreateScanJobRequest`, `Fault`, `TCP segment` …"""
    detail: str = ""
    """What matters in it: `JobId 1`, `page 1, jfif 637×876`."""
    exchange: Exchange | None = None
    path: str | None = None
    """Element path in the envelope."""
    precision: Precision = Precision.MESSAGE
    excerpt: str | None = None
    """Text of the message around the bytes meant, redacted."""
    caret: tuple[int, int] | None = None
    """Half-open range of characters in `excerpt`."""

    @property
    def arrow(self) -> str:
        """→ to the device, ← from it, a blank otherwise."""
        if self.exchange is None or self.role not in ("request", "response"):
            return " "
        from_client = (self.role == "request") == (self.exchange.toward.value.startswith("client"))
        return "→" if from_client else "←"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One reading of an observed fact, best first."""

    text: str
    seen_on: str
    """The devices on which this meaning was seen."""


@dataclass(slots=True)
class Objection:
    """What a rule yields: the fact; the checker makes a `Finding` of it."""

    message: str
    """Subject, fact, expectation; at most 100 characters, no advice (conventions 41)."""
    evidence: tuple[Evidence, ...]
    """At least one."""
    job: Job | None = None
    severity: Severity | None = None
    """Where it differs from the rule's."""
    fault_of: FaultOf | None = None
    expected: str | None = None
    """What would have been right at that point."""
    interpretations: tuple[Interpretation, ...] = ()
    time_ns: int | None = None
    """When; the last evidence's time by default. A deadline for timers."""
    fold: str | None = None
    """Objections of one rule with equal `fold` are one finding with a count; the message by default."""
    closer: Callable[[], tuple[Evidence, ...]] | None = None
    """Makes evidence that says more than `evidence` does (bytes within a message), about the same exchanges. Called
    only for what will be shown: equal objections to 100,000 messages cost no second look at them."""


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """The capture cannot prove it either way."""

    reason: str


@dataclass(slots=True, eq=False)
class Finding:
    """An objection with its name, place and history: what every renderer shows."""

    id: int
    """1-based, by time."""
    code: str
    name: str
    severity: Severity
    fault_of: FaultOf
    message: str
    evidence: list[Evidence]
    source: str
    time_ns: int
    job: Job | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    expected: str | None = None
    interpretations: tuple[Interpretation, ...] = ()
    caused_by: Finding | None = None
    also_seen: int = 0
    """How many equal ones were folded into this one."""
    waived: str | None = None
    """Why the user set it aside (a baseline, an ignore for this device); None where nobody did."""
    ordinal: int = 0
    """1-based, among the findings of its rule and operation."""

    @property
    def operation(self) -> str | None:
        """Of its first exchange."""
        return self.exchanges[0].operation if self.exchanges else None

    @property
    def fingerprint(self) -> str:
        """Stable between runs and captures: rule, operation, ordinal; never a frame number."""
        import hashlib  # noqa: PLC0415  # takes 4 ms, and a report for people shows none

        words = f"{self.code} {self.operation or '-'} {self.ordinal}"
        return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()[:16]

    @property
    def stamps(self) -> list[Stamp]:
        """Distinct places, in order."""
        return sorted({e.stamp for e in self.evidence}, key=lambda stamp: (stamp.order, stamp.time_ns))

    @property
    def is_cause(self) -> bool:
        """Counts for verdict and exit code: no consequence, and not set aside."""
        return self.caused_by is None and self.waived is None


@dataclass(slots=True)
class Tally:
    """One line of the ledger."""

    fired: int = 0
    passed: int = 0
    inconclusive: int = 0
