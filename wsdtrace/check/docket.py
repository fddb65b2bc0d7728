"""Which rules hear an event, so that most of them need not be asked one by one.

Theory of operation: most events are in order, and most rules have nothing to say to them. So the rules of a type of
event are sorted once: those with one precondition stand together and ask it once, and of these those that need to see
the same and look for the same trace are a *panel*, about which one look decides and one number counts. Rules that say
what an event has to hold (`of`) are not asked about any other; which remain is found once for each kind of contents.
Of events that are alike most rules are asked once: see `precedents`. Where a proxy forwarded an exchange, rules about
the client judge the outer leg and rules about the device the inner: each leg has a docket of its own.

What is sorted depends on the rules alone, so that all checkers with the same rules share it; what they count is theirs
(`hearing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from wsdtrace.check.finding import FaultOf
from wsdtrace.check.precedents import KEYS, MAX_PRECEDENTS, Key
from wsdtrace.check.rule import Alike, Need, Rule, always
from wsdtrace.check.sight import Sight
from wsdtrace.dataclass import dataclass
from wsdtrace.state.events import Event
from wsdtrace.state.held import HOLDERS, Held, held_by
from wsdtrace.state.model import Exchange

When = Callable[[Any], bool]
"""A precondition, or a trace."""

MAX_DOCKETS = 16
"""Selections of rules that are kept sorted: a run has one, a notebook some."""


@dataclass(slots=True, eq=False)
class Panel:
    """Rules that ask the same of an event."""

    number: int
    """0-based, among the panels of its docket."""
    needs: tuple[Need, ...]
    trace_of: When | None
    alike: Alike
    rules: list[Rule] = field(default_factory=list)

    def is_silent(self, event: Event) -> bool:
        """It has nothing to say to the event, nor to any that is alike."""
        if self.alike not in (Alike.TRACE, Alike.VERDICT):
            return False
        if self.trace_of is not None and not self.trace_of(event):
            return True
        return self.alike is Alike.VERDICT and all(next(rule.check(event), None) is None for rule in self.rules)


@dataclass(slots=True, eq=False)
class Group:
    """Panels with one precondition."""

    when: When | None
    """None: it is known to hold."""
    of: tuple[type, ...] = ()
    """An event that holds none of these has no subject; empty: whatever it holds."""
    panels: list[Panel] = field(default_factory=list)

    @property
    def is_alike(self) -> bool:
        """The precondition is the same for events that are alike; for one of its rules is for all."""
        return any(panel.alike is not Alike.NOTHING for panel in self.panels)


@dataclass(frozen=True, slots=True, eq=False)
class Precedent:
    """What holds for all events with one key."""

    groups: Sequence[Group]
    """Those that have to be asked about each of them."""
    passed: Sequence[Panel]
    """Those of which each is a subject that passes."""


class Docket:
    """The rules that hear one type of event, by precondition."""

    def __init__(self, kind: type[Event], rules: Iterable[Rule]) -> None:
        self.is_about_messages = kind in HOLDERS
        groups: dict[object, Group] = {}
        panels: dict[object, Panel] = {}
        for rule in rules:
            of = rule.of if self.is_about_messages else ()
            when = None if rule.when is always else rule.when
            group = groups.setdefault((when, of), Group(when, of))
            same = (when, of, rule.needs, rule.trace_of, rule.alike)
            panel = panels.get(same)
            if panel is None:
                panel = panels[same] = Panel(len(panels), rule.needs, rule.trace_of, rule.alike)
                group.panels.append(panel)
            panel.rules.append(rule)
        self.groups = list(groups.values())
        self.panels = list(panels.values())
        self.needs = tuple(dict.fromkeys(need for panel in self.panels for need in panel.needs))
        """What any of them needs: an event that has it all is clear for each."""
        self.key_of = KEYS.get(kind) if any(group.is_alike for group in self.groups) else None
        """What is equal for events that are alike; None where no rule says that it is the same for them."""
        self._precedents: dict[Key, Precedent] = {}
        self._of: dict[Held, list[Group]] = {(): self.groups}

    def of(self, held: Held) -> list[Group]:
        """The groups to be asked about an event that holds this."""
        known = self._of.get(held)
        if known is None:
            known = self._of[held] = [g for g in self.groups if not g.of or any(issubclass(h, g.of) for h in held)]
        return known

    def precedent(self, event: Event, key: Key) -> Precedent | None:
        """What holds for events with this key, which the event has; None where each rule is to be asked."""
        known = self._precedents.get(key)
        if known is None and not Sight(event).lacks(self.needs):  # what is to be seen follows from the key, too
            if len(self._precedents) >= MAX_PRECEDENTS:
                self._precedents.clear()
            known = self._precedents[key] = self._examine(event)
        return known

    def _examine(self, event: Event) -> Precedent:
        """Ask the rules that say that they are alike; nothing is counted."""
        groups: list[Group] = []
        passed: list[Panel] = []
        for group in self.of(held_by(event)):
            if not group.is_alike:
                groups.append(group)
                continue
            try:
                if group.when is not None and not group.when(event):
                    continue
                silent = [panel for panel in group.panels if panel.is_silent(event)]
            except Exception:  # whoever asks again tells of it
                groups.append(group)
                continue
            passed.extend(silent)
            if len(silent) < len(group.panels):
                groups.append(Group(None, group.of, [panel for panel in group.panels if panel not in silent]))
        return Precedent(groups, passed)


class Leg(StrEnum):
    """What an exchange is to a proxy that forwards it."""

    NONE = "not forwarded"
    OUTER = "from the client to the proxy"
    INNER = "from the proxy to the device"


def leg_of(exchange: Exchange) -> Leg:
    """Which leg an exchange is."""
    if exchange.copied_by is not None:
        return Leg.OUTER
    return Leg.NONE if exchange.copy_of is None else Leg.INNER


class Dockets:
    """The dockets of some rules, each made when its first event comes."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[type[Event], list[Rule]] = {}
        for rule in rules:
            for kind in rule.on:
                self._rules.setdefault(kind, []).append(rule)
        self._made: dict[tuple[type[Event], Leg], Docket | None] = {}

    def of(self, kind: type[Event], leg: Leg = Leg.NONE) -> Docket | None:
        """The docket for a type of events; None when no rule hears them."""
        try:
            return self._made[kind, leg]
        except KeyError:
            rules = [rule for rule in self._rules.get(kind, ()) if _judges(rule, leg)]
            made = self._made[kind, leg] = Docket(kind, rules) if rules else None
            return made


def _judges(rule: Rule, leg: Leg) -> bool:
    return leg is Leg.NONE or (rule.fault_of is FaultOf.DEVICE) == (leg is Leg.INNER)


@lru_cache(maxsize=MAX_DOCKETS)
def dockets_of(rules: tuple[Rule, ...]) -> Dockets:
    """The dockets of some rules: the same as long as the rules are."""
    return Dockets(rules)
