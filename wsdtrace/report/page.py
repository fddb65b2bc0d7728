"""A page of text for people: lines with styles, hanging indents and a right edge become one string.

Theory of operation: a `Page` collects lines (`styled.Text`) of at most `Look.width` cells.
Text of the capture enters through `Page.said` only, which redacts it, makes it visible and bounds its length; nothing
is ever read as markup. Colours are the sixteen that a terminal's theme defines, and none carries a meaning alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from io import StringIO

from wsdtrace.dataclass import dataclass
from wsdtrace.report.escape import shortened, visible
from wsdtrace.report.redact import Redactor
from wsdtrace.report.styled import Text, cell_len, sgr

PIPED_WIDTH = 100
"""Cells of a line where no terminal says its width: the finding line of the manual fits."""

MIN_WIDTH = 40
"""Below this nothing useful fits; the terminal then wraps."""

MIN_BODY = 28
"""Cells a hanging body needs beside its prefix; with less it starts on a line of its own."""

MAX_SAID = 600
"""Characters of one text of the capture that a person is shown; a fault reason of a megabyte is not worth scrolling."""

_ASCII = str.maketrans(
    {
        "→": ">", "←": "<", "▸": ">", "├": "|", "└": "`", "│": "|", "─": "-", "━": "-", "✖": "x", "✔": "+", "■": "#",
        "×": "x", "·": "-", "…": "~", "–": "-", "‹": "<", "›": ">", "↳": ">", "µ": "u", "▪": "#", "╭": "+", "╮": "+",
        "╰": "+", "╯": "+", "┬": "+", "┴": "+", "┼": "+", "╌": "-", "⋯": "~",
    }
)  # fmt: skip
"""One cell for one cell, so that columns stay columns."""


class Verbosity(IntEnum):
    """How much is told: -q, neither, -v."""

    QUIET = -1
    NORMAL = 0
    VERBOSE = 1


@dataclass(frozen=True, slots=True)
class Look:
    """How a report for people is to look."""

    width: int = PIPED_WIDTH
    color: bool = False
    verbosity: Verbosity = Verbosity.NORMAL
    show_secrets: bool = False
    statistics: bool = False
    """Print the ledger by family."""
    fit: bool = False
    """Tables are cut to the width; a pipe gets them whole."""
    ascii_only: bool = False
    """The output cannot hold anything else."""


class Page:
    """Collects lines; `str(page)` is the result, ending in a line feed unless it is empty."""

    def __init__(self, look: Look, redactor: Redactor) -> None:
        self.look = look
        self.redactor = redactor
        self.width = max(look.width, MIN_WIDTH)
        self._file = StringIO()

    def said(self, text: str, limit: int = MAX_SAID) -> str:
        """Text of the capture as it may be shown."""
        return visible(shortened(self.redactor.text(text), limit))

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line as it is, never wrapped."""
        self.text(joined(*parts))

    def text(self, text: Text) -> None:
        """One line as it is, never wrapped."""
        self._file.write(text.rstrip().rendered(color=self.look.color) + "\n")

    def blank(self) -> None:
        """An empty line."""
        self._file.write("\n")

    def hanging(
        self, prefix: Text, body: Text, *, right: Text | None = None, hang: str | None = None, narrow: str = "    "
    ) -> None:
        """`prefix`, then `body` wrapped beside it, then `right` at the right edge.

        Args:
            prefix: stands once, in front of the first line.
            body: wrapped to what is left of the width.
            right: kept together; where it does not fit it continues the body on a line of its own.
            hang: stands in front of the following lines; as many blanks as the prefix has cells by default.
            narrow: stands in front of every line of the body where too little is left beside the prefix.
        """
        hang = " " * prefix.cell_len if hang is None else hang
        beside = self.width - max(cell_len(hang), prefix.cell_len) >= MIN_BODY
        if not beside and body.plain:
            self.text(prefix)
            prefix, hang = Text(narrow), narrow
        lines = body.wrap(self.width - max(cell_len(hang), prefix.cell_len))
        for i, line in enumerate(lines):
            shown = prefix.copy().append_text(line) if i == 0 else joined(hang, line)
            gap = self.width - shown.cell_len - (right.cell_len if right else 0)
            if right and i == len(lines) - 1 and gap >= 2:
                shown.append(" " * gap).append_text(right)
                right = None
            self.text(shown)
        if right:
            self.text(joined(hang, right))

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Names and values beneath a heading, each wrapped beside its name; what has no value is left out."""
        for name, value in facts:
            if value:
                self.hanging(joined((f"  {name:<18}", "dim")), Text(value))

    def raw(self, *lines: str) -> None:
        """Lines that are already clean and styled by `sgr`: the fast way for long tables."""
        self._file.writelines([line.rstrip() + "\n" for line in lines])

    def sgr(self, text: str, style: str) -> str:
        """`text` with a style for `raw`; as it is where the page has no colours."""
        return sgr(text, style) if self.look.color else text

    def __str__(self) -> str:
        text = self._file.getvalue()
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode() if self.look.ascii_only else text


def joined(*parts: str | Text | tuple[str, str]) -> Text:
    """Parts, each plain or with its style, as one `Text`."""
    text = Text()
    for part in parts:
        if isinstance(part, Text):
            text.append_text(part)
        else:
            text.append(*((part,) if isinstance(part, str) else part))
    return text


def padded(text: str, cells: int) -> str:
    """`text` with blanks up to `cells` cells (wide characters count two)."""
    return text + " " * (cells - cell_len(text))


def counted(n: int, one: str, many: str | None = None) -> str:
    """`1 job`, `2 jobs`, `1,204 frames`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
