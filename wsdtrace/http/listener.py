"""What a reader tells: the vocabulary between the messages of one direction and the exchanges of both."""

from __future__ import annotations

from typing import Protocol

from wsdtrace.http.head import Start
from wsdtrace.http.sync import Side
from wsdtrace.records import Abandoned, Anomaly, Direction, HttpMessage, Stamp


class Listener(Protocol):
    """Who is told what a reader reads."""

    def answered_method(self) -> str | None:
        """Method of the request that the response at hand answers; None when unknown."""

    def head_read(self, side: Side, start: Start, stamp: Stamp) -> None:
        """A header section is complete."""

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """A message is over; `charged` bytes of the budget are held by it."""

    def sync_lost(self, side: Side, why: Abandoned) -> None:
        """Whole messages may be missing here, or unreadable."""

    def side_found(self, direction: Direction, side: Side) -> None:
        """A search without knowing the side found a start-line."""

    def stray(self, anomaly: Anomaly, stamp: Stamp) -> None:
        """Bytes belong to no message, and none follows."""

    def tunnel_opened(self) -> None:
        """No more HTTP follows in either direction."""


class Silent:
    """A listener that wants nothing: for whoever reads one message whose bytes go elsewhere."""

    def answered_method(self) -> str | None:
        """Unknown."""
        return None

    def head_read(self, side: Side, start: Start, stamp: Stamp) -> None:
        """Not wanted."""

    def message_read(self, side: Side, message: HttpMessage, stamp: Stamp, charged: int) -> None:
        """Not wanted."""

    def sync_lost(self, side: Side, why: Abandoned) -> None:
        """Not wanted."""

    def side_found(self, direction: Direction, side: Side) -> None:
        """Not wanted."""

    def stray(self, anomaly: Anomaly, stamp: Stamp) -> None:
        """Not wanted."""

    def tunnel_opened(self) -> None:
        """Not wanted."""
