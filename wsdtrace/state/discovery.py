"""What discovery and metadata messages tell about devices (WS-Discovery 2005/04 §4–6, DPWS 2006/02 §5)."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.soap import QName
from wsdtrace.soap.addressing import EndpointReference
from wsdtrace.soap.schema import Text
from wsdtrace.state.message import Message
from wsdtrace.state.model import Device, HostedService
from wsdtrace.state.scanwords import value_of
from wsdtrace.wsd.discovery import Bye, Hello, Probe, ProbeMatch, ProbeMatches, ResolveMatch, ResolveMatches
from wsdtrace.wsd.metadata import Metadata, Relationship

SCANNER_TYPES = frozenset({"ScanDeviceType", "ScannerServiceType"})
"""Local names of the types by which a scanner is found (wia-with-web-services-for-devices.md)."""


ANNOUNCED = (Hello, Bye, ProbeMatches, ResolveMatches)
"""What `target_services` reads."""


@dataclass(frozen=True, slots=True)
class TargetService:
    """One service that was announced."""

    endpoint: str
    xaddrs: tuple[str, ...]
    types: tuple[str, ...]
    """Local names."""
    metadata_version: int | None
    names: tuple[QName, ...] = ()
    """The same types with their namespaces."""
    tells_xaddrs: bool = True
    """XAddrs is there, if only empty."""

    @property
    def is_scanner(self) -> bool:
        return any(name in SCANNER_TYPES for name in self.types)


def target_services(message: Message) -> Iterator[TargetService]:
    """The services that a Hello, Bye, ProbeMatches or ResolveMatches tells, in order."""
    match value_of(message):
        case Hello() | Bye() as one:
            yield from _target(one)
        case ProbeMatches(probe_match=matches):
            for each in matches:
                yield from _target(each)
        case ResolveMatches(resolve_match=found) if found is not None:
            yield from _target(found)


def _target(one: Hello | Bye | ProbeMatch | ResolveMatch) -> Iterator[TargetService]:
    endpoint = address_of(one.endpoint_reference)
    if endpoint:
        yield TargetService(
            endpoint,
            tuple(one.x_addrs or ()),
            local_names(one.types),
            one.metadata_version,
            tuple(one.types or ()),
            one.x_addrs is not None,
        )


def wanted_types(message: Message) -> tuple[str, ...]:
    """Local names of the types that a Probe searches for."""
    value = value_of(message)
    return local_names(value.types) if isinstance(value, Probe) else ()


def address_of(reference: EndpointReference | None) -> str | None:
    """The address of an endpoint reference, without white space around it."""
    return None if reference is None or reference.address is None else reference.address.strip() or None


def local_names(names: tuple[QName, ...] | None) -> tuple[str, ...]:
    """Local parts of a list of QNames."""
    return tuple(name.local for name in names or ())


def first_text(texts: tuple[Text, ...]) -> str | None:
    """The first of several texts, one for each language."""
    return next((str(text.value) for text in texts if text.value), None)


def describe_device(device: Device, metadata: Metadata) -> list[str]:
    """Note model, manufacturer, serial number and hosted services; the addresses of the services that it told."""
    addresses: list[str] = []
    for section in metadata.metadata_section:
        model, this = section.this_model, section.this_device
        if model is not None:
            device.manufacturer = first_text(model.manufacturer) or device.manufacturer
            device.model = first_text(model.model_name) or device.model
        if this is not None:
            device.name = first_text(this.friendly_name) or device.name
            device.firmware = this.firmware_version or device.firmware
            device.serial = this.serial_number or device.serial
        if section.relationship is not None:
            addresses += _hosted(device, section.relationship)
    return addresses


def _hosted(device: Device, relationship: Relationship) -> list[str]:
    found: list[str] = []
    for hosted in relationship.hosted:
        addresses = tuple(a for a in map(address_of, hosted.endpoint_reference) if a)
        service = HostedService(hosted.service_id, local_names(hosted.types), addresses)
        device.hosted[service.service_id or ",".join(addresses)] = service
        if any(name in SCANNER_TYPES for name in service.types):
            device.roles.setdefault("scanner")
            found += addresses
    return found


def metadata_of(message: Message) -> Metadata | None:
    """The metadata that a message holds."""
    value = value_of(message)
    return value if isinstance(value, Metadata) else None
