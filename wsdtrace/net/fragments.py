"""The slow way through IP: extension headers, and fragments joined to whole packets, bounded.

Fragments wait under (addresses, identification, protocol) until every byte is there; the packet then counts as having
come with the fragment that completed it. First copy wins where fragments overlap (RFC 5722 would discard both; a
capture may hold a fragment twice, so we compare nothing).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from wsdtrace.dataclass import dataclass
from wsdtrace.net.columns import Bytes
from wsdtrace.net.ip import Packets
from wsdtrace.net.limits import NetLimits
from wsdtrace.net.link import Located
from wsdtrace.net.reassembly import Part, Waiting
from wsdtrace.net.tape import Where

_HOP_BY_HOP, _ROUTING, _FRAGMENT, _AH, _DESTINATION = 0, 43, 44, 51, 60
_OPTIONS_LIKE: Final = frozenset({_HOP_BY_HOP, _ROUTING, _DESTINATION, 135, 139, 140})
_TRANSPORTS: Final = frozenset({6, 17})
MAX_EXTENSIONS: Final = 16
"""Extension headers walked in one packet; more than a handful is hostile."""
MAX_PACKET: Final = 65_535
"""Bytes of a packet that fragments can make (RFC 791 §3.1)."""

_NOWHERE: Final = Where(0, 0, 0)
"""Of a fragment: the packet is said to have come with the last of them."""

_Key = tuple[int, int, int, int, int, int, int]
_Row = tuple[int, int, int, int, int, int, int, int, int, int]


@dataclass(slots=True)
class _Partial:
    """Fragments of one packet."""

    since_ns: int
    waiting: Waiting
    total: int | None = None
    """Bytes of the whole payload, once its last fragment came."""

    @property
    def whole(self) -> bool:
        """Every byte is there."""
        return self.total is not None and self.waiting.first == 0 and self.waiting.first_end >= self.total


@dataclass(slots=True)
class Slow:
    """What a batch's slow packets gave."""

    in_place: Packets
    """Payloads that lie in the window."""
    joined: Packets
    """Payloads that lie in `data`; `start` counts from 0 there."""
    data: bytes
    damaged: list[int]
    """Rows whose headers contradict themselves."""
    given_up: list[int]
    """Rows at which fragments were dropped at a bound."""


class Fragments:
    """Fragments that wait for the rest of their packets."""

    def __init__(self, limits: NetLimits) -> None:
        self._limits = limits
        self._partial: dict[_Key, _Partial] = {}
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes of fragments that wait."""
        return self._held

    def read(self, buffer: Bytes, slow: Located, now_ns: list[int]) -> Slow:
        """Walk the slow packets of a batch; `now_ns[i]` is the capture time at row i of `slow`."""
        in_place: list[_Row] = []
        joined: list[_Row] = []
        data = bytearray()
        damaged: list[int] = []
        given_up: list[int] = []
        columns = (slow.row.tolist(), slow.start.tolist(), slow.have.tolist(), slow.wire.tolist(), now_ns)
        for row, start, have, wire, now in zip(*columns, strict=True):
            packet = _header(bytes(buffer[start : start + min(have, MAX_PACKET)]), wire)
            if packet is None:
                damaged.append(row)
                continue
            if packet.protocol not in _TRANSPORTS:
                continue
            if packet.fragment is None:
                captured = min(have - packet.header, packet.length)
                in_place.append((row, *packet.addresses(), start + packet.header, max(captured, 0), packet.length))
                continue
            if have - packet.header < packet.length:
                continue  # cut by the snap length: its packet can never be whole
            payload = bytes(buffer[start + packet.header : start + packet.header + packet.length])
            whole = self._add(packet, payload, now)
            if self._make_room(now):
                given_up.append(row)
            if whole is not None:
                joined.append((row, *packet.addresses(), len(data), len(whole), len(whole)))
                data += whole
        return Slow(_columns(in_place), _columns(joined), bytes(data), damaged, given_up)

    def _add(self, packet: _Header, payload: bytes, now: int) -> bytes | None:
        """Keep a fragment; the whole payload when it was the last one that was missing."""
        assert packet.fragment is not None
        identification, offset, more = packet.fragment
        if offset + len(payload) > MAX_PACKET:
            return None
        key = (*packet.addresses(), identification)
        partial = self._partial.get(key)
        if partial is None or now - partial.since_ns > self._limits.fragment_ns:
            self._drop(key)
            partial = self._partial[key] = _Partial(now, Waiting(self._limits.piece_overhead))
        if not more:
            partial.total = offset + len(payload)
        if payload:
            before = partial.waiting.held
            partial.waiting.put(Part(offset, len(payload), payload, _NOWHERE))
            self._held += partial.waiting.held - before
        if not partial.waiting or not partial.whole:
            return None
        self._drop(key)
        data = b"".join(part.data for part in partial.waiting.take() if part.data is not None)
        return data[: partial.total]

    def _drop(self, key: _Key) -> None:
        partial = self._partial.pop(key, None)
        if partial is not None:
            self._held -= partial.waiting.held

    def _make_room(self, now: int) -> bool:
        """Forget the oldest packets while a bound is passed; True when one was not yet too old."""
        dropped = False
        while self._held > self._limits.fragment_bytes or len(self._partial) > self._limits.fragmented_packets:
            key = next(iter(self._partial))
            dropped |= now - self._partial[key].since_ns <= self._limits.fragment_ns
            self._drop(key)
        return dropped


@dataclass(slots=True)
class _Header:
    """IP header with its extensions: what follows it, and whether that is a fragment."""

    version: int
    source: int
    destination: int
    protocol: int
    header: int
    """Bytes before the payload."""
    length: int
    """Bytes of the payload of this packet."""
    fragment: tuple[int, int, bool] | None
    """(identification, offset in bytes, more follow)."""

    def addresses(self) -> tuple[int, int, int, int, int, int]:
        """Version, protocol, and the addresses in 64-bit halves."""
        low = (1 << 64) - 1
        return (
            self.version,
            self.protocol,
            self.source >> 64,
            self.source & low,
            self.destination >> 64,
            self.destination & low,
        )


def _header(packet: bytes, wire: int) -> _Header | None:
    """Read one packet; None when its headers are cut or contradict themselves.

    Args:
        packet: its captured bytes, at least one.
        wire: bytes it had on the wire, for headers that do not say their length.
    """
    if packet[0] >> 4 == 4:
        return _ipv4_header(packet, wire)
    return _ipv6_header(packet, wire)


def _ipv4_header(packet: bytes, wire: int) -> _Header | None:
    if len(packet) < 20:
        return None
    size = (packet[0] & 15) * 4
    total = int.from_bytes(packet[2:4]) or wire
    if size < 20 or size > min(total, len(packet)):
        return None
    bits = int.from_bytes(packet[6:8])
    more, offset = bool(bits & 0x2000), (bits & 0x1FFF) * 8
    return _Header(
        version=4,
        source=int.from_bytes(packet[12:16]),
        destination=int.from_bytes(packet[16:20]),
        protocol=packet[9],
        header=size,
        length=total - size,
        fragment=(int.from_bytes(packet[4:6]), offset, more) if more or offset else None,
    )


def _ipv6_header(packet: bytes, wire: int) -> _Header | None:
    if len(packet) < 40:
        return None
    following, position = packet[6], 40
    end = 40 + int.from_bytes(packet[4:6]) if any(packet[4:6]) else wire
    fragment: tuple[int, int, bool] | None = None
    for _ in range(MAX_EXTENSIONS):
        if following in _TRANSPORTS or (fragment is not None and fragment[1:] != (0, False)):
            break
        if len(packet) < position + 8:
            return None
        if following == _FRAGMENT:
            bits = int.from_bytes(packet[position + 2 : position + 4])
            fragment = (int.from_bytes(packet[position + 4 : position + 8]), bits & 0xFFF8, bool(bits & 1))
            following, position = packet[position], position + 8
        elif following in _OPTIONS_LIKE:
            following, position = packet[position], position + 8 + packet[position + 1] * 8
        elif following == _AH:
            following, position = packet[position], position + 8 + packet[position + 1] * 4
        else:
            break
    if position > end:
        return None
    if fragment is not None and fragment[1:] == (0, False):
        fragment = None  # an atomic fragment (RFC 6946) is whole
    source, destination = int.from_bytes(packet[8:24]), int.from_bytes(packet[24:40])
    return _Header(6, source, destination, following, position, end - position, fragment)


def _columns(rows: list[_Row]) -> Packets:
    """Rows of (row, version, protocol, four address halves, start, have, length) → columns."""
    names = list(zip(*rows, strict=True)) if rows else [()] * 10
    i64 = {i: np.array(names[i], dtype=np.int64) for i in (0, 1, 2, 7, 8, 9)}
    u64 = {i: np.array(names[i], dtype=np.uint64) for i in (3, 4, 5, 6)}
    return Packets(i64[0], i64[1], i64[2], u64[3], u64[4], u64[5], u64[6], i64[7], i64[8], i64[9])
