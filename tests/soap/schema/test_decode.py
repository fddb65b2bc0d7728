"""A tree → a typed value and what is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.soap.schema.shapes import URN, Colour, Container, Either, Inner, Maybe, Whole, Wrapped
from wsdtrace.soap.schema import Element, Text, Violation, ViolationKind, decode_element, shape
from wsdtrace.soap.xml import QName

MINIMAL = "<title>t</title><container/><inner><number>1</number></inner>"
NEEDED = Whole(key=1, title="t", container=Container(), inner=(Inner(number=1),))


def decode(content: str, attributes: str = "Key='1'", cls: type[Element] = Whole) -> tuple[Element, list[Violation]]:
    names = shape(cls).local
    text = f"<{names} xmlns='{URN}' xmlns:t='{URN}' {attributes}>{content}</{names}>"
    for word in ("title", "container", "inner", "number", "colour", "wrapped", "text", "either", "maybe", "left"):
        text = text.replace(f"<{word}", f"<{word.title()}").replace(f"</{word}", f"</{word.title()}")
    return decode_element(shape(cls), etree.fromstring(text))


def kinds(violations: list[Violation]) -> list[tuple[str, str]]:
    return [(violation.kind.value, violation.path) for violation in violations]


def test_a_message_as_declared_is_read_without_a_word() -> None:
    value, violations = decode(MINIMAL)
    assert violations == []
    assert value == NEEDED
    assert value.wire is None


def test_every_kind_of_field_is_read() -> None:
    value, violations = decode(
        "<title>t</title><wrapped>Red</wrapped><container><inner><number>2</number></inner></container>"
        "<inner><number>1</number><colour>Green</colour></inner><inner><number>3</number></inner>"
        "<text xml:lang='en'>e</text><text>f</text><either><left>l</left></either><maybe/>"
        "<Names>t:a b</Names><Flag>1</Flag><Until>PT1H</Until><At>2026-01-02T03:04:05Z</At>"
        "<Extra><x xmlns='urn:x'/></Extra>",
        "Key='1' Kind='t:k'",
    )
    assert violations == []
    assert isinstance(value, Whole)
    assert value.kind == QName(URN, "k")
    assert value.wrapped == Wrapped(value=Colour.RED)
    assert value.container == Container(inner=(Inner(number=2),))
    assert value.inner == (Inner(number=1, colour=Colour.GREEN), Inner(number=3))
    assert value.text == (Text(value="e", lang="en"), Text(value="f"))
    assert value.either == Either(left="l")
    assert value.maybe == Maybe()
    assert value.names == (QName(URN, "a"), QName(URN, "b"))
    assert value.flag is True
    assert str(value.until) == "PT1H"
    assert str(value.at) == "2026-01-02 03:04:05+00:00"
    assert [extension.tag for extension in value.extra] == ["{urn:x}x"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "<container/><inner><number>1</number></inner>", [("element_missing", "Whole/Title")], id="missing text"
        ),
        pytest.param(
            "<title>t</title><inner><number>1</number></inner>", [("element_missing", "Whole/Container")], id="missing"
        ),
        pytest.param("<title>t</title><container/>", [("element_missing", "Whole/Inner")], id="missing list"),
        pytest.param(
            "<title>t</title><container/><inner/>", [("element_missing", "Whole/Inner/Number")], id="missing below"
        ),
        pytest.param(MINIMAL + "<New/>", [("element_unknown", "Whole/New")], id="unknown"),
        pytest.param(MINIMAL + "<x:new xmlns:x='urn:x'/>", [], id="a vendor's"),
        pytest.param(MINIMAL + "<new xmlns=''/>", [("element_unknown", "Whole/new")], id="in no namespace"),
        pytest.param(
            "<title>t</title><title>u</title><container/><inner><number>1</number></inner>",
            [("element_repeated", "Whole/Title[2]")],
            id="repeated",
        ),
        pytest.param(
            "<container/><title>t</title><inner><number>1</number></inner>",
            [("element_order", "Whole/Title")],
            id="out of order",
        ),
        pytest.param(
            "<inner><number>1</number></inner><container/><title>t</title>",
            [("element_order", "Whole/Container")],
            id="out of order is told once",
        ),
        pytest.param(
            "<Titel>t</Titel><container/><inner><number>1</number></inner>",
            [("element_alias", "Whole/Titel")],
            id="misspelt",
        ),
        pytest.param(
            MINIMAL + "<either><left>l</left><Right>1</Right></either>",
            [("choice_violated", "Whole/Either")],
            id="both",
        ),
        pytest.param(MINIMAL + "<either/>", [("choice_violated", "Whole/Either")], id="neither"),
        pytest.param(
            MINIMAL + "<maybe><left>l</left><Right>r</Right></maybe>",
            [("choice_violated", "Whole/Maybe")],
            id="both of none",
        ),
        pytest.param(MINIMAL + "<Stray>s</Stray>", [("element_unknown", "Whole/Stray")], id="tolerated"),
        pytest.param(MINIMAL + "<Flag>True</Flag>", [("value_invalid", "Whole/Flag")], id="letter case of a boolean"),
        pytest.param(MINIMAL + "<Flag/>", [("value_invalid", "Whole/Flag")], id="empty boolean"),
        pytest.param(
            MINIMAL.replace(">1<", ">12<"), [("value_invalid", "Whole/Inner/Number")], id="number out of range"
        ),
        pytest.param(MINIMAL.replace(">1<", ">x<"), [("value_invalid", "Whole/Inner/Number")], id="no number"),
        pytest.param(
            MINIMAL.replace("</number>", "</number><colour>Blue</colour>"),
            [("value_unknown", "Whole/Inner/Colour")],
            id="unknown value",
        ),
        pytest.param(MINIMAL.replace("</number>", "</number><colour>acme:Blue</colour>"), [], id="a vendor's value"),
        pytest.param(MINIMAL.replace("</number>", "</number><colour>Rot</colour>"), [], id="published spelling"),
        pytest.param(
            MINIMAL.replace("</number>", "</number><colour>Gren</colour>"),
            [("value_alias", "Whole/Inner/Colour")],
            id="misspelt value",
        ),
        pytest.param(
            MINIMAL.replace("</number>", "</number><colour/>"), [("value_invalid", "Whole/Inner/Colour")], id="no value"
        ),
        pytest.param(MINIMAL + "<Names>z:a</Names>", [("prefix_unbound", "Whole/Names")], id="unbound prefix"),
        pytest.param(MINIMAL + "text", [("text_unexpected", "Whole")], id="text behind the last child"),
        pytest.param("text" + MINIMAL, [("text_unexpected", "Whole")], id="text"),
        pytest.param(
            MINIMAL.replace(">1<", ">1<b/><"), [("text_unexpected", "Whole/Inner/Number")], id="child in a text"
        ),
        pytest.param(
            MINIMAL.replace("<number>", "<number a='1'>"),
            [("attribute_unknown", "Whole/Inner/Number/@a")],
            id="unknown attribute",
        ),
        pytest.param(
            MINIMAL.replace("<number>", "<number x:a='1' xmlns:x='urn:x'>"), [], id="attribute of another vocabulary"
        ),
        pytest.param(
            MINIMAL.replace("<number>", "<number Valid='1'>"),
            [("attribute_misplaced", "Whole/Inner/Number/@Valid")],
            id="misplaced attribute",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(content: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(decode(content)[1]) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param("", [("attribute_missing", "Whole/@Key")], id="missing"),
        pytest.param("key='x'", [("value_invalid", "Whole/@Key")], id="invalid"),
        pytest.param("t:key='1'", [], id="qualified where it is not"),
        pytest.param("key='1' kind='z:k'", [("prefix_unbound", "Whole/@Kind")], id="unbound prefix"),
        pytest.param("key='1' kind='a b'", [("value_invalid", "Whole/@Kind")], id="two names for one"),
        pytest.param("key='1' other='x'", [("attribute_unknown", "Whole/@other")], id="unknown"),
    ],
)
def test_attributes_are_told(attributes: str, expected: list[tuple[str, str]]) -> None:
    spelt = attributes.replace("key=", "Key=").replace("kind=", "Kind=")
    assert kinds(decode(MINIMAL, spelt)[1]) == expected


@pytest.mark.parametrize(("mark", "value"), [("t:Mark='true'", True), ("Mark='0'", False), ("Mark=' 1 '", True)])
def test_an_attribute_of_a_text_is_read_in_either_form(mark: str, value: bool) -> None:
    whole, violations = decode(MINIMAL.replace("<container", f"<wrapped {mark}>Red</wrapped><container"), "Key='1'")
    assert violations == []
    assert isinstance(whole, Whole)
    assert whole.wrapped == Wrapped(value=Colour.RED, mark=value)


def test_an_attribute_may_stand_in_some_messages_only() -> None:
    element = etree.fromstring(f"<Other xmlns:t='{URN}' t:Mark='1'>Red</Other>")
    _, violations = decode_element(shape(Wrapped, Colour | str), element)
    assert kinds(violations) == [("attribute_misplaced", "Other/@Mark")]


def test_a_partial_value_keeps_what_can_be_read() -> None:
    value, _ = decode("<inner><number>x</number><colour>Blue</colour></inner>", "Key='y'")
    assert value == Whole(inner=(Inner(number=None, colour="Blue"),))


def test_a_number_out_of_range_is_kept() -> None:
    value, _ = decode(MINIMAL.replace(">1<", ">12<"), "Key='1'")
    assert isinstance(value, Whole)
    assert value.inner[0].number == 12


def test_an_absent_container_that_may_be_empty_says_so() -> None:
    (violation,) = decode("<title>t</title><inner><number>1</number></inner>", "Key='1'")[1]
    assert violation.may_be_empty
    (violation,) = decode("<title>t</title><container/>", "Key='1'")[1]
    assert not violation.may_be_empty


def test_a_violation_says_what_was_found_and_expected() -> None:
    (violation,) = decode(MINIMAL.replace(">1<", "> 1x <"), "Key='1'")[1]
    assert (violation.found, violation.expected, violation.line) == (" 1x ", "int 0..9", 1)
    (violation,) = decode(MINIMAL.replace("</number>", "</number><colour>Blue</colour>"), "Key='1'")[1]
    assert violation.expected == "one of Red, Green"


def test_what_is_private_is_marked() -> None:
    (violation,) = decode(MINIMAL.replace("<title>t", "<title>t<b/>"), "Key='1'")[1]
    assert violation.kind is ViolationKind.TEXT_UNEXPECTED
    assert violation.redacted


def test_unknown_children_are_kept() -> None:
    value, _ = decode(MINIMAL + "<x:new xmlns:x='urn:x' a='1'>t</x:new>", "Key='1'")
    assert [(extension.tag, extension.text) for extension in value.extensions] == [("{urn:x}new", "t")]


@given(
    st.recursive(
        st.sampled_from(["", "x", "1", "Red"]),
        lambda inner: st.builds(
            lambda name, content: f"<{name}>{content}</{name}>",
            st.sampled_from(["Title", "Inner", "Number", "Wrapped", "Either", "Left", "Names", "Text", "Extra", "Odd"]),
            st.lists(inner, max_size=4).map("".join),
        ),
        max_leaves=12,
    )
)
def test_no_tree_raises(content: str) -> None:
    decode(content)
