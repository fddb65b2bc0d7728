"""Endpoint addresses by socket: as whom the device at an XAddr may be addressed.

Theory of operation: Hello, ProbeMatches and ResolveMatches tell endpoint address and XAddrs together; several target
services may share a socket. A device that answers Get tells its endpoint address itself, as that of its host service.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from wsdtrace.records import Endpoint
from wsdtrace.state.addresses import url_endpoint
from wsdtrace.state.discovery import ANNOUNCED, address_of, metadata_of, target_services
from wsdtrace.state.events import Event, ExchangeEnded, MessageSeen
from wsdtrace.state.listener import Ear, Listener
from wsdtrace.state.model import Exchange, Toward, Transport
from wsdtrace.state.outcomes import DeviceAsked

MAX_SOCKETS = 100_000
"""Sockets remembered: a /16 network with a device at every address fits."""

MAX_ENDPOINTS = 16
"""Endpoint addresses remembered for a socket; devices have one for each of their functions."""


class EndpointBook(Listener):
    """Announced endpoint addresses of a capture."""

    def __init__(self) -> None:
        self._told: OrderedDict[Endpoint, dict[str, None]] = OrderedDict()

    def ears(self) -> Iterable[Ear]:
        return (
            Ear(MessageSeen, self._seen, of=ANNOUNCED),
            Ear(ExchangeEnded, self._ended, operations=frozenset({"Get"})),
        )

    def _seen(self, event: MessageSeen) -> Iterable[Event]:
        for service in target_services(event.message):
            for xaddr in service.xaddrs:
                socket = url_endpoint(xaddr)
                if socket is not None:
                    self._remember(socket, service.endpoint)
        return ()

    def _remember(self, socket: Endpoint, endpoint: str) -> None:
        here = self._told.setdefault(socket, {})
        self._told.move_to_end(socket)
        here[endpoint] = None
        if len(here) > MAX_ENDPOINTS:
            del here[next(iter(here))]
        if len(self._told) > MAX_SOCKETS:
            self._told.popitem(last=False)

    def _ended(self, event: ExchangeEnded) -> Iterator[Event]:
        exchange = event.exchange
        if exchange.transport is not Transport.HTTP or exchange.toward is not Toward.DEVICE:
            return
        if exchange.operation != "Get" or exchange.copy_of is not None:
            return
        request = exchange.request
        to = None if request is None or request.envelope is None else request.envelope.headers.to
        if to:
            told = dict.fromkeys((*self._told.get(exchange.server_endpoint, {}), *_hosts(exchange)))
            yield DeviceAsked(event.stamp, exchange, to.strip(), tuple(told))


def _hosts(exchange: Exchange) -> Iterator[str]:
    """Endpoint address of the host service that the answer tells."""
    metadata = metadata_of(exchange.response) if exchange.response is not None else None
    for section in metadata.metadata_section if metadata is not None else ():
        host = section.relationship.host if section.relationship is not None else None
        address = address_of(host.endpoint_reference) if host is not None else None
        if address:
            yield address
