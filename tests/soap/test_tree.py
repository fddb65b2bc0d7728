"""Elements in the types that they have."""

from lxml import etree

from wsdtrace.soap.tree import (
    MAX_ATTRIBUTES,
    MAX_BINDINGS,
    Bindings,
    attributes_of,
    elements_of,
    local_of,
    rows_of,
    tag_of,
)
from wsdtrace.soap.xml import parse


def root_of(data: bytes) -> etree._Element:
    root = parse(data).root
    assert root is not None
    return root


def test_names_are_told_with_and_without_their_namespace() -> None:
    root = root_of(b"<a:x xmlns:a='urn:a'><b:y/></a:x>")
    assert (tag_of(root), local_of(root)) == ("{urn:a}x", "x")
    assert (tag_of(root[0]), local_of(root[0])) == ("b:y", "y")


def test_attributes_are_in_document_order() -> None:
    root = root_of(b"<x b='1' a='2' xmlns:n='urn:n' n:c='3'/>")
    assert list(attributes_of(root).items()) == [("b", "1"), ("a", "2"), ("{urn:n}c", "3")]


def test_what_is_left_of_an_undefined_entity_is_no_element() -> None:
    root = root_of(b"<x><a/>&y;<b/></x>")
    assert [element.tag for element in elements_of(root)] == ["a", "b"]


def test_rows_count_elements_in_document_order() -> None:
    root = root_of(b"<x><a><b/></a>&y;<c/></x>")
    assert [(local_of(element), row) for element, row in rows_of(root).items()] == [
        ("x", 0),
        ("a", 1),
        ("b", 2),
        ("c", 3),
    ]
    assert rows_of(None) == {}


def test_the_attributes_of_an_element_are_bounded() -> None:
    root = root_of(b"<x " + b" ".join(b"a%d='1'" % number for number in range(MAX_ATTRIBUTES * 40)) + b"/>")
    assert len(attributes_of(root)) == MAX_ATTRIBUTES


def test_bindings_are_looked_up_within_a_budget() -> None:
    names = " ".join(f"xmlns:p{number}='urn:{number}'" for number in range(1000))
    root = root_of(f"<x {names}><y xmlns:q='urn:1'/></x>".encode())
    bindings = Bindings()
    assert bindings.at(root)["p7"] == "urn:7"
    assert bindings.is_single("urn:7")
    assert bindings.at(root[0])["q"] == "urn:1"
    assert not bindings.is_single("urn:1")
    while not bindings.exhausted:
        bindings.at(root)
    assert "q" not in bindings.at(root[0])
    assert bindings.left > -2000
    assert MAX_BINDINGS > 1000
