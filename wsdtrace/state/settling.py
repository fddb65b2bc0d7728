"""Events that are told again when holes before them would be certain.

Theory of operation: that bytes of a connection are missing is certain only some time after them, when the receiver
acknowledged what the capture never showed. Where what took place before an event decides what it means (a grant, a
Subscribe, a CancelJob), and may stand in such a hole, the question is put off for as long as that takes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

from wsdtrace.records import Stamp
from wsdtrace.state.events import Event
from wsdtrace.state.listener import NEVER_NS, Listener

SETTLED_NS = 2 * 10**9
"""Twice the time after which an acknowledged hole is given up (`NetLimits.ack_grace_ns`)."""
MAX_WAITING = 10_000
"""Events of one kind that wait; beyond, the oldest is settled at once."""

E = TypeVar("E", bound=Event)


class Settling(Listener, Generic[E]):
    """Events of one kind that wait, in their order."""

    def __init__(self) -> None:
        self._waiting: deque[E] = deque()

    def settled(self, event: E) -> Event:
        """What is told of an event that has waited."""
        raise NotImplementedError

    def wait(self, event: E) -> Iterator[Event]:
        """Put an event off."""
        if len(self._waiting) == MAX_WAITING:
            yield self.settled(self._waiting.popleft())
        self._waiting.append(event)
        self._aim()

    def advance(self, now_ns: int) -> Iterator[Event]:
        while self._waiting and self._due(self._waiting[0]) < now_ns:
            yield self.settled(self._waiting.popleft())
        self._aim()

    def close(self, end: Stamp) -> Iterator[Event]:  # noqa: ARG002  # nothing more can be learnt
        while self._waiting:
            yield self.settled(self._waiting.popleft())

    def _aim(self) -> None:
        self.due_ns = self._due(self._waiting[0]) if self._waiting else NEVER_NS

    @staticmethod
    def _due(event: Event) -> int:
        return event.stamp.time_ns + SETTLED_NS
