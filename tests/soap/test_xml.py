"""Bytes → tree, whatever the bytes are. The oracle for positions is the text itself."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from wsdtrace.soap.anomalies import SoapAnomaly
from wsdtrace.soap.positions import MAX_ROWS
from wsdtrace.soap.xml import MAX_DOCUMENT, parse, parse_clean

UNBOUND = [SoapAnomaly.PREFIX_UNBOUND]


@pytest.mark.parametrize(
    ("data", "line", "column", "offset", "reason"),
    [
        pytest.param(b"", 1, 1, 0, "no element found", id="empty"),
        pytest.param(b"hello", 1, 1, 0, "syntax error", id="no XML"),
        pytest.param(b"<x><y>1</y><z>tr", 1, 17, 16, "no element found", id="cut short"),
        pytest.param(b"<x>\n<y></x>", 2, 6, 9, "end tag </x> where </y> belongs", id="mismatched end tag"),
        pytest.param(
            b'<w:x xmlns:w="u"><w:n>1</n></w:x>',
            1,
            26,
            25,
            "end tag </n> where </w:n> belongs",
            id="end tag lacks prefix",
        ),
        pytest.param(b"<x>&foo;</x>", 1, 4, 3, "undefined entity", id="undefined entity"),
        pytest.param(b'<x a="1"b="2"/>', 1, 9, 8, "not well-formed (invalid token)", id="no space between attributes"),
        pytest.param(b"<x/><y/>", 1, 5, 4, "junk after document element", id="two roots"),
        pytest.param(b"<x>\x01</x>", 1, 4, 3, "not well-formed (invalid token)", id="control character"),
        pytest.param("<x>é</x>".encode("latin-1"), 1, 4, 3, "not well-formed (invalid token)", id="not UTF-8"),
    ],
)
def test_what_is_not_well_formed_says_where_and_why(
    data: bytes, line: int, column: int, offset: int, reason: str
) -> None:
    document = parse(data)
    assert not document.well_formed
    assert document.error is not None
    assert (document.error.line, document.error.column, document.error.offset) == (line, column, offset)
    assert document.error.reason == reason
    assert document.reliable == offset


def test_a_reference_to_a_surrogate_is_no_text_that_cannot_be_read() -> None:
    for reference in (b"&#xD800;", b"&#55296;", b"&#x00dfff;", b"&#057343;"):
        data = b'<x xmlns="u' + reference + b'" a="' + reference + b'"><y' + reference + b"/>" + reference + b"<z/></x>"
        document = parse(data)
        assert document.root is not None
        assert not document.well_formed
        for element in document.root.iter():
            assert "\ud800" not in f"{element.tag}{element.text}{element.tail}{element.attrib.values()}"


@pytest.mark.parametrize(
    ("data", "names"),
    [
        pytest.param(b"<x><y>1</y><z>tr", ["x", "y", "z"], id="cut short"),
        pytest.param(b'<w:x xmlns:w="u"><w:n>1</n><w:c/></w:x>', ["{u}x", "{u}n", "{u}c"], id="mismatched end tag"),
        pytest.param(b"<x><y/></x><z/>", ["x", "y"], id="two roots"),
    ],
)
def test_what_precedes_a_defect_is_in_the_tree(data: bytes, names: list[str]) -> None:
    root = parse(data).root
    assert root is not None
    assert [element.tag for element in root.iter()] == names


@pytest.mark.parametrize(
    ("data", "prefix", "start"),
    [
        pytest.param(b"<w:x/>", "w", 1, id="element"),
        pytest.param(b"<x><y w:a='1'/></x>", "w", 6, id="attribute"),
        pytest.param(b'<x><w:a xmlns:w="u"/><w:b/></x>', "w", 22, id="bound elsewhere"),
    ],
)
def test_an_unbound_prefix_is_well_formed_and_placed(data: bytes, prefix: str, start: int) -> None:
    document = parse(data)
    assert document.well_formed
    assert document.reliable is None
    assert [anomaly.kind for anomaly in document.anomalies] == UNBOUND
    span = document.anomalies[0].span
    assert span is not None
    assert (span.start, data[span.start : span.end]) == (start, prefix.encode())


def test_each_unbound_prefix_is_told_once() -> None:
    assert len(parse(b"<a:x><a:y/><b:z/><a:z/></a:x>").anomalies) == 2


def test_a_binding_that_namespaces_forbid_is_told_apart() -> None:
    document = parse(b'<x xmlns:xml="https://www.w3.org/XML/1998/namespace"/>')
    assert document.well_formed
    assert [anomaly.kind for anomaly in document.anomalies] == [SoapAnomaly.NAMESPACE_INVALID]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(BOMB + b"<x>&b;</x>", id="entity"),
        pytest.param(BOMB + b"<x y='&b;'/>", id="entity in an attribute"),
        pytest.param(
            b'<?xml version="1.0"?><!-- - --><!DOCTYPE x SYSTEM "file:///etc/passwd"><x>&y;</x>', id="external"
        ),
        pytest.param(b'<!DOCTYPE x PUBLIC "a]>b" "c"><x/>', id="brackets in a literal"),
    ],
)
def test_a_document_type_declaration_is_told_and_never_expanded(data: bytes) -> None:
    document = parse(data)
    assert document.has_dtd
    assert document.anomalies[0].kind == SoapAnomaly.DTD
    assert document.root is not None
    assert "aaaa" not in etree.tostring(document.root).decode()
    assert "root:" not in etree.tostring(document.root).decode()


def test_an_unfinished_document_type_declaration_is_no_document() -> None:
    document = parse(b'<!DOCTYPE x [<!ENTITY a "b"')
    assert document.has_dtd
    assert document.root is None


@pytest.mark.parametrize("levels", [256, 257, 5000])
def test_depth_is_bounded(levels: int) -> None:
    document = parse(b"<a>" * levels + b"</a>" * levels)
    kinds = [anomaly.kind for anomaly in document.anomalies]
    assert kinds == ([] if levels <= 256 else [SoapAnomaly.TOO_DEEP])
    assert (document.reliable is None) == (levels <= 256)


MANY = b"<a/>" * MAX_ROWS


@pytest.mark.parametrize(
    ("data", "kinds", "reliable"),
    [
        pytest.param(b"<x>" + MANY + b"</x>", [], None, id="sound: nobody asked for places"),
        pytest.param(b"<x>" + MANY + b"<b></x>", ["too_large", "not_well_formed"], b"", id="defect behind"),
        pytest.param(b"<x><b></x>" + MANY, ["not_well_formed"], b"x>" + MANY, id="defect before"),
        pytest.param(b"<q:x>" + MANY + b"</q:x>", ["too_large", "prefix_unbound"], None, id="prefix before"),
        pytest.param(b"<x>" + MANY + b"<q:b/></x>", ["too_large", "namespace_invalid"], None, id="prefix behind"),
        pytest.param(b"<x>" * (MAX_ROWS + 1), ["too_large", "too_deep"], b">" + b"<x>" * (MAX_ROWS - 256), id="deep"),
    ],
)
def test_behind_the_last_known_place_libxml2_is_believed(data: bytes, kinds: list[str], reliable: bytes | None) -> None:
    document = parse(data)
    assert [anomaly.kind for anomaly in document.anomalies] == kinds
    assert document.well_formed == ("not_well_formed" not in kinds)
    assert (None if document.reliable is None else data[document.reliable :]) == reliable


def test_size_is_bounded() -> None:
    document = parse(b"<x>" + b" " * MAX_DOCUMENT + b"</x>")
    assert document.anomalies[0].kind == SoapAnomaly.TOO_LARGE
    assert document.reliable is not None


@pytest.mark.parametrize(
    ("codec", "mark", "charset"),
    [
        pytest.param("utf-8", b"", None, id="UTF-8"),
        pytest.param("utf-8", b"\xef\xbb\xbf", None, id="UTF-8 with mark"),
        pytest.param("utf-16-le", b"\xff\xfe", None, id="UTF-16 LE with mark"),
        pytest.param("utf-16-be", b"\xfe\xff", None, id="UTF-16 BE with mark"),
        pytest.param("utf-16-le", b"", None, id="UTF-16 LE without mark"),
        pytest.param("utf-16-be", b"", "utf-16", id="UTF-16 BE without mark"),
        pytest.param("iso-8859-1", b"", "ISO-8859-1", id="charset of the Content-Type"),
        pytest.param("utf-8", b"", "klingon", id="charset that nobody knows"),
        pytest.param("utf-8", b"", "utf-16", id="charset that is not true"),
    ],
)
def test_every_encoding_gives_the_same_tree_and_true_offsets(codec: str, mark: bytes, charset: str | None) -> None:
    text = "<x><é>ü</é><y></x>"
    data = mark + text.encode(codec)
    document = parse(data, charset)
    assert document.root is not None
    assert [element.tag for element in document.root.iter()] == ["x", "é", "y"]
    assert document.error is not None
    at = data[document.error.offset :]
    assert at.startswith("x>".encode(codec))


def test_the_encoding_of_the_declaration_is_believed() -> None:
    data = '<?xml version="1.0" encoding="iso-8859-1"?><x>é</x>'.encode("iso-8859-1")
    document = parse(data)
    assert document.root is not None
    assert document.root.text == "é"


def test_comments_do_not_cut_a_text_in_two() -> None:
    document = parse(b"<x>a<!-- c -->b<?p ?>c</x>")
    assert document.root is not None
    assert document.root.text == "abc"


def test_a_clean_document_is_parsed_and_another_is_not() -> None:
    root = parse_clean(b"<x/>")
    assert root is not None
    assert root.tag == "x"
    assert parse_clean(b"<x>") is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"<a " + b"b " * 200_000, id="attributes without end"),
        pytest.param(b"<" * 400_000, id="start tags only"),
        pytest.param(b"<!DOCTYPE " + b"[" * 400_000, id="brackets"),
        pytest.param(b"<a>" * 130_000, id="levels"),
        pytest.param(b"<r>" + b"<a:b/>" * 70_000 + b"</r>", id="unbound prefixes"),
        pytest.param(b"<?xml " + b"?" * 400_000, id="processing instruction"),
        pytest.param(b"<!--" + b"-" * 400_000, id="comment"),
    ],
)
def test_no_document_takes_more_than_linear_time(data: bytes) -> None:
    start = time.process_time()
    parse(data)
    assert time.process_time() - start < 10  # of the processor; a quadratic step would take minutes


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    parse(data)
    parse(b"<x>" + data + b"</x>")
