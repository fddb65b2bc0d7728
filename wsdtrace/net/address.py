"""Addresses as two 64-bit halves ↔ `Endpoint`."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from wsdtrace.records import Endpoint

_REMEMBERED: Final = 4096
"""Endpoints made before that are not made again."""
_LOW: Final = (1 << 64) - 1


@lru_cache(maxsize=_REMEMBERED)
def endpoint(version: int, high: int, low: int, port: int) -> Endpoint:
    """The endpoint with this address (IPv4: `high` is 0) and port."""
    return Endpoint(_address(version, high, low), port)


@lru_cache(maxsize=_REMEMBERED)
def _address(version: int, high: int, low: int) -> str:
    """An address as text: a client has one for all of its ports."""
    return str(IPv4Address(low)) if version == 4 else IPv6Address(high << 64 | low).compressed


def words(of: Endpoint) -> tuple[int, int, int]:
    """Address halves and port of an endpoint."""
    if ":" not in of.address:
        return 0, int(IPv4Address(of.address)), of.port
    number = int(IPv6Address(of.address))
    return number >> 64, number & _LOW, of.port


def version(of: Endpoint) -> int:
    """4 or 6."""
    return 6 if ":" in of.address else 4
