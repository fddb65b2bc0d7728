"""The search for the next plausible start-line, over views of any size: holds no more than one start-line."""

from __future__ import annotations

from collections import deque

from wsdtrace.http.anomalies import FOUND_MAX, HttpAnomaly, found, odd
from wsdtrace.http.limits import HttpLimits
from wsdtrace.http.meter import View
from wsdtrace.http.sync import Side, StartLine, find_start_line
from wsdtrace.records import Anomaly


class StartLineSearch:
    """One search, from where the framing was lost."""

    __slots__ = ("_bound", "_kind", "_resume", "_span", "_text", "_window", "start", "stop", "views")

    def __init__(self, kind: HttpAnomaly, limits: HttpLimits) -> None:
        """Search in what is fed from now on; `kind` says why."""
        self.start = self.stop = -1
        """Stream offsets of the first byte that was searched, and of where the search is given up."""
        self._kind = kind
        self._bound = limits.start_line
        self._span = limits.resync
        self._text = b""
        self._window = b""
        """The last bytes: a start-line may have begun in them."""
        self._resume = 0
        """Where in the window an anchor may begin that was not judged."""
        self.views: deque[View] = deque()
        """The views that the window lies in: they are read again from the start-line on."""

    def feed(self, view: View, position: int, side: Side | None) -> StartLine | None:
        """Search in `view` from stream offset `position` on; returns the start-line with its stream offset."""
        if self.start < 0:
            self.start, self.stop = position, position + self._span
        data = view.data
        if position > view.start or view.end > self.stop:
            data = data[position - view.start : self.stop - view.start]
        if len(self._text) <= FOUND_MAX:
            self._text += data[: FOUND_MAX + 1]
        window = self._window + data if self._window else data
        base = position + len(data) - len(window)
        hit, resume = find_start_line(window, self._resume, self._bound, side)
        if hit is not None:
            return StartLine(base + hit.position, hit.side)
        low = max(0, resume - self._bound)
        self._window = window[low:]
        self._resume = resume - low
        self.views.append(view)
        while self.views[0].end <= base + low:
            self.views.popleft()
        return None

    def skipped(self, end: int) -> Anomaly | None:
        """What was skipped up to stream offset `end`; None when it is nothing."""
        if self.start < 0 or end <= self.start:
            return None
        return odd(self._kind, found(self._text[: end - self.start]), self.start, end)
