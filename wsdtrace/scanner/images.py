"""Pages as a scanner would see them, drawn with Pillow: size, colours and format of the ticket, and a mark on each.

Along the top edge of every page stand `CELLS` squares, black for 1: a start pattern, page number, side and a check.
`read_mark` reads them from whatever a driver made of the image, so a test knows which page it holds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wsdtrace.dataclass import dataclass
from wsdtrace.scenario.tickets import raster
from wsdtrace.wsd.ticket import DocumentFinalParameters
from wsdtrace.wsd.values import Format, Rotation

if TYPE_CHECKING:
    from PIL.Image import Image

CELLS = 40
"""Squares along the width of the page, of which the mark takes `len(START) + 8 + 1 + 4`."""
FIRST = 2
"""White squares before the mark."""
START = (1, 0, 1, 1, 0, 0, 1, 0)
MAX_PIXELS = 160_000_000
"""Of one page: A3 at 600 dpi has 70 million. More is drawn smaller, in proportion."""

MEDIA_TYPES = {
    Format.JFIF: "image/jpeg",
    Format.EXIF: "image/jpeg",
    Format.PNG: "image/png",
    Format.DIB: "image/bmp",
}
"""Of the formats that are no TIFF."""
_TIFF = {"uncompressed": "raw", "g4": "group4", "g3mh": "group3", "jpeg-tn2": "jpeg"}
DRAWABLE = frozenset(MEDIA_TYPES) | {Format(f"tiff-{kind}-{code}") for kind in ("single", "multi") for code in _TIFF}
"""Formats that Pillow writes. PDF is none of them: what it writes is no PDF/A."""

_EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"


@dataclass(frozen=True, slots=True)
class Mark:
    """Which page an image shows."""

    page: int
    """1-based, modulo 256; each side of a sheet is a page."""
    back: bool = False


def _bits(mark: Mark) -> list[int]:
    number = mark.page % 256
    check = (number ^ number >> 4 ^ (0b1010 if mark.back else 0b0101)) & 0b1111
    return [
        *START,
        *(number >> i & 1 for i in range(7, -1, -1)),
        int(mark.back),
        *(check >> i & 1 for i in range(3, -1, -1)),
    ]


def draw(marks: Sequence[Mark], final: DocumentFinalParameters) -> tuple[bytes, str]:
    """One file with these pages; of a format for one page the first.

    Returns:
        the bytes and their media type.
    """
    format_ = str(final.format.value if final.format is not None else Format.JFIF)
    pages = [_page(mark, final) for mark in (marks if format_.startswith("tiff-multi") else marks[:1])]
    return encode(pages, format_, _quality(final), _dpi(final)), media_type(format_)


def media_type(format_: str) -> str:
    """Media type of a Format."""
    return "image/tiff" if format_.startswith("tiff") else MEDIA_TYPES.get(Format(format_), "image/jpeg")


def _quality(final: DocumentFinalParameters) -> int:
    factor = final.compression_quality_factor
    return min(95, factor.value if factor is not None and factor.value is not None else 80)


def _dpi(final: DocumentFinalParameters) -> tuple[int, int]:
    front = final.media_sides.media_front if final.media_sides is not None else None
    resolution = front.resolution if front is not None else None
    if resolution is None or resolution.width is None or resolution.height is None:
        return 200, 200
    return resolution.width.value or 200, resolution.height.value or 200


def _page(mark: Mark, final: DocumentFinalParameters) -> Image:
    from PIL import Image as Images  # noqa: PLC0415  # takes 40 ms, and only who scans needs it

    size = raster(final, back=mark.back)
    angle = int(final.rotation.value or 0) if final.rotation is not None else 0
    turned = str(angle) in (Rotation.QUARTER, Rotation.THREE_QUARTERS)
    width, height = (size.height, size.width) if turned else (size.width, size.height)
    shrink = min(1.0, (MAX_PIXELS / (width * height)) ** 0.5)
    gray = size.bits <= 16
    image = Images.new("L" if gray else "RGB", (max(1, int(width * shrink)), max(1, int(height * shrink))), "white")
    _decorate(image, mark, f"{width} x {height}   {size.bits} bit   {_dpi(final)[0]} dpi")
    if angle:
        image = image.rotate(-angle, expand=True)
    if size.bits == 1:
        image = image.convert("1")
    elif size.bits in (32, 64):
        image = image.convert("RGBA")
    return image


def _decorate(image: Image, mark: Mark, text: str) -> None:
    """The mark, the number, rulers, grey and colour wedges, and lines as of text."""
    from PIL import ImageDraw  # noqa: PLC0415  # see above

    width, height = image.size
    pen = ImageDraw.Draw(image)
    cell = width / CELLS
    for number, bit in enumerate(_bits(mark), FIRST):
        if bit:
            pen.rectangle((number * cell, cell, (number + 1) * cell - 1, 2 * cell - 1), fill="black")
    large, small = _font(cell * 5), _font(cell * 1.2)
    side = " back" if mark.back else ""
    pen.text((2 * cell, 4 * cell), f"Page {mark.page}{side}", fill="black", font=large)
    pen.text((2 * cell, 10 * cell), text, fill="black", font=small)
    colors = ("red", "green", "blue", "cyan", "magenta", "yellow") if image.mode == "RGB" else ()
    top = 13 * cell
    for step in range(12):
        left = (2 + 3 * step) * cell
        shade = step * 255 // 11
        fill: Any = shade if image.mode == "L" else (shade, shade, shade)
        pen.rectangle((left, top, left + 3 * cell - 1, top + 2 * cell - 1), fill=fill)
        if colors:
            pen.rectangle((left, top + 2 * cell, left + 3 * cell - 1, top + 4 * cell - 1), fill=colors[step % 6])
    line, row = max(2, int(cell * 0.35)), top + 6 * cell
    words = (7, 4, 9, 5, 3, 8, 6)
    while row < height - 3 * cell:
        left, word = 2 * cell, int(row) % len(words)
        while left < width - 6 * cell:
            length = words[word % len(words)] * cell * 0.5
            pen.rectangle((left, row, left + length, row + line), fill="black")
            left, word = left + length + cell * 0.5, word + 1
        row += cell * 1.5
    pen.rectangle((0, 0, width - 1, height - 1), outline="black")


def _font(pixels: float) -> Any:
    from PIL import ImageFont  # noqa: PLC0415  # see above

    return ImageFont.load_default(max(8, pixels))


def encode(pages: Sequence[Image], format_: str, quality: int, dpi: tuple[int, int]) -> bytes:
    """Pages as one file of a Format."""
    target = io.BytesIO()
    first = pages[0]
    if format_.startswith("tiff"):
        compression = _TIFF[format_.split("-", 2)[2]]
        if compression.startswith("group"):
            pages = [page.convert("1") for page in pages]
        elif compression == "jpeg":
            pages = [
                page.convert("L") if page.mode == "1" else page.convert("RGB") if page.mode == "RGBA" else page
                for page in pages
            ]
        pages[0].save(target, "TIFF", compression=compression, dpi=dpi, save_all=True, append_images=pages[1:])
    elif format_ == Format.PNG:
        first.save(target, "PNG", dpi=dpi, compress_level=1)
    elif format_ == Format.DIB:
        first.convert("RGB" if first.mode == "RGBA" else first.mode).save(target, "BMP", dpi=dpi)
    else:
        lossy = first.convert("L") if first.mode == "1" else first.convert("RGB") if first.mode == "RGBA" else first
        more: dict[str, Any] = {"exif": _EXIF} if format_ == Format.EXIF else {}
        lossy.save(target, "JPEG", quality=quality, dpi=dpi, **more)
    return target.getvalue()


def read_mark(image: Image) -> Mark | None:
    """Which page an image shows, upright; None where no mark can be read."""
    gray = image.convert("L")
    cell = gray.width / CELLS
    row = int(1.5 * cell)
    if row >= gray.height:
        return None
    length = len(_bits(Mark(0)))
    bits = []
    for number in range(FIRST, FIRST + length):
        shade = gray.getpixel((int((number + 0.5) * cell), row))
        assert isinstance(shade, int | float)
        bits.append(int(shade < 128))
    n = len(START)
    mark = Mark(int("".join(map(str, bits[n : n + 8])), 2), bool(bits[n + 8]))
    return mark if bits == _bits(mark) else None
