"""Typed messages as trees."""

import pytest

from tests.report.hostile import PAYLOAD
from wsdtrace.explore.tree import Leaf, leaves, measured, text_of, write_tree
from wsdtrace.report.page import Look, Page
from wsdtrace.report.redact import Redactor
from wsdtrace.soap.fault import Fault, FaultName
from wsdtrace.soap.schema import Extension, shape
from wsdtrace.wsd.ticket import DocumentParameters, Requested, Resolution, ScanTicket

TICKET = ScanTicket(
    document_parameters=DocumentParameters(
        format=Requested(value="jfif", must_honor=True),
        extensions=(Extension("{urn:vendor}Extra", f"x{PAYLOAD}", "", ""),),
    )
)


def test_every_leaf_has_its_path_value_and_meaning() -> None:
    rows = [(leaf.path, leaf.value) for leaf in leaves(TICKET)]
    assert rows == [
        ("ScanTicket", None),
        ("ScanTicket/DocumentParameters", None),
        ("ScanTicket/DocumentParameters/Format", "jfif"),
        ("ScanTicket/DocumentParameters/Format/@MustHonor", "true"),
        ("ScanTicket/DocumentParameters/Extra", f"x{PAYLOAD}"),
    ]
    assert next(leaf.meaning for leaf in leaves(TICKET) if leaf.name == "Format") == "file format"


def test_hostile_text_is_made_visible() -> None:
    page = Page(Look(), Redactor(None))
    write_tree(page, TICKET)
    assert "\x1b" not in str(page)
    assert "␛" in str(page)


def test_a_fault_is_a_tree_too() -> None:
    fault = Fault(
        None, FaultName("s:Sender", "urn:s", "Sender"), (FaultName("w:Bad", "urn:w", "Bad"),), (("en", "no"),)
    )
    assert [(leaf.name, leaf.value) for leaf in leaves(fault)] == [
        ("Fault", None), ("Code", "s:Sender"), ("Subcode", "w:Bad"), ("Reason", "no"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "unit", "raw", "shown"),
    [
        pytest.param("8500", "1/1000 inch", 8500, "8500 thou (215.9 mm)", id="length"),
        pytest.param("300", "pixels/inch", 300, "300 dpi", id="resolution"),
        pytest.param("80", "percent", 80, "80 %", id="percent"),
        pytest.param("7", "images", 7, "7 images", id="as it is"),
        pytest.param("x", "", "x", "x", id="no unit"),
        pytest.param("", "percent", None, "", id="nothing"),
    ],
)
def test_values_are_shown_with_their_units(text: str, unit: str, raw: object, shown: str) -> None:
    assert measured(text, Leaf(0, "", "", text, unit, raw=raw)) == shown


def test_an_unknown_word_of_an_enumeration_stays_a_text() -> None:
    field = next(f for f in shape(DocumentParameters).children if f.python == "format")
    assert text_of(field, "vendor-raw") == "vendor-raw"
    assert [leaf.value for leaf in leaves(Resolution(width=300))] == [None, "300"]
