"""Sizes by header: Pillow says what is right."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wsdtrace.state.images import MAGICS
from wsdtrace.state.imagesize import image_size


def drawn(kind: str, size: tuple[int, int] = (31, 17), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "JPEG2000"])
def test_what_a_library_writes_has_its_size(kind: str) -> None:
    assert image_size(drawn(kind)) == (31, 17)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("JPEG", {}, id="baseline"),
        pytest.param("JPEG", {"progressive": True}, id="progressive"),
        pytest.param("JPEG", {"comment": b"\xff\xc0" * 20}, id="a comment that looks like a frame"),
        pytest.param("JPEG", {"mode": "L", "dpi": (300, 300)}, id="grey"),
        pytest.param("PNG", {"mode": "1"}, id="bilevel"),
    ],
)
def test_the_common_kinds_need_no_library(kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    data = drawn(kind, (1240, 1754), options.pop("mode", "RGB"), **options)
    monkeypatch.setitem(sys.modules, "PIL", None)  # whoever imports it now fails
    assert image_size(data) == (1240, 1754)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"plain text", id="no image"),
        pytest.param(b"\xff\xd8\xff\xd9", id="a JPEG that ends at once"),
        pytest.param(b"\xff\xd8\xff\xc0\x00\x11\x08\x00", id="a JPEG cut in its frame header"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x00\xff\xe0\x00\x00", id="segments without a length"),
        pytest.param(drawn("PNG")[:20], id="a PNG cut in its header"),
    ],
)
def test_what_has_no_header_has_no_size(data: bytes) -> None:
    assert image_size(data) is None


@given(st.binary(max_size=200), st.sampled_from([magic for magic, _ in MAGICS]))
def test_no_bytes_raise(data: bytes, magic: bytes) -> None:
    image_size(magic + data)


@given(st.integers(1, 65000), st.integers(1, 65000), st.integers(0, 400))
def test_a_cut_header_gives_its_size_or_none(width: int, height: int, cut: int) -> None:
    data = bytearray(drawn("JPEG", (8, 8)))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    assert image_size(bytes(data[:cut])) in (None, (width, height))
    assert image_size(bytes(data)) == (width, height)
