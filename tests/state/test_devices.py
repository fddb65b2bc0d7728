"""Devices are joined over evidence and nothing else; clients are told apart by address and User-Agent."""

from __future__ import annotations

from wsdtrace import scenario
from wsdtrace.records import Endpoint, Stamp
from wsdtrace.state.devices import ClientBook, DeviceBook
from wsdtrace.state.model import Device

HERE, THERE = Endpoint("192.0.2.1", 80), Endpoint("192.0.2.2", 80)
NOW = Stamp(1, 0)
UUID = "urn:uuid:4509a320-00a0-008f-00b6-002507510eca"


def book() -> tuple[DeviceBook, list[tuple[Device, Device]]]:
    merges: list[tuple[Device, Device]] = []
    return DeviceBook(lambda keep, gone: merges.append((keep, gone))), merges


def test_two_sockets_are_two_devices_until_something_joins_them() -> None:
    devices, _ = book()
    assert devices.serve(HERE, NOW) is not devices.serve(THERE, NOW)
    assert devices.serve(Endpoint(HERE.address, 81), NOW) is not devices.serve(HERE, NOW)


def test_an_endpoint_address_joins_two_sockets() -> None:
    devices, merges = book()
    first, second = devices.serve(HERE, NOW), devices.serve(THERE, NOW)
    devices.join_name(first, UUID)
    joined = devices.join_name(second, UUID)
    assert joined is first.root is second.root is devices.at(THERE)
    assert [(k.id, g.id) for k, g in merges] == [(1, 2)]
    assert joined.endpoint == UUID
    assert set(joined.sockets) == {HERE, THERE}


def test_a_merge_keeps_what_either_knew() -> None:
    devices, _ = book()
    first, second = devices.serve(HERE, NOW), devices.serve(THERE, NOW)
    second.model, second.roles["scanner"] = "M2040dn", None
    kept = devices.merge(second, first)
    assert (kept, kept.model, list(kept.roles)) == (first, "M2040dn", ["scanner"])


def test_merging_twice_is_merging_once() -> None:
    devices, merges = book()
    first, second = devices.serve(HERE, NOW), devices.serve(THERE, NOW)
    devices.merge(first, second)
    devices.merge(second, first)
    assert len(merges) == 1
    assert devices.number() == [first]


def test_a_socket_that_a_device_announces_is_its_own() -> None:
    devices, _ = book()
    named = devices.named(UUID, NOW)
    devices.join_socket(named, HERE)
    assert devices.serve(HERE, NOW) is named


def test_clients_are_told_apart_by_user_agent() -> None:
    clients = ClientBook()
    windows, other = (clients.at("192.0.2.7", NOW, agent) for agent in ("WSDAPI", "curl/8"))
    assert windows is not other
    assert clients.at("192.0.2.7", NOW, "WSDAPI") is windows


def test_a_client_without_user_agent_is_the_one_known_there() -> None:
    clients = ClientBook()
    probing = clients.at("192.0.2.7", NOW)
    assert clients.at("192.0.2.7", NOW, "WSDAPI") is probing
    assert probing.user_agent == "WSDAPI"
    assert clients.at("192.0.2.7", NOW) is probing
    assert clients.at("192.0.2.8", NOW) is not probing


def test_a_hello_and_its_xaddr_are_one_device() -> None:
    trace = scenario.check("Hello\nGetScannerElements -> ok")
    scanners = [d for d in trace.devices if "scanner" in d.roles]
    assert len(scanners) == 1
    assert scanners[0].endpoint is not None
    assert scanners[0].sockets
