"""URLs and sockets: which endpoint a URL names, and when two URIs are one."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from wsdtrace.records import Endpoint

DEFAULT_PORTS = {"http": 80, "https": 443}


def url_endpoint(url: str | None) -> Endpoint | None:
    """The socket of an http(s) URL whose host is an IP literal; None for names and for what is no such URL."""
    try:
        parts = urlsplit(url or "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    # RFC 6874 writes a zone as %25eth0; the packet's address has none.
    literal = host.split("%", 1)[0]
    try:
        address = ipaddress.ip_address(literal)
    except ValueError:
        return None
    return Endpoint(str(address), port or DEFAULT_PORTS[parts.scheme])


def comparable(uri: str) -> str:
    """A URI in a form that can be compared: UUIDs have no letter case (RFC 4122 §3)."""
    lower = uri.lower()
    return lower if lower.startswith(("urn:uuid:", "uuid:")) else uri
