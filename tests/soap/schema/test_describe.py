"""What can be said of an element."""

import pytest

from tests.soap.schema.shapes import Container, Inner, Whole
from wsdtrace import wsd
from wsdtrace.errors import UnknownName
from wsdtrace.soap.schema import Row, describe, shape, vocabulary

assert wsd.MESSAGES  # declared by being imported
TYPES = [shape(Whole), shape(Container), shape(Inner)]


def test_the_rows_of_an_element_say_what_is_declared() -> None:
    (entry,) = vocabulary(TYPES)["Inner"]
    assert (entry.meaning, entry.source) == ("A child with children", "test §2")
    assert entry.rows == (
        Row("Number", "int", "1", "apples", "0..9", "a number", "test §2", False),
        Row("Colour", "Colour", "0..1", "", "Red, Green", "a colour", "test §2", False),
    )


def test_an_element_says_where_it_stands() -> None:
    (entry,) = vocabulary(TYPES)["Inner"]
    assert [(use.parent, use.row.occurrence) for use in entry.uses] == [("Whole", "1..n"), ("Container", "0..n")]


def test_a_text_says_its_type_and_range() -> None:
    (entry,) = vocabulary(TYPES)["Number"]
    assert (entry.type, entry.range, entry.rows) == ("int", "0..9", ())
    assert [(use.parent, use.row.meaning) for use in entry.uses] == [("Inner", "a number")]


def test_attributes_texts_and_private_fields_are_marked() -> None:
    found = vocabulary(TYPES)
    rows = {row.name: row for row in found["Whole"][0].rows}
    assert rows["@Key"].occurrence == "1"
    assert rows["Title"].private
    assert rows["Wrapped"].type == "Colour"
    assert rows["Extra"].type == "elements"
    assert [row.name for row in found["Wrapped"][0].rows] == ["@Mark", ""]


def test_a_name_whose_children_depend_on_the_parent_has_several_meanings() -> None:
    entries = describe("InputSize")
    assert [[use.parent for use in entry.uses] for entry in entries] == [
        ["DocumentParameters"],
        ["DocumentFinalParameters"],
    ]


@pytest.mark.parametrize("name", ["jobid", "JOBID", "wscn:JobId"])
def test_a_name_is_found_in_any_letter_case(name: str) -> None:
    assert describe(name)[0].name == "JobId"


@pytest.mark.parametrize(("name", "nearest"), [("JobIdd", "JobId"), ("scanticket2", "ScanTicket")])
def test_an_unknown_name_says_which_is_nearest(name: str, nearest: str) -> None:
    with pytest.raises(UnknownName, match=rf"the nearest is {nearest}$"):
        describe(name)


def test_an_unknown_name_may_have_none_near() -> None:
    with pytest.raises(UnknownName, match=r"no element or message 'zzzzzzzz'$"):
        describe("zzzzzzzz")
