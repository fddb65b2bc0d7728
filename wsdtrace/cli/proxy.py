"""`wsdtrace proxy`: stand between a client and a scanner, show and record everything, judge it live."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from wsdtrace.cli.exits import FAIL_ON, exit_of
from wsdtrace.cli.options import (
    color_option,
    debug_option,
    quiet_option,
    seconds_of,
    secrets_option,
    selectors,
    verbose_option,
)
from wsdtrace.cli.terminal import complain, look_of

if TYPE_CHECKING:
    from wsdtrace.proxy import Proxy
    from wsdtrace.report.ticker import Ticker


SWITCH_SECONDS = 0.0005
"""So long the thread in which an image passes waits for the checker, each time that it read or sent; Python's own 5 ms
would make a page of a few hundred reads a second longer."""
SETTLE_SECONDS = 1.0
"""For the connections of a command that has ended to end as well."""


@click.command(short_help="Stand between a client and a scanner: see, record, change.")
@click.option("--device", metavar="URL|auto", required=True, help="The scanner, or `auto` to find the only one.")
@click.option("--listen", metavar="WHERE", multiple=True, help="Interface or address to listen at. [127.0.0.1 and ::1]")
@click.option(
    "--announce",
    type=click.Choice(["auto", "isolated", "own", "off"]),
    default="auto",
    help="How clients find it on the interfaces. [auto: own where the scanner is on the same network]",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen at this port. [a free one]")
@click.option(
    "-w", "--write", "record", metavar="FILE", help="Record both legs as pcapng; - writes to standard output."
)
@click.option("--no-rewrite", is_flag=True, help="Relay bytes only; addresses in messages stay as they are.")
@click.option("--allow", multiple=True, metavar="HOST", help="A further host that may be reached, or call us.")
@click.option("--tls", is_flag=True, help="Speak TLS to clients, with a certificate made on the first run.")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="Inject: OPERATION[#N]:KIND[=VALUE][%PERCENT].")
@click.option("--fault-plan", metavar="FILE", help="Faults from a TOML file.")
@click.option("--seed", type=int, default=None, help="Of chance in the faults. [0]")
@click.option("--select", multiple=True, metavar="CODES", help="Only these rules; codes or their beginnings.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Not these rules.")
@click.option("--fail-on", type=click.Choice(list(FAIL_ON)), default="error", help="Exit with 1 from there on. [error]")
@click.option("--timeout", "timeouts", multiple=True, metavar="OP=SECONDS", help="When an answer is slow.")
@quiet_option
@verbose_option
@color_option
@secrets_option
@debug_option
@click.argument("command", metavar="[-- COMMAND…]", nargs=-1, type=click.UNPROCESSED)
def command(
    command: tuple[str, ...],
    *,
    device: str,
    listen: tuple[str, ...],
    announce: str,
    port: int,
    record: str | None,
    no_rewrite: bool,
    allow: tuple[str, ...],
    tls: bool,
    faults: tuple[str, ...],
    fault_plan: str | None,
    seed: int | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    timeouts: tuple[str, ...],
    quiet: int,
    verbose: int,
    color: str,
    show_secrets: bool,
    debug: bool,  # noqa: ARG001 - `entry` reads it
) -> int:
    """Stand between a client and a scanner: every exchange on a line, findings as they happen, the verdict at the end.

    Give the client the URL that is printed instead of the scanner's. Messages pass as they came, except for the
    addresses in them, which lead to the proxy again; images stream. Ctrl-C ends the run.

    With -- COMMAND the client runs inside: in its environment SANE_CONFIG_DIR names a configuration with the proxy as
    the only device (airscan:w0:wsdtrace), WSDTRACE_URL and {url} are the proxy's URL. The exit code is the checker's.

    Faults: delay=SECONDS, drop=before|middle|BYTES, fault=SUBCODE, status=CODE, truncate=BYTES, corrupt[=BYTES],
    relates-to, duplicate, swallow, stale-token[=TOKEN]; what is injected is recorded and nobody is blamed for it.

    \b
      wsdtrace proxy --device http://192.0.2.20:5357/scan -w scan.pcapng
      wsdtrace proxy --device auto --fault RetrieveImage#2:drop=5000
      wsdtrace proxy --device auto -- scanimage -d airscan:w0:wsdtrace -o page.pnm
    """
    from wsdtrace.pipeline import Options, rules_for
    from wsdtrace.proxy import Proxy
    from wsdtrace.proxy.faults import parse_fault, read_plan
    from wsdtrace.report.text import render_check
    from wsdtrace.report.ticker import Ticker

    sys.setswitchinterval(SWITCH_SECONDS)
    options = Options(
        select=selectors(select), ignore=selectors(ignore), timeouts=seconds_of(timeouts), keep_exchanges=False
    )
    rules_for(options)  # an unknown code is told before anything is listened at
    out = sys.stderr if record == "-" else sys.stdout
    look = look_of(color=color, verbosity=verbose - quiet, show_secrets=show_secrets, to_file=record == "-")

    def write(text: str) -> None:
        out.write(text)
        out.flush()

    planned_seed, planned = (None, []) if fault_plan is None else read_plan(fault_plan)
    proxy = Proxy(
        device,
        listen=listen or None,
        announce=announce,
        port=port,
        record=record,
        rewrite=not no_rewrite,
        allow=allow,
        tls=tls,
        faults=[*map(parse_fault, faults), *planned],
        seed=seed if seed is not None else planned_seed or 0,
        options=options,
    )
    ticker = Ticker(look, write, proxy.so_far)
    proxy.tell(
        say=ticker.said,
        on_exchange=lambda exchange: ticker.exchange(exchange, proxy.injected(exchange)),
        on_finding=ticker.finding,
    )
    interrupted = asyncio.run(_run(proxy, ticker, command))
    trace = proxy.trace
    assert trace is not None
    write(f"\n{render_check(trace, look)}")
    for broken in trace.internal_errors:
        complain(f"internal error of a rule: {broken} (the other rules ran; please report it)")
    return exit_of(trace, fail_on=fail_on, allow_empty=interrupted)


async def _run(proxy: Proxy, ticker: Ticker, command: Sequence[str]) -> bool:
    """Relay until the command has ended, or somebody interrupts; True when that was so."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with proxy:
            ticker.said(f"{proxy.url} stands for {proxy.device}")
            if proxy.path not in (None, "-"):
                ticker.said(f"recording to {proxy.path}, with every token and name as it was: keep it private")
            if not command:
                await stop.wait()
                return True
            return await _inside(proxy, command, stop, ticker)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _inside(proxy: Proxy, command: Sequence[str], stop: asyncio.Event, ticker: Ticker) -> bool:
    """Run the command; True when it was interrupted."""
    from wsdtrace.proxy.child import running

    async with running(command, proxy.url) as process:
        ended = asyncio.ensure_future(process.wait())
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not ended.done():
            ended.cancel()
            return True
        ticker.said(f"{command[0]} ended with {process.returncode}")
        await proxy.settle(SETTLE_SECONDS)
        return False
