"""Text with styles; rich, whose users have looked at many terminals, says what is right."""

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import cells
from rich.console import Console
from rich.text import Text as Oracle

from wsdtrace.report.styled import _NARROW, Text, cell_len, first_cells, measure_of

CONSOLE = Console(file=StringIO(), width=40, _environ={})
TEXTS = st.text(alphabet="ab  x-→✖漢é\u0301", max_size=60)


@given(TEXTS)
def test_cells_are_those_of_the_oracle(text: str) -> None:
    assert cell_len(text) == cells.cell_len(text)


@given(TEXTS, st.integers(1, 30))
def test_the_first_cells_are_as_many_as_were_asked_for(text: str, size: int) -> None:
    assert first_cells(text, size) == cells.set_cell_size(text, size)


@given(st.lists(st.text(alphabet="abx-→✖漢", min_size=1, max_size=6)), st.integers(12, 40))
def test_lines_break_where_the_oracle_breaks_them(words: list[str], width: int) -> None:
    """With words that fit in a line; those that have to be cut leave blanks behind in the oracle's."""
    text = " ".join(words)
    expected = [line.plain.rstrip() for line in Oracle(text).wrap(CONSOLE, width)]
    assert [line.plain for line in Text(text).wrap(width)] == expected


@given(st.lists(st.tuples(TEXTS, st.sampled_from(["", "bold", "bold red", "dim"])), max_size=6), st.integers(2, 30))
def test_wrapping_loses_nothing_but_blanks_and_keeps_styles(pieces: list[tuple[str, str]], width: int) -> None:
    text, letters = Text(), []
    for piece, style in pieces:
        text.append(piece, style)
        letters += [(letter, style) for letter in piece if not letter.isspace()]
    lines = text.wrap(width)
    kept = [(c, style) for line in lines for piece, style in line._pieces for c in piece if not c.isspace()]
    assert kept == letters
    assert all(line.cell_len <= width for line in lines)


@pytest.mark.parametrize(
    ("color", "expected"),
    [pytest.param(False, "a b c", id="plain"), pytest.param(True, "a\x1b[1;31m b\x1b[0m c", id="with colours")],
)
def test_styles_are_switched_on_and_off(color: bool, expected: str) -> None:
    assert (
        Text("a").append(" b", "bold red").append(" c   ").append("  ", "dim").rstrip().rendered(color=color)
        == expected
    )


def test_a_copy_can_be_added_to_alone() -> None:
    text = Text("a")
    text.copy().append("b")
    assert (text.plain, bool(text), bool(Text())) == ("a", True, False)


def test_every_letter_that_is_taken_as_narrow_is_narrow() -> None:
    wide = [hex(n) for n in range(0xD800) if _NARROW.fullmatch(chr(n)) and cells.cell_len(chr(n)) != 1]
    assert not wide


@given(st.lists(st.text(max_size=8), max_size=4))
def test_what_measures_a_column_measures_each_of_its_texts(texts: list[str]) -> None:
    length = measure_of(texts)
    assert [length(text) for text in texts] == [cell_len(text) for text in texts]
