"""Events → findings and ledger. No I/O, no clock, no opinion of its own; the same object live and in batch.

Theory of operation: every event goes to the rules registered for its type. A rule whose precondition holds has a
subject; if the capture lacks what the rule needs, the subject is inconclusive, else the rule runs and the subject has
fired (it objected), is inconclusive (it said so) or has passed. Equal objections fold into one finding as they come;
numbers, causes and ordinals are given at the end, over all findings, since a cause may be seen after its
consequence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from wsdtrace.check.causes import link
from wsdtrace.check.finding import Evidence, FaultOf, Finding, Inconclusive, Objection, Tally
from wsdtrace.check.rule import Rule, all_rules
from wsdtrace.check.sight import Sight
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.model import Exchange, Job

MAX_EVIDENCE = 8
"""Places kept for one finding: what a reader takes in; further equal ones are counted."""

_Group = tuple[Callable[[Event], bool], list[tuple[Rule, Tally]]]
"""A precondition, and the rules that have it."""


class Checker:
    """Runs a selection of rules over events."""

    def __init__(self, rules: Iterable[Rule] | None = None) -> None:
        self._rules = list(all_rules() if rules is None else rules)
        self.ledger = {rule.code: Tally() for rule in self._rules}
        self._by_type = self._sorted()
        self.findings: list[Finding] = []
        self._broken: dict[str, str] = {}
        self._folds: dict[tuple[str, str, str, int], Finding] = {}

    def _sorted(self) -> dict[type[Event], list[_Group]]:
        """Rules by the type of event that they hear; those with one precondition stand together and ask it once."""
        groups: dict[type[Event], dict[Callable[[Event], bool], list[tuple[Rule, Tally]]]] = {}
        for rule in self._rules:
            for kind in rule.on:
                groups.setdefault(kind, {}).setdefault(rule.when, []).append((rule, self.ledger[rule.code]))
        return {kind: list(by_when.items()) for kind, by_when in groups.items()}

    def feed(self, event: Event) -> list[Finding]:
        """Judge one event; the findings that are new with it."""
        new: list[Finding] = []
        unconcerned = _unconcerned(event)
        sight = Sight(event)
        for when, rules in self._by_type.get(type(event), ()):
            try:
                if not when(event):
                    continue
            except Exception as error:  # a broken rule must not take the others' findings along
                for rule, _ in rules:
                    self._breaks(rule, error)
                continue
            for rule, tally in rules:
                if unconcerned is not None and unconcerned(rule):
                    continue
                try:
                    self._judge(rule, tally, event, sight, new)
                except Exception as error:  # as above
                    self._breaks(rule, error)
        return new

    def _breaks(self, rule: Rule, error: Exception) -> None:
        self._broken.setdefault(rule.code, f"{rule.code}: {type(error).__name__}: {error}")

    def _judge(self, rule: Rule, tally: Tally, event: Event, sight: Sight, new: list[Finding]) -> None:
        if rule.needs and sight.lacks(rule.needs):
            tally.inconclusive += 1
            return
        if rule.trace_of is not None and not rule.trace_of(event):
            tally.passed += 1
            return
        fired = inconclusive = False
        for verdict in rule.check(event):
            if isinstance(verdict, Inconclusive):
                inconclusive = True
                continue
            fired = True
            finding = self._fold(rule, verdict, event)
            if finding is not None:
                new.append(finding)
        if fired:
            tally.fired += 1
        elif inconclusive:
            tally.inconclusive += 1
        else:
            tally.passed += 1

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


def _unconcerned(event: Event) -> Callable[[Rule], bool] | None:
    """Which rules do not judge this leg; None where there is one. Where a proxy forwarded an exchange, rules about the
    client judge the outer leg and rules about the device the inner."""
    if not isinstance(event, MessageSeen | ExchangeEnded):
        return None
    if event.exchange.copied_by is not None:
        return lambda rule: rule.fault_of is FaultOf.DEVICE
    if event.exchange.copy_of is not None:
        return lambda rule: rule.fault_of is not FaultOf.DEVICE
    return None


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
