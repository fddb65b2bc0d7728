"""Text of a capture that a terminal may show."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.report.escape import MAX_COMBINING, harmless_json, shortened, visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("job 1", "job 1", id="plain"),
        pytest.param("複合機 3階", "複合機 3階", id="wide letters stay"),
        pytest.param("a\u3000b", "a\u3000b", id="the blank of East Asian names stays"),
        pytest.param("\x1b[31mred\x1b[0m", "␛[31mred␛[0m", id="escape sequence"),
        pytest.param("a\r\nb\tc", "a␍␊b␉c", id="line ends and tabs"),
        pytest.param("\x00\x1f\x7f", "␀␟␡", id="the edges of C0"),
        pytest.param("\x9b2J", r"\x9b2J", id="C1 control sequence introducer"),
        pytest.param("abc\u202egpj.exe", r"abc\u202egpj.exe", id="right-to-left override"),
        pytest.param("\u2066x\u2069", r"\u2066x\u2069", id="isolates"),
        pytest.param("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff", id="invisible characters"),
        pytest.param("line\u2028separator", r"line\u2028separator", id="line separator"),
        pytest.param("\U000e0041", r"\U000e0041", id="tag character"),
        pytest.param("\udc80", r"\udc80", id="lone surrogate"),
        pytest.param("a\u00a0b", r"a\xa0b", id="blank that is no space"),
        pytest.param("[red]bold[/red]", "[red]bold[/red]", id="markup is text"),
        pytest.param("e\u0301", "e\u0301", id="one accent stays"),
    ],
)
def test_what_is_shown(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_a_pile_of_combining_marks_is_spelled_out() -> None:
    assert visible("Z" + "\u0301" * 50) == "Z" + "\u0301" * MAX_COMBINING + r"\u0301" * (50 - MAX_COMBINING)


@given(st.text())
def test_everything_that_is_shown_can_be_seen(raw: str) -> None:
    shown = visible(raw)
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in shown)


@given(st.text())
def test_making_visible_twice_changes_nothing(raw: str) -> None:
    assert visible(visible(raw)) == visible(raw)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        pytest.param("abc", 3, "abc", id="as long as allowed"),
        pytest.param("abcd", 3, "abc… (1 more)", id="one too long"),
        pytest.param("x" * 2003, 3, "xxx… (2,000 more)", id="much too long"),
    ],
)
def test_shortened(text: str, limit: int, short: str) -> None:
    assert shortened(text, limit) == short


@given(text=st.text())
def test_json_keeps_its_value_and_harms_nobody(text: str) -> None:
    written = harmless_json(json.dumps(text, ensure_ascii=False))
    assert written.isprintable()
    assert json.loads(written) == text


def test_a_surrogate_in_json_is_spelled_out() -> None:
    assert json.loads(harmless_json('"a\udc80"')) == r"a\udc80"
