"""Pages for a report: the bytes of a scanned image become a small picture, or stay what they are.

The bytes are as hostile as any text: the decoder is bounded by bytes and pixels, is told which formats it may try, and
whatever it complains about becomes a sentence in the report.
"""

from __future__ import annotations

import base64
import io
import warnings

from wsdtrace.dataclass import dataclass
from wsdtrace.report.trace import Trace
from wsdtrace.state.model import Image

MAX_BYTES = 64 * 1024 * 1024
"""Bytes of one page that are read: an uncompressed A4 page in colour at 600 dpi has 104 MB, a JPEG of it 5."""

MAX_PIXELS = 180_000_000
"""Pixels of a page that is decoded: A4 at 1200 dpi has 139 million."""

MAX_FULL = 8 * 1024 * 1024
"""Bytes of one page that stands in a report as it is."""

EDGE = 240
"""Pixels of the longer edge of a thumbnail."""

FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "DIB", "GIF")
"""What a scanner sends and Pillow reads; nothing else is tried."""

SHOWN_AS_IT_IS = {
    "jfif": "image/jpeg",
    "exif": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
}
"""Formats that every browser shows, by what their bytes are."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready for a page."""

    uri: str
    """`data:` with the bytes themselves."""
    width: int
    """pixels at which it is shown"""
    height: int


def picture_of(trace: Trace, image: Image, *, full: bool) -> Picture | str:
    """A picture of a page, or why there is none.

    Args:
        trace: of the image; its source is read again.
        image: the page.
        full: the page itself instead of a thumbnail, where it is not too large and browsers show its format.

    Raises:
        CaptureError: the capture is gone meanwhile.
    """
    if trace.read_content is None or image.ref is None:
        return "the capture cannot be read again"
    pieces, length = [], 0
    for piece in trace.read_content(image.ref):
        length += len(piece)
        if length > MAX_BYTES:
            return f"larger than {MAX_BYTES // (1024 * 1024)} MiB"
        pieces.append(piece)
    data = b"".join(pieces)
    kind = SHOWN_AS_IT_IS.get(image.format or "")
    thumbnail = thumbnail_of(data)
    if isinstance(thumbnail, str) or not full or kind is None or len(data) > MAX_FULL:
        return thumbnail
    return Picture(_uri(kind, data), thumbnail.width * 3, thumbnail.height * 3)


def thumbnail_of(data: bytes) -> Picture | str:
    """A small picture of an image file, or why there is none."""
    from PIL import Image as Pillow  # noqa: PLC0415  # 40 ms that only reports with pictures pay

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about a page is the rules' to say
            with Pillow.open(io.BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return f"more than {MAX_PIXELS // 1_000_000} million pixels"
                picture.draft("RGB", (EDGE * 2, EDGE * 2))
                picture.thumbnail((EDGE, EDGE))
                small = picture.convert("RGB")
        out = io.BytesIO()
        small.save(out, "JPEG", quality=70, optimize=True)
    except (OSError, SyntaxError, ValueError, TypeError, EOFError, MemoryError, OverflowError, ArithmeticError,
            LookupError, Pillow.DecompressionBombError) as error:  # fmt: skip
        # Pillow's decoders raise many kinds at bytes that are no image of their format.
        return f"{type(error).__name__}: not an image that can be decoded"
    return Picture(_uri("image/jpeg", out.getvalue()), small.width, small.height)


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
