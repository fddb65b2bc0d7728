"""Scenarios into captures and verdicts."""

import io

import pytest

from wsdtrace import scenario
from wsdtrace.errors import BadScenario, BadSelector
from wsdtrace.pipeline import Options

TEXT = "CreateScanJob source=ADF -> JobId=7 JobToken=t\nRetrieveImage JobId=7 JobToken=t -> image"


def test_a_capture_is_pcapng() -> None:
    assert scenario.capture(TEXT)[:4] == b"\n\r\r\n"


def test_a_recording_is_the_capture() -> None:
    file = io.BytesIO()
    scenario.record(TEXT, file)
    assert file.getvalue() == scenario.capture(TEXT)


def test_a_parsed_scenario_can_be_played_again() -> None:
    parsed = scenario.parse(TEXT)
    assert scenario.capture(parsed) == scenario.capture(parsed) == scenario.capture(TEXT)


def test_a_scenario_is_judged_as_a_capture_would_be() -> None:
    trace = scenario.check(TEXT)
    assert [job.job_id for job in trace.jobs] == [7]
    assert [exchange.operation for exchange in trace.exchanges] == ["CreateScanJob", "RetrieveImage"]
    assert [(image.format, image.complete) for image in trace.images] == [("jfif", True)]
    assert "WSD602" in {finding.code for finding in trace.findings}


def test_options_are_those_of_the_pipeline() -> None:
    assert scenario.check(TEXT, Options(ignore=("WSD6", "WSD904"))).findings == []
    with pytest.raises(BadSelector):
        scenario.check(TEXT, Options(select=("WSD000",)))


def test_a_file_that_is_cut_away_is_empty() -> None:
    assert scenario.capture("Hello\nfile: cut 99999999") == b""


def test_a_mistake_is_named() -> None:
    with pytest.raises(BadScenario, match="line 2, column 1: expected an operation"):
        scenario.check("Hello\nHelo")


def test_the_example_of_the_package_is_what_it_says() -> None:
    example = "\n".join(line for line in (scenario.__doc__ or "").splitlines() if line.startswith("    "))
    assert {finding.code for finding in scenario.check(example).findings if finding.is_cause} - {"WSD904"} == {"WSD604"}
