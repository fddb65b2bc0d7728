"""SARIF 2.1.0, held against the models of another project."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.report.hostile import hostile_trace
from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.report.sarif import document
from wsdtrace.report.trace import Trace

sarif_pydantic = pytest.importorskip("sarif_pydantic", reason="the models of SARIF are not installed")


def traces() -> list[Trace]:
    return [check_file(str(CAPTURES / name)) for name in ("orphaned-job/capture.pcapng", "clean-flatbed/capture.pcap")]


def log() -> dict[str, Any]:
    built: dict[str, Any] = json.loads(document(traces(), show_secrets=False))
    return built


def test_it_is_a_log_of_the_standard() -> None:
    read = sarif_pydantic.Sarif.model_validate(log())
    assert read.version == "2.1.0"
    assert len(read.runs) == 1


def test_every_result_names_its_rule_and_its_file() -> None:
    run = log()["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    uris = {a["location"]["uri"] for a in run["artifacts"]}
    assert len(uris) == 2
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] in uris
        assert result["level"] in ("error", "warning", "note")
        assert result["partialFingerprints"]["wsdtrace/v1"]


def test_a_hostile_capture_gives_a_valid_log() -> None:
    text = document([hostile_trace()], show_secrets=True)
    sarif_pydantic.Sarif.model_validate(json.loads(text))
    assert "\x1b" not in text
