"""One table of the messages of the stack: action, operation, role, body element and the type that declares it."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.namespaces import (
    DISCOVERY,
    DPWS,
    DPWS_11,
    EVENTING,
    FAMILIES,
    METADATA,
    SCAN,
    TRANSFER,
    WSA,
    WSA_2005,
    NamespaceKind,
    canonical,
)
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import discovery, eventing, metadata, scan


class Role(StrEnum):
    """What a message is in its exchange."""

    REQUEST = "request"
    RESPONSE = "response"
    EVENT = "event"
    ONE_WAY = "one-way"
    FAULT = "fault"


Body = type[Element] | None


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the table."""

    family: str
    """Canonical namespace of the vocabulary."""
    suffix: str
    """What follows the namespace in the action."""
    operation: str
    """Name of the exchange that it belongs to."""
    role: Role
    type: Body
    """Declares the body element; None where the Body is empty."""
    misspelt: tuple[str, ...] = ()
    """Body elements that are read as this one and told."""


def _operation(family: str, name: str, request: Body, response: Body) -> tuple[Message, Message]:
    answer = Message(family, f"{name}Response", name, Role.RESPONSE, response)
    return Message(family, name, name, Role.REQUEST, request), answer


def _event(type_: type[Element]) -> Message:
    return Message(SCAN, type_.__name__, type_.__name__, Role.EVENT, type_)


MESSAGES: tuple[Message, ...] = (
    *_operation(SCAN, "CreateScanJob", scan.CreateScanJobRequest, scan.CreateScanJobResponse),
    *_operation(SCAN, "RetrieveImage", scan.RetrieveImageRequest, scan.RetrieveImageResponse),
    *_operation(SCAN, "CancelJob", scan.CancelJobRequest, scan.CancelJobResponse),
    *_operation(SCAN, "ValidateScanTicket", scan.ValidateScanTicketRequest, scan.ValidateScanTicketResponse),
    *_operation(SCAN, "GetScannerElements", scan.GetScannerElementsRequest, scan.GetScannerElementsResponse),
    # The documentation's own sample has the body without `Request` (documentation defect C2), and a client copied it.
    Message(SCAN, "GetJobElements", "GetJobElements", Role.REQUEST, scan.GetJobElementsRequest, ("GetJobElements",)),
    Message(SCAN, "GetJobElementsResponse", "GetJobElements", Role.RESPONSE, scan.GetJobElementsResponse),
    *_operation(SCAN, "GetActiveJobs", scan.GetActiveJobsRequest, scan.GetActiveJobsResponse),
    *_operation(SCAN, "GetJobHistory", scan.GetJobHistoryRequest, scan.GetJobHistoryResponse),
    _event(scan.ScanAvailableEvent),
    _event(scan.ScannerElementsChangeEvent),
    _event(scan.ScannerStatusSummaryEvent),
    _event(scan.ScannerStatusConditionEvent),
    _event(scan.ScannerStatusConditionClearedEvent),
    _event(scan.JobStatusEvent),
    _event(scan.JobEndStateEvent),
    *_operation(EVENTING, "Subscribe", eventing.Subscribe, eventing.SubscribeResponse),
    *_operation(EVENTING, "Renew", eventing.Renew, eventing.RenewResponse),
    *_operation(EVENTING, "GetStatus", eventing.GetStatus, eventing.GetStatusResponse),
    *_operation(EVENTING, "Unsubscribe", eventing.Unsubscribe, None),
    Message(EVENTING, "SubscriptionEnd", "SubscriptionEnd", Role.ONE_WAY, eventing.SubscriptionEnd),
    *_operation(TRANSFER, "Get", None, metadata.Metadata),
    Message(METADATA, "GetMetadata/Request", "GetMetadata", Role.REQUEST, metadata.GetMetadata),
    Message(METADATA, "GetMetadata/Response", "GetMetadata", Role.RESPONSE, metadata.Metadata),
    Message(DISCOVERY, "Hello", "Hello", Role.ONE_WAY, discovery.Hello),
    Message(DISCOVERY, "Bye", "Bye", Role.ONE_WAY, discovery.Bye),
    Message(DISCOVERY, "Probe", "Probe", Role.REQUEST, discovery.Probe),
    Message(DISCOVERY, "ProbeMatches", "Probe", Role.RESPONSE, discovery.ProbeMatches),
    Message(DISCOVERY, "Resolve", "Resolve", Role.REQUEST, discovery.Resolve),
    Message(DISCOVERY, "ResolveMatches", "Resolve", Role.RESPONSE, discovery.ResolveMatches),
)


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """What an action URI says."""

    uri: str
    """As it came."""
    canonical: str
    """What it stands for."""
    operation: str | None
    """None for a fault, whose exchange says which operation it answers."""
    role: Role
    bodies: tuple[str, ...]
    """Local names that the body element may have. A response that carries its request's action is among them, as the
    documentation's samples have it (defect A4); empty: the Body is empty. Fault is always possible in a response."""
    family: str
    """Canonical namespace of the vocabulary."""
    namespace: str
    """The namespace in the action: which generation it is of; an alias replaced by what it stands for."""
    alias: bool
    """An obsolete spelling."""


_FAULTS = (
    f"{WSA}/fault",
    f"{WSA_2005}/fault",
    f"{WSA_2005}/soap/fault",
    f"{DPWS}/Fault",
    f"{DPWS_11}/fault",
    f"{DPWS_11}/Fault",
)
"""WS-Addressing 2004/08 §4, 2005/08 SOAP binding §6, DPWS 2006/02 R3020 and 1.1."""


def _bodies(message: Message) -> tuple[str, ...]:
    names: list[str] = []
    for other in MESSAGES:
        same = other.family == message.family and other.operation == message.operation
        if other is message or (
            same and message.role is Role.REQUEST and other.role is Role.RESPONSE and message.family == SCAN
        ):
            names += [other.type.__name__, *other.misspelt] if other.type is not None else []
    return tuple(names)


_BY_SUFFIX = {(message.family, message.suffix): message for message in MESSAGES}


@lru_cache(maxsize=4096)  # a capture has some dozens; hostile ones push each other out
def lookup_action(uri: str) -> ActionInfo | None:
    """What an action URI says; None for one outside the table."""
    plain = "http://" + uri[8:] if uri.startswith("https://") else uri
    for fault in _FAULTS:
        if plain.lower() == fault.lower():
            namespace = fault.rpartition("/")[0].removesuffix("/soap")
            return ActionInfo(
                uri, fault, None, Role.FAULT, ("Fault",), canonical(namespace).family or WSA, namespace, plain != uri
            )
    base, slash, name = uri.rpartition("/")
    if base.endswith("/GetMetadata"):
        base, name = base.removesuffix("/GetMetadata"), f"GetMetadata/{name}"
    known = canonical(base)
    message = _BY_SUFFIX.get((known.family or "", name)) if slash else None
    if message is None:
        return None
    alias = known.kind is NamespaceKind.ALIAS
    return ActionInfo(
        uri, f"{known.uri}/{name}", message.operation, message.role, _bodies(message), message.family, known.uri, alias
    )


_BY_BODY: dict[str, Message] = {}
for _message in MESSAGES:
    if _message.type is not None:
        for _name in (_message.type.__name__, *_message.misspelt):
            _BY_BODY.setdefault(f"{{{_message.family}}}{_name}", _message)
_BY_BODY[f"{{{METADATA}}}Metadata"] = _BY_SUFFIX[TRANSFER, "GetResponse"]


def message_of_body(tag: str) -> Message | None:
    """The message that a body element belongs to; `tag` has the canonical namespace of its family."""
    return _BY_BODY.get(tag)


OUT_OF_SCOPE = {f.canonical: f.title for f in FAMILIES if f.prefix in ("wprt", "dsd", "dsp", "dsc", "psp")}
"""Vocabularies that are recognised by name and left as XML."""
