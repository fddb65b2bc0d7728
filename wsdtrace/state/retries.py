"""Refusals that repeat: who asks again and again and is refused the same way, and what an internal error came to.

Theory of operation: refusals are equal when client, device, operation, job and reason are. Equal ones that follow each
other within 60 s are a run. It ends when 60 s pass without another, when the same is granted or refused for another
reason, or when the capture ends; if five of them ever lay within 60 s, that is told then, with all that belong to it.
The NoImagesAvailable that ends a feed after an image is no refusal.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.state.events import Event, ExchangeEnded
from wsdtrace.state.listener import NEVER_NS, Ear, Listener
from wsdtrace.state.model import Exchange, Toward
from wsdtrace.state.outcomes import ErrorRecovered, RefusalsRepeated

WINDOW_NS = 60 * 10**9
"""Time within which refusals are counted (rules.md, WSD331)."""

STORM = 5
"""Equal refusals within the window that are too many (rules.md, WSD331)."""

MAX_RUNS = 10_000
"""Runs remembered: of a thousand clients and devices some ten operations each."""

END_OF_FEED = "ClientErrorNoImagesAvailable"
INTERNAL_ERROR = "ServerErrorInternalError"

Asked = tuple[int, int, str, int]
"""Client, device, operation, JobId: what was asked, as far as it matters for a retry."""


@dataclass(slots=True, eq=False)
class _Run:
    """Equal refusals, each within the window of the one before."""

    reason: str
    first: Exchange
    last: Exchange
    ended: Stamp
    """End of the last one."""
    count: int = 0
    is_storm: bool = False
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=STORM))
    """When the latest ones ended."""

    def add(self, exchange: Exchange, stamp: Stamp) -> None:
        self.last, self.ended = exchange, stamp
        self.count += 1
        self.recent.append(stamp.time_ns)
        self.is_storm |= len(self.recent) == STORM and stamp.time_ns - self.recent[0] <= WINDOW_NS


class RetryBook(Listener):
    """All runs of equal refusals that may still go on, the one that was extended longest ago first."""

    def __init__(self) -> None:
        self._runs: OrderedDict[Asked, _Run] = OrderedDict()
        self._internal: OrderedDict[Asked, Exchange] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (Ear(ExchangeEnded, self._ended),)

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange = event.exchange
        if exchange.copy_of is not None or exchange.toward is not Toward.DEVICE or not exchange.is_wsd:
            return ()
        if exchange.request is None:  # what was asked is not known: answers alike may be to different questions
            return ()
        reason = refusal_of(exchange)
        if reason is not None:
            return self._refused(_asked(exchange), reason, exchange, event.stamp)
        if (self._runs or self._internal) and exchange.succeeded:
            return self._granted(_asked(exchange), exchange, event.stamp)
        return ()

    def _refused(self, asked: Asked, reason: str, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        if reason == INTERNAL_ERROR:
            self._internal[asked] = exchange
            self._internal.move_to_end(asked)
            if len(self._internal) > MAX_RUNS:
                self._internal.popitem(last=False)
        run = self._runs.get(asked)
        if run is not None and run.reason != reason:
            yield from _told(self._runs.pop(asked), stamp, None)
            run = None
        if run is None:
            run = self._runs[asked] = _Run(reason, exchange, exchange, stamp)
        run.add(exchange, stamp)
        self._runs.move_to_end(asked)
        if len(self._runs) > MAX_RUNS:
            _, oldest = self._runs.popitem(last=False)
            yield from _told(oldest, stamp, None)
        self._wind()

    def _granted(self, asked: Asked, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        refused = self._internal.pop(asked, None)
        if refused is not None:
            yield ErrorRecovered(stamp, refused, exchange)
        run = self._runs.pop(asked, None)
        if run is not None:
            yield from _told(run, stamp, exchange)
            self._wind()

    def _wind(self) -> None:
        """Set the timer to the run that was extended longest ago."""
        oldest = next(iter(self._runs.values()), None)
        self.due_ns = NEVER_NS if oldest is None else oldest.ended.time_ns + WINDOW_NS

    def advance(self, now_ns: int) -> Iterator[Event]:
        """End the runs of which no refusal came for the length of the window."""
        while self._runs and self.due_ns < now_ns:
            _, run = self._runs.popitem(last=False)
            yield from _told(run, Stamp(run.ended.number, run.ended.time_ns + WINDOW_NS, run.ended.kind), None)
            self._wind()

    def close(self, end: Stamp) -> Iterator[Event]:
        """The capture has ended, and with it every run."""
        for run in self._runs.values():
            yield from _told(run, end, None)
        self._runs.clear()
        self._internal.clear()
        self.due_ns = NEVER_NS


def _told(run: _Run, stamp: Stamp, succeeded: Exchange | None) -> Iterator[Event]:
    if run.is_storm:
        yield RefusalsRepeated(stamp, run.reason, run.first, run.last, run.count, succeeded)


def _asked(exchange: Exchange) -> Asked:
    # The job of CreateScanJob is what is granted, not what was asked about.
    job = exchange.job if exchange.operation != "CreateScanJob" else None
    return (
        0 if exchange.client is None else exchange.client.id,
        0 if exchange.device is None else exchange.device.root.id,
        exchange.operation or "",
        0 if job is None else job.job_id,
    )


def refusal_of(exchange: Exchange) -> str | None:
    """Why an exchange was refused: subcode (else code) of the fault, or HTTP status; None where it was not."""
    response = exchange.response
    if response is None:
        return None
    if response.fault is not None:
        subcode = response.fault.subcode
        ends_feed = subcode == END_OF_FEED and exchange.job is not None and exchange.job.delivered > 0
        return None if ends_feed else subcode or response.fault.code or "fault"
    if response.status is not None and response.status >= 400:
        return f"HTTP {response.status}"
    return None
