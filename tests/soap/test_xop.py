"""Includes of an envelope (XOP §2.1, RFC 2392)."""

import pytest

from tests.soap.corpus import enveloped
from wsdtrace.soap import content_id_of, includes, read_envelope
from wsdtrace.soap.namespaces import XOP
from wsdtrace.soap.xop import MAX_INCLUDES


@pytest.mark.parametrize(
    ("uri", "content_id"),
    [
        pytest.param("cid:image1@lab", "image1@lab", id="plain"),
        pytest.param("cid:a%40b%3Cc%3E", "a@b<c", id="percent-encoded"),
        pytest.param("CID:a", "a", id="scheme in capitals"),
        pytest.param("cid:<a@b>", "a@b", id="angle brackets"),
        pytest.param("cid:", "", id="nothing"),
        pytest.param("http://x/", None, id="another scheme"),
        pytest.param("a@b", None, id="no scheme"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_content_id_of_a_uri(uri: str, content_id: str | None) -> None:
    assert content_id_of(uri) == content_id


def body(include: str) -> bytes:
    return enveloped(
        f"<wscn:RetrieveImageResponse><wscn:ScanData>{include}</wscn:ScanData></wscn:RetrieveImageResponse>"
    )


def test_includes_are_found_in_order() -> None:
    data = body(f"<x:Include xmlns:x='{XOP}' href=' cid:a '/><x:Include xmlns:x='{XOP}' href='cid:b'/>")
    found = includes(read_envelope(data).root)
    assert [(i.href, i.content_id, i.path) for i in found] == [("cid:a", "a", "ScanData"), ("cid:b", "b", "ScanData")]


def test_an_alias_of_the_namespace_is_found() -> None:
    data = body("<x:Include xmlns:x='http://www.w3.org/2003/12/xop/include' href='cid:a'/>")
    (found,) = includes(read_envelope(data).root)
    assert found.tag == "{http://www.w3.org/2003/12/xop/include}Include"


def test_an_include_of_another_vocabulary_is_none() -> None:
    assert includes(read_envelope(body("<x:Include xmlns:x='urn:x' href='cid:a'/>")).root) == ()
    assert includes(None) == ()


def test_an_include_without_href_names_no_part() -> None:
    (found,) = includes(read_envelope(body(f"<x:Include xmlns:x='{XOP}'/>")).root)
    assert (found.href, found.content_id) == ("", None)


def test_the_number_of_includes_is_bounded() -> None:
    data = body(f"<x:Include xmlns:x='{XOP}' href='cid:a'/>" * (MAX_INCLUDES + 5))
    assert len(includes(read_envelope(data).root)) == MAX_INCLUDES
