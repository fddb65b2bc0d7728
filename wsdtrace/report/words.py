"""How the objects of a trace are called where there is little room: `#17–18`, `client 1 → device 2`, `1.2 kB`."""

from __future__ import annotations

from wsdtrace.records import Stamp
from wsdtrace.report.findings import where
from wsdtrace.report.grid import Cell, Styled
from wsdtrace.report.page import Page, counted
from wsdtrace.state.model import Exchange, Image, Job, Toward, Transport

MAX_CELL = 200
"""Characters of a text of the capture in a cell."""


def frames(exchange: Exchange) -> str:
    """`#17–18`, the first and last frame of an exchange."""
    return between(exchange.first, exchange.last)


def between(first: Stamp, last: Stamp) -> str:
    """`#17–18`, or `#17` where it is one place."""
    return where(first) if last.number <= first.number else f"{where(first)}–{last.number}"


def peers(exchange: Exchange) -> str:
    """`client 1 → device 2`."""
    client = f"client {exchange.client.id}" if exchange.client else str(exchange.client_endpoint)
    device = f"device {exchange.device.id}" if exchange.device else str(exchange.server_endpoint)
    return f"{client} → {device}" if exchange.toward is Toward.DEVICE else f"{device} → {client}"


def operation(page: Page, exchange: Exchange) -> str:
    """The operation; what else can be told where that is unknown."""
    if exchange.operation:
        return page.said(exchange.operation, MAX_CELL)
    for message in (exchange.request, exchange.response):
        if message is not None and (message.body_local or message.action):
            return f"? {page.said(message.body_local or message.action or '', MAX_CELL)}"
    return "?"


def pixels(image: Image) -> str:
    """`2480×3508`."""
    return f"{image.width:,}×{image.height:,}".replace(",", "") if image.width and image.height else ""


def size(n_bytes: int) -> str:
    """`1.2 kB`, in powers of 1000."""
    if n_bytes < 1000:
        return f"{n_bytes} B"
    return f"{n_bytes / 1000:.1f} kB" if n_bytes < 1_000_000 else f"{n_bytes / 1_000_000:.1f} MB"


def job_number(job: Job | None) -> str:
    """`7`, or `7 (2)` where the device granted the number again."""
    return "" if job is None else f"{job.job_id}" + (f" ({job.generation})" if job.generation > 1 else "")


def answer(page: Page, exchange: Exchange) -> Cell:
    """The status and the fault, or why there is no response."""
    response = exchange.response
    if response is None:
        if exchange.transport is Transport.UDP:
            return Styled("", "")
        word = exchange.abandoned.value if exchange.abandoned else "none"
        return Styled(f"✖ {word}", "red") if exchange.request is not None else ""
    if exchange.transport is Transport.UDP:
        return counted(len(exchange.answers), "answer")
    status = str(response.status) if response.status is not None else ""
    fault = response.fault
    if fault is not None:
        return Styled(f"{status} ✖ {page.said(fault.subcode or fault.code or 'fault', MAX_CELL)}", "red")
    if not response.complete:
        return Styled(f"{status} ✖ incomplete", "red")
    return Styled(status, "red") if response.status is not None and response.status >= 400 else status
