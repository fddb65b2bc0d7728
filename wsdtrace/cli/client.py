"""`wsdtrace scanner client`: scan as a WSD client does, with good manners or with bad ones."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from wsdtrace.cli.exits import Exit
from wsdtrace.cli.output import record_file
from wsdtrace.errors import OutputError, UsageError

if TYPE_CHECKING:
    from typing import BinaryIO

    from wsdtrace.scanner.client import Client, Manners, Reply, Scan, Wish
    from wsdtrace.scanner.sink import EventSink, Notice

PRESS_S = 600.0
"""For somebody to walk to the scanner and press its button."""
EVENT_S = 5.0
"""For the scanner to tell how a job ended."""
DESTINATION = "Scan to wsdtrace"
EVENTS = ("ScanAvailableEvent", "JobStatusEvent", "JobEndStateEvent", "ScannerStatusSummaryEvent")
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif", "image/bmp": "bmp"}


@click.command(short_help="Scan as a client does, with good manners or bad ones.")
@click.argument("url", metavar="URL")
@click.option(
    "--source",
    type=click.Choice(["Platen", "ADF", "ADFDuplex", "Film"]),
    default="Platen",
    help="Where the original is. [Platen]",
)
@click.option("--dpi", type=click.IntRange(1), default=100, help="Resolution. [100]")
@click.option("--image-format", metavar="FORMAT", default="jfif", help="As WS-Scan calls it. [jfif]")
@click.option("--push", is_flag=True, help="Subscribe, wait for the scanner's button, and scan then.")
@click.option("-o", "--output", metavar="DIR", type=click.Path(), help="Save the pages there. [nowhere]")
@click.option("-w", "--write", metavar="FILE", type=click.Path(), help="Write what it exchanges as a capture.")
@click.option("--late", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="Ask for the first page late.")
@click.option("--pause", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="Wait before each next page.")
@click.option("--leave-after", type=click.IntRange(0), metavar="PAGES", help="Never come back after so many pages.")
@click.option("--cancel-after", type=click.IntRange(0), metavar="PAGES", help="Cancel the job after so many pages.")
@click.option("--ask-after-cancel", is_flag=True, help="Ask for a page of the cancelled job.")
@click.option("--wrong-token", is_flag=True, help="Show another JobToken than was granted.")
@click.option("--no-unsubscribe", is_flag=True, help="Go without ending the subscription.")
def command(
    url: str,
    *,
    source: str,
    dpi: int,
    image_format: str,
    push: bool,
    output: str | None,
    write: str | None,
    late: float,
    pause: float,
    leave_after: int | None,
    cancel_after: int | None,
    ask_after_cancel: bool,
    wrong_token: bool,
    no_unsubscribe: bool,
) -> int:
    """Scan from the scan service at URL (wsdtrace discover tells it).

    Each exchange is a line. By default it behaves as the specification asks; the options from --late on are bad manners
    that clients were seen to have: what a scanner does then, and what wsdtrace says of it, is in the capture of -w.
    Exits with 1 where no page came.

    \b
      wsdtrace scanner client http://192.0.2.20:5357/scan --source ADF -o pages/
      wsdtrace scanner client http://192.0.2.20:5357/scan --push
      wsdtrace scanner client http://127.0.0.1:5357/scan --leave-after 1 -w orphaned.pcapng
    """
    from wsdtrace.report.escape import visible
    from wsdtrace.scanner.client import Manners, NoReply, Scan, Wish
    from wsdtrace.scanner.http import BadMessage
    from wsdtrace.scanner.pipe import Gone

    _check(url)
    manners = Manners(
        first_pause_s=late,
        next_pause_s=pause,
        leaves_after=leave_after,
        wrong_token=wrong_token,
        cancels_after=cancel_after,
        asks_after_cancel=ask_after_cancel,
        unsubscribes=not no_unsubscribe,
    )
    wish = Wish(source=source, format=image_format, dpi=dpi)
    with record_file(write) as record:
        try:
            done = asyncio.run(_scan(url, wish, manners, record, push=push))
        except BadMessage as error:
            done = Scan(end=f"an answer that is no HTTP: {error}")
        except (Gone, NoReply):
            done = Scan(end="no answer")
        except (OSError, TimeoutError) as error:
            number = error.errno or 0
            known = os.strerror(number) if number > 0 else error.strerror  # a name that is none has a number below 0
            why = (known or str(error) or "it says nothing").lower()
            raise UsageError(f"{url}: no scanner answers there: {why}") from error
    count = len(done.pages)
    click.echo(f"{count} page{'' if count == 1 else 's'}{f', then {visible(done.end)}' if done.end else ''}")
    if output is not None:
        _save(done, output)
    if write is not None:
        click.echo(f"next: wsdtrace check {write}")
    return Exit.OK if done.pages else Exit.FINDINGS


def _check(url: str) -> None:
    """See whether it is a URL that a client can ask.

    Raises:
        UsageError: it is none.
    """
    try:
        parts = urlsplit(url)
        is_good = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, a bracket that is not closed
        is_good = False
    if not is_good:
        raise UsageError(f"{url!r}: expected a URL such as http://192.0.2.20:5357/scan")


async def _scan(url: str, wish: Wish, manners: Manners, record: BinaryIO | None, *, push: bool) -> Scan:
    """Ask who it is, and scan; the pages are in memory then."""
    from wsdtrace.scanner.client import Client
    from wsdtrace.scanner.clock import Clock
    from wsdtrace.scanner.recorder import Recorder
    from wsdtrace.scanner.sink import EventSink

    clock = Clock()
    recorder = None if record is None else Recorder(record, clock, "as seen by wsdtrace scanner client")
    client = Client(url, clock=clock, recorder=recorder, manners=manners)
    client.on_exchange = _told
    if not push:
        async with client:
            await client.elements()
            return await client.scan(wish)
    async with EventSink(_address_towards(url), recorder) as sink, client:
        await client.elements()
        return await _pushed(client, wish, sink)


def _told(operation: str, reply: Reply) -> None:
    """A line for an exchange."""
    images = sum(len(data) for _, data in reply.images)
    _tell(
        operation,
        reply.subcode or (f"{reply.http.status}  {images} bytes of image" if images else str(reply.http.status)),
    )


async def _pushed(client: Client, wish: Wish, sink: EventSink) -> Scan:
    """Wait for the button, and scan what it asks for."""
    import dataclasses

    from wsdtrace.scanner.client import Scan
    from wsdtrace.wsd import scan

    reply = await client.subscribe(sink, {"wsdtrace": DESTINATION}, EVENTS)
    if client.subscription is None:
        return Scan(end=reply.subcode or "no subscription")
    click.echo(f"waiting for somebody to choose {DESTINATION!r} at the scanner, and to press its button")
    try:
        press = (await _event(sink, "ScanAvailableEvent", PRESS_S)).value
    except TimeoutError:
        return Scan(end="nobody pressed the button")
    assert isinstance(press, scan.ScanAvailableEvent)
    done = await client.pushed(press, dataclasses.replace(wish, source=str(press.input_source or wish.source)))
    if done.pages and client.manners.leaves_after is None:
        with contextlib.suppress(TimeoutError):  # not every scanner tells how a job ended
            await _event(sink, "JobEndStateEvent", EVENT_S)
    return done


async def _event(sink: EventSink, name: str, seconds: float) -> Notice:
    """The next event of a name; those before it are shown."""
    async with asyncio.timeout(seconds):
        while True:
            notice = await sink.next()
            _tell(notice.name, "event")
            if notice.name == name:
                return notice


def _tell(what: str, how: str) -> None:
    """A line for something that happened now."""
    from datetime import datetime

    from wsdtrace.report.escape import visible

    click.echo(f"{datetime.now():%H:%M:%S}  {visible(what)[:60]:<22} {visible(how)}")


def _address_towards(url: str) -> str:
    """This machine's address as the scanner sees it."""
    parts = urlsplit(url)
    found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_DGRAM)
    with socket.socket(found[0][0], socket.SOCK_DGRAM) as unsent:
        unsent.connect(found[0][4])  # chooses a route, and sends nothing
        return str(unsent.getsockname()[0])


def _save(done: Scan, folder: str) -> None:
    """Write the pages; nothing is replaced."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(done.pages, 1):
            path = Path(folder) / f"page-{number:04}.{SUFFIXES.get(page.media_type.partition(';')[0].strip(), 'bin')}"
            with path.open("xb") as file:
                file.write(page.data)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error
