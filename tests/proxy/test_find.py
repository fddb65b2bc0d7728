"""What answers is listed once, asked for its metadata, and described; against the virtual scanner."""

import asyncio
from ipaddress import ip_network
from typing import cast

import pytest

from wsdtrace.errors import UsageError
from wsdtrace.proxy.find import Found, Search, ask, describe, search
from wsdtrace.proxy.interfaces import Interface
from wsdtrace.proxy.multicast import Channel
from wsdtrace.proxy.speech import Service, hello, probe, resolve, services_in
from wsdtrace.records import Endpoint
from wsdtrace.scanner.server import VirtualScanner
from wsdtrace.scanner.thread import ScannerThread
from wsdtrace.soap import AppSequence

SEQUENCE = AppSequence(instance_id=1, message_number=1)


class Told:
    """A channel that remembers what it sent."""

    interface = Interface("eth0", 2, ("192.0.2.1",), (ip_network("192.0.2.0/24"),), True)

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, data: bytes, to: Endpoint | None = None) -> None:
        self.sent.append(data)


def test_each_service_is_found_once_and_resolved_where_it_gives_no_address() -> None:
    looking, channel = Search(), Told()
    bare, full = Service("urn:uuid:1"), Service("urn:uuid:1", xaddrs=("http://192.0.2.20:5357/x",))
    for service in (bare, bare, full, full, Service("urn:uuid:2", xaddrs=("http://192.0.2.21/",))):
        looking.heard(cast("Channel", channel), hello(service, SEQUENCE), Endpoint("192.0.2.20", 3702))
    assert [found.url for found in looking.found.values()] == ["http://192.0.2.20:5357/x", "http://192.0.2.21/"]
    assert len(channel.sent) == 1
    assert b"urn:uuid:1" in channel.sent[0]
    assert resolve("urn:uuid:1")[:100] == channel.sent[0][:100]


def test_the_address_that_fits_the_sender_is_used() -> None:
    service = Service("urn:uuid:1", xaddrs=("urn:x", "http://198.51.100.1/", "http://192.0.2.20/b"))
    assert Found(service, "192.0.2.20", "eth0").url == "http://192.0.2.20/b"
    assert Found(service, "192.0.2.99", "eth0").url == "http://198.51.100.1/"
    assert Found(Service("urn:uuid:1"), "192.0.2.99", "eth0").url is None


def test_a_scanner_says_what_it_is_and_what_it_can_do() -> None:
    with ScannerThread(VirtualScanner()) as scanner:
        url = scanner.scanner.addresses.device
        found = Found(Service("urn:uuid:1", xaddrs=(url,)), "127.0.0.1", "lo")
        services = services_in(asyncio.run(ask(url, probe())))
        assert len(services) == 1
        assert services[0].is_scanner
        found.service = services[0]
        asyncio.run(describe(found, capabilities=True))
    assert found.problem is None
    assert found.name
    assert found.scan_url
    assert found.is_scanner
    assert found.configuration is not None
    assert found.configuration.platen is not None


def test_why_a_service_says_no_more_is_told() -> None:
    silent = Found(Service("urn:uuid:1"), "192.0.2.1", "lo")
    asyncio.run(describe(silent))
    assert silent.problem == "it says no address"
    gone = Found(Service("urn:uuid:1", xaddrs=("http://127.0.0.1:9/",)), "127.0.0.1", "lo")
    asyncio.run(describe(gone))
    assert gone.problem is not None
    assert gone.problem.startswith("it cannot be asked")
    assert asyncio.run(ask("https://127.0.0.1/", b"")) is None


def test_without_an_interface_there_is_no_search() -> None:
    with pytest.raises(UsageError, match="no interface"):
        asyncio.run(search(where=[], seconds=0.1))
