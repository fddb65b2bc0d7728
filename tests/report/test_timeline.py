"""The jobs of a capture against time."""

from tests.report.figures import SVG, parsed, texts, tips
from tests.report.hostile import hostile_trace
from tests.report.traces import Story, at, orphaned_job
from wsdtrace.report.timeline import MAX_JOBS, timeline_svg
from wsdtrace.report.trace import InputInfo, Trace
from wsdtrace.state.joblife import Outcome
from wsdtrace.state.model import DeviceEvent, Toward


def test_it_shows_each_job_with_its_end_its_pages_and_refusals() -> None:
    trace = orphaned_job()
    trace.images[0].first, trace.images[0].last = at(3, 21), at(7.31, 24)
    shown = texts(timeline_svg(trace))
    assert {"job 1", "✖ no end seen", "p1", "refused", "00:02.114"} <= set(shown)
    assert "CreateScanJob refused: ServerErrorNotAcceptingJobs" in tips(timeline_svg(trace))


def test_events_of_the_device_have_a_row() -> None:
    trace = orphaned_job()
    exchange = trace.exchanges[0]
    exchange.toward = Toward.CLIENT
    trace.events.append(DeviceEvent(exchange, "ScanAvailableEvent", None))
    assert "device events" in texts(timeline_svg(trace))
    assert "ScanAvailableEvent, exchange 1" in tips(timeline_svg(trace))


def test_a_trace_without_jobs_says_so() -> None:
    assert texts(timeline_svg(Trace(InputInfo("x", [], "pcap")))) == ["no scan jobs"]


def test_a_day_of_jobs_is_cut_and_says_so() -> None:
    story = Story()
    story.capture("x.pcap")
    for i in range(MAX_JOBS + 5):
        story.job(i, Outcome.COMPLETED, "Created", "Completed", created=(i * 60.0, i + 1))
    shown = texts(timeline_svg(story.trace))
    assert "5 more jobs are not drawn" in shown
    assert f"job {MAX_JOBS}" not in shown


def test_everything_is_drawn_inside() -> None:
    root = parsed(timeline_svg(orphaned_job()))
    width = float(root.get("width") or 0)
    for rect in root.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x") or 0) <= width


def test_a_hostile_trace_is_drawn_as_text() -> None:
    assert "<script" not in timeline_svg(hostile_trace())
    parsed(timeline_svg(hostile_trace()))
