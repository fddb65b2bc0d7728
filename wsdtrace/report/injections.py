"""What a proxy did itself to an exchange, by the notes of its record: nobody is blamed for it.

Theory of operation: a note names the MessageID of a request and what was injected; where the proxy answered in the
server's place without having read the request, it names the client's end and the status. A finding about that
exchange, its copy on the other leg, or a job that such an exchange belongs to may be a consequence; it is set aside
with what was injected as the reason, and the report says how many were.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Final

from wsdtrace.check.finding import Finding
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Exchange

KINDS: Final = ("injected", "answered")
"""Of the notes that say so."""
MAX_INJECTIONS: Final = 100_000
"""Exchanges into which something was injected: as many MessageIDs as are remembered of a capture."""


class Injections:
    """The injected exchanges of one run."""

    def __init__(self) -> None:
        self._by_message: OrderedDict[str | None, str] = OrderedDict()
        self._by_answer: OrderedDict[tuple[str, int], str] = OrderedDict()
        """By the client's end and the status of the answer that the proxy gave itself."""
        self.told: Counter[str] = Counter()
        """How often each thing was injected."""

    def __bool__(self) -> bool:
        return bool(self._by_message or self._by_answer)

    def hear(self, note: Mapping[str, object]) -> None:
        """A note of the record."""
        message_id, what = note.get("message_id"), note.get("what")
        if note.get("note") not in KINDS or not isinstance(what, str):
            return
        self.told[what] += 1
        client, status = note.get("client"), note.get("status")
        if isinstance(message_id, str):
            self._by_message[message_id] = what
        elif isinstance(client, str) and isinstance(status, int):
            self._by_answer[client, status] = what
        for known in (self._by_message, self._by_answer):
            if len(known) > MAX_INJECTIONS:
                known.popitem(last=False)

    def of(self, exchange: Exchange) -> str | None:
        """What was injected into an exchange."""
        request, response = exchange.request, exchange.response
        if request is not None and request.message_id in self._by_message:
            return self._by_message[request.message_id]
        if response is None or response.status is None:
            return None
        return self._by_answer.get((str(exchange.client_endpoint), response.status))

    def into(self, finding: Finding) -> str | None:
        """What was injected into an exchange that a finding is about, or into one of its job; None where nothing."""
        if not self:
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
            follows = f"; findings that may follow, and do not count: {count[what]}" if count[what] else ""
            trace.notes.append(f"the proxy injected {what}{f' {times}×' if times > 1 else ''}{follows}")
