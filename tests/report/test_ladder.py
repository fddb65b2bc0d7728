"""The ladder as a picture."""

import re

import pytest

from tests.report.figures import SVG, parsed, texts, tips
from tests.report.hostile import hostile_trace
from tests.report.htmlreport.pages import case
from tests.report.traces import Story, orphaned_job, seen
from wsdtrace.records import Abandoned
from wsdtrace.report.ladder import MAX_BADGES, ladder_svg
from wsdtrace.report.svg import width_of
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.joblife import Outcome


def test_it_shows_lanes_messages_times_and_the_job() -> None:
    shown = texts(ladder_svg(orphaned_job()))
    assert {"client 1", "device 1", "job 1", "orphaned"} <= set(shown)
    assert {"CreateScanJob", "JobId 1 · 13.0 ms", "00:02.101", "5.1 s idle"} <= set(shown)
    assert any(text.startswith("✖ ServerErrorNotAccepting") for text in shown)


def test_errors_are_marked_with_a_letter_and_say_what_they_are() -> None:
    drawing = ladder_svg(orphaned_job())
    assert texts(drawing).count("E") == 3
    assert "WSD601 job-orphaned: job 1: nothing for 86.8 s after page 1, limit 60 s" in tips(drawing)
    assert "I" not in texts(drawing)


def test_marks_lead_to_their_finding_where_the_page_has_one() -> None:
    root = parsed(ladder_svg(orphaned_job(), link=lambda finding: f"#finding-{finding.id}"))
    links = [a.get("href") for a in root.iter(f"{SVG}a")]
    assert links == ["#finding-1", "#finding-1", "#finding-2"]
    assert root.get("role") == "group"
    assert parsed(ladder_svg(orphaned_job())).get("role") == "img"


def test_one_job_alone() -> None:
    trace = orphaned_job()
    shown = texts(ladder_svg(trace, trace.jobs[0]))
    assert "RetrieveImage" in shown
    trace.refusals.clear()
    assert not any("ServerError" in text for text in texts(ladder_svg(trace, trace.jobs[0])))


def test_who_a_job_kept_waiting_belongs_to_it() -> None:
    trace = orphaned_job()
    shown = texts(ladder_svg(trace, trace.jobs[0]))
    assert any(text.startswith("✖ ServerErrorNotAccepting") for text in shown)


def test_the_silence_behind_a_job_that_nobody_ended_is_drawn() -> None:
    trace = orphaned_job()
    last = texts(ladder_svg(trace, trace.jobs[0]))
    assert "80.1 s idle" in last
    trace.jobs[0].ended = trace.jobs[0].last_activity
    assert "80.1 s idle" not in texts(ladder_svg(trace, trace.jobs[0]))


def test_a_trace_without_messages_says_so() -> None:
    assert texts(ladder_svg(Trace(InputInfo("x", [], "pcap")))) == ["no messages"]


def test_an_answer_that_never_came_is_crossed_out() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    story.exchange("CreateScanJob", (1, 1), None).abandoned = Abandoned.RESET
    assert "✖ no response: connection reset" in texts(ladder_svg(story.trace))


def test_many_findings_become_a_number() -> None:
    story = Story()
    story.capture("x.pcap")
    story.device()
    story.client()
    exchange = story.exchange("CreateScanJob", (1, 1), (2, 2))
    for i in range(MAX_BADGES + 4):
        story.finding(f"WSD60{i}", "x", f"bad {i}", seen(1, 1.0, "x", exchange=exchange))
    shown = texts(ladder_svg(story.trace))
    assert shown.count("E") == MAX_BADGES
    assert "+4" in shown


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_drawn(outcome: Outcome) -> None:
    trace = orphaned_job()
    trace.jobs[0].outcome = outcome
    assert outcome.value in texts(ladder_svg(trace))


def test_the_lane_of_a_job_ends_with_it() -> None:
    trace = orphaned_job()
    jagged = [p for p in parsed(ladder_svg(trace)).iter(f"{SVG}path") if (p.get("d") or "").count("-5") == 2]
    assert len(jagged) == 1
    trace.jobs[0].ended = trace.jobs[0].last_activity
    assert not [p for p in parsed(ladder_svg(trace)).iter(f"{SVG}path") if (p.get("d") or "").count("-5") == 2]


def test_a_hostile_trace_is_drawn_as_text() -> None:
    trace = hostile_trace()
    assert "<script" not in ladder_svg(trace)
    parsed(ladder_svg(trace, trace.jobs[0], link=lambda finding: f"#finding-{finding.id}"))


def test_words_stand_between_lifelines_or_break_them() -> None:
    root = parsed(ladder_svg(case("orphaned-job")))
    words = [t for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "middle" and float(str(t.get("y"))) > 60]
    lifelines = [path for path in root.iter(f"{SVG}path") if path.get("stroke-opacity") == "0.28"]
    assert len(lifelines) == 3
    for path in lifelines:
        drawn = re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", str(path.get("d")))
        for text in words:
            x, y, size = (float(str(text.get(name))) for name in ("x", "y", "font-size"))
            near = abs(x - float(drawn[0][0])) < width_of("".join(map(str, text.itertext())), size) / 2
            assert not (near and any(float(top) < y - 2 < float(bottom) for _, top, bottom in drawn))
