"""`Finding`: what a rule objects to, as a notebook sees it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from wsdtrace.check import finding as check
from wsdtrace.check.rule import find_rule
from wsdtrace.explore.frames import wireshark_filter
from wsdtrace.explore.view import View, number_of
from wsdtrace.report.explain import write_rule
from wsdtrace.report.findings import LETTERS, FindingWriter

if TYPE_CHECKING:
    from wsdtrace.explore.collection import Collection
    from wsdtrace.explore.exchange import Exchange
    from wsdtrace.explore.job import Job


class Finding(View[check.Finding]):
    """What a rule objects to, with its evidence."""

    __slots__ = ()

    @property
    def id(self) -> int:
        return self._of.id

    @property
    def code(self) -> str:
        """`WSD601`"""
        return self._of.code

    @property
    def name(self) -> str:
        """`job-orphaned`"""
        return self._of.name

    @property
    def severity(self) -> str:
        """`error`, `warning` or `info`."""
        return self._of.severity.value

    @property
    def fault_of(self) -> str:
        """`device`, `client`, `network`, `capture` or `unknown`."""
        return self._of.fault_of.value

    @property
    def message(self) -> str:
        """Subject, fact, expectation."""
        return self._said(self._of.message, 600)

    @property
    def expected(self) -> str | None:
        """What would have been right."""
        return self._of.expected

    @property
    def source(self) -> str:
        """Where the rule stands written."""
        return self._of.source

    @property
    def time(self) -> datetime | None:
        return self._moment(self._of.time_ns)

    @property
    def job(self) -> Job | None:
        return self._trace._job(self._of.job)

    @property
    def exchanges(self) -> Collection[Exchange]:
        """The exchanges of its evidence."""
        return self._trace._exchanges(self._of.exchanges)

    @property
    def evidence(self) -> list[check.Evidence]:
        """Places in the capture and what is to be seen there."""
        return self._of.evidence

    @property
    def frames(self) -> list[int]:
        """Frame numbers of its evidence."""
        return sorted({n for stamp in self._of.stamps if (n := number_of(stamp)) is not None})

    @property
    def wireshark_filter(self) -> str:
        return wireshark_filter(self.frames)

    @property
    def caused_by(self) -> Finding | None:
        """The finding that it follows from."""
        return self._trace._finding(self._of.caused_by)

    @property
    def also_seen(self) -> int:
        """How many equal ones were folded into it."""
        return self._of.also_seen

    @property
    def fingerprint(self) -> str:
        """Stable between runs and captures."""
        return self._of.fingerprint

    def explain(self) -> str:
        """What the rule says, why it matters, and an example of each kind."""
        return self._page(lambda page: write_rule(page, find_rule(self._of.code)))

    def _facts(self) -> list[str]:
        return [f"{LETTERS[self._of.severity]} {self.code}", self.name, self._said(self._of.message, 200)]

    def _text(self) -> str:
        start = self._trace._facts.input.first_time_ns
        return self._page(lambda page: FindingWriter(page, start, {}).write(self._of))
