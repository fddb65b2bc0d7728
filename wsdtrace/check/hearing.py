"""What comes of the events of one docket in one check: who is asked about each, and numbers that make the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wsdtrace.check.docket import Docket, Group, Precedent
from wsdtrace.check.finding import Tally
from wsdtrace.check.precedents import Key
from wsdtrace.state.events import Event
from wsdtrace.state.held import held_by

MAX_CITED = 4096
"""Precedents counted one by one before they are written down: those of two generations."""


class _Citation:
    """How often a precedent applied."""

    __slots__ = ("precedent", "times")

    def __init__(self, precedent: Precedent) -> None:
        self.precedent = precedent
        self.times = 0


class Hearing:
    """Who of a docket is asked about an event, and what is counted of those who need not speak."""

    __slots__ = ("_cited", "_key_of", "all", "docket", "inconclusive", "passed")

    def __init__(self, docket: Docket) -> None:
        self.docket = docket
        self.all: Sequence[Group] | None = None if docket.is_about_messages else docket.groups
        """The groups to be asked about each event; None where that depends on the event."""
        self.passed = [0] * len(docket.panels)
        """(panels,), subjects that passed all rules of the panel unseen, since they were last settled."""
        self.inconclusive = [0] * len(docket.panels)
        """(panels,), subjects of which the capture lacks what the panel needs, since they were last settled."""
        self._key_of = docket.key_of
        self._cited: dict[Key, _Citation] = {}

    def asked(self, event: Event) -> tuple[Sequence[Group], bool]:
        """The groups to be asked about an event, and whether all that they need is there; the others are counted."""
        if self._key_of is not None:
            key = self._key_of(event)
            if key is not None:
                citation = self._cited.get(key) or self._cite(event, key)
                if citation is not None:
                    citation.times += 1
                    return citation.precedent.groups, True
        return self.docket.of(held_by(event)), False

    def _cite(self, event: Event, key: Key) -> _Citation | None:
        """A precedent applies for the first time, if there is one."""
        precedent = self.docket.precedent(event, key)
        if precedent is None:
            return None
        if len(self._cited) >= MAX_CITED:
            self._count()
        cited = self._cited[key] = _Citation(precedent)
        return cited

    def settle(self, ledger: Mapping[str, Tally]) -> None:
        """Write what was counted into the tallies of the rules, by code."""
        self._count()
        for panel in self.docket.panels:
            passed, inconclusive = self.passed[panel.number], self.inconclusive[panel.number]
            if passed or inconclusive:
                for rule in panel.rules:
                    tally = ledger[rule.code]
                    tally.passed += passed
                    tally.inconclusive += inconclusive
                self.passed[panel.number] = self.inconclusive[panel.number] = 0

    def _count(self) -> None:
        for citation in self._cited.values():
            for panel in citation.precedent.passed:
                self.passed[panel.number] += citation.times
        self._cited.clear()
