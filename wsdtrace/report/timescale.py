"""Times → places on an axis on which long silences are short: what happened fills the drawing, the rest is marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

from wsdtrace.dataclass import dataclass

BREAK = 18.0
"""Width of a silence on the axis."""

SHARE = 0.2
"""A silence as long as this part of the whole is compressed…"""

SHORTEST_NS = 2_000_000_000
"""… unless it is shorter than this: a scan takes seconds, and what happens within one belongs together."""

MAX_BREAKS = 6
"""Silences that are compressed, the longest first."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A compressed stretch of the axis."""

    x: float
    """Its middle."""
    ns: int


class TimeScale:
    """A piecewise linear axis.

    Args:
        times_ns: when something happened; any order.
        left: where the axis begins.
        right: where it ends.
    """

    def __init__(self, times_ns: Iterable[int], left: float, right: float) -> None:
        times = sorted(set(times_ns)) or [0]
        whole = times[-1] - times[0]
        least = max(whole * SHARE, SHORTEST_NS)
        gaps = sorted(((b - a, a, b) for a, b in pairwise(times) if b - a > least), reverse=True)
        cut = sorted((a, b) for _, a, b in gaps[:MAX_BREAKS])
        shown = whole - sum(b - a for a, b in cut)
        per_ns = (right - left - BREAK * len(cut)) / shown if shown else 0.0
        self._times, self._places = [times[0]], [left]
        self.silences: list[Silence] = []
        for begin, end in cut:
            x = self._places[-1] + (begin - self._times[-1]) * per_ns
            self._times += begin, end
            self._places += x, x + BREAK
            self.silences.append(Silence(x + BREAK / 2, end - begin))
        self._times.append(times[-1])
        self._places.append(right if whole else left)

    def x(self, time_ns: int) -> float:
        """Where a time is; times outside the axis stand at its ends."""
        i = bisect_right(self._times, time_ns) - 1
        if i < 0:
            return self._places[0]
        if i >= len(self._times) - 1:
            return self._places[-1]
        begin, end = self._times[i], self._times[i + 1]
        part = (time_ns - begin) / (end - begin) if end > begin else 0.0
        return self._places[i] + part * (self._places[i + 1] - self._places[i])

    @property
    def ends(self) -> tuple[int, int]:
        """The first and the last time on it."""
        return self._times[0], self._times[-1]
