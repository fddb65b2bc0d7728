"""What keeps a device busy when its job is over: a rest that it takes, or a connection that is still open.

Theory of operation: a job that has delivered everything is over for its client. From then on every sign that the
device is busy (a refused CreateScanJob, a state that is not final, a scanner that is Processing) and every sign that
it is free (a granted job, a final state, an Idle scanner) is put beside the end of the connection that brought the
last image. If it was busy until that connection closed, and free just after, the connection held it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.state.connections import ConnectionBook
from wsdtrace.state.events import Event, ExchangeEnded, JobEnded, JobStateSeen
from wsdtrace.state.joblife import JobEnd
from wsdtrace.state.jobs import JobBook
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.machine import FINAL_OUTCOME
from wsdtrace.state.model import Connection, Device, Exchange, Job
from wsdtrace.state.observations import JobHeld, RefusedAtRest
from wsdtrace.state.scanwords import grant_of, value_of
from wsdtrace.wsd.scan import GetScannerElementsResponse
from wsdtrace.wsd.values import ScannerState

REST_NS = 60 * 10**9
"""The longest rest seen is a minute (Kyocera ECOSYS M2040dn: 20 to 60 s, field failure 39)."""
HELD_NS = 3 * 10**9
"""A connection that is open for so long after the last image: sooner the device may just be finishing it."""
SIGN_NS = 10 * 10**9
"""A sign that comes longer before or after the end of the connection says nothing about it (seen: busy for 10 s, field
failure 33)."""

MAX_DEVICES = 10_000
"""Devices whose last job is remembered."""

BUSY = frozenset({"ServerErrorNotAcceptingJobs", "ServerErrorTemporaryError"})
"""Refusals that may be about a rest."""
DELIVERED = frozenset({JobEnd.NO_IMAGES, JobEnd.COUNT, JobEnd.SINGLE})


@dataclass(slots=True)
class _Over:
    """The last job of a device, which is over for its client."""

    job: Job
    ended: Stamp
    connection: Connection | None
    busy: Exchange | None = None
    """The last sign that the device was busy while the connection was open."""
    busy_at: Stamp | None = None


class RestBook(Listener):
    """Devices after their jobs."""

    def __init__(self, jobs: JobBook, connections: ConnectionBook) -> None:
        self._jobs = jobs
        self._connections = connections
        self._over: OrderedDict[int, _Over] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(JobEnded, self._job_ended),
            Ear(JobStateSeen, self._state_seen),
            Ear(ExchangeEnded, self._ended, operations=frozenset({"CreateScanJob", "GetScannerElements"})),
        )

    def _job_ended(self, event: JobEnded) -> Iterable[Event]:
        job, exchange = event.job, event.exchange
        if job.device is not None:
            known = (
                None if exchange is None or exchange.connection is None else self._connections.get(exchange.connection)
            )
            held = known if job.end in DELIVERED else None
            self._over[job.device.root.id] = _Over(job, event.stamp, held)
            self._over.move_to_end(job.device.root.id)
            if len(self._over) > MAX_DEVICES:
                self._over.popitem(last=False)
        return ()

    def _state_seen(self, event: JobStateSeen) -> Iterator[Event]:
        over = self._of(event.job.device)
        if over is not None and over.job is event.job:
            state = event.sample.state
            if state in FINAL_OUTCOME:
                yield from self._free(over, event.exchange, event.stamp)
            elif state is not None:
                self._busy(over, event.exchange, event.stamp)

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange = event.exchange
        over = self._of(exchange.device)
        if over is None or exchange.copy_of is not None:
            return ()
        if exchange.operation == "CreateScanJob":
            return self._create(over, exchange, event.stamp)
        state = _scanner_state(exchange) if exchange.operation == "GetScannerElements" else None
        if state == ScannerState.IDLE:
            return self._free(over, exchange, event.stamp)
        if state == ScannerState.PROCESSING:
            self._busy(over, exchange, event.stamp)
        return ()

    def _create(self, over: _Over, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        fault, request = exchange.fault, exchange.request
        if fault is not None and fault.subcode in BUSY:
            self._busy(over, exchange, stamp)
            waited = 0 if request is None else request.first.time_ns - over.ended.time_ns
            if request is not None and 0 < waited <= REST_NS and self._jobs.busy_at(exchange.device) is None:
                yield RefusedAtRest(stamp, exchange, over.job, waited)
        elif grant_of(exchange.response) is not None:
            yield from self._free(over, exchange, stamp)
            if exchange.device is not None:
                self._over.pop(exchange.device.root.id, None)

    def _of(self, device: Device | None) -> _Over | None:
        return None if device is None else self._over.get(device.root.id)

    # -- the connection -----------------------------------------------------------------------

    @staticmethod
    def _busy(over: _Over, exchange: Exchange, stamp: Stamp) -> None:
        if over.connection is None:
            return
        if over.connection.first_end is not None:
            over.connection = None  # busy without it: it is not what held the device
        else:
            over.busy, over.busy_at = exchange, stamp

    @staticmethod
    def _free(over: _Over, exchange: Exchange, stamp: Stamp) -> Iterator[Event]:
        connection, busy, busy_at = over.connection, over.busy, over.busy_at
        over.connection = over.busy = over.busy_at = None
        closed = None if connection is None else connection.first_end
        if closed is None or busy is None or busy_at is None:
            return
        held = closed.time_ns - over.ended.time_ns >= HELD_NS
        near = closed.time_ns - busy_at.time_ns <= SIGN_NS and 0 <= stamp.time_ns - closed.time_ns <= SIGN_NS
        if held and near:
            yield JobHeld(stamp, over.job, busy, closed, exchange)


def _scanner_state(exchange: Exchange) -> str | None:
    value = value_of(exchange.response)
    if isinstance(value, GetScannerElementsResponse) and value.scanner_elements is not None:
        for data in value.scanner_elements.element_data:
            if data.scanner_status is not None:
                return data.scanner_status.scanner_state
    return None
