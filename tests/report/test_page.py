"""A page of text."""

import pytest

from wsdtrace.report.page import Look, Page, counted, joined, padded
from wsdtrace.report.redact import Redactor
from wsdtrace.report.styled import Text


def page(*, color: bool = False, ascii_only: bool = False) -> Page:
    return Page(Look(width=40, color=color, ascii_only=ascii_only), Redactor(None))


@pytest.mark.parametrize(
    ("prefix", "body", "right", "lines"),
    [
        pytest.param("ab ", "short", "", ["ab short"], id="one line"),
        pytest.param("ab ", "short", "end", ["ab short" + " " * 29 + "end"], id="at the right edge"),
        pytest.param(
            "ab ", "x" * 30 + " " + "y" * 10, "", ["ab " + "x" * 30, "   " + "y" * 10], id="hanging beneath the body"
        ),
        pytest.param("ab ", "x" * 36, "end", ["ab " + "x" * 36, "   end"], id="no room at the right"),
        pytest.param("p" * 20 + " ", "body", "", ["p" * 20, "    body"], id="no room beside the prefix"),
        pytest.param("p" * 20, "", "", ["p" * 20], id="nothing but a prefix"),
        pytest.param("", "word " * 10, "", ["word " * 7 + "word", "word word"], id="no prefix"),
        pytest.param("", "x" * 50, "", ["x" * 40, "x" * 10], id="a word wider than the page"),
        pytest.param("", "漢" * 25, "", ["漢" * 20, "漢" * 5], id="wide letters"),
    ],
)
def test_hanging(prefix: str, body: str, right: str, lines: list[str]) -> None:
    sheet = page()
    sheet.hanging(Text(prefix), Text(body), right=Text(right) if right else None)
    assert str(sheet).splitlines() == lines


def test_a_line_is_never_wrapped_and_never_read_as_markup() -> None:
    sheet = page()
    sheet.line("[red]" * 20, (":smile:", "bold"))
    assert str(sheet) == "[red]" * 20 + ":smile:\n"


def test_colours_are_those_of_the_terminal() -> None:
    sheet = page(color=True)
    sheet.line(("E", "bold red"), " x")
    sheet.raw(sheet.sgr("W", "yellow"))
    assert str(sheet) == "\x1b[1;31mE\x1b[0m x\n\x1b[33mW\x1b[0m\n"


def test_text_of_the_capture_is_redacted_bounded_and_visible() -> None:
    assert page().said("<JobToken>x</JobToken>\x1b") == "<JobToken>‹redacted›</JobToken>␛"
    assert page().said("x" * 30, 10) == "x" * 10 + "… (20 more)"


def test_ascii_for_a_terminal_that_has_nothing_else() -> None:
    sheet = page(ascii_only=True)
    sheet.line("├ #1 → ü 漢")
    assert str(sheet) == "| #1 > \\xfc \\u6f22\n"


def test_words() -> None:
    assert [counted(n, "page") for n in (0, 1, 1204)] == ["0 pages", "1 page", "1,204 pages"]
    assert padded("漢", 4) + "|" == "漢  |"
    assert joined("a", ("b", "bold"), Text("c")).plain == "abc"
