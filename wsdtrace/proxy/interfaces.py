"""The network interfaces of this machine: names, addresses, and who is on the same link."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path
from typing import Final

from wsdtrace.dataclass import dataclass

_SIOCGIFFLAGS: Final = 0x8913
_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B
"""netdevice(7)."""
_UP, _MULTICAST = 0x1, 0x1000
_IF_INET6: Final = Path("/proc/net/if_inet6")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface that is up."""

    name: str
    index: int
    addresses: tuple[str, ...]
    """IPv4 first; link-local IPv6 ones without zone."""
    networks: tuple[Network, ...]
    """What is on its link."""
    multicast: bool

    @property
    def ipv4(self) -> str | None:
        return next((a for a in self.addresses if ":" not in a), None)

    @property
    def ipv6(self) -> str | None:
        """The link-local one before others."""
        six = [a for a in self.addresses if ":" in a]
        return next((a for a in six if a.startswith("fe80")), six[0] if six else None)

    def is_on_link(self, address: str) -> bool:
        """A sender with this address is on the link."""
        try:
            host = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(host in network for network in self.networks if network.version == host.version)


def interfaces() -> list[Interface]:
    """Every interface that is up and has an address."""
    found = [interface_of(name) for _, name in socket.if_nameindex()]
    return [interface for interface in found if interface is not None and interface.addresses]


def interface_of(name: str) -> Interface | None:
    """The interface of a name; None where there is none that is up."""
    request = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            index = socket.if_nametoindex(name)
            (flags,) = struct.unpack_from("H", fcntl.ioctl(probe, _SIOCGIFFLAGS, request), 16)
        except OSError:
            return None
        if not flags & _UP:
            return None
        addresses: list[str] = []
        networks: list[Network] = []
        try:
            address = socket.inet_ntoa(fcntl.ioctl(probe, _SIOCGIFADDR, request)[20:24])
            mask = socket.inet_ntoa(fcntl.ioctl(probe, _SIOCGIFNETMASK, request)[20:24])
        except OSError:  # it has no IPv4 address
            pass
        else:
            addresses.append(address)
            networks.append(ipaddress.ip_network(f"{address}/{mask}", strict=False))
    for text, bits in _inet6(name):
        addresses.append(text)
        networks.append(ipaddress.ip_network(f"{text}/{bits}", strict=False))
    return Interface(name, index, tuple(addresses), tuple(networks), bool(flags & _MULTICAST))


def _inet6(name: str) -> list[tuple[str, int]]:
    """IPv6 addresses and prefix lengths: /proc/net/if_inet6 (proc(5))."""
    try:
        lines = _IF_INET6.read_text().splitlines()
    except OSError:  # no IPv6 here
        return []
    found = []
    for line in lines:
        words = line.split()
        if len(words) == 6 and words[5] == name:
            found.append((str(ipaddress.IPv6Address(int(words[0], 16))), int(words[2], 16)))
    return found
