"""Jobs that nobody granted, as far as the capture shows: whether the grant is in a hole."""

from __future__ import annotations

from collections.abc import Iterable

from wsdtrace.state.events import JobUnknown, StrangerDenied
from wsdtrace.state.jobs import JobBook
from wsdtrace.state.listener import Ear
from wsdtrace.state.settling import Settling


class StrangerBook(Settling[StrangerDenied]):
    """Denied jobs of which no grant was seen."""

    def __init__(self, jobs: JobBook) -> None:
        super().__init__()
        self._jobs = jobs

    def ears(self) -> Iterable[Ear]:
        return (Ear(StrangerDenied, self.wait),)

    def settled(self, event: StrangerDenied) -> JobUnknown:
        exchange = event.exchange
        granted = self._jobs.find(exchange.device, event.job_id) is not None
        return JobUnknown(event.stamp, event.job_id, exchange, granted or self._jobs.is_half_seen(exchange))
