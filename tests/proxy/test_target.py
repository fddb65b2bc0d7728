"""The device is resolved once, before anything is relayed."""

import asyncio

from wsdtrace.proxy.routes import Server
from wsdtrace.proxy.target import resolve


def test_an_address_is_its_own_resolution() -> None:
    target = asyncio.run(resolve("http://127.0.0.1:5357/scan"))
    assert target.server == Server("http", "127.0.0.1", 5357)
    assert target.addresses == ("127.0.0.1",)
    assert target.hosts == {"127.0.0.1"}


def test_a_zone_is_kept_for_connecting_and_left_out_of_the_name() -> None:
    target = asyncio.run(resolve("http://[fe80::1%25lo]:80/x"))
    assert target.addresses[0].startswith("fe80::1%")
    assert target.hosts == {"fe80::1"}


def test_a_name_stands_beside_its_addresses() -> None:
    target = asyncio.run(resolve("http://localhost:1/"))
    assert "localhost" in target.hosts
    assert target.hosts & {"127.0.0.1", "::1"}
