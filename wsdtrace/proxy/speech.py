"""Messages of WS-Discovery and of metadata that the proxy says itself, and what it reads of others'."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from wsdtrace.dataclass import dataclass
from wsdtrace.soap import AppSequence, EndpointReference, Envelope, MessageHeaders, QName, read_envelope, write_envelope
from wsdtrace.soap.namespaces import DISCOVERY, DISCOVERY_11, DPWS, SCAN, SOAP12, TRANSFER, WSA, WSA_2005
from wsdtrace.soap.schema import Element
from wsdtrace.wsd import decode_message
from wsdtrace.wsd.discovery import (
    Bye,
    Hello,
    Probe,
    ProbeMatch,
    ProbeMatches,
    Resolve,
    ResolveMatch,
    ResolveMatches,
)
from wsdtrace.wsd.scan import GetScannerElementsRequest, RequestedScannerElements

TO_ALL: Final = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
TO_ALL_11: Final = "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01"
ANONYMOUS: Final = f"{WSA}/role/anonymous"
ANONYMOUS_11: Final = f"{WSA_2005}/anonymous"
SCANNER: Final = QName(SCAN, "ScanDeviceType")
DEVICE: Final = QName(DPWS, "Device")
PREFIXES: Final[dict[str | None, str]] = {"soap": SOAP12, "wsa": WSA, "wsd": DISCOVERY, "wsdp": DPWS, "wscn": SCAN}
"""All that is needed: a datagram has to fit into one packet (DPWS R0003: 1472 octets for multicast)."""
MAX_MATCHES: Final = 64
"""Target services of one answer that are looked at; a multi-function device tells two."""


def new_id() -> str:
    """A MessageID."""
    return f"urn:uuid:{uuid.uuid4()}"


@dataclass(frozen=True, slots=True)
class Service:
    """A target service: who it is, what, and where."""

    endpoint: str
    types: tuple[QName, ...] = (DEVICE, SCANNER)
    scopes: tuple[str, ...] = ()
    version: int = 1
    xaddrs: tuple[str, ...] = ()

    @property
    def is_scanner(self) -> bool:
        """It says that it scans."""
        return any(kind.local in ("ScanDeviceType", "ScannerServiceType") for kind in self.types)


def _written(envelope_type: Element | None, headers: MessageHeaders, *, newer: bool) -> bytes:
    namespaces = {DISCOVERY: DISCOVERY_11, WSA: WSA_2005} if newer else {}
    return write_envelope(headers, envelope_type, namespaces=namespaces, prefixes=PREFIXES)


def is_newer(envelope: Envelope) -> bool:
    """It speaks WS-Discovery 1.1."""
    return (envelope.headers.action or "").startswith(DISCOVERY_11)


def _headers(
    action: str, sequence: AppSequence | None, to: str, relates_to: str | None, *, newer: bool
) -> MessageHeaders:
    return MessageHeaders(
        namespace=WSA_2005 if newer else WSA,
        to=to,
        action=f"{DISCOVERY_11 if newer else DISCOVERY}/{action}",
        message_id=new_id(),
        relates_to=relates_to,
        app_sequence=sequence,
    )


def hello(service: Service, sequence: AppSequence) -> bytes:
    """It is there."""
    body = Hello(
        endpoint_reference=EndpointReference(address=service.endpoint),
        types=service.types,
        x_addrs=service.xaddrs,
        metadata_version=service.version,
    )
    return _written(body, _headers("Hello", sequence, TO_ALL, None, newer=False), newer=False)


def bye(service: Service, sequence: AppSequence) -> bytes:
    """It leaves."""
    body = Bye(endpoint_reference=EndpointReference(address=service.endpoint))
    return _written(body, _headers("Bye", sequence, TO_ALL, None, newer=False), newer=False)


def probe(types: Iterable[QName] = (), *, newer: bool = False) -> bytes:
    """Who is there?"""
    headers = _headers("Probe", None, TO_ALL_11 if newer else TO_ALL, None, newer=newer)
    return _written(Probe(types=tuple(types) or None), headers, newer=newer)


def resolve(endpoint: str) -> bytes:
    """Where is it?"""
    body = Resolve(endpoint_reference=EndpointReference(address=endpoint))
    return _written(body, _headers("Resolve", None, TO_ALL, None, newer=False), newer=False)


def answer_to(data: bytes, service: Service, sequence: AppSequence) -> bytes | None:
    """What a target service answers to a datagram; None where it is not meant."""
    envelope = read_envelope(data)
    asked = decode_message(envelope).value
    newer, related = is_newer(envelope), envelope.headers.message_id
    to = ANONYMOUS_11 if newer else ANONYMOUS
    reference = EndpointReference(address=service.endpoint)
    body: Element
    if isinstance(asked, Probe) and _matches(asked, service):
        match = ProbeMatch(
            endpoint_reference=reference,
            types=service.types,
            x_addrs=service.xaddrs,
            metadata_version=service.version,
        )
        body, action = ProbeMatches(probe_match=(match,)), "ProbeMatches"
    elif isinstance(asked, Resolve) and _names(asked, service):
        found = ResolveMatch(
            endpoint_reference=reference,
            types=service.types,
            x_addrs=service.xaddrs,
            metadata_version=service.version,
        )
        body, action = ResolveMatches(resolve_match=found), "ResolveMatches"
    else:
        return None
    return _written(body, _headers(action, sequence, to, related, newer=newer), newer=newer)


def _matches(asked: Probe, service: Service) -> bool:
    """Every wanted type is one of ours; a Probe with scopes is not for us, who have none (§5.1)."""
    wanted = {(kind.namespace, kind.local) for kind in asked.types or ()}
    mine = {(kind.namespace, kind.local) for kind in service.types}
    locals_ = {kind.local for kind in service.types}
    return all(kind in mine or kind[1] in locals_ for kind in wanted) and not (asked.scopes and asked.scopes.value)


def _names(asked: Resolve, service: Service) -> bool:
    reference = asked.endpoint_reference
    return reference is not None and (reference.address or "").lower() == service.endpoint.lower()


def services_of(data: bytes) -> list[Service]:
    """The target services that an answer or a Hello tells of."""
    return services_in(decode_message(read_envelope(data)).value)


def services_in(value: object) -> list[Service]:
    """The target services of a typed message."""
    told: tuple[Hello | ProbeMatch | ResolveMatch, ...] = ()
    if isinstance(value, ProbeMatches):
        told = value.probe_match
    elif isinstance(value, ResolveMatches) and value.resolve_match is not None:
        told = (value.resolve_match,)
    elif isinstance(value, Hello):
        told = (value,)
    found = []
    for each in told[:MAX_MATCHES]:
        address = each.endpoint_reference.address if each.endpoint_reference is not None else None
        if address:
            scopes = each.scopes.value if each.scopes is not None else None
            found.append(
                Service(
                    address,
                    tuple(each.types or ()),
                    tuple(scopes or ()),
                    each.metadata_version or 0,
                    tuple(each.x_addrs or ()),
                )
            )
    return found


def get(endpoint: str) -> bytes:
    """What are you? (WS-Transfer Get)"""
    headers = MessageHeaders(
        namespace=WSA, to=endpoint, action=f"{TRANSFER}/Get", message_id=new_id(),
        reply_to=EndpointReference(address=ANONYMOUS),
    )  # fmt: skip
    return write_envelope(headers, None)


def elements(url: str, names: Iterable[str]) -> bytes:
    """What can you do?"""
    headers = MessageHeaders(
        namespace=WSA, to=url, action=f"{SCAN}/GetScannerElements", message_id=new_id(),
        reply_to=EndpointReference(address=ANONYMOUS),
    )  # fmt: skip
    wanted = RequestedScannerElements(name=tuple(QName(SCAN, name) for name in names))
    return write_envelope(headers, GetScannerElementsRequest(requested_elements=wanted))
