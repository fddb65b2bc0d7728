"""Differences by key and by order."""

import pytest

from wsdtrace.explore.compare.difference import Difference, by_key, by_order, told


def test_keys_of_either_side() -> None:
    found = list(by_key("jobs", {"x": "1", "y": "2", "same": "="}, {"y": "3", "z": "4", "same": "="}, {"y": "why"}))
    assert found == [
        Difference("jobs", "x", "1", None),
        Difference("jobs", "y", "2", "3", "why"),
        Difference("jobs", "z", None, "4"),
    ]
    assert [d.kind for d in found] == ["only in A", "changed", "only in B"]


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        pytest.param("abc", "abc", [], id="equal"),
        pytest.param("abc", "ac", [("after a", "b", None)], id="missing"),
        pytest.param("ac", "xac", [("at the start", None, "x")], id="first"),
        pytest.param("abbbc", "abc", [("after b", "b ×2", None)], id="fewer"),
        pytest.param("ab", "ac", [("after a", "b", "c")], id="another"),
        pytest.param("", "aab", [("at the start", None, "a ×2, b")], id="nothing"),
    ],
)
def test_orders(a: str, b: str, found: list[tuple[str, str | None, str | None]]) -> None:
    assert [(d.subject.partition(", ")[2], d.a, d.b) for d in by_order("order", "ops", a, b)] == found


def test_runs_are_counted() -> None:
    assert told(["x", "x", "y"]) == "x ×2, y"
    assert told([]) is None
