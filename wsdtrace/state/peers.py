"""Who speaks in an exchange: which of its ends is the device, and which device and client these are.

Theory of operation: the server of WSD is the device, unless it is a sink to which devices send their events. What the
request says of device and client is heard once for messages that are alike: asked again, it would say the same.
"""

from __future__ import annotations

from wsdtrace.records import Endpoint, Stamp
from wsdtrace.state.connections import ConnectionBook
from wsdtrace.state.devices import ClientBook, DeviceBook, habits_of
from wsdtrace.state.exchanges import is_multicast
from wsdtrace.state.jobs import JobBook
from wsdtrace.state.likeness import Likeness
from wsdtrace.state.message import Message, Role
from wsdtrace.state.model import Client, Device, Exchange, Toward
from wsdtrace.state.vocabulary import DEVICE_SENDS, SCAN_OPERATIONS

MAX_HEARD = 4096
"""Requests remembered of which both peers are known: a device polled by each host of a /20 network. When full they are
forgotten together."""


class PeerBook:
    """The peers of a capture."""

    def __init__(self, devices: DeviceBook, clients: ClientBook, connections: ConnectionBook, jobs: JobBook) -> None:
        self._devices = devices
        self._clients = clients
        self._connections = connections
        self._jobs = jobs
        self._servers: set[Endpoint] = set()
        self._sinks: set[Endpoint] = set()
        self._heard: dict[tuple[Likeness, str, Endpoint], tuple[Device, Client]] = {}
        self._sinks_then = 0
        """How many sinks were known then: what is one is no device."""

    @property
    def endpoints(self) -> set[Endpoint]:
        """Where WSD was served, by devices and by sinks."""
        return self._servers | self._sinks

    def is_server(self, endpoint: Endpoint) -> bool:
        """A device of WSD serves there."""
        return endpoint in self._servers

    def identify(self, exchange: Exchange, stamp: Stamp) -> None:
        """Say who the peers of an exchange over HTTP are."""
        request, server = exchange.request, exchange.server_endpoint
        if request is None or request.likeness is None or request.operation is None:
            self._identify(exchange, stamp)
            return
        if len(self._sinks) != self._sinks_then or len(self._heard) >= MAX_HEARD:
            self._heard.clear()
            self._sinks_then = len(self._sinks)
        key = request.likeness, exchange.client_endpoint.address, server
        heard = self._heard.get(key)
        if heard is None:
            self._identify(exchange, stamp)
            if exchange.toward is Toward.DEVICE and exchange.device is not None and exchange.client is not None:
                self._heard[key] = exchange.device, exchange.client
            return
        exchange.device, exchange.client = heard[0].root, heard[1]
        if self._connections.is_older(server):
            self._jobs.began_before(exchange.device)

    def _identify(self, exchange: Exchange, stamp: Stamp) -> None:
        server, client = exchange.server_endpoint, exchange.client_endpoint
        request = exchange.request
        if exchange.operation in DEVICE_SENDS or server in self._sinks:
            exchange.toward = Toward.CLIENT
            self._sinks.add(server)
            exchange.device = self._devices.sender(client.address, stamp)
            exchange.client = self._clients.at(server.address, stamp)
            return
        self._servers.add(server)
        exchange.device = self._devices.serve(server, stamp)
        if self._connections.is_older(server):
            self._jobs.began_before(exchange.device)
        if exchange.operation in SCAN_OPERATIONS:
            exchange.device.roles.setdefault("scanner")
        asked = None if request is None else request.http
        agent = None if asked is None else asked.field("User-Agent")
        exchange.client = self._clients.at(client.address, stamp, agent)
        if exchange.client.habits is None and request is not None and asked is not None:
            exchange.client.habits = habits_of(asked, request.xml)
        to = request.envelope.headers.to if request is not None and request.envelope is not None else None
        if to and to.strip().lower().startswith(("urn:uuid:", "uuid:")):
            exchange.device = self._devices.join_name(exchange.device, to.strip())

    def place(self, exchange: Exchange, message: Message) -> None:
        """Say who sent a datagram, and to whom."""
        if exchange.operation in DEVICE_SENDS:
            exchange.toward = Toward.CLIENT
            exchange.device = self._devices.announce(message)
            return
        if message.role is Role.RESPONSE:
            exchange.device = self._devices.announce(message) or exchange.device
            if exchange.client is None and not is_multicast(message.receiver):
                exchange.client = self._clients.at(message.receiver.address, message.first)
        else:
            exchange.client = self._clients.at(message.sender.address, message.first)
