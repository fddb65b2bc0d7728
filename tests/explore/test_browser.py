"""What objects show in a notebook, in a real browser: no script, no request, readable on light and on dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import wsdtrace
from tests.browser import Seen, needs_browser
from tests.explore.conftest import opened
from tests.report.hostile import hostile_trace
from tests.shared import CAPTURES
from wsdtrace import Trace
from wsdtrace.explore.files import Files
from wsdtrace.explore.trace import Trace as MadeTrace
from wsdtrace.pipeline import Options

pytestmark = needs_browser

THEMES = {"light": ("#ffffff", "#1f2328"), "dark": ("#111111", "#dddddd")}
"""Background and ink of JupyterLab's two."""


def things_of(trace: Trace) -> list[Any]:
    """One object of each kind, and its collection."""
    kinds = (trace.devices, trace.clients, trace.jobs, trace.images, trace.subscriptions, trace.events, trace.findings)
    return [trace, *kinds, *(kind[0] for kind in kinds if kind), trace.latency(), trace.timeline()]


@pytest.fixture(params=["orphaned-job", "push-scan", "lossy-feeder", "hostile"])
def things(request: pytest.FixtureRequest) -> Iterator[list[Any]]:
    if request.param == "hostile":
        with Files([str(CAPTURES / "orphaned-job" / "capture.pcapng")]) as files:
            yield things_of(MadeTrace(hostile_trace(), files, Options(), show_secrets=False, width=100))
        return
    with opened(request.param) as trace:
        exchange = trace.exchanges.filter("wsd.op == CreateScanJob")[0]
        found = wsdtrace.diff(trace, CAPTURES / "go-server" / "capture.pcap")
        yield [*things_of(trace), trace.exchanges, exchange, exchange.request, trace.jobs[0].ticket, found]


def shown(thing: Any) -> str:
    return str(thing._repr_html_() if hasattr(thing, "_repr_html_") else thing._repr_svg_())


@pytest.mark.parametrize("theme", THEMES)
def test_objects_of_a_notebook(browser: Any, tmp_path: Path, things: list[Any], theme: str) -> None:
    background, ink = THEMES[theme]
    cells = "".join(f'<div class="cell">{shown(thing)}</div>' for thing in things)
    file = tmp_path / "cells.html"
    file.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>cells</title></head>'
        f'<body style="background:{background};color:{ink};font:14px sans-serif">'
        f"<main><h1>cells</h1>{cells}</main></body></html>"
    )
    seen = Seen(browser, file, 1000, theme)
    assert seen.page.locator(".cell").count() == len(things)
    assert seen.page.locator("script").count() == 0
    assert seen.complaints == []
    assert seen.left_the_file() == []
    assert seen.page.evaluate("Array.from(document.images).every(i => i.complete && i.naturalWidth > 0)")
    assert seen.barriers() == []


@pytest.mark.parametrize("scheme", THEMES)
@pytest.mark.parametrize("width", [360, 1400])
def test_the_page_of_a_comparison(browser: Any, tmp_path: Path, width: int, scheme: str) -> None:
    file = tmp_path / "diff.html"
    paths = [CAPTURES / case / "capture.pcap" for case in ("clean-flatbed", "go-server")]
    file.write_text(wsdtrace.diff(*paths).to_html())
    seen = Seen(browser, file, width, scheme)
    assert (seen.complaints, seen.left_the_file(), seen.barriers()) == ([], [], [])
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
