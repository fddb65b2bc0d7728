"""The language of this room's tests: pcapng blocks and pcap records, byte by byte, in either byte order."""

from struct import pack

SHB, IDB, OPB, SPB, NRB, ISB, EPB = 0x0A0D0D0A, 1, 2, 3, 4, 5, 6
FRAME = bytes(range(60))


def block(kind: int, body: bytes, sign: str = "<") -> bytes:
    """Any block."""
    body += bytes(-len(body) % 4)
    length = 12 + len(body)
    return pack(sign + "II", kind, length) + body + pack(sign + "I", length)


def option(code: int, value: bytes, sign: str = "<") -> bytes:
    """One option."""
    return pack(sign + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(sign: str = "<", major: int = 1) -> bytes:
    """A section header."""
    return block(SHB, pack(sign + "IHHq", 0x1A2B3C4D, major, 0, -1), sign)


def interface(sign: str = "<", link_type: int = 1, snap_len: int = 0, options: bytes = b"") -> bytes:
    """An interface description."""
    return block(IDB, pack(sign + "HHI", link_type, 0, snap_len) + options, sign)


def enhanced(
    ticks: int,
    data: bytes = FRAME,
    number: int = 0,
    sign: str = "<",
    wire: int | None = None,
    captured: int | None = None,
) -> bytes:
    """An enhanced packet block."""
    lengths = (len(data) if captured is None else captured, len(data) if wire is None else wire)
    return block(EPB, pack(sign + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, *lengths) + data, sign)


def simple(data: bytes = FRAME, wire: int | None = None, sign: str = "<") -> bytes:
    """A simple packet block."""
    return block(SPB, pack(sign + "I", len(data) if wire is None else wire) + data, sign)


def obsolete(ticks: int, data: bytes = FRAME, number: int = 0, sign: str = "<") -> bytes:
    """A packet block, of which one packet was dropped before it."""
    head = pack(sign + "HHIIII", number, 1, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(OPB, head + data, sign)


def pcap_header(sign: str = "<", magic: int = 0xA1B2C3D4, link_type: int = 1) -> bytes:
    """A pcap file header."""
    return pack(sign + "IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)


def record(seconds: int, fraction: int, data: bytes = FRAME, sign: str = "<", wire: int | None = None) -> bytes:
    """A pcap record."""
    return pack(sign + "IIII", seconds, fraction, len(data), len(data) if wire is None else wire) + data
