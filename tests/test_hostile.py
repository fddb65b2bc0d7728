"""Hostile captures: each is read to its end, says what it has to say, and is told without harm."""

from __future__ import annotations

import cProfile
import csv
import unicodedata

import hostile
import pytest

from tests import command
from tests.capture.test_tshark import needs_tshark
from tests.shared import REPOSITORY
from tests.tls import in_tls
from wsdtrace.cli.show import KINDS
from wsdtrace.pipeline import Options, check_file
from wsdtrace.report.formats import FORMATS
from wsdtrace.report.json import render_json
from wsdtrace.report.page import Look, Verbosity
from wsdtrace.report.text import render_check
from wsdtrace.report.trace import Trace

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


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Hostile names inside of TLS: the path of the capture and of its keys."""
    return in_tls(hostile.hostile_names(3), tmp_path_factory.mktemp("tls"))


RENDERERS = [
    *(("check", "-v", "--show-secrets", "--format", form) for form in FORMATS),
    *(("show", kind) for kind in KINDS),
    ("show", "--exchange", "1"),
    *(("export", form) for form in ("csv", "jsonl", "mermaid")),
    ("export", "csv", "--table", "messages", "--flatten"),
    *(("report", "--format", form) for form in ("html", "markdown")),
]


@needs_tshark
@pytest.mark.slow  # tshark runs for each
@pytest.mark.parametrize("arguments", RENDERERS, ids="-".join)
def test_what_comes_out_of_tls_is_hostile_too(encrypted: tuple[str, str], arguments: tuple[str, ...]) -> None:
    path, keylog = encrypted
    done = command.run(*arguments, "--tls-keylog", keylog, path)
    assert done.code in (0, 1)
    assert done.out
    for text in (done.out, done.err):
        assert [c for c in text if c not in "\n\r" and unicodedata.category(c) in HARMFUL] == []
    if "html" in arguments:
        assert "<script>alert" not in done.out
    if arguments[0] == "export" and "csv" in arguments:
        assert all(not cell.startswith(("=", "+", "@")) for row in csv.reader(done.out.splitlines()) for cell in row)


@needs_tshark
def test_hostile_names_are_judged_in_tls_as_without(encrypted: tuple[str, str]) -> None:
    def told(trace: Trace) -> list[tuple[str, str]]:
        return sorted((f.code, f.message) for f in trace.findings)

    path, keylog = encrypted
    assert told(check_file(path, Options(tls_keylog=keylog))) == told(hostile.judged(hostile.hostile_names(3)))


@pytest.mark.slow
@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_twice_the_input_takes_about_twice_the_calls(case: hostile.Case) -> None:
    size = max(case.small, case.size // 4)
    once, twice = calls(case.make(size)), calls(case.make(2 * size))
    assert twice < 3 * once, "what is quadratic makes four times as many; a bound may lie between the sizes"


def calls(data: bytes) -> int:
    """How many functions are called to judge a capture: counted, because a clock depends on what else goes on."""
    profile = cProfile.Profile()
    profile.runcall(hostile.judged, data)
    return sum(entry.callcount for entry in profile.getstats())
