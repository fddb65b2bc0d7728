"""A scan ticket beside what the device made of it: one `Setting` for each value that both can hold.

Theory of operation: a client may ask for a value, or leave it to the device: *as many as there are*, *automatic*,
*detect the size*. What the device then chooses is no other value. Final parameters that are absent compare with
nothing (WSD707 tells of them).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.soap.schema import Element, shape
from wsdtrace.wsd.ticket import (
    DocumentFinalParameters,
    DocumentParameters,
    Final,
    FinalMediaSide,
    MediaSide,
    Requested,
    ScanTicket,
)

LOSSLESS = frozenset({
    "dib", "png", "tiff-single-uncompressed", "tiff-single-g4", "tiff-single-g3mh", "tiff-multi-uncompressed",
    "tiff-multi-g4", "tiff-multi-g3mh",
})  # fmt: skip
"""Formats for which the device may answer CompressionQualityFactor with 100 (compressionqualityfactor.md, row R05)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that was asked for, and what became of it."""

    name: str
    """Element, with the one above it where that is needed to know which."""
    asked: object
    final: object | None
    """None where the final parameters do not have it."""
    must_honor: bool = False
    override: bool | None = None
    used_default: bool | None = None
    is_open: bool = False
    """The client left the value to the device."""

    @property
    def differs(self) -> bool:
        """The device does something else than was asked."""
        return self.final is not None and not self.is_open and str(self.asked) != str(self.final)


def settings(ticket: ScanTicket | None, final: DocumentFinalParameters | None) -> Iterator[Setting]:
    """Every value of a ticket, in schema order."""
    asked = ticket.document_parameters if ticket is not None else None
    if asked is not None:
        yield from _document(asked, final or DocumentFinalParameters())
        yield from _sides(asked, final or DocumentFinalParameters())


def must_honor_count(ticket: ScanTicket | None) -> int:
    """How many elements of a ticket have MustHonor true."""
    return 0 if ticket is None else _marked(ticket)


def _marked(element: Element) -> int:
    own = int(getattr(element, "must_honor", None) is True)
    children = (getattr(element, field.python) for field in shape(type(element)).children)
    return own + sum(_marked(child) for child in children if isinstance(child, Element))


@dataclass(frozen=True, slots=True)
class Excess:
    """A scan region that reaches beyond the size of the original in the same ticket."""

    name: str
    """Of the side and the direction."""
    reaches_thou: int
    """Offset and length together."""
    size_thou: int
    """Of the original."""


def excesses(ticket: ScanTicket | None) -> Iterator[Excess]:
    """Scan regions that do not lie within InputMediaSize (rows R12 to R16); none where the device detects the size."""
    asked = ticket.document_parameters if ticket is not None else None
    size = asked.input_size if asked is not None else None
    if asked is None or asked.media_sides is None or size is None or size.document_size_auto_detect:
        return
    area = size.input_media_size
    for name, side in (("MediaFront", asked.media_sides.media_front), ("MediaBack", asked.media_sides.media_back)):
        region = side.scan_region if side is not None else None
        if region is None or area is None:
            continue
        for what, offset, length, bound in (
            ("width", region.scan_region_x_offset, region.scan_region_width, area.width),
            ("height", region.scan_region_y_offset, region.scan_region_height, area.height),
        ):
            far = ((offset.value if offset else 0) or 0) + ((length.value if length else 0) or 0)
            if bound and far > bound:
                yield Excess(f"{name} ScanRegion {what}", far, bound)


def _document(asked: DocumentParameters, final: DocumentFinalParameters) -> Iterator[Setting]:
    yield from _one("Format", asked.format, final.format)
    quality = next(
        _one("CompressionQualityFactor", asked.compression_quality_factor, final.compression_quality_factor), None
    )
    if quality is not None:
        lossless = final.format is not None and str(final.format.value) in LOSSLESS
        yield _open(quality, lossless and quality.final == 100 and not quality.must_honor)
    for images in _one("ImagesToTransfer", asked.images_to_transfer, final.images_to_transfer):
        yield _open(images, images.asked == 0)
    yield from _one("InputSource", asked.input_source, final.input_source)
    yield from _one("FilmScanMode", asked.film_scan_mode, final.film_scan_mode)
    for content in _one("ContentType", asked.content_type, final.content_type):
        yield _open(content, str(content.asked) == "Auto")
    yield from _size(asked, final)
    yield from _exposure(asked, final)
    scaling, scaled = asked.scaling, final.scaling
    if scaling is not None:
        honor = bool(scaling.must_honor)
        yield from _part("ScalingWidth", scaling.scaling_width, scaled.scaling_width if scaled else None, honor)
        yield from _part("ScalingHeight", scaling.scaling_height, scaled.scaling_height if scaled else None, honor)
    yield from _one("Rotation", asked.rotation, final.rotation)


def _size(asked: DocumentParameters, final: DocumentFinalParameters) -> Iterator[Setting]:
    size = asked.input_size
    if size is None or size.input_media_size is None or size.document_size_auto_detect:
        return
    made = final.input_size.input_media_size if final.input_size is not None else None
    honor, wanted = bool(size.must_honor), size.input_media_size
    yield from _part("InputMediaSize Width", wanted.width, made.width if made else None, honor)
    yield from _part("InputMediaSize Height", wanted.height, made.height if made else None, honor)


def _exposure(asked: DocumentParameters, final: DocumentFinalParameters) -> Iterator[Setting]:
    exposure = asked.exposure
    if exposure is None or exposure.exposure_settings is None or exposure.auto_exposure:
        return
    made = final.exposure.exposure_settings if final.exposure is not None else None
    honor, wanted = bool(exposure.must_honor), exposure.exposure_settings
    yield from _part("Contrast", wanted.contrast, made.contrast if made else None, honor)
    yield from _part("Brightness", wanted.brightness, made.brightness if made else None, honor)
    yield from _part("Sharpness", wanted.sharpness, made.sharpness if made else None, honor)


def _sides(asked: DocumentParameters, final: DocumentFinalParameters) -> Iterator[Setting]:
    sides, made = asked.media_sides, final.media_sides
    if sides is None:
        return
    honor = bool(sides.must_honor)
    if sides.media_front is not None:
        yield from _side("MediaFront", sides.media_front, made.media_front if made else None, honor)
    if sides.media_back is not None:
        yield from _side("MediaBack", sides.media_back, made.media_back if made else None, honor)


def _side(name: str, asked: MediaSide, final: FinalMediaSide | None, honor: bool) -> Iterator[Setting]:
    region, cut = asked.scan_region, final.scan_region if final else None
    if region is not None:
        for element in ("ScanRegionXOffset", "ScanRegionYOffset", "ScanRegionWidth", "ScanRegionHeight"):
            field = _FIELDS[element]
            yield from _one(f"{name} {element}", getattr(region, field), getattr(cut, field, None), honor)
    yield from _one(f"{name} ColorProcessing", asked.color_processing, final.color_processing if final else None, honor)
    resolution, made = asked.resolution, final.resolution if final else None
    if resolution is not None:
        marked = honor or bool(resolution.must_honor)
        # Without Height it is that of Width (resolution.md).
        height = resolution.width if resolution.height is None else resolution.height
        yield from _part(f"{name} Resolution Width", resolution.width, made.width if made else None, marked)
        yield from _part(f"{name} Resolution Height", height, made.height if made else None, marked)


_FIELDS = {
    "ScanRegionXOffset": "scan_region_x_offset",
    "ScanRegionYOffset": "scan_region_y_offset",
    "ScanRegionWidth": "scan_region_width",
    "ScanRegionHeight": "scan_region_height",
}


def _one(name: str, asked: Requested[Any] | None, final: Final[Any] | None, honor: bool = False) -> Iterator[Setting]:
    if asked is not None:
        yield from _part(name, asked.value, final, honor or bool(asked.must_honor))


def _part(name: str, asked: Any, final: Final[Any] | None, honor: bool) -> Iterator[Setting]:
    if asked is None:
        return
    if final is None:
        yield Setting(name, asked, None, honor)
    else:
        yield Setting(name, asked, final.value, honor, final.override, final.used_default)


def _open(setting: Setting, is_open: bool) -> Setting:
    if not is_open:
        return setting
    return Setting(
        setting.name, setting.asked, setting.final, setting.must_honor, setting.override, setting.used_default, True
    )
