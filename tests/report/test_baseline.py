"""Baselines: known, new and fixed, by fingerprint."""

from __future__ import annotations

import json

import pytest

from tests.shared import CAPTURES
from wsdtrace.errors import BadConfiguration
from wsdtrace.pipeline import check_file
from wsdtrace.report.baseline import compare, read_baseline
from wsdtrace.report.json import render_json
from wsdtrace.report.trace import Trace


def orphaned() -> Trace:
    return check_file(str(CAPTURES / "orphaned-job/capture.pcapng"))


def test_what_was_there_before_does_not_count() -> None:
    trace = orphaned()
    compare(trace, read_baseline("b.json", render_json(trace)))
    assert [f for f in trace.findings if f.is_cause] == []
    assert any("known from b.json" in note for note in trace.notes)


def test_what_is_new_counts() -> None:
    report = json.loads(render_json(orphaned()))
    report["findings"] = [f for f in report["findings"] if f["code"] != "WSD601"]
    trace = orphaned()
    compare(trace, read_baseline("b.json", json.dumps(report)))
    assert [f.code for f in trace.findings if f.is_cause] == ["WSD601"]


def test_what_is_fixed_is_told() -> None:
    clean = check_file(str(CAPTURES / "go-server/capture.pcap"))
    compare(clean, read_baseline("b.json", render_json(orphaned())))
    assert any("fixed" in note and "WSD601 job-orphaned" in note for note in clean.notes)


def test_a_finding_is_known_as_often_as_it_was_there() -> None:
    trace = orphaned()
    report = json.loads(render_json(trace))
    twice = [f for f in report["findings"] if f["caused_by"] is None]
    report["findings"] = twice[:1]
    compare(trace, read_baseline("b.json", json.dumps(report)))
    assert sum(f.waived is not None for f in trace.findings) == 1


def test_several_captures_are_told_apart_by_name() -> None:
    one, other = json.loads(render_json(orphaned())), json.loads(render_json(orphaned()))
    other["input"]["path"] = "elsewhere/other.pcap"
    one["findings"] = []
    baseline = read_baseline("b.json", "\n".join(map(json.dumps, (one, other))))
    assert baseline.of("x/capture.pcapng") == ()
    assert baseline.of("other.pcap")
    assert baseline.of("unknown.pcap") == ()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        pytest.param("", "found nothing", id="empty"),
        pytest.param("{", "line 1", id="no JSON"),
        pytest.param("[]", "lacks", id="another JSON"),
        pytest.param('{"input": {"path": "x"}}', "lacks 'findings'", id="half a report"),
    ],
)
def test_what_is_no_report_is_refused(text: str, where: str) -> None:
    with pytest.raises(BadConfiguration, match=where):
        read_baseline("b.json", text)
