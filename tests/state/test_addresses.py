"""URLs → sockets."""

from __future__ import annotations

import pytest

from wsdtrace.records import Endpoint
from wsdtrace.state.addresses import url_endpoint


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        pytest.param("http://192.0.2.9:5357/scan", Endpoint("192.0.2.9", 5357), id="IPv4 and port"),
        pytest.param("http://192.0.2.9/scan", Endpoint("192.0.2.9", 80), id="default port"),
        pytest.param("https://192.0.2.9", Endpoint("192.0.2.9", 443), id="https"),
        pytest.param("http://[fe80::1%25eth0]:5357/x", Endpoint("fe80::1", 5357), id="IPv6 with a zone"),
        pytest.param("http://[FE80:0::1]:1/", Endpoint("fe80::1", 1), id="IPv6 is compressed"),
        pytest.param("http://scanner.example:80/", None, id="a name"),
        pytest.param("urn:uuid:4509a320-00a0-008f-00b6-002507510eca", None, id="no URL"),
        pytest.param("http://[::1/", None, id="broken IPv6"),
        pytest.param("http://192.0.2.9:99999/", None, id="port out of range"),
        pytest.param("http://192.0.2.9:x/", None, id="port no number"),
        pytest.param("ftp://192.0.2.9/", None, id="another scheme"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_socket_is_read_from_ip_literals_only(url: str | None, socket: Endpoint | None) -> None:
    assert url_endpoint(url) == socket
