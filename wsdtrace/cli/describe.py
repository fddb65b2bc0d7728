"""`wsdtrace describe`: explain an element, an operation or a fault, or list them all."""

from __future__ import annotations

import click

from wsdtrace.cli.options import color_option
from wsdtrace.cli.output import Sink
from wsdtrace.cli.terminal import look_of


@click.command(short_help="Explain a message, element or fault, or list them.")
@click.argument("names", metavar="[NAME]…", nargs=-1)
@color_option
def command(names: tuple[str, ...], *, color: str) -> None:
    """Explain what is said on the wire: the children of an element with type, occurrence, unit, range and source; the
    messages of an operation and the faults that refuse it; what a fault means.

    NAME is written as on the wire, in any letter case: CreateScanJob, ScanTicket, ClientErrorJobIdNotFound. Without
    NAME everything is listed.
    """
    from wsdtrace.report.page import Page
    from wsdtrace.report.redact import Redactor
    from wsdtrace.report.vocabulary import write_described, write_vocabulary

    page = Page(look_of(color=color), Redactor(None))
    if not names:
        write_vocabulary(page)
    for number, name in enumerate(names):
        if number:
            page.blank()
        write_described(page, name)
    Sink(None).write(str(page))
