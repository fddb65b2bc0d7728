"""What the device of a scenario says of itself: description, configuration, status, metadata; without contradiction."""

from __future__ import annotations

from datetime import UTC, datetime

from wsdtrace.scenario.hosts import Faces, Host
from wsdtrace.scenario.tickets import default_ticket
from wsdtrace.soap import EndpointReference, QName
from wsdtrace.soap.namespaces import DPWS, SCAN, WSA
from wsdtrace.soap.schema import Text
from wsdtrace.wsd.metadata import (
    Host as HostService,
)
from wsdtrace.wsd.metadata import (
    Hosted,
    Metadata,
    MetadataSection,
    Relationship,
    ThisDevice,
    ThisModel,
)
from wsdtrace.wsd.scanner import (
    ADF,
    ActiveConditions,
    ADFSide,
    Colors,
    CompressionQualityFactorSupported,
    ContentTypesSupported,
    DeviceSettings,
    Dimensions,
    FormatsSupported,
    Heights,
    OpticalResolution,
    Platen,
    Range,
    Resolutions,
    RotationsSupported,
    ScalingRangeSupported,
    ScannerConfiguration,
    ScannerDescription,
    ScannerStateReasons,
    ScannerStatus,
    ShortText,
    StatusSummary,
    Widths,
)
from wsdtrace.wsd.ticket import ScanTicket
from wsdtrace.wsd.values import (
    ColorEntry,
    ContentType,
    Format,
    Rotation,
    ScannerState,
    ScannerStateReason,
)

DPI = (75, 100, 150, 200, 300)
COLORS = (ColorEntry.BLACK_AND_WHITE_1, ColorEntry.GRAYSCALE_8, ColorEntry.RGB_24)
FORMATS = (Format.JFIF, Format.EXIF, Format.PNG, Format.DIB, Format.TIFF_SINGLE_UNCOMPRESSED, Format.PDF_A)
LARGEST_THOU = (8500, 14_000)
"""Legal paper."""

DEVICE_TYPES = (QName(DPWS, "Device"), QName(SCAN, "ScanDeviceType"))
COMPATIBLE_ID = f"{SCAN}/ScannerServiceType"
"""PnP-X id of a scanner (rule D08)."""
METADATA_DIALECTS = tuple(f"{DPWS}/{name}" for name in ("ThisModel", "ThisDevice", "Relationship"))


def description() -> ScannerDescription:
    """What it is called."""
    return ScannerDescription(
        scanner_name=(ShortText("Scenario scanner", lang="en"),),
        scanner_info=(ShortText("Played from a scenario", lang="en"),),
        scanner_location=(ShortText("Nowhere", lang="en"),),
    )


def _resolutions() -> Resolutions:
    return Resolutions(widths=Widths(width=DPI), heights=Heights(height=DPI))


def _adf_side() -> ADFSide:
    return ADFSide(
        adf_optical_resolution=OpticalResolution(width=DPI[-1], height=DPI[-1]),
        adf_resolutions=_resolutions(),
        adf_color=Colors(color_entry=COLORS),
        adf_minimum_size=Dimensions(width=1000, height=1000),
        adf_maximum_size=Dimensions(width=LARGEST_THOU[0], height=LARGEST_THOU[1]),
    )


def configuration() -> ScannerConfiguration:
    """What it can do: a platen and a feeder that scans both sides."""
    return ScannerConfiguration(
        device_settings=DeviceSettings(
            formats_supported=FormatsSupported(format_value=FORMATS),
            compression_quality_factor_supported=CompressionQualityFactorSupported(min_value=1, max_value=100),
            content_types_supported=ContentTypesSupported(content_type_value=tuple(ContentType)),
            document_size_auto_detect_supported=False,
            auto_exposure_supported=False,
            brightness_supported=True,
            contrast_supported=True,
            scaling_range_supported=ScalingRangeSupported(
                scaling_width=Range(min_value=50, max_value=200), scaling_height=Range(min_value=50, max_value=200)
            ),
            rotations_supported=RotationsSupported(rotation_value=tuple(Rotation)),
        ),
        platen=Platen(
            platen_optical_resolution=OpticalResolution(width=DPI[-1], height=DPI[-1]),
            platen_resolutions=_resolutions(),
            platen_color=Colors(color_entry=COLORS),
            platen_minimum_size=Dimensions(width=100, height=100),
            platen_maximum_size=Dimensions(width=LARGEST_THOU[0], height=11_700),
        ),
        adf=ADF(adf_supports_duplex=True, adf_front=_adf_side(), adf_back=_adf_side()),
    )


def default_scan_ticket() -> ScanTicket:
    """What it does where a ticket says nothing."""
    return default_ticket()


def clock(now_ns: int) -> datetime:
    """The device's clock, which is right."""
    return datetime.fromtimestamp(now_ns // 10**9, UTC)


def status(now_ns: int, *, busy: bool) -> ScannerStatus:
    """What it does now."""
    return ScannerStatus(
        scanner_current_time=clock(now_ns),
        scanner_state=ScannerState.PROCESSING if busy else ScannerState.IDLE,
        scanner_state_reasons=ScannerStateReasons(scanner_state_reason=(ScannerStateReason.NONE,)),
        active_conditions=ActiveConditions(),
    )


def summary(*, busy: bool) -> StatusSummary:
    """State and reasons, as an event tells them."""
    return StatusSummary(
        scanner_state=ScannerState.PROCESSING if busy else ScannerState.IDLE,
        scanner_state_reasons=ScannerStateReasons(scanner_state_reason=(ScannerStateReason.NONE,)),
    )


def metadata(device: Host, faces: Faces) -> Metadata:
    """Model, device and services."""
    host = HostService(endpoint_reference=EndpointReference(address=device.endpoint), types=DEVICE_TYPES)
    hosted = Hosted(
        endpoint_reference=(EndpointReference(address=faces.service_url),),
        types=(QName(SCAN, "ScannerServiceType"),),
        service_id="urn:scenario:scan",
        compatible_id=COMPATIBLE_ID,
    )
    model, this, relationship = METADATA_DIALECTS
    return Metadata(
        metadata_section=(
            MetadataSection(
                dialect=model,
                this_model=ThisModel(
                    manufacturer=(Text("Scenario", lang="en"),),
                    model_name=(Text("Scenario scanner", lang="en"),),
                    device_category="Scanners",
                ),
            ),
            MetadataSection(
                dialect=this,
                this_device=ThisDevice(
                    friendly_name=(Text("Scenario scanner", lang="en"),), firmware_version="1.0", serial_number="1"
                ),
            ),
            MetadataSection(
                dialect=relationship,
                relationship=Relationship(type=f"{DPWS}/host", host=host, hosted=(hosted,)),
            ),
        )
    )


ANONYMOUS = f"{WSA}/role/anonymous"
