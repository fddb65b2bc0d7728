"""The text of an issue."""

import re

import pytest

from tests.report.hostile import ATTACKS, hostile_trace
from tests.report.traces import Story, orphaned_job, seen
from tests.shared import CAPTURES
from wsdtrace import __version__
from wsdtrace.pipeline import check_file
from wsdtrace.report.htmlreport import ReportOptions
from wsdtrace.report.issuetext import MAX_LENGTH, code, harmless, place, render_issue
from wsdtrace.report.trace import InputInfo, Trace


def issue(trace: Trace, *, redact: bool = False) -> str:
    return render_issue(trace, ReportOptions(redact=redact, sha256="ab" * 32))


def test_it_says_what_a_maintainer_asks_first() -> None:
    text = issue(check_file(str(CAPTURES / "orphaned-job" / "capture.pcapng")))
    first = text.splitlines()[0]
    assert first.startswith("## The client is at fault")
    assert f"wsdtrace {__version__}" in text
    assert f"sha256 `{'ab' * 32}`" in text
    assert "| found | 1 error, 2 warnings, 13 infos |" in text
    assert "```mermaid\nsequenceDiagram\n" in text
    assert "#### ❌ error **WSD601 job\\-orphaned**" in text
    assert "- frame 28, 00:00.005 → CreateScanJobRequest" in text
    assert "<summary>13 infos</summary>" in text


def test_every_details_is_closed_and_every_fence_too() -> None:
    text = issue(check_file(str(CAPTURES / "orphaned-job" / "capture.pcapng")))
    assert text.count("<details>") == text.count("</details>") > 1
    assert len(re.findall("^```", text, re.MULTILINE)) % 2 == 0


def test_a_redacted_one_names_no_file() -> None:
    trace = orphaned_job()
    trace.input.path = "bobs-office/bob.pcapng"
    assert "bob" not in issue(trace, redact=True)
    assert "capture\\.pcapng" in issue(trace, redact=True)
    assert "bob" in issue(trace)


@pytest.mark.parametrize("attack", [*ATTACKS, "@someone", "see #12", "GH-1", "a@b", "![x](http://y)", "-- \n# head"])
def test_text_of_the_capture_is_no_markup_no_mention_and_no_reference(attack: str) -> None:
    found = harmless(attack)
    assert "\n" not in found
    assert not re.search(r"(?<!\\)[<>\[\]*_|!]", found.replace("&lt;", "").replace("&gt;", ""))
    assert not re.search(r"(?<!`)[@#]", found)


@pytest.mark.parametrize("text", ["a", "`", "``a`", "a|b", "", " ", "a\nb"])
def test_code_spans_hold_anything(text: str) -> None:
    found = code(text)
    fence = re.match("`+", found)
    assert fence is not None
    inner = found[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in inner
    assert not set(found) & {"|", "\n"}
    assert inner.strip() or not text.strip()


def test_a_hostile_trace_fits_and_has_no_html_of_its_own() -> None:
    text = issue(hostile_trace())
    assert len(text) <= MAX_LENGTH + 100
    assert set(re.findall(r"<(\w+)", text)) <= {"details", "summary"} | {"script"}
    outside = re.sub(r"(`+).*?\1", "", text)
    assert "<script" not in outside


def test_a_trace_of_thousands_of_findings_fits() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    for i in range(500):
        exchange = story.exchange(f"Operation{i}", (i, 2 * i + 1), (i, 2 * i + 2))
        story.finding("WSD601", "x" * 100, "y" * 400 + str(i), seen(i, 1.0, "z" * 400, "z" * 400, exchange=exchange))
    text = issue(story.trace)
    assert len(text) <= MAX_LENGTH + 100
    assert "did not fit into an issue" in text or "480 more errors" in text


def test_nothing_at_all_is_an_issue_too() -> None:
    text = issue(Trace(InputInfo("x", [], "pcap")))
    assert text.startswith("## There is nothing to judge")
    assert "mermaid" not in text


def test_places_refer_to_no_issue() -> None:
    assert place(orphaned_job().findings[0].evidence[0].stamp) == "frame 17"
