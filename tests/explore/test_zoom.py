"""The figures as plotly's."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.explore.conftest import opened
from tests.report.hostile import hostile_trace
from tests.report.traces import orphaned_job
from wsdtrace import Trace
from wsdtrace.errors import MissingExtra
from wsdtrace.explore.zoom import (
    MAX_HOVER,
    Plot,
    harmless,
    ladder_plot,
    latency_plot,
    plotly_figure,
    timeline_plot,
    transfer_plot,
)
from wsdtrace.records import Transfer
from wsdtrace.report.latencies import latencies_of
from wsdtrace.report.redact import Redactor
from wsdtrace.report.sequence import Arrow, sequence_of
from wsdtrace.report.trace import InputInfo
from wsdtrace.report.trace import Trace as Facts
from wsdtrace.report.transfers import PageTransfer, Shares

MS = 1_000_000


def page(transfer: Transfer, wait_ns: int, facts: Facts) -> PageTransfer:
    image = facts.images[0]
    return PageTransfer(image, image.exchange, transfer.start_ns - wait_ns, transfer, Shares(1, 0, 0, 0))


def plots_of(facts: Facts) -> list[Plot]:
    redactor = Redactor(facts)
    pages = [page(Transfer(0, 10 * MS, (9, 0, 9), (0, 0, 4), ((10 * MS, 20 * MS),), 2), 50 * MS, facts)]
    return [
        ladder_plot(facts, None, redactor),
        ladder_plot(facts, facts.jobs[0], redactor),
        timeline_plot(facts, redactor),
        latency_plot(facts, redactor),
        transfer_plot(pages, redactor),
    ]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def test_the_ladder_has_a_row_for_each_message(adf: Trace) -> None:
    figure = adf.ladder().plotly()
    sequence = sequence_of(adf._facts, None, Redactor(adf._facts))
    arrows = [row for row in sequence.rows if isinstance(row, Arrow)]
    drawn = [trace for trace in figure.data if trace.mode == "lines+markers+text"]
    labels = [trace.text[1].removeprefix("✖ ").removesuffix(" ⚑") for trace in drawn]
    assert labels == [harmless(row.label) for row in arrows]
    assert [trace.text[1].startswith("✖") for trace in drawn] == [row.failed for row in arrows]
    assert [trace.marker.symbol[2] for trace in drawn[:2]] == ["triangle-right", "triangle-left"]
    assert list(figure.layout.yaxis.range) == [len(sequence.rows), -1]
    assert len(figure.layout.xaxis.ticktext) == len(sequence.lanes) + 1
    assert [trace.hovertext for trace in figure.data][-1] == adf._facts.jobs[0].steps[-1].what


def test_the_timeline_has_a_bar_for_each_state_and_page(adf: Trace) -> None:
    job, start = adf._facts.jobs[0], adf._facts.input.first_time_ns
    assert start is not None
    states, pages = adf.timeline().plotly().data
    assert list(states.base) == [(step.stamp.time_ns - start) / 1e9 for step in job.steps]
    assert list(pages.hovertext) == ["page 1", "page 2", "page 3"]
    for image, begin, length in zip(job.images, pages.base, pages.x, strict=True):
        assert image.last is not None
        assert begin + length == pytest.approx((image.last.time_ns - start) / 1e9)
    assert adf.jobs[0].timeline().plotly().data[0] == states


def test_a_job_that_nobody_ended_leads_to_the_end_of_the_capture() -> None:
    facts = orphaned_job()
    plot = timeline_plot(facts, Redactor(facts))
    assert "nobody ended it" in list(strings(plot.data))


def test_each_answered_exchange_is_a_dot_of_latency(adf: Trace) -> None:
    figure = adf.latency().plotly()
    rows = latencies_of(adf._facts)
    assert sorted(figure.data[0].x) == sorted(ns / 1e9 for row in rows for ns in row.totals_ns)
    assert list(figure.data[2].x) == [row.median_ns / 1e9 for row in rows]
    assert list(figure.layout.yaxis.ticktext) == [row.operation for row in rows]
    assert figure.layout.xaxis.type == "log"


def test_the_transfer_tells_silence_rate_losses_and_shut_windows_apart() -> None:
    plot = plots_of(orphaned_job())[-1]
    silent, rate, again, shut = plot.data
    assert silent["hovertext"] == ["silent for 50.0 ms"]
    assert (silent["x"], silent["width"]) == ([0.025], [0.05])
    assert rate["hovertext"] == ["9 B arrived", "9 B arrived"]
    assert rate["y"] == pytest.approx([900, 900])
    assert rate["x"] == pytest.approx([0.055, 0.075])
    assert again["hovertext"] == ["4 B sent again, or late"]
    assert shut["hovertext"] == ["window shut 10.0 ms"]
    assert shut["x"] == pytest.approx([0.065])


def test_a_panel_for_each_page() -> None:
    with opened("lossy-feeder") as trace:
        figure = trace.transfer().plotly()
        pages = len(trace.images)
    assert len(figure.data) == 4 * pages
    assert [data.yaxis for data in figure.data] == [f"y{i or ''}" for i in [0, *range(2, pages + 1)] for _ in range(4)]
    assert sum(bool(data.showlegend) for data in figure.data) == 4
    assert [note.text.partition(",")[0] for note in figure.layout.annotations] == [
        f"page {i + 1}" for i in range(pages)
    ]


def test_a_plot_outlives_its_trace() -> None:
    trace = opened("adf-3-pages")
    figure = trace.transfer()
    trace.close()
    assert figure.plotly().data


def test_text_of_the_capture_is_only_text() -> None:
    assert harmless("<b>&amp;</b> $x$ \x1b\n") == "&lt;b&gt;&amp;amp;&lt;/b&gt; &#36;x&#36; ␛␊"
    assert len(harmless("A" * 20_000)) < MAX_HOVER + 30
    seen = ""
    for plot in plots_of(hostile_trace()):
        for text in strings([plot.data, plot.layout]):
            assert re.fullmatch(r"(?:[^<>&$]|<br>|&(?:lt|gt|amp|#36);)*", text), text
            assert "%{" not in text
            assert all(c.isprintable() or c == "\u3000" for c in text), ascii(text)
            seen += text
        for text in strings(json.loads(plotly_figure(plot, "<b>").to_json())["layout"]["title"]):
            assert text == "&lt;b&gt;"
    assert "&lt;script&gt;" in seen


def test_no_template_interpolates() -> None:
    for plot in plots_of(hostile_trace()):
        for data in plot.data:
            assert not {"hovertemplate", "texttemplate"} & data.keys()
            assert data["hoverinfo"] in ("text", "skip")


def test_private_texts_stay_private(adf: Trace) -> None:
    token = adf._facts.jobs[0].token
    assert token
    for figure in (adf.ladder(), adf.timeline(), adf.latency(), adf.transfer()):
        assert token not in figure.plotly().to_json()


def test_plots_of_nothing_say_so() -> None:
    empty = Facts(InputInfo("-", [], "pcap"))
    redactor = Redactor(empty)
    told = []
    for plot in (
        ladder_plot(empty, None, redactor),
        timeline_plot(empty, redactor),
        latency_plot(empty, redactor),
        transfer_plot([], redactor),
    ):
        assert not plotly_figure(plot, "x").data
        told += [note["text"] for note in plot.layout["annotations"]]
    assert told == ["no messages", "no scan jobs", "no answered exchange", "no page whose bytes can be looked at"]


def test_without_plotly_the_command_that_installs_it(adf: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = adf.ladder()
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MissingExtra, match=r"a figure of plotly needs .*: pip install 'wsdtrace\[notebook\]'"):
        figure.plotly()


def test_bounds_of_dots_and_labels(adf: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsdtrace.explore.zoom.MAX_POINTS", 2)
    monkeypatch.setattr("wsdtrace.explore.zoom.MAX_TICK", 5)
    plot = latency_plot(adf._facts, Redactor(adf._facts))
    rows = latencies_of(adf._facts)
    assert any(len(row.totals_ns) > 2 for row in rows)
    assert len(plot.data[0]["x"]) == sum(min(len(row.totals_ns), 2) for row in rows)
    assert max(plot.data[0]["x"]) == max(row.maximum_ns for row in rows) / 1e9
    assert plot.layout["yaxis"]["ticktext"][0] == "GetSc… (13 more)"
