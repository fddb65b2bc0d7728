"""Where devices say that they are, and where they are asked: XAddrs, addresses of services, refused connections.

Theory of operation: an announced XAddr is remembered by its socket with the message that told it, so that a connection
which is refused there can be held against it. Where a request went is compared with everything that its device told
until then; a device that is asked at a socket of which nobody knows is taken to be the only one that announced the
same IP address.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from urllib.parse import urlsplit

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Endpoint, RequestLine
from wsdtrace.state.addresses import url_endpoint
from wsdtrace.state.announcements import ANNOUNCEMENTS
from wsdtrace.state.discovery import ANNOUNCED, target_services
from wsdtrace.state.events import ConnectionFailed, Event, ExchangeEnded, MessageSeen
from wsdtrace.state.likeness import Likeness
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.message import Message
from wsdtrace.state.model import Device, Exchange, Toward, Transport
from wsdtrace.state.observations import AddressRefused, RequestPlaced

DEVICE_LEVEL = frozenset({"Get", "Probe", "Resolve"})
"""What is asked of the device itself, not of one of its services."""

MAX_SOCKETS = 100_000
"""Announced sockets remembered, and IP addresses of them."""
MAX_PATHS = 1024
"""Paths remembered of requests that are alike; as many as there are likenesses. When full they go together."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An XAddr and the message that told it last."""

    exchange: Exchange
    endpoint: str
    xaddr: str
    position: int
    others: int


class PlaceBook(Listener):
    """All announced addresses of a capture."""

    def __init__(self) -> None:
        self._told: OrderedDict[Endpoint, _Told] = OrderedDict()
        self._announcers: OrderedDict[str, dict[int, Device]] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()
        """Endpoints that said Bye: nobody has to answer there any more."""
        self._paths: dict[Likeness, str | None] = {}

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(MessageSeen, self._seen, of=ANNOUNCED),
            Ear(ConnectionFailed, self._failed),
            Ear(ExchangeEnded, self._ended),
        )

    def _seen(self, event: MessageSeen) -> Iterable[Event]:
        exchange, message = event.exchange, event.message
        if message.body_local == "Bye":
            for service in target_services(message):
                self._gone[service.endpoint] = None
                self._gone.move_to_end(service.endpoint)
                if len(self._gone) > MAX_SOCKETS:
                    self._gone.popitem(last=False)
        elif message.body_local in ANNOUNCEMENTS:
            for service in target_services(message):
                self._gone.pop(service.endpoint, None)
                for position, xaddr in enumerate(service.xaddrs):
                    socket = url_endpoint(xaddr)
                    if socket is not None:
                        told = _Told(exchange, service.endpoint, xaddr, position, len(service.xaddrs) - 1)
                        self._remember(socket, told, exchange.device)
        return ()

    def _remember(self, socket: Endpoint, told: _Told, device: Device | None) -> None:
        self._told[socket] = told
        self._told.move_to_end(socket)
        if len(self._told) > MAX_SOCKETS:
            self._told.popitem(last=False)
        if device is not None:
            here = self._announcers.setdefault(socket.address, {})
            here[id(device.root)] = device.root
            self._announcers.move_to_end(socket.address)
            if len(self._announcers) > MAX_SOCKETS:
                self._announcers.popitem(last=False)

    def _failed(self, event: ConnectionFailed) -> Iterable[Event]:
        told = self._told.get(event.responder)
        if told is None or told.endpoint in self._gone:
            return ()
        refused = AddressRefused(
            event.stamp, event.originator, event.responder, event.answered,
            told.exchange, told.endpoint, told.xaddr, told.position, told.others,
        )  # fmt: skip
        return (refused,)

    def _ended(self, event: ExchangeEnded) -> Iterable[Event]:
        exchange = event.exchange
        request = exchange.request
        if (
            exchange.transport is not Transport.HTTP
            or exchange.toward is not Toward.DEVICE
            or not exchange.is_wsd
            or exchange.copied_by is not None
            or request is None
        ):
            return ()
        path = self._path(request)
        if path is None:
            return ()
        device = self._announcer(exchange)
        told = () if device is None else addresses_of(device)
        complete = device is not None and _is_complete(exchange, device)
        return (RequestPlaced(event.stamp, exchange, path, told, complete),)

    def _path(self, request: Message) -> str | None:
        """Where a request goes at its socket; None where its start-line cannot be read."""
        likeness = request.likeness
        if likeness is not None and likeness in self._paths:
            return self._paths[likeness]
        start = None if request.http is None else request.http.start
        path = path_of(start.target) if isinstance(start, RequestLine) else None
        if likeness is not None:
            if len(self._paths) >= MAX_PATHS:
                self._paths.clear()
            self._paths[likeness] = path
        return path

    def _announcer(self, exchange: Exchange) -> Device | None:
        """The device that an exchange is about, as far as it told its addresses."""
        own = None if exchange.device is None else exchange.device.root
        if own is not None and (own.xaddrs or own.managers or own.hosted):
            return own
        announcers = self._announcers.get(exchange.server_endpoint.address)
        if announcers is None:
            return None
        here = {id(d.root): d.root for d in announcers.values()}
        return next(iter(here.values())) if len(here) == 1 else None


def _is_complete(exchange: Exchange, device: Device) -> bool:
    """It told the addresses of which the request must have one: of itself, or of its services."""
    return bool(device.xaddrs if exchange.operation in DEVICE_LEVEL else device.hosted)


def addresses_of(device: Device) -> tuple[str, ...]:
    """All that a device told as addresses of itself and its services."""
    hosted = [address for service in device.hosted.values() for address in service.addresses]
    return tuple(dict.fromkeys((*device.xaddrs, *hosted, *device.managers)))


def path_of(target: str) -> str:
    """The path of a request target, in origin or absolute form (RFC 9112 §3.2)."""
    if target.startswith("/"):
        return target
    try:
        parts = urlsplit(target)
    except ValueError:
        return target
    return parts.path or "/"
