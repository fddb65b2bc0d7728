"""The rate of each page over time as SVG: a device that thinks, a network that loses, a client that cannot keep up."""

from __future__ import annotations

from wsdtrace.records import Transfer
from wsdtrace.report.palette import AMBER, BLUE, RED, SLATE
from wsdtrace.report.redact import Redactor
from wsdtrace.report.svg import MUTED, Drawing, fitted, width_of
from wsdtrace.report.times import SECOND, duration
from wsdtrace.report.trace import Trace
from wsdtrace.report.transfers import PageTransfer, Shares, transfers_of
from wsdtrace.report.words import size

WIDTH = 840.0
_LABELS = 130.0
_NUMBERS = 200.0
_TOP = 54.0
_ROW = 74.0
_PLOT = 44.0

_KEY = (
    (SLATE, "the device is silent"),
    (BLUE, "bytes arrive"),
    (RED, "sent again, or late"),
    (AMBER, "the client's window is shut"),
)


def transfer_svg(trace: Trace, *, redactor: Redactor | None = None) -> str:
    """When the bytes of the slowest pages came, and what held them up, as SVG without scripts and styles.

    Args:
        trace: a judged capture whose source can be read again.
        redactor: what is not shown; tokens and user names by default.

    Raises:
        CaptureError: the capture is gone meanwhile.
    """
    return figure_of(transfers_of(trace), (redactor or Redactor(trace)))


def figure_of(pages: list[PageTransfer], redactor: Redactor) -> str:
    """The figure of pages that were looked at."""
    height = _TOP + _ROW * max(len(pages), 1)
    told = "; ".join(f"page {p.image.page} {duration(p.total_ns)}, {verdict(p.shares)}" for p in pages)
    draw = Drawing(WIDTH, height, "transfer rate of the pages", told or "no page whose bytes can be looked at")
    if not pages:
        draw.text(WIDTH / 2, _TOP, "no page whose bytes can be looked at", anchor="middle", opacity=MUTED)
        return str(draw)
    _draw_key(draw)
    longest = max(p.total_ns for p in pages) or 1
    highest = max(max(p.transfer.fresh, default=0) / p.transfer.bin_ns for p in pages) or 1.0
    for i, page in enumerate(pages):
        _Row(draw, page, _TOP + i * _ROW, longest, highest).draw(redactor)
    return str(draw)


def verdict(shares: Shares) -> str:
    """`mostly waited for the device`."""
    return {"nobody": "flowed", "client": "mostly waited for the client"}.get(
        shares.slowest, f"mostly waited for the {shares.slowest}"
    )


def pauses_of(transfer: Transfer) -> list[tuple[int, int]]:
    """Stretches without a byte that no loss explains, (since, until) in nanoseconds."""
    found: list[tuple[int, int]] = []
    since: int | None = None
    for i, (fresh, again) in enumerate(zip(transfer.fresh, transfer.again, strict=True)):
        now = transfer.start_ns + i * transfer.bin_ns
        if not fresh and not again:
            since = now if since is None else since
            continue
        if since is not None and not again and now - since >= SECOND // 20:
            found.append((since, now))
        since = None
    return found


def _draw_key(draw: Drawing) -> None:
    x = _LABELS
    for color, words in _KEY:
        draw.rect(x, 12, 12, 12, rx=2, fill=color, fill_opacity=0.4 if color == SLATE else 0.85)
        draw.text(x + 17, 22, words, size=11, opacity=MUTED)
        x += 17 + width_of(words, 11) + 14


class _Row:
    def __init__(self, draw: Drawing, page: PageTransfer, y: float, longest: int, highest: float) -> None:
        self._draw = draw
        self._page = page
        self._y = y
        self._base = y + _PLOT
        self._per_ns = (WIDTH - _LABELS - _NUMBERS) / longest
        self._highest = highest

    def _x(self, time_ns: int) -> float:
        return _LABELS + max(time_ns - self._page.asked_ns, 0) * self._per_ns

    def draw(self, redactor: Redactor) -> None:
        draw, page, transfer = self._draw, self._page, self._page.transfer
        job = page.image.job
        draw.text(8, self._y + 18, f"page {page.image.page}", size=12.5, font_weight=600)
        label = redactor.text(job.label) if job is not None else ""
        where = f"{label}, exchange {page.exchange.id}" if label else f"exchange {page.exchange.id}"
        draw.text(8, self._y + 33, fitted(where, _LABELS - 12, 10.5), size=10.5, opacity=MUTED)
        self._shade(page.asked_ns, transfer.start_ns)
        self._draw_pauses()
        self._draw_rate()
        for since, until in transfer.shut:
            x = self._x(since)
            draw.rect(
                x,
                self._y - 4,
                max(self._x(until) - x, 1.5),
                5,
                fill=AMBER,
                tip=f"window shut {duration(until - since)}",
            )
        for i, again in enumerate(transfer.again):
            if again:
                x = self._x(transfer.start_ns + i * transfer.bin_ns)
                draw.rect(x, self._base + 1, 2, 8, fill=RED, tip=f"{size(again)} sent again, or late")
        draw.line(_LABELS, self._base, WIDTH - _NUMBERS, self._base, stroke_opacity=0.35)
        end = self._x(page.asked_ns + page.total_ns)
        draw.text(
            min(end, WIDTH - _NUMBERS), self._base + 20, duration(page.total_ns), size=10.5, anchor="end", opacity=MUTED
        )
        self._draw_numbers()

    def _shade(self, begin_ns: int, end_ns: int) -> None:
        x, end = self._x(begin_ns), self._x(end_ns)
        words = duration(end_ns - begin_ns)
        self._draw.rect(x, self._y, max(end - x, 0), _PLOT, fill=SLATE, fill_opacity=0.3, tip=f"silent for {words}")
        if end - x > width_of(words, 10.5) + 8:
            self._draw.text((x + end) / 2, self._y + _PLOT / 2 + 4, words, size=10.5, anchor="middle")

    def _draw_pauses(self) -> None:
        for since, until in pauses_of(self._page.transfer):
            self._shade(since, until)

    def _draw_rate(self) -> None:
        transfer = self._page.transfer
        width = transfer.bin_ns
        points = [f"M{self._x(transfer.start_ns):.1f} {self._base:.1f}"]
        for i, fresh in enumerate(transfer.fresh):
            top = self._base - fresh / width / self._highest * _PLOT
            begin = self._x(transfer.start_ns + i * width)
            points.append(f"L{begin:.1f} {top:.1f}H{self._x(transfer.start_ns + (i + 1) * width):.1f}")
        points.append(f"V{self._base:.1f}z")
        self._draw.path("".join(points), fill=BLUE, fill_opacity=0.8, tip=f"{size(sum(transfer.fresh))} arrived")
        whole = sum(transfer.fresh) or 1
        line, done = [f"M{self._x(transfer.start_ns):.1f} {self._base:.1f}"], 0
        for i, fresh in enumerate(transfer.fresh):
            done += fresh
            line.append(f"L{self._x(transfer.start_ns + (i + 1) * width):.1f} {self._base - done / whole * _PLOT:.1f}")
        self._draw.path("".join(line), stroke=BLUE, stroke_width=1.5, stroke_linejoin="round")

    def _draw_numbers(self) -> None:
        draw, page = self._draw, self._page
        total = max(page.total_ns, 1)
        lines = [f"{size(page.image.probe.length)}, {size(round(sum(page.transfer.fresh) * SECOND / total))}/s"]
        lines.append(verdict(page.shares))
        notes = [f"{size(page.transfer.again_bytes)} again" if page.transfer.again_bytes else ""]
        notes.append(f"shut {duration(page.transfer.shut_ns)}" if page.transfer.shut_ns else "")
        lines.append(", ".join(filter(None, notes)))
        for i, line in enumerate(lines):
            draw.text(WIDTH - _NUMBERS + 12, self._y + 12 + i * 15, fitted(line, _NUMBERS - 12, 10.5), size=10.5,
                      opacity=None if i < 2 else MUTED)  # fmt: skip
