"""Names into hosts."""

import ipaddress

import pytest

from wsdtrace.errors import BadScenario
from wsdtrace.scenario.hosts import ROOM, Faces, Host, HostKind, Hosts


def test_a_name_is_always_the_same_host() -> None:
    hosts = Hosts()
    assert hosts.get(HostKind.CLIENT, "B", 1) is hosts.get(HostKind.CLIENT, "B", 2)
    assert hosts.get(HostKind.CLIENT, "B", 1) is not hosts.get(HostKind.DEVICE, "B", 1)


def everybody() -> list[Host]:
    """As many hosts as there may be."""
    hosts = Hosts()
    return [hosts.get(kind, str(number), 1) for kind in HostKind for number in range(ROOM[kind])]


def test_all_hosts_have_addresses_of_their_own_from_the_blocks_for_documentation() -> None:
    blocks = [ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("2001:db8::/32")]
    for block, ipv6 in zip(blocks, (False, True), strict=True):
        addresses = [host.address(ipv6=ipv6) for host in everybody()]
        assert len(set(addresses)) == len(addresses)
        assert all(ipaddress.ip_address(address) in block for address in addresses)


def test_one_host_too_many_is_refused_with_its_line() -> None:
    hosts = Hosts()
    for number in range(ROOM[HostKind.PROXY]):
        hosts.get(HostKind.PROXY, str(number), 1)
    with pytest.raises(BadScenario, match="line 9, column 1: expected at most 50 hosts"):
        hosts.get(HostKind.PROXY, "one more", 9)


def test_ids_and_ports_are_never_given_twice() -> None:
    ids = [host.message_id() for host in everybody() for _ in range(3)]
    assert len(set(ids)) == len(ids)
    host = Host(HostKind.CLIENT, 0)
    assert [host.port(), host.port()] == [50_000, 50_001]
    assert len({host.endpoint for host in everybody()}) == len(everybody())


def test_urls_name_the_faces_of_an_exchange() -> None:
    faces = Faces("192.0.2.10", "2001:db8::64")
    assert faces.service_url == "http://[2001:db8::64]:5357/scan"
    assert faces.sink_url == "http://192.0.2.10:5358/sink"
    assert faces.device_url(Host(HostKind.DEVICE, 0)).startswith("http://[2001:db8::64]:5357/00000064-")
