"""Tables for people: rows of short texts become aligned lines.

Made for a hundred thousand rows: the widths are found in one pass and the lines are written without markup. On a
terminal the flexible columns are cut to fit; a pipe gets everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from wsdtrace.dataclass import dataclass
from wsdtrace.report.page import Page
from wsdtrace.report.styled import cell_len, first_cells, measure_of

GAP = "  "
"""Between two columns."""

MIN_FLEXIBLE = 8
"""Cells a column is never cut below."""

COMFORT = 34
"""Cells for which spare columns are given up: `500 ✖ ServerErrorNotAcceptingJobs` is shown whole."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a grid."""

    title: str
    right: bool = False
    """Numbers stand at the right."""
    style: str = ""
    flexible: bool = False
    """May be cut where the terminal is too narrow."""
    spare: bool = False
    """May be left out there, the last one first, before anything is cut below comfort."""


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell with a style of its own."""

    text: str
    style: str


Cell = str | Styled


def write_grid(page: Page, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, indent: int = 0) -> None:
    """Write a table; columns that are empty in every row are left out.

    Args:
        page: where to.
        columns: from left to right.
        rows: a cell for each column; text of the capture has gone through `Page.said`.
        indent: cells in front of each line.
    """
    found: list[tuple[Cell, ...]] = list(zip(*rows, strict=True)) or [()] * len(columns)
    texts = [[c if isinstance(c, str) else c.text for c in cells] for cells in found]
    used = [i for i, column in enumerate(texts) if any(column)]
    lengths = [measure_of(column) for column in texts]
    widths = {i: max(cell_len(columns[i].title), *map(lengths[i], texts[i])) for i in used}
    if page.look.fit:
        used = _fit(widths, columns, page.width - indent)
    margin = " " * indent
    titles = [_cell(columns[i].title, widths[i], columns[i].right, cell_len) for i in used]
    page.raw(page.sgr(margin + GAP.join(titles), "dim"))
    shown = [_column(page, columns[i], widths[i], found[i], texts[i], lengths[i]) for i in used]
    page.raw(*[margin + GAP.join(line) for line in zip(*shown, strict=True)])


def _column(
    page: Page, column: Column, width: int, cells: Sequence[Cell], texts: list[str], length: Callable[[str], int]
) -> list[str]:
    """The cells of a column, all of one width; `length` measures their texts."""
    right = column.right
    if length is len and len(max(texts, key=len, default="")) <= width:
        padded = [text.rjust(width) for text in texts] if right else [text.ljust(width) for text in texts]
    else:
        padded = [_cell(text, width, right, length) for text in texts]
    if not page.look.color:
        return padded
    return [
        page.sgr(text, column.style if isinstance(cell, str) else cell.style)
        for cell, text in zip(cells, padded, strict=True)
    ]


def _fit(widths: dict[int, int], columns: Sequence[Column], room: int) -> list[int]:
    """Make the columns fit: leave out spare ones, then cut the widest flexible one as long as something can be cut.

    Returns:
        the columns that stay, `widths` being what they get.
    """
    flexible = [i for i in widths if columns[i].flexible]
    spare = [i for i in widths if columns[i].spare]
    while spare and _excess(widths, room) > sum(max(widths[i] - COMFORT, 0) for i in flexible):
        dropped = spare.pop()
        del widths[dropped]
        flexible = [i for i in flexible if i != dropped]
    while (excess := _excess(widths, room)) > 0 and flexible:
        widest = max(flexible, key=lambda i: widths[i])
        if widths[widest] <= MIN_FLEXIBLE:
            break
        second = max((widths[i] for i in flexible if i != widest), default=MIN_FLEXIBLE)
        widths[widest] -= min(excess, max(widths[widest] - max(second, MIN_FLEXIBLE), 1))
    return list(widths)


def _excess(widths: dict[int, int], room: int) -> int:
    return sum(widths.values()) + len(GAP) * (len(widths) - 1) - room


def _cell(text: str, width: int, right: bool, length: Callable[[str], int]) -> str:
    size = length(text)
    if size > width:
        return first_cells(text, width - 1) + "…"
    blanks = " " * (width - size)
    return blanks + text if right else text + blanks
