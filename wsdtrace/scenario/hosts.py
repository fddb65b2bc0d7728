"""Names of a scenario (`client B`, `device 2`) → hosts with addresses, ports and identities, always the same ones.

Addresses are those reserved for documentation: 192.0.2.0/24 (RFC 5737) and 2001:db8::/32 (RFC 3849).
"""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import BadScenario
from wsdtrace.records import Endpoint

SERVICE_PORT = 5357
"""WSDAPI's port for http (https://learn.microsoft.com/windows/win32/wsdapi), which scanners use too."""
SINK_PORT = 5358
"""Where the event sink of a client listens."""
DISCOVERY_PORT = 3702
"""WS-Discovery 2005/04 §2.4."""
FIRST_CLIENT_PORT = 50_000
GROUP_4, GROUP_6 = "239.255.255.250", "ff02::c"

SERVICE_PATH, SINK_PATH, MANAGER_PATH = "/scan", "/sink", "/scan/events"


class HostKind(IntEnum):
    """What a host is; the number is that of its first address."""

    CLIENT = 10
    DEVICE = 100
    PROXY = 200


ROOM = {HostKind.CLIENT: 90, HostKind.DEVICE: 100, HostKind.PROXY: 50}
"""Hosts of a kind that fit in 192.0.2.0/24."""


@dataclass(slots=True)
class Host:
    """One party of the conversation."""

    kind: HostKind
    number: int
    """0-based order of appearance within its kind."""
    messages: int = 0
    """Messages sent so far: the source of its MessageIDs."""
    connections: int = 0
    """Ports used so far."""
    datagrams: int = 0
    """Discovery messages sent so far: MessageNumber of AppSequence."""

    def address(self, *, ipv6: bool) -> str:
        last = self.kind + self.number
        return f"2001:db8::{last:x}" if ipv6 else f"192.0.2.{last}"

    @property
    def endpoint(self) -> str:
        """Address of its endpoint reference."""
        return f"urn:uuid:{self.kind:08x}-0000-1000-8000-{self.number + 1:012x}"

    def message_id(self) -> str:
        """A MessageID that no other message has."""
        self.messages += 1
        return f"urn:uuid:{self.kind:08x}-{self.number:04x}-4000-8000-{self.messages:012x}"

    def port(self) -> int:
        """A port that it has not used yet."""
        self.connections += 1
        return FIRST_CLIENT_PORT + self.connections - 1


@dataclass(slots=True)
class Hosts:
    """Everybody who was named so far."""

    _known: dict[tuple[HostKind, str], Host] = field(default_factory=dict)

    def get(self, kind: HostKind, name: str, line: int) -> Host:
        """The host of this name; a new one when the name is new."""
        host = self._known.get((kind, name))
        if host is None:
            number = sum(k is kind for k, _ in self._known)
            if number == ROOM[kind]:
                raise BadScenario(line, 1, f"expected at most {ROOM[kind]} hosts of a kind, found one more: {name!r}")
            host = self._known[kind, name] = Host(kind, number)
        return host


@dataclass(frozen=True, slots=True)
class Faces:
    """The addresses under which an exchange sees its parties: through a proxy, the proxy's in place of one of them."""

    client: str
    device: str

    @property
    def service(self) -> Endpoint:
        return Endpoint(self.device, SERVICE_PORT)

    @property
    def sink(self) -> Endpoint:
        return Endpoint(self.client, SINK_PORT)

    @property
    def service_url(self) -> str:
        return f"http://{self.service}{SERVICE_PATH}"

    @property
    def manager_url(self) -> str:
        return f"http://{self.service}{MANAGER_PATH}"

    @property
    def sink_url(self) -> str:
        return f"http://{self.sink}{SINK_PATH}"

    def device_path(self, device: Host) -> str:
        """Path of the device itself, as devices have it: their own uuid."""
        return "/" + device.endpoint.removeprefix("urn:uuid:")

    def device_url(self, device: Host) -> str:
        """XAddr of the device."""
        return f"http://{self.service}{self.device_path(device)}"
