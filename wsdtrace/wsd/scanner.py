"""What a scanner says of itself: description, configuration, status (scannerdescription.md, scannerconfiguration.md,
scannerstatus.md).
"""

from datetime import datetime
from typing import Annotated

from wsdtrace.soap.namespaces import SCAN
from wsdtrace.soap.schema import DateTime, Element, Text, attribute, content, declare, many, one, opt, some
from wsdtrace.wsd.ticket import ScanTicket
from wsdtrace.wsd.values import (
    AnyInt,
    Boolean,
    ColorEntry,
    Component,
    ConditionName,
    ContentType,
    FilmScanMode,
    Format,
    Percent,
    Positive,
    Rotation,
    ScannerState,
    ScannerStateReason,
    Severity,
    String127,
)

Time = Annotated[datetime, DateTime()]
_NAME = "name-element-for-devicecondition-and-conditionhistoryentry.md"


@declare(SCAN, name="(text)", source="scannername.md")
class ShortText(Text):
    """A text in a language, for a display."""

    value: String127 | None = content("the text")


@declare(SCAN)
class ScannerDescription(Element):
    """What the scanner is called."""

    scanner_name: tuple[ShortText, ...] = some("name that the owner gave; one for each language")
    scanner_info: tuple[ShortText, ...] = many("what it is")
    scanner_location: tuple[ShortText, ...] = many("where it stands")


@declare(SCAN, name="Width/Height", source="platenmaximumsize.md")
class Dimensions(Element):
    """A size."""

    width: Positive | None = one("across the sensor's line", unit="1/1000 inch")
    height: Positive | None = one("along the scan", unit="1/1000 inch")


@declare(SCAN, name="Width/Height", source="platenopticalresolution.md")
class OpticalResolution(Element):
    """The resolution of the sensor."""

    width: Positive | None = one("across the sensor's line", unit="pixels/inch")
    height: Positive | None = opt("along the scan; the same as Width where absent", unit="pixels/inch")


@declare(SCAN)
class Widths(Element):
    """Resolutions across the sensor's line."""

    width: tuple[Positive | None, ...] = some("one of them", unit="pixels/inch")


@declare(SCAN)
class Heights(Element):
    """Resolutions along the scan."""

    height: tuple[Positive | None, ...] = some("one of them", unit="pixels/inch")


@declare(SCAN, name="Widths/Heights", source="platenresolutions.md")
class Resolutions(Element):
    """The resolutions that can be asked for."""

    widths: Widths | None = one("across the sensor's line")
    heights: Heights | None = one("along the scan")


@declare(SCAN, name="ColorEntry list", source="platencolor.md")
class Colors(Element):
    """The colours that can be asked for."""

    color_entry: tuple[ColorEntry | str, ...] = some("colour space and bits of a pixel")


@declare(SCAN)
class Platen(Element):
    """The glass plate."""

    platen_optical_resolution: OpticalResolution | None = one("resolution of the sensor")
    platen_resolutions: Resolutions | None = one("resolutions that can be asked for")
    platen_color: Colors | None = one("colours that can be asked for")
    platen_minimum_size: Dimensions | None = one("smallest area")
    platen_maximum_size: Dimensions | None = one("largest area")


@declare(SCAN, name="ADFFront")
class ADFSide(Element):
    """One side of the document feeder."""

    adf_optical_resolution: OpticalResolution | None = one("resolution of the sensor")
    adf_resolutions: Resolutions | None = one("resolutions that can be asked for")
    adf_color: Colors | None = one("colours that can be asked for")
    adf_minimum_size: Dimensions | None = one("smallest sheet")
    adf_maximum_size: Dimensions | None = one("largest sheet")


@declare(SCAN)
class ADF(Element):
    """The automatic document feeder."""

    adf_supports_duplex: Boolean | None = one("it scans both sides")
    adf_front: ADFSide | None = one("the front, or the only side")
    adf_back: ADFSide | None = opt("the back, where it scans both sides")


@declare(SCAN)
class FilmScanModesSupported(Element):
    """The kinds of film that can be scanned."""

    film_scan_mode_value: tuple[FilmScanMode | str, ...] = some("one of them")


@declare(SCAN)
class Film(Element):
    """The film unit."""

    film_scan_modes_supported: FilmScanModesSupported | None = one("kinds of film")
    film_optical_resolution: OpticalResolution | None = one("resolution of the sensor")
    film_resolutions: Resolutions | None = one("resolutions that can be asked for")
    film_color: Colors | None = one("colours that can be asked for")
    film_minimum_size: Dimensions | None = one("smallest film")
    film_maximum_size: Dimensions | None = one("largest film")


@declare(SCAN)
class FormatsSupported(Element):
    """The file formats that can be asked for."""

    format_value: tuple[Format | str, ...] = some("one of them")


@declare(SCAN)
class CompressionQualityFactorSupported(Element):
    """The range of qualities that can be asked for."""

    min_value: Percent | None = one("least quality", unit="percent")
    max_value: Percent | None = one("best quality", unit="percent")


@declare(SCAN)
class ContentTypesSupported(Element):
    """The content types that can be asked for."""

    content_type_value: tuple[ContentType | str, ...] = some("one of them")


@declare(SCAN, name="MinValue/MaxValue", source="scalingrangesupported.md")
class Range(Element):
    """A range of scalings."""

    min_value: AnyInt | None = opt("least", unit="percent")
    max_value: AnyInt | None = one("most", unit="percent")


@declare(SCAN)
class ScalingRangeSupported(Element):
    """The scalings that can be asked for."""

    scaling_width: Range | None = one("across the sensor's line", source="scalingwidth2.md")
    scaling_height: Range | None = one("along the scan", source="scalingheight2.md")


@declare(SCAN)
class RotationsSupported(Element):
    """The rotations that can be asked for."""

    rotation_value: tuple[Rotation | str, ...] = some("one of them", unit="degrees")


@declare(SCAN)
class DeviceSettings(Element):
    """What holds for every input source."""

    formats_supported: FormatsSupported | None = one("file formats")
    compression_quality_factor_supported: CompressionQualityFactorSupported | None = one("range of qualities")
    content_types_supported: ContentTypesSupported | None = one("content types")
    document_size_auto_detect_supported: Boolean | None = one("it can find out the size of the original")
    auto_exposure_supported: Boolean | None = one("it can set the exposure")
    brightness_supported: Boolean | None = one("the brightness can be set")
    contrast_supported: Boolean | None = one("the contrast can be set")
    scaling_range_supported: ScalingRangeSupported | None = one("scalings")
    rotations_supported: RotationsSupported | None = one("rotations")


@declare(SCAN)
class ScannerConfiguration(Element):
    """What the scanner can do."""

    device_settings: DeviceSettings | None = one("what holds for every input source")
    platen: Platen | None = opt("the glass plate, if there is one")
    adf: ADF | None = opt("the document feeder, if there is one")
    film: Film | None = opt("the film unit, if there is one")


@declare(SCAN)
class ScannerStateReasons(Element):
    """Why the scanner is in its state."""

    scanner_state_reason: tuple[ScannerStateReason | str, ...] = some("one of the reasons")


@declare(SCAN)
class DeviceCondition(Element):
    """A condition of the device that lasts."""

    id: Positive | None = attribute("number of the condition, not used twice", required=True)
    time: Time | None = one("when it began, by the device's clock")
    name: ConditionName | str | None = one("what it is", source=_NAME)
    component: Component | str | None = one("part of the device")
    severity: Severity | str | None = one("how bad it is")


@declare(SCAN)
class ActiveConditions(Element):
    """The conditions that last now."""

    device_condition: tuple[DeviceCondition, ...] = many("one of them")


@declare(SCAN)
class ConditionHistoryEntry(Element):
    """A condition that is over."""

    id: Positive | None = attribute("number of the condition", required=True)
    time: Time | None = one("when it began, by the device's clock")
    name: ConditionName | str | None = one("what it was", source=_NAME)
    component: Component | str | None = one("part of the device")
    severity: Severity | str | None = one("how bad it was")
    clear_time: Time | None = one("when it ended, by the device's clock")


@declare(SCAN)
class ConditionHistory(Element):
    """The conditions that are over."""

    condition_history_entry: tuple[ConditionHistoryEntry, ...] = some("one of them")


@declare(SCAN)
class ScannerStatus(Element):
    """What the scanner does now."""

    scanner_current_time: Time | None = one("the device's clock, which need not be right")
    scanner_state: ScannerState | str | None = one("what it does")
    scanner_state_reasons: ScannerStateReasons | None = opt("why")
    active_conditions: ActiveConditions | None = one("conditions that last; empty when there are none")
    condition_history: ConditionHistory | None = opt("conditions that are over")


@declare(SCAN)
class StatusSummary(Element):
    """State of the scanner and why."""

    scanner_state: ScannerState | str | None = one("what it does")
    scanner_state_reasons: ScannerStateReasons | None = opt("why")


@declare(SCAN)
class DeviceConditionCleared(Element):
    """The end of a condition."""

    condition_id: Positive | None = one("number of the condition that ended")
    condition_clear_time: Time | None = one("when, by the device's clock")


@declare(SCAN, source="")
class Scanner(Element):
    """Everything that a scanner says of itself; no operation sends it whole."""

    scanner_description: ScannerDescription | None = one("what it is called")
    scanner_configuration: ScannerConfiguration | None = one("what it can do")
    scanner_status: ScannerStatus | None = one("what it does now")
    default_scan_ticket: ScanTicket | None = one("what it does where a ticket says nothing")
