"""The device as the user names it → its addresses, before anything is relayed."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from wsdtrace.dataclass import dataclass
from wsdtrace.errors import UsageError
from wsdtrace.proxy.routes import Server, Url, parse_url, plain_host

RESOLVE_SECONDS: Final = 10.0
"""For a name to be resolved: twice what a resolver waits for its first server."""


@dataclass(frozen=True, slots=True)
class Target:
    """The device, its name resolved once for the whole run."""

    url: Url
    addresses: tuple[str, ...]
    """IP addresses, with zone where they are link-local; the first is used."""

    @property
    def server(self) -> Server:
        return self.url.server

    @property
    def hosts(self) -> set[str]:
        """Every spelling by which it may be named."""
        return {self.url.host, *(plain_host(address) for address in self.addresses)}


async def resolve(text: str) -> Target:
    """Resolve the URL of `--device`.

    Raises:
        UsageError: it is no URL, or its name cannot be resolved.
    """
    url = parse_url(text)
    if url is None:
        raise UsageError(f"--device {text}: expected a URL such as http://192.0.2.20:5357/scan, or `auto`")
    host = f"{url.host}%{url.zone}" if url.zone else url.host
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise UsageError(
            f"--device {text}: the name {url.host!r} cannot be resolved ({error}); use the device's IP address"
        ) from error
    addresses = tuple(dict.fromkeys(str(row[4][0]) for row in found))
    if url.zone:
        addresses = tuple(a if "%" in a else f"{a}%{url.zone}" for a in addresses)
    return Target(url, addresses)
