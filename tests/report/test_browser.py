"""The report and the figures in a real browser: Debian's chromium, driven by playwright.

Skipped, with the reason, where either is absent.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.browser import Seen, needs_browser
from tests.report.hostile import hostile_trace
from tests.report.htmlreport.pages import case
from wsdtrace.report.htmlreport import ImageMode, ReportOptions, render_html
from wsdtrace.report.ladder import ladder_svg
from wsdtrace.report.latencies import latency_svg
from wsdtrace.report.svg import standalone
from wsdtrace.report.timeline import timeline_svg
from wsdtrace.report.transferfigure import transfer_svg

pytestmark = needs_browser

WIDTHS = (360, 1400)
SCHEMES = ("light", "dark")
CASES = ("orphaned-job", "push-scan", "lossy-feeder", "fault-not-accepting", "hostile")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    written = {}
    for name in CASES:
        trace = hostile_trace() if name == "hostile" else case(name)
        written[name] = folder / f"{name}.html"
        written[name].write_text(render_html(trace, ReportOptions(images=ImageMode.THUMB)))
    return written


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_no_error_no_request_no_sideways_scrolling(
    browser: Any, reports: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    seen = Seen(browser, reports[name], width, scheme)
    assert seen.complaints == []
    assert seen.left_the_file() == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.evaluate("Array.from(document.images).every(i => i.complete && i.naturalWidth > 0)")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_axe_finds_nothing(browser: Any, reports: dict[str, Path], name: str, width: int, scheme: str) -> None:
    seen = Seen(browser, reports[name], width, scheme)
    assert seen.barriers() == []
    seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert seen.barriers() == []


CONTRAST = """() => {
  const channels = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = text => { const [r, g, b] = channels(text).map(c => { c /= 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = element => { for (let e = element; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (color.startsWith("rgb(")) return color; } return "rgb(255, 255, 255)"; };
  const bad = [];
  for (const element of document.querySelectorAll("main *, footer *")) {
    if (element.closest("svg") || !element.offsetParent) continue;
    if (!Array.from(element.childNodes).some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) bad.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return Array.from(new Set(bad));
}"""
"""Text whose contrast with what is behind it is below 4.5:1 (WCAG 2.2, 1.4.3)."""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_can_be_read(browser: Any, reports: dict[str, Path], scheme: str) -> None:
    seen = Seen(browser, reports["orphaned-job"], scheme=scheme)
    seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert seen.page.evaluate(CONTRAST) == []


def test_light_and_dark_differ(browser: Any, reports: dict[str, Path]) -> None:
    backgrounds = {
        Seen(browser, reports["push-scan"], scheme=scheme).page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in SCHEMES
    }
    assert len(backgrounds) == 2


def test_everything_is_there_without_script(browser: Any, reports: dict[str, Path]) -> None:
    seen = Seen(browser, reports["orphaned-job"], java_script_enabled=False)
    assert not seen.page.is_visible("#finding-filter")
    assert seen.page.is_visible("text=job-orphaned")
    closed = seen.page.locator("article.finding.info > details > summary").first
    closed.click()
    assert seen.page.locator("article.finding.info .body").first.is_visible()


def test_findings_and_exchanges_are_filtered(browser: Any, reports: dict[str, Path]) -> None:
    page = Seen(browser, reports["orphaned-job"]).page
    all_of_them = page.locator("article.finding").count()
    page.fill("#finding-filter", "wsd601")
    assert page.locator("article.finding:visible").count() == 1
    assert page.inner_text("#finding-count") == f"1 of {all_of_them} shown"
    page.fill("#finding-filter", "")
    page.uncheck(".severity-box[value=info]")
    assert page.locator("article.finding.info:visible").count() == 0
    page.fill("#exchange-filter", "RetrieveImage")
    assert page.locator("#exchange-table tbody tr:visible").count() == 1
    page.click("#fold")
    assert page.locator("article.finding > details[open]").count() == 0
    page.click("#unfold")
    assert page.locator("article.finding > details:not([open])").count() == 0


def test_a_link_brings_back_what_is_folded_or_filtered(browser: Any, reports: dict[str, Path]) -> None:
    page = Seen(browser, reports["orphaned-job"]).page
    anchor = page.locator("article.finding.info").last.get_attribute("id")
    page.uncheck(".severity-box[value=info]")
    page.evaluate("id => { location.hash = id; }", anchor)
    page.wait_for_selector(f"#{anchor} .body", state="visible")


def test_the_keyboard_is_enough(browser: Any, reports: dict[str, Path]) -> None:
    page = Seen(browser, reports["orphaned-job"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#findings"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert {"finding-filter", "fold", "SUMMARY", "A"} <= reached
    page.focus("article.finding.info > details > summary")
    page.keyboard.press("Enter")
    assert page.locator("article.finding.info > details").first.get_attribute("open") is not None


def test_paper_shows_what_is_folded(browser: Any, reports: dict[str, Path]) -> None:
    seen = Seen(browser, reports["orphaned-job"])
    pdf = seen.page.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 50_000
    assert seen.complaints == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["orphaned-job", "lossy-feeder", "hostile"])
def test_figures_are_pictures_of_their_own(browser: Any, tmp_path: Path, name: str, scheme: str) -> None:
    trace = hostile_trace() if name == "hostile" else case(name)
    for draw in (ladder_svg, timeline_svg, latency_svg, transfer_svg):
        file = tmp_path / "figure.svg"
        file.write_text(standalone(draw(trace)))
        seen = Seen(browser, file, scheme=scheme)
        assert seen.complaints == []
        assert seen.left_the_file() == []
        assert seen.page.evaluate("document.documentElement.tagName") == "svg"
        color = seen.page.evaluate("getComputedStyle(document.querySelector('text')).fill")
        assert color == {"light": "rgb(31, 35, 40)", "dark": "rgb(230, 237, 243)"}[scheme]
