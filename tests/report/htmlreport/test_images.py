"""Pages, with and without pictures."""

import re

import pytest

from tests.report.htmlreport.pages import case, page, text_of
from tests.report.traces import Story, orphaned_job
from wsdtrace.report.htmlreport import ImageMode, ReportOptions


def test_facts_of_a_page() -> None:
    said = text_of(page(orphaned_job()), "images")
    assert "page 1 of job 1" in said
    assert "jfif 2480×3508, 1.2 kB, exchange 2" in said
    assert "sha256 abababababababab…" in said


@pytest.mark.parametrize("mode", list(ImageMode))
def test_pictures_as_asked(mode: ImageMode) -> None:
    root = page(case("adf-3-pages"), ReportOptions(images=mode))
    pictures = root.xpath("//section[@id='images']//img")
    assert len(pictures) == (0 if mode is ImageMode.NONE else 3)
    total = sum(len(p.get("src")) for p in pictures)
    assert (total > 150_000) == (mode is ImageMode.FULL)


def test_a_page_that_cannot_be_shown_says_why() -> None:
    said = text_of(page(orphaned_job(), ReportOptions(images=ImageMode.THUMB)), "images")
    assert "cannot be shown: the capture cannot be read again" in said


def test_an_incomplete_page_is_marked() -> None:
    trace = orphaned_job()
    trace.images[0].complete = False
    assert "✖ incomplete" in text_of(page(trace), "images")


def test_no_page_and_too_many() -> None:
    story = Story()
    assert "No page was scanned." in text_of(page(story.trace), "images")
    exchange = story.exchange("RetrieveImage", (1, 1), (2, 2))
    for i in range(1, 2000):
        story.image(exchange, None, i)
    said = text_of(page(story.trace), "images")
    assert re.search(r"[\d,]+ more pages did not fit", said)
