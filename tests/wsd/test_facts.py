"""Everything that the facts about WS-Scan name is declared: elements, order, occurrence, ranges, enumerations,
attributes.

`tests/data/ws-scan.json` was gathered from the documentation and the 1.0 schema, and nothing of it was made by this
program. Where the two contradict each other, `doc-defects` says what to do; each such place is a row below, with the
reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.shared import REPOSITORY
from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Field, Int, Shape, Simple, String, declared, shape, vocabulary
from wsdtrace.soap.schema.lexical import INT_MAX, Enumeration, Names
from wsdtrace.wsd import FAULTS, MESSAGES, lookup_action, lookup_fault
from wsdtrace.wsd.ticket import Final, Requested

FACTS: dict[str, Any] = json.loads((REPOSITORY / "tests" / "data" / "ws-scan.json").read_text())

NOT_DECLARED = {
    "AllowedValue": "stands in two types of the schema that no element has; no message can carry it",
}
"""Elements of the facts that are not declared, each with the reason."""


def scan_shapes() -> list[Shape]:
    return [shape(cls) for cls in declared() if shape(cls).namespace == SCAN]


def names_of(type_: Shape) -> set[str]:
    """Elements that are of a type."""
    own = {type_.local} if type_.local.isidentifier() else set()
    return own | {f.local for other in scan_shapes() for f in other.children if f.type is type_}


def types_of(element: str) -> list[Shape]:
    return [type_ for type_ in scan_shapes() if element in names_of(type_)]


def fields_of(parent: str, child: str) -> list[Field]:
    return [f for type_ in types_of(parent) for f in type_.children if f.local == child]


def simple(field: Field) -> Simple | None:
    """The type of a field's text."""
    if isinstance(field.type, Shape):
        content = field.type.content
        return content.type if content is not None and isinstance(content.type, Simple) else None
    return field.type


def contexts() -> Iterator[Any]:  # of ParameterSet
    """(element, context of the schema, parent) of everything that stands somewhere."""
    for name, element in FACTS["elements"].items():
        for number, context in enumerate(element["schema_contexts"]):
            for parent in context["parents"]:
                yield pytest.param(name, context, parent, id=f"{parent}/{name} {number}")


ELEMENTS = sorted(FACTS["elements"])


def test_there_are_172_elements() -> None:
    assert len(ELEMENTS) == 172


@pytest.mark.parametrize("name", [name for name in ELEMENTS if name not in NOT_DECLARED])
def test_every_element_is_declared(name: str) -> None:
    entries = vocabulary()[name]
    assert any(entry.namespace == SCAN for entry in entries)


def test_no_reason_outlives_its_cause() -> None:
    assert [name for name in NOT_DECLARED if name in vocabulary()] == []


@pytest.mark.parametrize(("name", "context", "parent"), list(contexts()))
def test_every_child_stands_where_the_schema_has_it(name: str, context: dict[str, Any], parent: str) -> None:
    found = fields_of(parent, name)
    assert found, f"{parent} has no {name}"
    if context["particle"] == "choice":
        assert any(f.spec.choice is not None for f in found)
        return
    occurrences = {(f.spec.minimum, f.repeated) for f in found if f.spec.choice is None}
    assert (context["minOccurs"], context["maxOccurs"] == "unbounded") in occurrences


@pytest.mark.parametrize(
    "name", [n for n in ELEMENTS if any(c.get("children") for c in FACTS["elements"][n]["schema_contexts"])]
)
def test_children_are_in_the_order_of_the_schema(name: str) -> None:
    orders = [[f.local for f in type_.children if not f.spec.tolerated] for type_ in types_of(name)]
    for context in FACTS["elements"][name]["schema_contexts"]:
        if context.get("children"):
            wanted = [child["name"] for child in context["children"] if child["name"] != "##other"]
            assert wanted in orders


@pytest.mark.parametrize("name", [n for n in ELEMENTS if FACTS["elements"][n]["global_element"]])
def test_every_message_has_the_children_of_the_schema(name: str) -> None:
    wanted = [c["name"] for c in FACTS["elements"][name]["global_element"]["children"] if c["name"] != "##other"]
    if name == "Scanner":  # the facts leave its children out; they are those of ScannerType
        wanted = ["ScannerDescription", "ScannerConfiguration", "ScannerStatus", "DefaultScanTicket"]
    assert wanted in [[f.local for f in type_.children] for type_ in types_of(name)]


@pytest.mark.parametrize(
    ("name", "context", "parent"),
    [case for case in contexts() if case.values[1].get("value")],
)
def test_every_text_has_the_type_and_range_of_the_schema(name: str, context: dict[str, Any], parent: str) -> None:
    value = context["value"]
    types = [simple(f) for f in fields_of(parent, name)]
    if (parent, name) == ("RequestedElements", "Name"):
        assert all(isinstance(type_, Names) for type_ in types)
        return
    match value["base"]:
        case "xs:int":
            low = value.get("min", -(2**31) if parent in ("ScalingWidth", "ScalingHeight") else 0)  # facts drop a 0
            assert Int(low, value.get("max", INT_MAX)) in types
        case "xs:boolean":
            assert {type_.name for type_ in types if type_} == {"boolean"}
        case "xs:dateTime":
            assert {type_.name for type_ in types if type_} == {"dateTime"}
        case "xs:QName":
            assert any(isinstance(type_, Names) for type_ in types)
        case "xs:string":
            texts = [type_ for type_ in types if isinstance(type_, String)]
            assert value["maxLength"] in {text.max_length for text in texts}
        case "xs:NMTOKEN":
            assert all(isinstance(type_, Enumeration) for type_ in types)
            for type_ in types:
                assert isinstance(type_, Enumeration)
                assert [text for text in value["enum"] if type_.read(text).problem is not None] == []
        case base:
            assert base == "xs:base64Binary"


def enumerations() -> Iterator[Any]:
    for name, element in FACTS["elements"].items():
        for page in element["docs"]:
            if page["enum"] and name != "Name":
                yield pytest.param(name, page["enum"], id=page["page"])


@pytest.mark.parametrize(("name", "values"), list(enumerations()))
def test_every_documented_value_is_a_member(name: str, values: list[str]) -> None:
    fields = [f for type_ in scan_shapes() for f in type_.children if f.local == name]
    assert fields
    for field in fields:
        type_ = simple(field)
        assert isinstance(type_, Enumeration)
        assert [text for text in values if type_.read(text).problem is not None] == []


@pytest.mark.parametrize("name", ["Calibrating", "LampWarming", "LampWarning", "InputTrayEmpty", "MultipleFeedError"])
def test_both_spellings_of_a_condition_are_read(name: str) -> None:
    (field,) = fields_of("DeviceCondition", "Name")
    type_ = simple(field)
    assert isinstance(type_, Enumeration)
    assert type_.read(name).problem is None


def ranges() -> Iterator[Any]:
    for name, element in FACTS["elements"].items():
        for page in element["docs"]:
            if page["range"]:
                yield pytest.param(name, page["range"], id=page["page"])


WIDER = {"ScansCompleted": "the page begins at 1, samples and schema at 0 (defect C12)"}


@pytest.mark.parametrize(("name", "bounds"), list(ranges()))
def test_every_documented_range_is_allowed(name: str, bounds: list[int]) -> None:
    found = {simple(f) for type_ in scan_shapes() for f in type_.children if f.local == name}
    numbers = [type_ for type_ in found if isinstance(type_, Int)]
    assert numbers
    for type_ in numbers:
        assert type_.low == bounds[0] or name in WIDER
        assert type_.high == min(bounds[1], INT_MAX)  # the documentation prints 2^31 (defect D1)


def attributes() -> Iterator[Any]:
    for name, element in FACTS["elements"].items():
        for context in element["schema_contexts"]:
            for attribute in context.get("attributes", []):
                for parent in context["parents"]:
                    yield pytest.param(name, parent, attribute, id=f"{parent}/{name}@{attribute['name']}")


@pytest.mark.parametrize(("name", "parent", "attribute"), list(attributes()))
def test_every_attribute_of_the_schema_is_declared(name: str, parent: str, attribute: dict[str, Any]) -> None:
    types = [f.type for f in fields_of(parent, name) if isinstance(f.type, Shape)]
    found = [a for type_ in types for a in type_.attributes if a.local == attribute["name"]]
    assert found
    assert {a.spec.minimum for a in found} == {int(attribute["use"] == "required")}
    assert {a.spec.qualified for a in found} == {attribute["qualified"]}


@pytest.mark.parametrize("name", FACTS["attributes"]["MustHonor"]["docs"])
def test_what_may_carry_must_honor_does(name: str) -> None:
    types = [f.type for t in scan_shapes() for f in t.children if f.local == name and isinstance(f.type, Shape)]
    assert any("MustHonor" in {a.local for a in type_.attributes} for type_ in types)


@pytest.mark.parametrize("name", FACTS["attributes"]["Override/UsedDefault"]["docs"])
def test_what_may_carry_override_does(name: str) -> None:
    types = [f.type for t in scan_shapes() for f in t.children if f.local == name and isinstance(f.type, Shape)]
    assert any({"Override", "UsedDefault"} <= {a.local for a in type_.attributes} for type_ in types)


def test_requested_and_final_values_differ_in_their_attributes_only() -> None:
    assert {f.python for f in shape(Requested).fields()} == {"value", "must_honor"}
    assert {f.python for f in shape(Final).fields()} == {"value", "override", "used_default"}


@pytest.mark.parametrize("operation", FACTS["operations"], ids=lambda operation: operation["name"])
def test_every_operation_is_in_the_table(operation: dict[str, Any]) -> None:
    request, response = lookup_action(operation["request_action"]), lookup_action(operation["response_action"])
    assert request is not None
    assert response is not None
    assert (request.operation, response.operation) == (operation["name"], operation["name"])
    assert (request.role, response.role) == ("request", "response")
    assert operation["request_body"] in request.bodies
    assert operation["response_body"] in request.bodies  # samples answer with the action of the request (defect A4)
    assert operation["response_body"] in response.bodies
    assert (request.alias, response.alias) == (False, False)
    printed = lookup_action(operation["response_action_in_docs_examples"])
    assert printed is not None
    assert printed.alias
    assert printed.operation == operation["name"]


@pytest.mark.parametrize("event", FACTS["events"], ids=lambda event: event["name"])
def test_every_event_is_in_the_table(event: dict[str, Any]) -> None:
    info = lookup_action(event["action"])
    assert info is not None
    assert (info.operation, info.role, info.bodies) == (event["name"], "event", (event["body"],))


def test_nothing_is_in_the_table_that_the_facts_do_not_have() -> None:
    known = {operation["name"] for operation in FACTS["operations"]} | {event["name"] for event in FACTS["events"]}
    assert {message.operation for message in MESSAGES if message.family == SCAN} == known


@pytest.mark.parametrize("fault", FACTS["faults"], ids=lambda fault: fault["subcode"])
def test_every_fault_is_in_the_table(fault: dict[str, Any]) -> None:
    prefix, _, local = fault["subcode"].partition(":")
    match = lookup_fault(SCAN if prefix == "wscn" else None, local)
    assert match is not None
    assert match.exact
    assert match.info.code == fault["code"].partition(":")[2]
    assert set(match.info.operations or fault["operations"]) == set(fault["operations"])
    assert (match.info.detail is None) == (fault["detail"] is None)
    assert match.namespace_known == (prefix == "wscn")


def test_the_fault_table_has_no_fault_of_ws_scan_that_the_facts_do_not_have() -> None:
    known = {fault["subcode"].partition(":")[2] for fault in FACTS["faults"]}
    assert {info.subcode for info in FAULTS if info.namespace == SCAN} <= known
