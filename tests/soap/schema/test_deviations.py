"""How an element stood that is not as declared."""

from lxml import etree

from tests.soap.schema.shapes import URN, Inner, Whole
from wsdtrace.soap.schema import Wire, decode_element, shape
from wsdtrace.soap.schema.decode import table_of
from wsdtrace.soap.schema.decoding import Decoding
from wsdtrace.soap.schema.deviations import PLACED, find, lookup


def wire_of(content: str, attributes: str = "") -> Wire:
    element = etree.fromstring(f"<Whole xmlns='{URN}' xmlns:t='{URN}' {attributes}>{content}</Whole>")
    wire = decode_element(shape(Whole), element)[0].wire
    assert wire is not None
    return wire


def field(name: str) -> int:
    return next(f.index for f in shape(Whole).fields() if f.local == name)


def test_the_order_of_children_is_kept() -> None:
    wire = wire_of("<Flag>true</Flag><x/><Title>t</Title><Inner/><Inner/>")
    assert wire.order == (field("Flag"), -1, field("Title"), field("Inner"), field("Inner"))


def test_texts_that_would_be_written_otherwise_are_kept() -> None:
    wire = wire_of("<Title> t</Title><Flag>1</Flag>")
    assert wire.texts == {(field("Title"), 0): " t", (field("Flag"), 0): "1"}


def test_other_names_are_kept() -> None:
    assert wire_of("<Titel>t</Titel>").tags == {(field("Title"), 0): f"{{{URN}}}Titel"}


def test_undeclared_attributes_are_kept() -> None:
    assert wire_of("", "Key='1' a='b'").attributes == {(-1, 0): {"a": "b"}}


def test_attributes_in_another_form_are_kept() -> None:
    wire = wire_of("", "t:Key=' 1'")
    assert wire.tags == {(field("Key"), 0): f"{{{URN}}}Key"}
    assert wire.texts == {(field("Key"), 0): " 1"}


def test_texts_between_children_are_kept_with_their_place() -> None:
    assert wire_of("a<Title>t</Title> <Flag>true</Flag>b").stray == {0: "a", 2: "b"}


def test_a_child_is_found_under_another_spelling_and_told() -> None:
    type_, table = shape(Whole), table_of(shape(Whole))
    assert find(type_, table, f"{{{URN}}}Titel") is table[f"{{{URN}}}Title"]
    assert find(type_, table, f"{{{URN}}}Nonsense") is None
    decoding = Decoding("Whole")
    assert lookup(shape(Inner), table_of(shape(Inner)), etree.fromstring("<a/>"), decoding) is None
    assert [violation.kind.value for violation in decoding.violations] == ["element_unknown"]


def test_the_attributes_of_the_protocol_are_known() -> None:
    assert {"MustHonor", "Override", "UsedDefault", "Name", "Valid", "Id"} == PLACED
