"""Latency per operation: a dot for each exchange on a logarithmic axis, with median and maximum."""

from __future__ import annotations

import math
from statistics import median

from wsdtrace.dataclass import dataclass
from wsdtrace.report.page import counted
from wsdtrace.report.palette import AMBER, BLUE, RED
from wsdtrace.report.redact import Redactor
from wsdtrace.report.svg import MUTED, Drawing, fitted
from wsdtrace.report.times import SECOND, duration
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Exchange, Transport

WIDTH = 800.0
MAX_OPERATIONS = 24
"""Rows; WS-Scan and its neighbours have 26 operations and events, of which no capture shows all."""

MAX_DOTS = 100
"""Dots of one operation. Beyond, evenly spread ranks stand for all, the fastest and the slowest among them."""

_LABELS = 190.0
_NUMBERS = 150.0
_TOP = 40.0
_ROW = 30.0
_DECADES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, SECOND, 10 * SECOND, 100 * SECOND, 1000 * SECOND)


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long one operation took, over all its answered exchanges."""

    operation: str
    waits_ns: tuple[int, ...]
    """From the last byte of the request to the first byte of the response, ascending: the peer thinks."""
    totals_ns: tuple[int, ...]
    """From the last byte of the request to the last byte of the response, ascending."""
    slowest: Exchange

    @property
    def median_ns(self) -> int:
        return round(median(self.totals_ns))

    @property
    def maximum_ns(self) -> int:
        return self.totals_ns[-1]


def latencies_of(trace: Trace) -> list[Latencies]:
    """The operations of a trace that were answered over HTTP, in order of appearance."""
    by_operation: dict[str, list[Exchange]] = {}
    for exchange in trace.exchanges:
        latency = exchange.latency_ns
        if exchange.operation and latency is not None and latency >= 0 and exchange.transport is Transport.HTTP:
            by_operation.setdefault(exchange.operation, []).append(exchange)
    return [
        Latencies(
            operation,
            tuple(sorted(_wait_of(e) for e in exchanges)),
            tuple(sorted(e.latency_ns or 0 for e in exchanges)),
            max(exchanges, key=lambda e: e.latency_ns or 0),
        )
        for operation, exchanges in by_operation.items()
    ]


def latency_svg(trace: Trace, *, redactor: Redactor | None = None) -> str:
    """How long each operation took, as SVG without scripts and styles.

    Args:
        trace: a judged capture.
        redactor: what is not shown; tokens and user names by default.
    """
    said = (redactor or Redactor(trace)).text
    rows = latencies_of(trace)[:MAX_OPERATIONS]
    height = _TOP + _ROW * max(len(rows), 1) + 26
    told = "; ".join(
        f"{said(r.operation)} median {duration(r.median_ns)}, at most {duration(r.maximum_ns)}" for r in rows
    )
    draw = Drawing(WIDTH, height, "latency of each operation", told or "no answered exchange")
    if not rows:
        draw.text(WIDTH / 2, _TOP, "no answered exchange", anchor="middle", opacity=MUTED)
        return str(draw)
    axis = _Axis([ns for row in rows for ns in (row.totals_ns[0], row.totals_ns[-1])])
    for ns in axis.decades:
        draw.line(axis.x(ns), _TOP - 10, axis.x(ns), height - 24, stroke_opacity=0.16)
        draw.text(axis.x(ns), _TOP - 16, duration(ns).replace(".0", ""), size=10.5, anchor="middle", opacity=MUTED)
    for i, row in enumerate(rows):
        _draw_row(draw, axis, row, _TOP + i * _ROW, said(row.operation))
    y = height - 12
    draw.line(_LABELS, y - 8, _LABELS, y + 2, stroke=RED, stroke_width=2.5)
    draw.text(_LABELS + 8, y, "median of the whole answer", size=10.5, opacity=MUTED)
    draw.path(f"M{_LABELS + 176:.1f} {y - 6:.1f}l4 6h-8z", fill=AMBER, stroke="none")
    draw.text(_LABELS + 186, y, "median until its first byte: until then the peer thinks, then the answer travels",
              size=10.5, opacity=MUTED)  # fmt: skip
    return str(draw)


class _Axis:
    def __init__(self, times_ns: list[int]) -> None:
        low = max((d for d in _DECADES if d <= min(times_ns)), default=_DECADES[0])
        high = min((d for d in _DECADES if d > max(times_ns)), default=_DECADES[-1])
        self._low, self._high = math.log10(low), math.log10(max(high, low * 10))
        self.decades = [d for d in _DECADES if low <= d <= 10**self._high * 1.01]

    def x(self, ns: int) -> float:
        part = (math.log10(max(ns, 1)) - self._low) / (self._high - self._low)
        return _LABELS + max(min(part, 1.0), 0.0) * (WIDTH - _LABELS - _NUMBERS)


def _draw_row(draw: Drawing, axis: _Axis, row: Latencies, y: float, name: str) -> None:
    middle = y + 10
    draw.text(8, middle + 4, fitted(name, _LABELS - 16), size=12, font_weight=600)
    low, high = axis.x(row.totals_ns[0]), axis.x(row.maximum_ns)
    draw.line(low, middle, high, middle, stroke_opacity=0.3, stroke_width=2)
    for ns in spread(row.totals_ns, MAX_DOTS):
        draw.circle(axis.x(ns), middle, 3.6, fill=BLUE, fill_opacity=0.55, tip=duration(ns))
    wait = axis.x(row.waits_ns[len(row.waits_ns) // 2])
    draw.path(f"M{wait:.1f} {middle + 7:.1f}l4 6h-8z", fill=AMBER, stroke="none", tip="median time to the first byte")
    x = axis.x(row.median_ns)
    draw.line(x, middle - 8, x, middle + 8, stroke=RED, stroke_width=2.5)
    numbers = (
        f"{duration(row.median_ns)}, max {duration(row.maximum_ns)}"
        if len(row.totals_ns) > 1
        else duration(row.median_ns)
    )
    draw.text(WIDTH - 8, middle + 1, numbers, size=11, anchor="end")
    draw.text(WIDTH - 8, middle + 13, counted(len(row.totals_ns), "exchange"), size=9.5, anchor="end", opacity=MUTED)


def spread(values: tuple[int, ...], most: int) -> list[int]:
    """At most `most` of the sorted values, evenly over the ranks, both ends among them."""
    if len(values) <= most:
        return list(values)
    return [values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)]


def _wait_of(exchange: Exchange) -> int:
    assert exchange.request is not None
    assert exchange.response is not None
    return max(exchange.response.first.time_ns - exchange.request.last.time_ns, 0)
