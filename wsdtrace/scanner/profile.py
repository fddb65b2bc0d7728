"""What a virtual scanner is and can do, and how it says so: description, configuration, status, metadata."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from wsdtrace import __version__
from wsdtrace.dataclass import dataclass
from wsdtrace.scenario.portrait import COMPATIBLE_ID, DEVICE_TYPES, METADATA_DIALECTS
from wsdtrace.soap import EndpointReference, QName
from wsdtrace.soap.namespaces import DPWS, SCAN
from wsdtrace.soap.schema import Text
from wsdtrace.wsd import metadata as mex
from wsdtrace.wsd import scanner as say
from wsdtrace.wsd.values import (
    ColorEntry,
    ContentType,
    FilmScanMode,
    Format,
    InputSource,
    Rotation,
    ScannerState,
    ScannerStateReason,
)

SCALING = range(25, 401)
"""Percent."""
QUALITY = range(1, 101)
EXPOSURE = range(-1000, 1001)
SMALLEST_THOU = (100, 100)


@dataclass(frozen=True, slots=True)
class Profile:
    """A device. Sizes are in 1/1000 inch, width across the sensor's line first; None: it has no such source."""

    name: str = "Virtual scanner"
    manufacturer: str = "wsdtrace"
    model: str = "Virtual scanner"
    serial: str = "V0001"
    firmware: str = __version__
    location: str = "this machine"
    formats: tuple[str, ...] = (
        Format.JFIF,
        Format.EXIF,
        Format.PNG,
        Format.TIFF_SINGLE_UNCOMPRESSED,
        Format.TIFF_SINGLE_G4,
        Format.TIFF_SINGLE_JPEG_TN2,
        Format.TIFF_MULTI_UNCOMPRESSED,
        Format.TIFF_MULTI_G4,
        Format.TIFF_MULTI_JPEG_TN2,
        Format.DIB,
    )
    colors: tuple[str, ...] = (ColorEntry.BLACK_AND_WHITE_1, ColorEntry.GRAYSCALE_8, ColorEntry.RGB_24)
    dpi: tuple[int, ...] = (75, 100, 150, 200, 300, 600)
    platen: tuple[int, int] | None = (8500, 11_700)
    adf: tuple[int, int] | None = (8500, 14_000)
    film: tuple[int, int] | None = None
    duplex: bool = True
    sheets: int = 3
    """In the feeder; it fills itself again when a job ends."""
    page_s: float = 0.0
    """How long it scans a page."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Values of InputSource that it has."""
        return (
            *((InputSource.PLATEN,) if self.platen else ()),
            *((InputSource.ADF,) if self.adf else ()),
            *((InputSource.ADF_DUPLEX,) if self.adf and self.duplex else ()),
            *((InputSource.FILM,) if self.film else ()),
        )

    def size_of(self, source: str) -> tuple[int, int]:
        """The largest original of a source."""
        if source == InputSource.FILM:
            size = self.film
        elif source in (InputSource.ADF, InputSource.ADF_DUPLEX):
            size = self.adf
        else:
            size = self.platen
        return size or self.platen or self.adf or (8500, 11_700)


def _texts(text: str) -> tuple[say.ShortText, ...]:
    return (say.ShortText(text, lang="en"),)


def description(profile: Profile) -> say.ScannerDescription:
    """What it is called."""
    return say.ScannerDescription(
        scanner_name=_texts(profile.name),
        scanner_info=_texts(f"{profile.manufacturer} {profile.model}"),
        scanner_location=_texts(profile.location),
    )


def _resolutions(profile: Profile) -> say.Resolutions:
    return say.Resolutions(widths=say.Widths(width=profile.dpi), heights=say.Heights(height=profile.dpi))


def _optical(profile: Profile) -> say.OpticalResolution:
    return say.OpticalResolution(width=max(profile.dpi), height=max(profile.dpi))


def _colors(profile: Profile) -> say.Colors:
    return say.Colors(color_entry=profile.colors)


def _size(size: Sequence[int]) -> say.Dimensions:
    return say.Dimensions(width=size[0], height=size[1])


def _adf_side(profile: Profile, size: tuple[int, int]) -> say.ADFSide:
    return say.ADFSide(
        adf_optical_resolution=_optical(profile),
        adf_resolutions=_resolutions(profile),
        adf_color=_colors(profile),
        adf_minimum_size=_size(SMALLEST_THOU),
        adf_maximum_size=_size(size),
    )


def configuration(profile: Profile) -> say.ScannerConfiguration:
    """What it can do."""
    return say.ScannerConfiguration(
        device_settings=say.DeviceSettings(
            formats_supported=say.FormatsSupported(format_value=profile.formats),
            compression_quality_factor_supported=say.CompressionQualityFactorSupported(
                min_value=QUALITY[0], max_value=QUALITY[-1]
            ),
            content_types_supported=say.ContentTypesSupported(content_type_value=tuple(ContentType)),
            document_size_auto_detect_supported=False,
            auto_exposure_supported=False,
            brightness_supported=True,
            contrast_supported=True,
            scaling_range_supported=say.ScalingRangeSupported(
                scaling_width=say.Range(min_value=SCALING[0], max_value=SCALING[-1]),
                scaling_height=say.Range(min_value=SCALING[0], max_value=SCALING[-1]),
            ),
            rotations_supported=say.RotationsSupported(rotation_value=tuple(Rotation)),
        ),
        platen=None
        if profile.platen is None
        else say.Platen(
            platen_optical_resolution=_optical(profile),
            platen_resolutions=_resolutions(profile),
            platen_color=_colors(profile),
            platen_minimum_size=_size(SMALLEST_THOU),
            platen_maximum_size=_size(profile.platen),
        ),
        adf=None
        if profile.adf is None
        else say.ADF(
            adf_supports_duplex=profile.duplex,
            adf_front=_adf_side(profile, profile.adf),
            adf_back=_adf_side(profile, profile.adf) if profile.duplex else None,
        ),
        film=None
        if profile.film is None
        else say.Film(
            film_scan_modes_supported=say.FilmScanModesSupported(
                film_scan_mode_value=(FilmScanMode.COLOR_SLIDE_FILM, FilmScanMode.COLOR_NEGATIVE_FILM)
            ),
            film_optical_resolution=_optical(profile),
            film_resolutions=_resolutions(profile),
            film_color=_colors(profile),
            film_minimum_size=_size(SMALLEST_THOU),
            film_maximum_size=_size(profile.film),
        ),
    )


def clock_time(now_ns: int) -> datetime:
    """What the device's clock says, in whole seconds."""
    return datetime.fromtimestamp(now_ns // 10**9, UTC)


def state_of(*, busy: bool, stopped_by: str | None) -> tuple[str, say.ScannerStateReasons]:
    """State and reasons.

    Args:
        busy: it scans.
        stopped_by: name of a critical condition; None where there is none.
    """
    if stopped_by is not None:
        known = [reason for reason in ScannerStateReason if reason == stopped_by]
        reason = known[0] if known else ScannerStateReason.ATTENTION_REQUIRED
        return ScannerState.STOPPED, say.ScannerStateReasons(scanner_state_reason=(reason,))
    state = ScannerState.PROCESSING if busy else ScannerState.IDLE
    return state, say.ScannerStateReasons(scanner_state_reason=(ScannerStateReason.NONE,))


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a device is, as one client sees it."""

    base: str
    """`http://HOST:PORT`."""
    endpoint: str
    """`urn:uuid:…`."""

    @property
    def device(self) -> str:
        return f"{self.base}/{self.endpoint.removeprefix('urn:uuid:')}"

    @property
    def service(self) -> str:
        return f"{self.base}/scan"

    @property
    def manager(self) -> str:
        return f"{self.base}/scan/events"


def metadata(profile: Profile, at: Addresses) -> mex.Metadata:
    """Model, device and services."""
    host = mex.Host(endpoint_reference=EndpointReference(address=at.endpoint), types=DEVICE_TYPES)
    hosted = mex.Hosted(
        endpoint_reference=(EndpointReference(address=at.service),),
        types=(QName(SCAN, "ScannerServiceType"),),
        service_id=f"{at.endpoint}/scan",
        compatible_id=COMPATIBLE_ID,
    )
    model, this, relationship = METADATA_DIALECTS
    return mex.Metadata(
        metadata_section=(
            mex.MetadataSection(
                dialect=model,
                this_model=mex.ThisModel(
                    manufacturer=(Text(profile.manufacturer, lang="en"),),
                    model_name=(Text(profile.model, lang="en"),),
                    device_category="Scanners",
                ),
            ),
            mex.MetadataSection(
                dialect=this,
                this_device=mex.ThisDevice(
                    friendly_name=(Text(profile.name, lang="en"),),
                    firmware_version=profile.firmware,
                    serial_number=profile.serial,
                ),
            ),
            mex.MetadataSection(
                dialect=relationship,
                relationship=mex.Relationship(type=f"{DPWS}/host", host=host, hosted=(hosted,)),
            ),
        )
    )
