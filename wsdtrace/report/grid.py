"""Tables for people: rows of short texts become aligned lines.

Made for a hundred thousand rows: the widths are found in one pass and the lines are written without markup. On a
terminal the flexible columns are cut to fit; a pipe gets everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from wsdtrace.report.page import Page

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
    table = [list(row) for row in rows]
    used = [i for i in range(len(columns)) if any(_text(row[i]) for row in table)]
    widths = {i: max(cell_len(columns[i].title), *(cell_len(_text(row[i])) for row in table)) for i in used}
    if page.look.fit:
        used = _fit(widths, columns, page.width - indent)
    margin = " " * indent
    titles = [_cell(columns[i].title, widths[i], columns[i].right) for i in used]
    page.raw(page.sgr(margin + GAP.join(titles), "dim"))
    for row in table:
        cells = []
        for i in used:
            cell, column = row[i], columns[i]
            style = cell.style if isinstance(cell, Styled) else column.style
            cells.append(page.sgr(_cell(_text(cell), widths[i], column.right), style))
        page.raw(margin + GAP.join(cells))


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


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Styled) else cell


def _cell(text: str, width: int, right: bool) -> str:
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - size) + text if right else text + " " * (width - size)
