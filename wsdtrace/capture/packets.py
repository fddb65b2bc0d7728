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

Buffer = bytes | memoryview

SMALLEST_FRAME: Final = 60
"""Bytes of the smallest Ethernet frame without its check sequence (IEEE 802.3 §4.4.2)."""
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
_PSEUDO: Final = Struct(">II")
_WINDOW: Final = 0xFFFF
_VECTORS_FROM: Final = 2048
"""Bytes from which NumPy is faster than Python's integers."""
_DONT_FRAGMENT, _MORE_FRAGMENTS = 0x4000, 0x2000


@lru_cache(maxsize=4096)
def packed(address: str) -> bytes:
    """The 4 or 16 bytes of an IP address."""
    return ip_address(address).packed


def checksum(*pieces: Buffer) -> int:
    """Internet checksum (RFC 1071): the complement of the one's complement sum of the 16-bit words.

    That sum is the number that the words spell, modulo 2**16 - 1, with 0 only for nothing but zeros.

    Args:
        pieces: of the data; only the last may be large, and all before that have an even length then.
    """
    number = 0
    if len(pieces[-1]) >= _VECTORS_FROM:
        number = _sum_of_many(pieces[-1])
        pieces = pieces[:-1]
    small = b"".join(pieces)
    number += int.from_bytes(small) << (8 if len(small) & 1 else 0)
    return ~((number % 0xFFFF) or (0xFFFF if number else 0)) & 0xFFFF


def _sum_of_many(data: Buffer) -> int:
    """The sum for large data, ten times faster: a sum of 32-bit words is equal modulo 2**16 - 1, and the sum of words
    in the other byte order is the sum in the other byte order (RFC 1071 §2).
    """
    whole = len(data) & ~3
    number = int(np.frombuffer(data, "<u4", whole >> 2).sum(dtype=np.uint64)) + int.from_bytes(data[whole:], "little")
    folded = (number % 0xFFFF) or (0xFFFF if number else 0)
    return (folded & 0xFF) << 8 | folded >> 8


def _transport_checksum(source: bytes, destination: bytes, protocol: int, header: bytes, data: Buffer) -> int:
    """Over the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1), the header, whose checksum field is 0, and its data."""
    return checksum(source, destination, _PSEUDO.pack(len(header) + len(data), protocol), header, data)


def tcp_header(
    source: Endpoint,
    destination: Endpoint,
    data: Buffer,
    *,
    seq: int,
    ack: int,
    flags: int,
    options: bytes = b"",
    window: int = _WINDOW,
) -> bytes:
    """The header of a TCP segment (RFC 9293 §3.1) with these data; `options` are padded to 4 bytes, `window` stands as
    it is in the header."""
    values = (source.port, destination.port, seq, ack, (20 + len(options)) << 2, flags, window)
    plain = _TCP.pack(*values, 0, 0) + options
    total = _transport_checksum(packed(source.address), packed(destination.address), TCP, plain, data)
    return _TCP.pack(*values, total, 0) + options


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
    """A whole TCP segment."""
    header = tcp_header(source, destination, data, seq=seq, ack=ack, flags=flags, options=options, window=window)
    return header + data


def udp_datagram(source: Endpoint, destination: Endpoint, data: bytes, cut: int = 0) -> bytes:
    """A UDP datagram (RFC 768), of whose data so many bytes more were `cut` off."""
    values = (source.port, destination.port, 8 + len(data) + cut)
    total = _transport_checksum(packed(source.address), packed(destination.address), UDP, _UDP.pack(*values, 0), data)
    return _UDP.pack(*values, total or 0xFFFF) + data


@dataclass(frozen=True, slots=True)
class Ip:
    """What the IP header of a packet says; source and destination are of one version."""

    source: str
    destination: str
    protocol: int
    identification: int

    def packet(self, payload: bytes, cut: int = 0) -> bytes:
        """One whole packet, of whose payload so many bytes more were `cut` off; IPv4 with Don't Fragment."""
        return self.header(len(payload) + cut) + payload

    def header(self, length: int) -> bytes:
        """What stands before a payload of this length in a packet of its own."""
        return self._ipv4(_DONT_FRAGMENT, length) if self._is_v4 else self._ipv6(self.protocol, length)

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

    def _fragment(self, start: int, more: bool, piece: bytes) -> bytes:
        if self._is_v4:
            return self._ipv4((_MORE_FRAGMENTS if more else 0) | start >> 3, len(piece)) + piece
        header = Struct(">BBHI").pack(self.protocol, 0, start | more, self.identification)
        return self._ipv6(_FRAGMENT, len(header) + len(piece)) + header + piece

    def _ipv4(self, bits: int, length: int) -> bytes:
        hops, ends = _hops(self.destination), (packed(self.source), packed(self.destination))
        values = (0x45, 0, 20 + length, self.identification & 0xFFFF, bits, hops, self.protocol)
        total = checksum(_IPV4.pack(*values, 0, *ends))
        return _IPV4.pack(*values, total, *ends)

    def _ipv6(self, following: int, length: int) -> bytes:
        ends = packed(self.source), packed(self.destination)
        return _IPV6.pack(6 << 28, length, following, _hops(self.destination), *ends)


@lru_cache(maxsize=4096)
def _hops(destination: str) -> int:
    return _MULTICAST_TTL if ip_address(destination).is_multicast else _TTL


def ethernet_frame(source: str, destination: str, packet: bytes) -> bytes:
    """An Ethernet frame around an IP packet, with addresses made from the IP addresses, padded to 60 bytes."""
    return (ethernet_header(source, destination) + packet).ljust(SMALLEST_FRAME, b"\0")


@lru_cache(maxsize=4096)
def ethernet_header(source: str, destination: str) -> bytes:
    """What stands before a packet between two addresses."""
    kind = b"\x08\x00" if len(packed(source)) == 4 else b"\x86\xdd"
    return mac(destination) + mac(source) + kind


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
