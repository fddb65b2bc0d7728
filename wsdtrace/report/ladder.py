"""The ladder: a sequence diagram of a trace or of one job as SVG, with a lane for each job coloured by its state.

Theory of operation: every row of `sequence` gets a height; idle time is a row of fixed height with the length of the
silence written on it, so a ladder is as tall as much was said, and not as long as it took. A job's lane maps the times
of its steps to those rows. While a request waits for its answer a bar stands on the lifeline of who has to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from wsdtrace.check.finding import Finding, Severity
from wsdtrace.dataclass import dataclass
from wsdtrace.report.findings import LETTERS, where
from wsdtrace.report.page import counted
from wsdtrace.report.palette import BLUE, GREEN, RED, SEVERITIES, SLATE, TEAL, VIOLET, state_color
from wsdtrace.report.redact import Redactor
from wsdtrace.report.sequence import Arrow, Idle, Omitted, Row, Sequence, idle_words, sequence_of
from wsdtrace.report.svg import MUTED, Drawing, fitted, width_of
from wsdtrace.report.times import offset
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Job, Toward

STEP = 220.0
"""Distance of lifelines where there are more than two."""

WIDE_STEP = 430.0
"""Distance of the only two."""

MAX_JOB_LANES = 3
"""Jobs with a lane; a capture of a day of scanning has hundreds."""

MAX_BADGES = 3
"""Findings marked on one message; more become a number."""

_TIMES = 84.0
"""Width of the column of times."""
_HEAD = 58.0
_ROW = 30.0
_SIZE = 12.0
"""Of the words over an arrow."""
_IDLE = 26.0
_JOB_LANE = 100.0

Link = Callable[[Finding], str]


def ladder_svg(
    trace: Trace, job: Job | None = None, *, redactor: Redactor | None = None, link: Link | None = None
) -> str:
    """Who said what to whom, from top to bottom, as SVG without scripts and styles.

    Args:
        trace: a judged capture.
        job: draw this job alone, with the events about it.
        redactor: what is not shown; tokens and user names by default.
        link: address of a finding, to which its mark leads; marks are no links by default.
    """
    sequence = sequence_of(trace, job, redactor or Redactor(trace))
    return str(_Ladder(sequence, job, link, redactor or Redactor(trace)).drawn())


@dataclass(frozen=True, slots=True)
class _Mark:
    """A time and the height at which it is drawn."""

    time_ns: int
    y: float


class _Ladder:
    def __init__(self, sequence: Sequence, job: Job | None, link: Link | None, redactor: Redactor) -> None:
        self._sequence = sequence
        self._link = link
        self._redactor = redactor
        with_steps = [j for j in sequence.jobs if j.steps]
        self._jobs = with_steps[:MAX_JOB_LANES]
        self._rows: list[tuple[Row, float]] = []
        y = _HEAD + 24
        for row in sequence.rows:
            self._rows.append((row, y))
            y += _IDLE if not isinstance(row, Arrow) else _ROW
        self._bottom = y
        lanes = sequence.lanes
        step = WIDE_STEP if len(lanes) <= 2 else STEP
        self._x = {lane.key: _TIMES + 78 + i * step for i, lane in enumerate(lanes)}
        self._room = step
        self._right = _TIMES + 156 + step * max(len(lanes) - 1, 1)
        self._breadth = _TIMES - 6, self._right - 10
        self._words = [(*self._label(row), _SIZE, y - 6) for row, y in self._rows if isinstance(row, Arrow)]
        middle = sum(self._breadth) / 2
        self._words += [(_missing(row), middle, 11.0, y + 3) for row, y in self._rows if not isinstance(row, Arrow)]
        self._words.sort(key=lambda word: word[3])
        self._width = self._right + (_JOB_LANE * len(self._jobs) + 16 if self._jobs else 0)
        said = sum(1 for row in sequence.rows if isinstance(row, Arrow))
        subject = f"{redactor.text(job.label)}: " if job is not None else ""
        self._drawing = Drawing(
            self._width, self._bottom + 16,
            f"{subject}sequence of messages",
            f"{counted(said, 'message')}, top to bottom, between {', '.join(x.title for x in lanes) or 'nobody'}.",
            linked=link is not None,
        )  # fmt: skip

    def drawn(self) -> Drawing:
        if not self._sequence.rows:
            self._drawing.text(self._width / 2, _HEAD, "no messages", anchor="middle", opacity=MUTED)
            return self._drawing
        self._draw_lanes()
        self._draw_waits()
        for row, y in self._rows:
            if isinstance(row, Arrow):
                self._draw_arrow(row, y)
            else:
                self._draw_break(_missing(row), y)
        for i, job in enumerate(self._jobs):
            self._draw_job(job, self._right + 16 + i * _JOB_LANE)
        return self._drawing

    def _draw_lanes(self) -> None:
        draw = self._drawing
        for lane in self._sequence.lanes:
            x = self._x[lane.key]
            box = min(self._room - 12, 150)
            draw.path(self._lifeline(x), stroke="currentColor", stroke_opacity=0.28, stroke_width=1.5)
            draw.rect(x - box / 2, 8, box, 42, rx=8, fill="currentColor", fill_opacity=0.06, stroke="currentColor",
                      stroke_opacity=0.3, tip=f"{lane.title}: {lane.subtitle}")  # fmt: skip
            draw.text(x, 26, fitted(lane.title, box - 8, 13), size=13, anchor="middle", font_weight=600)
            draw.text(x, 42, fitted(lane.subtitle, box - 8, 10.5), size=10.5, anchor="middle", opacity=MUTED)

    def _lifeline(self, x: float) -> str:
        """A line from top to bottom that leaves room for the words across it."""
        pieces, top = [], _HEAD - 6
        for words, middle, size, y in self._words:
            if abs(middle - x) < width_of(words, size) / 2 + 3:
                pieces.append(f"M{x:g} {top:g}V{y - size:g}")
                top = y + 4
        return "".join([*pieces, f"M{x:g} {top:g}V{self._bottom:g}"])

    def _draw_waits(self) -> None:
        """A bar on the lifeline of who has to answer, from request to response."""
        asked: dict[int, tuple[Arrow, float]] = {}
        for row, y in self._rows:
            if not isinstance(row, Arrow):
                continue
            if row.is_request:
                asked[id(row.exchange)] = (row, y)
                continue
            request = asked.pop(id(row.exchange), None)
            if request is not None and not row.lost:
                x = self._x[request[0].target]
                color = RED if row.failed else BLUE if row.exchange.toward is Toward.DEVICE else VIOLET
                self._drawing.rect(x - 4, request[1], 8, y - request[1], rx=2, fill=color, fill_opacity=0.35)

    def _draw_arrow(self, row: Arrow, y: float) -> None:
        draw = self._drawing
        start, end = self._ends(row)
        color = color_of(row)
        sign = 1 if end > start else -1
        if row.is_request or row.lost:
            draw.text(8, y + 4, offset(row.stamp.time_ns, self._sequence.start_ns), size=11, opacity=MUTED,
                      font_family=_MONO)  # fmt: skip
        tip = f"exchange {row.exchange.id}, {where(row.stamp)}: {row.label} {row.note}".rstrip()
        draw.open()
        if row.lost:
            draw.line(start - 8, y - 18, start + 8, y - 2, stroke=RED, stroke_width=2)
            draw.line(start - 8, y - 2, start + 8, y - 18, stroke=RED, stroke_width=2)
        else:
            width = 4 if row.images else 1.8
            dash = None if row.is_request or row.images else "6 3"
            draw.arrow(start + 4 * sign, end - 5 * sign, y, color=color, stroke_width=width, stroke_dasharray=dash)
            draw.rect(min(start, end), y - 16, abs(end - start), 22, fill="none", pointer_events="all", tip=tip)
        draw.close()
        self._draw_badges(row, y, min(start, end))
        label, middle = self._label(row)
        mark = RED if row.failed else None
        if row.lost:
            draw.text(start - 16, y - 6, label, size=11.5, anchor="end", mark=mark, font_weight=600)
            return
        weight = 600 if row.is_request or row.failed else None
        draw.text(middle, y - 6, label, size=_SIZE, anchor="middle", mark=mark, font_weight=weight)

    def _label(self, row: Arrow) -> tuple[str, float]:
        """What stands over an arrow, and where its middle is: between two lifelines where it fits."""
        start, end = self._ends(row)
        left, right = min(start, end) + self._badges_width(row), max(start, end)
        text = f"{'✖ ' if row.failed else ''}{row.label}"
        if row.lost:
            return text, start
        full = f"{text} · {row.note}" if row.note else text
        room = right - left - 24
        shown = fitted(full if width_of(full, _SIZE) <= room else text, room, _SIZE)
        stops = [left, *sorted(x for x in self._x.values() if left < x < right), right]
        for low, high in pairwise(stops):
            if width_of(shown, _SIZE) <= high - low - 16:
                return shown, (low + high) / 2
        return shown, (left + right) / 2

    def _ends(self, row: Arrow) -> tuple[float, float]:
        """Where an arrow begins and ends."""
        start, end = self._x[row.source], self._x[row.target]
        return start, end if end != start else start + min(self._room, 90)

    def _badges_of(self, row: Arrow) -> list[Finding]:
        """Errors and warnings about an exchange, the worst first."""
        told = (f for f in row.findings if f.severity is not Severity.INFO)
        return sorted(told, key=lambda f: (f.severity.rank, f.id))

    def _badges_width(self, row: Arrow) -> float:
        """Where the room for the label of an arrow begins."""
        count = len(self._badges_of(row))
        return 2 + 17 * min(count, MAX_BADGES) + (12 if count > MAX_BADGES else 0) if count else 0

    def _draw_badges(self, row: Arrow, y: float, left: float) -> None:
        """The marks of findings, over the last arrow of their exchange."""
        shown = self._badges_of(row)
        x = left + 14
        for finding in shown[:MAX_BADGES]:
            tip = f"{finding.code} {finding.name}: {self._redactor.text(finding.message)}"
            draw = self._drawing
            draw.open(self._link(finding) if self._link else None, aria_label=tip if self._link else None)
            draw.circle(x, y - 9, 7, fill=SEVERITIES[finding.severity], tip=tip)
            draw.text(x, y - 5.4, LETTERS[finding.severity], size=10, anchor="middle", fill="#fff", font_weight=700,
                      pointer_events="none")  # fmt: skip
            draw.close(link=self._link is not None)
            x += 17
        if len(shown) > MAX_BADGES:
            self._drawing.text(x - 5, y - 5.4, f"+{len(shown) - MAX_BADGES}", size=10, opacity=MUTED)

    def _draw_break(self, words: str, y: float) -> None:
        """Time, or exchanges, that are not drawn: a torn edge through all lifelines, and what is missing."""
        draw = self._drawing
        y -= 8
        left, right = self._breadth
        for lane in self._sequence.lanes:
            x = self._x[lane.key]
            draw.line(x, y - 9, x, y + 3, stroke=SLATE, stroke_width=3, stroke_dasharray="2 2")
        draw.line(left, y - 3, right, y - 3, stroke=SLATE, stroke_opacity=0.45, stroke_dasharray="1 4")
        draw.text(8, y + 1, "⋮", size=12, opacity=MUTED)
        draw.text((left + right) / 2, y + 11, words, size=11, anchor="middle", font_style="italic", opacity=MUTED)

    # -- the job lanes --------------------------------------------------------------------------

    def _draw_job(self, job: Job, x: float) -> None:
        draw = self._drawing
        draw.text(x, 26, fitted(job.label, _JOB_LANE - 8, 13), size=13, font_weight=600)
        draw.text(x, 42, fitted(job.outcome.value, _JOB_LANE - 8, 10.5), size=10.5, opacity=MUTED)
        marks = self._marks()
        end = self._height_of(job.ended.time_ns, marks) if job.ended is not None else self._bottom - 4
        steps = [(self._height_of(s.stamp.time_ns, marks), s.what) for s in job.steps]
        free = _HEAD
        for i, (y, what) in enumerate(steps):
            below = steps[i + 1][0] if i + 1 < len(steps) else max(end, y)
            color = state_color(what)
            if below > y:
                draw.rect(x, y, 10, below - y, fill=color, fill_opacity=0.85, tip=what)
            draw.circle(x + 5, y, 5, fill=color, tip=what)
            if y >= free:
                draw.text(x + 16, y + 4, fitted(self._redactor.text(what), _JOB_LANE - 26, 10.5), size=10.5)
                free = y + 12
        if job.ended is None and steps:
            draw.path(f"M{x} {end}l2.5 5 2.5 -5 2.5 5 2.5 -5", stroke=state_color(job.outcome.value), stroke_width=1.5)

    def _marks(self) -> list[_Mark]:
        marks: list[_Mark] = []
        for row, y in self._rows:
            if isinstance(row, Arrow):
                marks.append(_Mark(row.stamp.time_ns, y))
            elif isinstance(row, Idle):
                marks.append(_Mark(row.until.time_ns, y + 6))
        return sorted(marks, key=lambda m: (m.time_ns, m.y))

    def _height_of(self, time_ns: int, marks: list[_Mark]) -> float:
        """Where a time stands between the rows around it."""
        before = _Mark(time_ns, _HEAD + 12)
        for mark in marks:
            if mark.time_ns >= time_ns:
                span = mark.time_ns - before.time_ns
                part = (time_ns - before.time_ns) / span if span > 0 else 1.0
                return before.y + (mark.y - before.y) * max(min(part, 1.0), 0.0)
            before = mark
        return self._bottom - 4


def _missing(row: Idle | Omitted) -> str:
    """What is not drawn."""
    return idle_words(row.ns) if isinstance(row, Idle) else f"{counted(row.count, 'exchange')} not drawn"


_MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"


def color_of(row: Arrow) -> str:
    """Red failed, green carries images, violet is from a device, blue asks, teal answers."""
    if row.failed:
        return RED
    if row.images:
        return GREEN
    if row.exchange.toward is Toward.CLIENT:
        return VIOLET
    return BLUE if row.is_request else TEAL
