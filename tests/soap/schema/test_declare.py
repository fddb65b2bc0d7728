"""Declarations and what is resolved from them."""

import subprocess
import sys
from typing import Annotated

import pytest
from lxml import etree

from tests.soap.schema import shapes
from tests.soap.schema.shapes import URN, Colour, Container, Inner, Maybe, Small, Whole, Wrapped
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Element, Extension, Int, String, camel, declare, declared, one, opt, shape
from wsdtrace.soap.schema.declare import _declared
from wsdtrace.soap.schema.lexical import Enumeration, Names


@pytest.mark.parametrize(
    ("python", "wire"),
    [
        ("job_id", "JobId"),
        ("adf_maximum_size", "ADFMaximumSize"),
        ("adf", "ADF"),
        ("scan_region_x_offset", "ScanRegionXOffset"),
        ("from_", "From"),
    ],
)
def test_wire_names_are_python_names_in_camel_case(python: str, wire: str) -> None:
    assert camel(python) == wire


def test_a_shape_has_the_fields_in_order() -> None:
    made = shape(Whole)
    assert made.tag == f"{{{URN}}}Whole"
    assert [f.local for f in made.attributes] == ["Key", "Kind"]
    assert [f.local for f in made.children][:4] == ["Title", "Wrapped", "Container", "Inner"]
    assert made.content is None
    assert [f.index for f in made.fields()] == list(range(made.size))
    assert shape(Whole) is made


def test_types_are_resolved_from_annotations() -> None:
    by_name = {f.local: f for f in shape(Whole).fields()}
    assert by_name["Key"].type == Int(0, 9)
    assert by_name["Title"].type == String()
    assert by_name["Inner"].type is shape(Inner)
    assert isinstance(by_name["Kind"].type, Names)
    assert by_name["Extra"].type is None
    inner = {f.local: f for f in shape(Inner).fields()}
    assert isinstance(inner["Colour"].type, Enumeration)
    assert inner["Colour"].type.kind is Colour


def test_a_generic_type_is_resolved_for_each_argument() -> None:
    wrapped = next(f for f in shape(Whole).children if f.local == "Wrapped")
    assert wrapped.type is shape(Wrapped, Colour | str)
    other = shape(Wrapped, Small)
    assert other.content is not None
    assert other.content.type == Int(0, 9)


@pytest.mark.parametrize(
    ("name", "occurrence"),
    [
        ("Title", "1"),
        ("Wrapped", "0..1"),
        ("Inner", "1..n"),
        ("Text", "0..n"),
        ("Stray", "-"),
        ("Key", "1"),
        ("Kind", "0..1"),
    ],
)
def test_occurrences_are_told(name: str, occurrence: str) -> None:
    assert next(f for f in shape(Whole).fields() if f.local == name).occurrence == occurrence


def test_members_of_a_choice_say_so() -> None:
    assert {f.occurrence for f in shape(Maybe).children} == {"choice"}


def test_containers_that_may_be_empty_are_told() -> None:
    assert shape(Container).may_be_empty
    assert not shape(Inner).may_be_empty
    assert not shape(Wrapped, Small).may_be_empty


def test_the_source_is_the_line_s_own_or_the_page_of_the_name_or_the_type_s() -> None:
    assert shape(Inner).children[0].source == "test §2"

    @declare(SCAN, name="Page")
    class Page(Element):
        """Page of the documentation."""

        job_name: str | None = one("a name")
        other: str | None = one("another", source="elsewhere")

    try:
        assert [f.source for f in shape(Page).children] == ["jobname.md", "elsewhere"]
        assert shape(Page).page == "page.md"
        assert shape(Page).meaning == "Page of the documentation"
    finally:
        forget(Page)


def forget(cls: type[Element]) -> None:
    """Undo a declaration that only a test needs."""
    del _declared[cls]


def test_an_annotation_without_a_wire_type_is_an_error_of_ours() -> None:
    @declare(URN)
    class Odd(Element):
        """Odd."""

        what: Annotated[bytes, "odd"] | None = one("bytes")

    try:
        with pytest.raises(TypeError, match="no wire type"):
            shape(Odd)
    finally:
        forget(Odd)


def test_declared_types_are_listed_in_order() -> None:
    own = [cls.__name__ for cls in declared() if cls.__module__ == shapes.__name__]
    assert own == ["Wrapped", "Inner", "Either", "Maybe", "Container", "Whole"]


def test_the_vocabulary_is_declared_without_making_or_resolving_anything() -> None:
    program = (
        "import inspect, wsdtrace.wsd; from wsdtrace.soap.schema import Text, declared;"
        "made = [c for c in declared() if inspect.isfunction(vars(c)['__init__'])];"
        "postponed = [c for c in declared() if any(isinstance(a, str) for a in inspect.get_annotations(c).values())];"
        "print(made, postponed == [Text])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"


def test_a_derived_type_begins_with_the_fields_of_its_base() -> None:
    @declare(URN)
    class Longer(Inner):
        """One more child."""

        more: Small | None = opt("another")

    try:
        assert [f.python for f in shape(Longer).fields()] == [*(f.python for f in shape(Inner).fields()), "more"]
    finally:
        forget(Longer)


def test_values_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Inner().number = 3  # type: ignore[misc]  # that is what is tested


def test_an_extension_keeps_bindings_in_scope() -> None:
    root = etree.fromstring(b"<r xmlns:q='urn:q'><a:x xmlns:a='urn:a' v='q:n'/>tail</r>")
    extension = Extension.of(root[0])
    assert etree.fromstring(extension.xml).nsmap["q"] == "urn:q"
    assert "tail" not in extension.xml


def test_an_extension_with_an_unbound_prefix_is_kept() -> None:
    root = etree.fromstring(b"<r><z:x/></r>", etree.XMLParser(recover=True))
    assert Extension.of(root[0]).tag == "z:x"
