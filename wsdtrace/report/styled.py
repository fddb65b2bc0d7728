"""Text with styles, measured in cells of a terminal and broken at words: what a line of a `Page` is made of.

Theory of operation: a `Text` is a list of pieces, each with one style. Nothing in a piece is ever read as markup. A
cell is what one Latin letter takes; East Asian letters take two, combining marks none. Only texts with such letters
load the table of widths (`rich.cells`): most reports have none, and loading it takes longer than writing them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator

SGR = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
"""ECMA-48 §8.3.117, Select Graphic Rendition."""

_NARROW = re.compile(r"[ -~°±µ·×‐-…‹›←-⇿─-▟■-◗☀⚠✔✖⋯␀-␡]*")
"""Letters that are one cell each, as far as reports are full of them."""

_WORD = re.compile(r"\s*\S+\s*")
"""A word with the blanks around it, as a line is broken."""


def cell_len(text: str) -> int:
    """Cells that a text takes on a terminal."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    from rich import cells  # noqa: PLC0415  # see above

    return cells.cell_len(text)


def measure_of(texts: Iterable[str]) -> Callable[[str], int]:
    """What measures these texts: `len`, which is the fastest, where every letter takes one cell."""
    text = "".join(texts)
    return len if text.isascii() or _NARROW.fullmatch(text) else cell_len


def first_cells(text: str, cells: int) -> str:
    """The beginning of a text, of exactly `cells` cells; blanks stand for what is missing or half of a wide letter."""
    if text.isascii() or _NARROW.fullmatch(text):
        return text[:cells].ljust(cells)
    from rich.cells import set_cell_size  # noqa: PLC0415  # see above

    return set_cell_size(text, cells)


def sgr(text: str, style: str) -> str:
    """`text` between the sequences of ECMA-48 that switch a style on and everything off."""
    return f"\x1b[{';'.join(SGR[word] for word in style.split())}m{text}\x1b[0m" if style and text else text


class Text:
    """Pieces of text, each with a style: words of `SGR`, or none.

    Args:
        text: the first piece.
        style: its style.
    """

    __slots__ = ("_pieces",)

    def __init__(self, text: str = "", style: str = "") -> None:
        self._pieces = [(text, style)] if text else []

    def __str__(self) -> str:
        return self.plain

    def __bool__(self) -> bool:
        return bool(self._pieces)

    @property
    def plain(self) -> str:
        """Without styles."""
        return "".join(text for text, _ in self._pieces)

    @property
    def cell_len(self) -> int:
        """Cells that it takes."""
        return cell_len(self.plain)

    def append(self, text: str, style: str = "") -> Text:
        """Add a piece; returns itself."""
        if text:
            self._pieces.append((text, style))
        return self

    def append_text(self, other: Text) -> Text:
        """Add the pieces of another; returns itself."""
        self._pieces += other._pieces
        return self

    def copy(self) -> Text:
        """One that can be added to alone."""
        return Text().append_text(self)

    def rstrip(self) -> Text:
        """Take the blanks off its end; returns itself."""
        while self._pieces:
            text, style = self._pieces.pop()
            if kept := text.rstrip():
                self._pieces.append((kept, style))
                break
        return self

    def rendered(self, *, color: bool) -> str:
        """As a terminal takes it."""
        return "".join(sgr(text, style) for text, style in self._pieces) if color else self.plain

    def wrap(self, width: int) -> list[Text]:
        """Lines of at most `width` cells, broken between words; a word that is wider than a line is cut.

        Args:
            width: cells of a line, more than 0.
        """
        plain = self.plain
        breaks = list(_breaks(plain, max(width, 1)))
        return [self._between(*edges).rstrip() for edges in zip([0, *breaks], [*breaks, len(plain)], strict=True)]

    def _between(self, start: int, end: int) -> Text:
        """The characters from `start` to `end`."""
        found, at = Text(), 0
        for text, style in self._pieces:
            found.append(text[max(start - at, 0) : max(end - at, 0)], style)
            at += len(text)
        return found


def _breaks(plain: str, width: int) -> Iterator[int]:
    """Offsets at which new lines begin."""
    used = 0
    for found in _WORD.finditer(plain):
        word, size = found.group(), cell_len(found.group().rstrip())
        if used + size <= width:
            used += cell_len(word)
            continue
        if found.start():
            yield found.start()
        used = cell_len(word)
        if size > width:
            used = yield from _cuts(word, found.start(), width)


def _cuts(word: str, start: int, width: int) -> Generator[int, None, int]:
    """Offsets at which a word is cut that is too wide for a line; returns the cells of its last part."""
    used = 0
    for i, letter in enumerate(word):
        size = cell_len(letter)
        if used + size > width and used and not letter.isspace():
            yield start + i
            used = 0
        used += size
    return used
