"""Checksums, fragments and link addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsdtrace.capture.packets import UDP, Ip, checksum, ethernet_frame, mac, tcp_segment, udp_datagram
from wsdtrace.records import Endpoint

A, B = Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 2)


def rfc1071(data: bytes) -> int:
    """RFC 1071 §4.1, word by word."""
    total = sum(int.from_bytes(data[i : i + 2].ljust(2, b"\0")) for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@given(st.binary(max_size=200))
def test_the_checksum_is_that_of_rfc_1071(data: bytes) -> None:
    assert checksum(data) == rfc1071(data)


@pytest.mark.parametrize("data", [b"", b"\xff\xff", b"\xff\xfe\x00\x01", bytes(9)])
def test_the_checksum_of_sums_that_are_zero(data: bytes) -> None:
    assert checksum(data) == rfc1071(data)


@given(st.binary(max_size=50))
def test_a_whole_segment_sums_to_zero(data: bytes) -> None:
    segment = tcp_segment(A, B, data, seq=1, ack=2, flags=16)
    pseudo = bytes([192, 0, 2, 1, 192, 0, 2, 2, 0, 6]) + len(segment).to_bytes(2)
    assert rfc1071(pseudo + segment) == 0


@given(st.binary(max_size=3))
def test_a_udp_checksum_is_never_zero(data: bytes) -> None:
    assert udp_datagram(A, B, data)[6:8] != b"\0\0"


@pytest.mark.parametrize("ends", [("192.0.2.1", "192.0.2.2"), ("fe80::1", "fe80::2")])
@pytest.mark.parametrize("size", [0, 8, 1472, 1480, 1481, 5000])
def test_fragments_fit_the_link_and_hold_everything(ends: tuple[str, str], size: int) -> None:
    payload = bytes(i % 251 for i in range(size))
    packets = Ip(*ends, UDP, 9).fragments(payload, 1500)
    assert all(len(packet) <= 1500 for packet in packets)
    header = 20 if ends[0].startswith("192") else 40 + 8 * (len(packets) > 1)
    assert b"".join(packet[header:] for packet in packets) == payload


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("192.0.2.1", "02:00:c0:00:02:01", id="ipv4"),
        pytest.param("239.255.255.250", "01:00:5e:7f:ff:fa", id="ipv4 group"),
        pytest.param("255.255.255.255", "ff:ff:ff:ff:ff:ff", id="broadcast"),
        pytest.param("ff02::c", "33:33:00:00:00:0c", id="ipv6 group"),
    ],
)
def test_link_addresses(address: str, expected: str) -> None:
    assert mac(address).hex(":") == expected


def test_link_addresses_of_hosts_differ_and_are_ours() -> None:
    addresses = [mac(f"fe80::{i:x}") for i in range(1, 200)]
    assert len(set(addresses)) == len(addresses)
    assert {address[0] for address in addresses} == {0x02}


def test_a_short_frame_is_padded() -> None:
    assert len(ethernet_frame("192.0.2.1", "192.0.2.2", Ip("192.0.2.1", "192.0.2.2", UDP, 1).packet(b""))) == 60
