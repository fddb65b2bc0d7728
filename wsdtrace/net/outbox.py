"""Where the events of one batch gather, and what connections need to know of the batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np

from wsdtrace.net.columns import Bytes
from wsdtrace.net.limits import NetAnomalyKind, NetLimits
from wsdtrace.net.transport import JOINED
from wsdtrace.records import I64, Anomaly, ConnectionId, NetAnomaly, NetEvent, Stamp

if TYPE_CHECKING:
    from wsdtrace.net.connection import Connection
    from wsdtrace.net.stream import Stream
    from wsdtrace.net.tape import Tape

_by_row = itemgetter(0)
HISTORY_TOTAL_BYTES: Final = 32 * 1024 * 1024
"""Bytes of histories over all connections (2,000 full ones). Beyond, all are forgotten and start again: a
retransmission of forgotten bytes is then not compared."""

_HISTORY_PARTS: Final = 32
"""Parts of a history that are kept apart: joining them is dear, and so are many of them."""


class Outbox:
    """Events with the row at which each happened, and bookkeeping over all connections."""

    def __init__(self, limits: NetLimits) -> None:
        self.limits = limits
        self.row = 0
        """Row of the batch that is being looked at."""
        self.held = 0
        """Bytes that wait behind holes, in all connections."""
        self.running: list[Tape] = []
        """Tapes that may have an open run."""
        self.watched: dict[Connection, None] = {}
        """Connections that may have a deadline."""
        self._remembering: dict[Stream, None] = {}
        self._history = 0
        self._events: list[tuple[int, NetEvent]] = []
        self._told: Counter[str] = Counter()
        self._window = self._joined = memoryview(b"")
        self._first_number = 1
        self._time_ns = self._now_ns = np.zeros(1, dtype=np.int64)

    def begin(self, window: Bytes, joined: Bytes, first_number: int, time_ns: I64, now_ns: I64) -> None:
        """Turn to a batch.

        Args:
            window: its buffer.
            joined: bytes joined from fragments, at places from `JOINED` on.
            first_number: number of its first frame.
            time_ns: (n,) times of its frames, n at least 1.
            now_ns: (n,) capture time at each.
        """
        self._window, self._joined = memoryview(window), memoryview(joined)
        self._first_number = first_number
        self._time_ns, self._now_ns = time_ns, now_ns
        self.row = 0

    @property
    def stamp(self) -> Stamp:
        """The frame that is being looked at."""
        return self.stamp_of(self.row)

    def stamp_of(self, row: int) -> Stamp:
        """Frame number and time of a row."""
        return Stamp(self._first_number + row, int(self._time_ns[row]))

    def at_time(self, time_ns: int) -> Stamp:
        """Look at the first frame at which capture time has come to `time_ns`."""
        self.row = min(int(np.searchsorted(self._now_ns, time_ns)), len(self._now_ns) - 1)
        return self.stamp

    def payload(self, place: int, have: int) -> memoryview:
        """A view of `have` bytes at a place; valid as long as the batch."""
        if place >= JOINED:
            return self._joined[place - JOINED : place - JOINED + have]
        return self._window[place : place + have]

    def emit(self, event: NetEvent) -> None:
        """Something happened at the frame that is being looked at."""
        self._events.append((self.row, event))

    def put(self, row: int, event: NetEvent) -> None:
        """Something happened at `row`."""
        self._events.append((row, event))

    def anomaly(self, kind: NetAnomalyKind, detail: str, stamp: Stamp, connection: ConnectionId | None = None) -> None:
        """Report an anomaly, and after many of its kind that there are more."""
        self._told[kind] += 1
        if self._told[kind] <= self.limits.anomalies:
            self.emit(NetAnomaly(Anomaly(kind, detail), stamp, connection))
        elif self._told[kind] == self.limits.anomalies + 1:
            text = f"more than {self.limits.anomalies} anomalies {kind}: further ones are not reported"
            self.emit(NetAnomaly(Anomaly(NetAnomalyKind.LIMIT_REACHED, text), stamp))

    def watch(self, connection: Connection) -> None:
        """The connection has a deadline."""
        self.watched[connection] = None

    def hold(self, change: int) -> None:
        """So many bytes more wait behind holes."""
        self.held += change

    def remember(self, stream: Stream, parts: Sequence[bytes]) -> None:
        """Keep the last bytes of what a direction handed on."""
        limit, history = self.limits.history_bytes, stream.history
        kept = 0
        fresh: list[bytes] = []
        for part in reversed(parts):
            fresh.append(part[-limit:])
            kept += len(fresh[-1])
            if kept >= limit:
                history.clear()
                break
        if not kept:
            return
        history.extend(reversed(fresh))
        if len(history) > _HISTORY_PARTS or stream.history_bytes + kept >= 2 * limit:
            history[:] = [b"".join(history)[-limit:]]
        before, stream.history_bytes = stream.history_bytes, sum(map(len, history))
        self._history += stream.history_bytes - before
        self._remembering[stream] = None
        if self._history > HISTORY_TOTAL_BYTES:
            for each in list(self._remembering):
                self.forget(each)

    def forget(self, stream: Stream) -> None:
        """Drop the last bytes that a direction handed on."""
        if stream.history_bytes:
            self._history -= stream.history_bytes
            stream.history_bytes = 0
            stream.history.clear()
            del self._remembering[stream]

    def end_runs(self) -> None:
        """End all open runs: the batch, whose bytes they view, ends."""
        for tape in self.running:
            tape.flush(self)
            tape.listed = False
        self.running.clear()

    def take(self) -> list[NetEvent]:
        """The events so far, by the row at which they happened; those of one connection stay in their order."""
        self.end_runs()
        self._events.sort(key=_by_row)
        events = [event for _, event in self._events]
        self._events = []
        return events
