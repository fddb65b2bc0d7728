"""Endpoints and payloads → frames with IPv4 or IPv6, TCP or UDP, and correct checksums."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from struct import Struct
from typing import Final
from zlib import crc32

import numpy as np

from wsdtrace.dataclass import dataclass
from wsdtrace.records import Endpoint

TCP: Final = 6
UDP: Final = 17
_FRAGMENT: Final = 44
_TTL: Final = 64
_MULTICAST_TTL: Final = 1
"""SOAP-over-UDP appendix I: multicast messages stay on the link."""
_IPV4: Final = Struct(">BBHHHBBH4s4s")
_IPV6: Final = Struct(">IHBB16s16s")
_TCP: Final = Struct(">HHIIBBHHH")
_UDP: Final = Struct(">HHHH")
_WINDOW: Final = 0xFFFF
_VECTORS_FROM: Final = 2048
"""Bytes from which NumPy is faster than Python's integers."""
_DONT_FRAGMENT, _MORE_FRAGMENTS = 0x4000, 0x2000


@lru_cache(maxsize=4096)
def packed(address: str) -> bytes:
    """The 4 or 16 bytes of an IP address."""
    return ip_address(address).packed


def checksum(data: bytes) -> int:
    """Internet checksum (RFC 1071): the complement of the one's complement sum of the 16-bit words.

    That sum is the number that the words spell, modulo 2**16 - 1, with 0 only for nothing but zeros.
    """
    if len(data) >= _VECTORS_FROM:
        return _checksum_of_many(data)
    number = int.from_bytes(data + b"\0" if len(data) & 1 else data)
    return ~((number % 0xFFFF) or (0xFFFF if number else 0)) & 0xFFFF


def _checksum_of_many(data: bytes) -> int:
    """The same for large data, ten times faster: a sum of 32-bit words is equal modulo 2**16 - 1, and the sum of words
    in the other byte order is the sum in the other byte order (RFC 1071 §2).
    """
    whole = len(data) & ~3
    number = int(np.frombuffer(data, "<u4", whole >> 2).sum(dtype=np.uint64)) + int.from_bytes(data[whole:], "little")
    folded = (number % 0xFFFF) or (0xFFFF if number else 0)
    return ~((folded & 0xFF) << 8 | folded >> 8) & 0xFFFF


def _transport_checksum(source: bytes, destination: bytes, protocol: int, segment: bytes) -> int:
    """Over the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1) and the segment, whose checksum field is 0."""
    return checksum(source + destination + Struct(">II").pack(len(segment), protocol) + segment)


def tcp_segment(
    source: Endpoint,
    destination: Endpoint,
    data: bytes,
    *,
    seq: int,
    ack: int,
    flags: int,
    options: bytes = b"",
    window: int = _WINDOW,
) -> bytes:
    """A TCP segment (RFC 9293 §3.1); `options` are padded to 4 bytes, `window` stands as it is in the header."""
    size = 20 + len(options)
    head = _TCP.pack(source.port, destination.port, seq, ack, size << 2, flags, window, 0, 0)
    segment = head + options + data
    total = _transport_checksum(packed(source.address), packed(destination.address), TCP, segment)
    return segment[:16] + total.to_bytes(2) + segment[18:]


def udp_datagram(source: Endpoint, destination: Endpoint, data: bytes, cut: int = 0) -> bytes:
    """A UDP datagram (RFC 768), of whose data so many bytes more were `cut` off."""
    datagram = _UDP.pack(source.port, destination.port, 8 + len(data) + cut, 0) + data
    total = _transport_checksum(packed(source.address), packed(destination.address), UDP, datagram)
    return datagram[:6] + (total or 0xFFFF).to_bytes(2) + datagram[8:]


@dataclass(frozen=True, slots=True)
class Ip:
    """What the IP header of a packet says; source and destination are of one version."""

    source: str
    destination: str
    protocol: int
    identification: int

    def packet(self, payload: bytes, cut: int = 0) -> bytes:
        """One whole packet, of whose payload so many bytes more were `cut` off; IPv4 with Don't Fragment."""
        if self._is_v4:
            return self._ipv4(_DONT_FRAGMENT, payload, cut)
        return self._ipv6(self.protocol, payload, cut)

    def fragments(self, payload: bytes, mtu: int) -> list[bytes]:
        """The packets of a payload on a link of `mtu` bytes: one, or its fragments in order."""
        if len(payload) + (20 if self._is_v4 else 40) <= mtu:
            return [self.packet(payload)]
        room = (mtu - (20 if self._is_v4 else 48)) & ~7
        return [
            self._fragment(start, start + room < len(payload), payload[start : start + room])
            for start in range(0, len(payload), room)
        ]

    @property
    def _is_v4(self) -> bool:
        return len(packed(self.source)) == 4

    @property
    def _hops(self) -> int:
        return _MULTICAST_TTL if ip_address(self.destination).is_multicast else _TTL

    def _fragment(self, start: int, more: bool, piece: bytes) -> bytes:
        if self._is_v4:
            return self._ipv4((_MORE_FRAGMENTS if more else 0) | start >> 3, piece)
        header = Struct(">BBHI").pack(self.protocol, 0, start | more, self.identification)
        return self._ipv6(_FRAGMENT, header + piece)

    def _ipv4(self, bits: int, payload: bytes, cut: int = 0) -> bytes:
        values = (0x45, 0, 20 + len(payload) + cut, self.identification & 0xFFFF, bits, self._hops, self.protocol)
        ends = packed(self.source), packed(self.destination)
        total = checksum(_IPV4.pack(*values, 0, *ends))
        return _IPV4.pack(*values, total, *ends) + payload

    def _ipv6(self, following: int, payload: bytes, cut: int = 0) -> bytes:
        ends = packed(self.source), packed(self.destination)
        return _IPV6.pack(6 << 28, len(payload) + cut, following, self._hops, *ends) + payload


def ethernet_frame(source: str, destination: str, packet: bytes) -> bytes:
    """An Ethernet frame around an IP packet, with addresses made from the IP addresses, padded to 60 bytes."""
    kind = b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"
    return (mac(destination) + mac(source) + kind + packet).ljust(60, b"\0")


@lru_cache(maxsize=4096)
def mac(address: str) -> bytes:
    """A locally administered MAC address that stands for an IP address, or the group address of a multicast one."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        if ip.is_multicast:  # RFC 1112 §6.4
            return b"\x01\x00\x5e" + (int(ip) & 0x7FFFFF).to_bytes(3)
        return b"\xff" * 6 if ip.packed == b"\xff" * 4 else b"\x02\x00" + ip.packed
    assert isinstance(ip, IPv6Address)
    if ip.is_multicast:  # RFC 2464 §7
        return b"\x33\x33" + ip.packed[12:]
    return b"\x02\x06" + crc32(ip.packed).to_bytes(4)
