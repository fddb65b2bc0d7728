"""Changes to written messages."""

import pytest
from lxml import etree

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.edits import Head, edit_head, edit_xml, forbid_head, raw_of
from wsdtrace.scenario.model import Edit, EditVerb, Place

XML = b'<?xml version="1.0" encoding="utf-8"?>\n<a:x xmlns:a="urn:a"><a:y>1</a:y><a:z b="c"/><a:y>2</a:y></a:x>'
BOUND = {"a": "urn:a", "b": "urn:b"}


def edit(verb: EditVerb, first: str = "", second: str = "") -> Edit:
    return Edit(verb, first, second, Place(2, 3))


def body(xml: bytes) -> str:
    """A document without its declaration."""
    return xml.decode().partition("\n")[2]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            edit(EditVerb.REPLACE, '<a:z b="c"/>', "<a:z"), "<a:y>1</a:y><a:z<a:y>2</a:y></a:x>", id="replace"
        ),
        pytest.param(edit(EditVerb.DROP, "a:y"), '<a:z b="c"/></a:x>', id="drop every one"),
        pytest.param(edit(EditVerb.DROP, "a:z@b"), "<a:y>1</a:y><a:z/><a:y>2</a:y></a:x>", id="drop an attribute"),
        pytest.param(edit(EditVerb.RENAME, "a:z", "a:w"), '<a:y>1</a:y><a:w b="c"/><a:y>2</a:y></a:x>', id="rename"),
        pytest.param(
            edit(EditVerb.ADD, "a:z", "<a:n>3</a:n>"), '<a:z b="c"><a:n>3</a:n></a:z><a:y>2</a:y></a:x>', id="add"
        ),
    ],
)
def test_the_document_changes(change: Edit, expected: str) -> None:
    assert body(edit_xml((change,), XML, BOUND).data).endswith(expected)


def test_the_content_can_be_another_one() -> None:
    assert edit_xml((edit(EditVerb.CONTENT, "<b/>"),), XML, BOUND).data == b"<b/>"


def test_what_is_put_before_stands_behind_the_declaration() -> None:
    data = edit_xml((edit(EditVerb.PREPEND, "<!DOCTYPE x>"),), XML, BOUND).data
    assert data.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE x><a:x')


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-be", "iso-8859-1"])
def test_another_charset_is_declared_and_used(charset: str) -> None:
    edited = edit_xml((edit(EditVerb.ENCODE, charset),), XML, BOUND)
    assert edited.charset == charset
    assert edited.data.decode(charset).startswith(f'<?xml version="1.0" encoding="{charset}"?>')
    if charset == "utf-16":
        assert etree.fromstring(edited.data).tag == "{urn:a}x"


def test_edits_are_made_in_order() -> None:
    edits = (edit(EditVerb.RENAME, "a:z", "a:w"), edit(EditVerb.REPLACE, "a:w", "a:v"))
    assert b"<a:v " in edit_xml(edits, XML, BOUND).data


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(edit(EditVerb.REPLACE, "nix", ""), "expected a message that holds 'nix'", id="replace nothing"),
        pytest.param(edit(EditVerb.DROP, "a:nix"), "expected a message that has a:nix", id="drop nothing"),
        pytest.param(edit(EditVerb.DROP, "a:z@nix"), "expected a message that has a:z@nix", id="drop no attribute"),
        pytest.param(edit(EditVerb.DROP, "c:y"), "expected a name with one of the prefixes a, b", id="unbound"),
        pytest.param(edit(EditVerb.DROP, "y"), "found 'y'", id="no prefix"),
        pytest.param(edit(EditVerb.ADD, "a:z", "<a:n>"), "expected an element to add", id="add what is not XML"),
        pytest.param(edit(EditVerb.ADD, "a:z", "<a:n/><a:n/>"), "expected one element to add, found 2", id="add two"),
        pytest.param(edit(EditVerb.ENCODE, "nix"), "expected a charset, found 'nix'", id="no charset"),
    ],
)
def test_an_edit_of_what_is_not_there_is_refused_with_its_place(change: Edit, problem: str) -> None:
    with pytest.raises(BadScenario) as caught:
        edit_xml((change,), XML, BOUND)
    assert problem in str(caught.value)
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_a_broken_document_cannot_be_changed_as_a_tree() -> None:
    with pytest.raises(BadScenario, match="expected well-formed XML to change"):
        edit_xml((edit(EditVerb.REPLACE, "</a:x>", ""), edit(EditVerb.DROP, "a:y")), XML, BOUND)


def test_heads_change_field_by_field() -> None:
    head = Head("POST / HTTP/1.1", [("Host", "a"), ("Content-Type", "b")])
    edit_head(
        (
            edit(EditVerb.FIELD, "host: c:80"),
            edit(EditVerb.FIELD, "X-New: d"),
            edit(EditVerb.NO_FIELD, "content-type"),
            edit(EditVerb.LINE, "no colon"),
            edit(EditVerb.START, "GET / HTTP/1.1"),
        ),
        head,
    )
    assert head.bytes() == b"GET / HTTP/1.1\r\nhost: c:80\r\nX-New: d\r\nno colon\r\n\r\n"
    assert head.get("HOST") == "c:80"


def test_a_field_has_a_colon() -> None:
    with pytest.raises(BadScenario, match="`line` writes anything"):
        edit_head((edit(EditVerb.FIELD, "SOAPAction"),), Head("x"))


def test_raw_lines_are_joined() -> None:
    assert raw_of((edit(EditVerb.RAW, r"a\r\n"), edit(EditVerb.RAW, "<2 x b>"))) == b"a\r\nbb"
    assert raw_of((edit(EditVerb.DROP, "a:y"),)) is None


def test_datagrams_have_no_head() -> None:
    forbid_head((edit(EditVerb.DROP, "a:y"), edit(EditVerb.RAW, "x")))
    with pytest.raises(BadScenario, match="expected an exchange over HTTP for `field`"):
        forbid_head((edit(EditVerb.FIELD, "a: b"),))
