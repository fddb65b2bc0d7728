"""Hostile bytes become a picture, or a sentence."""

import base64
import io
from collections.abc import Iterator

import pytest
from PIL import Image as Pillow

from tests.report.traces import orphaned_job
from tests.shared import CAPTURES
from wsdtrace.pipeline import check_file
from wsdtrace.records import ContentRef, Direction, Endpoint
from wsdtrace.report import pictures
from wsdtrace.report.pictures import EDGE, Picture, picture_of, thumbnail_of
from wsdtrace.report.trace import Trace


def written(kind: str, size: tuple[int, int] = (800, 1100), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Pillow.new(mode, size, 255).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "GIF"])
@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_what_scanners_send_becomes_a_small_jpeg(kind: str, mode: str) -> None:
    if (kind, mode) == ("JPEG", "1"):
        mode = "L"
    made = thumbnail_of(written(kind, mode=mode))
    assert isinstance(made, Picture)
    assert (made.width, made.height) == (175, EDGE)
    decoded = Pillow.open(io.BytesIO(base64.b64decode(made.uri.removeprefix("data:image/jpeg;base64,"))))
    assert decoded.size == (175, EDGE)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xd8\xff", id="a beginning"),
        pytest.param(written("PNG")[:60], id="cut"),
        pytest.param(b"BM" + b"\xff" * 60, id="nonsense"),
        pytest.param(b"II*\0\x08\0\0\0" + b"\xff" * 200, id="a TIFF of nonsense"),
        pytest.param(b"%PDF-1.4", id="a PDF"),
        pytest.param(b"<svg onload='alert(1)'/>", id="a script"),
    ],
)
def test_what_cannot_be_decoded_is_a_sentence(data: bytes) -> None:
    made = thumbnail_of(data)
    assert isinstance(made, str)
    assert "not an image that can be decoded" in made


def test_every_byte_of_a_picture_may_be_broken() -> None:
    good = written("PNG", (40, 40))
    for i in range(len(good)):
        thumbnail_of(good[:i] + bytes([good[i] ^ 0xFF]) + good[i + 1 :])


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 10_000)
    assert thumbnail_of(written("PNG", (101, 101))) == "more than 0 million pixels"


def from_bytes(data: bytes) -> Trace:
    trace = orphaned_job()
    ends = (Endpoint("192.0.2.1", 1), Endpoint("192.0.2.2", 2))
    trace.images[0].ref = ContentRef(*ends, Direction.FROM_RESPONDER, 0, len(data), 0, 0, 0, 1, len(data))

    def read(ref: ContentRef) -> Iterator[bytes]:
        yield data[: ref.length // 2]
        yield data[ref.length // 2 :]

    trace.read_content = read
    return trace


def test_a_full_picture_is_what_the_device_sent() -> None:
    data = written("JPEG")
    trace = from_bytes(data)
    full = picture_of(trace, trace.images[0], full=True)
    assert isinstance(full, Picture)
    assert base64.b64decode(full.uri.partition(",")[2]) == data
    small = picture_of(trace, trace.images[0], full=False)
    assert isinstance(small, Picture)
    assert len(small.uri) < len(full.uri)


def test_what_browsers_do_not_show_stays_small() -> None:
    trace = from_bytes(written("TIFF"))
    trace.images[0].format = "tiff"
    made = picture_of(trace, trace.images[0], full=True)
    assert isinstance(made, Picture)
    assert made.uri.startswith("data:image/jpeg;")


def test_too_many_bytes_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_BYTES", 1000)
    trace = from_bytes(b"x" * 2000)
    assert picture_of(trace, trace.images[0], full=False) == "larger than 0 MiB"


def test_a_capture_that_is_gone_has_no_pictures() -> None:
    trace = orphaned_job()
    assert picture_of(trace, trace.images[0], full=False) == "the capture cannot be read again"


def test_a_recorded_page_is_seen() -> None:
    trace = check_file(str(CAPTURES / "adf-3-pages" / "capture.pcap"))
    made = picture_of(trace, trace.images[0], full=False)
    assert isinstance(made, Picture)
    assert made.height == EDGE
