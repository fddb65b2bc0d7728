"""Tiny real images of a page, drawn with Pillow: the same bytes each time for the same page, format and size."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from wsdtrace.scenario.tickets import Raster

if TYPE_CHECKING:
    from PIL.Image import Image

ENCODERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "jfif": ("JPEG", "image/jpeg", {"quality": 60}),
    "exif": ("JPEG", "image/jpeg", {"quality": 60, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
    "png": ("PNG", "image/png", {}),
    "dib": ("BMP", "image/bmp", {}),
    "pdf-a": ("PDF", "application/pdf", {"creationDate": None, "modDate": None}),
    "tiff": ("TIFF", "image/tiff", {}),
}
"""Format → Pillow's name of it, media type, options."""

MAX_PIXELS = 4_000_000
"""Of one image: a page at 200 dpi. A scenario that says more gets this many, in the same proportion."""


def is_drawable(format_: str) -> bool:
    """There is an encoder for this Format."""
    return _encoder(format_) is not None


def _encoder(format_: str) -> tuple[str, str, dict[str, Any]] | None:
    return ENCODERS.get("tiff" if format_.startswith("tiff") else format_)


def drawable_formats() -> list[str]:
    """What `image=` may say."""
    return list(ENCODERS)


def draw(page: int, format_: str, size: Raster) -> tuple[bytes, str]:
    """An image of a page.

    Args:
        page: 1-based number; the page shows so many black squares.
        format_: value of Format; JPEG for one that Pillow cannot make.
        size: width, height and bits of a pixel.

    Returns:
        the bytes and their media type.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415  # takes 40 ms, and only scenarios with images need it

    name, media_type, options = _encoder(format_) or ENCODERS["jfif"]
    width, height = size.width, size.height
    if width * height > MAX_PIXELS:
        shrink = (MAX_PIXELS / (width * height)) ** 0.5
        width, height = max(1, int(width * shrink)), max(1, int(height * shrink))
    image: Image.Image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    step = max(width // 12, 2)
    for row in range(step, height - step, step):
        pen.line((step, row, width - step, row), fill=(0, 64 + row * 128 // height, 192))
    for square in range(page):
        left = step + square * 2 * step
        pen.rectangle((left, step, left + step, 2 * step), fill="black")
    return _encode(_mode(image, name, size.bits), name, options), media_type


def _mode(image: Image, name: str, bits: int) -> Image:
    """As many bits as the ticket says, as far as the format has them."""
    if bits == 1 and name in ("PNG", "TIFF", "BMP"):
        return image.convert("1")
    if bits <= 16:
        return image.convert("L")
    if bits in (32, 64) and name in ("PNG", "TIFF"):
        return image.convert("RGBA")
    return image


def _encode(image: Image, name: str, options: dict[str, Any]) -> bytes:
    target = io.BytesIO()
    image.save(target, name, **options)
    return target.getvalue()
