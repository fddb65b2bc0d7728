"""A scan ticket against a ScannerConfiguration: which of its values the scanner does not offer.

Theory of operation: a claim is made only where the configuration lists or bounds the value; a list that is absent or
empty allows everything. Two things are borne: a feeder that has a back side and says that it scans none (seen: Brother
MFC-9340CDW), and sizes whose width and height are swapped in the configuration (seen: Kyocera ECOSYS M2040dn).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wsdtrace.check.tickets import LOSSLESS
from wsdtrace.dataclass import dataclass
from wsdtrace.wsd.scanner import (
    ADFSide,
    Colors,
    DeviceSettings,
    Dimensions,
    Film,
    Platen,
    Range,
    Resolutions,
    ScannerConfiguration,
)
from wsdtrace.wsd.ticket import DocumentParameters, MediaSide, ScanTicket


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A value of a ticket that the configuration does not have."""

    name: str
    value: str
    offered: str
    """What there is instead, in words."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What one input source can do, whatever it is."""

    colors: Colors | None
    resolutions: Resolutions | None
    smallest: Dimensions | None
    largest: Dimensions | None


def unsupported(ticket: ScanTicket, configuration: ScannerConfiguration) -> Iterator[Unsupported]:
    """Every value that the scanner does not offer, in schema order."""
    asked = ticket.document_parameters
    if asked is None:
        return
    if configuration.device_settings is not None:
        yield from _general(asked, configuration.device_settings)
    source = str(asked.input_source.value) if asked.input_source and asked.input_source.value is not None else None
    if source is not None:
        missing = _missing_source(source, configuration)
        if missing is not None:
            yield Unsupported("InputSource", source, missing)
            return
    yield from _film(asked, configuration)
    for name, side, back in _sides_of(asked):
        ability = _ability(source, configuration, back=back)
        if ability is not None:
            yield from _side(name, side, ability)
    ability = _ability(source, configuration, back=False)
    if ability is not None:
        yield from _size(asked, ability)


def _general(asked: DocumentParameters, offered: DeviceSettings) -> Iterator[Unsupported]:
    formats = offered.formats_supported.format_value if offered.formats_supported else ()
    format_ = asked.format.value if asked.format else None
    yield from _listed("Format", format_, formats)
    quality = asked.compression_quality_factor.value if asked.compression_quality_factor else None
    bounds = offered.compression_quality_factor_supported
    if quality is not None and bounds is not None and str(format_) not in LOSSLESS:
        yield from _within("CompressionQualityFactor", quality, bounds.min_value, bounds.max_value)
    contents = offered.content_types_supported.content_type_value if offered.content_types_supported else ()
    yield from _listed("ContentType", asked.content_type.value if asked.content_type else None, contents)
    size, exposure = asked.input_size, asked.exposure
    if size is not None and size.document_size_auto_detect and offered.document_size_auto_detect_supported is False:
        yield Unsupported("DocumentSizeAutoDetect", "true", "not supported")
    if exposure is not None and exposure.auto_exposure and offered.auto_exposure_supported is False:
        yield Unsupported("AutoExposure", "true", "not supported")
    by_hand = exposure.exposure_settings if exposure is not None and not exposure.auto_exposure else None
    if by_hand is not None:
        for name, value, supported in (
            ("Brightness", by_hand.brightness, offered.brightness_supported),
            ("Contrast", by_hand.contrast, offered.contrast_supported),
        ):
            if value and supported is False:
                yield Unsupported(name, str(value), "not supported")
    scaling, range_ = asked.scaling, offered.scaling_range_supported
    if scaling is not None and range_ is not None:
        yield from _in_range("ScalingWidth", scaling.scaling_width, range_.scaling_width)
        yield from _in_range("ScalingHeight", scaling.scaling_height, range_.scaling_height)
    rotations = offered.rotations_supported.rotation_value if offered.rotations_supported else ()
    rotation = asked.rotation.value if asked.rotation else None
    if str(rotation) != "0":  # no rotation is what every scanner can do
        yield from _listed("Rotation", rotation, rotations)


def _missing_source(source: str, configuration: ScannerConfiguration) -> str | None:
    """What the scanner has instead of this input source; None when it has it, or nobody can tell."""
    adf = configuration.adf
    duplex = adf is not None and (adf.adf_supports_duplex is not False or adf.adf_back is not None)
    have = {"Platen": configuration.platen is not None, "Film": configuration.film is not None}
    have |= {"ADF": adf is not None, "ADFDuplex": duplex}
    if have.get(source, True) or not any(have.values()):
        return None
    return ", ".join(name for name, there in have.items() if there)


def _ability(source: str | None, configuration: ScannerConfiguration, *, back: bool) -> _Source | None:
    match source:
        case "Platen":
            return _of_platen(configuration.platen)
        case "Film":
            return _of_film(configuration.film)
        case "ADF" | "ADFDuplex" if configuration.adf is not None:
            adf = configuration.adf
            return _of_feeder((adf.adf_back if back else None) or adf.adf_front)
    return None


def _of_platen(one: Platen | None) -> _Source | None:
    if one is None:
        return None
    return _Source(one.platen_color, one.platen_resolutions, one.platen_minimum_size, one.platen_maximum_size)


def _of_film(one: Film | None) -> _Source | None:
    if one is None:
        return None
    return _Source(one.film_color, one.film_resolutions, one.film_minimum_size, one.film_maximum_size)


def _of_feeder(one: ADFSide | None) -> _Source | None:
    if one is None:
        return None
    return _Source(one.adf_color, one.adf_resolutions, one.adf_minimum_size, one.adf_maximum_size)


def _sides_of(asked: DocumentParameters) -> Iterator[tuple[str, MediaSide, bool]]:
    sides = asked.media_sides
    if sides is not None and sides.media_front is not None:
        yield "MediaFront", sides.media_front, False
    if sides is not None and sides.media_back is not None:
        yield "MediaBack", sides.media_back, True


def _film(asked: DocumentParameters, configuration: ScannerConfiguration) -> Iterator[Unsupported]:
    film = configuration.film
    if film is not None and film.film_scan_modes_supported is not None and asked.film_scan_mode is not None:
        modes = film.film_scan_modes_supported.film_scan_mode_value
        yield from _listed("FilmScanMode", asked.film_scan_mode.value, modes)


def _side(name: str, side: MediaSide, ability: _Source) -> Iterator[Unsupported]:
    color = side.color_processing.value if side.color_processing is not None else None
    yield from _listed(f"{name} ColorProcessing", color, ability.colors.color_entry if ability.colors else ())
    resolution, offered = side.resolution, ability.resolutions
    if resolution is not None and offered is not None:
        height = resolution.width if resolution.height is None else resolution.height
        widths = offered.widths.width if offered.widths else ()
        heights = offered.heights.height if offered.heights else ()
        yield from _listed(f"{name} Resolution Width", resolution.width, widths)
        yield from _listed(f"{name} Resolution Height", height, heights or widths)
    region = side.scan_region
    if region is not None and ability.largest is not None:
        far = [
            None if size is None or size.value is None else size.value + ((offset.value if offset else 0) or 0)
            for size, offset in (
                (region.scan_region_width, region.scan_region_x_offset),
                (region.scan_region_height, region.scan_region_y_offset),
            )
        ]
        if not _fits(far[0], far[1], ability.largest):
            yield Unsupported(f"{name} ScanRegion", _size_of(far[0], far[1]), f"at most {_area(ability.largest)}")


def _size(asked: DocumentParameters, ability: _Source) -> Iterator[Unsupported]:
    size = asked.input_size.input_media_size if asked.input_size is not None else None
    if size is None or (asked.input_size is not None and asked.input_size.document_size_auto_detect):
        return
    found = _size_of(size.width, size.height)
    if ability.largest is not None and not _fits(size.width, size.height, ability.largest):
        yield Unsupported("InputMediaSize", found, f"at most {_area(ability.largest)}")
    elif ability.smallest is not None and not _reaches(size.width, size.height, ability.smallest):
        yield Unsupported("InputMediaSize", found, f"at least {_area(ability.smallest)}")


def _fits(width: int | None, height: int | None, largest: Dimensions) -> bool:
    """Inside an area; also when the area lies on its side, as devices that swap its sides tell it."""
    straight = _not_more(width, largest.width) and _not_more(height, largest.height)
    lies = (largest.width or 0) > (largest.height or 0)
    return straight or (lies and _not_more(width, largest.height) and _not_more(height, largest.width))


def _reaches(width: int | None, height: int | None, smallest: Dimensions) -> bool:
    """At least an area, upright or on its side."""
    straight = _not_more(smallest.width, width) and _not_more(smallest.height, height)
    return straight or (_not_more(smallest.width, height) and _not_more(smallest.height, width))


def _not_more(value: int | None, bound: int | None) -> bool:
    """True also where one is not known, or is 0 (seen: HP and Samsung tell sizes of 0)."""
    return not value or not bound or value <= bound


def _size_of(width: int | None, height: int | None) -> str:
    return f"{width or '–'}×{height or '–'}"


def _area(area: Dimensions) -> str:
    return _size_of(area.width, area.height)


def _listed(name: str, value: object | None, offered: Iterable[object]) -> Iterator[Unsupported]:
    words = [str(one) for one in offered if one is not None]
    if value is not None and words and str(value) not in words:
        yield Unsupported(name, str(value), ", ".join(words))


def _within(name: str, value: int, low: int | None, high: int | None) -> Iterator[Unsupported]:
    if (low is not None and value < low) or (high is not None and value > high):
        yield Unsupported(name, str(value), f"{low if low is not None else '…'} to {high if high is not None else '…'}")


def _in_range(name: str, value: int | None, range_: Range | None) -> Iterator[Unsupported]:
    # 100 percent is no scaling: what every scanner can do.
    if value is not None and value != 100 and range_ is not None:
        yield from _within(name, value, range_.min_value, range_.max_value)
