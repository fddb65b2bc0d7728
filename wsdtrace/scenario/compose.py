"""Headers and body → the XML of a message, by the declarations' own encoder; then what the scenario assigns to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.fields import HEADER_NAMES, Assigner, body_type
from wsdtrace.scenario.model import Answer, Assignment
from wsdtrace.scenario.operations import Operation
from wsdtrace.soap import AppSequence, EndpointReference, MessageHeaders
from wsdtrace.soap.addressing import write_headers
from wsdtrace.soap.namespaces import DPWS, EVENTING, SCAN, SOAP12, WSA, XML
from wsdtrace.soap.schema import PREFIXES, Element, Encoding, decode_element, shape, write_into
from wsdtrace.wsd.actions import MESSAGES, Role
from wsdtrace.wsd.faults import lookup_fault

BINDINGS = {
    "SERVICE": ("soap", "wsa", "wscn", "xop"),
    "SINK": ("soap", "wsa", "wscn", "wse"),
    "EVENTING": ("soap", "wsa", "wse", "wscn"),
    "METADATA": ("soap", "wsa", "wsx", "wsdp", "wscn", "pnpx"),
    "DISCOVERY": ("soap", "wsa", "wsd", "wsdp", "wscn"),
}
"""Prefixes that the Envelope of a message binds; they are those that specifications print."""

_BY_OPERATION = {
    **dict.fromkeys(("Subscribe", "Renew", "GetStatus", "Unsubscribe", "SubscriptionEnd"), "EVENTING"),
    **dict.fromkeys(("Hello", "Bye", "Probe", "Resolve"), "DISCOVERY"),
    "Get": "METADATA",
}

CODES = ("Sender", "Receiver")
WSA_FAULT, DPWS_FAULT = f"{WSA}/fault", f"{DPWS}/Fault"


@dataclass(frozen=True, slots=True)
class Composed:
    """One message, written."""

    xml: bytes
    """The document, in UTF-8."""
    body: Element | None
    """What it says, read back after the assignments."""
    bindings: Mapping[str, str]
    """Prefix → namespace."""


def bindings_of(operation: Operation, *more: str) -> dict[str, str]:
    """Prefixes that the messages of an operation bind."""
    kind = _BY_OPERATION.get(operation.name, "SINK" if operation.by_device else "SERVICE")
    return {prefix: PREFIXES[prefix] for prefix in (*BINDINGS[kind], *more) if prefix in PREFIXES}


def action_of(operation: Operation, *, answer: bool) -> str:
    """The Action of a request or an answer."""
    for message in MESSAGES:
        if message.operation == operation.name and (message.role is Role.RESPONSE) == answer:
            return f"{message.family}/{message.suffix}"
    raise AssertionError(operation.name)


def compose(
    operation: Operation,
    body: Element | None,
    headers: MessageHeaders,
    assignments: Sequence[Assignment],
    *,
    answer: bool,
) -> Composed:
    """Write a message.

    Args:
        operation: that it belongs to.
        body: the body element by default; None where the Body is empty.
        headers: the message information headers by default.
        assignments: what it says otherwise.
        answer: it is the answer.

    Raises:
        BadScenario: a value that cannot be written where it is assigned.
    """
    bindings = bindings_of(operation)
    root, inner = _envelope(bindings, _assigned_headers(headers, assignments))
    typed = body_type(operation.name, answer=answer)
    value: Element | None = None
    if body is not None and typed is not None:
        type_ = shape(typed)
        element = etree.SubElement(inner, type_.tag)
        write_into(element, type_, body, Encoding(_bound(bindings)))
        assigner = Assigner(element, operation, answer=answer)
        for assignment in assignments:
            if not _is_header(assignment):
                _guarded(assigner, assignment)
        value = decode_element(type_, element)[0]
    return Composed(_document(root), value, bindings)


def _guarded(assigner: Assigner, assignment: Assignment) -> None:
    try:
        assigner.assign(assignment)
    except ValueError as error:  # lxml: control characters
        raise BadScenario(
            assignment.place.line, assignment.place.column, f"expected a value that XML can hold: {error}"
        ) from None


def compose_fault(operation: Operation, answer: Answer, headers: MessageHeaders, detail: str) -> tuple[Composed, str]:
    """Write a fault; the message and its code, with or without prefix.

    Args:
        operation: that is refused.
        answer: subcode and what the scenario says about it.
        headers: the message information headers by default.
        detail: the JobId or the operation that a detail names, where the table asks for one.
    """
    prefix, colon, local = answer.word.partition(":")
    if not colon:
        prefix, local = "wscn", answer.word
    bindings = bindings_of(operation, prefix, "wscn")
    known = lookup_fault(bindings.get(prefix), local, operation.name)
    info = known.info if known is not None else None
    said = {str(a): a.value for a in answer.assignments if not _is_header(a)}
    code = said.get("code") or (info.code if info is not None else "Sender")
    action = DPWS_FAULT if prefix == "wsdp" else WSA_FAULT
    root, inner = _envelope(bindings, _assigned_headers(headers._replace(action=action), answer.assignments))
    fault = etree.SubElement(inner, f"{{{SOAP12}}}Fault")
    outer = etree.SubElement(fault, f"{{{SOAP12}}}Code")
    etree.SubElement(outer, f"{{{SOAP12}}}Value").text = code if ":" in code else f"soap:{code}"
    subcode = etree.SubElement(outer, f"{{{SOAP12}}}Subcode")
    etree.SubElement(subcode, f"{{{SOAP12}}}Value").text = f"{prefix}:{local}"
    reason = etree.SubElement(etree.SubElement(fault, f"{{{SOAP12}}}Reason"), f"{{{SOAP12}}}Text")
    reason.text = said.get("reason") or (info.meaning.capitalize() if info is not None else "Refused")
    reason.set(f"{{{XML}}}lang", said.get("lang", "en"))
    text = said.get("detail") or (detail if info is not None and info.detail is not None else None)
    if text:
        holder = etree.SubElement(fault, f"{{{SOAP12}}}Detail")
        etree.SubElement(holder, f"{{{SCAN}}}{'JobId' if text.isdecimal() else 'Argument'}").text = text
    return Composed(_document(root), None, bindings), code


def _envelope(bindings: Mapping[str, str], headers: MessageHeaders) -> tuple[etree._Element, etree._Element]:
    root = etree.Element(f"{{{SOAP12}}}Envelope", nsmap=dict(bindings))
    header = etree.SubElement(root, f"{{{SOAP12}}}Header")
    write_headers(header, headers, Encoding(_bound(bindings)))
    return root, etree.SubElement(root, f"{{{SOAP12}}}Body")


def _bound(bindings: Mapping[str, str]) -> dict[str | None, str]:
    """The bindings in the type that the encoder takes."""
    return {prefix: uri for prefix, uri in bindings.items()}  # noqa: C416  # a copy with a wider key type


def _document(root: etree._Element) -> bytes:
    etree.cleanup_namespaces(root, keep_ns_prefixes=[prefix for prefix in root.nsmap if prefix])
    return etree.tostring(root, xml_declaration=True, encoding="utf-8").replace(b"'", b'"', 4)


def _is_header(assignment: Assignment) -> bool:
    return len(assignment.path) == 1 and assignment.path[0] in HEADER_NAMES and assignment.attribute is None


_TEXTS = {"To": "to", "Action": "action", "MessageID": "message_id", "RelatesTo": "relates_to"}
_REFERENCES = {"ReplyTo": "reply_to", "FaultTo": "fault_to", "From": "from_"}
_SEQUENCE = {"InstanceId": "instance_id", "SequenceId": "sequence_id", "MessageNumber": "message_number"}


def _assigned_headers(headers: MessageHeaders, assignments: Sequence[Assignment]) -> MessageHeaders:
    for assignment in assignments:
        if not _is_header(assignment):
            continue
        name, value = assignment.path[0], assignment.value
        changed: dict[str, Any]
        if name in _TEXTS:
            changed = {_TEXTS[name]: value}
        elif name in _REFERENCES:
            changed = {_REFERENCES[name]: EndpointReference(address=value)}
        elif name == "Identifier":
            changed = {"reference_parameters": (identifier_block(value),)}
        else:
            changed = {"app_sequence": _sequence(headers.app_sequence, assignment)}
        headers = headers._replace(**changed)
    return headers


def _sequence(sequence: AppSequence | None, assignment: Assignment) -> AppSequence:
    value: Any = assignment.value
    if assignment.path[0] != "SequenceId":
        if not assignment.value.isdecimal():
            raise BadScenario(
                assignment.place.line, assignment.place.column, f"expected a number, found {assignment.value!r}"
            )
        value = int(assignment.value)
    return dataclasses.replace(
        sequence or AppSequence(instance_id=1, message_number=1), **{_SEQUENCE[assignment.path[0]]: value}
    )


def identifier_block(value: str) -> etree._Element:
    """The header block by which a subscription is named."""
    element = etree.Element(f"{{{EVENTING}}}Identifier", nsmap={"wse": EVENTING})
    element.text = value
    return element
