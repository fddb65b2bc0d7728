"""The scan ticket: what a client asks for (scanticket.md), and what the device will do (documentfinalparameters.md)."""

from typing import Generic, TypeVar

from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import Element, attribute, content, declare, one, opt
from wsdtrace.wsd.values import (
    Boolean,
    ColorEntry,
    ContentType,
    Count,
    FilmScanMode,
    Format,
    InputSource,
    Level100,
    Level1000,
    Percent,
    Positive,
    Rotation,
    Scale,
    String255,
)

T = TypeVar("T")

TICKET_MESSAGES = ("CreateScanJobRequest", "ValidateScanTicketRequest")
"""Messages in which MustHonor may stand: createscanjobrequest.md; validatescanticketrequest.md by implication of its
fault.
"""


_HONOR = "refuse the job rather than change or ignore this"


@declare(SCAN, name="(requested value)", source="createscanjobrequest.md")
class Requested(Element, Generic[T]):
    """A value that a client asks for."""

    value: T | None = content("the value")
    must_honor: Boolean | None = attribute(_HONOR, qualified=True, only_in=TICKET_MESSAGES)


@declare(SCAN, name="(final value)", source="documentfinalparameters.md")
class Final(Element, Generic[T]):
    """A value that the device will use."""

    value: T | None = content("the value")
    override: Boolean | None = attribute("differs from what was requested", qualified=True)
    used_default: Boolean | None = attribute("was not requested, the device's default is used", qualified=True)


@declare(SCAN)
class JobDescription(Element):
    """What a user is to know a job by."""

    job_name: String255 | None = one("name of the job, for a display")
    job_originating_user_name: String255 | None = one("user who asked for it", redact=True)
    job_information: String255 | None = opt("anything else about it; some devices refuse a ticket without it")


@declare(SCAN, name="InputMediaSize")
class InputMediaSize(Element):
    """Size of the original."""

    width: Positive | None = one("across the sensor's line", unit="1/1000 inch")
    height: Positive | None = one("along the scan", unit="1/1000 inch")


@declare(SCAN, name="InputSize")
class InputSize(Element):
    """How large the original is, or that the device shall find out."""

    must_honor: Boolean | None = attribute(_HONOR, qualified=True, only_in=TICKET_MESSAGES)
    document_size_auto_detect: Boolean | None = one("the device detects the size", choice="size")
    input_media_size: InputMediaSize | None = one("size of the original", choice="size")


@declare(SCAN, name="ExposureSettings")
class ExposureSettings(Element):
    """Exposure by hand."""

    contrast: Level1000 | None = opt("0 is the device's normal")
    brightness: Level1000 | None = opt("0 is the device's normal")
    sharpness: Level100 | None = opt("0 is the device's normal")


@declare(SCAN, name="Exposure")
class Exposure(Element):
    """Exposure by the device, or by hand."""

    must_honor: Boolean | None = attribute(_HONOR, qualified=True, only_in=TICKET_MESSAGES)
    auto_exposure: Boolean | None = one("the device sets the exposure", choice="exposure")
    exposure_settings: ExposureSettings | None = one("settings by hand", choice="exposure")


@declare(SCAN, name="Scaling")
class Scaling(Element):
    """Size of the image against the original."""

    must_honor: Boolean | None = attribute(_HONOR, qualified=True, only_in=TICKET_MESSAGES)
    scaling_width: Scale | None = one("across the sensor's line", unit="percent")
    scaling_height: Scale | None = one("along the scan", unit="percent")


@declare(SCAN, name="ScanRegion")
class ScanRegion(Element):
    """The part of the original that is scanned."""

    scan_region_x_offset: Requested[Count] | None = opt("left edge", unit="1/1000 inch")
    scan_region_y_offset: Requested[Count] | None = opt("top edge", unit="1/1000 inch")
    scan_region_width: Requested[Positive] | None = one("at most the width of the original", unit="1/1000 inch")
    scan_region_height: Requested[Positive] | None = one("at most the height of the original", unit="1/1000 inch")


@declare(SCAN, name="Resolution")
class Resolution(Element):
    """Pixels per inch of the image."""

    must_honor: Boolean | None = attribute(_HONOR, qualified=True, only_in=TICKET_MESSAGES)
    width: Positive | None = one("across the sensor's line", unit="pixels/inch")
    height: Positive | None = opt("along the scan; the same as Width where absent", unit="pixels/inch")


@declare(SCAN, name="MediaFront")
class MediaSide(Element):
    """What to scan of one side of the sheet."""

    scan_region: ScanRegion | None = opt("part of the side")
    color_processing: Requested[ColorEntry | str] | None = opt("colours of the image")
    resolution: Resolution | None = opt("resolution of the image")


@declare(SCAN, name="MediaSides")
class MediaSides(Element):
    """What to scan of each side."""

    must_honor: Boolean | None = attribute(_HONOR, qualified=True, only_in=TICKET_MESSAGES)
    media_front: MediaSide | None = one("the front; for both sides where MediaBack is absent")
    media_back: MediaSide | None = opt("the back, with ADFDuplex only")


@declare(SCAN)
class DocumentParameters(Element):
    """How the client wants the document scanned."""

    format: Requested[Format | str] | None = opt("file format")
    compression_quality_factor: Requested[Percent] | None = opt("100 is the best quality", unit="percent")
    images_to_transfer: Requested[Count] | None = opt("images wanted; 0 for all there are", unit="images")
    input_source: Requested[InputSource | str] | None = opt("where the original is")
    film_scan_mode: Requested[FilmScanMode | str] | None = opt("kind of film, with Film only")
    content_type: Requested[ContentType | str] | None = opt("what the original mostly shows")
    input_size: InputSize | None = opt("size of the original")
    exposure: Exposure | None = opt("exposure")
    scaling: Scaling | None = opt("size of the image against the original")
    rotation: Requested[Rotation | str] | None = opt("clockwise", unit="degrees")
    media_sides: MediaSides | None = opt("what to scan of each side")


@declare(SCAN)
class ScanTicket(Element):
    """What a scan job is to do."""

    job_description: JobDescription | None = one("what a user knows the job by")
    document_parameters: DocumentParameters | None = opt("how to scan; the device's defaults where absent")


# What the device says it will do. Every value must be there, and nothing is a choice.


@declare(SCAN, name="InputMediaSize")
class FinalInputMediaSize(Element):
    """Size of the original that the device will use."""

    width: Final[Positive] | None = one("across the sensor's line", unit="1/1000 inch")
    height: Final[Positive] | None = one("along the scan", unit="1/1000 inch")


@declare(SCAN, name="InputSize")
class FinalInputSize(Element):
    """How large the original is."""

    document_size_auto_detect: Boolean | None = opt("in no schema here; devices send it", tolerated=True)
    input_media_size: FinalInputMediaSize | None = one("size of the original")


@declare(SCAN, name="ExposureSettings")
class FinalExposureSettings(Element):
    """Exposure that the device will use."""

    contrast: Final[Level1000] | None = one("0 is the device's normal")
    brightness: Final[Level1000] | None = one("0 is the device's normal")
    sharpness: Final[Level100] | None = one("0 is the device's normal")


@declare(SCAN, name="Exposure")
class FinalExposure(Element):
    """Exposure that the device will use."""

    auto_exposure: Boolean | None = opt("in no schema here; devices send it", tolerated=True)
    exposure_settings: FinalExposureSettings | None = one("the settings")


@declare(SCAN, name="Scaling")
class FinalScaling(Element):
    """Size of the image against the original that the device will use."""

    scaling_width: Final[Scale] | None = one("across the sensor's line", unit="percent")
    scaling_height: Final[Scale] | None = one("along the scan", unit="percent")


@declare(SCAN, name="ScanRegion")
class FinalScanRegion(Element):
    """The part of the original that the device will scan."""

    scan_region_x_offset: Final[Count] | None = one("left edge", unit="1/1000 inch")
    scan_region_y_offset: Final[Count] | None = one("top edge", unit="1/1000 inch")
    scan_region_width: Final[Positive] | None = one("width", unit="1/1000 inch")
    scan_region_height: Final[Positive] | None = one("height", unit="1/1000 inch")


@declare(SCAN, name="Resolution")
class FinalResolution(Element):
    """Pixels per inch that the device will use."""

    width: Final[Positive] | None = one("across the sensor's line", unit="pixels/inch")
    height: Final[Positive] | None = one("along the scan", unit="pixels/inch")


@declare(SCAN, name="MediaFront")
class FinalMediaSide(Element):
    """What the device will scan of one side."""

    scan_region: FinalScanRegion | None = one("part of the side")
    color_processing: Final[ColorEntry | str] | None = one("colours of the image")
    resolution: FinalResolution | None = one("resolution of the image")


@declare(SCAN, name="MediaSides")
class FinalMediaSides(Element):
    """What the device will scan of each side."""

    media_front: FinalMediaSide | None = one("the front")
    media_back: FinalMediaSide | None = opt("the back")


@declare(SCAN)
class DocumentFinalParameters(Element):
    """How the device will scan the document."""

    format: Final[Format | str] | None = one("file format")
    compression_quality_factor: Final[Percent] | None = one("100 is the best quality", unit="percent")
    images_to_transfer: Final[Count] | None = one("images; 0 where nobody can know", unit="images")
    input_source: Final[InputSource | str] | None = one("where the original is")
    film_scan_mode: Final[FilmScanMode | str] | None = opt("kind of film")
    content_type: Final[ContentType | str] | None = one("what the original mostly shows")
    input_size: FinalInputSize | None = one("size of the original")
    exposure: FinalExposure | None = one("exposure")
    scaling: FinalScaling | None = one("size of the image against the original")
    rotation: Final[Rotation | str] | None = one("clockwise", unit="degrees")
    media_sides: FinalMediaSides | None = one("what is scanned of each side")


@declare(SCAN, name="MediaFrontImageInfo")
class SideImageInfo(Element):
    """The image of one side, in the device's estimate."""

    pixels_per_line: Positive | None = one("width of the image", unit="pixels")
    number_of_lines: Positive | None = one("height of the image", unit="lines")
    bytes_per_line: Count | None = one("0 for a compressed format", unit="bytes")


@declare(SCAN)
class ImageInformation(Element):
    """How large the images will be."""

    media_front_image_info: SideImageInfo | None = one("the front")
    media_back_image_info: SideImageInfo | None = opt("the back")
