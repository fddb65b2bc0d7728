"""`wsdtrace scanner`: run a virtual scanner, well-behaved or as a persona; `press` its button, be its `client`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wsdtrace.cli.client import command as client
from wsdtrace.cli.exits import Exit
from wsdtrace.cli.output import record_file
from wsdtrace.errors import UsageError

if TYPE_CHECKING:
    from wsdtrace.scanner.persona import Persona

LISTEN = "127.0.0.1:0"


def place_of(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `[HOST]:PORT` or `HOST` as host and port."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, "0"
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise UsageError(f"expected HOST:PORT, found {text!r}")
    return host.strip("[]"), int(port)


@click.group(short_help="Run a virtual scanner, well-behaved or as a persona.", invoke_without_command=True)
@click.option(
    "--persona",
    "name",
    metavar="NAME|FILE",
    default="well-behaved",
    help="Who to be; a .toml file is a persona of your own. [well-behaved]",
)
@click.option("--list", "listing", is_flag=True, help="List the personas, what each does, and where it was seen.")
@click.option("--listen", metavar="HOST:PORT", default=LISTEN, help="Where to listen. [127.0.0.1 and a free port]")
@click.option("--sheets", type=click.IntRange(0), help="Sheets in the feeder, which fills itself after each job. [3]")
@click.option("--page-time", type=click.FloatRange(0), metavar="SECONDS", help="How long it scans a page. [0]")
@click.option(
    "--timeout", type=click.FloatRange(0), metavar="SECONDS", help="How long a client may be silent; 0 for ever. [60]"
)
@click.option("--announce", is_flag=True, help="Be found by WS-Discovery: Hello, Bye, answers to Probe and Resolve.")
@click.option("-w", "--write", metavar="FILE", type=click.Path(), help="Write what it exchanges as a capture.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    name: str,
    listing: bool,
    listen: str,
    sheets: int | None,
    page_time: float | None,
    timeout: float | None,
    announce: bool,
    write: str | None,
) -> int | None:
    """Be a WSD scanner on this machine: its pages are drawn, its manners are those of the persona.

    Any WSD client can scan from it. The lines that it prints say how to make sane-airscan use it, and how to press its
    button. Ctrl-C ends it.
    """
    if ctx.invoked_subcommand is not None:
        return None
    if listing:
        _list()
        return Exit.OK
    import dataclasses

    who = _persona(name)
    device = who.device
    if sheets is not None:
        device = dataclasses.replace(device, sheets=sheets)
    if page_time is not None:
        device = dataclasses.replace(device, page_s=page_time)
    habits = who.habits if timeout is None else dataclasses.replace(who.habits, retrieve_s=timeout)
    return _serve(dataclasses.replace(who, device=device, habits=habits), *place_of(listen), write, announce=announce)


@command.command(short_help="Press the button of a scanner that runs.")
@click.option("--at", metavar="HOST:PORT", required=True, help="Where it listens, as it says itself.")
@click.option("--to", "destination", metavar="NAME", help="What to choose on its display. [the first entry]")
@click.option(
    "--source",
    type=click.Choice(["Platen", "ADF", "ADFDuplex"]),
    default="Platen",
    help="Where the original is. [Platen]",
)
def press(*, at: str, destination: str | None, source: str) -> int:
    """Press the button of a virtual scanner, as somebody in front of it would.

    The clients that subscribed to ScanAvailableEvent are on its display; the chosen one is told, and scans.
    """
    from wsdtrace.scanner.remote import press as press_remote

    identifier = press_remote(*place_of(at), destination, source)
    if identifier is None:
        named = f" as {destination!r}" if destination is not None else ""
        why = "no client has subscribed to ScanAvailableEvent"
        raise UsageError(f"pressed, but nobody is on its display{named}: {why}")
    click.echo(f"pressed: {identifier}")
    return Exit.OK


command.add_command(client, "client")


def _persona(name: str) -> Persona:
    from wsdtrace.scanner.persona import load_persona, persona

    return load_persona(name) if name.endswith(".toml") else persona(name)


def _list() -> None:
    from wsdtrace.scanner.persona import persona, persona_names

    width = max(map(len, persona_names()))
    for name in persona_names():
        who = persona(name)
        click.echo(f"{name:<{width}}  {who.summary}")
        if who.seen and who.finds:
            click.echo(f"{'':<{width}}    {' '.join(who.finds)} · {who.seen}")
    click.echo("\nwsdtrace scanner --persona NAME runs one; a .toml file in place of NAME is one of your own.")


def _serve(who: Persona, host: str, port: int, write: str | None, *, announce: bool) -> int:
    import asyncio

    if announce and host in ("0.0.0.0", "::", ""):  # noqa: S104  # a comparison
        raise UsageError("--announce needs an address that clients can connect to: --listen ADDRESS:PORT")

    with record_file(write) as record:
        from wsdtrace.scanner.server import VirtualScanner

        scanner = VirtualScanner(who, host, port, record=record, announce=announce)
        try:
            asyncio.run(_until_stopped(scanner, who, write))
        except OSError as error:
            raise UsageError(f"cannot listen at {host}:{port}: {error.strerror or error}") from error
    return Exit.OK


async def _until_stopped(scanner: object, who: Persona, write: str | None) -> None:
    import asyncio
    import signal
    from datetime import datetime

    from wsdtrace.cli.terminal import complain
    from wsdtrace.report.escape import visible
    from wsdtrace.scanner.server import VirtualScanner

    assert isinstance(scanner, VirtualScanner)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)

    def told(operation: str, peer: str, status: int, fault: str) -> None:
        answer = f"{status or 'no answer'}  {fault}".rstrip()
        click.echo(f"{datetime.now():%H:%M:%S}  {visible(operation)[:60]:<22} {peer:<15}  {answer}")

    scanner.on_exchange = told
    async with scanner:
        at = scanner.addresses
        click.echo(f"virtual scanner {who.name}: {who.summary}")
        click.echo(f"  scan service   {at.service}")
        click.echo(f'  sane-airscan   "{who.name}" = {at.service}, WSD      (airscan.conf, [devices])')
        click.echo(f"  its button     wsdtrace scanner press --at {at.base.removeprefix('http://')}")
        if write is not None:
            click.echo(f"  its record     {write}")
        for presence in scanner.presences:
            if presence.problem:
                complain(f"not announced at {presence.host}: {presence.problem}; --listen at the address of a network")
        click.echo("Ctrl-C ends it.")
        await stopped.wait()
    if write is not None:
        click.echo(f"next: wsdtrace check {write}")
