"""One clock for both ends and for the capture, which can be set forward: what is due on the way happens, in order.

A minute that a client lets pass need not take a minute: `skip` sets the clock forward, and every timer in between goes
off at its own time. The capture is stamped by the same clock, so it shows the minute.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable
from dataclasses import field

from wsdtrace.dataclass import dataclass

NS = 1_000_000_000


@dataclass(slots=True, eq=False)
class Alarm:
    """Something that will be called at its time, unless it is cancelled."""

    due_ns: int
    call: Callable[[], None] | None

    def cancel(self) -> None:
        self.call = None


@dataclass(slots=True, eq=False)
class _Tick:
    """An alarm in the order of the heap."""

    due_ns: int
    number: int
    alarm: Alarm

    def __lt__(self, other: _Tick) -> bool:
        return (self.due_ns, self.number) < (other.due_ns, other.number)


@dataclass(slots=True, eq=False)
class Clock:
    """Nanoseconds since 1970, and alarms."""

    source: Callable[[], int] = time.monotonic_ns
    """What makes it go; a function that always says the same makes a clock that only `skip` moves."""
    start_ns: int = field(default_factory=time.time_ns)
    """What it shows at first."""
    skipped_ns: int = 0
    """How far it was set forward."""
    _zero_ns: int = field(init=False)
    _frozen_ns: int | None = None
    """What it shows while alarms of a skipped time are called."""
    _heap: list[_Tick] = field(default_factory=list)
    _count: int = 0
    _handle: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        self._zero_ns = self.source()

    def now_ns(self) -> int:
        """What it shows."""
        if self._frozen_ns is not None:
            return self._frozen_ns
        return self.start_ns + self.skipped_ns + self.source() - self._zero_ns

    def later(self, seconds: float, call: Callable[[], None]) -> Alarm:
        """Call after so many seconds of this clock. A running event loop is used; without one, only `skip` calls."""
        alarm = Alarm(self.now_ns() + int(seconds * NS), call)
        self._count += 1
        heapq.heappush(self._heap, _Tick(alarm.due_ns, self._count, alarm))
        self._arm()
        return alarm

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock."""
        woken = asyncio.get_running_loop().create_future()
        self.later(seconds, lambda: None if woken.done() else woken.set_result(None))
        await woken

    def skip(self, seconds: float) -> None:
        """Set the clock forward; alarms on the way are called at the time that they were set for."""
        target_ns = self.now_ns() + int(seconds * NS)
        self._call_until(target_ns)
        self.skipped_ns += target_ns - self.now_ns()
        self._arm()

    def _call_until(self, target_ns: int) -> None:
        try:
            while self._heap and self._heap[0].due_ns <= target_ns:
                alarm = heapq.heappop(self._heap).alarm
                call, alarm.call = alarm.call, None
                if call is not None:
                    self._frozen_ns = alarm.due_ns
                    call()
        finally:
            self._frozen_ns = None

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        while self._heap and self._heap[0].alarm.call is None:
            heapq.heappop(self._heap)
        if not self._heap:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody runs: a test, or a device that is asked by hand
            return
        self._handle = loop.call_later(max(0, self._heap[0].due_ns - self.now_ns()) / NS, self._due)

    def _due(self) -> None:
        self._handle = None
        self._call_until(self.now_ns())
        self._arm()
