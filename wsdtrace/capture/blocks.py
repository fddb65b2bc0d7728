"""Values → pcapng blocks, little-endian (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html)."""

from __future__ import annotations

from struct import Struct
from typing import Final

from wsdtrace.capture.linktypes import ETHERNET
from wsdtrace.capture.packets import Buffer
from wsdtrace.capture.pcapng import BYTE_ORDER_MAGIC, ENHANCED_PACKET, INTERFACE, SECRETS, SECTION_HEADER, STATISTICS
from wsdtrace.dataclass import dataclass

_COMMENT: Final = 1
_SHB_APPLICATION: Final = 4
_IF_NAME, _IF_DESCRIPTION, _IF_TSRESOL = 2, 3, 9
_ISB_DROPPED: Final = 5
_NANOSECONDS: Final = 9
_OPTION_LIMIT: Final = 65_535
"""Bytes of an option's value: its length field has 16 bits."""
_LENGTHS: Final = Struct("<II")
_LENGTH: Final = Struct("<I")
_PACKET: Final = Struct("<IIIIIII")
_PADDING: Final = (b"", b"\0\0\0", b"\0\0", b"\0")


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface that packets are written for."""

    name: str
    link_type: int = ETHERNET
    """`linktypes.ETHERNET` or `linktypes.RAW`."""
    description: str = ""


def section_header(application: str, comment: str = "") -> bytes:
    """Section Header Block (§4.1) of a section whose length is not known."""
    body = Struct("<IHHq").pack(BYTE_ORDER_MAGIC, 1, 0, -1)
    return _block(SECTION_HEADER, body + _options([(_COMMENT, comment), (_SHB_APPLICATION, application)]))


def interface_description(interface: Interface) -> bytes:
    """Interface Description Block (§4.2) with nanosecond times and no snap length."""
    texts = _options([(_IF_NAME, interface.name), (_IF_DESCRIPTION, interface.description)], end=False)
    resolution = Struct("<HHB3xHH").pack(_IF_TSRESOL, 1, _NANOSECONDS, 0, 0)
    return _block(INTERFACE, Struct("<HHI").pack(interface.link_type, 0, 0) + texts + resolution)


def enhanced_packet(interface: int, time_ns: int, *pieces: Buffer, wire_len: int, comment: str = "") -> bytes:
    """Enhanced Packet Block (§4.3).

    Args:
        interface: index of its interface in the section.
        time_ns: since the epoch, not negative.
        pieces: the captured bytes, in pieces: large ones are copied once.
        wire_len: bytes that the packet had.
        comment: shown by Wireshark.
    """
    size = sum(map(len, pieces))
    tail = _PADDING[size & 3] + _options([(_COMMENT, comment)]) if comment else _PADDING[size & 3]
    length = 32 + size + len(tail)
    head = _PACKET.pack(ENHANCED_PACKET, length, interface, time_ns >> 32, time_ns & 0xFFFFFFFF, size, wire_len)
    return b"".join((head, *pieces, tail, _LENGTH.pack(length)))


def interface_statistics(interface: int, time_ns: int, lost: int) -> bytes:
    """Interface Statistics Block (§4.6).

    Args:
        interface: index of its interface in the section.
        time_ns: since the epoch, not negative.
        lost: frames that the interface dropped, since the recording began.
    """
    head = Struct("<III").pack(interface, time_ns >> 32, time_ns & 0xFFFFFFFF)
    return _block(STATISTICS, head + Struct("<HHQHH").pack(_ISB_DROPPED, 8, lost, 0, 0))


def decryption_secrets(kind: int, data: bytes) -> bytes:
    """Decryption Secrets Block (§4.7).

    Args:
        kind: type of the secrets.
        data: as the program that needs them reads them.
    """
    return _block(SECRETS, Struct("<II").pack(kind, len(data)) + data + _PADDING[len(data) & 3])


def _options(texts: list[tuple[int, str]], *, end: bool = True) -> bytes:
    """The options that are not empty, and their end if there are any."""
    out = b""
    for code, text in texts:
        value = text.encode("utf-8", "replace")[:_OPTION_LIMIT]
        if value:
            value = value.decode("utf-8", "ignore").encode()  # a character cut in two is left out
            out += Struct("<HH").pack(code, len(value)) + value + _PADDING[len(value) & 3]
    return out + (b"\0\0\0\0" if out and end else b"")


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return _LENGTHS.pack(kind, length) + body + _LENGTH.pack(length)
