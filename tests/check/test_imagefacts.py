"""Where an image of each format ends, and what is claimed of one that was cut."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wsdtrace.check.imagefacts import declared_family, ends_early, family_of_type, tiff_pages
from wsdtrace.records import Probe

KEPT = 64 * 1024


def probe(data: bytes) -> Probe:
    return Probe(len(data), data[:KEPT], data[-KEPT:], None, 0)


def drawn(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 80).save(out, kind, **options)
    return out.getvalue()


def with_thumbnail() -> bytes:
    """A JPEG whose APP1 holds another one, as exif does: its EOI is not the image's."""
    inner = drawn("JPEG", (8, 8))
    outer = drawn("JPEG", (400, 300))
    segment = b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner
    return outer[:2] + segment + outer[2:]


WHOLE = {
    "jfif": drawn("JPEG", (400, 300)),
    "exif": with_thumbnail(),
    "png": drawn("PNG"),
    "tiff": drawn("TIFF"),
    "dib": drawn("BMP"),
    "pdf-a": drawn("PDF"),
}
FAMILY = {name: "jfif" if name == "exif" else name for name in WHOLE}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_image_does_not_end_early(name: str) -> None:
    assert ends_early(FAMILY[name], probe(WHOLE[name])) is None


@pytest.mark.parametrize("tail", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("name", ["jfif", "exif", "png", "pdf-a"])
def test_a_line_end_behind_an_image_passes(name: str, tail: bytes) -> None:
    assert ends_early(FAMILY[name], probe(WHOLE[name] + tail)) is None


@pytest.mark.parametrize("name", ["jfif", "exif", "png", "dib", "pdf-a"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_cut_image_ends_early(name: str, share: float) -> None:
    data = WHOLE[name]
    assert ends_early(FAMILY[name], probe(data[: int(len(data) * share)])) is not None


def test_an_image_larger_than_what_is_kept_is_judged_by_its_tail() -> None:
    data = drawn("JPEG", (1200, 900), quality=95)
    assert len(data) > 4 * KEPT
    assert ends_early("jfif", probe(data)) is None
    assert ends_early("jfif", probe(data[:-5000])) == "no EOI marker"


@pytest.mark.parametrize("family", ["jpeg2k", "xps", "jbig", None])
def test_nothing_is_claimed_of_formats_without_a_known_end(family: str | None) -> None:
    assert ends_early(family, probe(b"anything")) is None


@given(st.sampled_from(sorted(set(FAMILY.values()))), st.binary(max_size=64))
def test_no_bytes_raise(family: str, data: bytes) -> None:
    ends_early(family, probe(data))


@pytest.mark.parametrize(
    ("format_", "fits"),
    [("jfif", "jfif"), ("exif", "jfif"), ("tiff-multi-g4", "tiff"), ("pdf-a", "pdf-a"), ("png", "png")],
)
def test_formats_of_the_ticket_have_their_magic(format_: str, fits: str) -> None:
    assert declared_family(format_) == frozenset({fits})


@pytest.mark.parametrize("format_", [None, "jbig", "acme:raw"])
def test_other_formats_promise_nothing(format_: str | None) -> None:
    assert declared_family(format_) is None


@pytest.mark.parametrize(
    ("content_type", "fits"),
    [
        ("image/jpeg", {"jfif"}),
        ("Image/JPEG; name=x", {"jfif"}),
        ("application/octet-stream", None),
        ("", None),
        (None, None),
    ],
)
def test_content_types_have_their_magic(content_type: str | None, fits: set[str] | None) -> None:
    assert family_of_type(content_type) == (None if fits is None else frozenset(fits))


def tiff(pages: int, *, filler: int = 0) -> bytes:
    """A TIFF of empty directories, each behind so many octets of image."""
    data = bytearray(b"II*\0")
    for page in range(pages):
        place = len(data) + 4 + filler
        data += place.to_bytes(4, "little") + bytes(filler) + b"\0\0"
        if page == pages - 1:
            data += bytes(4)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(tiff(1), 1, id="one page"),
        pytest.param(tiff(3), 2, id="several"),
        pytest.param(drawn("TIFF"), 1, id="one of Pillow's"),
        pytest.param(tiff(1, filler=3 * KEPT), 1, id="its directory at the end"),
        pytest.param(tiff(2, filler=3 * KEPT), None, id="its directory in what was not kept"),
        pytest.param(drawn("PNG"), None, id="another format"),
        pytest.param(b"II*\0", None, id="cut behind the magic"),
        pytest.param(b"II*\0\xff\xff\xff\xff" + bytes(50), None, id="a directory that is not there"),
    ],
)
def test_pages_of_a_tiff(data: bytes, expected: int | None) -> None:
    assert tiff_pages(probe(data)) == expected
