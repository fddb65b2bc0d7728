"""Hostile captures: each is read to its end, says what it has to say, and is told without harm."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from tests.shared import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))
import hostile

from wsdtrace.report.json import render_json
from wsdtrace.report.page import Look, Verbosity
from wsdtrace.report.text import render_check

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_a_hostile_capture_is_read_and_told(case: hostile.Case) -> None:
    trace = hostile.judged(case.make(case.small))
    assert trace.internal_errors == []
    assert trace.input.frames > 0
    codes = {finding.code for finding in trace.findings}
    assert "WSD007" not in codes, "nothing of it is damage of the file"
    if case.tells is not None:
        assert case.tells in codes
    assert all(1 <= stamp.number <= trace.input.frames for finding in trace.findings for stamp in finding.stamps)
    text = render_check(trace, Look(verbosity=Verbosity.VERBOSE))
    assert [c for c in text if c != "\n" and unicodedata.category(c) in HARMFUL] == []
    assert render_json(trace).encode()


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_the_page_of_limits_says_what_happens(case: hostile.Case) -> None:
    assert f"| {case.name} | {case.what} |" in (REPOSITORY / "docs" / "limits.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_twice_the_input_takes_about_twice_the_time(case: hostile.Case) -> None:
    size = max(case.small, case.size // 4)
    once, _ = hostile.seconds(case.make(size))
    twice, _ = hostile.seconds(case.make(2 * size))
    assert twice < 3.5 * once + 0.05, (
        "a quadratic one takes 4 times as long; 2.2 times is what benchmarks/hostile.py asks"
    )
