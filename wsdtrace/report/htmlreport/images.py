"""The scanned pages: their facts, and thumbnails or the pages themselves."""

from __future__ import annotations

from wsdtrace.report.htmlreport.context import Context, ImageMode, left_out, section
from wsdtrace.report.markup import Markup, joined, tag
from wsdtrace.report.pictures import Picture, picture_of
from wsdtrace.report.words import pixels, size
from wsdtrace.state.model import Image

IMAGES_BUDGET = 60_000
"""Bytes for what is said about the pages; the pictures themselves do not count."""

MAX_PICTURES = 60
"""Pages of which a picture is made."""


def images(context: Context) -> Markup:
    """The section."""
    trace = context.trace
    if not trace.images:
        return section("images", "Pages", tag("p", "No page was scanned.", class_="empty"))
    cards, budget = [], IMAGES_BUDGET
    for number, image in enumerate(trace.images):
        facts = _facts(context, image)
        budget -= len(facts.encode())
        if budget < 0:
            break
        cards.append(tag("li", _shown(context, image, number), facts, class_="card page"))
    return section(
        "images", "Pages", tag("ul", cards, class_="pages"),
        left_out(len(trace.images) - len(cards), "pages", "wsdtrace show images FILE"),
    )  # fmt: skip


def _facts(context: Context, image: Image) -> Markup:
    job = context.said(image.job.label) if image.job is not None else "no job"
    what = " ".join(filter(None, (image.format or "unknown format", pixels(image))))
    exchange = context.exchange_link(image.exchange, f"exchange {image.exchange.id}")
    digest = image.probe.sha256
    return joined(
        tag("p", tag("strong", f"page {image.page}"), f" of {job}", f", {image.side}" if image.side else None),
        tag("p", f"{what}, {size(image.probe.length)}, ", exchange),
        None if image.complete else tag("p", "✖ incomplete", class_="broken"),
        tag("p", tag("code", f"sha256 {digest[:16]}…", title=digest)) if digest else None,
    )


def _shown(context: Context, image: Image, number: int) -> Markup | None:
    mode = context.options.images
    if mode is ImageMode.NONE or number >= MAX_PICTURES:
        return None
    picture = picture_of(context.trace, image, full=mode is ImageMode.FULL)
    if isinstance(picture, Picture):
        return tag("img", src=picture.uri, alt=f"page {image.page}", width=picture.width, height=picture.height)
    return tag("p", f"cannot be shown: {picture}", class_="no-picture")
