"""Which rules hear an event, so that most of them need not be asked one by one.

Theory of operation: most events are in order, and most rules have nothing to say to them. So the rules of a type of
event are sorted once: those with one precondition stand together and ask it once, and of these those that need to see
the same and look for the same trace are a *panel*, about which one look decides and one number counts. Rules that say
what an event has to hold (`of`) are not asked about any other; which remain is found once for each kind of contents.
Where a proxy forwarded an exchange, rules about the client judge the outer leg and rules about the device the inner:
each leg has a docket of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any

from wsdtrace.check.finding import FaultOf, Tally
from wsdtrace.check.rule import Need, Rule
from wsdtrace.dataclass import dataclass
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.held import HOLDERS, Held

When = Callable[[Any], bool]
"""A precondition, or a trace."""


@dataclass(slots=True)
class Panel:
    """Rules that ask the same of an event."""

    needs: tuple[Need, ...]
    trace_of: When | None
    rules: list[tuple[Rule, Tally]] = field(default_factory=list)
    passed: int = 0
    """Subjects that passed all of them unseen, since they were last settled."""
    inconclusive: int = 0
    """Subjects of which the capture lacks what they need, since they were last settled."""

    def settle(self) -> None:
        """Write what came of the panel into the tallies of its rules."""
        for _, tally in self.rules:
            tally.passed += self.passed
            tally.inconclusive += self.inconclusive
        self.passed = self.inconclusive = 0


@dataclass(slots=True)
class Group:
    """Panels with one precondition."""

    when: When
    of: tuple[type, ...]
    """An event that holds none of these has no subject; empty: whatever it holds."""
    panels: list[Panel]


@dataclass(slots=True)
class Docket:
    """The rules that hear one type of event, by precondition."""

    groups: list[Group]
    needs: tuple[Need, ...]
    """What any of them needs: an event that has it all is clear for each."""
    _of: dict[Held, list[Group]] = field(default_factory=dict)

    def of(self, held: Held) -> list[Group]:
        """The groups to be asked about an event that holds this."""
        known = self._of.get(held)
        if known is None:
            known = self._of[held] = [g for g in self.groups if not g.of or any(issubclass(h, g.of) for h in held)]
        return known


@dataclass(slots=True)
class Dockets:
    """By type of event; `outer` and `inner` for the legs of an exchange that a proxy forwarded."""

    plain: Mapping[type[Event], Docket]
    outer: Mapping[type[Event], Docket]
    inner: Mapping[type[Event], Docket]

    def of(self, event: Event) -> Docket | None:
        """The docket for an event; None when no rule hears it."""
        kind = type(event)
        if kind is MessageSeen or kind is ExchangeEnded:
            exchange = event.exchange  # type: ignore[attr-defined]  # both have one
            if exchange.copied_by is not None:
                return self.outer.get(kind)
            if exchange.copy_of is not None:
                return self.inner.get(kind)
        return self.plain.get(kind)

    def settle(self) -> None:
        """Write all that was counted into the tallies."""
        for by_type in (self.plain, self.outer, self.inner):
            for docket in by_type.values():
                for group in docket.groups:
                    for panel in group.panels:
                        panel.settle()


def make_dockets(rules: Iterable[Rule], ledger: Mapping[str, Tally]) -> Dockets:
    """Sort the rules, whose tallies stand in `ledger` by code."""
    every = list(rules)
    about_device = [rule for rule in every if rule.fault_of is FaultOf.DEVICE]
    others = [rule for rule in every if rule.fault_of is not FaultOf.DEVICE]
    return Dockets(*(_by_type(some, ledger) for some in (every, others, about_device)))


def _by_type(rules: Iterable[Rule], ledger: Mapping[str, Tally]) -> dict[type[Event], Docket]:
    groups: dict[type[Event], dict[object, Group]] = {}
    for rule in rules:
        for kind in rule.on:
            of = rule.of if kind in HOLDERS else ()
            group = groups.setdefault(kind, {}).setdefault((rule.when, of), Group(rule.when, of, []))
            panel = next((p for p in group.panels if (p.needs, p.trace_of) == (rule.needs, rule.trace_of)), None)
            if panel is None:
                panel = Panel(rule.needs, rule.trace_of)
                group.panels.append(panel)
            panel.rules.append((rule, ledger[rule.code]))
    return {kind: _docket(list(by_when.values())) for kind, by_when in groups.items()}


def _docket(groups: list[Group]) -> Docket:
    needs = (need for group in groups for panel in group.panels for need in panel.needs)
    return Docket(groups, tuple(dict.fromkeys(needs)))
