"""Who takes the bytes of contents as they pass: whoever copies them, or reads one content again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wsdtrace.records import ConnectionId, Direction, Extents


class Taker(Protocol):
    """Is given the bytes of one content, or of one part of it, in order; those of a hole are left out."""

    def take(self, data: bytes, low: int, high: int) -> None:
        """The next ones are `data[low:high]`."""

    def skim(self, extents: Extents, low: int, high: int) -> None:
        """The next ones are bytes `low:high` of what lies in a window; borrowed until this returns."""

    def end(self) -> None:
        """No more will come."""


Tap = Callable[[int, int], Taker | None]
"""(stream offset of a message, a part of it or `WHOLE`) → who takes the bytes of that, if anybody does. Of a whole
content it may be asked twice, or in vain: then there are no bytes and no end."""

Taps = Callable[[ConnectionId, Direction, int, int], Taker | None]
"""The same for all connections."""


class TakenPieces:
    """Takes one content, piece by piece."""

    def __init__(self, part: int) -> None:
        """Args: part: the part that is wanted, or `WHOLE`."""
        self._part = part
        self._pieces: list[bytes] = []

    def tap(self, start: int, part: int) -> Taker | None:  # noqa: ARG002 - only one message is read
        """This, for the part that is wanted."""
        return self if part == self._part else None

    def take(self, data: bytes, low: int, high: int) -> None:
        self._pieces.append(data[low:high])

    def skim(self, extents: Extents, low: int, high: int) -> None:
        self._pieces.append(extents.join(low, high))

    def end(self) -> None:
        """What was taken stays."""

    def taken(self) -> list[bytes]:
        """The pieces since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces
