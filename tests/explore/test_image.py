"""`Image`: its bytes are read when they are asked for."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.explore.conftest import opened
from tests.shared import CAPTURES
from wsdtrace import Trace
from wsdtrace.errors import CaptureError, OutputError


def test_the_facts_of_an_image(adf: Trace) -> None:
    image = adf.images[1]
    assert (image.id, image.page, image.side, image.format, image.content_type) == (2, 2, None, "jfif", "image/jpeg")
    assert (image.width, image.height, image.size_bytes, image.complete) == (637, 876, 46252, True)
    assert image.job == adf.jobs[0]
    assert image.exchange == adf.exchanges[4]


def test_its_bytes_are_those_that_the_device_sent(adf: Trace) -> None:
    expected = json.loads((CAPTURES / "adf-3-pages" / "expected.json").read_text())
    digests = [hashlib.sha256(image.read()).hexdigest() for image in adf.images]
    assert digests == [image.sha256 for image in adf.images]
    told = (CAPTURES / "pages.json").read_text() + json.dumps(expected)
    assert all(digest in told for digest in digests)


def test_it_is_a_picture(adf: Trace) -> None:
    assert adf.images[0].picture().size == (637, 876)


def test_what_is_no_picture_is_told(adf: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adf, "_image_bytes", lambda image: iter((b"not a picture",)))
    with pytest.raises(CaptureError, match="image 1: no picture that Pillow can read"):
        adf.images[0].picture()


def test_it_is_saved(adf: Trace, tmp_path: Path) -> None:
    adf.images[0].save(tmp_path / "page.jpg")
    assert hashlib.sha256((tmp_path / "page.jpg").read_bytes()).hexdigest() == adf.images[0].sha256


def test_a_place_that_cannot_be_written_is_told(adf: Trace, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        adf.images[0].save(tmp_path / "no" / "page.jpg")


def test_an_image_that_was_cut_is_read_as_far_as_it_goes() -> None:
    with opened("file-cut") as trace:
        image = trace.images[0]
        assert not image.complete
        assert len(image.read()) == image.size_bytes > 0
        assert "✖ incomplete" in repr(image)


def test_who_took_the_time_of_a_page(adf: Trace) -> None:
    image = adf.images[0]
    assert image.shares is not None
    assert set(image.shares) == {"device", "network", "client", "flowing"}
    assert sum(image.shares.values()) == pytest.approx(image.exchange.latency_s, rel=0.1)
    assert image.slowed_by in ("device", "network", "client", "nobody")


def test_a_notebook_shows_the_page(adf: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    image = adf.images[0]
    assert "  format            jfif 637×876" in str(image)
    assert "  length            45,118 bytes" in str(image)
    assert '<img src="data:image/jpeg;base64,' in image._repr_html_()
    monkeypatch.setattr(adf._facts, "read_content", lambda ref: iter((b"<script>",)))
    assert "cannot be shown: UnidentifiedImageError" in image._repr_html_()


def test_a_page_that_was_cut_or_whose_trace_is_closed_has_its_facts() -> None:
    with opened("file-cut") as trace:
        image = trace.images[0]
    assert "  incomplete        ✖ its end is not in the capture" in image._repr_html_()
    assert "<img" not in image._repr_html_()
