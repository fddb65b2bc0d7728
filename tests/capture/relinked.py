"""A capture of Ethernet or SLL2 as one of another link type: the same IP packets in other frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wsdtrace.capture import Interface, PcapngWriter, open_capture

_HEAD = {1: (14, 12), 276: (20, 0)}
"""Of Ethernet and SLL2: bytes in front of the packet, and where among them its EtherType is."""
_PPP = {b"\x08\x00": b"\x00\x21", b"\x86\xdd": b"\x00\x57"}
"""EtherType → protocol of PPP (RFC 1332, RFC 5072)."""
_LCP = b"\xc0\x21"


def ppp(kind: bytes, packet: bytes) -> bytes:
    """RFC 1662 §3.1: address, control, protocol."""
    return b"\xff\x03" + _PPP.get(kind, _LCP) + packet


def wifi(kind: bytes, packet: bytes) -> bytes:
    """A data frame to an access point (IEEE 802.11 §9.3.2), LLC/SNAP, without frame check sequence."""
    return b"\x08\x01\0\0" + bytes(18) + b"\0\0" + b"\xaa\xaa\x03\0\0\0" + kind + packet


def private(kind: bytes, packet: bytes) -> bytes:
    """What only its user knows."""
    return kind + packet


LINKS: dict[str, tuple[int, Callable[[bytes, bytes], bytes]]] = {
    "PPP": (9, ppp),
    "IEEE802_11": (105, wifi),
    "USER0": (147, private),
}


def relinked(capture: Path, folder: Path, link: str) -> str:
    """The path of it."""
    number, wrapped = LINKS[link]
    target = folder / f"{link}.pcapng"
    with target.open("wb") as file, open_capture(capture) as source:
        writer = PcapngWriter(file, [Interface("x", number)])
        for batch in source.batches():
            columns = (batch.offset, batch.captured_len, batch.wire_len, batch.time_ns, batch.link_type)
            for at, captured, wire, time_ns, old in zip(*(each.tolist() for each in columns), strict=True):
                frame, (head, kind) = bytes(batch.buffer[at : at + captured]), _HEAD[old]
                data = wrapped(frame[kind : kind + 2], frame[head:])
                writer.frame(time_ns, data, wire_len=wire + len(data) - len(frame))
    return str(target)
