"""First bytes of a file that is no capture → what it looks like, for one clear sentence."""

from __future__ import annotations

from typing import Final

SNIFF_BYTES: Final = 512
"""Bytes of the start that are looked at."""

_CONVERT: Final = "convert it first: editcap -F pcapng IN OUT"
_MAGICS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"snoop\0\0\0", f"a Solaris snoop capture; {_CONVERT}"),
    (b"btsnoop\0", "a Bluetooth btsnoop log"),
    (b"GMBU", f"a Microsoft Network Monitor 2 capture; {_CONVERT}"),
    (b"RTSS", f"a Microsoft Network Monitor 1 capture; {_CONVERT}"),
    (b"TRSNIFF data", f"a Sniffer capture; {_CONVERT}"),
    (b"XCP\0", f"a NetXray capture; {_CONVERT}"),
    (b"iptrace ", f"an AIX iptrace capture; {_CONVERT}"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file in a compressed file"),
    (b"\xfd7zXZ\0", "an xz file; unpack it first: xz -d FILE"),
    (b"BZh", "a bzip2 file; unpack it first: bunzip2 FILE"),
    (b"\x04\x22\x4d\x18", "an LZ4 file; unpack it first: lz4 -d FILE"),
    (b"\x1f\x8b", "a gzip file in a gzip file"),
    (b"PK\x03\x04", "a ZIP archive; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"%PDF-", "a PDF document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
)
_ETL: Final = "a Windows event trace (.etl); convert it first: etl2pcapng IN.etl OUT.pcapng"


def describe(head: bytes) -> str:
    """What a file that starts with `head` looks like, with its article: "a PNG image".

    Args:
        head: the first `SNIFF_BYTES` bytes, or all of a shorter file.
    """
    if not head:
        return "an empty file"
    for magic, name in _MAGICS:
        if head.startswith(magic):
            return name
    if not any(head):
        return "a file of zero bytes"
    if _is_etl(head):
        return _ETL
    if head[257:262] == b"ustar":
        return "a tar archive; unpack it first"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "a text file (UTF-16)"
    if all(byte >= 0x20 or byte in b"\t\r\n\f\x1b" for byte in head):
        return _describe_text(head)
    return f"something else: it starts with {head[:8].hex(' ')}"


def _describe_text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return "a JSON file"
    lower = start[:64].lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return "an HTML page (a failed download?)"
    if start[:1] == b"<":
        return "an XML file"
    return "a text file"


def _is_etl(head: bytes) -> bool:
    """WMI_BUFFER_HEADER: a buffer size in KiB, the bytes used of it, and a buffer type of at most 7 at byte 0x36."""
    if len(head) < 72:
        return False
    size, used = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:8], "little")
    kind = int.from_bytes(head[0x36:0x38], "little")
    return 1024 <= size <= 1 << 24 and size % 1024 == 0 and 72 <= used <= size and kind <= 7
