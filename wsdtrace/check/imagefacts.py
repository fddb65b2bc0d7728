"""What an image's own bytes say: which format was declared, and whether it ends where its format ends.

Only the first and the last 64 KiB of an image are known. A claim is made only where these prove it.
"""

from __future__ import annotations

import struct

from wsdtrace.records import Probe

_FAMILIES: dict[str, frozenset[str]] = {
    "jfif": frozenset({"jfif"}),
    "exif": frozenset({"jfif"}),
    "png": frozenset({"png"}),
    "dib": frozenset({"dib"}),
    "pdf-a": frozenset({"pdf-a"}),
    "xps": frozenset({"xps"}),
    "jpeg2k": frozenset({"jpeg2k"}),
}
"""Format of the ticket → families of magic that fit. jbig is absent: its raw streams have no magic."""

_TYPES: dict[str, frozenset[str]] = {
    "image/jpeg": frozenset({"jfif"}),
    "image/jpg": frozenset({"jfif"}),
    "image/pjpeg": frozenset({"jfif"}),
    "image/png": frozenset({"png"}),
    "image/tiff": frozenset({"tiff"}),
    "image/bmp": frozenset({"dib"}),
    "application/pdf": frozenset({"pdf-a"}),
}
"""Content-Type → families of magic that fit; others (application/octet-stream …) promise nothing."""

LINE_END = 2
"""Octets of line end after an image that pass: CRLF (seen with devices that write the delimiter's line end twice)."""

PDF_TRAILER = 1024
"""Octets before the end of a PDF in which `%%EOF` stands (PDF 1.7, implementation note 18 of appendix H)."""


def declared_family(format_: str | None) -> frozenset[str] | None:
    """Families that fit a ticket's Format; None where nothing can be said (vendor formats, raw codecs)."""
    if format_ is None:
        return None
    if format_.startswith("tiff-"):
        return frozenset({"tiff"})
    return _FAMILIES.get(format_)


def family_of_type(content_type: str | None) -> frozenset[str] | None:
    """Families that fit a part's Content-Type; None where it promises nothing."""
    return _TYPES.get((content_type or "").split(";", 1)[0].strip().lower())


def ends_early(family: str | None, probe: Probe) -> str | None:
    """What the end of an image lacks; None when it is whole or when nothing can be proved."""
    if family == "jfif":
        return _jpeg(probe)
    if family == "png":
        return None if b"IEND\xaeB`\x82" in probe.tail[-(12 + LINE_END) :] else "no IEND chunk"
    if family == "pdf-a":
        return None if b"%%EOF" in probe.tail[-PDF_TRAILER:] else "no %%EOF"
    if family == "dib":
        return _bitmap(probe)
    if family == "tiff":
        return _tiff(probe)
    return None


def _jpeg(probe: Probe) -> str | None:
    """An EOI after the first scan began. In entropy-coded data FF D9 is always EOI (T.81 §B.1.1.5); before it,
    thumbnails may hold one."""
    scan = _first_scan(probe.head)
    if scan is None and len(probe.head) == probe.length:
        return "no start of scan"
    from_end = probe.length - len(probe.tail)
    start = 0 if scan is None else max(0, scan - from_end)
    return None if probe.tail.find(b"\xff\xd9", start) >= 0 else "no EOI marker"


def _first_scan(head: bytes) -> int | None:
    """Offset of the first SOS marker, walking the marker segments; None when it lies beyond what is known."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:  # T.81 §B.1.1.2
        marker = head[at + 1]
        if marker == 0xDA:  # SOS
            return at
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # TEM, RSTn, SOI stand alone
            at += 2
            continue
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _bitmap(probe: Probe) -> str | None:
    if len(probe.head) < 6:  # BITMAPFILEHEADER up to bfSize
        return "no file header"
    (size,) = struct.unpack_from("<I", probe.head, 2)
    return f"{probe.length} of {size} bytes" if size > probe.length else None


def _tiff(probe: Probe) -> str | None:
    """The first directory has to lie inside the file (TIFF 6.0 §2)."""
    order = "<" if probe.head[:2] == b"II" else ">"
    if len(probe.head) < 8:  # image file header
        return "no image file header"
    (directory,) = struct.unpack_from(f"{order}I", probe.head, 4)
    return (
        f"its directory is at {directory}, the image has {probe.length} bytes" if directory + 2 > probe.length else None
    )


def tiff_pages(probe: Probe) -> int | None:
    """1, or 2 for several images in a TIFF, by its chain of directories; None where what is known does not show it."""
    head = probe.head
    if head[:4] not in (b"II*\x00", b"MM\x00*") or len(head) < 8:
        return None
    order = "<" if head[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(f"{order}I", head, 4)
    count = _at(probe, directory, 2)
    if count is None:
        return None
    entries = int(struct.unpack(f"{order}H", count)[0])
    following = _at(probe, directory + 2 + 12 * entries, 4)
    if following is None:
        return None
    return 2 if any(following) else 1


def _at(probe: Probe, offset: int, size: int) -> bytes | None:
    """Bytes of an image, where its beginning or end holds them."""
    if offset + size <= len(probe.head):
        return probe.head[offset : offset + size]
    start = probe.length - len(probe.tail)
    if start <= offset and offset + size <= probe.length and not probe.missing:
        return probe.tail[offset - start : offset - start + size]
    return None
