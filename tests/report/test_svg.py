"""Shapes with attributes only, and text that stays text."""

import pytest

from tests.report.figures import parsed, texts, tips
from tests.report.hostile import PAYLOAD
from wsdtrace.report.svg import MAX_TITLE, Drawing, escaped, fitted, standalone, width_of


def test_a_drawing_has_a_name_and_a_description() -> None:
    root = parsed(str(Drawing(10, 20.25, "ladder", "two messages")))
    assert root.get("aria-label") == "ladder"
    assert [child.text for child in root] == ["ladder", "two messages"]
    assert root.get("viewBox") == "0 0 10 20.2"


def test_a_drawing_with_links_is_no_single_picture() -> None:
    draw = Drawing(10, 10, "t", "d", linked=True)
    draw.open("#finding-1", aria_label="WSD601")
    draw.circle(1, 2, 3)
    draw.close(link=True)
    root = parsed(str(draw))
    assert root.get("role") == "group"
    assert root[2].get("href") == "#finding-1"
    assert root[2].get("aria-label") == "WSD601"


def test_every_shape_is_written() -> None:
    draw = Drawing(100, 100, "t", "d")
    draw.open(opacity=0.5)
    draw.line(0, 1, 2, 3.04)
    draw.rect(1, 2, 3, 4, tip="a box", stroke_dasharray=None)
    draw.path("M0 0", stroke="#fff")
    draw.text(5, 6, "seven", size=8, anchor="end")
    draw.arrow(90, 10, 50, color="#123456")
    draw.close()
    group = parsed(str(draw))[2]
    assert [str(e.tag).rpartition("}")[2] for e in group] == ["line", "rect", "path", "text", "line", "path"]
    written = {str(name): value for name, value in group[0].attrib.items()}
    assert written == {"x1": "0", "y1": "1", "x2": "2", "y2": "3", "stroke": "currentColor"}
    assert "stroke-dasharray" not in group[1].attrib
    assert group[3].get("text-anchor") == "end"
    assert group[5].get("d") == "M10 50l7 -4v8z"
    assert tips(str(draw)) == ["a box"]


def test_hostile_text_is_text() -> None:
    draw = Drawing(100, 100, PAYLOAD, PAYLOAD)
    draw.text(0, 0, PAYLOAD, font_family=PAYLOAD)
    draw.rect(0, 0, 1, 1, tip=PAYLOAD)
    assert "<script>" in texts(str(draw))[0]
    assert len(tips(str(draw))[0]) < MAX_TITLE * 3


@pytest.mark.parametrize("text", ['"><script>', "\x00\x1b", "\u202e", "\ud800", "a\nb"])
def test_escaped_text_holds_no_markup_and_nothing_invisible(text: str) -> None:
    found = escaped(text)
    assert not set(found) & set('<>"\n\x00\x1b\u202e')
    assert found.encode()


def test_text_is_cut_where_it_does_not_fit() -> None:
    assert fitted("short", 100) == "short"
    assert fitted("x" * 50, 67.2) == "x" * 9 + "…"
    assert width_of("漢字") == 2 * width_of("ab")


def test_a_drawing_of_its_own_follows_the_scheme_and_is_seen_without_styles() -> None:
    text = standalone(str(Drawing(1, 1, "t", "d")))
    assert text.startswith("<svg ")
    assert ' color="#7a828e"><style>' in text
    assert "prefers-color-scheme:dark" in text
