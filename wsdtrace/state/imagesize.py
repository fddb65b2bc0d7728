"""Width and height of an image, from its own first bytes.

JPEG and PNG, which nearly every scanner sends, are read here. Pillow reads whatever else there is; it is loaded only
then, because that takes longer than judging a small capture.
"""

from __future__ import annotations

import io
import struct

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
"""Signature, and the head of the chunk that has to come first (PNG, third edition, §5.2, §11.2.1)."""

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a segment: TEM, RSTm, SOI (T.81 §B.1.1.3)."""

_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})
"""DHT, JPG and DAC lie among the markers of a frame, and begin none (T.81 table B.1)."""


def image_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the image's own header, or None where it has none that can be read."""
    if head.startswith(_PNG) and len(head) >= len(_PNG) + 8:
        width, height = struct.unpack_from(">II", head, len(_PNG))
        return (width, height) if width and height else None
    if head.startswith(b"\xff\xd8\xff") and (found := _jpeg(head)) is not None:
        return found
    return _by_pillow(head)


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """From the frame header (T.81 §B.2.2); None where nothing before the first scan is one, or it says 0 lines."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            if at + 9 > len(head):
                return None
            height, width = struct.unpack_from(">HH", head, at + 5)
            return (width, height) if width and height else None
        elif marker in (0xD9, 0xDA):  # EOI, SOS
            return None
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _by_pillow(head: bytes) -> tuple[int, int] | None:
    import logging  # noqa: PLC0415  # only here
    import warnings  # noqa: PLC0415  # as above

    from PIL import Image as Pillow  # noqa: PLC0415  # see above

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(io.BytesIO(head)) as picture:
                return picture.size
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as error:
        # Four ways in which Pillow says that a header is damaged or of no kind that it reads: both are normal here.
        logging.getLogger(__name__).debug("no size in %d octets: %s", len(head), error)
        return None
