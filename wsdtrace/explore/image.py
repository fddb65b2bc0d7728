"""`Image`: a page as the device sent it; its bytes are read from the capture when they are asked for."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from wsdtrace.errors import CaptureError, OutputError
from wsdtrace.explore.view import View
from wsdtrace.report.detail import write_image
from wsdtrace.report.pictures import Picture as Thumbnail
from wsdtrace.report.pictures import picture_of
from wsdtrace.report.words import pixels, size
from wsdtrace.state import model

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

    from wsdtrace.explore.exchange import Exchange
    from wsdtrace.explore.job import Job


class Image(View[model.Image]):
    """A page as the device sent it. Its bytes are read from the capture when they are asked for."""

    __slots__ = ()

    @property
    def id(self) -> int:
        return self._of.id

    @property
    def page(self) -> int:
        """1-based within its job."""
        return self._of.page

    @property
    def side(self) -> str | None:
        """`front` or `back` where the job scans both sides."""
        return self._of.side

    @property
    def job(self) -> Job | None:
        return self._trace._job(self._of.job)

    @property
    def exchange(self) -> Exchange:
        """The RetrieveImage that brought it."""
        return self._trace._seen(self._of.exchange)

    @property
    def format(self) -> str | None:
        """By its own bytes: `jfif`, `png`, `tiff`, `pdf` …; None when unknown."""
        return self._of.format

    @property
    def content_type(self) -> str | None:
        """As its part is labelled."""
        return self._of.content_type

    @property
    def width(self) -> int | None:
        """pixels, by its own header"""
        return self._of.width

    @property
    def height(self) -> int | None:
        """pixels, by its own header"""
        return self._of.height

    @property
    def size_bytes(self) -> int:
        """Its length."""
        return self._of.probe.length

    @property
    def complete(self) -> bool:
        """Every byte of it is in the capture."""
        return self._of.complete

    @property
    def sha256(self) -> str:
        """Of its bytes as far as the capture holds them, hex."""
        if self._of.probe.sha256 is not None:
            return self._of.probe.sha256
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    @property
    def shares(self) -> dict[str, float] | None:
        """Seconds of the time from its request to its last byte, by who took them: `device` (silent), `network` (sent
        again or late), `client` (its window was shut), `flowing` (bytes came); None for a source without TCP.

        Raises:
            CaptureError: the trace is closed, or the capture is gone.
        """
        shares = self._trace._shares(self._of)
        if shares is None:
            return None
        return {
            "device": shares.device_ns / 1e9, "network": shares.network_ns / 1e9, "client": shares.client_ns / 1e9,
            "flowing": shares.flowing_ns / 1e9,
        }  # fmt: skip

    @property
    def slowed_by(self) -> str | None:
        """`device`, `network` or `client`; `nobody` where bytes flowed at least half of the time. Else as `shares`."""
        shares = self._trace._shares(self._of)
        return None if shares is None else shares.slowest

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, piece by piece, as far as the capture holds them.

        Raises:
            CaptureError: the trace is closed, or the capture is gone.
        """
        return self._trace._image_bytes(self._of)

    def read(self) -> bytes:
        """Its bytes. Raises like `pieces`."""
        return b"".join(self.pieces())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write its bytes to a file, which is replaced if it is there.

        Raises:
            OutputError: it cannot be written.
            CaptureError: like `pieces`.
        """
        data = self.read()
        try:
            Path(path).write_bytes(data)
        except OSError as error:
            raise OutputError(f"{os.fspath(path)}: cannot be written: {error.strerror or error}") from error

    def picture(self) -> Picture:
        """It as a Pillow image.

        Raises:
            CaptureError: Pillow cannot read it, or it cannot be read from the capture.
        """
        from io import BytesIO  # noqa: PLC0415 - as Pillow: only for those who look at pages

        from PIL import Image as Pillow  # noqa: PLC0415 - 60 ms, only for those who look at pages

        try:
            return Pillow.open(BytesIO(self.read()))
        except (OSError, ValueError, Pillow.DecompressionBombError) as error:
            raise CaptureError(f"image {self.id}: no picture that Pillow can read ({error})") from error

    def _facts(self) -> list[str]:
        one = self._of
        return [
            str(one.id),
            f"page {one.page}",
            self._said(one.format or "unknown format"),
            pixels(one),
            size(one.probe.length),
            "" if one.complete else "✖ incomplete",
        ]

    def _text(self) -> str:
        return self._page(lambda page: write_image(page, self._trace._facts, self._of))

    def _drawings(self) -> list[str]:
        """A small picture, where its bytes can still be read and are one."""
        if self._trace._closed:
            return []
        found = picture_of(self._trace._facts, self._of, full=False)
        if not isinstance(found, Thumbnail):
            return [f"<p>cannot be shown: {escape(found)}</p>"]
        size_px = f'width="{found.width}" height="{found.height}"'
        return [f'<img src="{found.uri}" alt="page {self._of.page}" {size_px}>']
