"""Jobs that nobody granted, as far as the capture shows: whether the grant is in a hole.

Theory of operation: that bytes of a connection are missing is certain only some time after them, when the receiver
acknowledged what the capture never showed. A device that denies a job may do so before the hole that took the grant is
known, so the question is put off for as long as that takes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from wsdtrace.records import Stamp
from wsdtrace.state.events import Event, JobUnknown, StrangerDenied
from wsdtrace.state.jobs import JobBook
from wsdtrace.state.listener import NEVER_NS, Ear, Listener

SETTLED_NS = 2 * 10**9
"""Twice the time after which an acknowledged hole is given up (`NetLimits.ack_grace_ns`)."""
MAX_WAITING = 10_000
"""Denials that wait; beyond, the oldest is settled at once."""


class StrangerBook(Listener):
    """Denied jobs of which no grant was seen."""

    def __init__(self, jobs: JobBook) -> None:
        self._jobs = jobs
        self._waiting: deque[StrangerDenied] = deque()

    def ears(self) -> Mapping[type[Event], Ear]:
        return {StrangerDenied: self._denied}

    def _denied(self, event: StrangerDenied) -> Iterator[Event]:
        if len(self._waiting) == MAX_WAITING:
            yield self._settle()
        self._waiting.append(event)
        self._aim()

    def advance(self, now_ns: int) -> Iterator[Event]:
        while self._waiting and self._due(self._waiting[0]) < now_ns:
            yield self._settle()
        self._aim()

    def close(self, end: Stamp) -> Iterator[Event]:  # noqa: ARG002  # nothing more can be learnt
        while self._waiting:
            yield self._settle()

    def _settle(self) -> JobUnknown:
        denied = self._waiting.popleft()
        exchange = denied.exchange
        granted = self._jobs.find(exchange.device, denied.job_id) is not None
        return JobUnknown(denied.stamp, denied.job_id, exchange, granted or self._jobs.is_half_seen(exchange))

    def _aim(self) -> None:
        self.due_ns = self._due(self._waiting[0]) if self._waiting else NEVER_NS

    @staticmethod
    def _due(event: StrangerDenied) -> int:
        return event.stamp.time_ns + SETTLED_NS
