"""Headers and body → the XML of a message, by the declarations' own encoder; then what the scenario assigns to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario
from wsdtrace.scenario.assign import Assigner
from wsdtrace.scenario.fields import HEADER_NAMES, body_type
from wsdtrace.scenario.model import Answer, Assignment
from wsdtrace.scenario.operations import Operation
from wsdtrace.soap import AppSequence, EndpointReference, Fault, FaultName, MessageHeaders, SoapVersion
from wsdtrace.soap.namespaces import DPWS, EVENTING, SCAN, SOAP12, WSA
from wsdtrace.soap.schema import PREFIXES, Element, decode_element, encode_element, shape
from wsdtrace.soap.write import write_envelope
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

WSA_FAULT, DPWS_FAULT = f"{WSA}/fault", f"{DPWS}/Fault"


Bindings = Mapping[str, str]
"""Prefix → namespace."""


@dataclass(frozen=True, slots=True)
class Composed:
    """One message, written."""

    xml: bytes
    """The document, in UTF-8."""
    body: Element | None
    """What it says, read back after the assignments."""
    bindings: Bindings


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
    typed = body_type(operation.name, answer=answer)
    element: etree._Element | None = None
    value: Element | None = None
    if body is not None and typed is not None:
        element = encode_element(body, prefixes=_wide(bindings))
        assigner = Assigner(element, operation, answer=answer)
        for assignment in assignments:
            if not _is_header(assignment):
                _guarded(assigner, assignment)
        value = decode_element(shape(typed), element)[0]
    return Composed(_document(_assigned_headers(headers, assignments), element, bindings), value, bindings)


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
    text = said.get("detail") or (detail if info is not None and info.detail is not None else None)
    code_name = FaultName(code if ":" in code else f"soap:{code}", None, code)
    subcode = FaultName(f"{prefix}:{local}", None, local)
    reason = said.get("reason") or (info.meaning.capitalize() if info is not None else "Refused")
    fault = Fault(
        SoapVersion.SOAP_12, code_name, (subcode,), ((said.get("lang", "en"), reason),), _detail(text, bindings)
    )
    action = DPWS_FAULT if prefix == "wsdp" else WSA_FAULT
    told = _assigned_headers(headers._replace(action=action), answer.assignments)
    return Composed(_document(told, fault, bindings), None, bindings), code


def _detail(text: str | None, bindings: Bindings) -> etree._Element | None:
    """A Detail that holds one element of WS-Scan."""
    if not text:
        return None
    holder = etree.Element(f"{{{SOAP12}}}Detail", nsmap=dict(bindings))
    etree.SubElement(holder, f"{{{SCAN}}}{'JobId' if text.isdecimal() else 'Argument'}").text = text
    return holder


def _wide(bindings: Bindings) -> Mapping[str | None, str]:
    """The bindings in the type of the encoder, for which a prefix may be None."""
    return dict[str | None, str](bindings.items())


def _document(headers: MessageHeaders, body: etree._Element | Fault | None, bindings: Bindings) -> bytes:
    """The message, with the quotation marks in its declaration that devices use."""
    return write_envelope(headers, body, prefixes=_wide(bindings)).replace(b"'", b'"', 4)


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
