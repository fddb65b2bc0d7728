"""A typed value → a tree."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.soap.schema.shapes import URN, Colour, Container, Either, Inner, Maybe, Whole, Wrapped
from wsdtrace.soap.schema import Element, Extension, Text, decode_element, encode_element, shape
from wsdtrace.soap.schema.lexical import Duration
from wsdtrace.soap.xml import QName

PREFIXES: dict[str | None, str] = {"t": URN}


def written(value: Element) -> str:
    text = etree.tostring(encode_element(value, prefixes=PREFIXES)).decode()
    return text.replace(f' xmlns:t="{URN}"', "")


def again(text: str) -> str:
    element = etree.fromstring(text.replace("<t:Whole", f"<t:Whole xmlns:t='{URN}'", 1))
    return written(decode_element(shape(Whole), element)[0])


def test_children_are_written_in_the_order_of_the_declaration() -> None:
    value = Whole(key=1, title="t", inner=(Inner(colour=Colour.RED, number=2),), container=Container())
    assert written(value) == (
        '<t:Whole Key="1"><t:Title>t</t:Title><t:Container/>'
        "<t:Inner><t:Number>2</t:Number><t:Colour>Red</t:Colour></t:Inner></t:Whole>"
    )


def test_what_is_none_is_not_written() -> None:
    assert written(Whole()) == "<t:Whole/>"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<t:Whole Key='1'><t:Container/><t:Title>t</t:Title></t:Whole>", id="order"),
        pytest.param("<t:Whole Key='1'><t:Title> t </t:Title><t:Flag>1</t:Flag></t:Whole>", id="texts"),
        pytest.param("<t:Whole Key='+1'><t:Inner><t:Number> 02</t:Number></t:Inner></t:Whole>", id="numbers"),
        pytest.param("<t:Whole t:Key='x' other='y'/>", id="attributes"),
        pytest.param("<t:Whole><t:Wrapped Mark='1' z='2'> Red</t:Wrapped></t:Whole>", id="attributes of a text"),
        pytest.param("<t:Whole><t:Titel>t</t:Titel></t:Whole>", id="misspelt"),
        pytest.param("<t:Whole><t:Inner><t:Colour>Rot</t:Colour></t:Inner></t:Whole>", id="other spelling"),
        pytest.param("<t:Whole><t:Title>a</t:Title><t:Title>b</t:Title></t:Whole>", id="repeated"),
        pytest.param("<t:Whole><x:a xmlns:x='urn:x'/><t:Title>a</t:Title><t:New>b</t:New></t:Whole>", id="unknown"),
        pytest.param("<t:Whole><t:Title a='1'>x<b/></t:Title></t:Whole>", id="child in a text"),
        pytest.param("<t:Whole><t:Names>t:a  t:b z:c</t:Names></t:Whole>", id="names"),
        pytest.param("<t:Whole Kind='t:k'/>", id="name"),
        pytest.param("<t:Whole><t:Until> PT60M</t:Until><t:At>2026-01-02T03:04:05.10Z</t:At></t:Whole>", id="times"),
        pytest.param("<t:Whole><t:Extra a='1'><x/><y>1</y></t:Extra></t:Whole>", id="bag"),
        pytest.param("<t:Whole><t:Extra/></t:Whole>", id="empty bag"),
        pytest.param("<t:Whole><t:Text xml:lang='en'>e</t:Text><t:Text>f</t:Text></t:Whole>", id="languages"),
        pytest.param("<t:Whole><t:Inner><t:Number>x</t:Number></t:Inner></t:Whole>", id="unreadable"),
        pytest.param("<t:Whole><t:Flag/><t:Title/></t:Whole>", id="empty"),
        pytest.param("<t:Whole>a<t:Title>b</t:Title>c<t:Flag>1</t:Flag>d</t:Whole>", id="text between children"),
    ],
)
def test_a_decoded_value_is_written_as_it_stood(text: str) -> None:
    expected = etree.tostring(etree.fromstring(text.replace("<t:Whole", f"<t:Whole xmlns:t='{URN}'", 1)), method="c14n")
    found = etree.tostring(
        etree.fromstring(again(text).replace("<t:Whole", f"<t:Whole xmlns:t='{URN}'", 1)), method="c14n"
    )
    assert found == expected


def test_a_part_that_was_changed_is_written_canonically() -> None:
    element = etree.fromstring(f"<t:Whole xmlns:t='{URN}'><t:Flag>1</t:Flag><t:Title> a </t:Title></t:Whole>")
    value, _ = decode_element(shape(Whole), element)
    assert isinstance(value, Whole)
    assert written(value) == "<t:Whole><t:Flag>1</t:Flag><t:Title> a </t:Title></t:Whole>"
    assert written(replace(value, flag=False)) == "<t:Whole><t:Flag>false</t:Flag><t:Title> a </t:Title></t:Whole>"
    assert written(replace(value, title=None)) == "<t:Whole><t:Flag>1</t:Flag></t:Whole>"
    assert "<t:At>" in written(replace(value, at=value_of_at()))


def value_of_at() -> Any:
    element = etree.fromstring(f"<Whole xmlns='{URN}'><At>2026-01-02T03:04:05</At></Whole>")
    whole, _ = decode_element(shape(Whole), element)
    assert isinstance(whole, Whole)
    return whole.at


def test_another_namespace_can_be_written() -> None:
    element = encode_element(Whole(title="t"), prefixes={"t": "urn:new"}, namespaces={URN: "urn:new"})
    assert etree.tostring(element) == b'<t:Whole xmlns:t="urn:new"><t:Title>t</t:Title></t:Whole>'


def test_a_generic_value_needs_its_type() -> None:
    element = encode_element(Wrapped(value=Colour.RED), prefixes=PREFIXES, type_=shape(Wrapped, Colour | str))
    assert element.text == "Red"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8).map(str.strip)
COLOURS = st.sampled_from(Colour) | st.sampled_from(["Blue", "acme:Blue"])
INNERS = st.builds(Inner, number=st.none() | st.integers(0, 9), colour=st.none() | COLOURS)
QNAMES = st.builds(QName, st.just(URN), st.sampled_from("abc"))
EXTENSIONS = st.sampled_from(["<x:a xmlns:x='urn:x'/>", "<x:b xmlns:x='urn:x' p='1'><c/>t</x:b>"]).map(
    lambda xml: Extension.of(etree.fromstring(xml))
)
WHOLES = st.builds(
    Whole,
    key=st.none() | st.integers(0, 9),
    kind=st.none() | QNAMES,
    title=st.none() | TEXTS,
    wrapped=st.none() | st.builds(Wrapped, value=COLOURS, mark=st.none() | st.booleans()),
    container=st.none() | st.builds(Container, inner=st.lists(INNERS, max_size=3).map(tuple)),
    inner=st.lists(INNERS, max_size=3).map(tuple),
    text=st.lists(st.builds(Text, value=TEXTS, lang=st.none() | st.just("en")), max_size=2).map(tuple),
    either=st.none() | st.builds(Either, left=st.none() | TEXTS, right=st.none() | st.integers(0, 9)),
    maybe=st.none() | st.builds(Maybe),
    names=st.none() | st.lists(QNAMES, max_size=3).map(tuple),
    flag=st.none() | st.booleans(),
    until=st.none() | st.datetimes() | st.builds(Duration, st.integers(0, 30), st.decimals(0, 9999, places=2)),
    at=st.none() | st.datetimes(),
    extra=st.lists(EXTENSIONS, max_size=2).map(tuple),
    stray=st.none() | TEXTS,
    extensions=st.lists(EXTENSIONS, max_size=2).map(tuple),
)


@given(WHOLES)
def test_what_is_written_is_read_again(value: Whole) -> None:
    again_, _ = decode_element(shape(Whole), encode_element(value, prefixes=PREFIXES))
    assert again_ == value
