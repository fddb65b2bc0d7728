"""`wsdtrace discover`: which WSD scanners answer on this network, and what they can do."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from wsdtrace.cli.exits import Exit
from wsdtrace.cli.options import color_option, debug_option
from wsdtrace.cli.terminal import complain, look_of

if TYPE_CHECKING:
    from wsdtrace.proxy.find import Found
    from wsdtrace.wsd.scanner import ScannerConfiguration


@click.command(short_help="Find WSD scanners now, show what they can do.")
@click.option("--interface", "interfaces", multiple=True, metavar="NAME", help="Look there only. [everywhere]")
@click.option("--all", "everything", is_flag=True, help="Also what is no scanner: printers, computers.")
@click.option("--capabilities", is_flag=True, help="Also what each scanner can do.")
@click.option("--wait", type=click.FloatRange(0.1, 60), default=3.0, help="Seconds to wait for answers. [3]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to tell it. [text]")
@color_option
@debug_option
def command(
    interfaces: tuple[str, ...],
    *,
    everything: bool,
    capabilities: bool,
    wait: float,
    form: str,
    color: str,
    debug: bool,  # noqa: ARG001 - `entry` reads it
) -> int:
    """Find WSD scanners on this network: name, model, address, endpoint address.

    A Probe goes out on every interface with multicast, over IPv4 and IPv6; whoever answers is asked for its metadata.
    """
    from wsdtrace.proxy.presence import places_of

    where = places_of(interfaces)[1] if interfaces else None
    found = asyncio.run(_look(where, wait, everything=everything, capabilities=capabilities))
    if form == "json":
        json.dump({"devices": [_row(each) for each in found]}, sys.stdout, indent=2, ensure_ascii=True)
        sys.stdout.write("\n")
    else:
        _write(found, color)
    if not found:
        complain("no scanner answers; is it on, on this network, and is UDP port 3702 open to this machine?")
    return Exit.OK


async def _look(where: Any, wait: float, *, everything: bool, capabilities: bool) -> list[Found]:
    from wsdtrace.proxy.find import describe, search

    found = await search(where=where, seconds=wait)
    await asyncio.gather(*(describe(each, capabilities=capabilities) for each in found))
    return sorted((each for each in found if everything or each.is_scanner), key=lambda f: (f.name or "", f.address))


def _row(found: Found) -> dict[str, Any]:
    return {
        "endpoint": found.service.endpoint,
        "name": found.name,
        "manufacturer": found.manufacturer,
        "model": found.model,
        "serial": found.serial,
        "address": found.address,
        "interface": found.interface,
        "types": [str(kind) for kind in found.service.types],
        "xaddrs": list(found.service.xaddrs),
        "metadata_version": found.service.version,
        "url": found.url,
        "scan_url": found.scan_url,
        "problem": found.problem,
        "capabilities": None if found.configuration is None else _capabilities(found.configuration),
    }


def _write(found: list[Found], color: str) -> None:
    from wsdtrace.report.grid import Column, write_grid
    from wsdtrace.report.page import Page, joined
    from wsdtrace.report.redact import Redactor

    page = Page(look_of(color=color), Redactor(None))
    columns = [
        Column("name", style="bold", flexible=True),
        Column("model", flexible=True),
        Column("address"),
        Column("interface", style="dim"),
        Column("url", flexible=True),
        Column("endpoint", style="dim", flexible=True),
    ]
    rows = [
        [
            page.said(each.name or "", 60),
            page.said(" ".join(filter(None, (each.manufacturer, each.model))), 60),
            each.address,
            each.interface,
            page.said(each.scan_url or each.url or each.problem or "", 120),
            page.said(each.service.endpoint, 60),
        ]
        for each in found
    ]
    if rows:
        write_grid(page, columns, rows)
    for each in found:
        if each.configuration is not None:
            page.blank()
            page.line((page.said(each.name or each.address, 60), "bold"))
            for key, value in _capabilities(each.configuration).items():
                page.hanging(joined(f"  {key}  "), joined(page.said(_words(value))))
    sys.stdout.write(str(page))


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _capabilities(configuration: ScannerConfiguration) -> dict[str, Any]:
    """What a person wants to know: formats, sources, resolutions, colours, sizes."""
    told: dict[str, Any] = {}
    settings = configuration.device_settings
    if settings is not None and settings.formats_supported is not None:
        told["formats"] = [str(value) for value in settings.formats_supported.format_value]
    for name, source in _sources(configuration):
        told[f"{name} resolutions"] = _resolutions(source)
        told[f"{name} colours"] = [str(entry) for entry in getattr(source, "color_entries", ())]
        size = getattr(source, "maximum_size", None)
        if size is not None:
            told[f"{name} size"] = f"{_inches(size.width)} × {_inches(size.height)} in"
    return {key: value for key, value in told.items() if value}


class _Side:
    """One source, with the names that all sources have."""

    def __init__(self, prefix: str, value: Any) -> None:
        colors = getattr(value, f"{prefix}_color", None)
        self.resolutions = getattr(value, f"{prefix}_resolutions", None)
        self.color_entries = getattr(colors, "color_entry", ())
        self.maximum_size = getattr(value, f"{prefix}_maximum_size", None)


def _sources(configuration: ScannerConfiguration) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if configuration.platen is not None:
        found.append(("platen", _Side("platen", configuration.platen)))
    adf = configuration.adf
    if adf is not None and adf.adf_front is not None:
        found.append(("ADF", _Side("adf", adf.adf_front)))
    if adf is not None and adf.adf_back is not None:
        found.append(("ADF back", _Side("adf", adf.adf_back)))
    return found


def _resolutions(source: Any) -> list[str]:
    resolutions = source.resolutions
    widths = getattr(getattr(resolutions, "widths", None), "width", ())
    return [f"{value} dpi" for value in widths]


def _inches(thou: int | None) -> str:
    return "?" if thou is None else f"{thou / 1000:.1f}"
