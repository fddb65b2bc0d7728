"""Formats by magic; what cannot be told is None."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wsdtrace import scenario
from wsdtrace.state.images import MAGICS, image_format


def drawn(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (31, 17)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "family"),
    [("JPEG", "jfif"), ("PNG", "png"), ("TIFF", "tiff"), ("BMP", "dib"), ("PDF", "pdf-a"), ("JPEG2000", "jpeg2k")],
)
def test_what_a_library_writes_is_recognised(kind: str, family: str) -> None:
    data = drawn(kind)
    assert image_format(data) == family


@pytest.mark.parametrize("data", [b"", b"\xff", b"GIF89a", b"plain text", b"<html>"])
def test_other_bytes_are_no_format_of_scanners(data: bytes) -> None:
    assert image_format(data) is None


@given(st.binary(max_size=200), st.sampled_from([magic for magic, _ in MAGICS]))
def test_no_bytes_raise(data: bytes, magic: bytes) -> None:
    image_format(magic + data)


def test_every_part_but_the_root_is_an_image() -> None:
    trace = scenario.check("CreateScanJob -> JobId=1 JobToken=t\nRetrieveImage JobId=1 JobToken=t -> image=png")
    (image,) = trace.images
    assert (image.format, image.complete, image.page, image.job) == ("png", True, 1, trace.jobs[0])
    assert image.width
