"""Media types and their parameters, well-formed and as devices write them."""

import pytest

from wsdtrace.http.media import is_bulk, is_xml, parameter, parse_media_type

ROWS = [
    pytest.param("text/xml", "text/xml", (), id="no parameter"),
    pytest.param(
        "Application/SOAP+XML; Charset=UTF-8", "application/soap+xml", (("charset", "UTF-8"),),
        id="letter case",
    ),
    pytest.param('a/b;x="y;z"', "a/b", (("x", "y;z"),), id="quoted separator"),
    pytest.param('a/b; x="y\\"z"', "a/b", (("x", 'y"z'),), id="escape in a quoted string"),
    pytest.param('a/b; x="y', "a/b", (("x", "y"),), id="quote never closed"),
    pytest.param("a/b; x = y ; z=1", "a/b", (("x", "y"), ("z", "1")), id="white space around ="),
    pytest.param("a/b;; x=y;", "a/b", (("x", "y"),), id="empty parameters"),
    pytest.param("a/b; junk; x=y", "a/b", (("x", "y"),), id="parameter without value"),
    pytest.param('a/b; type="c/d"\r\n charset=e', "a/b", (("type", "c/d"), ("charset", "e")), id="separator forgotten"),
    pytest.param("a/b; boundary=--=_x.y/z", "a/b", (("boundary", "--=_x.y/z"),), id="boundary that needs quotes"),
    pytest.param("a/b; x=1; x=2", "a/b", (("x", "1"), ("x", "2")), id="repeated"),
    pytest.param(" a / b ", "a/b", (), id="white space around the slash"),
    pytest.param("", None, (), id="empty"),
    pytest.param("text", None, (), id="no subtype"),
    pytest.param("/xml; x=y", None, (), id="no type"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "media_type", "parameters"), ROWS)
def test_a_media_type_is_read(value: str, media_type: str | None, parameters: tuple[tuple[str, str], ...]) -> None:
    assert parse_media_type(value) == (media_type, parameters)


def test_parameters_are_bounded() -> None:
    assert len(parse_media_type("a/b" + "; x=y" * 1000)[1]) == 32


def test_a_long_value_is_read_in_linear_time() -> None:
    for hostile in (";" * 200_000, "a;" * 100_000, '"' * 200_000, "x=" * 100_000, "x= " * 60_000):
        assert parse_media_type("a/b; " + hostile)[0] == "a/b"


def test_a_parameter_is_the_first_of_its_name() -> None:
    assert parameter((("a", "1"), ("b", "2"), ("a", "3")), "a") == "1"
    assert parameter((), "a") is None


@pytest.mark.parametrize("name", ["text/xml", "application/xml", "application/soap+xml", "application/xop+xml"])
def test_xml_has_many_names(name: str) -> None:
    assert is_xml(name)
    assert not is_bulk(name)


@pytest.mark.parametrize("name", ["image/jpeg", "application/octet-stream", "application/pdf"])
def test_images_are_bulk(name: str) -> None:
    assert is_bulk(name)
    assert not is_xml(name)


def test_what_has_no_label_is_neither() -> None:
    assert not is_xml(None)
    assert not is_bulk(None)
