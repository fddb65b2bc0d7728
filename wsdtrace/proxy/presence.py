"""Who the proxy is on the network: nobody, the scanner itself (*isolated*), or a second scanner (*own*).

Isolated: client and device are on different networks, so the proxy may have the device's endpoint address. Own: they
are on one network, where two hosts with one endpoint address would be taken for one device and a client would go to
either (seen with sane-airscan); so the proxy has an endpoint address of its own, and its friendly name says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Final, Protocol

from wsdtrace.errors import UsageError
from wsdtrace.proxy.announce import Announcer
from wsdtrace.proxy.find import ask, describe, search
from wsdtrace.proxy.interfaces import Interface, interface_of
from wsdtrace.proxy.record import Record
from wsdtrace.proxy.routes import Server, Url, is_address, parse_url
from wsdtrace.proxy.speech import Service, probe, services_in
from wsdtrace.proxy.target import Target
from wsdtrace.records import Endpoint

MARK: Final = " (wsdtrace)"
"""What the friendly name of an own device ends with."""
_NAMES: Final = uuid.UUID("8a4b0f5e-6c1d-5e1b-9d2f-7b3c9a0e4d11")
"""Namespace of the endpoint addresses of own devices (RFC 9562 §5.5): the same device gets the same one each time."""


class Announce(StrEnum):
    """`--announce`."""

    AUTO = "auto"
    ISOLATED = "isolated"
    OWN = "own"
    OFF = "off"


def places_of(listen: Iterable[str]) -> tuple[list[str], list[Interface]]:
    """Addresses to listen at, and the interfaces among what was named.

    Raises:
        UsageError: one is neither an interface nor an address.
    """
    addresses: list[str] = []
    found: list[Interface] = []
    for name in listen:
        if is_address(name.partition("%")[0]):
            addresses.append(name)
            continue
        interface = interface_of(name)
        if interface is None or not interface.addresses:
            raise UsageError(f"--listen {name}: no interface of this name is up, and it is no IP address")
        found.append(interface)
        addresses += [f"{a}%{name}" if a.startswith("fe80") else a for a in interface.addresses]
    return addresses, found


async def only_scanner() -> str:
    """URL of the only scanner that answers, for `--device auto`.

    Raises:
        UsageError: there is none, or several.
    """
    scanners = [found for found in await search() if found.service.is_scanner]
    if not scanners:
        raise UsageError("--device auto: no scanner answers; give its URL, or try wsdtrace discover")
    if len(scanners) > 1:
        urls = ", ".join(str(found.url) for found in scanners)
        raise UsageError(f"--device auto: {len(scanners)} scanners answer; choose one: {urls}")
    await describe(scanners[0])
    url = scanners[0].scan_url or scanners[0].url
    if url is None:
        raise UsageError("--device auto: the scanner that answers says no address; give its URL")
    return url


class Announced(Protocol):
    """The proxy, as far as it is announced."""

    record: Record

    def say(self, text: str) -> None:
        """A line for people."""

    def at(self, url: Url, address: str, port: int) -> str:
        """A URL of the device as it is reached through one of our addresses."""

    async def way_to_device(self, server: Server) -> int | None:
        """Port of the listener that stands for a server of the device."""


class Presence:
    """The proxy on the network.

    Args:
        mode: how it is announced.
        interfaces: where.
    """

    def __init__(self, mode: Announce, interfaces: list[Interface]) -> None:
        self._mode = mode
        self._interfaces = interfaces
        self._announcers: list[Announcer] = []
        self._theirs: str | None = None
        self._mine: str | None = None
        self.mark = ""
        """What friendly names end with."""

    async def start(self, proxy: Announced, target: Target) -> None:
        """Find out who the device is, and say Hello in its place or beside it.

        Raises:
            UsageError: there is no multicast.
        """
        if not self._interfaces or self._mode is Announce.OFF:
            return
        device = await self._identity(target)
        mode = self._mode
        if mode is Announce.AUTO:
            near = any(i.is_on_link(a) for i in self._interfaces for a in target.addresses)
            mode = Announce.OWN if near else Announce.ISOLATED
        if device is None:
            proxy.say("the device does not say who it is: it is announced as a device of its own")
            mode, device = Announce.OWN, Service(f"urn:uuid:{uuid.uuid5(_NAMES, target.url.server.url)}")
            self._mine = self._theirs = device.endpoint
        service = device
        if mode is Announce.OWN:
            self._theirs = device.endpoint
            self._mine = self._mine or f"urn:uuid:{uuid.uuid5(_NAMES, device.endpoint)}"
            self.mark = MARK
            service = replace(device, endpoint=self._mine)
        url = next((u for u in map(parse_url, device.xaddrs) if u and u.host in target.hosts), target.url)
        port = await proxy.way_to_device(url.server)
        assert port is not None, "its host is one of the device's"
        for interface in self._interfaces:
            announcer = Announcer(service, interface, lambda address: proxy.at(url, address, port), proxy.record)
            await announcer.start()
            self._announcers.append(announcer)
        names = ", ".join(interface.name for interface in self._interfaces)
        proxy.say(f"announced on {names} as {mode.value}: {service.endpoint}")

    async def _identity(self, target: Target) -> Service | None:
        """What the device says of itself: to a Probe over HTTP (WS-Discovery §3.2), else over UDP."""
        url = target.url.at("http", _endpoint(target))
        try:
            told = services_in(await ask(url, probe(), target.url.zone))
        except (OSError, TimeoutError):
            told = []
        if not told:
            told = [found.service for found in await search(seconds=1.0, host=target.addresses[0])]
        return next((service for service in told if service.is_scanner), told[0] if told else None)

    async def stop(self) -> None:
        """Say Bye."""
        for announcer in self._announcers:
            await announcer.stop()
        self._announcers.clear()

    def renamed(self, text: str, *, to_device: bool) -> str | None:
        """The other side's endpoint address for one of this side's; None for any other text."""
        here, there = (self._mine, self._theirs) if to_device else (self._theirs, self._mine)
        return there if here is not None and text.lower() == here.lower() and here != there else None


def _endpoint(target: Target) -> Endpoint:
    return Endpoint(target.addresses[0].partition("%")[0], target.url.port)
