"""Interfaces of this machine, as the kernel tells them; loopback is everywhere."""

from wsdtrace.proxy.interfaces import interface_of, interfaces


def test_loopback_is_there_with_its_network() -> None:
    lo = interface_of("lo")
    assert lo is not None
    assert lo.ipv4 == "127.0.0.1"
    assert lo.is_on_link("127.1.2.3")
    assert not lo.is_on_link("192.0.2.1")
    assert not lo.is_on_link("printer")
    assert "lo" in [each.name for each in interfaces()]
    assert lo.ipv6 in (None, "::1")


def test_an_interface_that_is_not_there_is_none() -> None:
    assert interface_of("no-such-if") is None
