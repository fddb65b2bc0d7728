"""XML of the wire, indented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.report.xmlview import MAX_DEPTH, MAX_LINES, split_tag, xml_lines


def shown(data: bytes, **options: bool) -> list[str]:
    return [f"{'  ' * line.depth}{line.before}{line.text}{line.after}" for line in xml_lines(data, **options)]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"<a><b>1</b><c/></a>", ["<a>", "  <b>1</b>", "  <c/>", "</a>"], id="nested"),
        pytest.param(b"<a>\n  <b> 1 </b>\n</a>", ["<a>", "  <b> 1 </b>", "</a>"], id="indented before"),
        pytest.param(b"<a></a>", ["<a></a>"], id="empty"),
        pytest.param(b"<?xml version='1.0'?><a/>", ["<?xml version='1.0'?>", "<a/>"], id="declaration"),
        pytest.param(b"<a x='1>2' y=\"<\"/>", ["<a x='1>2' y=\"", '<"/>'], id="no tag reaches past the next one"),
        pytest.param(b"<a x='1>2'><b/></a>", ["<a x='1>2'>", "  <b/>", "</a>"], id="angle in a value"),
        pytest.param(b"<a><!-- <b> --></a>", ["<a>", "  <!-- <b> -->", "</a>"], id="comment"),
        pytest.param(b"<a><![CDATA[<x>]]></a>", ["<a><![CDATA[<x>]]></a>"], id="CDATA is text"),
        pytest.param(b"<a>one<b/>two</a>", ["<a>", "  one", "  <b/>", "  two", "</a>"], id="mixed"),
        pytest.param(b"<a><b></a>", ["<a>", "  <b></a>"], id="not well-formed"),
        pytest.param(b"</a></b><c>", ["</a>", "</b>", "<c>"], id="only ends"),
        pytest.param(b"<a><b>cut", ["<a>", "  <b>", "    cut"], id="cut short"),
        pytest.param(b"<a <b>x</b>", ["<a ", "<b>x</b>"], id="a broken tag"),
        pytest.param("\ufeff<a>ü</a>".encode("utf-16-le"), ["<a>ü</a>"], id="UTF-16 with a mark"),
        pytest.param("<a>ü</a>".encode("utf-16-be"), ["<a>ü</a>"], id="UTF-16 without one"),
        pytest.param(b"\xff<a/>", ["\ufffd", "<a/>"], id="bytes that are no text"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_lines(data: bytes, lines: list[str]) -> None:
    assert shown(data) == lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"<w:JobToken>t</w:JobToken>", ["<w:JobToken>‹redacted›</w:JobToken>"], id="a job token"),
        pytest.param(
            b"<DestinationToken><![CDATA[t]]></DestinationToken>",
            ["<DestinationToken>‹redacted›</DestinationToken>"],
            id="in CDATA",
        ),
        pytest.param(
            b"<JobToken><x>t</x></JobToken><y>t</y>",
            ["<JobToken>‹redacted›‹redacted›‹redacted›</JobToken>", "<y>t</y>"],
            id="markup inside of it",
        ),
        pytest.param(b"<JobToken>t", ["<JobToken>", "  ‹redacted›"], id="cut short"),
        pytest.param(b"<JobToken/><y>t</y>", ["<JobToken/>", "<y>t</y>"], id="an empty one hides nothing"),
    ],
)
def test_secrets_are_replaced_by_position(data: bytes, lines: list[str]) -> None:
    assert shown(data) == lines


def test_secrets_are_shown_when_asked_for() -> None:
    assert shown(b"<JobToken>t</JobToken>", show_secrets=True) == ["<JobToken>t</JobToken>"]


def test_a_long_document_says_that_it_goes_on() -> None:
    lines = shown(b"<a>" + b"<b/>" * (MAX_LINES + 10))
    assert len(lines) == MAX_LINES + 1
    assert lines[-1] == f"… more than {MAX_LINES:,} lines; the rest is left out"


def test_depth_is_bounded() -> None:
    assert max(line.depth for line in xml_lines(b"<a>" * 500)) == MAX_DEPTH


@given(st.text(alphabet="<>/!-[]CDAT?ab='\" \n", max_size=200))
def test_nothing_but_white_space_is_lost(text: str) -> None:
    kept = "".join(f"{line.before}{line.text}{line.after}" for line in xml_lines(text.encode(), show_secrets=True))
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("tag", "room", "pieces"),
    [
        pytest.param('<a b="1">', 20, ['<a b="1">'], id="short"),
        pytest.param("<a b=\"1\" c='2'/>", 5, ["<a", 'b="1"', "c='2'/>"], id="an attribute on each line"),
        pytest.param('<a b="x  y=z">', 5, ["<a", 'b="x  y=z">'], id="blanks in a value stay"),
        pytest.param("<!-- a b='1' -->", 5, ["<!-- a b='1' -->"], id="a comment"),
        pytest.param("<abcdefgh>", 5, ["<abcdefgh>"], id="no attributes"),
    ],
)
def test_a_long_start_tag_is_split(tag: str, room: int, pieces: list[str]) -> None:
    assert split_tag(tag, room) == pieces


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    assert len(list(xml_lines(data))) <= MAX_LINES + 1


@pytest.mark.parametrize("piece", [b"<!--", b"<a '", b'<a "', b"<![CDATA[", b"<?", b"</", b"<"])
def test_a_hostile_document_is_read_in_linear_time(piece: bytes) -> None:
    # Quadratic reading of 400,000 pieces would take minutes, and the runner would kill it.
    assert len(list(xml_lines(piece * 400_000))) <= MAX_LINES + 1
