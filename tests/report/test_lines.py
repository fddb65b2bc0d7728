"""One line for a finding: nothing of a capture breaks it or becomes a command."""

from __future__ import annotations

import pytest

from tests.report.hostile import hostile_trace
from tests.report.traces import orphaned_job
from wsdtrace.check.finding import Severity
from wsdtrace.report.lines import causes, concise, github


def test_concise_says_where_what_and_whose() -> None:
    first = next(iter(concise(orphaned_job(), show_secrets=False, least=Severity.INFO)))
    assert ": E WSD601 job-orphaned: " in first
    assert first.endswith("[fault: client]")
    assert ":#" in first.partition(": E")[0]


def test_github_writes_annotations() -> None:
    first = next(iter(github(orphaned_job(), show_secrets=False, least=Severity.INFO)))
    assert first.startswith("::error file=")
    assert ",title=WSD601 job-orphaned::" in first


@pytest.mark.parametrize("form", [concise, github])
def test_a_hostile_capture_writes_one_line_for_each_finding(form: object) -> None:
    trace = hostile_trace()
    render = {concise: concise, github: github}[form]  # type: ignore[index]  # the parameter is one of the two
    lines = list(render(trace, show_secrets=True, least=Severity.INFO))
    assert len(lines) == len(causes(trace))
    for line in lines:
        assert not any(c in line for c in "\r\n\x1b\x07\x00\u202e")
        assert form is concise or "%0a" not in line, "the runner would decode it and see a command"


@pytest.mark.parametrize(
    ("least", "kept"),
    [(Severity.ERROR, {"error"}), (Severity.WARNING, {"error", "warning"})],
)
def test_less_severe_findings_are_left_out(least: Severity, kept: set[str]) -> None:
    assert {f.severity.value for f in causes(orphaned_job(), least)} <= kept


def test_what_was_set_aside_is_not_told() -> None:
    trace = orphaned_job()
    before = len(causes(trace))
    causes(trace)[0].waived = "known"
    assert len(causes(trace)) == before - 1
