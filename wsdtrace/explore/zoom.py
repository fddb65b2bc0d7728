"""The figures once more as plotly's: from the same data as the drawings, for zooming. Needs the extra `notebook`.

Theory of operation: a plot is made as plain values in plotly's schema (`data`, `layout`), and becomes plotly's object
only at the end, so that all but the last step works and is tested without it. plotly reads a subset of HTML in every
text, sets what stands between dollar signs with MathJax, and interpolates templates; so text of the capture goes
through `harmless`, and no template is used.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import MissingExtra
from wsdtrace.report.escape import shortened, visible
from wsdtrace.report.findings import where
from wsdtrace.report.joblines import OUTCOMES
from wsdtrace.report.ladder import MAX_JOB_LANES, color_of
from wsdtrace.report.latencies import MAX_OPERATIONS, latencies_of, spread
from wsdtrace.report.page import counted
from wsdtrace.report.palette import AMBER, BLUE, GREEN, RED, SLATE, state_color
from wsdtrace.report.redact import Redactor
from wsdtrace.report.sequence import Arrow, Idle, Row, Sequence, idle_words, sequence_of
from wsdtrace.report.timeline import MAX_JOBS, MAX_MARKS, event_marks, is_left, refusal_marks
from wsdtrace.report.times import SECOND, duration, offset
from wsdtrace.report.trace import Trace
from wsdtrace.report.transferfigure import pauses_of, verdict
from wsdtrace.report.transfers import PageTransfer
from wsdtrace.report.words import size
from wsdtrace.state.model import Job

EXTRA = "notebook"

MAX_POINTS = 2000
"""Dots of one operation: zooming tells apart more than a drawing does. Beyond, evenly spread ranks stand for all."""

MAX_HOVER = 300
"""Characters of one text on hover."""

MAX_TICK = 40
"""Characters of one label of an axis."""

_TICKS_NS = [digit * 10**power for power in range(3, 13) for digit in (1, 2, 5)]


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure in plotly's schema, whose texts are harmless."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]


def plotly_figure(plot: Plot, title: str) -> Any:
    """A plot as a `plotly.graph_objects.Figure`.

    Raises:
        MissingExtra: plotly is not installed.
    """
    try:
        import plotly.graph_objects as go  # type: ignore[import-untyped]  # ships no stubs  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("a figure of plotly", EXTRA) from error
    return go.Figure(data=plot.data, layout={**plot.layout, "title": {"text": harmless(title)}})


def harmless(text: str, limit: int = MAX_HOVER) -> str:
    """Text of anybody as plotly shows it letter by letter: no element, no entity, no formula.

    Quotes stay: plotly knows no entity for them, and puts no text into an attribute.
    """
    return html.escape(visible(shortened(text, limit)), quote=False).replace("$", "&#36;")


def ladder_plot(trace: Trace, job: Job | None, redactor: Redactor) -> Plot:
    """Who said what to whom: one row for each message, from top to bottom; jobs as lanes at the right."""
    sequence = sequence_of(trace, job, redactor)
    if not sequence.rows:
        return _nothing("no messages")
    places = {lane.key: float(i) for i, lane in enumerate(sequence.lanes)}
    jobs = [j for j in sequence.jobs if j.steps][:MAX_JOB_LANES]
    data: list[dict[str, Any]] = []
    for y, row in enumerate(sequence.rows):
        if isinstance(row, Arrow):
            data.append(_arrow(row, y, places, sequence, redactor))
        else:
            words = idle_words(row.ns) if isinstance(row, Idle) else f"{counted(row.count, 'exchange')} not drawn"
            data.append(_words((len(places) - 1) / 2, y, harmless(words), SLATE))
    right = float(len(places)) - 0.4
    for i, one in enumerate(jobs):
        data += _lane(one, right + i * 0.4, sequence.rows, redactor)
    ticks = [*places.values(), *(right + i * 0.4 for i in range(len(jobs)))]
    names = [f"{harmless(x.title, MAX_TICK)}<br>{harmless(x.subtitle, MAX_TICK)}" for x in sequence.lanes]
    names += [harmless(redactor.text(j.label), MAX_TICK) for j in jobs]
    times = [
        (y, harmless(offset(row.stamp.time_ns, sequence.start_ns)))
        for y, row in enumerate(sequence.rows)
        if isinstance(row, Arrow) and (row.is_request or row.lost)
    ]
    return Plot(
        data,
        {
            "xaxis": {"side": "top", "tickvals": ticks, "ticktext": names, "zeroline": False,
                      "range": [-0.4, max(ticks) + 0.4]},
            "yaxis": {"tickvals": [y for y, _ in times], "ticktext": [words for _, words in times],
                      "range": [len(sequence.rows), -1], "showgrid": False, "zeroline": False},
            "height": 200 + 28 * len(sequence.rows),
            "showlegend": False,
            "hovermode": "closest",
        },
    )  # fmt: skip


def _arrow(row: Arrow, y: int, places: dict[str, float], sequence: Sequence, redactor: Redactor) -> dict[str, Any]:
    start, end = places[row.source], places[row.target]
    if start == end:
        end = start + 0.4
    mark = "✖ " if row.failed else ""
    label = harmless(f"{mark}{row.label}")
    objections = [
        harmless(f"{f.code} {f.name}: {redactor.text(f.message)}") for f in sorted(row.findings, key=lambda f: f.id)
    ]
    told = [
        f"{label} · {harmless(row.note)}" if row.note else label,
        harmless(f"{offset(row.stamp.time_ns, sequence.start_ns)}, exchange {row.exchange.id}, {where(row.stamp)}"),
        *objections,
    ]
    color = color_of(row)
    head = "x" if row.lost else "triangle-right" if end > start else "triangle-left"
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "x": [start, (start + end) / 2, end],
        "y": [y, y, y],
        "text": ["", f"{label} ⚑" if objections else label, ""],
        "textposition": "top center",
        "line": {"color": color, "width": 4 if row.images else 1.8,
                 "dash": "solid" if row.is_request or row.images else "dash"},
        "marker": {"color": color, "size": [0, 8, 10], "symbol": ["circle", "line-ew", head]},
        "hovertext": "<br>".join(told),
        "hoverinfo": "text",
    }  # fmt: skip


def _lane(job: Job, x: float, rows: Iterable[Row], redactor: Redactor) -> list[dict[str, Any]]:
    """The states of a job between the rows that stand around their times."""
    known = [(r.stamp.time_ns if isinstance(r, Arrow) else r.until.time_ns, float(y))
             for y, r in enumerate(rows) if isinstance(r, Arrow | Idle)]  # fmt: skip
    known.sort()
    start = known[0][0] if known else 0
    times = [(time_ns - start) / SECOND for time_ns, _ in known]
    heights = [y for _, y in known]

    def height(time_ns: int) -> float:
        return float(np.interp((time_ns - start) / SECOND, times, heights)) if times else 0.0

    ends = [step.stamp.time_ns for step in job.steps[1:]]
    bottom = height(job.ended.time_ns) if job.ended is not None else max(heights, default=0.0)
    data = []
    for i, step in enumerate(job.steps):
        top = height(step.stamp.time_ns)
        color = state_color(step.what)
        data.append({
            "type": "scatter", "mode": "lines+markers", "x": [x, x],
            "y": [top, height(ends[i]) if i < len(ends) else max(bottom, top)],
            "line": {"color": color, "width": 8}, "marker": {"color": color, "size": [9, 1]},
            "hovertext": harmless(redactor.text(step.what)), "hoverinfo": "text",
        })  # fmt: skip
    return data


def timeline_plot(trace: Trace, redactor: Redactor) -> Plot:
    """The jobs of a capture against time, seconds since its start; no silence is compressed."""
    said = redactor.text
    jobs = trace.jobs[:MAX_JOBS]
    extra = [row for row in (refusal_marks(trace), event_marks(trace)) if row[1]]
    if not jobs and not extra:
        return _nothing("no scan jobs")
    start = trace.input.first_time_ns or 0
    data: list[dict[str, Any]] = []
    names = []
    for y, job in enumerate(jobs):
        data += _bars(trace, job, y, start, redactor)
        names.append(f"{harmless(said(job.label), MAX_TICK)}<br>{OUTCOMES[job.outcome][0]}")
    for y, (title, marks, color, sign) in enumerate(extra, len(jobs)):
        shown = marks[:MAX_MARKS]
        names.append(title)
        data.append({
            "type": "scatter", "mode": "markers", "name": title, "showlegend": False,
            "x": [(time_ns - start) / SECOND for time_ns, _ in shown], "y": [y] * len(shown),
            "marker": {"color": color, "size": 10, "symbol": "x" if sign == "✖" else "diamond"},
            "hovertext": [f"{harmless(said(tip))}<br>at {offset(t, trace.input.first_time_ns)}" for t, tip in shown],
            "hoverinfo": "text",
        })  # fmt: skip
    left = len(trace.jobs) - len(jobs)
    layout = {
        "xaxis": {"title": {"text": "seconds since the start of the capture"}},
        "yaxis": {"tickvals": list(range(len(names))), "ticktext": names, "range": [len(names) - 0.4, -0.6],
                  "zeroline": False},
        "height": 180 + 44 * len(names), "barmode": "overlay", "showlegend": False, "hovermode": "closest",
    }  # fmt: skip
    if left:
        layout["annotations"] = [_note(f"{left:,} more jobs are not drawn", 0.0)]
    return Plot(data, layout)


def _bars(trace: Trace, job: Job, y: int, start: int, redactor: Redactor) -> list[dict[str, Any]]:
    last = job.ended or job.last_activity or (job.steps[-1].stamp if job.steps else None)
    if last is None:
        return []
    spans: list[tuple[int, int, str, str]] = []
    for i, step in enumerate(job.steps):
        begin = step.stamp.time_ns
        until = job.steps[i + 1].stamp.time_ns if i + 1 < len(job.steps) else max(last.time_ns, begin)
        words = f"{redactor.text(step.what)} at {offset(begin, trace.input.first_time_ns)}, {duration(until - begin)}"
        spans.append((begin, until, state_color(step.what), words))
    pages = [
        ((i.first or i.last).time_ns, i.last.time_ns, GREEN if i.complete else RED,
         f"page {i.page}{'' if i.complete else ', incomplete'}")
        for i in job.images[:MAX_MARKS] if i.last is not None
    ]  # fmt: skip
    data = [_spans(spans, y, start, 0.5, 0.5), _spans(pages, y, start, 0.3, 0.9)]
    if is_left(job) and trace.input.last_time_ns is not None:
        data.append({
            "type": "scatter", "mode": "lines", "y": [y, y],
            "x": [(last.time_ns - start) / SECOND, (trace.input.last_time_ns - start) / SECOND],
            "line": {"color": state_color(job.outcome.value), "dash": "dot"},
            "hovertext": "nobody ended it", "hoverinfo": "text",
        })  # fmt: skip
    return data


def _spans(
    spans: Iterable[tuple[int, int, str, str]], y: int, start: int, width: float, opacity: float
) -> dict[str, Any]:
    """Bars from a time to a time, nanoseconds, each with its colour and words; with a line, so that no bar vanishes."""
    found = list(spans)
    colors = [color for _, _, color, _ in found]
    return {
        "type": "bar", "orientation": "h", "y": [y] * len(found), "width": width,
        "base": [(begin - start) / SECOND for begin, _, _, _ in found],
        "x": [(until - begin) / SECOND for begin, until, _, _ in found],
        "marker": {"color": colors, "opacity": opacity, "line": {"color": colors, "width": 1}},
        "hovertext": [harmless(words) for _, _, _, words in found], "hoverinfo": "text",
    }  # fmt: skip


def latency_plot(trace: Trace, redactor: Redactor) -> Plot:
    """How long each operation took: a dot for each exchange on a logarithmic axis of seconds."""
    rows = latencies_of(trace)[:MAX_OPERATIONS]
    if not rows:
        return _nothing("no answered exchange")
    names = [harmless(redactor.text(row.operation), MAX_TICK) for row in rows]
    dots = [(max(ns, 1), y) for y, row in enumerate(rows) for ns in spread(row.totals_ns, MAX_POINTS)]
    waits = [max(row.waits_ns[len(row.waits_ns) // 2], 1) for row in rows]
    medians = [max(row.median_ns, 1) for row in rows]
    ys = list(range(len(rows)))
    told = [
        f"{name}: median {duration(row.median_ns)} of {counted(len(row.totals_ns), 'exchange')}, at most "
        f"{duration(row.maximum_ns)} (exchange {row.slowest.id})" for name, row in zip(names, rows, strict=True)
    ]  # fmt: skip
    data = [
        _dots("an exchange", dots, [f"{names[y]}: {duration(ns)}" for ns, y in dots],
              {"color": BLUE, "opacity": 0.55, "size": 8}),
        _dots("median until the first byte", list(zip(waits, ys, strict=True)),
              [f"{name}: median {duration(ns)} to the first byte" for name, ns in zip(names, waits, strict=True)],
              {"color": AMBER, "symbol": "triangle-up", "size": 10}),
        _dots("median of the whole answer", list(zip(medians, ys, strict=True)), told,
              {"color": RED, "symbol": "line-ns", "size": 14, "line": {"color": RED, "width": 3}}),
    ]  # fmt: skip
    return Plot(
        data,
        {
            "xaxis": {"type": "log", "tickvals": [ns / SECOND for ns in _TICKS_NS],
                      "ticktext": [duration(ns).replace(".0", "") for ns in _TICKS_NS],
                      "title": {"text": "from the request to the last byte of its answer"}},
            "yaxis": {"tickvals": ys, "ticktext": names, "range": [len(rows) - 0.4, -0.6], "zeroline": False},
            "height": 220 + 34 * len(rows),
            "hovermode": "closest",
        },
    )  # fmt: skip


def _dots(name: str, places: list[tuple[int, int]], told: list[str], marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": name, "marker": marker,
        "x": [ns / SECOND for ns, _ in places], "y": [y for _, y in places],
        "hovertext": told, "hoverinfo": "text",
    }  # fmt: skip


def transfer_plot(pages: list[PageTransfer], redactor: Redactor) -> Plot:
    """When the bytes of pages came: a panel for each, bytes per second against seconds since its request."""
    if not pages:
        return _nothing("no page whose bytes can be looked at")
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "barmode": "overlay", "bargap": 0, "height": 160 + 150 * len(pages), "annotations": [],
        "xaxis": {"title": {"text": "seconds since the request"}, "anchor": f"y{len(pages)}",
                  "range": [0, (max(p.total_ns for p in pages) or 1) / SECOND * 1.02]},
    }  # fmt: skip
    highest = max(max(p.transfer.fresh, default=0) / p.transfer.bin_ns for p in pages) * SECOND or 1.0
    for i, page in enumerate(pages):
        axis = f"y{i + 1}"
        bottom, top = 1 - (i + 1) / len(pages), 1 - (i + 0.25) / len(pages)
        layout[f"yaxis{i + 1}"] = {"title": {"text": "B/s"}, "domain": [max(bottom, 0.0), top], "anchor": "x",
                                   "range": [0, highest * 1.12]}  # fmt: skip
        job = page.image.job
        label = f"{redactor.text(job.label)}, " if job is not None else ""
        title = (
            f"page {page.image.page}, {label}exchange {page.exchange.id}: {size(page.image.probe.length)} in "
            f"{duration(page.total_ns)}, {verdict(page.shares)}"
        )
        layout["annotations"].append(_note(harmless(title), top))
        data += [{**trace, "yaxis": axis, "showlegend": i == 0} for trace in _panel(page, highest)]
    return Plot(data, layout)


def _panel(page: PageTransfer, highest: float) -> list[dict[str, Any]]:
    transfer = page.transfer
    width = transfer.bin_ns
    silent = [(page.asked_ns, transfer.start_ns), *pauses_of(transfer)]
    bins = [(transfer.start_ns + i * width, transfer.start_ns + (i + 1) * width) for i in range(len(transfer.fresh))]
    fresh = [(span, n) for span, n in zip(bins, transfer.fresh, strict=True) if n]
    again = [(span, n) for span, n in zip(bins, transfer.again, strict=True) if n]
    return [
        _columns(page, "the device is silent", SLATE, 0.3, [s for s in silent if s[1] > s[0]], highest,
                 lambda s, _: f"silent for {duration(s[1] - s[0])}"),
        _columns(page, "bytes arrive", BLUE, 0.8, [s for s, _ in fresh], [n * SECOND / width for _, n in fresh],
                 lambda _, i: f"{size(fresh[i][1])} arrived"),
        _columns(page, "sent again, or late", RED, 0.85, [s for s, _ in again], [n * SECOND / width for _, n in again],
                 lambda _, i: f"{size(again[i][1])} sent again, or late"),
        {**_columns(page, "the client's window is shut", AMBER, 0.85, list(transfer.shut), highest * 0.08,
                    lambda s, _: f"window shut {duration(s[1] - s[0])}"),
         "base": highest * 1.02},
    ]  # fmt: skip


def _columns(
    page: PageTransfer, name: str, color: str, opacity: float, spans: list[tuple[int, int]],
    heights: float | list[float], told: Callable[[tuple[int, int], int], str],
) -> dict[str, Any]:  # fmt: skip
    return {
        "type": "bar", "name": name, "legendgroup": name,
        "x": [((a + b) / 2 - page.asked_ns) / SECOND for a, b in spans],
        "width": [(b - a) / SECOND for a, b in spans],
        "y": heights if isinstance(heights, list) else [heights] * len(spans),
        "marker": {"color": color, "opacity": opacity, "line": {"width": 0}},
        "hovertext": [harmless(told(span, i)) for i, span in enumerate(spans)], "hoverinfo": "text",
    }  # fmt: skip


def _words(x: float, y: float, text: str, color: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "text", "x": [x], "y": [y], "text": [text],
        "textfont": {"color": color}, "hoverinfo": "skip",
    }  # fmt: skip


def _note(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0, "y": y,
        "xanchor": "left", "yanchor": "bottom",
    }  # fmt: skip


def _nothing(words: str) -> Plot:
    """An empty plot that says why."""
    hidden = {"visible": False}
    note = {**_note(words, 0.5), "x": 0.5, "xanchor": "center"}
    return Plot([], {"xaxis": hidden, "yaxis": hidden, "annotations": [note]})
