"""Frames of link types that ours does not know → frames of raw IP, made from what tshark says is in them.

Theory of operation: tshark finds the IP packet of a frame, whatever is around it (802.11, PPP, Bluetooth, a tunnel),
and tells the fields of its TCP or UDP header, and the payload. From these a packet is made again, which takes the place
of the frame: same number, same time, same place in the file, link type RAW. So everything behind goes on as for any
other capture: our own reassembly sees the segments, the holes, what came twice and what the snap length cut.

1. The packet that counts is the innermost one; what an ICMP error quotes is none.
2. Packets that tshark joined from fragments stand in the frame that completed them.
3. A frame in which tshark finds no TCP or UDP stays as it is, and is passed over like an ARP frame on Ethernet.
4. Several packets of one frame (802.11 aggregates) that go on from each other become one; of others the last counts.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from wsdtrace.capture.anomalies import CaptureAnomaly
from wsdtrace.capture.linktypes import RAW
from wsdtrace.capture.packets import TCP, UDP, Ip, tcp_segment, udp_datagram
from wsdtrace.capture.tshark import Tshark, endpoint_of
from wsdtrace.records import I64, Anomaly, Endpoint, FrameBatch

FIELDS: Final = (
    "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
    "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.options",
    "tcp.len", "tcp.payload", "udp.srcport", "udp.dstport", "udp.length", "udp.payload",
)  # fmt: skip
_SETTINGS: Final = ("-o", "tcp.desegment_tcp_streams:FALSE")
_FLAGS: Final = 0x1FF
"""Nine flags (RFC 9293 §3.1, RFC 3540); of what the header has beside them nothing is kept."""


class Foreign:
    """Reads the frames of one capture that only tshark can read.

    Args:
        tshark: a run that is asked for `FIELDS`.
        known: link types that are left as they are.
    """

    def __init__(self, tshark: Tshark, known: Collection[int]) -> None:
        self.tshark = tshark
        self.read: set[int] = set()
        """Link types in whose frames packets were found."""
        self.several = 0
        """Frames with packets of which only the last was taken."""
        self._known = known

    def readable(self, batch: FrameBatch) -> FrameBatch:
        """The frames of a window, with packets for those in which tshark finds some."""
        rows = foreign_rows(batch, self._known)
        if not len(rows):
            return batch
        made = bytearray()
        columns = {name: getattr(batch, name).copy() for name in ("offset", "captured_len", "wire_len", "link_type")}
        for at, fields in self.tshark.ask(_only(batch, rows)):
            found = packets_of(fields)
            if not found:
                continue
            self.several += len(found) > 1
            data, wire_len = found[-1]
            row = int(rows[at])
            self.read.add(int(batch.link_type[row]))
            values = (len(batch.buffer) + len(made), len(data), wire_len, RAW)
            for column, value in zip(columns.values(), values, strict=True):
                column[row] = value
            made += data
        if not made:
            return batch
        return replace(batch, buffer=memoryview(bytes(batch.buffer) + made), **columns)

    def closing(self) -> list[Anomaly]:
        """What is to be told when the capture has ended."""
        told = []
        if self.tshark.failure is not None:
            told.append(Anomaly(CaptureAnomaly.DECRYPTION, self.tshark.failure))
        if self.several:
            detail = f"{self.several} frames hold several packets, of which the last was read"
            told.append(Anomaly(CaptureAnomaly.LIMIT_REACHED, detail))
        return told


def foreign_rows(batch: FrameBatch, known: Collection[int]) -> I64:
    """Rows of the frames whose link type is none of these."""
    return np.flatnonzero(~np.isin(batch.link_type, list(known)))


def open_foreign(known: Collection[int]) -> Foreign:
    """Begin to read a capture that has frames of link types that are not `known`.

    Raises:
        MissingExtra: pyshark is not installed.
        CaptureError: tshark is not.
    """
    return Foreign(Tshark(FIELDS, _SETTINGS, "reading this link type"), known)


def packets_of(fields: Sequence[str]) -> list[tuple[bytes, int]]:
    """The packets that tshark describes in `FIELDS`: what of each was captured, and how long it was.

    tshark's text is not believed: what is no number, no address or out of its range makes no packet.
    """
    protocols = fields[0].split(":")
    if "icmp" in protocols or "icmpv6" in protocols:
        return []
    version = next((each for each in reversed(protocols) if each in ("ip", "ipv6")), None)
    transport = next((each for each in reversed(protocols) if each in ("tcp", "udp")), None)
    if version is None or transport is None:
        return []
    ends = fields[1:3] if version == "ip" else fields[3:5]
    try:
        segments = _tcp(ends, fields[5:14]) if transport == "tcp" else _udp(ends, fields[14:18])
        return [_packet(segment, TCP if transport == "tcp" else UDP) for segment in segments]
    except (ValueError, LookupError, OverflowError, struct.error):
        return []


class _Segment(NamedTuple):
    """One TCP segment or UDP datagram."""

    source: Endpoint
    target: Endpoint
    data: bytes
    length: int
    """Bytes of data that it had."""
    header: tuple[int, int, int, int, bytes]
    """Of TCP: sequence number, acknowledgement, flags, window, options."""

    def goes_on(self, other: _Segment) -> bool:
        """The other one is the next of the same direction, and nothing is missing of this one."""
        return (self.source, self.target, (self.header[0] + len(self.data)) & 0xFFFFFFFF, len(self.data)) == (
            other.source, other.target, other.header[0], self.length,
        )  # fmt: skip


def _tcp(ends: Sequence[str], columns: Sequence[str]) -> list[_Segment]:
    """The segments of a frame."""
    *single, lengths, payloads = columns
    options = single.pop()
    # Where a segment has none, the list of the payloads (or options) is shorter: then it is told by the lengths.
    data = iter(payloads.split(","))
    found: list[_Segment] = []
    count = lengths.count(",") + 1
    for at, length in enumerate(lengths.split(",")):
        source, target = (
            endpoint_of(_of(end, at, count), _of(port, at, count)) for end, port in zip(ends, single[:2], strict=True)
        )
        seq, ack, flags, window = (int(_of(column, at, count), 0) for column in single[2:])
        payload = bytes.fromhex(next(data, "").replace(":", "")) if int(length) else b""
        option = bytes.fromhex(_of(options, at, count).replace(":", "")) if options.count(",") == count - 1 else b""
        segment = _Segment(source, target, payload, int(length), (seq, ack, flags & _FLAGS, window, option))
        if found and found[-1].goes_on(segment):
            last = found.pop()
            header = (last.header[0], *segment.header[1:])
            segment = segment._replace(data=last.data + payload, length=last.length + int(length), header=header)
        found.append(segment)
    return found


def _udp(ends: Sequence[str], columns: Sequence[str]) -> list[_Segment]:
    """The datagrams of a frame; of a tunnel the innermost one."""
    source_port, target_port, length, payload = columns
    source, target = endpoint_of(ends[0], source_port), endpoint_of(ends[1], target_port)
    data = bytes.fromhex(payload.rpartition(",")[2].replace(":", ""))
    return [_Segment(source, target, data, int(length.rpartition(",")[2]) - 8, (0, 0, 0, 0, b""))]


def _of(column: str, at: int, count: int) -> str:
    """What a column says of segment `at` of `count`: the last values, because tunnels stand in front."""
    return column.split(",")[at - count]


def _packet(segment: _Segment, protocol: int) -> tuple[bytes, int]:
    """An IP packet, and its length."""
    source, target, data, length, (seq, ack, flags, window, options) = segment
    cut = max(length - len(data), 0)
    if protocol == TCP:
        inner = tcp_segment(source, target, data, seq=seq, ack=ack, flags=flags, window=window, options=options)
    else:
        inner = udp_datagram(source, target, data, cut)
    packet = Ip(source.address, target.address, protocol, 0).packet(inner, cut)
    return packet, len(packet) + cut


def _only(batch: FrameBatch, rows: I64) -> FrameBatch:
    """Some rows of a batch; their numbers mean nothing."""
    return FrameBatch(
        buffer=batch.buffer,
        offset=batch.offset[rows],
        file_offset=batch.file_offset[rows],
        captured_len=batch.captured_len[rows],
        wire_len=batch.wire_len[rows],
        time_ns=batch.time_ns[rows],
        interface=batch.interface[rows],
        link_type=batch.link_type[rows],
        first_number=0,
    )
