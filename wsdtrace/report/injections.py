"""What a proxy did itself to an exchange, by the notes of its record: nobody is blamed for it.

Theory of operation: a note names the MessageID of a request and what was injected. A finding about that exchange, its
copy on the other leg, or a job that such an exchange belongs to may be a consequence; it is set aside with what was
injected as the reason, and the report says how many were.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Final

from wsdtrace.check.finding import Finding
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Exchange

MAX_INJECTIONS: Final = 100_000
"""Exchanges into which something was injected: as many MessageIDs as are remembered of a capture."""


class Injections:
    """The injected exchanges of one run."""

    def __init__(self) -> None:
        self._by_message: OrderedDict[str, str] = OrderedDict()
        self.told: Counter[str] = Counter()
        """How often each thing was injected."""

    def __bool__(self) -> bool:
        return bool(self._by_message)

    def hear(self, note: Mapping[str, object]) -> None:
        """A note of the record."""
        message_id, what = note.get("message_id"), note.get("what")
        if note.get("note") != "injected" or not isinstance(what, str):
            return
        self.told[what] += 1
        if isinstance(message_id, str):
            self._by_message[message_id] = what
            if len(self._by_message) > MAX_INJECTIONS:
                self._by_message.popitem(last=False)

    def of(self, exchange: Exchange) -> str | None:
        """What was injected into an exchange."""
        request = exchange.request
        return None if request is None or request.message_id is None else self._by_message.get(request.message_id)

    def into(self, finding: Finding) -> str | None:
        """What was injected into an exchange that a finding is about, or into one of its job; None where nothing."""
        if not self._by_message:
            return None
        exchanges = [*finding.exchanges, *(finding.job.exchanges if finding.job is not None else ())]
        return next((what for exchange in exchanges if (what := self.of(exchange)) is not None), None)

    def set_aside(self, trace: Trace) -> None:
        """Set aside what may follow from an injection, and note it."""
        count: Counter[str] = Counter()
        for finding in trace.findings:
            what = self.into(finding)
            if what is not None:
                finding.waived = f"the proxy injected {what}"
                count[what] += 1
        for what, times in self.told.items():
            follows = f"; {count[what]} findings that may follow do not count" if count[what] else ""
            trace.notes.append(f"the proxy injected {what}{f' {times}×' if times > 1 else ''}{follows}")
