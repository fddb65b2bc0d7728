"""The formats of `check --format`."""

import json

import pytest

from tests.report.traces import Story, orphaned_job
from wsdtrace.errors import UsageError
from wsdtrace.report.formats import FORMATS, RunInfo
from wsdtrace.report.page import Look
from wsdtrace.report.text import render_check
from wsdtrace.report.trace import InputInfo, Trace


@pytest.mark.parametrize("name", ["text", "json"])
def test_a_format_that_has_a_piece_for_each_input_writes_nothing_without_inputs(name: str) -> None:
    assert FORMATS[name](RunInfo(Look(), several=True)).close() == ""


def test_text_has_a_blank_line_between_two_captures() -> None:
    form = FORMATS["text"](RunInfo(Look(), several=True))
    one = render_check(orphaned_job(), Look())
    assert form.trace(orphaned_job()) + form.trace(orphaned_job()) == f"{one}\n{one}"


def test_text_of_several_captures_ends_with_a_count() -> None:
    form = FORMATS["text"](RunInfo(Look(), several=True))
    for _ in range(2):
        form.trace(orphaned_job())
    form.trace(Story().trace)
    form.trace(Trace(InputInfo("x", ["x"], "pcap")))
    assert form.close() == "\n4 captures: 2 with errors, 1 clean, 1 without WSD.\n"


def test_json_of_several_captures_is_a_line_each() -> None:
    form = FORMATS["json"](RunInfo(Look(), several=True))
    lines = (form.trace(orphaned_job()) + form.trace(orphaned_job())).splitlines()
    assert [json.loads(line)["schema"] for line in lines] == [1, 1]


def test_json_of_one_capture_is_for_reading() -> None:
    form = FORMATS["json"](RunInfo(Look(), several=False))
    assert form.trace(orphaned_job()).startswith("{\n")


def test_only_what_shows_digests_asks_for_them() -> None:
    asking = {name for name in FORMATS if FORMATS[name](RunInfo(Look(), False)).needs_digests}
    assert "json" in asking
    assert "text" not in asking


def test_html_is_a_page_about_one_capture() -> None:
    form = FORMATS["html"](RunInfo(Look(), several=False))
    assert form.trace(orphaned_job()).startswith("<!doctype html>")
    assert form.close() == ""
    with pytest.raises(UsageError, match="one capture"):
        FORMATS["html"](RunInfo(Look(), several=True))
