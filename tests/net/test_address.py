"""Addresses as two halves of 64 bits."""

import pytest

from wsdtrace.net.address import endpoint, version, words
from wsdtrace.records import Endpoint

CASES = [
    pytest.param(4, 0, 0xC0000201, 80, Endpoint("192.0.2.1", 80), id="ipv4"),
    pytest.param(6, 0xFE80 << 48, 1, 5357, Endpoint("fe80::1", 5357), id="ipv6 link-local"),
    pytest.param(6, 0, 1, 1, Endpoint("::1", 1), id="ipv6 loopback"),
    pytest.param(
        6, 0x20010DB8_00000001, 0x0002_0003_0004_0005, 9, Endpoint("2001:db8:0:1:2:3:4:5", 9), id="one zero group stays"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("ip_version", "high", "low", "port", "expected"), CASES)
def test_an_endpoint_and_its_words(ip_version: int, high: int, low: int, port: int, expected: Endpoint) -> None:
    assert endpoint(ip_version, high, low, port) == expected
    assert words(expected) == (high, low, port)
    assert version(expected) == ip_version
