"""What the capture saw of an event's subject: one predicate for each `Need`.

A predicate answers whether the need is met, for whatever event it is asked about; an event that has no such subject
meets the need. The table is total.
"""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.check.rule import Need
from wsdtrace.records import LACKING, Abandoned
from wsdtrace.soap import SoapVersion
from wsdtrace.state.events import Event
from wsdtrace.state.message import Message
from wsdtrace.state.model import Connection, Exchange, Job


class Sight:
    """What the capture saw of one event's subject; each need is looked at once."""

    __slots__ = ("_met", "connection", "exchange", "job", "messages")

    def __init__(self, event: Event) -> None:
        self.exchange: Exchange | None = getattr(event, "exchange", None)
        self.job: Job | None = getattr(event, "job", None)
        self.connection: Connection | None = getattr(event, "connection", None)
        message: Message | None = getattr(event, "message", None)
        self.messages: list[Message] = []
        """The one that the event is about, else those of its exchange."""
        if message is not None:
            self.messages.append(message)
        elif self.exchange is not None:
            request, response = self.exchange.request, self.exchange.response
            if request is not None:
                self.messages.append(request)
            if response is not None:
                self.messages.append(response)
        self._met: dict[Need, bool] = {}

    def lacks(self, needs: tuple[Need, ...]) -> bool:
        """One of the needs is not met."""
        met = self._met
        for need in needs:
            known = met.get(need)
            if known is None:
                known = met[need] = SEEN[need](self)
            if not known:
                return True
        return False


# ruff: noqa: SIM110 - loops take half of the time of all(), and these are asked of every event


def _exact_bytes(sight: Sight) -> bool:
    for message in sight.messages:
        if not message.exact:
            return False
    return True


def _exact_framing(sight: Sight) -> bool:
    for message in sight.messages:
        if message.http is not None and not message.http.exact:
            return False
    return True


def _both_directions(sight: Sight) -> bool:
    exchange = sight.exchange
    if sight.connection is not None and sight.connection.one_sided:
        return False
    return exchange is None or (exchange.abandoned is not Abandoned.ONE_SIDED and exchange.request is not None)


def _no_gap(sight: Sight) -> bool:
    connection, exchange = sight.connection, sight.exchange
    if connection is not None and (connection.gaps or connection.snapped):
        return False
    if exchange is not None and exchange.abandoned in LACKING:
        return False
    for message in sight.messages:
        if message.http is not None and message.http.content.missing:
            return False
    return True


def _whole_message(sight: Sight) -> bool:
    for message in sight.messages:
        if not message.complete:
            return False
    return True


def _well_formed(sight: Sight) -> bool:
    for message in sight.messages:
        if not message.well_formed:
            return False
    return True


def _soap_12(sight: Sight) -> bool:
    for message in sight.messages:
        envelope = message.envelope
        if envelope is not None and envelope.version is SoapVersion.SOAP_11:
            return False
    return True


def _job_from_start(sight: Sight) -> bool:
    return sight.job is None or sight.job.created is not None


def _job_unbroken(sight: Sight) -> bool:
    return sight.job is None or not sight.job.blind


SEEN: dict[Need, Callable[[Sight], bool]] = {
    Need.EXACT_BYTES: _exact_bytes,
    Need.EXACT_FRAMING: _exact_framing,
    Need.BOTH_DIRECTIONS: _both_directions,
    Need.NO_GAP: _no_gap,
    Need.WHOLE_MESSAGE: _whole_message,
    Need.WELL_FORMED: _well_formed,
    Need.SOAP_12: _soap_12,
    Need.JOB_FROM_START: _job_from_start,
    Need.JOB_UNBROKEN: _job_unbroken,
}
