"""Located packets → IP payloads as columns, IPv4 and IPv6 alike.

Theory of operation: plain IPv4 headers (with or without options) and IPv6 headers whose next header is TCP or UDP are
read by column. Fragments and extension headers go the slow way, packet by packet; what they yield joins the columns.

1. A payload ends where its IP header says, so a link trailer (Ethernet padding) is no data.
2. A total length of 0 is segmentation offload (the kernel fills it in later): then the frame's own length counts.
3. `have` may be less than `length`: the snap length, or a frame that is shorter than its header claims.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wsdtrace.dataclass import dataclass
from wsdtrace.net.columns import Bytes, gather, take
from wsdtrace.net.link import Located, versions
from wsdtrace.records import I64

_IPV4_HEADER: Final = 20
_IPV6_HEADER: Final = 40
_MORE_OR_OFFSET: Final = 0xFF3F
"""IPv4: the bit More Fragments, or an offset that is not 0, as a little-endian word."""
_TCP, _UDP = 6, 17
_EXTENSIONS: Final = (0, 43, 44, 51, 60, 135, 139, 140)
"""IPv6 extension headers (IANA): hop-by-hop, routing, fragment, AH, destination options, mobility, HIP, shim6."""

_IPV6_FIELDS: Final = np.dtype(
    [("version", ">u4"), ("payload", ">u2"), ("next", "u1"), ("hops", "u1"), ("source_high", ">u8"),
     ("source_low", ">u8"), ("destination_high", ">u8"), ("destination_low", ">u8")]
)  # fmt: skip

U64 = np.ndarray[tuple[int], np.dtype[np.uint64]]


@dataclass(slots=True)
class Packets:
    """IP payloads; n rows. An address is two 64-bit halves, an IPv4 address the lower one with a high half of 0."""

    row: I64
    """(n,) row of the frame in its batch."""
    version: I64
    protocol: I64
    source_high: U64
    source_low: U64
    destination_high: U64
    destination_low: U64
    start: I64
    """(n,) place of the payload (see `transport`)."""
    have: I64
    """(n,) bytes of it captured."""
    length: I64
    """(n,) bytes of it sent."""

    def __len__(self) -> int:
        return len(self.row)

    def pick(self, index: I64) -> Packets:
        """Some of the rows."""
        return Packets(*(getattr(self, f.name)[index] for f in fields(self)))


def join_packets(pieces: list[Packets]) -> Packets:
    """All rows, in frame order."""
    pieces = [piece for piece in pieces if len(piece)] or pieces[:1]
    if len(pieces) == 1:
        return pieces[0]
    joined = Packets(*(np.concatenate([getattr(piece, f.name) for piece in pieces]) for f in fields(Packets)))
    return joined.pick(np.argsort(joined.row, kind="stable"))


@dataclass(slots=True)
class Parsed:
    """What became of the packets of a batch."""

    plain: Packets
    slow: Located
    """Fragments and packets with extension headers."""
    damaged: I64
    """Rows of the batch whose IP header is cut or contradicts itself."""


def read_ip(buffer: Bytes, found: Located) -> Parsed:
    """IP headers of the located packets."""
    short = found.have < _IPV4_HEADER
    if not short.any():
        header = gather(buffer, found.start, _IPV4_HEADER)
        if (header.view(np.uint8).reshape(-1, _IPV4_HEADER)[:, 0] >> 4 == 4).all():
            return _read_ipv4(found, header)
    version = versions(buffer, found)
    at4, at6 = np.flatnonzero((version == 4) & ~short), np.flatnonzero(version == 6)
    four = found.pick(at4)
    read4 = _read_ipv4(four, gather(buffer, four.start, _IPV4_HEADER))
    plain6, slow6, damaged6 = _read_ipv6(buffer, found.pick(at6))
    other = np.flatnonzero((version != 6) & ((version != 4) | short))
    damaged = np.sort(np.concatenate([read4.damaged, found.row[at6[damaged6]], found.row[other]]))
    slow = np.sort(np.concatenate([np.searchsorted(found.row, read4.slow.row), at6[slow6]]))
    return Parsed(join_packets([read4.plain, plain6]), found.pick(slow), damaged)


def _read_ipv4(found: Located, header: NDArray[np.void]) -> Parsed:
    """Packets with their first 20 octets, of any version 4 header (RFC 791 §3.1)."""
    octets = header.view(np.uint8).reshape(-1, _IPV4_HEADER)
    words = header.view("<u2").reshape(-1, _IPV4_HEADER // 2)
    size = (octets[:, 0] & 15).astype(np.int64) * 4
    total = words[:, 1].byteswap().astype(np.int64)
    if not total.all():
        total = np.where(total == 0, found.wire, total)
    protocol = octets[:, 9]
    fragment = (words[:, 3] & _MORE_OR_OFFSET) != 0
    length, have = total - size, found.have - size
    wanted = (length >= 0) & (have >= 0) & (size >= _IPV4_HEADER) & ~fragment
    wanted &= (protocol == _TCP) | (protocol == _UDP)
    slow = damaged = np.empty(0, dtype=np.int64)
    if not wanted.all():
        sane = (size >= _IPV4_HEADER) & (length >= 0)
        slow, damaged = np.flatnonzero(sane & fragment), found.row[~sane]
    into = np.flatnonzero(wanted)
    addresses = take(header, into).view(">u4").reshape(-1, _IPV4_HEADER // 4)
    length = take(length, into)
    zero = np.zeros(len(into), dtype=np.uint64)
    packets = Packets(
        row=take(found.row, into),
        version=np.full(len(into), 4, dtype=np.int64),
        protocol=take(protocol, into).astype(np.int64),
        source_high=zero,
        source_low=addresses[:, 3].astype(np.uint64),
        destination_high=zero,
        destination_low=addresses[:, 4].astype(np.uint64),
        start=take(found.start + size, into),
        have=np.minimum(take(have, into), length),
        length=length,
    )
    return Parsed(packets, found.pick(slow), damaged)


def _read_ipv6(buffer: Bytes, found: Located) -> tuple[Packets, I64, I64]:
    """As `_read_ipv4` (RFC 8200 §3)."""
    whole = found.have >= _IPV6_HEADER
    at = np.flatnonzero(whole)
    header = gather(buffer, found.start[at], _IPV6_HEADER).view(_IPV6_FIELDS)
    following = header["next"].astype(np.int64)
    slow = at[np.isin(following, _EXTENSIONS)]
    wanted = (following == _TCP) | (following == _UDP)
    if not wanted.all():
        at, header, following = at[wanted], header[wanted], following[wanted]
    payload = header["payload"].astype(np.int64)
    # A payload length of 0 is segmentation offload, or a jumbogram, which has an extension header.
    length = np.where(payload == 0, found.wire[at] - _IPV6_HEADER, payload)
    packets = Packets(
        row=found.row[at],
        version=np.full(len(at), 6, dtype=np.int64),
        protocol=following,
        source_high=header["source_high"].astype(np.uint64),
        source_low=header["source_low"].astype(np.uint64),
        destination_high=header["destination_high"].astype(np.uint64),
        destination_low=header["destination_low"].astype(np.uint64),
        start=found.start[at] + _IPV6_HEADER,
        have=np.minimum(found.have[at] - _IPV6_HEADER, length),
        length=length,
    )
    return packets, slow, np.flatnonzero(~whole)
