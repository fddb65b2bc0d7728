"""A list of XAddrs → what makes it useless for who asked: one pure function, so that its cases are a table in the
tests.

An address is held against who asked only where that is certain. Networks are not in a capture; two addresses of IPv4
are in different ones for certain when they share not even their first 16 bits, and perhaps when they share these and
no more.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from wsdtrace.dataclass import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a list of XAddrs."""

    text: str
    is_certain: bool = True


def flaw_of(xaddrs: tuple[str, ...], sender: str, asker: str | None) -> Flaw | None:
    """The first thing that is wrong.

    Args:
        xaddrs: as they stand in the message.
        sender: IP address that the message came from.
        asker: IP address that it went to; None for multicast ones.
    """
    hosts: list[Address | None] = []
    schemes: set[str] = set()
    for xaddr in xaddrs:
        try:
            parts = urlsplit(xaddr)
            host, scheme = parts.hostname, parts.scheme
        except ValueError:
            return Flaw(f"{xaddr} is no URL")
        if scheme not in SCHEMES or not host:
            return Flaw(f"{xaddr} is no http(s) URL")
        schemes.add(scheme)
        hosts.append(_literal(host))
    if len(schemes) > 1:
        return Flaw("http and https are mixed")
    return _unreachable(hosts, sender, asker)


def _literal(host: str) -> Address | None:
    """The IP address that a host is; None for a name."""
    try:
        return ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return None


def _unreachable(hosts: list[Address | None], sender: str, asker: str | None) -> Flaw | None:
    """None of the addresses can be reached from where it was asked. A name may be anywhere."""
    known = [host for host in hosts if host is not None]
    if not known or len(known) < len(hosts):
        return None
    if all(_is_nowhere(host, sender) for host in known):
        return Flaw(f"{known[0]} is reachable from nowhere")
    near = [a for a in (_literal(sender), _literal(asker) if asker is not None else None) if a is not None]
    if not near or any(host in near for host in known):
        return None
    here = near[0].version
    if all(host.version == 6 and host.is_link_local for host in known):  # IPv6
        return Flaw("only link-local IPv6 addresses, told over IPv4") if here == 4 else None
    if asker is None or any(host.version != here for host in known) or here == 6:
        return None
    if any(_shares(host, other, 24) for host in known for other in near):
        return None
    text = f"{known[0]} is of another network than {asker}"
    return Flaw(text, not any(_shares(host, other, 16) for host in known for other in near))


def _is_nowhere(host: Address, sender: str) -> bool:
    """Loopback (unless the capture is of it), unspecified or multicast."""
    if host.is_loopback:
        own = _literal(sender)
        return own is None or not own.is_loopback
    return host.is_unspecified or host.is_multicast


def _shares(a: Address, b: Address, bits: int) -> bool:
    """The first bits are equal."""
    return a.version == b.version and int(a) >> (a.max_prefixlen - bits) == int(b) >> (b.max_prefixlen - bits)
