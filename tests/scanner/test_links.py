"""Which addresses are on a link of this machine."""

import sys

import pytest

from wsdtrace.scanner import links
from wsdtrace.scanner.links import is_on_link, networks_4, networks_6

ROUTE = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth1\t0000A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""
ZERO = "0" * 32
ROUTE_6 = f"""\
fd{"0" * 30} 40 {ZERO} 00 {ZERO} 00000100 0 0 1 eth0
{ZERO} 00 {ZERO} 00 fd{"0" * 29}1 00000400 0 0 3 eth0
ff{"0" * 30} 08 {ZERO} 00 {ZERO} 00000100 0 0 1 eth0
"""


def test_networks_are_the_routes_without_a_router() -> None:
    assert [str(n) for n in networks_4(ROUTE)] == ["192.0.2.0/24"]
    assert [str(n) for n in networks_6(ROUTE_6)] == ["fd00::/64"]


@pytest.mark.parametrize(
    ("address", "near"),
    [
        pytest.param("127.0.0.1", True, id="loopback"),
        pytest.param("fe80::1%eth0", True, id="link-local"),
        pytest.param("192.0.2.77", True, id="the same network"),
        pytest.param("fd00::77", True, id="the same IPv6 network"),
        pytest.param("198.51.100.1", False, id="another network"),
        pytest.param("10.1.1.1", False, id="another private network"),
        pytest.param("nonsense", False, id="no address"),
    ],
)
def test_who_is_near(monkeypatch: pytest.MonkeyPatch, address: str, near: bool) -> None:
    monkeypatch.setattr(links, "own_networks", lambda: networks_4(ROUTE) + networks_6(ROUTE_6))
    assert is_on_link(address) == near


def test_where_nobody_says_private_addresses_are_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "own_networks", lambda: None)
    assert is_on_link("10.1.1.1")
    assert not is_on_link("8.8.8.8")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc/net is Linux's")
def test_linux_says() -> None:
    assert links.own_networks() is not None
