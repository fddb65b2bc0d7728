"""IP payloads → TCP segments and UDP datagrams, as columns; and the arithmetic of sequence numbers.

Payload bytes are named by a *place*: an offset in the window, or `JOINED` plus an offset in the bytes that were put
together from fragments.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Final, TypeVar

import numpy as np

from wsdtrace.dataclass import dataclass
from wsdtrace.net.columns import Bytes, gather, take
from wsdtrace.net.ip import Packets
from wsdtrace.records import I64

SEQUENCE_SPACE: Final = 1 << 32
_HALF: Final = 1 << 31
_MASK: Final = SEQUENCE_SPACE - 1

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
CONTROL: Final = FIN | SYN | RST
"""Flags that change the state of a connection."""

TCP: Final = 6
UDP: Final = 17
_TCP_HEADER: Final = 20
_UDP_HEADER: Final = 8

JOINED: Final = 1 << 40
"""Places from here on lie in the bytes joined from fragments; no window is so large."""

_UDP_FIELDS: Final = np.dtype([("source", ">u2"), ("destination", ">u2"), ("length", ">u2"), ("checksum", ">u2")])

_Number = TypeVar("_Number", int, I64)


def seq_diff(a: _Number, b: _Number) -> _Number:
    """How far sequence number `a` lies behind `b`, modulo 2**32: in -2**31 … 2**31-1 (RFC 9293 §3.4)."""
    return ((a - b + _HALF) & _MASK) - _HALF


def seq_add(a: int, count: int) -> int:
    """The sequence number `count` bytes behind `a`."""
    return (a + count) & _MASK


@dataclass(slots=True)
class Segments:
    """TCP segments of a batch, in frame order; n rows."""

    row: I64
    """(n,) row of the frame in its batch."""
    packet: I64
    """(n,) row in the `Packets` it came in, for the addresses."""
    source: I64
    destination: I64
    seq: I64
    ack: I64
    flags: I64
    place: I64
    """(n,) where the payload is."""
    have: I64
    """(n,) bytes of payload captured."""
    length: I64
    """(n,) bytes of payload sent; more than `have` when the snap length cut the frame."""

    def __len__(self) -> int:
        return len(self.row)

    def pick(self, index: I64) -> Segments:
        """Some of the rows."""
        return Segments(*(getattr(self, f.name)[index] for f in fields(self)))


@dataclass(slots=True)
class Datagrams:
    """UDP datagrams of a batch, in frame order; n rows. Columns as in `Segments`."""

    row: I64
    packet: I64
    source: I64
    destination: I64
    place: I64
    have: I64
    length: I64

    def __len__(self) -> int:
        return len(self.row)


def read_tcp(buffer: Bytes, packets: Packets, index: I64, shift: int) -> tuple[Segments, I64]:
    """TCP headers of the packets `index`.

    Args:
        buffer: where `packets.start - shift` points.
        packets: of which all `index` are TCP.
        index: rows of `packets`.
        shift: 0 for the window, `JOINED` for joined bytes.

    Returns:
        the segments, and the rows of the batch whose header is damaged or cut.
    """
    start, have, length = take(packets.start, index), take(packets.have, index), take(packets.length, index)
    damaged = have < _TCP_HEADER
    at = np.flatnonzero(~damaged)
    header = gather(buffer, take(start, at) - shift, _TCP_HEADER)
    size = (header.view(np.uint8).reshape(-1, _TCP_HEADER)[:, 12] >> 4).astype(np.int64) * 4
    sane = (size >= _TCP_HEADER) & (size <= take(length, at))
    if not sane.all():
        damaged[at[~sane]] = True
        at, header, size = at[sane], header[sane], size[sane]
    start, have, length, packet = take(start, at), take(have, at), take(length, at), take(index, at)
    ports = header.view(">u2").reshape(-1, _TCP_HEADER // 2)
    numbers = header.view(">u4").reshape(-1, _TCP_HEADER // 4)
    segments = Segments(
        row=take(packets.row, packet),
        packet=packet,
        source=ports[:, 0].astype(np.int64),
        destination=ports[:, 1].astype(np.int64),
        seq=numbers[:, 1].astype(np.int64),
        ack=numbers[:, 2].astype(np.int64),
        flags=header.view(np.uint8).reshape(-1, _TCP_HEADER)[:, 13].astype(np.int64),
        place=start + size,
        have=np.maximum(have - size, 0),
        length=length - size,
    )
    return segments, packets.row[index[damaged]]


def read_udp(buffer: Bytes, packets: Packets, index: I64, shift: int) -> tuple[Datagrams, I64]:
    """UDP headers of the packets `index`; arguments and result as in `read_tcp`.

    A UDP length of 0 (segmentation offload) or one beyond the IP packet is replaced by what the packet holds.
    """
    start, have, length = packets.start[index], packets.have[index], packets.length[index]
    damaged = (have < _UDP_HEADER) | (length < _UDP_HEADER)
    kept = np.flatnonzero(~damaged)
    header = gather(buffer, start[kept] - shift, _UDP_HEADER).view(_UDP_FIELDS)
    announced = header["length"].astype(np.int64)
    length = length[kept]
    length = np.where((announced >= _UDP_HEADER) & (announced <= length), announced, length) - _UDP_HEADER
    index_kept = index[kept]
    datagrams = Datagrams(
        row=packets.row[index_kept],
        packet=index_kept,
        source=header["source"].astype(np.int64),
        destination=header["destination"].astype(np.int64),
        place=start[kept] + _UDP_HEADER,
        have=np.minimum(have[kept] - _UDP_HEADER, length),
        length=length,
    )
    return datagrams, packets.row[index[damaged]]


_Columns = TypeVar("_Columns", Segments, Datagrams)


def in_frame_order(first: _Columns, second: _Columns) -> _Columns:
    """Both, merged by frame."""
    if not len(second):
        return first
    order = np.argsort(np.concatenate([first.row, second.row]), kind="stable")
    columns = (np.concatenate([getattr(first, f.name), getattr(second, f.name)])[order] for f in fields(first))
    return type(first)(*columns)
