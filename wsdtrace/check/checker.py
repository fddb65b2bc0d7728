"""Events → findings and ledger. No I/O, no clock, no opinion of its own; the same object live and in batch.

Theory of operation: every event goes to the rules registered for its type (see `docket`). A rule whose precondition
holds has a subject; if the capture lacks what the rule needs, the subject is inconclusive, else the rule runs and the
subject has fired (it objected), is inconclusive (it said so) or has passed. Rules that were silent about an event that
is alike are not asked again: the subject has passed (see `precedents`). Equal objections fold into one finding as they
come; numbers, causes and ordinals are given at the end, over all findings, since a cause may be seen after its
consequence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from wsdtrace.check.causes import link
from wsdtrace.check.docket import Leg, Panel, dockets_of, leg_of
from wsdtrace.check.finding import Evidence, FaultOf, Finding, Inconclusive, Objection, Tally
from wsdtrace.check.hearing import Hearing
from wsdtrace.check.rule import Rule, Verdict, all_rules
from wsdtrace.check.sight import Sight
from wsdtrace.state.events import Event
from wsdtrace.state.model import Exchange, Job

MAX_EVIDENCE = 8
"""Places kept for one finding: what a reader takes in; further equal ones are counted."""


class Checker:
    """Runs a selection of rules over events."""

    def __init__(self, rules: Iterable[Rule] | None = None) -> None:
        chosen = tuple(all_rules() if rules is None else rules)
        self._ledger = {rule.code: Tally() for rule in chosen}
        self._dockets = dockets_of(chosen)
        self._hearings: dict[type[Event], Hearing | None] = {}
        self._legs: dict[tuple[type[Event], Leg], Hearing | None] = {}
        self.findings: list[Finding] = []
        self._broken: dict[str, str] = {}
        self._folds: dict[tuple[str, str, str, int], Finding] = {}

    @property
    def ledger(self) -> dict[str, Tally]:
        """What came of each rule's subjects so far, by code."""
        for hearing in (*self._hearings.values(), *self._legs.values()):
            if hearing is not None:
                hearing.settle(self._ledger)
        return self._ledger

    def _open(self, kind: type[Event], leg: Leg) -> Hearing | None:
        docket = self._dockets.of(kind, leg)
        return None if docket is None else Hearing(docket)

    def _of_leg(self, kind: type[Event], leg: Leg) -> Hearing | None:
        """Who hears an event about what a proxy forwarded."""
        if (kind, leg) not in self._legs:
            self._legs[kind, leg] = self._open(kind, leg)
        return self._legs[kind, leg]

    def feed(self, event: Event) -> Sequence[Finding]:
        """Judge one event; the findings that are new with it."""
        kind = type(event)
        try:
            hearing = self._hearings[kind]
        except KeyError:
            hearing = self._hearings[kind] = self._open(kind, Leg.NONE)
        if hearing is None:
            return ()
        if hearing.all is not None:
            groups, clear = hearing.all, False
        else:
            exchange = event.exchange  # type: ignore[attr-defined]  # events about messages have one
            if exchange.copied_by is not None or exchange.copy_of is not None:
                hearing = self._of_leg(kind, leg_of(exchange))
                if hearing is None:
                    return ()
            groups, clear = hearing.asked(event)
        new: list[Finding] = []
        sight: Sight | None = None
        for group in groups:
            try:
                if group.when is not None and not group.when(event):
                    continue
            except Exception as error:  # a broken rule must not take the others' findings along
                self._break(group.panels, error)
                continue
            for panel in group.panels:
                try:
                    if panel.needs and not clear:
                        if sight is None:
                            sight = Sight(event)
                            clear = not sight.lacks(hearing.docket.needs)
                        if not clear and sight.lacks(panel.needs):
                            hearing.inconclusive[panel.number] += 1
                            continue
                    if panel.trace_of is not None and not panel.trace_of(event):
                        hearing.passed[panel.number] += 1
                        continue
                except Exception as error:  # as above
                    self._break([panel], error)
                    continue
                for rule in panel.rules:
                    try:
                        verdicts = rule.check(event)
                        first = next(verdicts, None)
                        if first is None:
                            self._ledger[rule.code].passed += 1
                        else:
                            self._heard(rule, event, first, verdicts, new)
                    except Exception as error:  # as above
                        self._breaks(rule, error)
        return new

    def _break(self, panels: Iterable[Panel], error: Exception) -> None:
        for panel in panels:
            for rule in panel.rules:
                self._breaks(rule, error)

    def _breaks(self, rule: Rule, error: Exception) -> None:
        self._broken.setdefault(rule.code, f"{rule.code}: {type(error).__name__}: {error}")

    def _heard(self, rule: Rule, event: Event, first: Verdict, others: Iterator[Verdict], new: list[Finding]) -> None:
        """A rule has something to say."""
        fired = False
        verdict: Verdict | None = first
        while verdict is not None:
            if not isinstance(verdict, Inconclusive):
                fired = True
                finding = self._fold(rule, verdict, event)
                if finding is not None:
                    new.append(finding)
            verdict = next(others, None)
        tally = self._ledger[rule.code]
        if fired:
            tally.fired += 1
        else:
            tally.inconclusive += 1

    def _fold(self, rule: Rule, objection: Objection, event: Event) -> Finding | None:
        exchanges = list(dict.fromkeys(e.exchange for e in objection.evidence if e.exchange is not None))
        key = (
            rule.code,
            objection.fold or objection.message,
            _subject(objection, objection.fault_of or rule.fault_of, exchanges),
            id(objection.job),
        )
        known = self._folds.get(key)
        if known is not None:
            known.also_seen += 1
            room = max(MAX_EVIDENCE - len(known.evidence), 0)
            if room:
                known.evidence.extend(_evidence(objection)[:room])
                known.exchanges.extend(x for x in exchanges[:room] if x not in known.exchanges)
            return None
        finding = Finding(
            id=len(self.findings) + 1,
            code=rule.code,
            name=rule.name,
            severity=objection.severity or rule.severity,
            fault_of=objection.fault_of or rule.fault_of,
            message=objection.message,
            evidence=list(_evidence(objection)),
            source=rule.source,
            time_ns=objection.evidence[-1].stamp.time_ns if objection.time_ns is None else objection.time_ns,
            job=objection.job or _job_of(event, exchanges),
            exchanges=exchanges,
            expected=objection.expected,
            interpretations=objection.interpretations,
        )
        self._folds[key] = finding
        self.findings.append(finding)
        return finding

    @property
    def internal_errors(self) -> list[str]:
        """Rules that raised, each with what it raised first."""
        return list(self._broken.values())

    def close(self) -> list[Finding]:
        """Number the findings by time, link consequences to causes and count those of a rule."""
        self.findings.sort(key=lambda f: (f.time_ns, f.stamps[0].order if f.evidence else (0, 0), f.code, f.message))
        link(self.findings)
        ordinals: Counter[tuple[str, str | None]] = Counter()
        for number, finding in enumerate(self.findings, start=1):
            finding.id = number
            ordinals[finding.code, finding.operation] += 1
            finding.ordinal = ordinals[finding.code, finding.operation]
        return self.findings


def _evidence(objection: Objection) -> tuple[Evidence, ...]:
    return objection.evidence if objection.closer is None else objection.closer()


def _subject(objection: Objection, fault_of: FaultOf, exchanges: list[Exchange]) -> str:
    """Findings about different peers or operations are never folded; a device's fault is one for all its clients."""
    if objection.job is not None or not exchanges:
        return ""
    exchange = exchanges[0]
    device = exchange.device.root.id if exchange.device else 0
    client = exchange.client.id if exchange.client and fault_of is not FaultOf.DEVICE else 0
    return f"{device}/{client}/{exchange.operation}"


def _job_of(event: Event, exchanges: list[Exchange]) -> Job | None:
    job = getattr(event, "job", None)
    if isinstance(job, Job):
        return job
    return next((x.job for x in exchanges if x.job is not None), None)
