"""Who is who: devices joined over evidence, clients told apart by address and User-Agent.

A device is a union over evidence: endpoint address, XAddr, server socket, a forwarded message, a (JobId, JobToken) pair
granted at one address and used at another within its life. Never a MAC, a model name or the address of a client behind
NAT; a token alone is no key either (real devices grant `ScanJob1`).
"""

from __future__ import annotations

from collections.abc import Callable

from wsdtrace.records import Endpoint, HttpMessage, Stamp
from wsdtrace.state.addresses import url_endpoint
from wsdtrace.state.discovery import describe_device, metadata_of, target_services
from wsdtrace.state.message import Message
from wsdtrace.state.model import Client, Device

MAX_PEERS = 100_000
"""Devices or clients remembered: a /16 network with every address in use fits."""


class DeviceBook:
    """All devices of a capture and the evidence that joins them."""

    def __init__(self, on_merge: Callable[[Device, Device], None]) -> None:
        self._on_merge = on_merge
        self._by_socket: dict[Endpoint, Device] = {}
        self._by_endpoint: dict[str, Device] = {}
        self._by_address: dict[str, Device] = {}
        """IP address → the device that was seen there first."""
        self._all: list[Device] = []
        self.announced: set[Endpoint] = set()
        """Sockets that XAddrs name."""

    @property
    def roots(self) -> list[Device]:
        """Devices that are no part of another one, in order of appearance."""
        return [d for d in self._all if d.merged_into is None]

    def at(self, socket: Endpoint) -> Device | None:
        """The device that serves at this socket, if known."""
        device = self._by_socket.get(socket)
        return device.root if device else None

    def sender(self, address: str, stamp: Stamp) -> Device:
        """The device that sends from an IP address: the first one that was seen there, else a new one."""
        known = self._by_address.get(address)
        if known is not None:
            return known.root
        device = self._new(stamp)
        self._place(device, address)
        return device

    def _place(self, device: Device, address: str) -> None:
        device.addresses.setdefault(address)
        self._by_address.setdefault(address, device)

    def serve(self, socket: Endpoint, stamp: Stamp) -> Device:
        """The device at a server socket; a new one when the socket is new."""
        device = self.at(socket)
        if device is None:
            # Whoever was only seen to send from there is no other one.
            sender = self._by_address.get(socket.address)
            device = sender if sender is not None and _is_only_sender(sender) else self._new(stamp)
            self._by_socket[socket] = device
        device.sockets.setdefault(socket)
        self._place(device, socket.address)
        return device

    def named(self, endpoint: str, stamp: Stamp) -> Device:
        """The device with this endpoint address; a new one when it is new."""
        known = self._by_endpoint.get(endpoint)
        if known is not None:
            return known.root
        device = self._new(stamp)
        device.endpoint = endpoint
        self._by_endpoint[endpoint] = device
        return device

    def join_name(self, device: Device, endpoint: str) -> Device:
        """Evidence: `device` answers to this endpoint address."""
        known = self._by_endpoint.get(endpoint)
        if known is None:
            root = device.root
            if root.endpoint is None:
                root.endpoint = endpoint
            self._by_endpoint[endpoint] = root
            return root
        return self.merge(known, device)

    def join_socket(self, device: Device, socket: Endpoint) -> Device:
        """Evidence: `device` announces this socket as its own."""
        known = self._by_socket.get(socket)
        if known is None:
            root = device.root
            self._by_socket[socket] = root
            root.sockets.setdefault(socket)
            self._place(root, socket.address)
            return root
        return self.merge(device, known)

    def announce(self, message: Message) -> Device | None:
        """A discovery message told endpoint address, types and XAddrs of one or more target services; the first of
        them."""
        first: Device | None = None
        for service in target_services(message):
            device = self.named(service.endpoint, message.first)
            self._place(device, message.sender.address)
            for xaddr in service.xaddrs:
                device.xaddrs.setdefault(xaddr)
                socket = url_endpoint(xaddr)
                if socket is not None:
                    self.announced.add(socket)
                    device = self.join_socket(device, socket)
            if service.metadata_version is not None:
                device.metadata_version = service.metadata_version
            sequence = message.envelope.headers.app_sequence if message.envelope is not None else None
            if sequence is not None and sequence.instance_id is not None:
                device.instance_id = sequence.instance_id
            if service.is_scanner:
                device.roles.setdefault("scanner")
            first = first or device
        return first

    def described(self, device: Device, message: Message) -> Device:
        """A device answered Get with its metadata."""
        metadata = metadata_of(message)
        if metadata is None:
            return device.root
        for address in describe_device(device.root, metadata):
            socket = url_endpoint(address)
            if socket is not None:
                self.announced.add(socket)
                device = self.join_socket(device, socket)
        return device.root

    def merge(self, a: Device, b: Device) -> Device:
        """Two devices turn out to be one; the one seen first stays."""
        a, b = a.root, b.root
        if a is b:
            return a
        keep, gone = (a, b) if a.id <= b.id else (b, a)
        gone.merged_into = keep
        keep.endpoint = keep.endpoint or gone.endpoint
        keep.model = keep.model or gone.model
        keep.manufacturer = keep.manufacturer or gone.manufacturer
        keep.serial = keep.serial or gone.serial
        keep.name = keep.name or gone.name
        keep.firmware = keep.firmware or gone.firmware
        keep.hosted = {**gone.hosted, **keep.hosted}
        keep.configuration = keep.configuration or gone.configuration
        keep.default_ticket = keep.default_ticket or gone.default_ticket
        for mine, theirs in (
            (keep.sockets, gone.sockets),
            (keep.addresses, gone.addresses),
            (keep.xaddrs, gone.xaddrs),
            (keep.roles, gone.roles),
            (keep.managers, gone.managers),
        ):
            mine.update(theirs)  # type: ignore[arg-type]  # each pair has one key type
        self._on_merge(keep, gone)
        return keep

    def _new(self, stamp: Stamp) -> Device:
        device = Device(id=len(self._all) + 1, first=stamp)
        self._all.append(device)
        return device

    def number(self) -> list[Device]:
        """Give final ids in order of appearance."""
        roots = self.roots
        for i, device in enumerate(roots, start=1):
            device.id = i
        return roots


def _is_only_sender(device: Device) -> bool:
    """Nothing is known of it but that it sent notifications from an address."""
    return device.merged_into is None and not device.sockets and device.endpoint is None


class ClientBook:
    """All clients of a capture."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, str | None], Client] = {}
        self._by_address: dict[str, list[Client]] = {}
        self.all: list[Client] = []

    def at(self, address: str, stamp: Stamp, user_agent: str | None = None) -> Client:
        """The client at an address. Without a User-Agent (UDP, an event sink) the first one known there."""
        client = self._by_key.get((address, user_agent))
        if client is None:
            here = self._by_address.setdefault(address, [])
            if user_agent is None and here:
                client = here[0]
            else:
                # Seen over UDP or as a sink before it named itself: the same client.
                client = next((c for c in here if c.user_agent is None), None) if user_agent else None
                if client is None:
                    client = Client(id=len(self.all) + 1, first=stamp)
                    self.all.append(client)
                    here.append(client)
                client.user_agent = user_agent
                if address:  # a client's own trace does not tell it
                    client.addresses.setdefault(address)
            self._by_key[address, user_agent] = client
        return client


def habits_of(message: HttpMessage, xml: bytes | None) -> bytes:
    """What software does the same way each time: order of field names, first 120 octets of its XML."""
    names = ",".join(line.name for line in message.fields)
    return names.encode() + b"\n" + (xml or b"")[:120]
