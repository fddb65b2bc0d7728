"""What devices say they are: discovery types, hosted service types, PnP-X ids; and which of them are scanners.

Theory of operation: only a device that offers WS-Scan, or was used for it, is judged, and only by what the capture
holds: types that were announced, services that its metadata told. Both may come in any order, before or after the
device is used, so the verdict is made when the capture ends. Several endpoints of one device (a printer's and a
scanner's) speak for it together.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import field

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Stamp
from wsdtrace.soap import QName
from wsdtrace.soap.namespaces import DPWS, DPWS_11, SCAN
from wsdtrace.state.announcements import ANNOUNCEMENTS
from wsdtrace.state.discovery import ANNOUNCED, SCANNER_TYPES, metadata_of, target_services
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.model import Device, Exchange, Toward
from wsdtrace.state.observations import ScannerSettled, Typing
from wsdtrace.state.vocabulary import SCAN_EVENTS, SCAN_OPERATIONS
from wsdtrace.wsd.metadata import Hosted, Metadata

COMPATIBLE_ID = f"{SCAN}/ScannerServiceType"
"""What Windows looks for to install its driver (WSD Scan Service Definition 1.0, appendix B.1)."""

MAX_DEVICES = 10_000
"""Devices of which it is remembered what they say they are."""
MAX_NAMES = 64
"""Types remembered of one device; a multi-function device has six."""


@dataclass(slots=True)
class _Said:
    """What one device said of itself, in the capture's order."""

    device: Device
    types: dict[QName, None] = field(default_factory=dict)
    announcement: Exchange | None = None
    """The last one with types."""
    bare: Exchange | None = None
    """An announcement that names the scanner's type without wsdp:Device."""
    services: dict[QName, None] = field(default_factory=dict)
    compatible: dict[str, None] = field(default_factory=dict)
    """CompatibleIds of its scan service."""
    metadata: Exchange | None = None
    used: Exchange | None = None


class KindBook(Listener):
    """What all devices of a capture say they are."""

    def __init__(self) -> None:
        self._said: OrderedDict[int, _Said] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(MessageSeen, self._seen, of=ANNOUNCED),
            Ear(ExchangeEnded, self._ended, operations=SCAN_OPERATIONS | SCAN_EVENTS | {"Get"}),
        )

    def _of(self, device: Device) -> _Said:
        said = self._said.get(id(device))
        if said is not None:
            self._said.move_to_end(id(device))
            return said
        said = self._said[id(device)] = _Said(device)
        if len(self._said) > MAX_DEVICES:
            self._said.popitem(last=False)
        return said

    def _seen(self, event: MessageSeen) -> Iterable[Event]:
        exchange, message = event.exchange, event.message
        if message.body_local in ANNOUNCEMENTS and exchange.device is not None:
            for service in target_services(message):
                if not service.names:
                    continue
                said = self._of(exchange.device)
                said.announcement = exchange
                _keep(said.types, service.names)
                if "ScanDeviceType" in service.types and not any(map(_is_device_type, service.names)):
                    said.bare = said.bare or exchange
        return ()

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange = event.exchange
        device = exchange.device
        if device is not None and exchange.is_wsd and exchange.copied_by is None:
            scans = exchange.operation in SCAN_OPERATIONS and exchange.succeeded
            notifies = exchange.operation in SCAN_EVENTS and exchange.toward is Toward.CLIENT
            if scans or notifies:
                said = self._of(device)
                said.used = said.used or exchange
            elif exchange.operation == "Get" and exchange.response is not None:
                metadata = metadata_of(exchange.response)
                if metadata is not None and exchange.response.well_formed:
                    self._described(self._of(device), exchange, metadata)
        return ()

    @staticmethod
    def _described(said: _Said, exchange: Exchange, metadata: Metadata) -> None:
        for section in metadata.metadata_section:
            if section.relationship is None or not section.relationship.hosted:
                continue
            said.metadata = exchange
            for hosted in section.relationship.hosted:
                _keep(said.services, hosted.types or ())
                if is_scan_service(hosted):
                    _keep(said.compatible, (hosted.compatible_id or "").split())

    # -- the end ------------------------------------------------------------------------------

    def close(self, end: Stamp) -> Iterator[Event]:
        joined: dict[int, list[_Said]] = {}
        for said in self._said.values():
            joined.setdefault(id(said.device.root), []).append(said)
        for parts in joined.values():
            whole = _join(parts)
            shown = _shown(whole)
            if shown is not None:
                flaws = tuple(_flaws(whole))
                told = sum(x is not None for x in (whole.announcement, whole.metadata))
                yield ScannerSettled(end, shown, told, flaws)


def _join(parts: list[_Said]) -> _Said:
    whole = _Said(parts[0].device.root)
    for part in parts:
        whole.types |= part.types
        whole.services |= part.services
        whole.compatible |= part.compatible
        whole.announcement = whole.announcement or part.announcement
        whole.bare = whole.bare or part.bare
        whole.metadata = whole.metadata or part.metadata
        whole.used = whole.used or part.used
    return whole


def _shown(said: _Said) -> Exchange | None:
    """In which exchange the device was a scanner; None for other devices."""
    if said.used is not None:
        return said.used
    if any(name.local in SCANNER_TYPES for name in said.services):
        return said.metadata
    return said.announcement if any(name.local in SCANNER_TYPES for name in said.types) else None


def _flaws(said: _Said) -> Iterator[Typing]:
    if said.announcement is not None and QName(SCAN, "ScanDeviceType") not in said.types:
        yield Typing(said.announcement, "the types that it announces", _words(said.types), "wscn:ScanDeviceType")
    if said.bare is not None:
        yield Typing(said.bare, "the types that it announces", "wscn:ScanDeviceType alone", "wsdp:Device")
    if said.metadata is None:
        return
    if QName(SCAN, "ScannerServiceType") not in said.services:
        yield Typing(said.metadata, "the types of its services", _words(said.services), "wscn:ScannerServiceType")
    elif COMPATIBLE_ID not in said.compatible:
        found = " ".join(said.compatible) or "none"
        yield Typing(said.metadata, "CompatibleId of its scan service", found, COMPATIBLE_ID)


def is_scan_service(hosted: Hosted) -> bool:
    """A hosted service whose types name WS-Scan's."""
    return any(name.local == "ScannerServiceType" for name in hosted.types or ())


def _is_device_type(name: QName) -> bool:
    return name.local == "Device" and name.namespace in (DPWS, DPWS_11)


def _keep(memory: dict[QName, None] | dict[str, None], names: object) -> None:
    assert isinstance(names, list | tuple)
    for name in names:
        if len(memory) < MAX_NAMES:
            memory.setdefault(name)


def _words(names: dict[QName, None]) -> str:
    """Local names; with their namespace where it is not the usual one of a scanner's type."""
    return (
        " ".join(
            f"{{{n.namespace}}}{n.local}" if n.local in SCANNER_TYPES and n.namespace != SCAN else n.local
            for n in names
        )
        or "none"
    )
