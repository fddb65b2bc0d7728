"""What comes of the events of one docket in one check: numbers that make the ledger when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from wsdtrace.check.docket import Docket, Precedent
from wsdtrace.check.finding import Tally

MAX_CITED = 4096
"""Precedents counted one by one before they are written down."""


class Hearing:
    """The counts of one docket."""

    __slots__ = ("_cited", "docket", "inconclusive", "passed")

    def __init__(self, docket: Docket) -> None:
        self.docket = docket
        self.passed = [0] * len(docket.panels)
        """(panels,), subjects that passed all rules of the panel unseen, since they were last settled."""
        self.inconclusive = [0] * len(docket.panels)
        """(panels,), subjects of which the capture lacks what the panel needs, since they were last settled."""
        self._cited: dict[Precedent, int] = {}

    def cite(self, precedent: Precedent) -> None:
        """Count an event to which a precedent applies."""
        try:
            self._cited[precedent] += 1
        except KeyError:
            if len(self._cited) >= MAX_CITED:
                self._count()
            self._cited[precedent] = 1

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
        for precedent, times in self._cited.items():
            for panel in precedent.passed:
                self.passed[panel.number] += times
        self._cited.clear()
