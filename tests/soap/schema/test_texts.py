"""Readers of texts and what they remember."""

import pytest
from lxml import etree

from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Bool, Decoding, Int, Names, String
from wsdtrace.soap.schema.texts import MEMO, leaf_reader, read_bag, read_text
from wsdtrace.soap.xml import QName


def element(xml: str) -> etree._Element:
    return etree.fromstring(xml, etree.XMLParser(recover=True))


def test_a_text_that_repeats_is_remembered() -> None:
    read, memo = leaf_reader(Int(), redact=False)
    assert memo is not None
    assert read(element("<a>7</a>"), Decoding("a")) == 7
    assert memo == {"7": 7}


@pytest.mark.parametrize("xml", ["<a> 7</a>", "<a>x</a>", "<a>7<b/></a>", "<a b='c'>7</a>"])
def test_what_is_odd_is_not_remembered(xml: str) -> None:
    read, memo = leaf_reader(Int(0, 9), redact=False)
    root = element(f"<r>{xml}</r>")
    read(root[0], Decoding("r"))
    assert memo == {}


def test_what_was_remembered_does_not_hide_what_is_odd() -> None:
    read, _ = leaf_reader(Bool(), redact=False)
    decoding = Decoding("r")
    read(element("<r><a>true</a></r>")[0], decoding)
    read(element("<r><a x='1'>true</a></r>")[0], decoding)
    assert [violation.path for violation in decoding.violations] == ["r/a/@x"]


def test_memories_are_bounded() -> None:
    read, memo = leaf_reader(Int(), redact=False)
    assert memo is not None
    for number in range(MEMO + 10):
        read(element(f"<a>{number}</a>"), Decoding("a"))
    assert len(memo) <= MEMO


def test_strings_are_not_remembered() -> None:
    read, memo = leaf_reader(String(3), redact=True)
    assert memo is None
    decoding = Decoding("a")
    assert read(element("<a>abcd</a>"), decoding) == "abcd"
    assert decoding.violations[0].redacted


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        pytest.param(f"<a xmlns:p='{SCAN}'>p:x</a>", QName(SCAN, "x"), id="prefix"),
        pytest.param(f"<a xmlns='{SCAN}'>x</a>", QName(SCAN, "x"), id="default namespace"),
        pytest.param("<a>x</a>", QName(None, "x"), id="none"),
        pytest.param(
            "<a xmlns:p='https://schemas.microsoft.com/windows/2006/01/wdp/scan'>p:x</a>", QName(SCAN, "x"), id="alias"
        ),
        pytest.param("<a>xml:x</a>", QName("http://www.w3.org/XML/1998/namespace", "x"), id="xml"),
        pytest.param("<a>z:x</a>", QName(None, "x"), id="unbound"),
        pytest.param("<a/>", None, id="empty"),
    ],
)
def test_a_name_is_resolved_by_the_bindings_in_scope(xml: str, name: QName | None) -> None:
    found = element(xml)
    reading = read_text(Names(), found, found.text or "", Decoding("a"), redact=False)
    assert reading.value == name


def test_a_bag_keeps_elements_only() -> None:
    root = element("<r><bag>text<a/><!-- c --><b/></bag></r>")
    assert [extension.tag for extension in read_bag(root[0], Decoding("r"))] == ["a", "b"]
