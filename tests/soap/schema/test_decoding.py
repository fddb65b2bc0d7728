"""One message being decoded: paths, bounds and the names of its own."""

import pytest
from lxml import etree

from tests.soap.schema.shapes import URN, Container, Whole
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Decoding, ViolationKind, decode_element, path_of, shape
from wsdtrace.soap.schema.decoding import MAX_FOUND, MAX_INDEX, MAX_VIOLATIONS

TREE = etree.fromstring(b"<E><Body><a><b/><c/><b><d/></b></a></Body></E>")


@pytest.mark.parametrize(
    ("xpath", "path"),
    [("//a", "a"), ("//c", "a/c"), ("//b[1]", "a/b[1]"), ("//d", "a/b[2]/d")],
)
def test_a_path_begins_at_the_body_element(xpath: str, path: str) -> None:
    element = TREE.find(f".{xpath}")
    assert element is not None
    assert path_of(element) == path


def test_a_path_without_envelope_begins_at_the_root() -> None:
    assert path_of(etree.fromstring(b"<x><y/></x>")[0]) == "x/y"


def test_an_unbound_prefix_is_no_part_of_a_path() -> None:
    root = etree.fromstring(b"<p:x><q:y/></p:x>", etree.XMLParser(recover=True))
    assert path_of(root[0]) == "x/y"


def test_violations_of_a_message_are_bounded() -> None:
    content = "<New/>" * (MAX_VIOLATIONS * 2)
    _, violations = decode_element(
        shape(Container), etree.fromstring(f"<Container xmlns='{URN}'>{content}</Container>")
    )
    assert len(violations) == MAX_VIOLATIONS


def test_a_quoted_text_is_bounded() -> None:
    decoding = Decoding("x")
    decoding.violate(ViolationKind.VALUE_INVALID, TREE, "y" * 1000, "z")
    assert len(decoding.violations[0].found) == MAX_FOUND + 1


def test_an_index_is_bounded() -> None:
    root = etree.fromstring(b"<x>" + b"<y/>" * (MAX_INDEX + 10) + b"</x>")
    assert path_of(root[-1]) == f"x/y[>{MAX_INDEX}]"


def test_a_namespace_of_a_message_can_stand_for_a_known_one() -> None:
    decoding = Decoding("x", {"http://tempuri.org/": SCAN})
    assert decoding.name("{http://tempuri.org/}JobId") == f"{{{SCAN}}}JobId"
    assert decoding.name("{urn:x}JobId") == "{urn:x}JobId"
    assert decoding.tag(etree.Comment("c")) == ""


def test_marks_belong_to_an_element() -> None:
    decoding = Decoding("x")
    decoding.mark(TREE)["a"] = 1
    assert decoding.mark(TREE) == {"a": 1}
    assert decoding.mark(None) == {}


def test_a_value_as_declared_leaves_no_marks() -> None:
    element = etree.fromstring(f"<Whole xmlns='{URN}'/>")
    value, _ = decode_element(shape(Whole), element)
    assert value.wire is None
