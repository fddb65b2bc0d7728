"""How large an image should be: by what the device told of it, and by what the final parameters say.

Theory of operation: ImageInformation is an estimate (pixelsperline.md), JPEG rounds up to blocks of 16, scanners to
whole motor steps; so sizes are compared with a tolerance. A feeder does not know how long a sheet is: there an image
may be shorter than told. Where the device is to detect the size, nothing is expected.
"""

from __future__ import annotations

from wsdtrace.dataclass import dataclass
from wsdtrace.state.model import Job
from wsdtrace.wsd.ticket import (
    DocumentFinalParameters,
    Final,
    FinalMediaSide,
    ImageInformation,
    ScanTicket,
    SideImageInfo,
)

TOLERANCE_PIXELS = 16
"""One block of a JPEG with subsampled colours (ITU-T T.81 §A.2.4)."""

TOLERANCE = 0.02
"""Of the told size: 4 mm on a sheet of A4 or letter, about what feeders skew and platens round."""

BITS = {
    "BlackAndWhite1": 1, "Grayscale4": 4, "Grayscale8": 8, "Grayscale16": 16,
    "RGB24": 24, "RGB48": 48, "RGBa32": 32, "RGBa64": 64,
}  # fmt: skip
"""Bits of a pixel (colorentry.md)."""

FEEDERS = frozenset({"ADF", "ADFDuplex"})


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


def close(found: Size, told: Size, *, shorter: bool) -> bool:
    """The image is as large as told.

    Args:
        found: of the image.
        told: of the device.
        shorter: the image may have fewer lines.
    """
    height = found.height <= told.height + _slack(told.height) if shorter else _near(found.height, told.height)
    return _near(found.width, told.width) and height


def _near(found: int, told: int) -> bool:
    return abs(found - told) <= _slack(told)


def _slack(told: int) -> float:
    return max(TOLERANCE_PIXELS, told * TOLERANCE)


def told_sizes(job: Job) -> list[Size]:
    """What ImageInformation tells of the sides; a size of 0 is not known yet."""
    information = job.image_information
    if not isinstance(information, ImageInformation) or detects_size(job):
        return []
    sides = (information.media_front_image_info, information.media_back_image_info)
    return [size for side in sides if (size := _told(side)) is not None]


def _told(side: SideImageInfo | None) -> Size | None:
    if side is None or not side.pixels_per_line or not side.number_of_lines:
        return None
    return Size(side.pixels_per_line, side.number_of_lines)


def meant_sizes(job: Job) -> list[Size]:
    """What the final parameters come to: scan region by resolution by scaling, turned by the rotation (row I18)."""
    final = job.final
    if not isinstance(final, DocumentFinalParameters) or final.media_sides is None or detects_size(job):
        return []
    sides = (final.media_sides.media_front, final.media_sides.media_back)
    return [size for side in sides if (size := _meant(final, side)) is not None]


def _meant(final: DocumentFinalParameters, side: FinalMediaSide | None) -> Size | None:
    if side is None or side.scan_region is None or side.resolution is None:
        return None
    scaling = final.scaling
    width = _pixels(
        side.scan_region.scan_region_width, side.resolution.width, scaling.scaling_width if scaling else None
    )
    height = _pixels(
        side.scan_region.scan_region_height,
        side.resolution.height or side.resolution.width,
        scaling.scaling_height if scaling else None,
    )
    if width is None or height is None:
        return None
    return Size(height, width) if is_turned(final) else Size(width, height)


def _pixels(thou: Final[int] | None, dpi: Final[int] | None, percent: Final[int] | None) -> int | None:
    """Pixels of a length in 1/1000 inch; None where it is not known."""
    if thou is None or not thou.value or dpi is None or not dpi.value:
        return None
    return thou.value * dpi.value * (percent.value if percent is not None and percent.value else 100) // 100_000


def is_turned(final: DocumentFinalParameters) -> bool:
    """Width and height change places."""
    return final.rotation is not None and str(final.rotation.value) in ("90", "270")


def detects_size(job: Job) -> bool:
    """The device is to find out how large the original is."""
    ticket, final = job.ticket, job.final
    asked = ticket.document_parameters if isinstance(ticket, ScanTicket) else None
    wanted = asked.input_size.document_size_auto_detect if asked is not None and asked.input_size is not None else None
    size = final.input_size if isinstance(final, DocumentFinalParameters) else None
    return bool(wanted) or (size is not None and bool(size.document_size_auto_detect))


def least_bytes_per_line(information: SideImageInfo, color: str | None) -> int | None:
    """Bytes that an uncompressed line needs at least; None where colours or width are not known."""
    bits = BITS.get(color or "")
    if bits is None or not information.pixels_per_line:
        return None
    return -(-information.pixels_per_line * bits // 8)
