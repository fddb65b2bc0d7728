"""A scan ticket → what the device will do: every value filled in and marked where it was not asked for, or refused.

createscanjobrequest.md: an unsupported value is replaced, unless MustHonor is true; then the job is rejected. A Format
that is not supported is refused whatever MustHonor says.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import field
from typing import Any

from wsdtrace.dataclass import dataclass
from wsdtrace.scanner.profile import EXPOSURE, QUALITY, SCALING, Profile
from wsdtrace.wsd import ticket as t
from wsdtrace.wsd.values import ColorEntry, ContentType, FilmScanMode, Format, InputSource, Rotation

DPI = 200
"""Default resolution, or the nearest that the device has."""
JPEG_QUALITY = 80
LOSSY = frozenset({Format.JFIF, Format.EXIF, Format.TIFF_SINGLE_JPEG_TN2, Format.TIFF_MULTI_JPEG_TN2})
"""Formats whose quality can be chosen; for others it is 100 (compressionqualityfactor.md)."""
FEEDERS = frozenset({InputSource.ADF, InputSource.ADF_DUPLEX})
SHARPNESS = range(-100, 101)
IMAGES = range(2**31)


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a ticket."""

    final: t.DocumentFinalParameters
    changed: bool
    """Some value is not the one that was asked for."""
    refusal: tuple[str, str] | None = None
    """Subcode and detail, where the ticket cannot be accepted."""


@dataclass(slots=True)
class _Desk:
    """Where values are decided, one after the other."""

    conflicts: list[str] = field(default_factory=list)
    """Elements with MustHonor that cannot be honoured."""
    changed: list[str] = field(default_factory=list)
    honors: int = 0
    """Elements with MustHonor."""

    def asked(self, name: str, asked: t.Requested[Any] | None, offered: Container[Any], default: Any) -> t.Final[Any]:
        """A value that has its own MustHonor."""
        if asked is None:
            return t.Final(default, used_default=True)
        self.honors += asked.must_honor is True
        return self.plain(name, asked.value, offered, default, honor=asked.must_honor is True)

    def plain(self, name: str, value: Any, offered: Container[Any], default: Any, *, honor: bool) -> t.Final[Any]:
        """A value of which its parent says whether it must be honoured."""
        if value is None:
            return t.Final(default, used_default=True)
        if value in offered:
            return t.Final(value)
        self.changed.append(name)
        if honor:
            self.conflicts.append(name)
        return t.Final(default, override=True)

    def group(self, group: Any) -> bool:
        """MustHonor of an element that holds others."""
        honor = group is not None and group.must_honor is True
        self.honors += honor
        return honor


def settle(ticket: t.ScanTicket | None, profile: Profile) -> Settled:
    """Decide on a ticket."""
    asked = (ticket.document_parameters if ticket is not None else None) or t.DocumentParameters()
    desk = _Desk()
    source = desk.asked("InputSource", asked.input_source, profile.sources, profile.sources[0])
    format_ = desk.asked("Format", asked.format, profile.formats, profile.formats[0])
    lossy = format_.value in LOSSY
    fits = QUALITY if lossy else range(100, 101)
    quality = JPEG_QUALITY if lossy else 100
    is_feeder = source.value in FEEDERS
    size = _size(desk, asked.input_size, profile.size_of(str(source.value)))
    final = t.DocumentFinalParameters(
        format=format_,
        compression_quality_factor=desk.asked(
            "CompressionQualityFactor", asked.compression_quality_factor, fits, quality
        ),
        images_to_transfer=desk.asked(
            "ImagesToTransfer",
            asked.images_to_transfer,
            IMAGES if is_feeder else range(1, 2),
            0 if is_feeder else 1,
        ),
        input_source=source,
        film_scan_mode=_film(desk, asked, str(source.value)),
        content_type=desk.asked("ContentType", asked.content_type, tuple(ContentType), ContentType.AUTO),
        input_size=t.FinalInputSize(input_media_size=size),
        exposure=_exposure(desk, asked.exposure),
        scaling=_scaling(desk, asked.scaling),
        rotation=desk.asked("Rotation", asked.rotation, tuple(Rotation), Rotation.NONE),
        media_sides=_sides(desk, asked.media_sides, profile, size, str(source.value)),
    )
    return Settled(final, bool(desk.changed), _refusal(desk, profile))


def _refusal(desk: _Desk, profile: Profile) -> tuple[str, str] | None:
    if "Format" in desk.changed:
        return "ClientErrorFormatNotSupported", " ".join(profile.formats)
    if not desk.conflicts:
        return None
    # validatescanticketrequest.md speaks of conflicting elements: that takes two. One alone is an invalid argument.
    if desk.honors > 1:
        return "ClientErrorConflictingRequiredParameters", " ".join(desk.conflicts)
    return "InvalidArgs", desk.conflicts[0]


def _size(desk: _Desk, asked: t.InputSize | None, largest: tuple[int, int]) -> t.FinalInputMediaSize:
    honor = desk.group(asked)
    media = (asked.input_media_size if asked is not None else None) or t.InputMediaSize()
    if asked is not None and asked.document_size_auto_detect:
        desk.changed.append("InputSize")
        if honor:
            desk.conflicts.append("InputSize")
    return t.FinalInputMediaSize(
        width=desk.plain("InputSize", media.width, range(1, largest[0] + 1), largest[0], honor=honor),
        height=desk.plain("InputSize", media.height, range(1, largest[1] + 1), largest[1], honor=honor),
    )


def _film(desk: _Desk, asked: t.DocumentParameters, source: str) -> t.Final[Any] | None:
    """FilmScanMode goes with Film alone (filmscanmode.md)."""
    if source != InputSource.FILM:
        return None
    offered = (FilmScanMode.COLOR_SLIDE_FILM, FilmScanMode.COLOR_NEGATIVE_FILM)
    return desk.asked("FilmScanMode", asked.film_scan_mode, offered, offered[0])


def _exposure(desk: _Desk, asked: t.Exposure | None) -> t.FinalExposure:
    honor = desk.group(asked)
    settings = (asked.exposure_settings if asked is not None else None) or t.ExposureSettings()
    if asked is not None and asked.auto_exposure:
        desk.changed.append("Exposure")
        if honor:
            desk.conflicts.append("Exposure")
    return t.FinalExposure(
        exposure_settings=t.FinalExposureSettings(
            contrast=desk.plain("Exposure", settings.contrast, EXPOSURE, 0, honor=honor),
            brightness=desk.plain("Exposure", settings.brightness, EXPOSURE, 0, honor=honor),
            sharpness=desk.plain("Exposure", settings.sharpness, range(1), 0, honor=honor),
        )
    )


def _scaling(desk: _Desk, asked: t.Scaling | None) -> t.FinalScaling:
    honor = desk.group(asked)
    scaling = asked or t.Scaling()
    return t.FinalScaling(
        scaling_width=desk.plain("Scaling", scaling.scaling_width, SCALING, 100, honor=honor),
        scaling_height=desk.plain("Scaling", scaling.scaling_height, SCALING, 100, honor=honor),
    )


def _sides(
    desk: _Desk, asked: t.MediaSides | None, profile: Profile, size: t.FinalInputMediaSize, source: str
) -> t.FinalMediaSides:
    honor = desk.group(asked)
    front = (asked.media_front if asked is not None else None) or t.MediaSide()
    back = (asked.media_back if asked is not None else None) or front
    return t.FinalMediaSides(
        media_front=_side(desk, front, profile, size, honor=honor),
        media_back=_side(desk, back, profile, size, honor=honor) if source == InputSource.ADF_DUPLEX else None,
    )


def _side(
    desk: _Desk, asked: t.MediaSide, profile: Profile, size: t.FinalInputMediaSize, *, honor: bool
) -> t.FinalMediaSide:
    region = asked.scan_region or t.ScanRegion()
    x, width = _stretch(desk, region.scan_region_x_offset, region.scan_region_width, size.width, "Width")
    y, height = _stretch(desk, region.scan_region_y_offset, region.scan_region_height, size.height, "Height")
    resolution = asked.resolution or t.Resolution()
    sharp = honor or desk.group(asked.resolution)
    high = resolution.height or resolution.width
    across = desk.plain("Resolution", resolution.width, profile.dpi, _near(profile, resolution.width), honor=sharp)
    along = desk.plain("Resolution", high, profile.dpi, _near(profile, high), honor=sharp)
    color = ColorEntry.RGB_24 if ColorEntry.RGB_24 in profile.colors else profile.colors[0]
    return t.FinalMediaSide(
        scan_region=t.FinalScanRegion(
            scan_region_x_offset=x, scan_region_y_offset=y, scan_region_width=width, scan_region_height=height
        ),
        color_processing=desk.asked("ColorProcessing", asked.color_processing, profile.colors, color),
        resolution=t.FinalResolution(width=across, height=along),
    )


def _near(profile: Profile, asked: int | None) -> int:
    """The resolution that is nearest to what was asked for."""
    return min(profile.dpi, key=lambda dpi: abs(dpi - (asked or DPI)))


def _stretch(
    desk: _Desk,
    offset: t.Requested[int] | None,
    length: t.Requested[int] | None,
    size: t.Final[int] | None,
    which: str,
) -> tuple[t.Final[int], t.Final[int]]:
    """Offset and length of the region in one direction: within the original."""
    whole = (size.value if size is not None else None) or 1
    axis = "X" if which == "Width" else "Y"
    start = desk.asked(f"ScanRegion{axis}Offset", offset, range(whole), 0)
    rest = whole - (start.value or 0)
    return start, desk.asked(f"ScanRegion{which}", length, range(1, rest + 1), rest)


def ticket_of(final: t.DocumentFinalParameters, description: t.JobDescription | None = None) -> t.ScanTicket:
    """The ticket that asks for exactly this."""

    def value(of: t.Final[Any] | None) -> Any:
        return None if of is None else of.value

    def asked(of: t.Final[Any] | None) -> t.Requested[Any] | None:
        return None if of is None else t.Requested(of.value)

    def side(of: t.FinalMediaSide | None) -> t.MediaSide | None:
        if of is None:
            return None
        region, resolution = of.scan_region or t.FinalScanRegion(), of.resolution or t.FinalResolution()
        return t.MediaSide(
            scan_region=t.ScanRegion(
                scan_region_x_offset=asked(region.scan_region_x_offset),
                scan_region_y_offset=asked(region.scan_region_y_offset),
                scan_region_width=asked(region.scan_region_width),
                scan_region_height=asked(region.scan_region_height),
            ),
            color_processing=asked(of.color_processing),
            resolution=t.Resolution(width=value(resolution.width), height=value(resolution.height)),
        )

    size = (final.input_size or t.FinalInputSize()).input_media_size or t.FinalInputMediaSize()
    settings = (final.exposure or t.FinalExposure()).exposure_settings or t.FinalExposureSettings()
    scaling, sides = final.scaling or t.FinalScaling(), final.media_sides or t.FinalMediaSides()
    return t.ScanTicket(
        job_description=description
        or t.JobDescription(job_name="Scan", job_originating_user_name="user", job_information="Scan"),
        document_parameters=t.DocumentParameters(
            format=asked(final.format),
            compression_quality_factor=asked(final.compression_quality_factor),
            images_to_transfer=asked(final.images_to_transfer),
            input_source=asked(final.input_source),
            film_scan_mode=asked(final.film_scan_mode),
            content_type=asked(final.content_type),
            input_size=t.InputSize(
                input_media_size=t.InputMediaSize(width=value(size.width), height=value(size.height))
            ),
            exposure=t.Exposure(
                exposure_settings=t.ExposureSettings(
                    contrast=value(settings.contrast),
                    brightness=value(settings.brightness),
                    sharpness=value(settings.sharpness),
                )
            ),
            scaling=t.Scaling(scaling_width=value(scaling.scaling_width), scaling_height=value(scaling.scaling_height)),
            rotation=asked(final.rotation),
            media_sides=t.MediaSides(media_front=side(sides.media_front), media_back=side(sides.media_back)),
        ),
    )


def default_ticket(profile: Profile) -> t.ScanTicket:
    """What the device does where a ticket says nothing."""
    return ticket_of(settle(None, profile).final)
