"""Scan tickets: the one that a client sends by default, what a device makes of it, and the size of the image."""

from __future__ import annotations

from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.wsd.ticket import (
    DocumentFinalParameters,
    DocumentParameters,
    Exposure,
    ExposureSettings,
    Final,
    FinalExposure,
    FinalExposureSettings,
    FinalInputMediaSize,
    FinalInputSize,
    FinalMediaSide,
    FinalMediaSides,
    FinalResolution,
    FinalScaling,
    FinalScanRegion,
    ImageInformation,
    InputMediaSize,
    InputSize,
    JobDescription,
    MediaSide,
    MediaSides,
    Requested,
    Resolution,
    Scaling,
    ScanRegion,
    ScanTicket,
    SideImageInfo,
)
from wsdtrace.wsd.values import UNCOMPRESSED_FORMATS, ColorEntry, ContentType, Format, InputSource, Rotation

WIDTH_THOU, HEIGHT_THOU = 2000, 3000
"""Size of the original: a small receipt, so that images stay small."""
RESOLUTION_DPI = 100
QUALITY = 80

BITS_PER_PIXEL = {
    ColorEntry.BLACK_AND_WHITE_1: 1,
    ColorEntry.GRAYSCALE_4: 4,
    ColorEntry.GRAYSCALE_8: 8,
    ColorEntry.GRAYSCALE_16: 16,
    ColorEntry.RGB_24: 24,
    ColorEntry.RGB_48: 48,
    ColorEntry.RGBA_32: 32,
    ColorEntry.RGBA_64: 64,
}
"""colorentry.md"""

FEEDERS = frozenset({InputSource.ADF, InputSource.ADF_DUPLEX})


def _side() -> MediaSide:
    return MediaSide(
        scan_region=ScanRegion(
            scan_region_x_offset=Requested(0),
            scan_region_y_offset=Requested(0),
            scan_region_width=Requested(WIDTH_THOU),
            scan_region_height=Requested(HEIGHT_THOU),
        ),
        color_processing=Requested(ColorEntry.RGB_24),
        resolution=Resolution(width=RESOLUTION_DPI, height=RESOLUTION_DPI),
    )


def default_ticket(source: str | None = None) -> ScanTicket:
    """A complete ticket: one image from the platen, or all that the feeder holds.

    Args:
        source: InputSource; Platen when None.
    """
    duplex = source == InputSource.ADF_DUPLEX
    return ScanTicket(
        job_description=JobDescription(
            job_name="Receipt", job_originating_user_name="user", job_information="Scanned for a test"
        ),
        document_parameters=DocumentParameters(
            format=Requested(Format.JFIF),
            compression_quality_factor=Requested(QUALITY),
            images_to_transfer=Requested(0 if source in FEEDERS else 1),
            input_source=Requested(source or InputSource.PLATEN),
            content_type=Requested(ContentType.AUTO),
            input_size=InputSize(input_media_size=InputMediaSize(width=WIDTH_THOU, height=HEIGHT_THOU)),
            exposure=Exposure(exposure_settings=ExposureSettings(contrast=0, brightness=0, sharpness=0)),
            scaling=Scaling(scaling_width=100, scaling_height=100),
            rotation=Requested(Rotation.NONE),
            media_sides=MediaSides(media_front=_side(), media_back=_side() if duplex else None),
        ),
    )


def _final(requested: Requested[Any] | None, default: Any) -> Final[Any]:
    """The requested value, or the device's default marked as such."""
    if requested is None or requested.value is None:
        return Final(default, used_default=True)
    return Final(requested.value)


def _plain(value: Any, default: Any) -> Final[Any]:
    return Final(default, used_default=True) if value is None else Final(value)


def final_parameters(ticket: ScanTicket | None) -> DocumentFinalParameters:
    """What a device that can do everything makes of a ticket: the same, completed by its defaults."""
    asked = (ticket.document_parameters if ticket is not None else None) or DocumentParameters()
    source = _final(asked.input_source, InputSource.PLATEN)
    size = (asked.input_size or InputSize()).input_media_size or InputMediaSize()
    settings = (asked.exposure or Exposure()).exposure_settings or ExposureSettings()
    scaling = asked.scaling or Scaling()
    sides = asked.media_sides or MediaSides()
    front = sides.media_front or MediaSide()
    back = (sides.media_back or front) if source.value == InputSource.ADF_DUPLEX else None
    return DocumentFinalParameters(
        format=_final(asked.format, Format.JFIF),
        compression_quality_factor=_final(asked.compression_quality_factor, QUALITY),
        images_to_transfer=_final(asked.images_to_transfer, 0 if source.value in FEEDERS else 1),
        input_source=source,
        film_scan_mode=None if asked.film_scan_mode is None else Final(asked.film_scan_mode.value),
        content_type=_final(asked.content_type, ContentType.AUTO),
        input_size=FinalInputSize(
            input_media_size=FinalInputMediaSize(
                width=_plain(size.width, WIDTH_THOU), height=_plain(size.height, HEIGHT_THOU)
            )
        ),
        exposure=FinalExposure(
            exposure_settings=FinalExposureSettings(
                contrast=_plain(settings.contrast, 0),
                brightness=_plain(settings.brightness, 0),
                sharpness=_plain(settings.sharpness, 0),
            )
        ),
        scaling=FinalScaling(
            scaling_width=_plain(scaling.scaling_width, 100), scaling_height=_plain(scaling.scaling_height, 100)
        ),
        rotation=_final(asked.rotation, Rotation.NONE),
        media_sides=FinalMediaSides(
            media_front=_final_side(front), media_back=None if back is None else _final_side(back)
        ),
    )


def _final_side(side: MediaSide) -> FinalMediaSide:
    region = side.scan_region or ScanRegion()
    resolution = side.resolution or Resolution()
    return FinalMediaSide(
        scan_region=FinalScanRegion(
            scan_region_x_offset=_final(region.scan_region_x_offset, 0),
            scan_region_y_offset=_final(region.scan_region_y_offset, 0),
            scan_region_width=_final(region.scan_region_width, WIDTH_THOU),
            scan_region_height=_final(region.scan_region_height, HEIGHT_THOU),
        ),
        color_processing=_final(side.color_processing, ColorEntry.RGB_24),
        resolution=FinalResolution(
            width=_plain(resolution.width, RESOLUTION_DPI),
            height=_plain(resolution.height if resolution.height is not None else resolution.width, RESOLUTION_DPI),
        ),
    )


@dataclass(frozen=True, slots=True)
class Raster:
    """Size of an image in pixels."""

    width: int
    height: int
    bits: int


def raster(final: DocumentFinalParameters, *, back: bool = False) -> Raster:
    """The image of these parameters (pixelsperline.md): region by resolution by scaling, turned by the rotation."""
    sides = final.media_sides or FinalMediaSides()
    side = (sides.media_back if back else sides.media_front) or sides.media_front or _final_side(MediaSide())
    region, resolution = side.scan_region or FinalScanRegion(), side.resolution or FinalResolution()
    scaling = final.scaling or FinalScaling()
    width = _scaled(region.scan_region_width, resolution.width, scaling.scaling_width, WIDTH_THOU)
    height = _scaled(region.scan_region_height, resolution.height, scaling.scaling_height, HEIGHT_THOU)
    if final.rotation is not None and final.rotation.value in (Rotation.QUARTER, Rotation.THREE_QUARTERS):
        width, height = height, width
    color = side.color_processing.value if side.color_processing is not None else None
    return Raster(width, height, next((bits for entry, bits in BITS_PER_PIXEL.items() if entry == color), 24))


def _scaled(size: Final[Any] | None, dpi: Final[Any] | None, percent: Final[Any] | None, default: int) -> int:
    thou = size.value if size is not None and size.value else default
    per_inch = dpi.value if dpi is not None and dpi.value else RESOLUTION_DPI
    scale = percent.value if percent is not None and percent.value else 100
    return max(1, thou * per_inch * scale // 100_000)


def image_information(final: DocumentFinalParameters) -> ImageInformation:
    """How large the images of a job will be."""
    duplex = final.input_source is not None and final.input_source.value == InputSource.ADF_DUPLEX
    return ImageInformation(
        media_front_image_info=_side_info(final, back=False),
        media_back_image_info=_side_info(final, back=True) if duplex else None,
    )


def _side_info(final: DocumentFinalParameters, *, back: bool) -> SideImageInfo:
    size = raster(final, back=back)
    flat = final.format is not None and final.format.value in UNCOMPRESSED_FORMATS
    return SideImageInfo(
        pixels_per_line=size.width,
        number_of_lines=size.height,
        bytes_per_line=-(-size.width * size.bits // 8) if flat else 0,
    )
