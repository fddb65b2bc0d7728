"""Which addresses are on a link of this machine: those that it reaches without a router."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import sys

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_UP = 0x1
"""RTF_UP of linux/route.h."""


def is_on_link(address: str) -> bool:
    """An address is this machine's own, link-local, or in a network that it has an interface in.

    Where the system does not say what its networks are, private addresses (RFC 1918, RFC 4193) count.
    """
    try:
        wanted = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if wanted.is_loopback or wanted.is_link_local:
        return True
    networks = own_networks()
    if networks is None:
        return wanted.is_private
    return any(wanted in network for network in networks if network.version == wanted.version)


def own_networks() -> list[Network] | None:
    """Networks that are reached without a router (Linux: /proc/net); None where nobody says."""
    if not sys.platform.startswith("linux"):
        return None
    found: list[Network] = []
    readable = False
    with contextlib.suppress(OSError), open("/proc/net/route", encoding="ascii") as table:
        readable = True
        found += networks_4(table.read())
    with contextlib.suppress(OSError), open("/proc/net/ipv6_route", encoding="ascii") as table:
        readable = True
        found += networks_6(table.read())
    return found if readable else None


def networks_4(table: str) -> list[Network]:
    """Of `/proc/net/route`: rows without a gateway, but for the default one."""
    found: list[Network] = []
    for row in table.splitlines()[1:]:
        _, destination, gateway, flags, _, _, _, mask, *_ = row.split()
        if int(gateway, 16) == 0 and int(flags, 16) & _UP and int(mask, 16):
            address = socket.inet_ntoa(struct.pack("<I", int(destination, 16)))
            found.append(ipaddress.ip_network(f"{address}/{int(mask, 16).bit_count()}", strict=False))
    return found


def networks_6(table: str) -> list[Network]:
    """Of `/proc/net/ipv6_route`: rows without a next hop, but for the default one and multicast."""
    found: list[Network] = []
    for row in table.splitlines():
        destination, length, _, _, hop, *_ = row.split()
        network = ipaddress.ip_network(f"{ipaddress.ip_address(bytes.fromhex(destination))}/{int(length, 16)}")
        if not int(hop, 16) and network.prefixlen and not network.is_multicast:
            found.append(network)
    return found
