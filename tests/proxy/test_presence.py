"""Who the proxy is, and where it listens; on loopback, with the virtual scanner as the device."""

from __future__ import annotations

import asyncio

import pytest

from wsdtrace.errors import UsageError
from wsdtrace.proxy import Proxy
from wsdtrace.proxy.find import ask
from wsdtrace.proxy.presence import MARK, Announce, Presence, places_of
from wsdtrace.proxy.speech import get, probe, services_in
from wsdtrace.proxy.target import resolve
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread
from wsdtrace.wsd.metadata import Metadata, ThisDevice


def test_what_is_named_is_an_interface_or_an_address() -> None:
    addresses, found = places_of(["lo", "192.0.2.1", "fe80::1%lo"])
    assert addresses[0] == "127.0.0.1"
    assert addresses[-2:] == ["192.0.2.1", "fe80::1%lo"]
    assert [interface.name for interface in found] == ["lo"]
    with pytest.raises(UsageError, match="no interface of this name"):
        places_of(["no-such-if"])


def test_nothing_is_announced_without_an_interface() -> None:
    async def main() -> Presence:
        presence = Presence(Announce.AUTO, [])
        async with Proxy("http://127.0.0.1:9/") as proxy:
            await presence.start(proxy, await resolve("http://127.0.0.1:9/"))
        await presence.stop()
        return presence

    assert asyncio.run(main()).mark == ""


def test_an_own_device_has_a_name_and_an_endpoint_of_its_own_in_both_directions() -> None:
    """On one network: metadata is the device's, but for the name, the endpoint and the addresses."""

    async def main(url: str, theirs: str) -> None:
        proxy = Proxy(url)
        async with proxy:
            presence = proxy.presence
            presence._theirs, presence._mine, presence.mark = theirs, "urn:uuid:own", MARK
            services = services_in(await ask(proxy.url, probe()))
            assert [service.endpoint for service in services] == ["urn:uuid:own"]
            assert all(f":{proxy.port}/" in xaddr for xaddr in services[0].xaddrs)
            value = await ask(proxy.url, get("urn:uuid:own"))
            assert isinstance(value, Metadata)
            told = [s.this_device for s in value.metadata_section if s.this_device is not None]
            assert isinstance(told[0], ThisDevice)
            assert str(told[0].friendly_name[0].value).endswith(MARK)
            hosts = [s.relationship.host for s in value.metadata_section if s.relationship is not None]
            assert hosts[0] is not None
            assert hosts[0].endpoint_reference is not None
            assert hosts[0].endpoint_reference.address == "urn:uuid:own"

    with ScannerThread(VirtualScanner()) as scanner:
        addresses = scanner.scanner.addresses
        asyncio.run(main(addresses.device, addresses.endpoint))


def test_names_are_exchanged_whatever_their_case() -> None:
    presence = Presence(Announce.OWN, [])
    assert presence.renamed("urn:uuid:1", to_device=True) is None
    presence._theirs, presence._mine = "urn:uuid:A", "urn:uuid:b"
    assert presence.renamed("URN:UUID:B", to_device=True) == "urn:uuid:A"
    assert presence.renamed("urn:uuid:a", to_device=False) == "urn:uuid:b"
    assert presence.renamed("urn:uuid:a", to_device=True) is None
