"""What the capture saw of an event's subject: one predicate for each `Need`.

A predicate answers whether the need is met, for whatever event it is asked about; an event that has no such subject
meets the need. The table is total.
"""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.check.rule import Need
from wsdtrace.records import Abandoned
from wsdtrace.soap import SoapVersion
from wsdtrace.state.events import Event
from wsdtrace.state.model import Connection, Exchange, Job, Message


def _exchange(event: Event) -> Exchange | None:
    found = getattr(event, "exchange", None)
    return found if isinstance(found, Exchange) else None


def _job(event: Event) -> Job | None:
    found = getattr(event, "job", None)
    return found if isinstance(found, Job) else None


def _messages(event: Event) -> list[Message]:
    message = getattr(event, "message", None)
    if isinstance(message, Message):
        return [message]
    exchange = _exchange(event)
    if exchange is None:
        return []
    return [m for m in (exchange.request, exchange.response) if m is not None]


def _both_directions(event: Event) -> bool:
    exchange = _exchange(event)
    connection = getattr(event, "connection", None)
    if isinstance(connection, Connection) and connection.one_sided:
        return False
    return exchange is None or (exchange.abandoned is not Abandoned.ONE_SIDED and exchange.request is not None)


def _no_gap(event: Event) -> bool:
    exchange = _exchange(event)
    connection = getattr(event, "connection", None)
    if isinstance(connection, Connection) and (connection.gaps or connection.snapped):
        return False
    if exchange is not None and exchange.abandoned in (Abandoned.GAP, Abandoned.LIMIT, Abandoned.UNRECORDED):
        return False
    return all(m.http is None or m.http.content.missing == 0 for m in _messages(event))


def _soap_12(event: Event) -> bool:
    return all(m.envelope is None or m.envelope.version in (None, SoapVersion.SOAP_12) for m in _messages(event))


def _job_from_start(event: Event) -> bool:
    job = _job(event)
    return job is None or job.created is not None


def _job_unbroken(event: Event) -> bool:
    job = _job(event)
    return job is None or not job.blind


SEEN: dict[Need, Callable[[Event], bool]] = {
    Need.EXACT_BYTES: lambda event: all(m.exact for m in _messages(event)),
    Need.EXACT_FRAMING: lambda event: all(m.http is None or m.http.exact for m in _messages(event)),
    Need.BOTH_DIRECTIONS: _both_directions,
    Need.NO_GAP: _no_gap,
    Need.WHOLE_MESSAGE: lambda event: all(m.complete for m in _messages(event)),
    Need.WELL_FORMED: lambda event: all(m.well_formed for m in _messages(event)),
    Need.SOAP_12: _soap_12,
    Need.JOB_FROM_START: _job_from_start,
    Need.JOB_UNBROKEN: _job_unbroken,
}


def unmet(needs: tuple[Need, ...], event: Event) -> Need | None:
    """The first need that the capture does not meet for this event."""
    for need in needs:
        if not SEEN[need](event):
            return need
    return None


class Sight:
    """What the capture saw of one event's subject; each need is looked at once."""

    __slots__ = ("_event", "_met")

    def __init__(self, event: Event) -> None:
        self._event = event
        self._met: dict[Need, bool] = {}

    def lacks(self, needs: tuple[Need, ...]) -> bool:
        """One of the needs is not met."""
        met = self._met
        for need in needs:
            known = met.get(need)
            if known is None:
                known = met[need] = SEEN[need](self._event)
            if not known:
                return True
        return False
