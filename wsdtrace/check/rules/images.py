"""WSD71x: the image itself."""

from __future__ import annotations

from collections.abc import Iterator

from wsdtrace.check.finding import Evidence, Objection, Severity
from wsdtrace.check.imagefacts import declared_family, ends_early, family_of_type
from wsdtrace.check.rule import Need, Verdict, rule
from wsdtrace.check.show import message_line
from wsdtrace.state.events import ImageDelivered
from wsdtrace.state.model import Image


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
                f"{_name(image)}: {where} says {word}, the bytes are {found}"[:100],
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
            f"{_name(image)}: the image ends early: {missing}"[:100],
            _line(event),
            job=image.job,
            expected="the whole image",
        )
