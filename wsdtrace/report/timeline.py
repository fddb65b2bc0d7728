"""The timeline of jobs: a bar for each, coloured by state, with its pages, and the refusals and events around it."""

from __future__ import annotations

from wsdtrace.report.joblines import OUTCOMES
from wsdtrace.report.page import counted
from wsdtrace.report.palette import GREEN, RED, SLATE, VIOLET, state_color
from wsdtrace.report.redact import Redactor
from wsdtrace.report.svg import MUTED, Drawing, fitted
from wsdtrace.report.times import duration, offset
from wsdtrace.report.timescale import TimeScale
from wsdtrace.report.trace import Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import Job

WIDTH = 800.0
MAX_JOBS = 40
"""Jobs with a bar: a screen."""

MAX_MARKS = 200
"""Pages, refusals or events drawn in one row."""

_LABELS = 150.0
_TOP = 40.0
_ROW = 34.0


def timeline_svg(trace: Trace, *, redactor: Redactor | None = None) -> str:
    """The jobs of a capture against time, as SVG without scripts and styles.

    Args:
        trace: a judged capture.
        redactor: what is not shown; tokens and user names by default.
    """
    said = (redactor or Redactor(trace)).text
    jobs = trace.jobs[:MAX_JOBS]
    extra = [row for row in (refusal_marks(trace), event_marks(trace)) if row[1]]
    scale = TimeScale(_times(trace, jobs), _LABELS, WIDTH - 24)
    foot = 42 if len(trace.jobs) > MAX_JOBS else 26 if scale.silences else 8
    height = _TOP + _ROW * (len(jobs) + len(extra)) + foot
    draw = Drawing(
        WIDTH, max(height, _TOP + _ROW), "timeline of the scan jobs",
        "; ".join(f"{said(j.label)} {j.outcome.value}, {counted(j.delivered, 'page')}" for j in jobs[:10]) or "no jobs",
    )  # fmt: skip
    if not jobs and not extra:
        draw.text(WIDTH / 2, _TOP, "no scan jobs", anchor="middle", opacity=MUTED)
        return str(draw)
    _draw_axis(draw, trace, scale, height)
    for i, job in enumerate(jobs):
        _draw_job(draw, trace, job, scale, _TOP + i * _ROW, said(job.label))
    y = _TOP + len(jobs) * _ROW
    for title, marks, color, sign in extra:
        draw.text(8, y + 15, title, size=12, opacity=MUTED)
        for time_ns, tip in marks[:MAX_MARKS]:
            x = scale.x(time_ns)
            if sign == "✖":
                draw.path(f"M{x - 4:.1f} {y + 7:.1f}l8 8m0 -8l-8 8", stroke=color, stroke_width=2, tip=said(tip))
            else:
                draw.path(f"M{x:.1f} {y + 5:.1f}l5 6 -5 6 -5 -6z", fill=color, stroke="none", tip=said(tip))
        y += _ROW
    if len(trace.jobs) > MAX_JOBS:
        draw.text(8, y + 30, f"{len(trace.jobs) - MAX_JOBS:,} more jobs are not drawn", size=11, opacity=MUTED)
    return str(draw)


Marks = tuple[str, list[tuple[int, str]], str, str]
"""Title of a row, its times with their tooltips, colour, sign."""


def refusal_marks(trace: Trace) -> Marks:
    """The row of requests for jobs that were refused."""
    marks = [
        (r.exchange.last.time_ns, f"CreateScanJob refused: {r.subcode or 'a fault without subcode'}")
        for r in trace.refusals
    ]
    return "refused", marks, RED, "✖"


def event_marks(trace: Trace) -> Marks:
    """The row of what devices notified their clients of."""
    marks = [(e.exchange.first.time_ns, f"{e.name}, exchange {e.exchange.id}") for e in trace.events]
    return "device events", marks, VIOLET, "◆"


def _times(trace: Trace, jobs: list[Job]) -> list[int]:
    times = [step.stamp.time_ns for job in jobs for step in job.steps]
    times += [s.time_ns for job in jobs for s in (job.created, job.ended, job.last_activity) if s is not None]
    times += [s.time_ns for job in jobs for i in job.images for s in (i.first, i.last) if s is not None]
    if trace.input.last_time_ns is not None and any(is_left(job) for job in jobs):
        times.append(trace.input.last_time_ns)
    times += [
        time_ns for _, marks, _, _ in (refusal_marks(trace), event_marks(trace)) for time_ns, _ in marks[:MAX_MARKS]
    ]
    return times


def _draw_axis(draw: Drawing, trace: Trace, scale: TimeScale, height: float) -> None:
    start = trace.input.first_time_ns
    draw.line(_LABELS, _TOP - 12, WIDTH - 24, _TOP - 12, stroke_opacity=0.35)
    ends = scale.ends
    draw.text(_LABELS, _TOP - 18, offset(ends[0], start), size=10.5, opacity=MUTED)
    draw.text(WIDTH - 24, _TOP - 18, offset(ends[1], start), size=10.5, anchor="end", opacity=MUTED)
    for silence in scale.silences:
        words = duration(silence.ns)
        draw.rect(silence.x - 7, _TOP - 12, 14, height - _TOP - 8, fill=SLATE, fill_opacity=0.14,
                  tip=f"{words} without anything")  # fmt: skip
        x = min(silence.x, WIDTH - 60)
        draw.text(x, height - 8, f"{words} idle", size=10.5, anchor="middle", font_style="italic", opacity=MUTED)


def _draw_job(draw: Drawing, trace: Trace, job: Job, scale: TimeScale, y: float, label: str) -> None:
    draw.text(8, y + 11, fitted(label, _LABELS - 20, 12.5), size=12.5, font_weight=600)
    ended = fitted(OUTCOMES[job.outcome][0], _LABELS - 20, 10.5)
    draw.text(8, y + 24, ended, size=10.5, mark=state_color(job.outcome.value))
    stops = [(step.stamp.time_ns, step.what) for step in job.steps]
    last = job.ended or job.last_activity or (job.steps[-1].stamp if job.steps else None)
    if last is None:
        return
    for i, (time_ns, what) in enumerate(stops):
        until = stops[i + 1][0] if i + 1 < len(stops) else max(last.time_ns, time_ns)
        x = scale.x(time_ns)
        draw.rect(x, y + 3, max(scale.x(until) - x, 2.5), 16, rx=2, fill=state_color(what), fill_opacity=0.45,
                  tip=f"{what} at {offset(time_ns, trace.input.first_time_ns)}")  # fmt: skip
    for image in job.images[:MAX_MARKS]:
        if image.last is None:
            continue
        x = scale.x(image.last.time_ns)
        begin = scale.x(image.first.time_ns) if image.first is not None else x
        color = GREEN if image.complete else RED
        draw.rect(begin, y + 3, max(x - begin, 2), 16, fill=color, fill_opacity=0.8, tip=f"page {image.page}")
        draw.text(x, y + 30, f"p{image.page}", size=9.5, anchor="end", opacity=MUTED)
    x = scale.x(last.time_ns)
    if is_left(job) and trace.input.last_time_ns is not None:
        draw.line(x, y + 11, scale.x(trace.input.last_time_ns), y + 11, stroke=state_color(job.outcome.value),
                  stroke_width=2, stroke_dasharray="3 4")  # fmt: skip
    draw.line(x, y, x, y + 22, stroke=state_color(job.outcome.value), stroke_width=2.5)


def is_left(job: Job) -> bool:
    """Nobody ended it as far as the capture goes."""
    return job.outcome in (Outcome.ORPHANED, Outcome.OPEN)
