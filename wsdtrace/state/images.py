"""Parts of a RetrieveImageResponse → images: what they are and how large."""

from __future__ import annotations

from wsdtrace.http import root_part
from wsdtrace.records import Part
from wsdtrace.soap import includes
from wsdtrace.state.imagesize import image_size
from wsdtrace.state.model import Exchange, Image

MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jfif"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "dib"),
    (b"%PDF-", "pdf-a"),
    (b"\x97JB2\r\n\x1a\n", "jbig"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2k"),
    (b"\xff\x4f\xff\x51", "jpeg2k"),
    (b"PK\x03\x04", "xps"),
)
"""First octets → family of WS-Scan formats (`formatvalue.md`): jfif also stands for exif, tiff for all eight of its
kinds."""


def image_format(head: bytes) -> str | None:
    """The format that the first octets show; None when they show none that WS-Scan names."""
    return next((name for magic, name in MAGICS if head.startswith(magic)), None)


def images_of(exchange: Exchange) -> tuple[Image, ...]:
    """The parts of a RetrieveImageResponse that its xop:Include names; where it names none that is there, all but the
    root part.
    """
    response = exchange.response
    if exchange.operation != "RetrieveImage" or response is None or response.http is None:
        return ()
    content = response.http.content
    root = root_part(content)
    parts = [part for part in content.parts if part is not root]
    if len(parts) > 1 and response.envelope is not None:
        named = {include.content_id for include in includes(response.envelope.root)}
        parts = [part for part in parts if part.content_id in named] or parts
    return tuple(_image(exchange, part, response.complete) for part in parts)


def _image(exchange: Exchange, part: Part, whole_message: bool) -> Image:
    head = part.probe.head
    size = image_size(head)
    return Image(
        id=0,
        exchange=exchange,
        job=None,
        page=1,
        side=None,
        content_type=part.content_type,
        content_id=part.content_id,
        format=image_format(head),
        probe=part.probe,
        complete=whole_message and part.complete and part.probe.missing == 0,
        ref=part.ref,
        width=size[0] if size else None,
        height=size[1] if size else None,
        first=part.first,
        last=part.last,
    )
