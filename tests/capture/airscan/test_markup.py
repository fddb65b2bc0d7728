"""Printed XML becomes the document that it was printed from, as far as that can be known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from wsdtrace.capture.airscan.markup import (
    ADDRESSING,
    DISCOVERY,
    MAX_TEXT_LINES,
    SOAP_12,
    Printed,
    is_markup,
    read_printed,
)

SCAN = "http://schemas.microsoft.com/windows/2006/08/wdp/scan"


def read(text: str) -> Printed:
    lines = text.encode().split(b"\n")
    return read_printed(lines, 0, len(lines))


def tree(text: str) -> etree._Element:
    """What lxml reads out of the rows; fails where they are not well-formed."""
    printed = read(text)
    assert printed.whole
    return etree.fromstring(b"\n".join(row.data for row in printed.rows))


def printed_by_the_driver(element: etree._Element, level: int = 0) -> str:
    """xml_format_node() of airscan-xml.c, in Python: no escapes, no default namespaces, trimmed texts."""
    local = etree.QName(element).localname
    name = f"{element.prefix}:{local}" if element.prefix else local
    above = element.getparent()
    known = {} if above is None else above.nsmap
    declared = "".join(f' xmlns:{p}="{u}"' for p, u in element.nsmap.items() if p and known.get(p) != u)
    attributes = "".join([f' {key}="{element.get(key)}"' for key in map(str, element.attrib)])
    text = "".join(map(str, element.itertext())).strip()
    pad = "  " * level
    if len(element):
        inner = "".join(printed_by_the_driver(child, level + 1) for child in element)
        return f"{pad}<{name}{declared}{attributes}>\n{inner}{pad}</{name}>\n"
    return (
        f"{pad}<{name}{declared}{attributes}>{text}</{name}>\n" if text else f"{pad}<{name}{declared}{attributes}/>\n"
    )


def shape(element: etree._Element) -> tuple[object, ...]:
    """What has to come back: names, attributes, trimmed texts, children."""
    text = (element.text or "").strip()
    return element.tag, sorted(element.attrib.items()), text, [shape(child) for child in element]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(str.strip)
NAMES = st.sampled_from(["a", "b", "c-d", "e.f", "Action", "Body"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> etree._Element:
    element = etree.Element(f"{{urn:x}}{draw(NAMES)}", nsmap={"x": "urn:x"})
    for key in draw(st.lists(st.sampled_from(["k", "l"]), unique=True, max_size=2)):
        element.set(key, draw(TEXTS).replace('"', "'"))
    children = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    if children:
        element.extend(children)
    else:
        element.text = draw(TEXTS)
    return element


@settings(max_examples=50)
@given(element=elements())
def test_what_the_driver_prints_is_read_as_what_it_was(element: etree._Element) -> None:
    again = tree(printed_by_the_driver(element))
    assert shape(again) == shape(element)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("<a>http://x/?a=1&b=2</a>", "http://x/?a=1&b=2", id="ampersand"),
        pytest.param("<a>1 < 2 > 0</a>", "1 < 2 > 0", id="angle brackets"),
        pytest.param("<a>&amp;</a>", "&amp;", id="what looks like an entity is none"),
        pytest.param("<a></b></a>", "</b>", id="what looks like a tag is none"),
        pytest.param("<a>one\n  two\nthree</a>", "one\n  two\nthree", id="lines"),
        pytest.param("<a/>", None, id="empty"),
    ],
)
def test_a_text_is_escaped_again(text: str, value: str | None) -> None:
    assert tree(text).text == value


def test_an_attribute_is_escaped_again() -> None:
    assert tree('<a k="x&y<z"/>').get("k") == "x&y<z"


@pytest.mark.parametrize(
    ("path", "namespace"),
    [
        pytest.param("Envelope", SOAP_12, id="envelope"),
        pytest.param("Header", SOAP_12, id="header"),
        pytest.param("Action", ADDRESSING, id="header block"),
        pytest.param("AppSequence", DISCOVERY, id="header block of discovery"),
        pytest.param("Body", SOAP_12, id="body"),
        pytest.param("CreateScanJobResponse", SCAN.encode(), id="child of the body has that of the action"),
        pytest.param("JobId", SCAN.encode(), id="and so have its children"),
    ],
)
def test_a_default_namespace_that_was_dropped_is_put_back(path: str, namespace: bytes) -> None:
    root = tree(
        f"<Envelope>\n  <Header>\n    <Action>{SCAN}/CreateScanJobResponse</Action>\n    <AppSequence/>\n  </Header>\n"
        "  <Body>\n    <CreateScanJobResponse>\n      <JobId>1</JobId>\n    </CreateScanJobResponse>\n  </Body>\n"
        "</Envelope>"
    )
    assert [e.tag for e in root.iter() if etree.QName(e).localname == path] == [f"{{{namespace.decode()}}}{path}"]


def test_a_fault_has_the_namespace_of_its_envelope() -> None:
    root = tree("<Envelope>\n  <Body>\n    <Fault>\n      <Code/>\n    </Fault>\n  </Body>\n</Envelope>")
    assert root.find(f".//{{{SOAP_12.decode()}}}Code") is not None


def test_metadata_has_the_namespace_of_its_dialect() -> None:
    root = tree(
        '<m:Metadata xmlns:m="urn:m">\n  <m:MetadataSection Dialect="urn:devprof/ThisDevice">\n    <ThisDevice/>\n'
        "  </m:MetadataSection>\n</m:Metadata>"
    )
    assert root[0][0].tag == "{urn:devprof}ThisDevice"


def test_an_element_whose_namespace_nobody_knows_is_counted() -> None:
    assert read('<p:a xmlns:p="urn:p">\n  <b/>\n  <p:c/>\n</p:a>').strays == 1


def test_a_comment_at_the_top_is_left_out() -> None:
    printed = read("<comment>made by a device</comment>\n<a/>\nrest")
    assert (b"".join(row.data for row in printed.rows), printed.stop) == (b"<a/>", 2)


def test_lines_keep_their_place() -> None:
    assert [row.line for row in read("<a>\n  <b>x\ny</b>\n</a>").rows] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        pytest.param("<a>\n  <b/>", 2, id="the log ends"),
        pytest.param("<a>\n  <b/>\n00:00:00.001: x: y\n</a>", 2, id="a message stands in it"),
        pytest.param("<a>\n  <b/>\n</c>", 2, id="another tag closes"),
        pytest.param("<a>\n  <b>text\nand no end", 1, id="a text without end"),
        pytest.param("</a>", 0, id="nothing was opened"),
    ],
)
def test_a_document_without_end_is_not_whole(text: str, stop: int) -> None:
    printed = read(text)
    assert (printed.whole, printed.stop) == (False, stop)


def test_a_text_over_the_bound_has_no_end() -> None:
    assert not read("<a>" + "x\n" * (MAX_TEXT_LINES + 2) + "</a>").whole
    assert read("<a>" + "x\n" * (MAX_TEXT_LINES - 2) + "</a>").whole


@given(lines=st.lists(st.text("<>/ab \"=&'\t:!?-", max_size=12).map(str.encode), max_size=12))
def test_any_lines_are_read(lines: list[bytes]) -> None:
    printed = read_printed(lines, 0, len(lines))
    assert 0 <= printed.stop <= len(lines)
    if printed.whole:
        etree.fromstring(b"\n".join(row.data for row in printed.rows), etree.XMLParser(recover=True))


@pytest.mark.parametrize("line", [b"<a>", b"<a/>", b'<p:a xmlns:p="u">', b"<a>text"])
def test_a_document_is_recognised(line: bytes) -> None:
    assert is_markup(line)


@pytest.mark.parametrize("line", [b"<html", b"text", b"<!DOCTYPE html>", b"<?xml?>", b""])
def test_other_text_is_no_document(line: bytes) -> None:
    assert not is_markup(line)
