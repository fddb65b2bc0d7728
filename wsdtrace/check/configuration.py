"""A ScannerConfiguration → where it contradicts itself: one pure function, so that its cases are a table in the tests.

Borne are sizes of 0 (seen: HP and Samsung tell them), and sizes whose width and height are swapped in one of two places
(seen: Kyocera ECOSYS M2040dn swaps them in all).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from wsdtrace.dataclass import dataclass
from wsdtrace.wsd.scanner import ADF, DeviceSettings, Dimensions, Range, ScannerConfiguration


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things that do not go together."""

    text: str
    is_harmless: bool = False
    """No client is known to be misled."""


def contradictions(configuration: ScannerConfiguration) -> Iterator[Contradiction]:
    """Every contradiction, in schema order."""
    if configuration.device_settings is not None:
        yield from _settings(configuration.device_settings)
    platen, adf, film = configuration.platen, configuration.adf, configuration.film
    if platen is None and adf is None and film is None:
        yield Contradiction("neither Platen nor ADF nor Film")
    if platen is not None:
        yield from _sizes("Platen", platen.platen_minimum_size, platen.platen_maximum_size)
    if adf is not None:
        yield from _feeder(adf)
    if film is not None:
        yield from _sizes("Film", film.film_minimum_size, film.film_maximum_size)


def _settings(settings: DeviceSettings) -> Iterator[Contradiction]:
    formats = settings.formats_supported.format_value if settings.formats_supported is not None else ()
    twice = [str(value) for value, count in Counter(map(str, formats)).items() if count > 1]
    if twice:
        yield Contradiction(f"FormatsSupported lists {twice[0]} twice", is_harmless=True)
    quality = settings.compression_quality_factor_supported
    if quality is not None:
        yield from _bounds("CompressionQualityFactorSupported", quality.min_value, quality.max_value)
    scaling = settings.scaling_range_supported
    if scaling is not None:
        yield from _scaling("ScalingWidth", scaling.scaling_width)
        yield from _scaling("ScalingHeight", scaling.scaling_height)
    rotations = settings.rotations_supported.rotation_value if settings.rotations_supported is not None else ()
    if rotations and "0" not in map(str, rotations):
        yield Contradiction("RotationsSupported lacks 0, which is no rotation")


def _scaling(name: str, range_: Range | None) -> Iterator[Contradiction]:
    if range_ is None:
        return
    low, high = range_.min_value, range_.max_value
    yield from _bounds(name, low, high)
    if low is not None and high is not None and low <= high and not low <= 100 <= high:
        yield Contradiction(f"{name} of {low} to {high} lacks 100, which is no scaling")


def _feeder(adf: ADF) -> Iterator[Contradiction]:
    if adf.adf_supports_duplex is True and adf.adf_back is None:
        yield Contradiction("ADFSupportsDuplex is true, and there is no ADFBack")
    elif adf.adf_supports_duplex is False and adf.adf_back is not None:
        yield Contradiction("ADFSupportsDuplex is false, and there is an ADFBack")
    for name, side in (("ADFFront", adf.adf_front), ("ADFBack", adf.adf_back)):
        if side is not None:
            yield from _sizes(name, side.adf_minimum_size, side.adf_maximum_size)


def _sizes(name: str, least: Dimensions | None, most: Dimensions | None) -> Iterator[Contradiction]:
    if least is None or most is None:
        return
    upright = _not_more(least.width, most.width) and _not_more(least.height, most.height)
    turned = _not_more(least.width, most.height) and _not_more(least.height, most.width)
    if not upright and not turned:
        yield Contradiction(
            f"{name}: minimum size {least.width}×{least.height} over maximum size {most.width}×{most.height}"
        )


def _bounds(name: str, low: int | None, high: int | None) -> Iterator[Contradiction]:
    if low is not None and high is not None and low > high:
        yield Contradiction(f"{name}: MinValue {low} over MaxValue {high}")


def _not_more(least: int | None, most: int | None) -> bool:
    """True also where one is not known, or is 0."""
    return not least or not most or least <= most
