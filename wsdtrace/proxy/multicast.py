"""Datagrams of WS-Discovery on one interface, over IPv4 and IPv6 (WS-Discovery 2005/04 §2.4)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
import sys
from collections.abc import Callable
from typing import Final, cast

from wsdtrace.errors import UsageError
from wsdtrace.proxy.interfaces import Interface
from wsdtrace.proxy.wire import endpoint_of, reason_of
from wsdtrace.records import Endpoint

PORT: Final = 3702
GROUPS: Final = {socket.AF_INET: "239.255.255.250", socket.AF_INET6: "ff02::c"}
MAX_DATAGRAM: Final = 65_507

Heard = Callable[["Channel", bytes, Endpoint], None]


class Channel(asyncio.DatagramProtocol):
    """One socket: an interface and an address family.

    Args:
        interface: where.
        family: `AF_INET` or `AF_INET6`.
        heard: gets each datagram with its sender.
        host: hear this host too, though it is not on the link.
    """

    def __init__(
        self, interface: Interface, family: socket.AddressFamily, heard: Heard, host: str | None = None
    ) -> None:
        self.interface = interface
        self.family = family
        self.group = Endpoint(GROUPS[family], PORT)
        self._heard = heard
        self._transport: asyncio.DatagramTransport | None = None
        self._host = host

    @property
    def address(self) -> str | None:
        """Our address there."""
        return self.interface.ipv4 if self.family is socket.AF_INET else self.interface.ipv6

    @property
    def local(self) -> Endpoint:
        """Our end."""
        assert self._transport is not None
        return Endpoint(self.address or "", self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        sender = endpoint_of(addr)
        if self.interface.is_on_link(sender.address) or sender.address == self._host:
            self._heard(self, data, sender)

    def error_received(self, exc: Exception) -> None:
        """ICMP said that nobody listens there: nothing to do for a datagram."""

    def send(self, data: bytes, to: Endpoint | None = None) -> None:
        """To a host, or to the group."""
        if self._transport is None:
            return
        target = to or self.group
        if self.family is socket.AF_INET6:
            self._transport.sendto(data, (target.address, target.port, 0, self.interface.index))
        else:
            self._transport.sendto(data, (target.address, target.port))

    def close(self) -> None:
        """Give the socket back."""
        if self._transport is not None:
            self._transport.close()


async def open_channel(
    interface: Interface, family: socket.AddressFamily, heard: Heard, *, port: int, host: str | None = None
) -> Channel | None:
    """Open a channel; None where the interface has no address of the family.

    Args:
        interface: where.
        family: `AF_INET` or `AF_INET6`.
        heard: gets each datagram.
        port: `PORT` to hear what is sent to the group, 0 to ask only.
        host: hear this host too.

    Raises:
        UsageError: there is no permission for it, or the port is taken.
    """
    channel = Channel(interface, family, heard, host)
    if channel.address is None:
        return None
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        _prepare(made, channel, port)
    except OSError as error:
        made.close()
        raise UsageError(f"--listen {interface.name}: {_why_not(error, port)}") from error
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: channel, sock=made)
    return channel


def _why_not(error: OSError, port: int) -> str:
    without = "; `--announce off` goes without it" if port else ""
    match error.errno:
        case errno.EPERM | errno.EACCES:
            return f"multicast is not permitted here ({reason_of(error)}); root may be needed{without}"
        case errno.EADDRINUSE:
            return f"another program has UDP port {port} for itself (`ss -lunp` names it): end it{without}"
        case _:
            return f"no multicast there ({reason_of(error)}){without}"


def _prepare(made: socket.socket, channel: Channel, port: int) -> None:
    interface, family = channel.interface, channel.family
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):  # then the sender's network decides alone
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.name.encode())
    group = GROUPS[family]
    if family is socket.AF_INET:
        assert channel.address is not None
        own = socket.inet_aton(channel.address)
        made.bind(("", port))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        made.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("4s4si", b"\0" * 4, own, interface.index)
        )
        if port:
            member = struct.pack("4s4si", socket.inet_aton(group), own, interface.index)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        return
    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind(("::", port))
    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.index)
    if port:
        member = socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", interface.index)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
