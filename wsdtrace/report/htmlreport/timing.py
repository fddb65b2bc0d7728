"""Timing: latency of each operation, and where the time of the pages went."""

from __future__ import annotations

from wsdtrace.report.htmlreport.context import Context, figure, section, table
from wsdtrace.report.latencies import Latencies, latencies_of, latency_svg
from wsdtrace.report.markup import Markup, tag, trusted
from wsdtrace.report.times import duration
from wsdtrace.report.transferfigure import figure_of, verdict
from wsdtrace.report.transfers import PageTransfer, transfers_of
from wsdtrace.report.words import size

MAX_OPERATIONS = 60
"""Rows of the table; beyond the known operations only hostile ones remain."""


LATENCY_CAPTION = "From the end of the request to the end of the response, on a logarithmic scale."

TRANSFER_CAPTION = (
    "Bars are bytes over time, the line their sum. Grey: the device sent nothing, and nothing was missing. Red: bytes "
    "came again or late, which is the network. Amber: the client could take no more."
)


def timing(context: Context) -> Markup:
    """The section."""
    trace = context.trace
    rows = latencies_of(trace)
    if not rows:
        return section("timing", "Timing", tag("p", "No exchange was answered.", class_="empty"))
    heads = ("operation", ">exchanges", ">first byte, median", ">median", ">maximum", "slowest")
    drawing = trusted(latency_svg(trace, redactor=context.redactor))
    parts = [
        figure("latency of each operation", drawing, LATENCY_CAPTION),
        table("latency of each operation in numbers", heads, [_row(context, row) for row in rows[:MAX_OPERATIONS]]),
    ]
    pages = transfers_of(trace)
    if pages:
        drawing = trusted(figure_of(pages, context.redactor))
        parts.append(tag("h3", "Where the time of the pages went"))
        parts.append(figure("transfer rate of the pages", drawing, TRANSFER_CAPTION))
        parts.append(_table(context, pages))
    return section("timing", "Timing", parts)


def _row(context: Context, row: Latencies) -> Markup:
    return tag(
        "tr",
        tag("th", context.cell(row.operation), scope="row"),
        _number(f"{len(row.totals_ns):,}"),
        _number(duration(row.waits_ns[len(row.waits_ns) // 2])),
        _number(duration(row.median_ns)),
        _number(duration(row.maximum_ns)),
        tag("td", context.exchange_link(row.slowest, f"exchange {row.slowest.id}")),
    )


def _table(context: Context, pages: list[PageTransfer]) -> Markup:
    heads = ("page", "exchange", ">bytes", ">took", ">device", ">network", ">client", ">flowing", ">again", "verdict")
    rows = [
        tag("tr",
            tag("th", f"page {p.image.page}", scope="row"),
            tag("td", context.exchange_link(p.exchange)),
            _number(size(p.image.probe.length)),
            _number(duration(p.total_ns)),
            _number(duration(p.shares.device_ns)),
            _number(duration(p.shares.network_ns)),
            _number(duration(p.shares.client_ns)),
            _number(duration(p.shares.flowing_ns)),
            _number(size(p.transfer.again_bytes)),
            tag("td", verdict(p.shares)))
        for p in pages
    ]  # fmt: skip
    return table("where the time of the pages went", heads, rows)


def _number(text: str) -> Markup:
    return tag("td", text, class_="number")
