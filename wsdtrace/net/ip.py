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

from wsdtrace.dataclass import dataclass
from wsdtrace.net.columns import Bytes, gather
from wsdtrace.net.link import Located, versions
from wsdtrace.records import I64

_IPV4_HEADER: Final = 20
_IPV6_HEADER: Final = 40
_MORE_OR_OFFSET: Final = 0x3FFF
"""IPv4: the bit More Fragments, or an offset that is not 0."""
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
    if not len(found.row):
        none = np.empty(0, dtype=np.int64)
        return Parsed(_read_ipv4(buffer, found)[0], found, none)
    version = versions(buffer, found)
    four, six = version == 4, version == 6
    if four.all():
        plain, slow, damaged = _read_ipv4(buffer, found)
        return Parsed(plain, found.pick(slow), found.row[damaged])
    at4, at6 = np.flatnonzero(four), np.flatnonzero(six)
    plain4, slow4, damaged4 = _read_ipv4(buffer, found.pick(at4))
    plain6, slow6, damaged6 = _read_ipv6(buffer, found.pick(at6))
    other = np.flatnonzero(~(four | six))
    damaged = np.sort(np.concatenate([at4[damaged4], at6[damaged6], other]))
    slow = np.sort(np.concatenate([at4[slow4], at6[slow6]]))
    return Parsed(join_packets([plain4, plain6]), found.pick(slow), found.row[damaged])


def _read_ipv4(buffer: Bytes, found: Located) -> tuple[Packets, I64, I64]:
    """Rows of whole packets; indices of slow ones; indices of damaged ones (RFC 791 §3.1)."""
    whole = found.have >= _IPV4_HEADER
    at = np.flatnonzero(whole)
    header = gather(buffer, found.start[at], _IPV4_HEADER)
    octets = header.view(np.uint8).reshape(-1, _IPV4_HEADER)
    words = header.view(">u2").reshape(-1, _IPV4_HEADER // 2)
    have, wire = found.have[at], found.wire[at]
    size = (octets[:, 0] & 15).astype(np.int64) * 4
    total = words[:, 1].astype(np.int64)
    total = np.where(total == 0, wire, total)
    protocol = octets[:, 9]
    sane = (size >= _IPV4_HEADER) & (size <= total)
    fragment = sane & ((words[:, 3] & _MORE_OR_OFFSET) != 0)
    wanted = sane & ~fragment & (size <= have) & ((protocol == _TCP) | (protocol == _UDP))
    damaged = ~whole
    damaged[at[~sane]] = True
    kept = np.flatnonzero(wanted)
    if len(kept) < len(at):
        header, size, total, have, protocol = header[kept], size[kept], total[kept], have[kept], protocol[kept]
    addresses = header.view(">u4").reshape(-1, _IPV4_HEADER // 4)
    into, length = at[kept], total - size
    zero = np.zeros(len(kept), dtype=np.uint64)
    packets = Packets(
        row=found.row[into],
        version=np.full(len(kept), 4, dtype=np.int64),
        protocol=protocol.astype(np.int64),
        source_high=zero,
        source_low=addresses[:, 3].astype(np.uint64),
        destination_high=zero,
        destination_low=addresses[:, 4].astype(np.uint64),
        start=found.start[into] + size,
        have=np.minimum(have - size, length),
        length=length,
    )
    return packets, at[fragment], np.flatnonzero(damaged)


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
