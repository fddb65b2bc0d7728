"""Frames → where their IP packets start, for the link types that carry IP.

Ethernet with VLAN tags (802.1Q, 802.1ad, any number) and PPPoE, Linux cooked v1 and v2, BSD loopback, raw IP, NFLOG.
802.3 frames with LLC/SNAP and everything else hold no IP packet for us.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from wsdtrace.dataclass import dataclass
from wsdtrace.net.columns import Bytes, gather, gather_u16
from wsdtrace.records import I64, U16, FrameBatch

# https://www.tcpdump.org/linktypes.html
_NULL, _ETHERNET, _RAW, _LOOP, _SLL, _IPV4, _IPV6, _SLL2 = 0, 1, 101, 108, 113, 228, 229, 276

# link type → (bytes before the network header, where the 16-bit protocol is; None: the packet tells its version)
_NFLOG: Final = 239
_NFLOG_HEADER: Final = 4
_NFLOG_PAYLOAD: Final = 9
MAX_NFLOG_FIELDS: Final = 64
"""Fields of one NFLOG frame that are walked to its packet; the kernel knows 22. A frame with more holds no packet."""

_SHAPES: Final[dict[int, tuple[int, int | None]]] = {
    _ETHERNET: (14, 12),
    _SLL: (16, 14),
    _SLL2: (20, 0),
    _NULL: (4, None),  # a 32-bit address family in either byte order, whose value differs between systems
    _LOOP: (4, None),
    _RAW: (0, None),
    _IPV4: (0, None),
    _IPV6: (0, None),
}

LINK_TYPES: Final = frozenset({*_SHAPES, _NFLOG})
"""Link types in whose frames packets are looked for."""

_ETHERTYPE_IPV4: Final = 0x0800
_ETHERTYPE_IPV6: Final = 0x86DD
_VLAN_TAGS: Final = (0x8100, 0x88A8, 0x9100, 0x9200)
_PPPOE_SESSION: Final = 0x8864
_PPP_IPV4, _PPP_IPV6 = 0x0021, 0x0057
MAX_VLAN_TAGS: Final = 8
"""Tags peeled off one frame; two are usual (802.1ad), the rest is hostile."""


@dataclass(slots=True)
class Located:
    """Frames that hold an IP packet; row i stands for frame `row[i]` of the batch."""

    row: I64
    start: I64
    """(n,) offset of the IP header in the buffer."""
    have: I64
    """(n,) bytes captured from there to the end of the frame."""
    wire: I64
    """(n,) bytes there were on the wire, link trailer included."""

    def pick(self, index: I64 | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Located:
        """Some of the rows."""
        return Located(self.row[index], self.start[index], self.have[index], self.wire[index])


def locate_ip(batch: FrameBatch) -> Located:
    """The IP packets of a batch, by link type; at least one byte of each is captured."""
    kinds = [int(batch.link_type[0])] if (batch.link_type == batch.link_type[0]).all() else _several(batch.link_type)
    pieces: list[Located] = []
    for kind in kinds:
        shape = _SHAPES.get(kind)
        if shape is None and kind != _NFLOG:
            continue
        row = np.arange(len(batch)) if len(kinds) == 1 else np.flatnonzero(batch.link_type == kind)
        if shape is None:
            pieces.append(_locate_nflog(batch, row))
            continue
        pieces.append(_locate(batch, row, *shape))
    if len(pieces) == 1:
        return pieces[0]
    if not pieces:
        none = np.empty(0, dtype=np.int64)
        return Located(none, none, none, none)
    row = np.concatenate([piece.row for piece in pieces])
    order = np.argsort(row, kind="stable")
    start, have, wire = (np.concatenate([getattr(p, name) for p in pieces]) for name in ("start", "have", "wire"))
    return Located(row, start, have, wire).pick(order)


def _several(link_type: U16) -> list[int]:
    kinds: list[int] = np.unique(link_type).tolist()
    return kinds


def _locate(batch: FrameBatch, row: I64, header: int, protocol_at: int | None) -> Located:
    begin, captured, wire = batch.offset, batch.captured_len, batch.wire_len
    if len(row) < len(batch):
        begin, captured, wire = begin[row], captured[row], wire[row]
    long_enough = captured > header
    if not long_enough.all():
        row, begin, captured, wire = row[long_enough], begin[long_enough], captured[long_enough], wire[long_enough]
    found = Located(row, begin + header, captured.astype(np.int64) - header, wire.astype(np.int64) - header)
    if protocol_at is None:
        return found
    return _by_protocol(batch.buffer, found, gather_u16(batch.buffer, begin + protocol_at))


def _locate_nflog(batch: FrameBatch, row: I64) -> Located:
    """Frames of the netfilter log: fields of length, type and value, one of which is the packet."""
    rows: list[tuple[int, int, int, int]] = []
    columns = (batch.offset[row], batch.captured_len[row], batch.wire_len[row])
    for at, start, captured, wire in zip(row.tolist(), *(c.tolist() for c in columns), strict=True):
        found = _nflog_payload(bytes(batch.buffer[start : start + min(captured, _NFLOG_WALKED)]))
        if found is not None and found[0] < captured:
            begin, length = found
            rows.append((at, start + begin, min(captured - begin, length), wire - begin))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Located(*(table[:, column].copy() for column in range(4)))


_NFLOG_WALKED: Final = 4096
"""Bytes of a frame in which its packet has to begin; the fields before it have some hundred."""


def _nflog_payload(data: bytes) -> tuple[int, int] | None:
    """Where the packet begins, and its length; None where there is none.

    Lengths and types are in the byte order of the host that logged, which nothing tells: types are below 256, and so
    say which of their two bytes is the higher one.
    """
    position = _NFLOG_HEADER
    for _ in range(MAX_NFLOG_FIELDS):
        if position + 4 > len(data):
            return None
        order: Literal["little", "big"] = "big" if data[position + 2] == 0 and data[position + 3] else "little"
        length = int.from_bytes(data[position : position + 2], order)
        if int.from_bytes(data[position + 2 : position + 4], order) == _NFLOG_PAYLOAD:
            return (position + 4, length - 4) if length > 4 else None
        if length < 4:
            return None
        position += (length + 3) & ~3
    return None


def _by_protocol(buffer: Bytes, found: Located, protocol: I64) -> Located:
    """Keep what carries IP, tags peeled off."""
    if (protocol == _ETHERTYPE_IPV4).all() or (protocol == _ETHERTYPE_IPV6).all():
        return found
    for _ in range(MAX_VLAN_TAGS):
        tagged = np.isin(protocol, _VLAN_TAGS) & (found.have > 4)
        if not tagged.any():
            break
        at = np.flatnonzero(tagged)
        protocol[at] = gather_u16(buffer, found.start[at] + 2)
        _advance(found, at, 4)
    session = np.flatnonzero((protocol == _PPPOE_SESSION) & (found.have > 8))
    if len(session):
        ppp = gather_u16(buffer, found.start[session] + 6)
        protocol[session] = np.where(ppp == _PPP_IPV4, _ETHERTYPE_IPV4, np.where(ppp == _PPP_IPV6, _ETHERTYPE_IPV6, 0))
        _advance(found, session, 8)
    is_ip = (protocol == _ETHERTYPE_IPV4) | (protocol == _ETHERTYPE_IPV6)
    return found if is_ip.all() else found.pick(is_ip)


def _advance(found: Located, at: I64, size: int) -> None:
    found.start[at] += size
    found.have[at] -= size
    found.wire[at] -= size


def versions(buffer: Bytes, found: Located) -> I64:
    """(n,) IP version of each packet, from its first four bits."""
    return gather(buffer, found.start, 1).view(np.uint8).astype(np.int64) >> 4
