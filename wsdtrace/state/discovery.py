"""What a discovery message tells about target services (WS-Discovery 2005/04 §4, §5, §6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from wsdtrace.state.model import Message

_ANNOUNCERS = frozenset({"Hello", "Bye", "ProbeMatch", "ResolveMatch"})
"""Elements that hold one target service each."""

SCANNER_TYPES = frozenset({"ScanDeviceType", "ScannerServiceType"})
"""Local names of the types by which a scanner is found (wia-with-web-services-for-devices.md)."""


@dataclass(frozen=True, slots=True)
class TargetService:
    """One service that was announced."""

    endpoint: str
    xaddrs: tuple[str, ...]
    types: tuple[str, ...]
    """Local names."""

    @property
    def is_scanner(self) -> bool:
        return any(name in SCANNER_TYPES for name in self.types)


def target_services(message: Message) -> Iterator[TargetService]:
    """The services that a Hello, Bye, ProbeMatches or ResolveMatches tells, in order."""
    envelope = message.envelope
    if envelope is None or envelope.body_child is None:
        return
    for element in envelope.body_child.iter():
        if isinstance(element.tag, str) and etree.QName(element).localname in _ANNOUNCERS:
            found = {
                etree.QName(child).localname: "".join(map(str, child.itertext())).strip()
                for child in element
                if isinstance(child.tag, str)
            }
            endpoint = found.get("EndpointReference", "").split()
            if endpoint:
                yield TargetService(
                    endpoint=endpoint[0],
                    xaddrs=tuple(found.get("XAddrs", "").split()),
                    types=tuple(name.rpartition(":")[2] for name in found.get("Types", "").split()),
                )
