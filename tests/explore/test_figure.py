"""Figures of a trace."""

from pathlib import Path

import pytest
from lxml import etree

import wsdtrace
from tests.explore.conftest import opened
from tests.shared import CAPTURES
from wsdtrace import Figure, Trace
from wsdtrace.errors import CaptureError, OutputError


def figures(trace: Trace) -> list[Figure]:
    return [trace.ladder(), trace.timeline(), trace.latency(), trace.transfer()]


def test_every_figure_is_svg_without_script(adf: Trace) -> None:
    for figure in [*figures(adf), adf.jobs[0].ladder(), adf.jobs[0].timeline()]:
        root = etree.fromstring(figure.svg.encode())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not root.xpath("//*[local-name()='script']")
        assert figure.drawing.startswith("<svg")
        assert figure._repr_svg_() == figure.svg
        assert repr(figure).startswith("<Figure ")


def test_figures_of_an_empty_capture_say_so() -> None:
    with opened("tls-without-key") as trace:
        for figure in figures(trace):
            etree.fromstring(figure.svg.encode())
        assert "no scan jobs" in trace.timeline().svg
        assert trace.mermaid().startswith("sequenceDiagram\n")
        assert "<svg" not in trace._repr_html_()


def test_a_figure_is_saved(adf: Trace, tmp_path: Path) -> None:
    adf.ladder().save(tmp_path / "ladder.svg")
    assert (tmp_path / "ladder.svg").read_text() == adf.ladder().svg
    with pytest.raises(OutputError, match="cannot be written"):
        adf.ladder().save(tmp_path / "no" / "ladder.svg")


def test_the_transfer_of_a_closed_trace_is_told() -> None:
    trace = wsdtrace.open(CAPTURES / "adf-3-pages" / "capture.pcap")
    trace.close()
    with pytest.raises(CaptureError, match="the trace is closed"):
        trace.transfer()


def test_a_notebook_gets_escaped_text_and_a_drawing(adf: Trace) -> None:
    html = adf._repr_html_()
    assert html.count("<svg") == 1
    assert "<script" not in html
    assert "‹redacted›" in str(adf.jobs[0])
    assert adf.jobs[0]._repr_html_().count("<svg") == 1
    exchange = adf.exchanges[3]._repr_html_()
    assert "&lt;soap:Envelope" in exchange
    assert "<soap:" not in exchange
    assert adf.exchanges._repr_html_().startswith("<pre")
