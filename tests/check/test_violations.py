"""Violations in words: paths without indexes, nothing private, nothing too long."""

import pytest

from wsdtrace.check.violations import MAX_MESSAGE, last, parent, short, shown, steps
from wsdtrace.soap.schema import Violation, ViolationKind


def violation(path: str, found: str = "", *, redacted: bool = False) -> Violation:
    return Violation(ViolationKind.VALUE_INVALID, path, found, "int", 1, redacted=redacted)


@pytest.mark.parametrize(
    ("path", "names", "above", "name"),
    [
        pytest.param("A/B/C", ["A", "B", "C"], "B", "C", id="plain"),
        pytest.param("A/B[3]/C[>10000]", ["A", "B", "C"], "B", "C", id="indexes go"),
        pytest.param("A/B[2]/@Name", ["A", "B", "@Name"], "B", "@Name", id="an attribute"),
        pytest.param("A", ["A"], "Body", "A", id="the body element itself"),
    ],
)
def test_a_path_in_words(path: str, names: list[str], above: str, name: str) -> None:
    one = violation(path)
    assert (steps(one), parent(one), last(one)) == (names, above, name)


def test_what_is_private_is_not_shown() -> None:
    assert shown(violation("A", "secret", redacted=True)) == "‹redacted›"


def test_control_characters_become_visible() -> None:
    assert shown(violation("A", "a\x1bb")) == "'a\\x1bb'"


@pytest.mark.parametrize("length", [MAX_MESSAGE - 1, MAX_MESSAGE, MAX_MESSAGE + 1, 10 * MAX_MESSAGE])
def test_a_message_fits(length: int) -> None:
    text = short("x" * length)
    assert len(text) == min(length, MAX_MESSAGE)
    assert text.endswith("…") == (length > MAX_MESSAGE)
