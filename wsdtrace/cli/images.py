"""`wsdtrace images`: save the scanned pages of a capture."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import click

from wsdtrace.cli.exits import Exit, worst
from wsdtrace.cli.inputs import captures_of, is_several, joined_of, refuse_standard_input_twice
from wsdtrace.cli.options import (
    color_option,
    debug_option,
    filter_of,
    filter_option,
    join_option,
    keylog_of,
    keylog_option,
)
from wsdtrace.cli.output import Sink, give_name, whole_file
from wsdtrace.cli.progress import Progress
from wsdtrace.cli.show import EVERY_RULE
from wsdtrace.cli.terminal import complain, complain_internal, look_of
from wsdtrace.cli.terminated import tidy_when_terminated
from wsdtrace.dataclass import dataclass
from wsdtrace.errors import CaptureError, OutputError

if TYPE_CHECKING:
    from wsdtrace.cli.copies import Copies
    from wsdtrace.filters import Filter
    from wsdtrace.report.page import Look
    from wsdtrace.report.trace import Trace
    from wsdtrace.state.model import Image

SUFFIXES = {
    "jfif": "jpg", "exif": "jpg", "jpeg": "jpg", "jpeg2k": "jp2", "jpegxr": "jxr", "png": "png", "tiff": "tif",
    "dib": "bmp", "bmp": "bmp", "pdf": "pdf", "xps": "xps", "gif": "gif",
}  # fmt: skip
"""Name of a saved page by what its bytes are; never by what the capture calls it."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A page on disk."""

    image: Image
    path: str
    bytes: int
    sha256: str


@click.command(short_help="Save the scanned pages.")
@click.argument("captures", metavar="FILE…", nargs=-1, required=True)
@click.option("-o", "--output", metavar="DIR", required=True, help="Folder for the pages; made if it is not there.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@join_option
@filter_option
@keylog_option
@color_option
@debug_option
def command(
    captures: tuple[str, ...], *, output: str, force: bool, join: bool, expression: str | None, color: str, debug: bool
) -> int:
    """Save the pages of every scan job of a capture, byte for byte as the device sent them.

    They are named from job and page: job-1-page-1.jpg. A page of which the capture lacks bytes is saved as far as it
    goes, with .partial in its name. Of several captures each gets its own folder. Nothing is replaced without --force.
    """
    chosen = filter_of(expression)
    refuse_standard_input_twice(captures)
    look = look_of(color=color)
    codes = [Exit.OK]
    several = is_several(captures)
    for argument in captures:
        try:
            if join:
                codes.append(_save_all(joined_of(captures), output, look, chosen, force=force))
                break
            for path in captures_of(argument):
                folder = os.path.join(output, folder_of(path, argument)) if several else output
                codes.append(_save_all([path], folder, look, chosen, force=force))
        except CaptureError as error:
            complain(str(error))
            codes.append(Exit.UNREADABLE)
        except OutputError as error:
            complain(str(error))
            codes.append(Exit.USAGE)
        except OSError:
            raise
        except Exception as error:  # a mistake of ours with one input; the others are still saved
            complain_internal(error, f"while reading {argument}", debug=debug)
            codes.append(Exit.INTERNAL)
    return worst(codes)


def folder_of(path: str, argument: str) -> str:
    """A folder's name for one of several captures: its path below the named directory, else its name."""
    if path == "-":
        return "standard-input"
    relative = os.path.relpath(path, argument) if path != argument else os.path.basename(path)
    return relative.replace(os.sep, "-")


def name_of(image: Image, taken: set[str]) -> str:
    """A file name of job and page alone: nothing that the capture says gets into it.

    Args:
        image: the page.
        taken: names given before; the new one is added.
    """
    job = image.job
    stem = f"job-{job.job_id}" if job is not None else "no-job"
    if job is not None and job.generation > 1:
        stem += f"-generation-{job.generation}"
    stem += f"-page-{image.page}"
    partial = "" if image.complete else ".partial"
    suffix = SUFFIXES.get(image.format or "", "bin")
    name = f"{stem}{partial}.{suffix}"
    if name in taken:
        # Two devices may grant the same JobId: the number of the image in the capture tells them apart.
        name = f"{stem}-image-{image.id}{partial}.{suffix}"
    taken.add(name)
    return name


def _save_all(paths: list[str], folder: str, look: Look, chosen: Filter | None, *, force: bool) -> Exit:
    """Save the pages of one capture, or of several that are read as one, and print what was saved."""
    from wsdtrace.capture.spool import MAX_SPOOLED
    from wsdtrace.cli.copies import Copies
    from wsdtrace.explore.files import Files
    from wsdtrace.pipeline import Options

    with tidy_when_terminated(), Files(paths) as files, Copies(folder) as copies:
        for name in files.cut:
            complain(f"{name}: only its first {MAX_SPOOLED:,} bytes are looked at")
        with Progress(paths[0]) as progress:
            ignored = () if chosen else EVERY_RULE
            taps = None if chosen else copies.tap  # of what a filter leaves most is not wanted
            trace = files.read(Options(progress=progress, tls_keylog=keylog_of(), ignore=ignored, taps=taps))
        return _save_pages(trace, copies, folder, look, chosen, force=force)


def _save_pages(trace: Trace, copies: Copies, folder: str, look: Look, chosen: Filter | None, *, force: bool) -> Exit:
    """Save the pages and print what was saved."""
    if chosen is not None:
        from wsdtrace.filters import narrow

        narrow(trace, "images", chosen)
    saved, codes = [], [Exit.OK]
    taken: set[str] = set()
    if trace.images:
        _make(folder)
    for image in trace.images:
        target = os.path.join(folder, name_of(image, taken))
        try:
            saved.append(_save(trace, copies, image, target, force=force))
        except OutputError as error:
            complain(str(error))
            codes.append(Exit.USAGE)
        except CaptureError as error:  # of this page; the others are still saved
            complain(f"{target}: {error}")
            codes.append(Exit.UNREADABLE)
    Sink(None).write(_table(trace, saved, look))
    return worst(codes)


def _save(trace: Trace, copies: Copies, image: Image, target: str, *, force: bool) -> Saved:
    """Give the copy of a page its name; where there is none, write the page beside its place, then give it its name."""
    copied = copies.of(image)
    if copied is not None and give_name(copied.path, target, replace=force):
        return Saved(image, target, copied.length, copied.sha256)
    from wsdtrace.pipeline import read_image

    digest, length = hashlib.sha256(), 0
    hashed: Future[None] | None = None
    with ThreadPoolExecutor(max_workers=1) as beside, whole_file(target, replace=force) as out:
        for piece in read_image(trace, image):
            if hashed is not None:
                hashed.result()
            hashed = beside.submit(digest.update, piece)  # takes as long as all the rest
            length += len(piece)
            out.write(piece)
    return Saved(image, target, length, digest.hexdigest())


def _table(trace: Trace, saved: list[Saved], look: Look) -> str:
    from wsdtrace.report.escape import visible
    from wsdtrace.report.grid import Cell, Column, Styled, write_grid
    from wsdtrace.report.page import Page, counted
    from wsdtrace.report.redact import Redactor
    from wsdtrace.report.text import write_header
    from wsdtrace.report.words import pixels

    page = Page(look, Redactor(None))
    write_header(page, trace)
    if not trace.images:
        page.line(("no images", "dim"))
        return str(page)
    page.blank()
    columns = [
        Column("file", style="bold", flexible=True),
        Column("format"),
        Column("pixels", right=True),
        Column("bytes", right=True),
        Column(""),
        Column("sha256", style="dim", flexible=True),
    ]
    rows: list[list[Cell]] = [
        [
            visible(one.path),
            one.image.format or "unknown",
            pixels(one.image),
            f"{one.bytes:,}",
            "" if one.image.complete else Styled("✖ incomplete", "red"),
            one.sha256,
        ]
        for one in saved
    ]
    if rows:
        write_grid(page, columns, rows)
    broken = sum(1 for one in saved if not one.image.complete)
    told = f"{counted(len(saved), 'page')} saved"
    if broken:
        told += f", {broken} incomplete: the capture does not hold the rest"
    if len(saved) < len(trace.images):
        told += f"; {len(trace.images) - len(saved)} not saved"
    page.line(f"{told}.")
    return str(page)


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}") from error
