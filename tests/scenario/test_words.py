"""Lines into words."""

import pytest

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.words import raw_bytes, read_duration, split_words, unescape


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("  a  b ", [("a", 3), ("b", 6)], id="white space separates"),
        pytest.param("a -> b=c", [("a", 1), ("->", 3), ("b=c", 6)], id="arrow and assignment"),
        pytest.param('a="b c" d', [("a=b c", 1), ("d", 9)], id="quoted value"),
        pytest.param('"a b" c', [("a b", 1), ("c", 7)], id="quoted word"),
        pytest.param('""', [("", 1)], id="quoted nothing"),
        pytest.param(r'a="\"\\\n\x41"', [('a="\\\nA', 1)], id="escapes within quotation marks"),
        pytest.param(r"a\n", [(r"a\n", 1)], id="none outside of them"),
        pytest.param('x"y"', [('x"y"', 1)], id="a mark inside of a word stands for itself"),
    ],
)
def test_a_line_becomes_words(line: str, words: list[tuple[str, int]]) -> None:
    assert [(word.text, word.column) for word in split_words(line, 1)] == words


@pytest.mark.parametrize(
    ("line", "column", "problem"),
    [
        pytest.param('a "b', 3, "expected a closing quotation mark, found the end of the line", id="never closed"),
        pytest.param('a="b\\"', 3, "expected a closing quotation mark, found the end of the line", id="escaped away"),
        pytest.param('"a"b', 4, "expected white space behind the quotation mark, found 'b'", id="followed directly"),
    ],
)
def test_a_mistake_is_named_with_its_place(line: str, column: int, problem: str) -> None:
    with pytest.raises(BadScenario) as caught:
        split_words(line, 7)
    assert (caught.value.line, caught.value.column, caught.value.problem) == (7, column, problem)


def test_without_values_only_whole_words_are_quoted() -> None:
    words = split_words('<a b="c"/> "d e"', 1, values=False)
    assert [(word.text, word.column) for word in words] == [("<a", 1), ('b="c"/>', 4), ("d e", 12)]


def test_a_quoted_word_is_never_an_operator() -> None:
    assert [word.quoted for word in split_words('"->" ->', 1)] == [True, False]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param(r"A\r\n\t\0\\", b"A\r\n\t\0\\", id="escapes"),
        pytest.param(r"\x00\xff", b"\x00\xff", id="bytes by number"),
        pytest.param("<3 x ab>!", b"ababab!", id="a run"),
        pytest.param("<b>", b"<b>", id="no run"),
        pytest.param("ä", b"\xe4", id="ISO-8859-1 as far as it goes"),
        pytest.param("…", "…".encode(), id="UTF-8 beyond"),
    ],
)
def test_raw_text_becomes_bytes(text: str, data: bytes) -> None:
    assert raw_bytes(text) == data


def test_a_run_is_bounded() -> None:
    assert len(raw_bytes("<99999999 x aaaa>")) == 64 * 1024 * 1024


def test_any_other_escaped_character_stands_for_itself() -> None:
    assert unescape(r"\q\"") == 'q"'


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("61s", 61 * 10**9),
        ("1.5s", 1_500_000_000),
        ("200ms", 200_000_000),
        ("2min", 120 * 10**9),
        ("1h", 3600 * 10**9),
        ("-5s", -5 * 10**9),
        ("0s", 0),
        ("61", None),
        ("s", None),
        ("1 s", None),
        ("", None),
    ],
)
def test_durations_have_a_unit(text: str, time_ns: int | None) -> None:
    assert read_duration(text) == time_ns
