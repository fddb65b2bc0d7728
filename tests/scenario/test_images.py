"""Images that any reader of their format reads."""

import io

import pytest
from PIL import Image

from wsdtrace.scenario.images import MAX_PIXELS, draw, drawable_formats, is_drawable
from wsdtrace.scenario.tickets import Raster
from wsdtrace.wsd.values import Format

MAGIC = {
    "jfif": (b"\xff\xd8\xff\xe0", "image/jpeg"),
    "exif": (b"\xff\xd8\xff", "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "dib": (b"BM", "image/bmp"),
    "pdf-a": (b"%PDF-", "application/pdf"),
    "tiff": (b"II*\0", "image/tiff"),
}


@pytest.mark.parametrize("format_", drawable_formats())
def test_an_image_begins_as_its_format_does(format_: str) -> None:
    data, media_type = draw(1, format_, Raster(40, 60, 24))
    assert (data[: len(MAGIC[format_][0])], media_type) == MAGIC[format_]


@pytest.mark.parametrize("format_", [f for f in drawable_formats() if f != "pdf-a"])
@pytest.mark.parametrize("bits", [1, 8, 24, 32])
def test_an_image_has_the_size_that_was_asked_for(format_: str, bits: int) -> None:
    data, _ = draw(3, format_, Raster(40, 60, bits))
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.size == (40, 60)
        assert (image.mode in ("L", "1")) == (bits <= 8)


@pytest.mark.parametrize("format_", drawable_formats())
def test_the_same_page_gives_the_same_bytes_and_another_one_others(format_: str) -> None:
    size = Raster(120, 160, 24)
    assert draw(1, format_, size) == draw(1, format_, size)
    assert draw(1, format_, size) != draw(2, format_, size)


def test_a_page_can_be_too_small_for_its_drawing() -> None:
    assert draw(1, "png", Raster(1, 1, 24))[0].startswith(b"\x89PNG")


def test_a_huge_page_is_shrunk_to_the_bound() -> None:
    data, _ = draw(1, "png", Raster(100_000, 100_000, 1))
    with Image.open(io.BytesIO(data)) as image:
        assert 0.9 * MAX_PIXELS < image.width * image.height <= MAX_PIXELS


def test_formats_that_nobody_draws_become_jpeg() -> None:
    assert [f for f in Format if not is_drawable(f)] == [Format.JBIG, Format.JPEG_2000, Format.XPS]
    assert draw(1, Format.XPS, Raster(10, 10, 24))[1] == "image/jpeg"
