"""WSD712, 715: the size of images, beside what the device tells of it."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.dimensions import FEEDERS, Size, close, least_bytes_per_line, meant_sizes, told_sizes
from wsdtrace.check.finding import Objection, Severity
from wsdtrace.check.rule import Verdict, rule
from wsdtrace.check.show import message_line, response_line, subject
from wsdtrace.check.violations import short
from wsdtrace.state.events import ImageDelivered, MessageSeen
from wsdtrace.state.model import Job
from wsdtrace.state.scanwords import value_of
from wsdtrace.state.tickets import ticket_of
from wsdtrace.wsd.scan import CreateScanJobResponse, ValidateScanTicketResponse
from wsdtrace.wsd.ticket import DocumentFinalParameters, ImageInformation, ScanTicket, SideImageInfo
from wsdtrace.wsd.values import UNCOMPRESSED_FORMATS


def _has_size(event: ImageDelivered) -> bool:
    image, job = event.image, event.job
    return image.complete and bool(image.width and image.height) and job is not None and bool(_expectations(job))


def _expectations(job: Job) -> list[Size]:
    return told_sizes(job) or meant_sizes(job)


@rule(
    "WSD712",
    "image-size-mismatch",
    Severity.WARNING,
    on=ImageDelivered,
    when=_has_size,
    source=("I18", "R18"),
)
def image_size_mismatch(event: ImageDelivered) -> Iterator[Verdict]:
    """An image is not as large as ImageInformation said, or as the final parameters come to.

    Why:
        Clients make room for the image before it comes, and lay it out by the size that was told; another one is
        cut, stretched or refused. Told and found may differ by a few pixels, and a sheet from a feeder may be
        shorter. An image that is as large as told, but not what region, resolution and scaling come to, is only
        worth knowing.

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        image: size 150 300
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        image: size 201 299
        RetrieveImage JobId=1 JobToken=t -> image
    """
    image, job = event.image, event.job
    response = event.exchange.response
    assert job is not None
    assert response is not None
    found = Size(image.width or 0, image.height or 0)
    shorter = job.input_source in FEEDERS
    for told, where, severity in (
        (told_sizes(job), "ImageInformation says", None),
        (meant_sizes(job), "the final parameters come to", Severity.INFO),
    ):
        if told and not any(close(found, size, shorter=shorter) for size in told):
            wanted = " or ".join(dict.fromkeys(map(str, told)))
            created = () if job.creation is None else response_line(job.creation, f"{where} {wanted}")
            yield Objection(
                short(f"{job.label}, page {image.page}: the image is {found}, {where} {wanted}"),
                (*created, message_line(event.exchange, response, f"page {image.page}, {found}", at=image.first)),
                job=job,
                severity=severity,
                expected=wanted,
                fold=f"{where} {found}",
            )
            return


COMPRESSED = frozenset({
    "exif", "jbig", "jfif", "jpeg2k", "png", "tiff-single-g4", "tiff-single-g3mh", "tiff-single-jpeg-tn2",
    "tiff-multi-g4", "tiff-multi-g3mh", "tiff-multi-jpeg-tn2",
})  # fmt: skip
"""Formats whose lines have no fixed length; pdf-a and xps may hold either kind."""


def _information(event: MessageSeen) -> ImageInformation | None:
    match value_of(event.message):
        case CreateScanJobResponse(image_information=found):
            return found
        case ValidateScanTicketResponse(validation_info=info) if info is not None:
            return info.image_information
    return None


def _format_and_color(event: MessageSeen) -> tuple[str | None, str | None]:
    """Format and colours of what an ImageInformation is about: the final ones, else those asked for."""
    value = value_of(event.message)
    final = value.document_final_parameters if isinstance(value, CreateScanJobResponse) else None
    ticket = ticket_of(event.exchange.request)
    asked = ticket.document_parameters if isinstance(ticket, ScanTicket) else None
    for parameters in (final, asked):
        format_ = parameters.format if parameters is not None else None
        if parameters is None or format_ is None or format_.value is None:
            continue
        return str(format_.value), _color(parameters if isinstance(parameters, DocumentFinalParameters) else None)
    return None, None


def _color(final: DocumentFinalParameters | None) -> str | None:
    front = final.media_sides.media_front if final is not None and final.media_sides is not None else None
    color = front.color_processing if front is not None else None
    return None if color is None or color.value is None else str(color.value)


@rule(
    "WSD715",
    "bytes-per-line",
    Severity.WARNING,
    on=MessageSeen,
    of=(CreateScanJobResponse, ValidateScanTicketResponse),
    when=lambda event: event.exchange.is_wsd and _information(event) is not None,
    source=("I16", "I17"),
)
def bytes_per_line(event: MessageSeen) -> Iterator[Verdict]:
    """BytesPerLine is 0 for an uncompressed format, or not 0 for a compressed one.

    Why:
        Clients that read raw lines need the number, padding included; for a compressed image it means nothing and
        has to be 0.

    Bad:
        CreateScanJob format=jfif -> JobId=1 JobToken=t BytesPerLine=600
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob format=dib -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image=dib
    """
    information = _information(event)
    assert information is not None
    format_, color = _format_and_color(event)
    for name, side in (
        ("MediaFrontImageInfo", information.media_front_image_info),
        ("MediaBackImageInfo", information.media_back_image_info),
    ):
        if side is None or side.bytes_per_line is None or format_ is None:
            continue
        expected = _expected(format_, color, side)
        if expected is not None:
            yield Objection(
                short(f"{subject(event.exchange)}: {name} has BytesPerLine {side.bytes_per_line}, expected {expected}"),
                (message_line(event.exchange, event.message, f"Format {format_}, {side.bytes_per_line} bytes a line"),),
                expected=expected,
                fold=f"{name} {expected}",
            )


def _expected(format_: str, color: str | None, side: SideImageInfo) -> str | None:
    """What BytesPerLine should be where it is something else."""
    if format_ in COMPRESSED:
        return f"0 for {format_}" if side.bytes_per_line else None
    if format_ not in UNCOMPRESSED_FORMATS:
        return None
    least = least_bytes_per_line(side, color)
    if not side.bytes_per_line:
        return f"more than 0 for {format_}"
    if least is not None and side.bytes_per_line < least:
        return f"at least {least} for {side.pixels_per_line} pixels of {color}"
    return None
