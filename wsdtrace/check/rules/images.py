"""WSD710, 711, 713, 714, 718: the image itself, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Evidence, Inconclusive, Interpretation, Objection, Severity
from wsdtrace.check.imagefacts import declared_family, ends_early, family_of_type, tiff_pages
from wsdtrace.check.rule import Alike, Need, Verdict, rule
from wsdtrace.check.show import exchange_lines, message_line, subject
from wsdtrace.check.violations import short
from wsdtrace.http import root_part
from wsdtrace.soap import Fault, content_id_of
from wsdtrace.state.events import ExchangeEnded, ImageDelivered, JobEnded
from wsdtrace.state.joblife import JobEnd, Outcome
from wsdtrace.state.jobs import SINGLE_IMAGE_SOURCES
from wsdtrace.state.model import Exchange, Image, Job
from wsdtrace.state.scanwords import value_of
from wsdtrace.state.tickets import ticket_of
from wsdtrace.wsd.scan import RetrieveImageResponse
from wsdtrace.wsd.ticket import ScanTicket
from wsdtrace.wsd.values import SINGLE_IMAGE_FORMATS


def _line(event: ImageDelivered) -> tuple[Evidence, ...]:
    response = event.exchange.response
    image = event.image
    assert response is not None
    size = f" {image.width}×{image.height}" if image.width else ""
    return (
        message_line(event.exchange, response, f"page {image.page}, {image.format or 'unknown'}{size}", at=image.first),
    )


def _name(image: Image) -> str:
    return f"{image.job.label}, page {image.page}" if image.job is not None else f"page {image.page}"


@rule(
    "WSD710",
    "image-format-mismatch",
    Severity.ERROR,
    on=ImageDelivered,
    when=lambda event: event.image.probe.missing == 0 and len(event.image.probe.head) > 16,  # longest magic
    needs=(Need.EXACT_BYTES,),
    source=("I07", "field failure 9"),
)
def image_format_mismatch(event: ImageDelivered) -> Iterator[Verdict]:
    """The first bytes of an image are not of the format that was declared.

    Why:
        Clients choose the decoder by Format or Content-Type (seen: Pantum M7100 declares PNG and sends JPEG).

    Bad:
        CreateScanJob format=png -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image=jfif

    Good:
        CreateScanJob format=jfif -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image=jfif
    """
    image = event.image
    found = image.format or "none that WS-Scan names"
    by_ticket = declared_family(image.job.format) if image.job is not None else None
    by_type = family_of_type(image.content_type)
    for declared, where in ((by_ticket, "Format"), (by_type, "Content-Type")):
        if declared is not None and found not in declared:
            word = image.job.format if where == "Format" and image.job is not None else image.content_type
            yield Objection(
                short(f"{_name(image)}: {where} says {word}, the bytes are {found}"),
                _line(event),
                job=image.job,
                expected=" or ".join(sorted(declared)),
                fold=f"{where} {word} {found}",
            )
            return


@rule(
    "WSD711",
    "image-truncated",
    Severity.ERROR,
    on=ImageDelivered,
    when=lambda event: event.image.complete and event.image.format is not None,
    needs=(Need.EXACT_BYTES, Need.WHOLE_MESSAGE),
    source="field failure 7",
)
def image_truncated(event: ImageDelivered) -> Iterator[Verdict]:
    """The message is complete, and the image ends before its own format says.

    Why:
        The lower part of the page is missing or grey, and nothing on the wire says so (seen: HP M130fw, where the
        last third of a PNG is missing).

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        image: cut 500
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    image = event.image
    missing = ends_early(image.format, image.probe)
    if missing is not None:
        yield Objection(
            short(f"{_name(image)}: the image ends early: {missing}"),
            _line(event),
            job=image.job,
            expected="the whole image",
        )


def _is_answered(event: ExchangeEnded) -> bool:
    exchange = event.exchange
    return exchange.is_wsd and exchange.operation == "RetrieveImage" and exchange.succeeded


@rule(
    "WSD713",
    "image-count",
    Severity.WARNING,
    on=ExchangeEnded,
    when=_is_answered,
    needs=(Need.WHOLE_MESSAGE, Need.WELL_FORMED),
    alike=Alike.SUBJECT,
    source=("I06", "I12"),
)
def image_count(event: ExchangeEnded) -> Iterator[Verdict]:
    """A RetrieveImageResponse has no image, or several where the format holds one.

    Why:
        Of a format for single images each answer brings exactly one. Clients save the first and lose the others, or
        wait for one that never comes. The platen gives one for the whole job; a second that a client asked for and
        got is only worth knowing here (WSD614 tells of the client).

    Bad:
        CreateScanJob -> JobId=1 JobToken=t
        mime: extra part
        < drop xop:Include
        RetrieveImage JobId=1 JobToken=t -> image

    Good:
        CreateScanJob -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
    """
    exchange = event.exchange
    fact, severity = _count_fact(exchange), None
    if fact is None:
        fact, severity = _second_of_platen(exchange), Severity.INFO
    if fact is not None:
        yield Objection(
            short(f"{subject(exchange)}: {fact}"),
            exchange_lines(exchange, answered=fact),
            job=_job_of(exchange),
            severity=severity,
            expected="one image",
            fold=fact,
        )


def _job_of(exchange: Exchange) -> Job | None:
    """The job of an exchange; of one that a proxy forwarded, that of the original."""
    return exchange.job if exchange.copy_of is None else exchange.copy_of.job


def _count_fact(exchange: Exchange) -> str | None:
    """What is wrong with the number of images of an answer."""
    response, job = exchange.response, _job_of(exchange)
    value = value_of(response)
    data = value.scan_data if isinstance(value, RetrieveImageResponse) else None
    named = set() if data is None or data.include is None else {content_id_of(data.include.href or "")}
    content = response.http.content if response is not None and response.http is not None else None
    root = root_part(content) if content is not None else None
    parts = [part for part in content.parts if part is not root] if content is not None else []
    images = [part for part in parts if part.content_id in named] or parts
    if not images:
        return None if data is not None and data.inline else "the answer has no image"
    format_ = job.format if job is not None else None
    if format_ not in SINGLE_IMAGE_FORMATS:
        return None
    if len(images) > 1:
        return f"{len(images)} images in one answer, Format {format_} holds one"
    if images[0].complete and tiff_pages(images[0].probe) == 2:
        return f"several images in one file, Format {format_} holds one"
    return None


def _second_of_platen(exchange: Exchange) -> str | None:
    """The job has had the one image of its input source before."""
    job = _job_of(exchange)
    if job is None or job.input_source not in SINGLE_IMAGE_SOURCES or (job.announced or 0) > 1 or job.delivered < 2:
        return None
    return f"image {job.delivered} of a job from the {job.input_source}, which gives one"


PAIRED_ENDS = frozenset({JobEnd.NO_IMAGES, JobEnd.DENIED, JobEnd.COUNT, JobEnd.STATE})
"""Ends of a job that went through its whole feed; a cancelled one did not."""


def _fed_both_sides(event: JobEnded) -> bool:
    job = event.job
    return (
        job.input_source == "ADFDuplex"
        and job.end in PAIRED_ENDS
        and job.outcome is Outcome.COMPLETED
        and job.delivered > 0
        and job.format in SINGLE_IMAGE_FORMATS
    )


@rule(
    "WSD714",
    "duplex-parity",
    Severity.WARNING,
    on=JobEnded,
    when=_fed_both_sides,
    needs=(Need.JOB_FROM_START, Need.JOB_UNBROKEN),
    source=("I13", "field failure 22"),
)
def duplex_parity(event: JobEnded) -> Iterator[Verdict]:
    """A job for both sides of each sheet ends with an odd number of images.

    Why:
        Each sheet gives a front and a back; only where an odd number was asked for has the last one no back. The
        user's pages are out of step from somewhere on.

    Bad:
        CreateScanJob source=ADFDuplex -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable

    Good:
        CreateScanJob source=ADFDuplex -> JobId=1 JobToken=t
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> image
        RetrieveImage JobId=1 JobToken=t -> Fault ClientErrorNoImagesAvailable
    """
    job = event.job
    if job.delivered % 2 == 0 or (job.announced or 0) % 2 == 1:
        return
    if any(e.operation == "RetrieveImage" and not e.ended for e in job.exchanges):
        yield Inconclusive("another RetrieveImage waits for what is missing of its answer")
        return
    created = () if job.creation is None else exchange_lines(job.creation, asked="InputSource ADFDuplex")
    ended = () if event.exchange is None or event.exchange is job.creation else exchange_lines(event.exchange)
    yield Objection(
        f"{job.label}: {job.delivered} images from ADFDuplex, expected an even number",
        (*created, *ended),
        job=job,
        expected="front and back of each sheet",
        interpretations=_odd_readings(job),
    )


def _odd_readings(job: Job) -> tuple[Interpretation, ...]:
    asked = job.ticket.document_parameters if isinstance(job.ticket, ScanTicket) else None
    sides = asked.media_sides if asked is not None else None
    found = [Interpretation("blank sides are left out", "devices that skip blank pages (specification, I13)")]
    if sides is not None and sides.media_back is None:
        found.insert(0, Interpretation("the back was not asked for: no MediaBack", "Epson WF-3520 (#22)"))
    return tuple(found)


def _lacks_images(event: ExchangeEnded) -> bool:
    fault = event.exchange.fault
    return (
        event.exchange.is_wsd
        and fault is not None
        and fault.subcode == "ClientErrorNoImagesAvailable"
        and _source_of(event.exchange) is not None
    )


def _source_of(exchange: Exchange) -> str | None:
    """The input source that an exchange is about."""
    if exchange.operation == "RetrieveImage":
        job = _job_of(exchange)
        return job.input_source if job is not None else None
    ticket = ticket_of(exchange.request)
    asked = ticket.document_parameters if ticket is not None else None
    source = asked.input_source if asked is not None else None
    return None if source is None or source.value is None else str(source.value)


@rule(
    "WSD718",
    "platen-empty",
    Severity.INFO,
    on=ExchangeEnded,
    of=Fault,
    when=_lacks_images,
    source=("C18", "I11"),
)
def platen_empty(event: ExchangeEnded) -> Iterator[Verdict]:
    """The device has no image to give from the platen, where none was delivered before.

    Why:
        A feeder may be empty; a sheet of glass always shows something. The device is busy, or its cover is open, and
        says it with the wrong word.

    Bad:
        CreateScanJob -> Fault ClientErrorNoImagesAvailable

    Good:
        CreateScanJob source=ADF -> Fault ClientErrorNoImagesAvailable
    """
    exchange = event.exchange
    source = _source_of(exchange)
    job = _job_of(exchange)
    if source in SINGLE_IMAGE_SOURCES and (job is None or not job.delivered):
        yield Objection(
            f"{subject(exchange)}: ClientErrorNoImagesAvailable for InputSource {source}",
            exchange_lines(exchange, asked=f"InputSource {source}"),
            expected="an image",
            fold=source,
        )
