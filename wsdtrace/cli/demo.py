"""`wsdtrace demo`: a virtual scanner and a client play five scans; the checker says what went wrong in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wsdtrace.cli.exits import Exit
from wsdtrace.cli.options import color_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsdtrace.check.finding import Finding
    from wsdtrace.scanner.story import Scene

PAUSE_S = 1.2
"""Between scenes on a terminal, so that they can be read."""


@click.command(short_help="Watch five scans without a scanner, and what the checker says.")
@click.option("--headless", is_flag=True, help="Do not pause for a reader.")
@click.option("--check", "strict", is_flag=True, help="Exit 1 unless every scene ends, and is judged, as it should.")
@click.option("-w", "--write", metavar="FILE", type=click.Path(), help="Where the capture goes. [a temporary folder]")
@color_option
def command(*, headless: bool, strict: bool, write: str | None, color: str) -> int:
    """Play five scans between a virtual scanner and a client on this machine, and check them.

    A page from the glass, three from the feeder, one by the scanner's button; then a client that leaves its job, and a
    scanner whose fault cannot be read. Both ends write down what they exchange; the findings are explained as they come
    up, and the capture is kept. Needs no hardware, no network and no root.
    """
    import asyncio
    import os
    import sys
    import tempfile

    from wsdtrace.cli.entry import run
    from wsdtrace.cli.terminal import wants_color
    from wsdtrace.errors import OutputError

    path = write or os.path.join(tempfile.mkdtemp(prefix="wsdtrace-demo-"), "demo.pcapng")
    colored = wants_color(color, sys.stdout.isatty())
    pause_s = 0.0 if headless or not sys.stdout.isatty() else PAUSE_S
    try:
        with open(path, "wb") as file:
            missed = asyncio.run(_play(file, path, colored=colored, pause_s=pause_s))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    click.echo(f"\nThat was the story. This is what the checker says of the whole capture:\n\n$ wsdtrace check {path}")
    code = run(["check", path, "--color", "always" if colored else "never"])
    click.echo(
        "\nThe capture is kept. Look at every exchange, at the pages, and at scanners that misbehave:\n"
        f"next: wsdtrace show {path}\n"
        f"      wsdtrace images {path} -o pages/\n"
        "      wsdtrace scanner --list"
    )
    if missed or code != Exit.FINDINGS:
        click.echo(
            "The checker did not say what the story did: " + "; ".join(missed or [f"exit code {code}"]), err=True
        )
        return Exit.FINDINGS if strict else Exit.OK
    return Exit.OK


async def _play(file: object, path: str, *, colored: bool, pause_s: float) -> list[str]:
    """Play the scenes; what the checker says otherwise than the story."""
    import asyncio
    from typing import BinaryIO, cast

    from wsdtrace.scanner.story import Story

    def styled(text: str, **how: bool | str) -> str:
        return click.style(text, **how) if colored else text  # type: ignore[arg-type]  # words of click's own

    told: set[str] = set()
    missed: list[str] = []
    number = 0
    click.echo("A virtual scanner and a client on this machine: five scans, written down by both ends.\n")
    async for scene in Story(cast("BinaryIO", file)).scenes():
        number += 1
        click.echo(styled(f"scan {number}: {scene.title}", bold=True))
        for line in scene.lines:
            click.echo(f"  {line}")
        found = await asyncio.to_thread(lambda: list(_findings(path, told)))
        for finding in found:
            told.add(finding.fingerprint)
            click.echo(styled(f"  ✖ {finding.code} {finding.name}: ", fg="red") + finding.message)
            for line in _why(finding):
                click.echo(f"      {line}")
        if not found:
            click.echo(styled("  ✔ ", fg="green") + "nothing wrong with it")
        click.echo()
        missed += _compared(number, scene, found)
        if pause_s:
            await asyncio.sleep(pause_s)
    return missed


def _compared(number: int, scene: Scene, found: list[Finding]) -> list[str]:
    """What was found against what the scene is about."""
    codes = sorted(finding.code for finding in found)
    return [] if codes == sorted(scene.finds) else [f"scan {number}: expected {scene.finds}, found {codes}"]


def _findings(path: str, told: set[str]) -> Iterator[Finding]:
    """Errors and warnings of the capture so far that were not told yet; causes only."""
    from wsdtrace.pipeline import check_file

    for finding in check_file(path).findings:
        if finding.is_cause and finding.severity.rank <= 1 and finding.fingerprint not in told:
            yield finding


def _why(finding: Finding) -> list[str]:
    """The reason of its rule, in lines."""
    import textwrap

    from wsdtrace.check.rule import all_rules

    rule = next(rule for rule in all_rules() if rule.code == finding.code)
    return textwrap.wrap(" ".join(rule.why.split()), 90)
