"""Drawn pages, looked at by Pillow: size, colours, format, and the mark read back."""

import dataclasses
import io

import pytest
from PIL import Image

from wsdtrace.scanner.client import Wish
from wsdtrace.scanner.images import DRAWABLE, Mark, draw, encode, media_type, read_mark
from wsdtrace.scanner.profile import Profile
from wsdtrace.scanner.settle import settle
from wsdtrace.wsd import ticket as t

ALL = Profile(formats=tuple(sorted(DRAWABLE)))
PILLOW = {"jfif": "JPEG", "exif": "JPEG", "png": "PNG", "dib": "BMP"}


def drawn(wish: Wish, *marks: Mark) -> Image.Image:
    data, kind = draw(marks or (Mark(1),), settle(wish.ticket(), ALL).final)
    image = Image.open(io.BytesIO(data))
    assert kind == Image.MIME[image.format or ""] == media_type(wish.format)
    return image


@pytest.mark.parametrize("format_", sorted(DRAWABLE))
@pytest.mark.parametrize("color", ["BlackAndWhite1", "Grayscale8", "RGB24"])
def test_every_format_and_colour_is_what_it_says(format_: str, color: str) -> None:
    page = drawn(Wish(format=format_, color=color, dpi=75, width=4000, height=2000), Mark(7, back=True))
    assert page.format == PILLOW.get(format_, "TIFF")
    assert page.size == (300, 150)
    if color != "RGB24" or "g4" in format_ or "g3" in format_:
        assert len(page.getbands()) == 1
    assert read_mark(page) == Mark(7, back=True)


@pytest.mark.parametrize(
    ("dpi", "size"), [pytest.param(75, (637, 825), id="75"), pytest.param(300, (2550, 3300), id="300")]
)
def test_a_page_has_the_size_of_region_and_resolution(dpi: int, size: tuple[int, int]) -> None:
    page = drawn(Wish(dpi=dpi))
    assert page.size == size
    assert tuple(round(float(x)) for x in page.info["dpi"]) == (dpi, dpi)


def test_a_rotated_page_is_turned_clockwise() -> None:
    wish = Wish(dpi=75, width=4000, height=2000, format="png")
    ticket = wish.ticket()
    assert ticket.document_parameters is not None
    turned = dataclasses.replace(ticket.document_parameters, rotation=t.Requested("90"))
    final = settle(dataclasses.replace(ticket, document_parameters=turned), Profile()).final
    image = Image.open(io.BytesIO(draw((Mark(3),), final)[0]))
    assert image.size == (150, 300)
    assert read_mark(image) != Mark(3)
    assert read_mark(image.rotate(90, expand=True)) == Mark(3)


def test_one_file_holds_all_pages_where_the_format_can() -> None:
    image = drawn(Wish(format="tiff-multi-g4", dpi=75), Mark(1), Mark(2), Mark(3))
    assert image.n_frames == 3  # type: ignore[attr-defined]  # of a TIFF
    found = []
    for frame in range(3):
        image.seek(frame)
        found.append(read_mark(image))
    assert found == [Mark(1), Mark(2), Mark(3)]


@pytest.mark.parametrize("number", [1, 2, 127, 255])
def test_a_mark_survives_a_poor_jpeg_and_another_size(number: int) -> None:
    page = drawn(Wish(dpi=100), Mark(number))
    poor = Image.open(io.BytesIO(encode([page.resize((431, 557))], "jfif", 20, (50, 50))))
    assert read_mark(poor) == Mark(number)


def test_where_no_mark_is_none_is_read() -> None:
    assert read_mark(Image.new("RGB", (300, 300), "white")) is None
    assert read_mark(Image.new("L", (300, 3), "black")) is None
