"""Notifications that no live subscription asked for, as far as the capture shows: whether a Subscribe is in a hole."""

from __future__ import annotations

from collections.abc import Iterable

from wsdtrace.state.events import Event, EventSeen
from wsdtrace.state.jobs import JobBook
from wsdtrace.state.listener import Ear
from wsdtrace.state.model import Standing
from wsdtrace.state.observations import EventUnwanted
from wsdtrace.state.settling import Settling

SETTLED = frozenset({Standing.ASKED_FOR, Standing.UNKNOWN, None})
"""What a hole that is found later does not change."""


class UnwantedBook(Settling[EventSeen]):
    """Notifications of nobody's wish."""

    def __init__(self, jobs: JobBook) -> None:
        super().__init__()
        self._jobs = jobs

    def ears(self) -> Iterable[Ear]:
        return (Ear(EventSeen, self._seen),)

    def _seen(self, event: EventSeen) -> Iterable[Event]:
        return self.wait(event) if event.event.standing not in SETTLED else ()

    def settled(self, event: EventSeen) -> EventUnwanted:
        if self._jobs.is_half_seen(event.exchange):
            event.event.standing = Standing.UNKNOWN
        return EventUnwanted(event.stamp, event.event, event.exchange)
