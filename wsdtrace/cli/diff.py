"""`wsdtrace diff`: what two captures do differently."""

from __future__ import annotations

from functools import partial

import click

from wsdtrace.cli.exits import Exit
from wsdtrace.cli.inputs import refuse_standard_input_twice
from wsdtrace.cli.options import debug_option, keylog_of, keylog_option, secrets_option
from wsdtrace.cli.output import sink

FORMATS = ("text", "json", "html")


@click.command(short_help="Two captures: firmware A against B, driver A against B.")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How to tell it. [text]")
@click.option("-o", "--output", metavar="FILE", help="Write there instead; the file appears when it is complete.")
@keylog_option
@secrets_option
@debug_option
def command(
    a: str,
    b: str,
    *,
    form: str,
    output: str | None,
    show_secrets: bool,
    debug: bool,  # noqa: ARG001 - `run` looks at it
) -> int:
    """Tell what two captures do differently: capabilities, order of operations, requests, tickets and final parameters,
    what became of the jobs, timing, and findings.

    Ids, tokens, times and addresses are left out, so a capture does not differ from itself. Exits with 1 where there
    are differences.
    """
    refuse_standard_input_twice((a, b))
    from wsdtrace.explore.compare import diff
    from wsdtrace.explore.opening import open_trace

    opened = partial(open_trace, tls_keylog=keylog_of(), show_secrets=show_secrets)
    with opened(a) as one, opened(b) as other:
        found = diff(one, other)
    with sink(output, (a, b)) as out:
        out.write({"text": lambda: f"{found!r}\n", "json": found.to_json, "html": found.to_html}[form]())
    return Exit.FINDINGS if found else Exit.OK
