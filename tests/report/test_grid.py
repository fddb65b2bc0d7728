"""Tables."""

import pytest

from wsdtrace.report.grid import Column, Styled, write_grid
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor


def grid(columns: list[Column], rows: list[list[str | Styled]], look: Look) -> list[str]:
    page = Page(look, Redactor(None))
    write_grid(page, columns, rows)
    return str(page).splitlines()


COLUMNS = [Column("id", right=True), Column("name", flexible=True), Column("empty"), Column("peers", flexible=True)]
ROWS: list[list[str | Styled]] = [["1", "a name that is rather long", "", "client → device"], ["10", "名前", "", "x"]]


@pytest.mark.parametrize(
    ("look", "lines"),
    [
        pytest.param(
            Look(width=40),
            [
                "id  name                        peers",
                " 1  a name that is rather long  client → device",
                "10  名前                        x",
            ],
            id="a pipe gets everything, empty columns are left out, wide letters count two",
        ),
        pytest.param(
            Look(width=40, fit=True),
            [
                "id  name                 peers",
                " 1  a name that is rat…  client → device",
                "10  名前                 x",
            ],
            id="a terminal gets what fits, the widest column gives",
        ),
    ],
)
def test_a_grid(look: Look, lines: list[str]) -> None:
    assert grid(COLUMNS, ROWS, look) == lines


def test_spare_columns_go_before_anything_is_cut_below_comfort() -> None:
    columns = [Column("a", flexible=True), Column("b", spare=True), Column("c", spare=True)]
    row: list[list[str | Styled]] = [["x" * 34, "bbb", "ccc"]]
    assert grid(columns, row, Look(width=44, fit=True))[1] == "x" * 34 + "  bbb  ccc"
    assert grid(columns, row, Look(width=43, fit=True))[1] == "x" * 34 + "  bbb"
    assert grid(columns, [["x" * 60, "bbb", "ccc"]], Look(width=44, fit=True))[1] == "x" * 33 + "…  bbb  ccc"


def test_no_column_is_cut_below_what_can_be_read() -> None:
    columns = [Column(str(i), flexible=True) for i in range(6)]
    assert grid(columns, [["0123456789"] * 6], Look(width=40, fit=True))[1] == "  ".join(["0123456…"] * 6)


def test_a_grid_without_rows_is_its_titles() -> None:
    assert grid([Column("a")], [], Look()) == [""]


def test_styles_are_for_colours_only() -> None:
    rows: list[list[str | Styled]] = [[Styled("x", "bold red")]]
    assert grid([Column("a")], rows, Look()) == ["a", "x"]
    assert grid([Column("a")], rows, Look(color=True)) == ["\x1b[2ma\x1b[0m", "\x1b[1;31mx\x1b[0m"]
