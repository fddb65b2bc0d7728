"""Exchanges of a job that its client left before their end: whether a CancelJob that allowed it is in a hole."""

from __future__ import annotations

from collections.abc import Iterable

from wsdtrace.records import BROKEN_OFF, CUT_OFF
from wsdtrace.state.events import Event, ExchangeEnded
from wsdtrace.state.listener import Ear
from wsdtrace.state.model import Exchange
from wsdtrace.state.outcomes import ClientLeft, CutAnswer
from wsdtrace.state.settling import Settling
from wsdtrace.state.vocabulary import JOB_OPERATIONS


class LeavingBook(Settling[ClientLeft]):
    """Exchanges that ended so."""

    def ears(self) -> Iterable[Ear]:
        return (Ear(ExchangeEnded, self._ended, operations=JOB_OPERATIONS),)

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        if event.connection is None or not was_left(event):
            return ()
        return self.wait(ClientLeft(event.stamp, event.exchange, event.connection, cut_of(event.exchange)))

    def settled(self, event: ClientLeft) -> ClientLeft:
        return event


def cut_of(exchange: Exchange) -> CutAnswer | None:
    """How the answer of an exchange was cut by the end of its connection; None where it was not."""
    http = None if exchange.response is None else exchange.response.http
    if http is None or http.ended not in CUT_OFF:
        return None
    return CutAnswer(http.ended, http.content.length, http.content.announced)


def was_left(event: ExchangeEnded) -> bool:
    """The client closed the connection of an exchange of its job that had not ended, and no CancelJob was seen before,
    nor anything missing."""
    exchange, connection = event.exchange, event.connection
    if not _is_open(exchange):
        return False
    job = exchange.job
    if job is None or job.blind or exchange.cancel_seen is not False or not exchange.handshake:
        return False
    if exchange.copied_by is not None or exchange.copy_of is not None:
        return False
    return connection is not None and connection.first_end_by == exchange.client_endpoint


def _is_open(exchange: Exchange) -> bool:
    """Its connection ended before it did, and no byte before that is missing."""
    if exchange.response is None:
        return exchange.abandoned in BROKEN_OFF
    http = exchange.response.http
    return cut_of(exchange) is not None and http is not None and not http.content.missing
