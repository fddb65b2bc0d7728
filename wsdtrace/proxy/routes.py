"""Which address of the proxy stands for which server, and whom the proxy may reach at all.

Theory of operation: for each server (host and port) that a client shall reach through the proxy there is one listener,
so paths and queries stay as they are, and only scheme, host and port of a URL change. A device's services may be at
several ports; a client's event sink is a server too. Listeners are made when a message names their server first.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final, NamedTuple

from wsdtrace.records import Endpoint

MAX_ROUTES: Final = 64
"""Servers that have a listener: a device has up to five, a client one for each subscription."""

_PORTS: Final = {"http": 80, "https": 443}
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<authority>(?P<host>\[[0-9A-Fa-f:.]+(?:%25[\w.~-]+|%[\w.~-]+)?\]|[^\s/?#:@\[\]]+)"
    r"(?::(?P<port>\d{1,5}))?)(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)


class Url(NamedTuple):
    """A URL of http or https, taken apart."""

    scheme: str
    host: str
    """In lower case, without brackets and zone."""
    port: int
    rest: str
    """From the path on, as written."""
    zone: str = ""

    @property
    def server(self) -> Server:
        """Where it leads."""
        return Server(self.scheme, self.host, self.port)

    def at(self, scheme: str, endpoint: Endpoint) -> str:
        """The same path at another place."""
        port = "" if endpoint.port == _PORTS[scheme] else f":{endpoint.port}"
        host = f"[{endpoint.address}]" if ":" in endpoint.address else endpoint.address
        return f"{scheme}://{host}{port}{self.rest}"


class Server(NamedTuple):
    """Where HTTP requests can be sent to."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """As a Host field names it: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}"


def parse_url(text: str) -> Url | None:
    """Take a URL apart; None for anything but http and https."""
    found = _URL.fullmatch(text.strip())
    if found is None:
        return None
    scheme = found["scheme"].lower()
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    host, _, zone = found["host"].strip("[]").partition("%")
    if not 0 < port < 65536:
        return None
    return Url(scheme, plain_host(host), port, found["rest"] or "", zone.removeprefix("25"))


@lru_cache(maxsize=1024)
def plain_host(host: str) -> str:
    """A host in one spelling: RFC 5952 for IPv6, lower case, no final dot."""
    try:
        return str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        return host.lower().rstrip(".")


def is_address(host: str) -> bool:
    """It is an IP address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_of_authority(text: str) -> str:
    """The host that a Host field names."""
    found = parse_url(f"http://{text.strip()}")
    return found.host if found is not None else ""


class Guard:
    """Whom the proxy may reach: the device's own addresses, a subscriber's own address, and what the user allowed.

    Args:
        device: IP addresses and names of the device.
        allowed: hosts of `--allow`.
    """

    def __init__(self, device: set[str], allowed: set[str]) -> None:
        self.device = {plain_host(host) for host in device}
        self.allowed = {plain_host(host) for host in allowed}

    def is_device(self, host: str) -> bool:
        """The host is the device, or the user said that it may be reached."""
        return host in self.device or host in self.allowed

    def is_sink(self, host: str, subscriber: str) -> bool:
        """Events may go there: to the subscriber's own address."""
        return host == plain_host(subscriber) or host in self.allowed
