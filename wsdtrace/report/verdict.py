"""The verdict in numbers and words: what was found, what was looked at, and what the capture cannot prove."""

from __future__ import annotations

from collections.abc import Sequence

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.dataclass import dataclass
from wsdtrace.report.times import SECOND
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Job

JOB_TIMEOUT_NS = 60 * SECOND
"""How long a job may be quiet (WS-Scan, RetrieveImage: the device ends it 60 s after the last exchange)."""


MAX_SAID = 200
"""Characters of what a client said about a failure."""
MAX_TOLD = 8
"""Failures that are told; all of them stand with their exchanges."""

LEFT_OPEN = "WSD602"
"""The rule that says of a job that the capture ends too early."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of causes; a consequence is counted apart."""

    errors: int
    warnings: int
    infos: int
    consequences: int
    applied: int
    """Rules that had something to judge."""
    inconclusive: int
    """Rules that at least once could not be decided."""


def verdict_of(trace: Trace) -> Verdict:
    """Count a trace."""
    causes = [f.severity for f in trace.findings if f.is_cause]
    tallies = trace.ledger.values()
    return Verdict(
        errors=causes.count(Severity.ERROR),
        warnings=causes.count(Severity.WARNING),
        infos=causes.count(Severity.INFO),
        consequences=len(trace.findings) - len(causes),
        applied=sum(1 for t in tallies if t.fired + t.passed + t.inconclusive),
        inconclusive=sum(1 for t in tallies if t.inconclusive),
    )


def worst(findings: list[Finding]) -> Severity | None:
    """The worst severity among causes."""
    return min((f.severity for f in findings if f.is_cause), key=lambda s: s.rank, default=None)


def end_of(trace: Trace) -> str:
    """What to say of one capture among many."""
    if nothing_to_judge(trace):
        return "without WSD"
    if trace.undecidable:
        return "too damaged to judge"
    found = worst(trace.findings)
    return {Severity.ERROR: "with errors", Severity.WARNING: "with warnings"}.get(found or Severity.INFO, "clean")


def provisos(trace: Trace, told: Sequence[Finding] = ()) -> list[str]:
    """What the capture cannot prove, one sentence each; empty when the verdict stands as it is.

    Args:
        trace: the judged capture.
        told: findings that the reader sees; what they say of a job is not said again.
    """
    known = {id(finding.job) for finding in told if finding.code == LEFT_OPEN}
    still_open = [job for job in trace.jobs if job.outcome is Outcome.OPEN and id(job) not in known]
    notes = [f"{job.label} was still open when the capture ended{_too_early(job, trace)}" for job in still_open]
    if trace.undecidable:
        notes.insert(0, "too much of the capture is missing to judge it: every verdict about it is inconclusive")
    blind = [job.label for job in trace.jobs if job.blind and job.outcome is not Outcome.OPEN]
    if blind and not trace.undecidable:
        notes.append(f"bytes that may concern {_listed(blind)} are missing from the capture")
    notes += [
        f"{exchange.operation or 'a request'} failed for the client, which says: {exchange.client_said[:MAX_SAID]}"
        for exchange in trace.exchanges
        if exchange.client_said is not None
    ][:MAX_TOLD]
    return [*notes, *unread(trace), *trace.notes]


def unread(trace: Trace) -> list[str]:
    """Which frames were not read because of their link type, and why; at most one sentence."""
    links = trace.input.unread_links
    plural = "s" if len(links) > 1 else ""
    return [f"not read: frames of link type{plural} {_listed(links)}, {trace.input.unread_why}"] if links else []


def nothing_to_judge(trace: Trace) -> str | None:
    """Why there is no WSD to judge, or None where there is."""
    if trace.wsd_seen:
        return None
    if trace.input.frames == 0 and trace.input.format.startswith("pcap"):
        return "the capture is empty"
    seen = f"; {_listed(trace.other_protocols)} seen instead" if trace.other_protocols else ""
    if trace.encrypted_seen:
        return f"no readable WSD traffic: what may be WSD is encrypted{seen}"
    seen += "".join(f"; {sentence}" for sentence in unread(trace))
    return f"no WSD traffic{seen}"


def _too_early(job: Job, trace: Trace) -> str:
    if job.last_activity is None or trace.input.end_ns is None:
        return ""
    missing = job.last_activity.time_ns + JOB_TIMEOUT_NS - trace.input.end_ns
    return f" ({max(-(-missing // SECOND), 1)} s too early to say more)" if missing > 0 else ""


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
