"""Addresses in messages → addresses of the other side: which word of which message becomes what.

Towards the client every address of the device becomes one of the proxy, as that client reaches it. Towards the device
the proxy's addresses become the device's again, and where a client wants its events becomes an address of the proxy as
the device reaches it. Reference parameters and identifiers are no addresses and stay as they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from wsdtrace.dataclass import dataclass
from wsdtrace.proxy.places import NAME, Message, Place
from wsdtrace.proxy.routes import Server, Url, parse_url
from wsdtrace.records import Endpoint


class Ways(Protocol):
    """Listeners and names of the proxy, as the rewriter asks for them."""

    @property
    def mark(self) -> str:
        """What friendly names end with towards clients."""

    def renamed(self, text: str, *, to_device: bool) -> str | None:
        """The other side's name for an endpoint address; None where it has none of its own."""

    def server_at(self, endpoint: Endpoint) -> Server | None:
        """The server that a listener of the proxy stands for; None where it is no listener."""

    async def way_to_device(self, server: Server) -> int | None:
        """Port of the listener that stands for a server of the device; None where the host is not the device's."""

    async def way_to_sink(self, server: Server, subscriber: str, proxy: str) -> int | None:
        """Port of the listener that stands for a client's event sink; None where it may not be reached."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A message with other addresses."""

    data: bytes
    changes: tuple[tuple[str, str, str], ...] = ()
    """Element, old address, new address."""
    refused: tuple[tuple[str, str], ...] = ()
    """Element and address of what stays because its host may not be reached."""
    beyond: bool = False
    """Some addresses were not looked at: there are too many elements before them."""


class Rewriter:
    """Rewrites the messages of one connection.

    Args:
        ways: listeners.
        scheme: that the proxy speaks to clients: `http` or `https`.
    """

    def __init__(self, ways: Ways, scheme: str = "http") -> None:
        self._ways = ways
        self._scheme = scheme

    async def to_device(self, message: Message, *, client: str, proxy: str) -> Rewritten:
        """A client's request.

        Args:
            message: the request.
            client: address of the client.
            proxy: address of the proxy as the device reaches it.
        """

        async def change(place: Place, url: Url) -> str | None:
            known = self._ways.server_at(Endpoint(url.host, url.port))
            if known is not None:
                return f"{known.url}{url.rest}"
            if place.what.sink:
                port = await self._ways.way_to_sink(url.server, client, proxy)
                return "" if port is None else url.at("http", Endpoint(proxy, port))
            return None

        return await self._rewrite(message, change, to_device=True)

    async def to_client(self, message: Message, *, proxy: str) -> Rewritten:
        """A device's response, or its event to a client.

        Args:
            message: the message.
            proxy: address of the proxy as the client reaches it.
        """

        async def change(_: Place, url: Url) -> str | None:
            known = self._ways.server_at(Endpoint(url.host, url.port))
            if known is not None:  # wsa:To of an event: where the client asked for it
                return f"{known.url}{url.rest}"
            port = await self._ways.way_to_device(url.server)
            return "" if port is None else url.at(self._scheme, Endpoint(proxy, port))

        return await self._rewrite(message, change, to_device=False)

    async def _rewrite(
        self, message: Message, change: Callable[[Place, Url], Awaitable[str | None]], *, to_device: bool
    ) -> Rewritten:
        edits: list[tuple[Place, str]] = []
        refused: list[tuple[str, str]] = []
        for place in message.addresses():
            other = self._renamed(place, to_device=to_device)
            if other is not None:
                edits.append((place, other))
            url = parse_url(place.text)
            if url is None or place.what.name == NAME or _is_well_known(url):
                continue
            text = await change(place, url)
            if text == "":
                refused.append((place.what.name, place.text))
            elif text is not None and text != place.text:
                edits.append((place, text))
        changes = tuple((place.what.name, place.text, text) for place, text in edits)
        return Rewritten(message.exchanged(edits) if edits else message.data, changes, tuple(refused), message.beyond)

    def _renamed(self, place: Place, *, to_device: bool) -> str | None:
        if place.what.name == NAME:
            return None if to_device or not self._ways.mark else f"{place.text}{self._ways.mark}"
        return self._ways.renamed(place.text, to_device=to_device)


def _is_well_known(url: Url) -> bool:
    """A name that only looks like an address: WS-Addressing's anonymous role and its like."""
    return url.host in ("schemas.xmlsoap.org", "www.w3.org", "docs.oasis-open.org", "schemas.microsoft.com")
