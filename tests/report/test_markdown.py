"""Markdown: text of a capture is literal."""

from __future__ import annotations

import pytest

from tests.report.hostile import hostile_trace
from tests.report.traces import orphaned_job
from wsdtrace.check.finding import Severity
from wsdtrace.report.markdown import literal, section


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("<script>", "&lt;script\\&gt;", id="HTML"),
        pytest.param("[x](http://e)", "\\[x\\]\\(http\\://e\\)", id="link"),
        pytest.param("a|b", "a\\|b", id="table"),
        pytest.param("`code`", "\\`code\\`", id="code"),
        pytest.param("@everyone", "\\@everyone", id="mention"),
    ],
)
def test_markup_is_escaped(text: str, written: str) -> None:
    # `&gt;` may keep its backslash or not: both show the sign and no tag.
    assert literal(text).replace("\\&gt;", "&gt;") == written.replace("\\&gt;", "&gt;")


def test_a_section_has_a_row_for_each_cause() -> None:
    lines = list(section(orphaned_job(), show_secrets=False, least=Severity.INFO))
    assert lines[0].startswith("## ")
    assert any("`WSD601`" in line and "client" in line for line in lines)


def test_a_hostile_capture_keeps_its_table() -> None:
    lines = list(section(hostile_trace(), show_secrets=True, least=Severity.INFO))
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| |")]
    assert rows
    for row in rows:
        assert "<script" not in row
        assert row.replace("\\|", "").count("|") == 6
        assert not any(c in row for c in "\r\n\x1b")
