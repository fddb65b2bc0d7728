"""Text stays text, whatever it is a child or a value of."""

import pytest
from lxml import html

from tests.report.hostile import ATTACKS
from wsdtrace.report.markup import Markup, joined, tag, text_of, trusted


def test_elements_attributes_and_children() -> None:
    made = tag("p", "a ", tag("b", "c"), None, ["d", tag("br")], class_="x", data_n=3, hidden=True, open=False, id=None)
    assert made == '<p class="x" data-n="3" hidden>a <b>c</b>d<br></p>'


def test_an_attribute_may_be_called_name() -> None:
    assert tag("meta", name="viewport") == '<meta name="viewport">'


def test_children_without_an_element() -> None:
    assert joined("<", tag("i"), trusted("<hr>")) == "&lt;<i></i><hr>"
    assert isinstance(joined(), Markup)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_browser_reads_text_and_value_as_they_were_shown(attack: str) -> None:
    element = html.fromstring(tag("p", attack, title=attack))
    assert len(element) == 0
    assert list(element.attrib) == ["title"]
    shown = html.fromstring(f"<p>{text_of(attack)}</p>").text
    assert element.text == element.get("title") == shown
