"""Where elements stand. The oracle is the text itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.soap.corpus import cases
from wsdtrace.soap import positions
from wsdtrace.soap.positions import MAX_ROWS, is_plain, scan, scan_plain
from wsdtrace.soap.xml import parse

TEXT = b'<?xml version="1.0"?>\n<r a=">"><b>t</b><c/>\n<d><b>u</b></d></r>'


def test_every_element_is_between_its_tags() -> None:
    rows = scan(TEXT)
    found = [TEXT[slice(*rows.element(row))] for row in range(len(rows.names))]
    assert found[1:] == [b"<b>t</b>", b"<c/>", b"<d><b>u</b></d>", b"<b>u</b>"]
    assert found[0].startswith(b"<r ")
    assert found[0].endswith(b"</r>")


def test_start_tags_and_contents() -> None:
    rows = scan(TEXT)
    assert [TEXT[slice(*rows.start_tag(row))] for row in range(5)] == [b'<r a=">">', b"<b>", b"<c/>", b"<d>", b"<b>"]
    assert [TEXT[slice(*rows.content(row))] for row in range(1, 5)] == [b"t", b"", b"<b>u</b>", b"u"]


def test_rows_are_the_elements_of_the_tree_in_order() -> None:
    document = parse(TEXT)
    assert document.root is not None
    rows = document.positions()
    assert [rows.row_of(element) for element in document.root.iter()] == [0, 1, 2, 3, 4]


def test_an_element_of_another_document_has_no_row() -> None:
    other = parse(b"<x><y/></x>").root
    assert other is not None
    assert scan(b"<x/>").row_of(other[0]) is None


def test_an_element_that_is_open_at_the_error_has_no_end() -> None:
    rows = scan(b"<r><b>t</b><c>u<")
    assert rows.error is not None
    assert rows.ends == [-1, 11, -1]
    assert rows.text[slice(*rows.content(2))] == b"u"


@pytest.mark.parametrize(
    ("line", "column", "offset"),
    [
        pytest.param(1, 1, 0, id="first"),
        pytest.param(2, 3, 5, id="second line"),
        pytest.param(9, 9, 7, id="beyond"),
        pytest.param(1, 0, 0, id="no column"),
    ],
)
def test_lines_and_columns_are_offsets(line: int, column: int, offset: int) -> None:
    assert scan(b"<x>").at_line(b"ab\ncdef", line, column) == offset


def test_the_first_use_of_each_unbound_prefix_is_kept() -> None:
    rows = scan(b"<a:x><a:y b:z='1'/></a:x>")
    assert [(use.prefix, use.name, use.start) for use in rows.unbound(9)] == [("a", "a:x", 1), ("b", "b:z", 10)]
    assert len(rows.unbound(1)) == 1


@pytest.mark.parametrize("opened", [b"<a>", b"<a/>"], ids=["deep", "wide"])
def test_the_number_of_rows_is_bounded(opened: bytes) -> None:
    data = b"<r>" + opened * (MAX_ROWS + 5)
    rows = scan(data)
    assert len(rows.names) == len(rows.starts) == len(rows.ends) == MAX_ROWS
    assert rows.cut == 3 + len(opened) * (MAX_ROWS - 1)
    assert rows.error is None
    assert rows.starts[-1] == rows.cut - len(opened)
    assert all(rows.text[slice(*rows.start_tag(row))] == opened for row in (1, MAX_ROWS // 2, MAX_ROWS - 1))


def test_as_many_rows_as_there_may_be_are_not_cut() -> None:
    rows = scan(b"<r>" + b"<a/>" * (MAX_ROWS - 1) + b"</r>")
    assert (len(rows.starts), rows.cut, rows.error) == (MAX_ROWS, None, None)
    assert rows.ends[0] == len(rows.text)


# -- tag by tag -------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "x:b", "c-d.e", "ü"])
ATTRIBUTES = st.sampled_from(["", " k='>'", ' k = "/>" ', "\n x:k='\"'", " k='a/'"])
SPACES = st.sampled_from(["", " ", "\n"])
TEXTS = st.text(st.sampled_from("t>/'\"&ü \n")).map(lambda text: text.replace("&", "&amp;"))
EMPTY = st.builds("<{}{}{}/>".format, NAMES, ATTRIBUTES, SPACES)


def around(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An element with these in it."""
    contents = st.lists(inside, max_size=4).map("".join)
    return st.builds(lambda n, a, c, s: f"<{n}{a}>{c}</{n}{s}>", NAMES, ATTRIBUTES, contents, SPACES)


ELEMENTS = around(st.recursive(TEXTS | EMPTY, around, max_leaves=12))
DECLARED = st.sampled_from(["", "<?xml version='1.0'?>", '<?xml version="1.0" encoding="utf-8"?>\n'])


@given(st.builds(str.__add__, DECLARED, ELEMENTS).map(str.encode))
def test_plain_text_has_its_elements_where_expat_finds_them(text: bytes) -> None:
    wanted, found = scan(text), scan_plain(text)
    assert wanted.error is None
    assert (found.names, found.starts, found.ends) == (wanted.names, wanted.starts, wanted.ends)


def test_messages_have_their_elements_where_expat_finds_them() -> None:
    plain = [data for data in cases() if is_plain(data) and scan(data).error is None]
    assert len(plain) > 100
    assert [scan_plain(data) for data in plain] == [scan(data) for data in plain]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"<a><!-- <b> --></a>", id="a comment"),
        pytest.param(b"<a><![CDATA[<b>]]></a>", id="CDATA"),
        pytest.param(b"<?xml version='1.0'?><!DOCTYPE a><a/>", id="a document type"),
        pytest.param(b"<a><?b <c> ?></a>", id="a processing instruction"),
    ],
)
def test_what_may_hide_a_tag_is_not_plain(text: bytes) -> None:
    assert not is_plain(text)
    assert parse(text).positions().names == ["a"]


@pytest.mark.parametrize("opened", [b"<a>", b"<a/>"], ids=["deep", "wide"])
def test_the_number_of_rows_is_bounded_tag_by_tag(monkeypatch: pytest.MonkeyPatch, opened: bytes) -> None:
    monkeypatch.setattr(positions, "MAX_ROWS", 3)
    closed = b"</a>" * 5 if opened == b"<a>" else b""
    text = b"<r>" + opened * 5 + closed + b"</r>"
    assert scan_plain(text) == scan(text)
    assert scan_plain(text).cut == 3 + 2 * len(opened)
